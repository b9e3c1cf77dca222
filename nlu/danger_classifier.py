"""Whether a message tells of danger, whatever else it may be: a layer of its own behind the intents."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY
from rasa.shared.nlu.training_data.message import Message

DANGER = "crisis"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class DangerClassifier(IntentClassifier, GraphComponent):
    """Sets `crisis` from a probability on that is far below what an intent wins with, or takes it away below that.

    A model of danger alone, with lists of telling words, heard it of new writers less often than the one of all
    intents, which also knows what else such words are for (docs/herkenning.md).
    """

    def __init__(self, config: dict[str, Any]) -> None:
        self._threshold = float(config["threshold"])
        if not 0 < self._threshold < 1:
            raise ValueError(f"DangerClassifier: threshold must lie between 0 and 1, not {self._threshold}.")

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> DangerClassifier:
        """The component; it learns nothing."""
        return cls(config)

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`threshold`: from which probability of danger on a message is `crisis`."""
        return {"threshold": 0.5}

    def process(self, messages: list[Message]) -> list[Message]:
        """Put danger first in the ranking of each message, or behind the likeliest other intent."""
        for message in messages:
            ranking = message.get(INTENT_RANKING_KEY) or []
            danger = [item for item in ranking if item["name"] == DANGER]
            others = [item for item in ranking if item["name"] != DANGER]
            if not danger or not others:
                continue
            if danger[0]["confidence"] >= self._threshold:
                ranking = [*danger, *others]
            else:
                behind = sorted([*danger, *others[1:]], key=lambda item: -float(item["confidence"]))
                ranking = [others[0], *behind]
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
        return messages
