"""What kind of danger a message tells of, to refer to the right place."""

from __future__ import annotations

import re
from enum import StrEnum


class Danger(StrEnum):
    """Whom to refer to."""

    HOME = "home"
    SUICIDE = "suicide"
    COLLEAGUE = "colleague"


_SUICIDE = re.compile(
    r"su[iï]cid|zelfmoord|zelfdod"
    r"|niet meer (?:wil |wilt |willen )?(?:verder |langer )?leven|niet meer (?:zien zitten|verder wil)"
    r"|niet meer (?:wil|wilt|willen|hoeft?)\s*(?:$|[.,;!?]|en\b|omdat\b)|zie het niet meer zitten"
    r"|(?:wil|wilt|willen) (?:\w+ ){0,4}(?:dood|niet meer leven)|dood (?:wil|wilt|willen|zijn)"
    r"|er niet meer (?:wil|zijn|te zijn)|einde? aan (?:maken|mijn leven|zijn leven|haar leven)"
    r"|uit het leven|van het leven|geen zin meer in (?:het )?leven|hoeft (?:het )?(?:van mij |voor mij )?niet meer"
    r"|zichzelf iets aan|mezelf iets aan|snijdt zich|voor de trein|wereld beter (?:af )?zonder mij"
)
# Somebody of the staff, unless it is they who tell of the danger.
_COLLEAGUE = re.compile(
    r"\b(?:collega|meester|juf|leerkracht|leraar|docent|leidster|begeleider|groepsleider|pedagogisch medewerker"
    r"|medewerker|stagiair|invaller|invalkracht|coach|trainer)\w*\b"
    r"(?!,| dat\b| (?:zegt|zei|vertelde|vertelt|denkt|maakt zich|ziet|zag|meldt|meldde|belde|belt))"
)
# Somebody at home who does it, unless it is they who tell.
_HOME = re.compile(
    r"\b(?:thuis|papa|mama|stief\w+|(?:groot)?(?:vader|moeder)|ouders|oom|broer)\b"
    r"(?! (?:zegt|zei|vertelde|vertelt|meldt|meldde|belde|belt|klaagt))"
)


def kind_of_danger(text: str) -> Danger:
    """The kind of danger in `text`, which was recognised as danger before; at home where nothing says otherwise."""
    lowered = text.lower()
    if _SUICIDE.search(lowered):
        return Danger.SUICIDE
    return Danger.COLLEAGUE if _COLLEAGUE.search(lowered) and not _HOME.search(lowered) else Danger.HOME
