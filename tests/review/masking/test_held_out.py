"""What masking hides of sentences that nobody looked at while it was made; and that it stands nowhere else."""

from __future__ import annotations

import logging
import re
from functools import partial
from pathlib import Path

import pytest
import yaml
from sqlalchemy.engine import Engine

from benchmarks.masking import HELD_OUT, Scores, recall
from review.masking import ConversationMask, Masker
from review.projection.following import Projection
from review.projection.reading import code_of
from storage.schema import migrate, open_database
from tests.review.projection.logs import BEGAN, bot, log, slots, store_log, user
from tests.review.projection.test_personal_data import everything

LEAST_SPANS_HIDDEN, MOST_NEUTRAL_TOUCHED = 0.95, 0.02
LONG = 8  # letters and digits
CUT = 120  # characters of a sentence that the coach gives back


@pytest.fixture(scope="module")
def scores(masker: Masker) -> Scores:
    return recall(masker, HELD_OUT)


def test_nearly_everything_personal_is_hidden(scores: Scores) -> None:
    assert sum(scores.spans.values()) >= 150
    assert scores.recall >= LEAST_SPANS_HIDDEN


def test_ordinary_sentences_stay_as_they_are(scores: Scores) -> None:
    assert len(scores.touched) / scores.neutral <= MOST_NEUTRAL_TOUCHED


@pytest.mark.parametrize("kind", ["sqlite"])
def test_what_is_hidden_stands_nowhere_in_the_review_database_and_its_logs(
    review_database: str, tmp_path: Path, masker: Masker, scores: Scores, caplog: pytest.LogCaptureFixture
) -> None:
    """Each sentence in a conversation of its own, wherever the coach puts a leader's words."""
    caplog.set_level(logging.DEBUG)
    store = new_store(tmp_path)
    sentences = yaml.safe_load(HELD_OUT.read_text(encoding="utf-8"))["sentences"]
    for number, sentence in enumerate(sentences):
        text = sentence["text"]
        store_log(
            store,
            f"sender{number}",
            log(
                [
                    user(text, "bottleneck_mandaat", entities=[{"entity": "heard", "value": text}]),
                    *slots(situation=text, story=text, proposed_bottleneck="mandaat"),
                    bot(f"Je zegt: “{text[:CUT]}”.", "utter_mirror", {f"Ja, {text}": "/affirm"}, fragment=text),
                    user("/affirm", "affirm"),
                    *slots(bottleneck="mandaat", opened=["gun_het_tijd"], gun_het_tijd=text, first_step=text),
                    bot(None, custom={"type": "summary", "lines": [["gun_het_tijd", "Gun het tijd", text]]}),
                ]
            ),
        )
    Projection(store, partial(ConversationMask, masker)).step(everything=True, seconds=600)
    tables = everything().values()
    kept = "\n".join([*tables, caplog.text])
    missed = {(span, text) for _, span, text in scores.missed}
    for number, sentence in enumerate(sentences):
        code = code_of(f"sender{number}", BEGAN)
        own = "\n".join(row for table in tables for row in table.split("), (") if code in row)
        for wanted in sentence["hide"]:
            span = wanted["text"]
            if (span, sentence["text"]) not in missed:
                assert not re.search(rf"(?<!\w){re.escape(span)}(?!\w)", own)
                assert len(span) < LONG or span not in kept  # a short one is a part of other words


def new_store(folder: Path) -> Engine:
    engine = open_database(f"sqlite:///{folder}/store.db", 1)
    migrate(engine)
    return engine
