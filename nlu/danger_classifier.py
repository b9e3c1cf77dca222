"""Whether a message tells of danger, whatever else it may be, and of which: a layer of its own beside the intents."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, METADATA, METADATA_INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.pool import Pool
from nlu.pooled_classifier import features_of, has_features, new_to_the_encoder
from nlu.source import source_digest

DANGER = "crisis"
# What is noted with the examples of danger, and told of a message: of which kind it is (home, suicide, colleague,
# violence, unclear), who is in it (leader, child, colleague, other), and whether it is now (true, false).
FACETS = ("kind", "to", "now")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class DangerClassifier(IntentClassifier, GraphComponent):
    """Learns danger against everything else, and sets `crisis` from a probability on, whatever the likeliest intent is.

    Danger alone against all the rest is heard better than as one of forty intents (docs/herkenning.md). What danger it
    is, is learned of the examples of danger alone, from what is noted with them.
    """

    def __init__(self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource) -> None:
        self._threshold = float(config["threshold"])
        if not 0 < self._threshold < 1:
            raise ValueError(f"DangerClassifier: threshold must lie between 0 and 1, not {self._threshold}.")
        self._model_storage = model_storage
        self._resource = resource
        self._pools: dict[str, Pool] = {}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> DangerClassifier:
        """An untrained component, which hears no danger."""
        return cls(config, model_storage, resource)

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`threshold`: from which probability of danger on a message is `crisis`."""
        return {"threshold": 0.5}

    @staticmethod
    def fingerprint_addon(config: dict[str, Any]) -> str:
        """This module's source: another way to learn means training again."""
        return source_digest(__file__)

    def train(self, training_data: TrainingData) -> Resource:
        """Learn what is danger from all examples, and which it is from what is noted with those of danger."""
        examples = [message for message in training_data.intent_examples if has_features(message)]
        with self._model_storage.write_to(self._resource) as directory:
            for name in (DANGER, *FACETS):
                noted = [(message, label) for message in examples if (label := _label(message, name))]
                if len({label for _, label in noted}) > 1:
                    messages, labels = zip(*noted, strict=True)
                    new = new_to_the_encoder(str(message.get(TEXT)) for message in messages)
                    Pool.fit(features_of(list(messages)), list(labels), new).save(directory / f"{name}.npz")
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> DangerClassifier:
        """The component with what it learned."""
        component = cls.create(config, model_storage, resource, execution_context)
        with model_storage.read_from(resource) as directory:
            component._pools = {file.stem: Pool.load(file) for file in directory.glob("*.npz")}
        return component

    def process(self, messages: list[Message]) -> list[Message]:
        """Put danger first in the ranking of each message and tell which, or put it behind the likeliest intent."""
        for message in messages:
            ranking, told = message.get(INTENT_RANKING_KEY), self._told_by(message)
            if not ranking or DANGER not in told:
                continue
            probability = told.pop(DANGER)["true"]
            danger = {"name": DANGER, "confidence": probability}
            if probability >= self._threshold:
                ranking = [danger, *ranking]
                message.set("danger", told, add_to_output=True)
            else:
                ranking = [ranking[0], *sorted([danger, *ranking[1:]], key=lambda item: -float(item["confidence"]))]
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
        return messages

    def _told_by(self, message: Message) -> dict[str, dict[str, float]]:
        """Of danger itself and of each facet of it, the probability of each value; nothing without features."""
        if not (self._pools and has_features(message)):
            return {}
        features = features_of([message])
        return {
            name: dict(zip(pool.labels, map(float, pool.probabilities(features)[0]), strict=True))
            for name, pool in self._pools.items()
        }


def _label(message: Message, name: str) -> str | None:
    """Whether an example tells of danger, or what is noted with it of one facet of that; None where nothing is."""
    in_danger = message.get(INTENT) == DANGER
    if name == DANGER:
        return str(in_danger).lower()
    noted = (message.get(METADATA) or {}).get(METADATA_INTENT) or {}
    return str(noted[name]).lower() if in_danger and name in noted else None
