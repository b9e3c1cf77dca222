"""The file of training sentences that the staff app writes for data/nlu.

Without Django: what retrains the coach reads and writes it too (tools/improve.py).
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from operator import itemgetter
from pathlib import Path

import yaml

from review.personal import personal_in
from review.words import INTENTS

NAME = "verbeteringen.yml"
# All of staff count as one, in who wrote what (docs/herkenning.md).
WRITER = 89
HEADER = """\
# Written by the staff app, anew each time: what you change here is lost. What staff corrected, without anything of a
# person; docs/verbeteren.md says how it gets here.
version: "3.1"
"""
# An annotation as Rasa reads it. Nothing escapes its brackets, so no sentence keeps square ones.
_ANNOTATION = re.compile(r"\[([^\]]+?)\](?:\([^)]+?\)|\{[^}]+?\}|\[.*?\])")
# In a file that is all ASCII Rasa reads what follows a backslash as a letter's number.
_WRITTEN_OTHERWISE = str.maketrans("[]\\", "()/")
_NOT_IN_YAML = re.compile(r"[^\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Sentence:
    """A sentence to learn, its intent, and which of its words tell level and sector.

    `words` is {"level" or "sector": (words, value)}. `key` is the row that it was made from.
    """

    text: str
    intent: str
    words: Mapping[str, tuple[str, str]]
    key: int = 0


@dataclass(frozen=True)
class Composed:
    """What is written: the file, the sentences in it, and those that are not, each with the reason."""

    text: str
    kept: list[Sentence]
    left_out: list[tuple[Sentence, str]]


def plain(line: str) -> str:
    """A line of examples without the marks of annotated words."""
    return _ANNOTATION.sub(r"\1", line)


def same(text: str) -> str:
    """What two sentences have in common that are the same to who learns from them: capitals, spaces and marks aside."""
    return " ".join(re.findall(r"\w+", text.casefold())) or "".join(text.split())


def compose(sentences: Iterable[Sentence], known: Mapping[str, str]) -> Composed:
    """The file of `sentences`, without those that stand elsewhere or contradict another.

    Args:
        sentences: of those that are the same, the first counts.
        known: the intents of the sentences that stand elsewhere, by `same`.
    """
    sentences = [_cleaned(sentence) for sentence in sentences]
    intents, told = defaultdict(set), defaultdict(set)
    for sentence in sentences:
        intents[same(sentence.text)].add(sentence.intent)
        for entity, (words, value) in sentence.words.items():
            told[entity, same(words)].add(value)
    kept: dict[str, Sentence] = {}
    left_out = []
    for sentence in sentences:
        form = same(sentence.text)
        doubted = [words for entity, (words, _) in sentence.words.items() if len(told[entity, same(words)]) > 1]
        if personal_in(sentence.text):
            left_out.append((replace(sentence, text="…"), "er staat iets in dat over een persoon kan gaan"))
        elif doubted:
            left_out.append((sentence, f"tegenspraak: “{doubted[0]}” zegt elders iets anders"))
        elif reason := _reason(sentence, intents[form], known.get(form), again=form in kept):
            left_out.append((sentence, reason))
        else:
            kept[form] = sentence
    return Composed(HEADER + _topics(list(kept.values())) + _remarks(left_out), list(kept.values()), left_out)


def known_in(folder: Path) -> dict[str, str]:
    """The intents of all sentences in the other files of `folder`, by `same`.

    Raises:
        OSError, UnicodeError, yaml.YAMLError: a file cannot be read.
    """
    found = {}
    for file in sorted({*folder.glob("*.yml")} - {folder / NAME}):
        content = yaml.load(file.read_text(encoding="utf-8"), yaml.CSafeLoader) or {}
        for topic in content.get("nlu", ()):
            for line in str(topic.get("examples", "")).splitlines():
                found[same(plain(line.removeprefix("- ")))] = str(topic.get("intent"))
    return found


def write(folder: Path, composed: Composed) -> None:
    """Put the file into `folder`, whole or not at all.

    Raises:
        OSError: it cannot be written.
    """
    new = folder / f".{NAME}.new"
    try:
        new.write_text(composed.text, encoding="utf-8")
        new.replace(folder / NAME)
    finally:
        new.unlink(missing_ok=True)


def _reason(sentence: Sentence, intents: set[str], known: str | None, *, again: bool) -> str:
    """Why a sentence is not learned from; empty where it is."""
    missing = [words for words, _ in sentence.words.values() if not place_of(words, sentence.text)]
    if not sentence.text:
        return "er staat niets in"
    if sentence.intent not in INTENTS or sentence.intent == "nlu_fallback":
        return f"de coach kent geen bedoeling {_clean(sentence.intent)}"
    if missing:
        return f"“{missing[0]}” staat er niet in"
    if len(intents) > 1:
        return f"tegenspraak: beoordeeld als {' en als '.join(sorted(map(_clean, intents)))}"
    if known and known != sentence.intent:
        return f"tegenspraak: staat in data/nlu als {known}, beoordeeld als {sentence.intent}"
    return "staat al in data/nlu" if known else "staat er twee keer in" if again else ""


def _topics(sentences: list[Sentence]) -> str:
    """The part of the file that holds the sentences, by intent, in an order that more of them do not change."""
    if not sentences:
        return "nlu: []\n"
    lines, annotated = ["nlu:"], [_annotated(sentence) for sentence in sentences]
    for intent in INTENTS:
        if of_intent := sorted(sentence.text for sentence in annotated if sentence.intent == intent):
            lines += [f"  - intent: {intent}", f"    metadata: {{writer: {WRITER}}}", "    examples: |"]
            lines += [f"      - {text}" for text in of_intent]
    return "\n".join([*lines, ""])


def _remarks(left_out: list[tuple[Sentence, str]]) -> str:
    """What was left out and why, as comments: who downloads the file has nothing else to read it in."""
    return "".join(f"# Weggelaten: “{sentence.text}” ({reason}).\n" for sentence, reason in left_out)


def _annotated(sentence: Sentence) -> Sentence:
    """With its words marked as Rasa reads it. Marks cannot overlap: words that do are marked as one, with both."""
    marks: list[tuple[int, int, list[dict[str, str]]]] = []
    for entity, (words, value) in sentence.words.items():
        start, end = place_of(words, sentence.text) or (0, 0)
        told = [{"entity": entity, "value": value}]
        for mark in [mark for mark in marks if start < mark[1] and mark[0] < end]:
            marks.remove(mark)
            start, end, told = min(start, mark[0]), max(end, mark[1]), mark[2] + told
        marks.append((start, end, told))
    text = sentence.text
    for start, end, told in sorted(marks, reverse=True, key=itemgetter(0)):
        what = json.dumps(told if len(told) > 1 else told[0])
        text = f"{text[:start]}[{text[start:end]}]{what}{text[end:]}"
    return replace(sentence, text=text)


def place_of(words: str, text: str) -> tuple[int, int] | None:
    """Where whole `words` stand in `text`, whatever their capitals; None where they do not."""
    found = re.search(rf"(?<!\w){re.escape(words)}(?!\w)", text, re.IGNORECASE) if words else None
    return found and found.span()


def _cleaned(sentence: Sentence) -> Sentence:
    words = {entity: (_clean(words), value) for entity, (words, value) in sentence.words.items()}
    return replace(sentence, text=_clean(sentence.text), words=words)


def _clean(text: str) -> str:
    """On one line, and with nothing in it that YAML or Rasa reads as more than a letter."""
    return _NOT_IN_YAML.sub("", " ".join(text.split()).translate(_WRITTEN_OTHERWISE)).strip()
