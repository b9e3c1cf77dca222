"""What is noted with answers beside their intent, several labels at once: their themes, and the principles in them."""

from __future__ import annotations

from functools import partial
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.pool import PoolOfMany
from nlu.pooled_classifier import Examples, features_of, has_features, noted_of, source_of_all

# What an example may have or not: it counts neither for nor against those.
DOUBTED = "doubted"
FILE = "labels.npz"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class MultiLabelClassifier(GraphComponent):
    """Learns each label against all examples without it, and tells of a message how likely each is.

    It learns from the examples that have `noted` in their metadata, also where that list is empty; one with a label
    among its `doubted` counts neither for nor against that label.
    """

    def __init__(self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource) -> None:
        self._noted, self._least = str(config["noted"]), float(config["least"])
        self._model_storage = model_storage
        self._resource = resource
        self._pool: PoolOfMany | None = None

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> MultiLabelClassifier:
        """An untrained component, which hears nothing."""
        return cls(config, model_storage, resource)

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`noted`: where labels are noted and told; `least`: the probability from which one is told of at all."""
        return {"noted": "themes", "least": 0.1}

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
        """Learn each label from the examples of which labels are noted."""
        examples = Examples(training_data)
        noted = (noted_of(message, self._noted) or () for message in training_data.intent_examples)
        labels = sorted({label for of_message in noted for label in of_message})
        pools = {label: examples.pool(partial(_has, self._noted, label)) for label in labels}
        learned = {label: pool for label, pool in pools.items() if pool}
        if learned:
            with self._model_storage.write_to(self._resource) as directory:
                PoolOfMany.of(learned).save(directory / FILE)
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> MultiLabelClassifier:
        """The component with what it learned, or an untrained one where it learned nothing."""
        component = cls.create(config, model_storage, resource, execution_context)
        try:
            with model_storage.read_from(resource) as directory:
                component._pool = PoolOfMany.load(directory / FILE)
        except ValueError:
            pass
        return component

    def process(self, messages: list[Message]) -> list[Message]:
        """Set on each message its likely labels, each with its probability, the likeliest first."""
        known = [message for message in messages if has_features(message)]
        if self._pool and known:
            for message, row in zip(known, self._pool.probabilities(features_of(known)), strict=True):
                likely = sorted(zip(map(float, row), self._pool.labels, strict=True), reverse=True)
                told = {label: probability for probability, label in likely if probability >= self._least}
                message.set(self._noted, told, add_to_output=True)
        return messages


def _has(noted: str, label: str, message: Message) -> str | None:
    """Whether an example has a label; None where that is not known."""
    labels = noted_of(message, noted)
    return None if labels is None or label in (noted_of(message, DOUBTED) or ()) else str(label in labels).lower()
