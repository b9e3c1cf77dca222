"""Finds streets with a number, a street somebody lives in, post boxes, and the place that goes with them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from review.masking.spans import Kind, Span
from review.masking.words import WORDS, plain


def _any_of(words: frozenset[str]) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


_ENDS = _any_of(WORDS.street_ends)
_LEAD = rf"(?:(?:[A-Z][\w'’.-]*|(?i:{_any_of(WORDS.street_leads)}))\s+){{0,4}}?"
NUMBER = (
    r"(?:,?\s?(?:nr\.?|nummer|huisnummer)\s?)?\s?\d{1,4}"
    r"(?:\s?[a-zA-Z](?![\w’'])|\s?[-/]\s?\d{1,3}|\s?(?:bis|hs|hoog|rood|zwart)\b)?(?![\d.,]\d|\d|%|\w)"
)
STREET = re.compile(
    rf"(?<![\w@.-])(?P<lead>{_LEAD})(?P<word>[^\W\d_][^\W\d_'’.-]*?(?:-[^\W\d_]+)*(?i:{_ENDS}))(?P<number>\s{NUMBER})"
)
LAAN_VAN = re.compile(
    rf"(?<!\w)(?:laan|weg|plein|hof|straat|straatje|kade)\s(?:van|naar|der|achter)\s(?:de\s|het\s|den\s|der\s)?[^\W\d_]+(?:\s[^\W\d_]+)?\s{NUMBER}",
    re.IGNORECASE,
)
LIVES = re.compile(
    rf"\b(?:adres|woonadres|huisadres|bezoekadres|postadres|woon|woont|wonen|woonde|gevestigd|verhuisd)\b"
    rf"(?:\s?:|\s(?:is|ik|hij|zij|ze|we|nu|daar|naar|op|aan|in|te|de|het))*\s"
    rf"(?P<street>(?:(?!(?:en|met|voor|de|het|groep|een)\b)[^\W\d_][\w'’.-]*\s){{1,3}}{NUMBER})",
    re.IGNORECASE,
)
WITHOUT_NUMBER = re.compile(
    rf"(?<!\w)(?:in|aan|op|uit|van|naar|bij)\s(?:de|het)\s(?P<street>{_LEAD}[^\W\d_][\w'’-]*(?i:straat|laan|gracht|singel|steeg|dreef|plantsoen|plein|weg|kade))(?!\w)"
)
POST_BOX = re.compile(r"(?<!\w)postbus\s?\d{1,6}(?!\d)", re.IGNORECASE)
PLACE_AFTER = re.compile(
    r"^\s?,?\s?(?:(?:in|te)\s)?(?P<place>['’]?[^\W\d_][\w'’-]*(?:\s[^\W\d_][\w'’-]*){0,3})", re.IGNORECASE
)
UNIT = re.compile(rf"^\s?(?:{_any_of(WORDS.units)})\b", re.IGNORECASE)


def find_addresses(text: str, postcodes: list[Span]) -> Iterator[Span]:
    """The addresses of `text`; `postcodes` are where places may stand behind."""
    streets = list(_streets(text))
    for span in [*streets, *postcodes]:
        yield from _place_behind(text, span.end)
    yield from streets


def _streets(text: str) -> Iterator[Span]:
    for match in STREET.finditer(text):
        word = plain(match["word"])
        if word not in WORDS.no_street and _is_street(word) and not UNIT.match(text[match.end() :]):
            start = match.start("word") if _only_small(match["lead"]) else match.start()
            yield Span(start, match.end(), Kind.ADDRESS)
    for form in (LAAN_VAN, POST_BOX):
        yield from (Span(*match.span(), Kind.ADDRESS) for match in form.finditer(text))
    for match in LIVES.finditer(text):
        words = match["street"].split()
        if not any(plain(word) in WORDS.everyday for word in words[:-1]) and not UNIT.match(text[match.end() :]):
            yield Span(*match.span("street"), Kind.ADDRESS)
    for match in WITHOUT_NUMBER.finditer(text):
        word = plain(match["street"].split()[-1])
        if word not in WORDS.no_street and word not in WORDS.everyday and _is_sure(word, match["street"]):
            yield Span(*match.span("street"), Kind.ADDRESS)


def _only_small(lead: str) -> bool:
    """Whether what stands before a street's name is an article or preposition that is no part of it."""
    return all(word in WORDS.street_articles for word in lead.split()) and not lead.startswith("van de")


def _is_street(word: str) -> bool:
    if any(word.endswith(end) for end in WORDS.sure_street_ends):
        return word not in WORDS.everyday
    # A compound of two ordinary words is a street with its number: "dorpsdijk 101".
    return word not in WORDS.dictionary and word not in WORDS.first_names


def _is_sure(word: str, written: str) -> bool:
    """Whether a street without a number is one: by its ending, or because it is no other word."""
    return (
        word.endswith(("straat", "laan")) or written.rsplit(maxsplit=1)[-1][0].isupper() or not WORDS.is_ordinary(word)
    )


def _place_behind(text: str, end: int) -> Iterator[Span]:
    """The place behind a street or a postcode: as many words as make a place that deduce knows."""
    match = PLACE_AFTER.match(text[end:])
    words = match["place"].split(" ") if match else []
    for count in range(len(words), 0, -1):
        place = " ".join(words[:count])
        if plain(place) in WORDS.places and (plain(place) not in WORDS.everyday or place[0].isupper()):
            start = end + (match.start("place") if match else 0)
            yield Span(start, start + len(place), Kind.ADDRESS)
            return
