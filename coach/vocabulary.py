"""The terms of the coaching, as types. Their values are the ones that data, reports and staff see."""

from __future__ import annotations

from enum import StrEnum


class Bottleneck(StrEnum):
    """What a leader runs into."""

    ROL = "rol"
    STRUCTUUR = "structuur"
    MANDAAT = "mandaat"


class Wish(StrEnum):
    """What a leader comes for without running into anything: the leaflet's two other reasons."""

    VERBINDEN = "verbinden"
    POSITIE = "positie"


class Principle(StrEnum):
    """The four principles of leadership in a network."""

    WEEG_AF_EN_KIES = "weeg_af_en_kies"
    ONDERSTEUN_EN_FACILITEER = "ondersteun_en_faciliteer"
    GUN_HET_TIJD = "gun_het_tijd"
    VERBIND_MET_BINNEN = "verbind_met_binnen"

    @property
    def title(self) -> str:  # type: ignore[override]
        """The principle as people read it: "Weeg af en kies"."""
        return self.value.replace("_", " ").capitalize()


class Sector(StrEnum):
    """Where a leader works."""

    ONDERWIJS = "onderwijs"
    ZORG = "zorg"
    JEUGDHULP = "jeugdhulp"
    KINDEROPVANG = "kinderopvang"
    GEMEENTE = "gemeente"


class Theme(StrEnum):
    """What kind of thing an answer says, in the order in which a coach meets it: what is felt comes first."""

    BOOSHEID = "boosheid"
    BERUSTING = "berusting"
    VREES = "vrees"
    GERAAKT = "geraakt"
    LOYALITEIT = "loyaliteit"
    GEEN_RUGDEKKING = "geen_rugdekking"
    ONGEZEGD = "ongezegd"
    INZICHT = "inzicht"
    TWEE_KANTEN = "twee_kanten"
    VERWIJT = "verwijt"
    OVERNEMEN = "overnemen"
    EIGEN_VOORBEELD = "eigen_voorbeeld"
    SPIJT = "spijt"
    GEEN_VERTROUWEN = "geen_vertrouwen"
    UITZONDERING = "uitzondering"
    VOORNEMEN = "voornemen"
    MOGELIJKHEID = "mogelijkheid"
    KIND_IN_BEELD = "kind_in_beeld"
    WACHTEN = "wachten"
    VER_BESTUUR = "ver_bestuur"
    WISSELING = "wisseling"
    REGELS = "regels"
    GEEN_TIJD = "geen_tijd"
    GELD = "geld"
    PERSOON = "persoon"
    TROTS = "trots"
    BEHOEFTE = "behoefte"
    ZOEKEND = "zoekend"
    KORT = "kort"


class Pause(StrEnum):
    """Why the coaching waits until the leader wants to go on."""

    BREAK = "break"
    SILENCE = "silence"
    DANGER = "danger"
    # What was read may be danger: the coach asks.
    CHECK = "check"


class Command(StrEnum):
    """What is only done after the leader said yes to it."""

    STOP = "stop"
    START_OVER = "start_over"
    DELETE_MY_DATA = "delete_my_data"


class Outcome(StrEnum):
    """How a conversation came to its end."""

    COMPLETED = "completed"
    STOPPED = "stopped"
    ERASED = "erased"


_W, _O, _G, _V = Principle

# A role starts with a choice and then needs standing inside; structure is inside the organisation (policy, year plan,
# budget); mandate stands under support, and the line has to carry it.
ORDER_OF_PRINCIPLES: dict[Bottleneck, tuple[Principle, ...]] = {
    Bottleneck.ROL: (_W, _V, _O, _G),
    Bottleneck.STRUCTUUR: (_V, _O, _W, _G),
    Bottleneck.MANDAAT: (_O, _V, _W, _G),
}
# Connecting begins with inside; a firmer position too, and then asks for support and choices.
ORDER_FOR_WISH: dict[Wish, tuple[Principle, ...]] = {
    Wish.VERBINDEN: (_V, _G, _O, _W),
    Wish.POSITIE: (_V, _O, _W, _G),
}
