"""Whether a message tells of danger, whatever else it may be, and of which: a layer of its own beside the intents."""

from __future__ import annotations

from functools import partial
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.pool import ByKind, Pool
from nlu.pooled_classifier import DANGER, Examples, features_of, has_features, noted_of, source_of_all

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
        """The source of what learns: another one means training again."""
        return source_of_all()

    @classmethod
    def required_components(cls) -> list[type]:
        """Featurizers."""
        return [Featurizer]

    @staticmethod
    def required_packages() -> list[str]:
        """The packages whose versions count for Rasa's cache."""
        return ["sklearn", "scipy"]

    def train(self, training_data: TrainingData) -> Resource:
        """Learn what is danger from all examples, and which it is from what is noted with those of danger."""
        examples = Examples(training_data.intent_examples)
        with self._model_storage.write_to(self._resource) as directory:
            for name in (DANGER, *FACETS):
                pool = examples.pool(partial(_label, name))
                if pool:
                    pool.save(directory / f"{name}.npz")
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
            ranking = message.get(INTENT_RANKING_KEY)
            if not (ranking and DANGER in self._pools and has_features(message)):
                continue
            features = features_of([message])
            probability = self._told_by(features, DANGER)["true"]
            danger = {"name": DANGER, "confidence": probability}
            if probability >= self._threshold:
                ranking = [danger, *ranking]
                told = {facet: self._told_by(features, facet) for facet in FACETS if facet in self._pools}
                message.set("danger", told, add_to_output=True)
                message.set(INTENT, danger, add_to_output=True)
            else:
                ranking = [ranking[0], *sorted([danger, *ranking[1:]], key=lambda item: -float(item["confidence"]))]
            message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
        return messages

    def _told_by(self, features: ByKind, name: str) -> dict[str, float]:
        """The probability of each value of danger itself, or of a facet of it, by the features of one message."""
        pool = self._pools[name]
        return dict(zip(pool.labels, map(float, pool.probabilities(features)[0]), strict=True))


def _label(name: str, message: Message) -> str | None:
    """Whether an example tells of danger, or what is noted with it of one facet of that; None where nothing is."""
    in_danger = message.get(INTENT) == DANGER
    if name == DANGER:
        return str(in_danger).lower()
    noted = noted_of(message, name)
    return str(noted).lower() if in_danger and noted is not None else None
