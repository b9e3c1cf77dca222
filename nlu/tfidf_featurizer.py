"""Sparse sentence features: which words and pieces of words a message has, weighed by how rare they are."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.constants import TOKENS_NAMES
from rasa.nlu.featurizers.sparse_featurizer.sparse_featurizer import SparseFeaturizer
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer

from nlu.source import source_digest

# Lemmas, alone and in pairs, say what it is about; pieces of two to four letters are shared by typos, dialect and
# compounds.
VIEWS: dict[str, dict[str, Any]] = {
    "lemmas": {"token_pattern": r"(?u)\b\w+\b", "lowercase": True, "ngram_range": (1, 2)},
    "characters": {"analyzer": "char_wb", "ngram_range": (2, 4), "lowercase": True},
}


# From so many messages on, a term of one message alone says who wrote it and not what is meant.
MANY = 500


def new_vectorizer(view: str, messages: int = 0) -> TfidfVectorizer:
    """An unfitted vectorizer for one of `VIEWS` on so many messages, with sublinear term frequency (1 + log tf).

    In single precision, as what is learned of it: scipy would copy all coefficients to the other at every message.
    """
    return TfidfVectorizer(sublinear_tf=True, min_df=2 if messages >= MANY else 1, dtype=np.float32, **VIEWS[view])


def text_for(view: str, message: Message) -> str:
    """What a view looks at: the lemmas of a message, or its text."""
    if view == "lemmas":
        return " ".join(token.lemma or token.text for token in message.get(TOKENS_NAMES[TEXT], []))
    return str(message.get(TEXT))


class SparseRow(Features):
    """Sparse features whose fingerprint is that of their bytes; Rasa prints every number, a tenth of the training."""

    def fingerprint(self) -> str:
        """What tells these features from others, for Rasa's cache."""
        row = self.features
        about = repr((self.type, self.attribute, self.origin, row.shape)).encode()
        return hashlib.sha256(about + row.indices.tobytes() + row.data.tobytes()).hexdigest()


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class TfidfFeaturizer(SparseFeaturizer, GraphComponent):
    """TF-IDF over lemmas and over character n-grams, a sparse sentence feature of each, whose origin ends in its name.

    Rasa's own CountVectorsFeaturizer counts without weighing; on this data that costs six points of macro-F1 in
    cross-validation. `weight` weighs it against the dense features, for a classifier with one fixed regularisation.
    """

    def __init__(self, config: dict[str, Any], name: str, model_storage: ModelStorage, resource: Resource) -> None:
        super().__init__(name, config)
        self._model_storage = model_storage
        self._resource = resource
        self._vectorizers: dict[str, TfidfVectorizer] = {}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> TfidfFeaturizer:
        """An untrained component, which adds no features yet."""
        return cls(config, execution_context.node_name, model_storage, resource)

    @classmethod
    def required_components(cls) -> list[type]:
        """A tokenizer, for the lemmas."""
        return [Tokenizer]

    @staticmethod
    def required_packages() -> list[str]:
        """The packages whose versions count for Rasa's cache."""
        return ["sklearn"]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`weight`: what the unit vector of each view is multiplied with."""
        return {**SparseFeaturizer.get_default_config(), "weight": 4.0}

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Refuse a weight that is not above zero."""
        if not config.get("weight", 1.0) > 0:
            raise ValueError(f"TfidfFeaturizer: weight must be above zero, not {config['weight']}.")

    @staticmethod
    def fingerprint_addon(config: dict[str, Any]) -> str:
        """This module's source: other n-grams mean training again."""
        return source_digest(__file__)

    def train(self, training_data: TrainingData) -> Resource:
        """Learn which terms there are and how rare each is."""
        messages = [message for message in training_data.training_examples if message.get(TEXT)]
        for view in VIEWS if messages else ():
            self._vectorizers[view] = new_vectorizer(view, len(messages)).fit(
                text_for(view, message) for message in messages
            )
        with self._model_storage.write_to(self._resource) as directory:
            for view, vectorizer in self._vectorizers.items():
                terms = {term: int(index) for term, index in vectorizer.vocabulary_.items()}
                learned = {"terms": terms, "idf": vectorizer.idf_.tolist()}
                (directory / f"{view}.json").write_text(json.dumps(learned, ensure_ascii=False), encoding="utf-8")
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> TfidfFeaturizer:
        """The component with the terms it learned, from JSON: nothing in a model is executed."""
        component = cls.create(config, model_storage, resource, execution_context)
        with model_storage.read_from(resource) as directory:
            for view in VIEWS:
                file = directory / f"{view}.json"
                if not file.exists():  # trained on no text at all
                    continue
                learned = json.loads(file.read_text(encoding="utf-8"))
                vectorizer = new_vectorizer(view).set_params(vocabulary=learned["terms"])
                vectorizer.idf_ = np.asarray(learned["idf"])
                component._vectorizers[view] = vectorizer
        return component

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Add the features to every message of the training data."""
        self.process(training_data.training_examples)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Add to each message with text a sparse sentence feature of shape (1, number of terms) for each view."""
        with_text = [message for message in messages if message.get(TEXT)]
        for view, vectorizer in self._vectorizers.items() if with_text else ():
            features = csr_matrix(vectorizer.transform([text_for(view, message) for message in with_text]))
            features = features * self._config["weight"]
            for row, message in enumerate(with_text):
                origin = f"{self._identifier}.{view}"
                message.add_features(SparseRow(features[row], FEATURE_TYPE_SENTENCE, TEXT, origin))
        return messages
