"""Finds in one text everything that is to be hidden."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from review.masking.addresses import find_addresses
from review.masking.dates import find_birth_dates
from review.masking.dictionary import Dictionary
from review.masking.names import NameFinder
from review.masking.numbers import find_numbers
from review.masking.schools import SchoolFinder
from review.masking.spans import Kind, Span, resolved
from review.masking.tokens import Token, tokens_of
from review.masking.trained import TrainedNames
from review.masking.words import WORDS, fold

REMEMBERED = 4096  # texts; in memory only
STAYS = re.compile(
    rf"(?<!\w)(?:{'|'.join(sorted(map(re.escape, WORDS.stays), key=len, reverse=True))})(?!\w|\.\w|/\w)",
    re.IGNORECASE,
)


class Masker:
    """Finds what is to be hidden in a text.

    Args:
        folder: where deduce keeps its lists. The first time they are built there, which takes two minutes; loading
            them takes five seconds and one gigabyte of memory.
    """

    def __init__(self, folder: Path) -> None:
        self._dictionary = Dictionary(folder)
        self._trained = TrainedNames()
        self._remembered = lru_cache(maxsize=REMEMBERED)(self._find)

    def find(self, text: str) -> list[Span]:
        """What is to be hidden in `text`: spans in order, none over another."""
        return list(self._remembered(text))

    def _find(self, text: str) -> tuple[Span, ...]:
        tokens = tokens_of(text)
        spans = list(find_numbers(text))
        spans += find_addresses(text, [span for span in spans if span.kind is Kind.POSTCODE])
        spans += find_birth_dates(text)
        spans += SchoolFinder(tokens).find()
        spans += NameFinder(tokens).find()
        read = [*self._dictionary.find(text), *self._trained.find(text)]
        read = [_without_title(span, tokens) for span in read]
        spans += [span for span in read if _says_something(span, tokens)]
        stays = [match.span() for match in STAYS.finditer(fold(text))]
        return tuple(resolved((span for span in spans if not _inside(span, stays)), text))


def _says_something(span: Span, tokens: list[Token]) -> bool:
    """Whether a name or a place that was read off from capitals is more than a word that begins a sentence."""
    words = [token for token in tokens if span.start <= token.start < span.end]
    if span.kind is Kind.ADDRESS:  # "Belastingdienst 0" is none
        return not all(token.is_ordinary for token in words)
    return any((token.has_capital and not token.is_everyday) or not token.is_ordinary for token in words)


def _without_title(span: Span, tokens: list[Token]) -> Span:
    """A name without the titles, functions and relations in front of it, which deduce takes along."""
    words = [token for token in tokens if span.start <= token.start < span.end]
    while len(words) > 1 and span.kind is Kind.NAME and _is_title(words[0]):
        words = words[1:]
        span = span._replace(start=words[0].start)
    return span


def _is_title(token: Token) -> bool:
    return token.plain in WORDS.titles | WORDS.cues or f"{token.plain}." in WORDS.titles


def _inside(span: Span, stays: list[tuple[int, int]]) -> bool:
    return any(start <= span.start and span.end <= end for start, end in stays)
