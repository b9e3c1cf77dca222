"""What by its form may tell of a person, and so is not learned from; the masker of the worker looks closer.

Without Django: what retrains the coach looks for it too.
"""

from __future__ import annotations

import re

from review.placeholders import ORDINARY

ADDRESS = re.compile(r"\S*@\S*")
LINK = re.compile(r"(?:https?:|www\.)\S*|\b[\w-]+(?:\.[\w-]+)*\.(?:nl|be|com|org|net|eu|info|app|online)\b\S*", re.I)
# As long as the shortest telephone number, whatever stands between the digits, also one that is everybody's to call;
# two years beside each other are none.
NUMBER = re.compile(r"(?<!\d)(?!(?:19|20)\d\d\W{1,3}(?:19|20)\d\d\b)\+?\d(?:[\s().+/-]*\d){7,}")
# A placeholder, also without its brackets, or between those that the file for the coach has for them.
_KINDS = "|".join(ORDINARY)
HIDDEN = re.compile(rf"\b(?:{_KINDS})-\d+|[\[(](?:{_KINDS})[\])]")
WHY = {
    ADDRESS: "een adres kan van iemand zijn",
    LINK: "een link kan iets over iemand zeggen",
    NUMBER: "het lijkt een nummer van iemand",
    HIDDEN: "daar stond iets wat verborgen is",
}


def personal_in(text: str) -> str:
    """What of a sentence has to go and why, in Dutch; empty where nothing has."""
    for form, why in WHY.items():
        if found := form.search(text):
            return f"Haal “{found[0]}” weg: {why}."
    return ""
