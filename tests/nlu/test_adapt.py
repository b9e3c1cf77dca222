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
    monkeypatch.setattr(adapt, "EPOCHS", 6)
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


def test_the_adapter_of_this_work_has_not_seen_the_writers_that_it_is_measured_on() -> None:
    examples = [example for example in adapt.training_examples() if example.writer in adapt.KEPT_APART]
    assert len(examples) > 1000
    assert not [example.text for example in examples if adapter().learned_from(example.text)]
