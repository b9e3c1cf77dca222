"""Finds streets with a number, a street somebody lives in, post boxes, and the place that goes with them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from review.masking.spans import Kind, Span
from review.masking.words import DERIVED, WORDS, plain


def _any_of(words: frozenset[str]) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


_ENDS = _any_of(WORDS.street_ends)
_LEAD = rf"(?:(?:[A-Z][\w'’.-]*|[a-z]{1, 2}\.(?:[a-z]\.)*|(?i:{_any_of(WORDS.street_leads)}))\s+){{0,4}}?"
NUMBER = (
    r"(?:,?\s?(?:nr\.?|nummer|huisnummer)\s?)?\s?\d{1,4}"
    r"(?:\s?[a-zA-Z](?![\w’'])|\s?[-/]\s?(?:\d{1,3}|[a-zA-Z]{1,3})(?!\w)"
    r"|\s?(?:bis|hs|rood|zwart|huis|[IVX]{1,4}|(?:\d\s?)?hoog|bus\s?\d{1,4})\b)?(?![\d.,]\d|\d|%|\w)"
)
WITH_LETTER = r"\d{1,4}\s?-?[a-z](?![\w’'])"  # a number that only houses have, and groups and rooms
STREET = re.compile(
    rf"(?<![\w@.-])(?P<lead>{_LEAD})(?P<word>[^\W\d_][^\W\d_'’.-]*?(?:-[^\W\d_]+)*(?i:{_ENDS}))(?P<number>\s{NUMBER})"
)
LAAN_VAN = re.compile(
    rf"(?<!\w)(?:laan|weg|plein|hof|straat|straatje|kade)\s(?:van|naar|der|achter)\s(?:de\s|het\s|den\s|der\s)?[^\W\d_]+(?:\s[^\W\d_]+)?\s{NUMBER}",
    re.IGNORECASE,
)
LIVES = re.compile(
    rf"\b(?:adres|woonadres|huisadres|bezoekadres|postadres|woon|woont|wonen|woonde|gevestigd|verhuisd|huisbezoek|ingeschreven|langsgegaan|langs)\b"
    rf"(?:\s?:|\s(?:is|ik|hij|zij|ze|we|nu|daar|naar|op|aan|in|te|de|het))*\s"
    rf"(?P<street>(?:(?!(?:en|met|voor|de|het|groep|een)\b)[^\W\d_][\w'’.-]*\s(?:\d{{4}}\s)?){{1,3}}{NUMBER})",
    re.IGNORECASE,
)
WITHOUT_NUMBER = re.compile(
    rf"(?<!\w)(?:in|aan|op|uit|van|naar|bij)\s(?:de|het)\s(?P<street>{_LEAD}[^\W\d_][\w'’-]*(?i:straat|laan|gracht|singel|steeg|dreef|plantsoen|plein|weg|kade))(?!\w)"
)
# "aan de meerkoet 110", "naar de vlasakker 27b": a street without the ending of one.
AT_NUMBER = re.compile(
    rf"(?<!\w)(?:aan|op|in|naar|van|uit|bij)\s(?:(?P<article>de|het|'t|den)\s)?"
    rf"(?P<street>{_LEAD}(?P<word>[^\W\d_][\w'’-]{{3,}})\s(?P<number>{NUMBER}))",
    re.IGNORECASE,
)
ABROAD = re.compile(
    r"(?<!\w)(?:\d{1,4}[a-z]?,?\s(?:rue|avenue|boulevard|place|chemin|impasse|allée)(?:\s[\w'’-]+){1,4}"
    r"|\d{1,4}[a-z]?,?\s(?:[A-Z][\w'’-]+\s){1,3}(?:street|road|lane|avenue|drive|close|court)"
    r"|(?:[A-Z][\w-]*\s)?\w+(?:stra(?:ß|ss)e|str\.)\s\d{1,4}[a-z]?"
    r"|(?:rue|avenue|chaussée|calle|via|ulica|ul\.)(?:\s[\w'’-]+){1,4}?,?\s\d{1,4}[a-z]?)(?!\w)",
    re.IGNORECASE,
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
    for form in (LAAN_VAN, ABROAD, POST_BOX):
        yield from (Span(*match.span(), Kind.ADDRESS) for match in form.finditer(text))
    for match in LIVES.finditer(text):
        if not _counts(match["street"]) and not UNIT.match(text[match.end() :]):
            yield Span(*match.span("street"), Kind.ADDRESS)
    for match in AT_NUMBER.finditer(text):
        if _is_at_number(match) and not UNIT.match(text[match.end() :]):
            yield Span(*match.span("street"), Kind.ADDRESS)
    for match in WITHOUT_NUMBER.finditer(text):
        word = plain(match["street"].split()[-1])
        if word not in WORDS.no_street and word not in WORDS.everyday and _is_sure(word, match["street"]):
            yield Span(*match.span("street"), Kind.ADDRESS)


def _counts(street: str) -> bool:
    """Whether these words are no street but what a number belongs to: "groep 8", "nu 3"."""
    words = [plain(word) for word in re.findall(r"[^\W\d_][\w'’-]*", street)]
    words = [word for word in words if word not in {"nr", "nummer", "huisnummer", "bus", "hoog", "huis"}]
    return not words or words[-1] in WORDS.no_noun or words[-1].endswith(tuple(WORDS.numbered))


def _is_at_number(match: re.Match[str]) -> bool:
    word = plain(match["word"])
    if word.endswith(tuple(WORDS.numbered)) or word in WORDS.no_noun or word in WORDS.no_street:
        return False
    if re.match(WITH_LETTER, match["number"].strip()):
        return word not in WORDS.everyday or bool(match["article"])
    at = match["article"] or match["word"][0].isupper()
    return bool(at) and word not in WORDS.everyday and not DERIVED.search(word)


def _only_small(lead: str) -> bool:
    """Whether what stands before a street's name is an article or preposition that is no part of it."""
    return all(word in WORDS.street_articles for word in lead.split()) and not lead.startswith("van de")


def _is_street(word: str) -> bool:
    if word.endswith(tuple(WORDS.sure_street_ends)):
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
