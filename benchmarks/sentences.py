"""The sentences to measure on, and those to learn from, with who wrote them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from nlu.pooled_classifier import LABELS_ONLY
from tools.model import ROOT

HELD_OUT = ROOT / "benchmarks" / "held_out"
DEVELOPMENT = ROOT / "benchmarks" / "development"
TRAINING = ROOT / "data" / "nlu"
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
    return [example for example in _all_examples() if LABELS_ONLY not in example.noted]


def labelled_examples() -> list[Example]:
    """All answers of which the themes or principles are noted, also those that tell nothing else."""
    return [example for example in _all_examples() if {"themes", "principles"} & example.noted.keys()]


def _all_examples() -> list[Example]:
    return read_examples(*sorted(TRAINING.glob("*.yml")))


def _read(path: Path) -> Iterator[Example]:
    for topic in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
        noted = topic.get("metadata") or {}
        for line in topic["examples"].splitlines():
            if line.startswith("- "):
                yield Example(line.removeprefix("- "), topic["intent"], noted.get("writer", 1), noted)
