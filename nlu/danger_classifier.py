"""Whether a message tells of danger, whatever else it may be: a layer of its own behind the intents."""

from __future__ import annotations

from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

from nlu.danger_cues import cues_of
from nlu.pool import Features
from nlu.pooled_classifier import PooledClassifier, features_of

DANGER, CALM = "crisis", "calm"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class DangerClassifier(PooledClassifier):
    """Learns danger against all the rest, and decides alone: the intent `crisis` is set or taken away by this layer.

    Beside the sentence features it sees which words of danger stand together with which others (`nlu.danger_cues`).
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`threshold`: from which probability of danger on a message is `crisis`."""
        return {"threshold": 0.5}

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Refuse a threshold that is no probability."""
        if not 0 < config.get("threshold", 0.5) < 1:
            raise ValueError(f"DangerClassifier: threshold must lie between 0 and 1, not {config['threshold']}.")

    def _features(self, messages: list[Message]) -> Features:
        return {**features_of(messages), "cues": cues_of([str(message.get(TEXT)) for message in messages])}

    def _label(self, intent: str) -> str:
        return DANGER if intent == DANGER else CALM

    def process(self, messages: list[Message]) -> list[Message]:
        """Set `crisis` with the probability of danger, or take it away; the order of the other intents stays."""
        for message, probabilities in self._probabilities(messages):
            danger = {"name": DANGER, "confidence": probabilities.get(DANGER, 0.0)}
            others = [item for item in message.get(INTENT_RANKING_KEY, []) if item["name"] != DANGER]
            if danger["confidence"] >= self._config["threshold"] or not others:
                ranking = [danger, *others]
            else:
                ranking = [others[0], *sorted([danger, *others[1:]], key=lambda item: -float(item["confidence"]))]
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
        return messages
