"""The sentences to measure on, and those to learn from, with who wrote them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from rasa.shared.nlu.training_data.entities_parser import replace_entities

from nlu.pooled_classifier import LABELS_ONLY
from tools.model import ROOT

HELD_OUT = ROOT / "benchmarks" / "held_out"
DEVELOPMENT = ROOT / "benchmarks" / "development"
TRAINING = ROOT / "data" / "nlu"
# Of these the sentence encoder alone learns.
OF_THE_ENCODER = ROOT / "nlu" / "examples"
BOTTLENECKS = ("bottleneck_rol", "bottleneck_structuur", "bottleneck_mandaat")


@dataclass(frozen=True)
class Example:
    """A sentence, its intent, the number of its writer (1 where none is noted), and what else is noted with it."""

    text: str
    intent: str
    writer: int
    noted: dict[str, Any] = field(default_factory=dict, compare=False)


def read_examples(*paths: Path) -> list[Example]:
    """The examples of Rasa NLU files."""
    return [example for path in paths for example in _read(path)]


def training_examples() -> list[Example]:
    """All that the model learns intents from."""
    return [example for example in _of(TRAINING) if LABELS_ONLY not in example.noted]


def all_examples() -> list[Example]:
    """All that anything is learned from: the encoder's, and those of which only what is noted with them counts."""
    return [*_of(TRAINING), *_of(OF_THE_ENCODER)]


def _of(folder: Path) -> list[Example]:
    return read_examples(*sorted(folder.glob("*.yml")))


def _read(path: Path) -> Iterator[Example]:
    for topic in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
        noted = topic.get("metadata") or {}
        for line in topic["examples"].splitlines():
            if line.startswith("- "):
                text = replace_entities(line.removeprefix("- "))  # without the marks of annotated words
                yield Example(text, topic["intent"], noted.get("writer", 1), noted)
