"""Pooling, calibration and the layer for danger, on the real features of a few sentences."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rasa.engine.graph import ExecutionContext
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
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
from scipy.sparse import csr_matrix

from benchmarks.measures import calibration_error
from nlu.clauses import ClauseSplitter
from nlu.command_classifier import CommandClassifier
from nlu.danger_classifier import DangerClassifier
from nlu.pool import Pool
from nlu.pooled_classifier import PooledClassifier, has_features

CLASSIFIERS = [PooledClassifier, CommandClassifier, DangerClassifier]
INTENTS = ["crisis", "give_answer", "stop"]


def messages(count: int, seed: int = 0) -> list[Message]:
    """Messages of three intents whose two kinds of features each tell half of it, with noise."""
    generator = np.random.default_rng(seed)
    made = []
    for index in range(count):
        intent = INTENTS[index % 3]
        dense = generator.normal(0, 1, (1, 4)) + 2.0 * (intent == "crisis")
        sparse = generator.normal(0, 1, (1, 6)) + 2.0 * (intent == "stop")
        text = "ze zegt dat ze dood wil" if intent == "crisis" else "we bellen elkaar"
        message = Message({TEXT: text, INTENT: intent})
        message.add_features(Features(dense, FEATURE_TYPE_SENTENCE, TEXT, "dense"))
        message.add_features(Features(csr_matrix(sparse), FEATURE_TYPE_SENTENCE, TEXT, "sparse"))
        made.append(message)
    return made


def train(
    classifier: Any,
    storage: LocalModelStorage,
    resource: Resource,
    context: ExecutionContext,
    examples: Sequence[Message] = (),
    **config: Any,
) -> Any:
    config = {**classifier.get_default_config(), **config}
    classifier.create(config, storage, resource, context).train(TrainingData(list(examples) or messages(120)))
    return classifier.load(config, storage, resource, context)


def test_answers_of_which_only_the_labels_count_tell_no_intent(
    storage: LocalModelStorage, resource: Resource, context: ExecutionContext
) -> None:
    examples = messages(120)
    for message in examples:
        if message.get(INTENT) == "stop":
            message.set(METADATA, {METADATA_INTENT: {"labels_only": True}})
    pooled = train(PooledClassifier, storage, resource, context, [*examples, *_called("deny", messages(60, seed=1))])
    assert pooled._pool.labels == ["deny", "give_answer"]


def _called(intent: str, of: list[Message]) -> list[Message]:
    for message in of:
        message.set(INTENT, intent)
    return of


def test_danger_is_left_to_the_component_that_hears_it(
    storage: LocalModelStorage, resource: Resource, context: ExecutionContext
) -> None:
    ready = train(PooledClassifier, storage, resource, context)
    ranking = ready.process(messages(1))[0].get(INTENT_RANKING_KEY)
    assert {item["name"] for item in ranking} == {"give_answer", "stop"}


def test_what_was_learned_is_loaded_and_nothing_else_is_needed(
    storage: LocalModelStorage, resource: Resource, context: ExecutionContext
) -> None:
    loaded = train(PooledClassifier, storage, resource, context)
    found = loaded.process(messages(30, seed=1))
    certain = [message for message in found if message.get(INTENT)]
    assert len(certain) == 30
    for message in found:
        assert message.get(INTENT_RANKING_KEY)[0] == message.get(INTENT)
        assert 0.0 <= message.get(INTENT)["confidence"] <= 1.0


@pytest.mark.parametrize("classifier", CLASSIFIERS)
def test_nothing_to_learn_leaves_messages_as_they_are(
    classifier: Any, storage: LocalModelStorage, resource: Resource, context: ExecutionContext
) -> None:
    config = classifier.get_default_config()
    classifier.create(config, storage, resource, context).train(TrainingData([]))
    message = messages(1)[0]
    before = message.get(INTENT)
    assert classifier.load(config, storage, resource, context).process([message])[0].get(INTENT) == before
    empty = Message({TEXT: ""})
    assert train(classifier, storage, resource, context).process([empty])[0].get(INTENT) is None


def test_both_kinds_are_heard_and_the_probability_can_be_trusted() -> None:
    generator = np.random.default_rng(0)
    labels = [str(index % 3) for index in range(900)]
    truth = np.array([int(label) for label in labels])
    # Each kind tells one label from the other two, and each alone is sure of itself too soon.
    dense = generator.normal(0, 1, (900, 20)) + 2.0 * (truth == 0)[:, None] * (np.arange(20) == 0)
    sparse = generator.normal(0, 1, (900, 20)) + 2.0 * (truth == 1)[:, None] * (np.arange(20) == 0)
    features = {"dense": dense, "sparse": csr_matrix(sparse)}
    seen = {kind: matrix[:600] for kind, matrix in features.items()}
    unseen = {kind: matrix[600:] for kind, matrix in features.items()}
    pool = Pool.fit(seen, labels[:600])
    probabilities = pool.probabilities(unseen)
    right = probabilities.argmax(axis=1) == truth[600:]
    for kind in features:
        alone = Pool.fit({kind: seen[kind]}, labels[:600]).probabilities({kind: unseen[kind]})
        assert right.mean() > (alone.argmax(axis=1) == truth[600:]).mean() + 0.05
    assert np.allclose(probabilities.sum(axis=1), 1)
    assert calibration_error(probabilities.max(axis=1), right) < 0.1


def test_a_pool_keeps_what_it_learned(tmp_path: Path) -> None:
    features = {"dense": np.eye(6), "sparse": csr_matrix(np.eye(6))}
    pool = Pool.fit(features, ["a", "b"] * 3)
    pool.save(tmp_path / "pool.npz")
    again = Pool.load(tmp_path / "pool.npz")
    assert again.labels == ["a", "b"]
    assert np.allclose(again.probabilities(features), pool.probabilities(features), atol=1e-3)


def dangers(count: int, seed: int = 0) -> list[Message]:
    """The same, with what is noted of danger: an odd one is a child's and now, where the third feature tells it."""
    made = messages(count, seed)
    for index, message in enumerate(made):
        if message.get(INTENT) == "crisis":
            odd = index % 2 == 1
            noted = {"kind": "home", "to": "child" if odd else "leader", "now": odd, "writer": 7}
            message.set("metadata", {"intent": noted})
            message.features[0].features[0, 2] += 6.0 * odd
    return made


