"""Whether a message is a command or question to the coach, or an answer: a layer of its own beside the intents."""

from __future__ import annotations

from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.training_data.message import Message

from nlu.pooled_classifier import PooledClassifier

COMMAND, ANSWER = "command", "answer"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class CommandClassifier(PooledClassifier):
    """Learns commands against answers alone, and tells the probability of a command; the intents stay as they are.

    Forty intents at once say best which command it is; these two alone say best whether it is one at all.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`commands` and `answers`: the intents to learn from; examples of another tell neither."""
        return {"commands": [], "answers": []}

    def _label(self, intent: str) -> str | None:
        if intent in self._config["commands"]:
            return COMMAND
        return ANSWER if intent in self._config["answers"] else None

    def process(self, messages: list[Message]) -> list[Message]:
        """Set on each message the probability that it is a command."""
        for message, probabilities in self._probabilities(messages):
            message.set(COMMAND, probabilities[COMMAND], add_to_output=True)
        return messages
