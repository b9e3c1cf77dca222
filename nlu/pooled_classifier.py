"""The intent of a message, with a calibrated probability."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.nlu.constants import (
    FEATURE_TYPE_SENTENCE,
    INTENT,
    INTENT_RANKING_KEY,
    METADATA,
    METADATA_INTENT,
    TEXT,
)
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import csr_matrix, hstack, vstack

from nlu.clauses import CLAUSE_OF, CLAUSES, END, START
from nlu.encoder import adapter
from nlu.pool import ByKind, Numbers, Pool, PoolOfMany
from nlu.source import source_digest

FILE = "pool.npz"
DANGER = "crisis"
# Noted with answers of which only the labels tell something (nlu/multi_label_classifier.py): without the question
# before it, an answer may be in the words of a story.
LABELS_ONLY = "labels_only"
# Of a clause, so many of the likeliest intents are told.
MOST_OF_A_CLAUSE = 5


def _features(message: Message, sparse: bool) -> list[Features]:
    """The sentence features of a message as they are; those that Rasa's Message gives are copies, which take long."""
    return list(Features.filter(message.features, [TEXT], FEATURE_TYPE_SENTENCE, is_sparse=sparse))


def sparse_of(messages: list[Message]) -> csr_matrix:
    """The sparse sentence features of messages, shape (messages, features)."""
    of_featurizers = zip(*(_features(message, sparse=True) for message in messages), strict=True)
    return hstack([vstack([row.features for row in rows]) for rows in of_featurizers], format="csr")


def features_of(messages: list[Message]) -> ByKind:
    """The sentence features of messages that have both kinds: dense and sparse, side by side within a kind."""
    of_featurizers = zip(*(_features(message, sparse=False) for message in messages), strict=True)
    dense = [np.vstack([row.features for row in rows]) for rows in of_featurizers]
    return {"dense": np.hstack(dense), "sparse": sparse_of(messages)}


def has_features(message: Message) -> bool:
    """Whether a message has what `features_of` asks for; one without text has not."""
    return all(_features(message, sparse) for sparse in (False, True))


def new_to_the_encoder(texts: Iterable[str]) -> Numbers:
    """Which of `texts` the encoder's adapter did not learn from, shape (texts,), bool."""
    return np.array([not adapter().learned_from(text) for text in texts])


def noted_of(message: Message, name: str) -> Any:
    """What is noted with an example under `name`; None where nothing is."""
    return ((message.get(METADATA) or {}).get(METADATA_INTENT) or {}).get(name)


class Examples:
    """The examples that have features, and those features."""

    def __init__(self, messages: Iterable[Message]) -> None:
        self.messages = [message for message in messages if has_features(message)]
        self.features = features_of(self.messages) if self.messages else {}
        self.new = new_to_the_encoder(str(message.get(TEXT)) for message in self.messages)

    @property
    def widths(self) -> dict[str, int]:
        """How many sparse features each view of the words has, in their order (nlu/tfidf_featurizer.py)."""
        rows = _features(self.messages[0], sparse=True)
        return {row.origin.rsplit(".", 1)[-1]: row.features.shape[1] for row in rows}

    def pool(self, label_of: Callable[[Message], str | None]) -> Pool | None:
        """What is learned of those that have a label; None where there are no two labels to tell apart."""
        labels = [label_of(message) for message in self.messages]
        places = [place for place, label in enumerate(labels) if label is not None]
        known = [label for label in labels if label is not None]
        if len(set(known)) <= 1:
            return None
        return Pool.fit({kind: matrix[places] for kind, matrix in self.features.items()}, known, self.new[places])


def source_of_all() -> str:
    """The source of what learns, for Rasa's cache: another one means training again."""
    return "-".join(source_digest(str(path)) for path in sorted(Path(__file__).parent.glob("*.py")))


def ranked(probabilities: dict[str, float]) -> list[dict[str, Any]]:
    """Rasa's ranking of intents: the likeliest first."""
    likeliest = sorted(probabilities, key=probabilities.__getitem__, reverse=True)
    return [{"name": name, "confidence": probabilities[name]} for name in likeliest]


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class PooledClassifier(IntentClassifier, GraphComponent):
    """One logistic regression on the dense features and one on the sparse, pooled and calibrated (`nlu.pool`)."""

    # What is learned, and read back.
    pool: ClassVar[type[Pool] | type[PoolOfMany]] = Pool

    def __init__(self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource) -> None:
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._pool: Pool | PoolOfMany | None = None

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> PooledClassifier:
        """An untrained component, which leaves messages as they are."""
        return cls(config, model_storage, resource)

    @classmethod
    def required_components(cls) -> list[type]:
        """Featurizers."""
        return [Featurizer]

    @staticmethod
    def required_packages() -> list[str]:
        """The packages whose versions count for Rasa's cache."""
        return ["sklearn", "scipy"]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """No options."""
        return {}

    @staticmethod
    def fingerprint_addon(config: dict[str, Any]) -> str:
        """The source of what learns: another one means training again."""
        return source_of_all()

    def _label(self, intent: str) -> str | None:
        """What is learned: the intent itself. None where nothing is: danger has a component of its own."""
        return None if intent == DANGER else intent

    def _probabilities(self, messages: list[Message]) -> Iterator[tuple[Message, dict[str, float]]]:
        """The messages with features, each with the probability of each label; none before training."""
        known = [message for message in messages if has_features(message)]
        if self._pool and known:
            for message, row in zip(known, self._pool.probabilities(features_of(known)), strict=True):
                yield message, dict(zip(self._pool.labels, map(float, row), strict=True))

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from the examples; with fewer than two labels there is nothing to tell apart."""
        self._pool = self._learned(training_data)
        if self._pool:
            with self._model_storage.write_to(self._resource) as directory:
                self._pool.save(directory / FILE)
        return self._resource

    def _learned(self, training_data: TrainingData) -> Pool | PoolOfMany | None:
        def label_of(message: Message) -> str | None:
            return None if noted_of(message, LABELS_ONLY) else self._label(str(message.get(INTENT)))

        return Examples(filter(label_of, training_data.intent_examples)).pool(label_of)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> PooledClassifier:
        """The component with what it learned, or an untrained one where it learned nothing."""
        component = cls.create(config, model_storage, resource, execution_context)
        try:
            with model_storage.read_from(resource) as directory:
                component._pool = cls.pool.load(directory / FILE)
        except ValueError:
            pass
        return component

    def process(self, messages: list[Message]) -> list[Message]:
        """Set the likeliest intent of each message and the ranking of all, and gather its clauses."""
        for message, probabilities in self._probabilities(messages):
            ranking = ranked(probabilities)
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
        clauses = [message for message in messages if message.get(CLAUSE_OF)]
        if self._pool and clauses:
            self._gather(self._pool, clauses)
        return [message for message in messages if not message.get(CLAUSE_OF)]

    def _gather(self, pool: Pool | PoolOfMany, clauses: list[Message]) -> None:
        """Set on each message what its clauses tell by their words, and where they stand in it."""
        for clause, row in zip(clauses, pool.probabilities({"sparse": sparse_of(clauses)}), strict=True):
            ranking = ranked(dict(zip(pool.labels, map(float, row), strict=True)))[:MOST_OF_A_CLAUSE]
            found = {START: clause.get(START), END: clause.get(END), INTENT_RANKING_KEY: ranking}
            message = clause.get(CLAUSE_OF)
            message.set(CLAUSES, [*(message.get(CLAUSES) or []), found], add_to_output=True)
