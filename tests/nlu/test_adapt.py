"""Fitting the sentence encoder to this work, on a few examples."""

from __future__ import annotations

from pathlib import Path

import jax.numpy as jnp
import numpy as np
import pytest

from benchmarks.sentences import Example
from nlu.encoder import ADAPTER, DOWN, UP, Adapter, SentenceEncoder, adapter, sentence_encoder, weights_file
from tools import adapt

TEXTS = ["wie trekt hier eigenlijk de kar", "ik mag daar niets over beslissen", "dag", "het geld is al verdeeld"]


@pytest.mark.parametrize("adapted", [False, True])
def test_what_is_learned_through_is_what_runs(adapted: bool) -> None:
    transformer, batches = adapt.Transformer(weights_file()), adapt.Batches(SentenceEncoder(), TEXTS)
    changes = transformer.no_change()
    with np.load(ADAPTER) as arrays:
        if adapted:
            changes = {part: {side: jnp.asarray(arrays[f"{part}.{side}"]) for side in (UP, DOWN)} for part in changes}
    vectors = np.asarray(transformer.vectors(changes, *batches.embedded(np.arange(len(TEXTS)))))
    encoder = sentence_encoder() if adapted else SentenceEncoder()
    for text, vector in zip(TEXTS, vectors, strict=True):
        assert vector @ encoder.vectors([text])[0] > 0.99


def test_two_intents_come_to_lie_apart_and_it_is_known_from_which_texts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adapt, "ADAPTER", tmp_path / "adapter.npz")
    monkeypatch.setattr(adapt, "EPOCHS_FROM_NOTHING", 6)
    who = ["de school", "de wijk", "de zorg", "het bestuur", "de opvang", "de gemeente", "het team", "de raad"]
    texts = {
        "bottleneck_mandaat": [f"ik mag van {one} niets beslissen" for one in who],
        "bottleneck_structuur": [f"het geld van {one} is al verdeeld" for one in who],
    }
    writers = [1, min(adapt.KEPT_APART)]
    adapt.main(
        [
            Example(text, intent, writers[text == "ik mag van de raad niets beslissen"])
            for intent, some in texts.items()
            for text in some
        ]
        * 2
    )
    learned = Adapter(tmp_path / "adapter.npz")
    assert learned.learned_from("ik mag van de school niets beslissen")
    assert not learned.learned_from("ik mag van de raad niets beslissen")

    def alike(encoder: SentenceEncoder) -> float:
        allowed, money = (encoder.vectors(some).mean(axis=0) for some in texts.values())
        return float(allowed @ money / np.linalg.norm(allowed) / np.linalg.norm(money))

    assert alike(SentenceEncoder(learned)) < alike(SentenceEncoder())


def test_it_goes_on_from_the_adapter_that_there_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adapt, "ADAPTER", tmp_path / "adapter.npz")
    monkeypatch.setattr(adapt, "LEARNING_RATE_GOING_ON", 0.0)
    assert adapt.adapter_so_far() is None
    texts = [f"het geld van {one} is al verdeeld" for one in "abcdefgh"] + [f"wie doet {one} dan" for one in "abcdefgh"]
    examples = [Example(text, text.split()[0], 1) for text in texts]
    adapt.main(examples)
    with np.load(tmp_path / "adapter.npz") as arrays:
        before = {name: arrays[name] for name in arrays.files}
    adapt.main(examples)
    with np.load(tmp_path / "adapter.npz") as arrays:
        for name, value in before.items():
            assert np.allclose(arrays[name], value, atol=1e-3)


def test_labels_that_are_doubted_or_not_noted_are_not_learned() -> None:
    noted = [{"themes": ["geld"]}, {"themes": [], "doubted": ["geld"]}, {"themes": []}, {"writer": 3}]
    labels = adapt.AnyOf(noted, "themes", 1.0)
    assert labels.truth[:, 0].tolist() == [1, -1, 0, -1]
    scores = jnp.zeros((4, 1))
    only_known = labels.loss(scores.at[0, 0].set(9.0).at[2, 0].set(-9.0), jnp.asarray(labels.truth))
    assert float(only_known) < 0.01
    assert float(labels.loss(scores.at[2, 0].set(9.0), jnp.asarray(labels.truth))) > 1


def test_answers_of_which_only_the_labels_count_tell_no_intent() -> None:
    noted = {"themes": ["geld"], "labels_only": True}
    examples = [Example("a", "give_answer", 1, noted), Example("b", "give_answer", 1), Example("c", "stop", 1)]
    assert adapt.tasks_of(examples)[0].truth.tolist() == [-1, 0, 1]


def test_the_adapter_of_this_work_has_not_seen_the_writers_that_it_is_measured_on() -> None:
    examples = [example for example in adapt.all_examples() if example.writer in adapt.KEPT_APART]
    assert len(examples) > 1000
    assert not [example.text for example in examples if adapter().learned_from(example.text)]
