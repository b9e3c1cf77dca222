"""Reading how sure a leader is, from 1 to 10."""

from __future__ import annotations

import re

WORDS = {
    "een": 1, "één": 1, "twee": 2, "drie": 3, "vier": 4, "vijf": 5, "zes": 6, "zeven": 7, "acht": 8, "negen": 9,
    "tien": 10,
}  # fmt: skip
_OUT_OF_TEN = re.compile(r"\s*(?:/|op|van|uit)\s*(?:de\s+)?(?:10|tien)\b")
# "een" is also the article: it counts as a number only where no other number stands.
_NUMBER = re.compile(
    r"(?<![\w.,])(\d{1,2}|twee|drie|vier|vijf|zes|zeven|acht|negen|tien)"
    r"(?:[.,]5|\s*½|(?:\s*en een|ën)\s*half|eneenhalf)?(?![\w])"
)
_ONE = re.compile(r"(?<!\w)(?:één|een)(?!\w)\s*$")


def read_confidence(text: str) -> int | None:
    """The number from 1 to 10 that `text` gives ("een zeven", "7/10", "6,5"), halves rounded down; None without one.

    Of two numbers ("tussen 6 en 7") the lower one counts: the question that follows asks for one point more.
    """
    lowered = _OUT_OF_TEN.sub(" ", text.lower())
    numbers = [int(WORDS.get(found, found)) for found in _NUMBER.findall(lowered)]
    if not numbers and _ONE.search(lowered.strip(" .!")):
        numbers = [1]
    in_range = [number for number in numbers if 1 <= number <= 10]  # noqa: PLR2004 - the scale itself
    return min(in_range) if in_range and len(in_range) == len(numbers) else None
