"""Several labels at once, learned of the answers with which they are noted, and nothing from where they are doubted."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from rasa.engine.graph import ExecutionContext
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, INTENT, METADATA, METADATA_INTENT, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import csr_matrix

from nlu.multi_label_classifier import MultiLabelClassifier
from nlu.pool import PoolOfMany

THEMES = ["geld", "geen_tijd", "trots"]


def answer(generator: np.random.Generator, themes: list[str] | None, doubted: list[str] | None = None) -> Message:
    """An answer whose features tell its themes, with noise; with None nobody noted them."""
    told = np.array([[2.0 * (theme in (themes or ())) for theme in THEMES]])
    noted = {} if themes is None else {"themes": themes, "doubted": doubted or []}
    message = Message({TEXT: "x", INTENT: "give_answer", METADATA: {METADATA_INTENT: noted}})
    dense = told + generator.normal(0, 0.7, told.shape)
    sparse = csr_matrix(told + generator.normal(0, 0.7, told.shape))
    message.add_features(Features(dense, FEATURE_TYPE_SENTENCE, TEXT, "dense"))
    message.add_features(Features(sparse, FEATURE_TYPE_SENTENCE, TEXT, "x.lemmas"))
    return message


def answers(count: int, seed: int) -> list[tuple[Message, list[str]]]:
    generator = np.random.default_rng(seed)
    chosen = [[theme for theme in THEMES if generator.random() < 0.3] for _ in range(count)]
    return [(answer(generator, themes), themes) for themes in chosen]


@pytest.fixture
def trained(storage: LocalModelStorage, resource: Resource, context: ExecutionContext) -> Any:
    def train(examples: list[Message], **config: Any) -> MultiLabelClassifier:
        config = {**MultiLabelClassifier.get_default_config(), **config}
        MultiLabelClassifier.create(config, storage, resource, context).train(TrainingData(examples))
        return MultiLabelClassifier.load(config, storage, resource, context)

    return train


def test_each_theme_is_heard_whatever_the_others_are(trained: Any) -> None:
    classifier = trained([message for message, _ in answers(600, 0)])
    heard = [(classifier.process([message])[0].get("themes"), themes) for message, themes in answers(300, 1)]
    right = [(told.get(theme, 0.0) >= 0.5) == (theme in themes) for told, themes in heard for theme in THEMES]
    assert np.mean(right) > 0.9
    two = [told for told, themes in heard if len(themes) == 2]
    assert np.mean([len([theme for theme in told if told[theme] >= 0.5]) == 2 for told in two]) > 0.7
    assert all(list(told.values()) == sorted(told.values(), reverse=True) for told, _ in heard)


def test_what_is_hardly_likely_is_not_told(trained: Any) -> None:
    classifier = trained([message for message, _ in answers(600, 0)], least=0.9)
    told = [classifier.process([message])[0].get("themes") for message, _ in answers(50, 1)]
    assert all(probability >= 0.9 for themes in told for probability in themes.values())


def test_what_is_doubted_or_not_noted_is_not_learned(trained: Any) -> None:
    generator = np.random.default_rng(0)
    known = [message for message, _ in answers(300, 0)]
    # Without the doubt, a hundred answers that are all about money would be learned as not about money.
    doubted = [answer(generator, ["geld"]) for _ in range(100)]
    for message in doubted:
        message.get(METADATA)[METADATA_INTENT] = {"themes": [], "doubted": ["geld"]}
    not_noted = [answer(generator, None) for _ in range(100)]

    def likely(examples: list[Message]) -> float:
        classifier = trained(examples)
        about_money = [message for message, themes in answers(200, 1) if themes == ["geld"]]
        return float(np.mean([m.get("themes").get("geld", 0.0) for m in classifier.process(about_money)]))

    assert likely([*known, *doubted, *not_noted]) == pytest.approx(likely(known), abs=0.01)


def test_what_is_new_to_the_encoder_says_how_far_each_kind_is_believed_and_a_rare_label_changes_nothing() -> None:
    generator = np.random.default_rng(0)
    there = generator.random((600, 2)) < 0.4
    new = np.arange(600) >= 400
    told = np.where(there, 2.0, 0.0)
    # The encoder tells what it learned from without a fault, and of what is new next to nothing.
    dense = np.where(new[:, np.newaxis], generator.normal(0, 1, told.shape), told)
    features = {"dense": dense, "sparse": csr_matrix(told + generator.normal(0, 0.7, told.shape))}
    known = np.ones((600, 3), dtype=bool)
    rare = np.column_stack([there, np.arange(600) == 599])  # one alone, among what is left out
    learned = PoolOfMany.fit(features, ["a", "b", "rare"], rare, known, new)
    alone = PoolOfMany.fit(features, ["a", "b"], there, known[:, :2], new)
    everything = PoolOfMany.fit(features, ["a", "b"], there, known[:, :2], np.zeros(600, dtype=bool))
    believed = [np.abs(pool.coefficients["dense"][:, :2]).max() for pool in (learned, everything)]
    assert believed[0] < believed[1] / 2
    np.testing.assert_allclose(
        learned.coefficients["sparse"][:, :2], alone.coefficients["sparse"], rtol=0.05, atol=0.05
    )


def test_few_examples_are_learned_and_a_scale_goes_with_its_features() -> None:
    there, known = np.array([[True], [False]]), np.ones((2, 1), dtype=bool)
    features = {"dense": np.array([[3.0], [-3.0]]), "sparse": csr_matrix([[1.0], [0.0]])}
    learned = PoolOfMany.fit(features, ["a"], there, known, np.zeros(2, dtype=bool))
    assert (learned.probabilities(features)[:, 0] > 0.5).tolist() == [True, False]
    scales = {"dense": np.array([2.0]), "sparse": np.array([4.0])}
    larger = {"dense": features["dense"] * 2, "sparse": features["sparse"] * 4}
    np.testing.assert_allclose(learned.scaled(scales).probabilities(features), learned.probabilities(larger))


def test_without_answers_of_which_themes_are_noted_nothing_is_heard(trained: Any) -> None:
    generator = np.random.default_rng(0)
    classifier = trained([answer(generator, None) for _ in range(20)])
    assert classifier.process([answer(generator, None)])[0].get("themes") is None
