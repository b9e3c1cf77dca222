"""What is to be hidden in a text: where, and what kind of thing it is."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """The kinds, named as their placeholders are. Where spans overlap, the kind that stands first here wins."""

    EMAIL = "E-MAIL"
    LINK = "LINK"
    IBAN = "IBAN"
    BSN = "BSN"
    PHONE = "TELEFOON"
    BIRTH_DATE = "GEBOORTEDATUM"
    POSTCODE = "POSTCODE"
    SCHOOL = "SCHOOL"
    ADDRESS = "ADRES"
    NAME = "NAAM"
    PLACE = "PLAATS"


class Span(NamedTuple):
    """The characters from `start` up to `end` are a `kind`."""

    start: int
    end: int
    kind: Kind


def resolved(spans: Iterable[Span], text: str) -> list[Span]:
    """The spans in order, none over another, with everything hidden that one of them hides.

    Spans of one kind that overlap become one. Of different kinds the one that stands first in `Kind` stays whole, and
    of the others what it does not cover, as far as that holds a letter or a digit.
    """
    found = set(spans)
    kept: list[Span] = []
    for kind in Kind:
        for span in _joined(sorted(span for span in found if span.kind is kind)):
            start = span.start
            for other in sorted(other for other in kept if span.start < other.end and other.start < span.end):
                kept += _trimmed(Span(start, other.start, kind), text)
                start = max(start, other.end)
            kept += _trimmed(span._replace(start=start), text)
    return sorted(kept)


def _joined(spans: list[Span]) -> list[Span]:
    joined: list[Span] = []
    for span in spans:
        if joined and span.start < joined[-1].end:
            joined[-1] = joined[-1]._replace(end=max(span.end, joined[-1].end))
        else:
            joined.append(span)
    return joined


def _trimmed(span: Span, text: str) -> list[Span]:
    """The span without what is no letter or digit at its ends; nothing when there is nothing else."""
    start, end = span.start, span.end
    while start < end and not text[start].isalnum() and text[start] not in "+(":
        start += 1
    while start < end and not text[end - 1].isalnum() and text[end - 1] not in "/":
        end -= 1
    return [Span(start, end, span.kind)] if start < end else []
