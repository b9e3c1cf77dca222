"""What stands in a masked text where something is hidden (review/masking), and ordinary words for it."""

from __future__ import annotations

import re

PLACEHOLDER = re.compile(r"\[([A-Z][A-Z-]*?)(?:-\d+)?\]")
# By kind, as somebody would say it who does not want to tell which one it is.
ORDINARY = {
    "E-MAIL": "mijn mailadres",
    "LINK": "de website",
    "IBAN": "het rekeningnummer",
    "BSN": "het nummer",
    "TELEFOON": "mijn nummer",
    "GEBOORTEDATUM": "de geboortedatum",
    "POSTCODE": "de wijk",
    "SCHOOL": "de school",
    "ADRES": "het adres",
    "NAAM": "mijn collega",
    "PLAATS": "de stad",
    "ANTWOORDADRES": "mijn mailadres",
    # Nothing of the message could be masked: whoever corrects it writes a sentence of their own.
    "VERBORGEN": "",
}


def in_ordinary_words(masked: str) -> str:
    """A masked text on one line, with ordinary words for each placeholder; one that is not known stays."""
    replaced = PLACEHOLDER.sub(lambda match: ORDINARY.get(match[1], match[0]), " ".join(masked.split()))
    begun = replaced != masked and PLACEHOLDER.match(masked.strip())
    return replaced[:1].upper() + replaced[1:] if begun else replaced
