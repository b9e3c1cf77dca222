"""Reading how sure a leader is, from 1 to 10."""

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


def read_confidence(text: str) -> int | None:
    """The number from 1 to 10 that `text` gives ("een zeven", "7/10", "6,5"), halves rounded down; None without one.

    The first number counts; of two that belong together ("tussen 6 en 7") the lower one, for the question that follows
    asks for one point more.
    """
    lowered = text.lower()
    for other in (_SCALE, _OUT_OF_TEN, _COUNTED):
        lowered = other.sub(" ", lowered)
    found = list(_NUMBER.finditer(lowered))
    numbers = [int(WORDS.get(match[1], match[1])) for match in found]
    if not numbers and _ONE.search(lowered.strip(" .!")):
        numbers = [1]
    if len(found) > 1 and not _BETWEEN.fullmatch(lowered, found[0].end(), found[1].start()):
        numbers = numbers[:1]
    lowest = min(numbers[:2], default=0)
    return lowest if 1 <= lowest <= HIGHEST_CONFIDENCE else None
