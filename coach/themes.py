"""What kind of answer it is, as recognised or, where they are surer, by rules; and where the coach stays with it."""

from __future__ import annotations

import re

from coach.message import Message
from coach.vocabulary import Theme

# From the curve in docs/herkenning.md: nine of ten themes that are taken up are there.
LEAST_PROBABILITY = 0.72
# Answers that hold the start of something: the coach stays with them before going on.
STAYS = frozenset(
    {
        Theme.BOOSHEID, Theme.BERUSTING, Theme.VREES, Theme.LOYALITEIT, Theme.ONGEZEGD, Theme.INZICHT,
        Theme.TWEE_KANTEN, Theme.VERWIJT, Theme.OVERNEMEN, Theme.EIGEN_VOORBEELD, Theme.UITZONDERING, Theme.WACHTEN,
    }
)  # fmt: skip
# Turns of phrase that say it for sure, also in an answer that says much else.
_SURELY: dict[Theme, re.Pattern[str]] = {
    Theme.ONGEZEGD: re.compile(
        r"\b(?:nog )?nooit (?:\w+ ){0,4}(?:gevraagd|gezegd|besproken|uitgesproken|verteld|voorgelegd|aangekaart"
        r"|nagevraagd)\b"
    ),
    Theme.INZICHT: re.compile(
        r"\bnu ik (?:dit|het|dat)? ?(?:zo |nu )?(?:zeg|typ|schrijf|opschrijf|lees|bedenk)\b"
        r"|\bik (?:merk nu|realiseer me)\b"
    ),
    Theme.TWEE_KANTEN: re.compile(r"\bja,? maar alleen (?:als|wanneer)\b"),
    Theme.VREES: re.compile(r"\bdurf (?:ik )?(?:het |dat )?(?:niet|nooit)\b"),
}


def themes_of(message: Message) -> list[Theme]:
    """The themes that a message surely has, in the order in which they are met."""
    return [theme for theme in Theme if message.themes.get(theme, 0.0) >= LEAST_PROBABILITY or _is_said(theme, message)]


def about(theme: Theme | None) -> re.Pattern[str] | None:
    """Where in an answer a theme is said for sure; None where that is not known."""
    return _SURELY.get(theme) if theme else None


def _is_said(theme: Theme, message: Message) -> bool:
    rule = _SURELY.get(theme)
    return rule is not None and bool(rule.search(message.text.lower()))