def ranked(message: Message, **confidences: float) -> Message:
    ranking = [{"name": name, "confidence": value} for name, value in confidences.items()]
    message.set(INTENT, ranking[0])
    message.set(INTENT_RANKING_KEY, ranking)
    return message


def test_danger_counts_whatever_else_a_message_is(
    storage: LocalModelStorage, resource: Resource, context: ExecutionContext
) -> None:
    ready = train(DangerClassifier, storage, resource, context, dangers(240), threshold=0.3)
    tested = dangers(60, seed=1)
    in_danger = [message.get(INTENT) == "crisis" for message in tested]
    noted = [(message.get("metadata") or {}).get("intent") for message in tested]
    found = ready.process([ranked(message, stop=0.6, give_answer=0.3, greet=0.1) for message in tested])
    heard = [message.get(INTENT)["name"] == "crisis" for message in found]
    assert np.mean(np.array(heard) == in_danger) > 0.9
    for message, danger in zip(found, heard, strict=True):
        ranking = [item["name"] for item in message.get(INTENT_RANKING_KEY)]
        assert ranking[0] == message.get(INTENT)["name"]
        assert [name for name in ranking if name != "crisis"] == ["stop", "give_answer", "greet"]
        behind = [item["confidence"] for item in message.get(INTENT_RANKING_KEY)[1:]]
        assert behind == sorted(behind, reverse=True)
        assert (message.get("danger") is not None) == danger
    told = [(message.get("danger"), facts) for message, facts in zip(found, noted, strict=True) if facts]
    told = [(danger, facts) for danger, facts in told if danger]
    assert np.mean([(danger["to"]["child"] > 0.5) == (facts["to"] == "child") for danger, facts in told]) > 0.9
    assert np.mean([(danger["now"]["true"] > 0.5) == facts["now"] for danger, facts in told]) > 0.9
    assert all("kind" not in danger for danger, _ in told)  # of one kind alone there is nothing to learn


@pytest.mark.parametrize("threshold", [0, 1, -0.1, 2])
def test_a_threshold_that_is_no_probability_is_refused(
    threshold: float, storage: LocalModelStorage, resource: Resource, context: ExecutionContext
) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        DangerClassifier.create({"threshold": threshold}, storage, resource, context)


def test_commands_are_told_from_answers_and_the_intent_stays(
    storage: LocalModelStorage, resource: Resource, context: ExecutionContext
) -> None:
    config = {"commands": ["stop"], "answers": ["give_answer"]}
    ready = train(CommandClassifier, storage, resource, context, **config)
    found = ready.process(messages(60, seed=1))
    right = [
        (message.get("command") > 0.5) == (message.get(INTENT) == "stop")
        for message in found
        if message.get(INTENT) != "crisis"
    ]
    assert np.mean(right) > 0.8
    assert [message.get(INTENT) for message in found[:3]] == INTENTS


def test_clauses_go_along_and_are_gathered(
    storage: LocalModelStorage, resource: Resource, context: ExecutionContext
) -> None:
    ready = train(PooledClassifier, storage, resource, context)
    whole = messages(1)[0]
    whole.set(TEXT, "we bellen elkaar elke week. ik wil nu stoppen met dit")
    split = ClauseSplitter.create({}, storage, resource, context).process([whole])
    for clause in split[1:]:
        assert not has_features(clause)
        clause.add_features(Features(csr_matrix(np.full((1, 6), 2.0)), FEATURE_TYPE_SENTENCE, TEXT, "sparse"))
    assert ready.process(split) == [whole]
    found = whole.get("clauses")
    assert [whole.get(TEXT)[item["start"] : item["end"]] for item in found] == [
        "we bellen elkaar elke week", "ik wil nu stoppen met dit"
    ]  # fmt: skip
    assert all(item[INTENT_RANKING_KEY][0]["name"] == "stop" for item in found)
