"""What the coach does with danger: of which kind it is, and to whom, to refer to the right place; or ask first."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from coach.message import Message, Taken
from coach.route import State
from coach.steering import wait_in_danger
from coach.vocabulary import Pause

# The probability from which the coach refers without asking first. From the curve in docs/herkenning.md.
SURE = 0.6


class Kind(StrEnum):
    """What the danger is: unsafe at home, thoughts of suicide, a colleague who is suspected, violence, or not clear."""

    HOME = "home"
    SUICIDE = "suicide"
    COLLEAGUE = "colleague"
    VIOLENCE = "violence"
    UNCLEAR = "unclear"


class To(StrEnum):
    """Who is in danger."""

    LEADER = "leader"
    CHILD = "child"
    COLLEAGUE = "colleague"
    OTHER = "other"


@dataclass(frozen=True)
class Danger:
    """What a message tells of: a guess that chooses words and numbers, and nothing else."""

    kind: Kind
    to: To
    now: bool


_SUICIDE = re.compile(
    r"su[iï]cid|zelfmoord|zelfdod"
    r"|niet meer (?:wil |wilt |willen )?(?:verder |langer )?leven|niet meer (?:zien zitten|verder wil)"
    r"|niet meer (?:wil|wilt|willen|hoeft?)\s*(?:$|[.,;!?]|en\b|omdat\b)|zie het niet meer zitten"
    r"|(?:wil|wilt|willen) (?:\w+ ){0,4}(?:dood|niet meer leven)|dood (?:wil|wilt|willen|zijn)"
    r"|er niet meer (?:wil|zijn|te zijn)|einde? aan (?:maken|mijn leven|zijn leven|haar leven)"
    r"|uit het leven|van het leven|geen zin meer in (?:het )?leven|hoeft (?:het )?(?:van mij |voor mij )?niet meer"
    r"|zichzelf iets aan|mezelf iets aan"
    r"|suicide|kill(?:ing)? (?:my|him|her|them)self|wants? to die|(?:not|n't) want to live|nicht mehr leben|veux mourir"
    r"|pillen (?:geslikt|ingenomen)|overdosis|snijdt zich|voor de trein|wereld beter (?:af )?zonder mij"
)
# Somebody of the staff, unless it is they who tell of the danger.
_STAFF = (
    r"\b(?:collega|meester|juf|leerkracht|leraar|docent|leidster|begeleider|groepsleider|pedagogisch medewerker"
    r"|medewerker|stagiair|invaller|invalkracht|coach|trainer)\w*\b"
)
_COLLEAGUE = re.compile(
    _STAFF + r"(?!,| dat\b| (?:zegt|zei|vertelde|vertelt|denkt|maakt zich|ziet|zag|meldt|meldde|belde|belt"
    r"|merkt|merkte|ontdekt|ontdekte|vermoedt|hoort|hoorde|vond|heeft .{0,40}(?:gezien|gehoord)))"
)
_ANY_STAFF = re.compile(_STAFF + r"|\b(?:teamlid|manager|directeur|teamleider)\w*\b")
# Somebody at home who does it, unless it is they who tell.
_HOME = re.compile(
    r"\b(?:thuis|papa|mama|stief\w+|(?:groot)?(?:vader|moeder)|ouders|oom|broer)\b"
    r"(?! (?:zegt|zei|vertelde|vertelt|meldt|meldde|belde|belt|klaagt))"
)
_VIOLENCE = re.compile(
    r"\b(?:mes|pistool|wapen|vuurwapen|brand|gijzel\w*|vechten|vecht|steekt|gestoken"
    r"|dreigt? (?:met|iemand|hem|haar|ons|mij)"
    r"|met de dood bedreig\w*|bedreigt? (?:mij|me|ons|ze|hem|haar))\b"
)
# Words of harm, whoever it is done to.
_HARM = re.compile(
    r"\bsla(?:at|an|gen)\b|geslagen|\bsloeg|\bklap(?:pen)?\b|schopt|mishandel|misbruik|verkracht|aangerand|betast"
    r"|bevoel|aanraak|aangeraakt|aan (?:haar|hem|me|mij) zit|geweld|blauwe? (?:plek|oog)|verwaarlo|opgesloten"
    r"|zelfbeschadig|snijd|gesneden|overdosis|\bpillen|\bdood|wanhop|radeloos|meldcode|aangifte|incest|ontucht"
    r"|loverboy|naaktfoto|blote foto|handtastelijk|grensoverschrijdend|seksueel|vermist|weggelopen|ontvoer"
    r"|uitgebuit|drugs|gestalkt|chant|iets aan(?:doe|te doen)?\b|eind(?:e)? aan|zonder mij|wakker word"
    r"|niet meer (?:was|ben|verder)|verdwijnen|op de brug|op het spoor|springen|afscheids|noodgeval|gevaar|politie"
    r"|\b(?:beaten|beats|hits|hit me|abused?|hurts|raped|schlägt|missbrauch)|bewusteloos|striemen|niet naar huis|knijpt"
)
_CHILD = re.compile(
    r"\b(?:kind|kinderen|kindje|leerling|leerlingen|jongen|jongetje|meisje|meid|puber|baby|peuter|kleuter|cliënt|jongere"
    r"|jongeren|dochter|zoon|zoontje|dochtertje|student)\w*\b"
)
_MYSELF = re.compile(
    r"\bmezelf\b|\bmijn (?:eigen )?leven\b|\bzonder mij\b|\b(?:mijn|m'n) (?:man|vrouw|partner|vriend|vriendin|ex)\b"
    r"|\bik\b(?: (?!die\b|dat\b|een\b)\w+){0,6} (?:niet meer|dood|er niet|zelfmoord|leven|zien zitten)"
    r"|\bwil ik (?:\w+ ){0,4}(?:dood|niet meer)"
    r"|\b(?:voor|van) mij (?:hoeft|mag)\b.*\bniet meer\b|\bhoeft .{0,20}\b(?:voor|van) mij\b"
    r"|\b(?:slaat|bedreigt|mishandelt) (?:me|mij)\b"
)
_NOW = re.compile(
    r"\b(?:nu(?! (?:iets|wat|al)\b)|op dit moment|vannacht|vanavond|zo meteen|dit moment|net(?! (?:als|zo)\b)"
    r"|zojuist|ter plekke|staat voor de deur|op het dak|onderweg naar|hij is hier|zij is hier)\b"
)


def danger_in(text: str) -> Danger:
    """The danger in `text`, which was recognised as danger before."""
    lowered = text.lower()
    return Danger(_kind(lowered), _to(lowered), bool(_NOW.search(lowered)))


def react(state: State, message: Message) -> Taken:
    """Refer at once and let the coaching wait; ask first where danger is likely and not certain."""
    if state["paused"] == Pause.CHECK:
        return refer(f"{state['set_aside']['text']} {message.text}")
    if state["paused"] == Pause.DANGER and message.certainty < SURE:
        return wait_in_danger(message)
    if message.certainty >= SURE:
        return refer(message.text)
    aside = {name: getattr(message, name) for name in ("text", "entities", "ranking", "clauses")}
    changes = {"paused": Pause.CHECK.value, "set_aside": aside, "pending_command": None}
    return Taken(changes, [("utter_danger_check", {})])


def refer(text: str) -> Taken:
    """Say where to turn, and remember that the coaching waits."""
    danger = danger_in(text)
    known = {"danger": danger.kind.value, "danger_to": danger.to.value}
    changes = {"paused": Pause.DANGER.value, "set_aside": None, "pending_command": None, **known}
    return Taken(changes, [("utter_danger", {**known, "danger_now": danger.now})])


def _kind(lowered: str) -> Kind:
    if _SUICIDE.search(lowered):
        return Kind.SUICIDE
    if _COLLEAGUE.search(lowered) and not _HOME.search(lowered):
        return Kind.COLLEAGUE
    if _VIOLENCE.search(lowered):
        return Kind.VIOLENCE
    at_home = any(pattern.search(lowered) for pattern in (_HOME, _CHILD, _HARM))
    return Kind.HOME if at_home else Kind.UNCLEAR


def _to(lowered: str) -> To:
    if _CHILD.search(lowered):
        return To.CHILD
    if _MYSELF.search(lowered):
        return To.LEADER
    return To.COLLEAGUE if _ANY_STAFF.search(lowered) else To.OTHER
