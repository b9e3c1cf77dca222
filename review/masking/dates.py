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
_UNITS = "een|één|twee|drie|vier|vijf|zes|zeven|acht|negen"
_UP_TO_NINETEEN = f"tien|elf|twaalf|dertien|veertien|vijftien|zestien|zeventien|achttien|negentien|{_UNITS}"
_TENS = "twintig|dertig|veertig|vijftig|zestig|zeventig|tachtig|negentig"
_BELOW_HUNDRED = rf"(?:(?:(?:{_UNITS})[eë]n)?(?:{_TENS})|{_UP_TO_NINETEEN})"
# Said aloud: "acht december negentienachtenzestig".
SPOKEN = rf"(?:(?:{_UNITS})entwintig|eenendertig|twintig|dertig|{_UP_TO_NINETEEN}|(?:[\w]+(?:ste|de)))"
SPOKEN_YEAR = (
    rf"(?:negentien\s?(?:honderd)?\s?(?:en)?\s?{_BELOW_HUNDRED}"
    rf"|twee\s?duizend\s?(?:en)?\s?(?:{_BELOW_HUNDRED})?|twintig\s?{_BELOW_HUNDRED})"
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
    rf"(?<![\w/.-])(?:(?:{DAY}(?:e|de|ste)?[ -]?|{SPOKEN}\s){MONTH}(?:[ -]?{SHORT_YEAR}|\s{SPOKEN_YEAR})?(?!\w)"
    rf"|{DAY}\s?[-/. ]\s?(?:0?[1-9]|1[0-2])"
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
# Somebody just before the date: "de jongen (12 jaar, 04-06-2013)", "moeder 12-05-1989".
SOMEBODY = re.compile(
    r"\b(?:jongen|jongetje|meisje|kind|kindje|leerling|zoon|zoontje|dochter|dochtertje|baby|peuter|kleuter|moeder|vader"
    r"|cliënt|client|bewoner|bewoonster|patiënt|broer|broertje|zus|zusje|bsn|\d{1,2} ?jaar|jarige)\b[\w\s(,:]{0,20}$",
    re.IGNORECASE,
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


MONTH_AND_YEAR = re.compile(rf"(?<!\w)(?:{MONTH})[ -](?:{SHORT_YEAR}|{SPOKEN_YEAR})(?!\w)", re.IGNORECASE)
IS_OF = re.compile(
    r"\b(?:hij|zij|ze|die|\w*kind|jongen|meisje|leerling)\s(?:is|was|komt)\s(?:er\s)?(?:een\s)?van\s$", re.IGNORECASE
)


def find_birth_dates(text: str) -> Iterator[Span]:
    """Dates with a word of birth beside them, and full dates of years ago that no occasion explains.

    What is "years ago" depends on the year in which this runs: a text that is masked again in a later year may have
    one more date hidden, never one less.
    """
    born = [match for match in LOOSE.finditer(text) if _born(text, match)]
    yield from (Span(*match.span(), Kind.BIRTH_DATE) for match in born)
    for match in MONTH_AND_YEAR.finditer(text):
        before = text[: match.start()]
        if re.search(r"geboren (?:in )?$", before, re.IGNORECASE) or IS_OF.search(before):
            yield Span(*match.span(), Kind.BIRTH_DATE)
    for match in FULL.finditer(text):
        year = int(match["year"] or match["year2"] or match["year3"])
        of_somebody = SOMEBODY.search(text[: match.start()]) or not OCCASION.search(_sentence(text, match))
        if year <= datetime.date.today().year - YOUNGEST and of_somebody:
            yield Span(*match.span(), Kind.BIRTH_DATE)


def _born(text: str, match: re.Match[str]) -> bool:
    return bool(
        BORN_BEFORE.search(text[: match.start()])
        or IS_OF.search(text[: match.start()])
        or BORN_AFTER.search(text[match.end() :])
    )


def _sentence(text: str, match: re.Match[str]) -> str:
    """The sentence around the date, without the date."""
    before = re.split(r"[.!?]\s|\n", text[: match.start()])[-1]
    after = re.split(r"[.!?](?:\s|$)|\n", text[match.end() :])[0]
    return f"{before} {after}"
