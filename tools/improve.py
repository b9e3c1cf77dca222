"""What staff corrected, learned: `make improve` checks the file, trains, and writes what changed.

The file is the one that the staff app writes: downloaded and named with FILE=..., or data/nlu/verbeteringen.yml as it
stands. How to read the report: docs/verbeteren.md.
"""

from __future__ import annotations

import logging
import os
import sys
import warnings
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from rasa.shared.exceptions import RasaException
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.utils.log_utils import configure_structlog

from benchmarks.data_report import near
from benchmarks.evaluate import Recogniser
from benchmarks.improvement import Measured, report
from benchmarks.sentences import HELD_OUT, TRAINING, Example, read_examples
from nlu.importer import Reader
from nlu.vocabulary_extractor import Vocabulary
from review.nlu_file import NAME, Composed, Sentence, compose, known_in, same, write
from tools.model import ROOT, ensure_model
from tools.settings import environment

FILE = TRAINING / NAME
REPORT = ROOT / "reports" / "verbetering.md"
# Held-out sentences in another shape; what is measured on the masker has nothing to do with recognition.
PLACES, MASKING = HELD_OUT / "places.yml", HELD_OUT / "masking.yml"
VALUES_OF = {"level": "levels", "sector": "sectors"}  # the list of each entity
# What a file that is not one of the staff app makes of reading it.
UNREADABLE = (OSError, UnicodeError, LookupError, TypeError, AttributeError, RasaException, UserWarning, yaml.YAMLError)


class NoCorrectionsError(Exception):
    """What should be learned from is no file of the staff app; says so in one line."""


def read(path: Path) -> list[Sentence]:
    """The sentences in a file of the staff app.

    Raises:
        NoCorrectionsError: it is not one.
    """
    try:
        text = path.read_text(encoding="utf-8")
        content = yaml.load(text, yaml.CSafeLoader)
        if content.keys() != {"version", "nlu"} or not all("intent" in topic for topic in content["nlu"]):
            raise KeyError
        with warnings.catch_warnings():
            warnings.simplefilter("error", UserWarning)  # of what Rasa would pass over
            messages = Reader().reads(text).training_examples
        return [_sentence(message) for message in messages]
    except FileNotFoundError:
        raise NoCorrectionsError(f"{path} is er niet.") from None
    except UNREADABLE:
        raise NoCorrectionsError(f"{path} is geen bestand met verbeteringen.") from None


def _sentence(message: Message) -> Sentence:
    words = {}
    for item in message.get(ENTITIES, []):
        if item["value"] not in vocabulary_lists()[VALUES_OF[item["entity"]]]:
            raise KeyError
        words[item["entity"]] = (message.get(TEXT)[item["start"] : item["end"]], item["value"])
    return Sentence(message.get(TEXT), message.get(INTENT), words)


@cache
def vocabulary_lists() -> dict[str, Any]:
    """The lists of data/vocabulary.yml."""
    return dict(yaml.load((ROOT / "data" / "vocabulary.yml").read_text(encoding="utf-8"), yaml.CSafeLoader))


def checked(sentences: list[Sentence]) -> Composed:
    """The file that is learned from: without what stands elsewhere, contradicts something, or is measured on."""
    composed = compose(sentences, known_in(TRAINING))
    examples = [Example(sentence.text, sentence.intent, 0) for sentence in composed.kept]
    held_out = read_examples(*sorted({*HELD_OUT.glob("*.yml")} - {PLACES, MASKING}))
    measured = {same(example.text) for example in held_out}
    measured |= {same(item["text"]) for item in yaml.safe_load(PLACES.read_text(encoding="utf-8"))}
    measured |= {same(example.text) for example, _ in near(examples, held_out)}
    vocabulary = Vocabulary(vocabulary_lists())

    def reason(sentence: Sentence) -> str:
        said = ((words, entity, value) for entity, (words, value) in sentence.words.items())
        if any(vocabulary.contradicted_by(*each) for each in said):
            return "tegenspraak: data/vocabulary.yml zegt iets anders van deze woorden"
        return "hiermee wordt gemeten" if same(sentence.text) in measured else ""

    learned = compose((item for item in composed.kept if not reason(item)), {})
    more = [(item, why) for item in composed.kept if (why := reason(item))]
    return Composed(learned.text, learned.kept, [*composed.left_out, *more])


def improve(source: Path) -> Composed:
    """Learn from `source` and write the report; data/nlu stays as it was when that fails.

    Raises:
        NoCorrectionsError: the file is not one of the staff app.
        SystemExit: training failed.
    """
    composed = checked(read(source))
    before = FILE.read_text(encoding="utf-8") if FILE.exists() else None
    old = ensure_model(without=FILE)
    write(TRAINING, composed)
    try:
        new = ensure_model()
    except BaseException:
        FILE.unlink() if before is None else FILE.write_text(before, encoding="utf-8")
        raise
    examples = [item.text for item in composed.kept]
    measured = [Measured.of(Recogniser(model), examples) for model in (old, new)]
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(report(composed, *measured), encoding="utf-8")
    return composed


def main(arguments: list[str]) -> None:
    """Improve, and print the end of the report."""
    try:
        improve(Path(arguments[0]) if arguments else FILE)
    except NoCorrectionsError as error:
        raise SystemExit(str(error)) from None
    print(REPORT.read_text(encoding="utf-8").splitlines()[-1])
    print(f"Alles staat in {REPORT.relative_to(ROOT)}.")


if __name__ == "__main__":
    os.environ.update(environment())
    configure_structlog(logging.ERROR)  # its default prints every message
    main(sys.argv[1:])
