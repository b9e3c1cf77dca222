"""What is noted with answers beside their intent, several labels at once: their themes, and the principles in them."""

from __future__ import annotations

from typing import Any

import numpy as np
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import csr_matrix

from nlu.pool import PoolOfMany
from nlu.pooled_classifier import Examples, PooledClassifier, noted_of

# What an example may have or not: it counts neither for nor against those.
DOUBTED = "doubted"
# How far the sentence's meaning is believed here, its lemmas, and its pieces of words, beside how far they are for
# intents. From what models say of writers whom neither they nor the encoder have seen: docs/herkenning.md.
SCALE_OF_MEANING, SCALES_OF_WORDS = 0.32, {"lemmas": 5.5, "characters": 2.7}


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
        """What is learned of the labels that are noted with some example, and not with all."""
        noted = self._config["noted"]
        examples = Examples(m for m in training_data.intent_examples if noted_of(m, noted) is not None)
        labelled = [noted_of(message, noted) for message in examples.messages]
        doubted = [noted_of(message, DOUBTED) or () for message in examples.messages]
        labels = sorted({label for labels in labelled for label in labels})
        there = np.array([[label in labels_of for label in labels] for labels_of in labelled], dtype=bool)
        known = np.array([[label not in doubts for label in labels] for doubts in doubted], dtype=bool)
        told = [at for at in range(len(labels)) if len(set(there[known[:, at], at])) > 1]
        if not told:
            return None
        names = [labels[at] for at in told]
        words = np.concatenate([np.full(width, SCALES_OF_WORDS[view]) for view, width in examples.widths.items()])
        meaning = np.full(examples.features["dense"].shape[1], SCALE_OF_MEANING)
        scales = {"dense": meaning.astype(np.float32), "sparse": words.astype(np.float32)}
        features = {
            "dense": examples.features["dense"] * scales["dense"],
            "sparse": csr_matrix(examples.features["sparse"].multiply(scales["sparse"])),
        }
        return PoolOfMany.fit(features, names, there[:, told], known[:, told], examples.new).scaled(scales)

    def process(self, messages: list[Message]) -> list[Message]:
        """Set on each message its likely labels, each with its probability, the likeliest first."""
        for message, probabilities in self._probabilities(messages):
            likely = sorted(probabilities, key=probabilities.__getitem__, reverse=True)
            told = {label: probabilities[label] for label in likely if probabilities[label] >= self._config["least"]}
            message.set(self._config["noted"], told, add_to_output=True)
        return messages
