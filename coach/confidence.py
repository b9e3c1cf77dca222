"""Reading how sure a leader is, from 1 to 10, from a number or from words."""

from __future__ import annotations

import re

from coach.route import HIGHEST_CONFIDENCE

WORDS = {
    "een": 1, "één": 1, "twee": 2, "drie": 3, "vier": 4, "vijf": 5, "zes": 6, "zeven": 7, "acht": 8, "negen": 9,
    "tien": 10,
}  # fmt: skip
# What is no confidence: the scale itself ("van 1 tot 10", "7 op 10") and anything counted ("over 2 weken").
_SCALE = re.compile(
    r"(?:op\s+)?(?:een\s+|de\s+)?(?:schaal\s+)?(?:van\s+)?\b(?:1|een|één)\s+tot\s+(?:en\s+met\s+)?(?:10|tien)\b"
)
_OUT_OF_TEN = re.compile(r"\s*(?:/|op|van|uit)\s*(?:de\s+)?(?:10|tien)\b")
_COUNTED = re.compile(
    r"\b(?:\d+|een|één|twee|drie|vier|vijf|zes|zeven|acht|negen|tien)\s+"
    r"(?:week|weken|dag|dagen|uur|uren|maand|maanden|jaar|minuten|keer|mensen|collega|gesprek|afspra|procent)\w*"
)
_BETWEEN = re.compile(r"\s*(?:en|of|à|a|tot|naar|-|–)\s*(?:een\s+)?")
# "een" is also the article: it counts as a number only where no other number stands.
_NUMBER = re.compile(
    r"(?<![\w.,])(\d{1,2}|twee|drie|vier|vijf|zes|zeven|acht|negen|tien)"
    r"(?:[.,]5|\s*½|(?:\s*en een|ën)\s*half|eneenhalf)?(?![\w])"
)
_ONE = re.compile(r"(?<!\w)(?:één|een)(?!\w)\s*$")
_CANNOT_SAY = re.compile(r"\bniet (?:\w+ ){0,2}(?:zeggen|inschatten|in te schatten)\b")
# What people say instead of a number, with the number that it stands for; the first that fits counts.
_SAID: tuple[tuple[int, re.Pattern[str]], ...] = tuple(
    (number, re.compile(rf"\b(?:{words})(?!\w)"))
    for number, words in (
        (
            2,
            "(?:helemaal|totaal|absoluut|echt) niet (?:zo )?(?:zeker|zeker van)|kansloos"
            "|(?:zeker|helemaal|absoluut) niet$|gaat niet lukken|lukt (?:me )?(?:vast )?niet",
        ),
        (
            4,
            r"niet (?:heel|erg|zo|echt|helemaal)? ?(?:veel )?(?:zeker|vertrouwen)"
            r"|twijfel\w*|weinig vertrouwen|onzeker|een beetje|laag"
            r"|(?:niet|geen|nooit|nog niet) (?:\w+ ){0,2}(?:hoog|voldoende|redelijk|zeker|goed gevoel|goed lukken)"
            r"|niet (?:zo |heel |erg |echt )?goed$",
        ),
        (10, "honderd procent|100 ?%|100 procent|voor de volle honderd|volledig"),
        (9, "(?:heel|erg|zeer|super|behoorlijk|vrij) zeker|heel veel vertrouwen|gaat (?:zeker|gewoon|vast) lukken"),
        (
            7,
            "best (?:wel )?(?:zeker|goed)|redelijk (?:zeker|wat vertrouwen)"
            "|wel vertrouwen|komt (?:wel )?goed|moet lukken",
        ),
        (6, "redelijk|voldoende|wel oké|gaat wel|fifty[- ]fifty|half om half"),
        (8, "zeker|veel vertrouwen|goed|hoog"),
    )
)
# Middle of the scale: from here on there is more confidence than doubt.
CONFIDENT = 7
DOUBTFUL = 4


def band_of(number: int) -> str:
    """Low, middle or high: which question fits."""
    return "high" if number >= CONFIDENT else "low" if number <= DOUBTFUL else "middle"


def read_confidence(text: str) -> int | None:
    """The number from 1 to 10 that `text` gives or stands for ("heel zeker" is a 9); None without one."""
    lowered = text.lower().rstrip(" .!")
    if _numbers(text) or _CANNOT_SAY.search(lowered) or lowered.endswith("?"):
        return read_number(text)
    return next((number for number, words in _SAID if words.search(lowered)), None)


# "Een 8. Nee, maak er een 7 van."
_CORRECTED = re.compile(r"\b(?:maak er|of nee|doe toch maar|bij nader inzien)\b")


def read_number(text: str) -> int | None:
    """The number from 1 to 10 that `text` gives ("een zeven", "7/10", "6,5"), halves rounded down; None without one.

    The first number counts; of two that belong together ("tussen 6 en 7") the lower one, for the question that follows
    asks for one point more.
    """
    lowest = min(_numbers(text), default=0)
    return lowest if 1 <= lowest <= HIGHEST_CONFIDENCE else None


def _numbers(text: str) -> list[int]:
    """The first number in `text`, or the first two where they belong together."""
    lowered = text.lower()
    for other in (_SCALE, _OUT_OF_TEN, _COUNTED):
        lowered = other.sub(" ", lowered)
    found = list(_NUMBER.finditer(lowered))
    numbers = [int(WORDS.get(match[1], match[1])) for match in found]
    if _CORRECTED.search(lowered):
        return numbers[-1:]
    if not numbers and _ONE.search(lowered.strip(" .!")):
        return [1]
    if len(found) > 1 and not _BETWEEN.fullmatch(lowered, found[0].end(), found[1].start()):
        return numbers[:1]
    return numbers[:2]
