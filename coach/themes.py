"""What kind of answer it is, as recognised or, where they are surer, by rules; and where the coach stays with it."""

from __future__ import annotations

import re

from coach.message import Message
from coach.vocabulary import Theme

# From the curve in docs/herkenning.md: nine of ten themes that are taken up are there.
LEAST_PROBABILITY = 0.65
# Answers that hold the start of something: the coach stays with them before going on.
STAYS = frozenset(
    {
        Theme.BOOSHEID, Theme.BERUSTING, Theme.VREES, Theme.LOYALITEIT, Theme.ONGEZEGD, Theme.INZICHT,
        Theme.TWEE_KANTEN, Theme.VERWIJT, Theme.OVERNEMEN, Theme.EIGEN_VOORBEELD, Theme.UITZONDERING, Theme.WACHTEN,
        Theme.GERAAKT, Theme.SPIJT, Theme.MOGELIJKHEID, Theme.BEHOEFTE, Theme.ZOEKEND,
    }
)  # fmt: skip
# What is known by its words alone: these are of the leader and of a few turns, so that nothing is learned of them.
BY_WORDS = frozenset({Theme.GERAAKT, Theme.SPIJT, Theme.MOGELIJKHEID, Theme.BEHOEFTE, Theme.ZOEKEND})


def _any_of(*turns: str) -> re.Pattern[str]:
    return re.compile("|".join(rf"\b(?:{turn})\b" for turn in turns))


# Turns of phrase that say it for sure, also in an answer that says much else.
_SURELY: dict[Theme, re.Pattern[str]] = {
    Theme.ONGEZEGD: _any_of(
        r"nooit (?:\w+ ){0,4}(?:gevraagd|gezegd|besproken|uitgesproken|verteld|voorgelegd|aangekaart|nagevraagd)",
    ),
    Theme.INZICHT: _any_of(
        r"nu ik (?:dit|het|dat)? ?(?:zo |nu )?(?:zeg|typ|schrijf|opschrijf|lees|bedenk)",
        r"ik (?:merk nu|realiseer me)",
    ),
    Theme.TWEE_KANTEN: _any_of(r"ja,? maar alleen (?:als|wanneer)"),
    Theme.VREES: _any_of(r"durf (?:ik )?(?:het |dat )?(?:niet|nooit)"),
    Theme.GERAAKT: _any_of(
        r"(?:raakte?|steekt|stak|kwetste?) (?:me|mij)",
        r"zit (?:me|mij) (?:\w+ ){0,2}dwars",
        r"(?:doet|deed) (?:(?:me|mij|nog|steeds|wel|eigenlijk|echt|best|toch|een|beetje) )*(?:pijn|zeer(?! \w+ best))",
        r"maakte? (?:me|mij) (?:\w+ )?verdrietig",
        r"ik schrok|schrok ik",
        r"(?:ik voel(?:de)? me|voel(?:de)? ik me) (?:\w+ ){0,3}(?:alleen|klein|eenzaam|gepasseerd|gebruikt|gekwetst"
        r"|buitengesloten|overvallen|overrompeld|afgewezen|miskend)",
    ),
    Theme.SPIJT: _any_of(
        r"ik had (?!niet |nooit |geen |weinig )(?:\w+ ){0,9}moeten \w+",
        r"had ik (?:\w+ ){0,8}eerder (?:\w+ ){0,3}moeten",
        r"had ik (?:(?:het|dat|toen|toch) )*maar",
        r"(?:ik heb|heb ik) er (?:wel |nog |achteraf )*spijt van",
        r"achteraf (?:gezien )?(?:had ik|vind ik dat ik)",
        r"ik heb (?:(?:er|het|dat|haar|hem|ze|ons|mezelf|daar) )?(?:\w+ )?te (?:weinig|lang|snel|vaak|laat|hard) \w+",
    ),
    Theme.MOGELIJKHEID: _any_of(
        r"(?:ik zou|zou ik|we zouden|zouden we) (?!(?:u|je|jou|het je) )(?:(?!niet\b|geen\b|nooit\b)\w+ ){0,9}kunnen",
        r"misschien (?:(?:kan|moet|hoef|zou) ik|(?:kunnen|moeten|hoeven|zouden) we|hoeft (?:het|dat|die|er))",
    ),
    Theme.BEHOEFTE: _any_of(
        r"wat ik (?:nodig heb|mis|zou willen|had willen hebben|het liefst (?:wil|zou))",
        r"heb (?:ik )?behoefte aan",
        r"ik heb (?:(?!niks|niets|geen|niet)\w+ ){1,6}nodig",
        r"ik mis|mis ik",
        r"(?:ik zou(?: graag| zo graag)? willen|ik hoop|ik zou het fijn vinden|ik verlang)(?: \w+)? dat",
        r"zou (?:(?:mij|me|ons|al|enorm|echt|wel|heel|veel) )*(?:helpen|schelen|fijn zijn) als",
    ),
    Theme.ZOEKEND: _any_of(
        r"ik (?:kom|ben) er (?:zelf |nog |ook |gewoon )*niet uit",
        r"ik vraag me (?:\w+ )?af|vraag ik me af",
        r"(?:ik weet|weet ik) (?:\w+ )?niet (?:\w+ )?(?:of|hoe|wat|welke|waar) ik",
        r"ik twijfel (?:of|nog|erover|er)",
        r"is (?:mij|me) (?:nog )?niet (?:helder|duidelijk)",
        r"wat ik (?:\w+ )?(?:moeilijk|lastig|ingewikkeld) vind",
        r"ik vind het (?:\w+ )?(?:moeilijk|lastig) om",
    ),
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
