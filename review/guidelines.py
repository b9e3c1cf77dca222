"""When staff choose what in correcting a turn; what can be chosen stands there too (guidelines.yml)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from review.words import INTENTS, in_words


@dataclass(frozen=True)
class Guideline:
    """Something that can be chosen, and when it is."""

    name: str
    words: str
    when: str
    example: str
    unlike: str


@dataclass(frozen=True)
class Guidelines:
    """All that can be chosen: the intents in groups by their titles, the levels, and the sectors."""

    groups: dict[str, tuple[Guideline, ...]]
    levels: tuple[Guideline, ...]
    sectors: tuple[Guideline, ...]

    @property
    def intents(self) -> dict[str, Guideline]:
        """The intents by their names, in order."""
        return {choice.name: choice for group in self.groups.values() for choice in group}


@cache
def guidelines() -> Guidelines:
    """As guidelines.yml has them."""
    told = yaml.safe_load(Path(__file__).with_suffix(".yml").read_text(encoding="utf-8"))
    groups = {group["title"]: _read(group["choices"]) for group in told["intents"]}
    return Guidelines(groups, _read(told["levels"]), _read(told["sectors"]))


def _read(choices: dict[str, dict[str, Any]]) -> tuple[Guideline, ...]:
    return tuple(Guideline(name, in_words(name, INTENTS), **told) for name, told in choices.items())
