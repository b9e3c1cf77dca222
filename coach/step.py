"""Reading a first step: whether it says when and with whom, and on which day it falls."""

from __future__ import annotations

import re
from datetime import date, timedelta

_DAYS = ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag")
_MONTHS = (
    "januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober", "november",
    "december",
)  # fmt: skip
_NUMBERS = {"een": 1, "één": 1, "twee": 2, "drie": 3, "vier": 4, "vijf": 5, "zes": 6}
_DAY = rf"(?:{'|'.join(_DAYS)})"
_MONTH = rf"(?:{'|'.join(_MONTHS)})"
_WHEN = re.compile(
    rf"\b(?:{_DAY}(?:en|s)?|{_DAY}(?:ochtend|middag|avond)|{_MONTH}"
    r"|vandaag|morgen(?:ochtend|middag|avond)?|overmorgen|vanmiddag|vanavond|vanochtend|straks|meteen|direct na"
    r"|(?:deze|volgende|komende|eerstvolgende|aanstaande|elke|iedere|begin|eind|halverwege) (?:\w+ )?"
    r"(?:dag|week|weken|maand|kwartaal|jaar|schooljaar|keer|overleg|vergadering|bila|teamoverleg|studiedag)\w*"
    r"|over (?:een|één|twee|drie|vier|vijf|zes|\d+|een paar) (?:dag|dagen|week|weken|maand|maanden)"
    r"|(?:voor|na|in) (?:de|het|mijn|ons|onze) (?:\w+ )?(?:vakantie|zomer\w*|herfst\w*|kerst\w*|voorjaar\w*|weekend"
    r"|bila|mt|teamoverleg|studiedag|vergadering|overleg|jaargesprek)|voor kerst|na nieuwjaar"
    r"|om \d{1,2}(?:[.:]\d\d)? ?uur|\d{1,2}[/-]\d{1,2}"
    r"|binnen (?:een|één|twee|drie|\d+) \w+)\b"
)
# Who one speaks with in this work: people, and the groups and organisations they stand for.
_WHO = re.compile(
    r"\b(?:\w*(?:directeur|bestuurder|voorzitter|manager|leider|leidinggevende|baas|chef|collega|wethouder|ambtenaar"
    r"|coördinator|coordinator|adviseur|medewerker|begeleider|leerkracht|docent|ouder|moeder|vader|partner|arts"
    r"|verpleegkundige|consulent|secretaris|controller|coach|mentor|regisseur|consulente|opvolger|voorganger)(?:s|en|'s)?"
    r"|team|teams|bestuur|mt|bila|bilateraal|jaargesprek|directie|raad|or|mr|stuurgroep|werkgroep|kerngroep|netwerk|wijkteam|gemeente|school|scholen"
    r"|ib'er|hr|p&o|financiën|iedereen|allemaal|ze|hen|haar|hem|niemand|alleen ik|mezelf|in mijn eentje)\b",
)
_WITH_NAME = re.compile(
    r"\b(?:[Mm]et|[Aa]an|[Bb]ij|[Nn]aar|bel|mail|vraag|spreek)(?: ik)?"
    r" (?!Pasen|Kerst|Pinksteren|Nederland)[A-Z][a-zà-ÿ]+"
)
_NEXT_WEEK = re.compile(r"\bvolgende week\b")
_ON_DAY = re.compile(rf"\b({_DAY})")
_ON_DATE = re.compile(rf"\b(\d{{1,2}})(?:e|ste|de)? ({_MONTH})\b")
# "Groep 7/8", "24/7" and "10-12 collega's" are no dates.
_ON_NUMBERS = re.compile(rf"(?:^\W*|\bop |{_DAY} )(\d{{1,2}})[/-](\d{{1,2}})\b(?! \w*(?:collega|mensen|uur|keer))")
_AFTER = re.compile(r"\bover (een|één|twee|drie|vier|vijf|zes|\d{1,2}) (dag|dagen|week|weken)\b")
_NEAR = {"vandaag": 0, "vanmiddag": 0, "vanavond": 0, "overmorgen": 2, "morgen(?:ochtend|middag|avond)?": 1}


def tells_when(text: str) -> bool:
    """Whether `text` says at what moment."""
    return bool(_WHEN.search(text.lower()))


def tells_with_whom(text: str) -> bool:
    """Whether `text` names somebody to do it with: a person, a group or an organisation."""
    return bool(_WHO.search(text.lower()) or _WITH_NAME.search(text))


def day_of(text: str, today: date) -> date | None:
    """The day that `text` names, seen from `today` and never before it; None where it names none.

    "Dinsdag" is the next one; with "volgende week" the one in the next week.
    """
    lowered = text.lower()
    if found := _ON_DATE.search(lowered):
        return _coming(today, int(found[1]), _MONTHS.index(found[2]) + 1)
    if found := _ON_NUMBERS.search(lowered):
        return _coming(today, int(found[1]), int(found[2]))
    if found := _AFTER.search(lowered):
        count = _NUMBERS.get(found[1]) or int(found[1])
        return today + timedelta(days=count * (7 if found[2].startswith("w") else 1))
    near = [days for word, days in _NEAR.items() if re.search(rf"(?<!niet )\b{word}\b", lowered)]
    if near:
        return today + timedelta(days=near[0])
    if found := _ON_DAY.search(lowered):
        weekday = _DAYS.index(found[1])
        if _NEXT_WEEK.search(lowered):
            return today + timedelta(days=7 - today.weekday() + weekday)
        return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)
    return None


def _coming(today: date, day: int, month: int) -> date | None:
    """The first such date from `today` on; None where there is no such day."""
    for year in (today.year, today.year + 1):
        try:
            found = date(year, month, day)
        except ValueError:
            continue
        if found >= today:
            return found
    return None
