"""Finds dates of birth, and leaves other dates."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator

from review.masking.spans import Kind, Span

MONTH = (
    r"(?:jan(?:uari)?|feb(?:ruari)?|maart|mrt|apr(?:il)?|mei|juni?|juli?|aug(?:ustus)?|sept?(?:ember)?|okt(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\.?"
)
DAY = r"(?:0?[1-9]|[12]\d|3[01])"
YEAR = r"(?P<year>(?:19|20)\d\d)"
SHORT_YEAR = r"(?:(?:19|20)\d\d|['’`]?\d\d)"
FULL = re.compile(
    rf"(?<![\d/.-])(?:{DAY}(?:e|de|ste)?[ -]?(?P<month>{MONTH})[ -]?{YEAR}"
    rf"|(?P<day>{DAY})\s?(?P<sep>[-/. ])\s?(?P<number>0?[1-9]|1[0-2])\s?(?P=sep)\s?(?P<year2>(?:19|20)\d\d)"
    rf"|(?P<year3>(?:19|20)\d\d)[-/.](?:0?[1-9]|1[0-2])[-/.]{DAY})(?![\d/-])",
    re.IGNORECASE,
)
LOOSE = re.compile(
    rf"(?<![\d/.-])(?:{DAY}(?:e|de|ste)?[ -]?{MONTH}(?:[ -]?{SHORT_YEAR})?(?!\w)|{DAY}\s?[-/. ]\s?(?:0?[1-9]|1[0-2])"
    rf"(?:\s?[-/. ]\s?{SHORT_YEAR})?(?![\d/-])|(?:19|20)\d\d[-/.](?:0?[1-9]|1[0-2])[-/.]{DAY}(?!\d)"
    rf"|(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])(?:19|20)\d\d(?!\d))",
    re.IGNORECASE,
)
BORN_BEFORE = re.compile(
    r"\b(?:ge?boren|geb(?=[\s.:])|geboorte\s?datum|geb\.?\s?datum|geboortedag|gebdat|gbd|jarig|verjaar\w*|verjaart|dob)\b"
    r"(?:[^\d\n]|(?:19|20)\d\d){0,30}$",
    re.IGNORECASE,
)
BORN_AFTER = re.compile(
    r"^[^\d\n]{0,25}\b(?:ge?boren|jarig|geboortedatum|geboortedag|verjaardag|verjaart)\b", re.IGNORECASE
)
# Where a date with its year stands for something that happened, or begins, and not for somebody.
OCCASION = re.compile(
    r"\b(?:sinds|vanaf|per|tot|ingang|ingegaan|vergadering|overleg\w*|afspraak|afspraken|afgesproken|besluit\w*|brief|mail"
    r"|wet|\w+wet|verslag|notulen|deadline|gestart|start\w*|begonnen|begin\w*|getekend|ondertekend\w*|convenant|subsidie"
    r"|evaluatie|bijeenkomst|studiedag|gesprek|\w+dag|versie|vastgesteld|gefuseerd|fusie|geopend|opening|rapport|plan"
    r"|maandag|dinsdag|woensdag|donderdag|vrijdag|zaterdag|zondag)\b",
    re.IGNORECASE,
)
YOUNGEST = 2  # a date of the last two years is that of a meeting, unless it is said that somebody was born


def find_birth_dates(text: str) -> Iterator[Span]:
    """Dates with a word of birth beside them, and full dates of years ago that no occasion explains."""
    born = [match for match in LOOSE.finditer(text) if _born(text, match)]
    yield from (Span(*match.span(), Kind.BIRTH_DATE) for match in born)
    for match in FULL.finditer(text):
        year = int(match["year"] or match["year2"] or match["year3"])
        if year <= datetime.date.today().year - YOUNGEST and not OCCASION.search(_sentence(text, match)):
            yield Span(*match.span(), Kind.BIRTH_DATE)


def _born(text: str, match: re.Match[str]) -> bool:
    return bool(BORN_BEFORE.search(text[: match.start()]) or BORN_AFTER.search(text[match.end() :]))


def _sentence(text: str, match: re.Match[str]) -> str:
    """The sentence around the date, without the date."""
    before = re.split(r"[.!?]\s|\n", text[: match.start()])[-1]
    after = re.split(r"[.!?](?:\s|$)|\n", text[match.end() :])[0]
    return f"{before} {after}"
