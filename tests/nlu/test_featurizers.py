"""One contract for every featurizer of ours, and what each adds to it."""

import inspect
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rasa.engine.graph import ExecutionContext
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.nlu.constants import TOKENS_NAMES
from rasa.nlu.tokenizers.tokenizer import Token
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import csr_matrix

from nlu.encoder import encode
from nlu.sentence_encoder_featurizer import SentenceEncoderFeaturizer, encode_once
from nlu.source import source_digest
from nlu.spacy_nlp import SpacyNLP
from nlu.tfidf_featurizer import SparseRow, TfidfFeaturizer
from nlu.vocabulary_extractor import VocabularyExtractor

FEATURIZERS = [SentenceEncoderFeaturizer, TfidfFeaturizer]
TEXTS = ["ik mag niets beslissen aan tafel", "de potjes geld passen niet op elkaar", "wie trekt de kar", "😀"]


def message(text: str) -> Message:
    made = Message({TEXT: text, "intent": "give_answer"})
    made.set(TOKENS_NAMES[TEXT], [Token(word, 0, lemma=word) for word in text.split()])
    return made


def features_of(made: Message) -> np.ndarray:
    dense, sparse = made.get_dense_features(TEXT)[1], made.get_sparse_features(TEXT)[1]
    return dense.features if dense else sparse.features.toarray()


@pytest.fixture(params=FEATURIZERS, ids=lambda featurizer: featurizer.__name__)
def featurizer(request: pytest.FixtureRequest) -> Any:
    return request.param


def config(featurizer: Any) -> dict[str, Any]:
    return featurizer.get_default_config()


def test_contract(featurizer: Any, storage: LocalModelStorage, resource: Resource, context: ExecutionContext) -> None:
    data = TrainingData([message(text) for text in TEXTS])
    trained = featurizer.create(config(featurizer), storage, resource, context)
    trained.train(data)
    trained.process_training_data(data)
    before = [features_of(example) for example in data.training_examples]
    assert {vector.shape for vector in before} == {before[0].shape}
    assert before[0].shape[0] == 1
    assert all(np.isfinite(vector).all() for vector in before)

    loaded = featurizer.load(config(featurizer), storage, resource, context)
    again = [message(text) for text in TEXTS]
    assert loaded.process(again) == again
    for first, second in zip(before, again, strict=True):
        np.testing.assert_allclose(first, features_of(second), atol=1e-5)


def test_unknown_and_empty_messages_do_no_harm(
    featurizer: Any, storage: LocalModelStorage, resource: Resource, context: ExecutionContext
) -> None:
    trained = featurizer.create(config(featurizer), storage, resource, context)
    trained.train(TrainingData([message(text) for text in TEXTS]))
    empty, unknown = Message({TEXT: ""}), message("zzz qqq")
    trained.process([empty, unknown])
    assert empty.get_dense_features(TEXT)[1] is None
    assert empty.get_sparse_features(TEXT)[1] is None
    assert features_of(unknown).shape[0] == 1


def test_training_without_messages(
    featurizer: Any, storage: LocalModelStorage, resource: Resource, context: ExecutionContext
) -> None:
    featurizer.create(config(featurizer), storage, resource, context).train(TrainingData([]))
    assert featurizer.load(config(featurizer), storage, resource, context) is not None


@pytest.mark.parametrize(("featurizer", "option"), [(SentenceEncoderFeaturizer, "scale"), (TfidfFeaturizer, "weight")])
def test_a_weight_must_be_above_zero(
    featurizer: Any, option: str, storage: LocalModelStorage, resource: Resource, context: ExecutionContext
) -> None:
    with pytest.raises(ValueError, match="above zero"):
        featurizer.create({**config(featurizer), option: 0}, storage, resource, context)


def test_the_encoder_hears_what_is_alike() -> None:
    vectors = encode(["ik mag niets beslissen", "ik heb geen bevoegdheid", "lekker weer vandaag"])
    assert vectors.shape == (3, 384)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-3)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2]


def test_what_was_encoded_once_is_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    encoded: list[str] = []
    monkeypatch.setattr(
        "nlu.sentence_encoder_featurizer.encode", lambda texts: (encoded.extend(texts), encode(texts))[1]
    )
    first = encode_once(["een", "twee", "een"])
    assert np.array_equal(encode_once(["drie", "een"])[1], first[0])
    assert np.array_equal(encode_once(["twee"])[0], first[1])
    assert encoded == ["een", "twee", "drie"]
    for file in (tmp_path / "cache").iterdir():
        file.write_bytes(b"")
    assert np.array_equal(encode_once(["een"])[0], first[0])


def test_another_encoder_means_another_fingerprint(monkeypatch: pytest.MonkeyPatch) -> None:
    before = SentenceEncoderFeaturizer.fingerprint_addon({})
    monkeypatch.setattr("nlu.sentence_encoder_featurizer.version", lambda name: "99")
    assert SentenceEncoderFeaturizer.fingerprint_addon({}) != before


@pytest.mark.parametrize("component", [SentenceEncoderFeaturizer, TfidfFeaturizer, SpacyNLP, VocabularyExtractor])
def test_another_source_means_another_fingerprint(component: Any) -> None:
    """Rasa's cache sees a component's class alone, and not the functions and constants beside it."""
    assert source_digest(inspect.getfile(component)) in component.fingerprint_addon({})


def test_sparse_rows_have_one_fingerprint_when_and_only_when_they_are_the_same() -> None:
    def row(*numbers: float, origin: str = "words") -> str:
        return SparseRow(csr_matrix([numbers], dtype=np.float32), "sentence", TEXT, origin).fingerprint()

    assert row(0, 2, 1) == row(0, 2, 1)
    different = [row(0, 2, 1), row(2, 0, 1), row(0, 2, 3), row(0, 2, 1, 0), row(0, 2, 1, origin="characters")]
    assert len(set(different)) == len(different)
