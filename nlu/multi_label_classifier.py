"""What is noted with answers beside their intent, several labels at once: their themes, and the principles in them."""

from __future__ import annotations

from functools import partial
from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.pool import PoolOfMany
from nlu.pooled_classifier import Examples, PooledClassifier, noted_of

# What an example may have or not: it counts neither for nor against those.
DOUBTED = "doubted"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class MultiLabelClassifier(PooledClassifier):
    """Learns each label against all examples without it, and tells of a message how likely each is.

    It learns from the examples that have `noted` in their metadata, also where that list is empty; one with a label
    among its `doubted` counts neither for nor against that label.
    """

    pool = PoolOfMany

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`noted`: where labels are noted and told; `least`: the probability from which one is told of at all."""
        return {"noted": "themes", "least": 0.1}

    def _learned(self, training_data: TrainingData) -> PoolOfMany | None:
        """A pool for each label that is noted with some example."""
        noted = self._config["noted"]
        of_messages = [message for message in training_data.intent_examples if noted_of(message, noted) is not None]
        examples = Examples(of_messages)
        labels = sorted({label for message in of_messages for label in noted_of(message, noted)})
        pools = {label: examples.pool(partial(_has, noted, label)) for label in labels}
        learned = {label: pool for label, pool in pools.items() if pool}
        return PoolOfMany.of(learned) if learned else None

    def process(self, messages: list[Message]) -> list[Message]:
        """Set on each message its likely labels, each with its probability, the likeliest first."""
        for message, probabilities in self._probabilities(messages):
            likely = sorted(probabilities, key=probabilities.__getitem__, reverse=True)
            told = {label: probabilities[label] for label in likely if probabilities[label] >= self._config["least"]}
            message.set(self._config["noted"], told, add_to_output=True)
        return messages


def _has(noted: str, label: str, message: Message) -> str | None:
    """Whether an example has a label; None where that is not known."""
    labels = noted_of(message, noted)
    return None if labels is None or label in (noted_of(message, DOUBTED) or ()) else str(label in labels).lower()
