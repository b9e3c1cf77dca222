"""Turning a leader's clause to "je": "dat vertel ik alleen als ik iets nodig heb" to "dat vertel je alleen als ..."."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

_VERBS = yaml.safe_load((Path(__file__).parent.parent / "data" / "werkwoorden.yml").read_text(encoding="utf-8"))
_PRESENT = frozenset(_VERBS["tegenwoordig"].split())
_PAST = frozenset(_VERBS["verleden"].split())
_NOUNS = frozenset(_VERBS["ook_zelfstandig"].split())
VERBS_OF_THE_LEADER = _PRESENT | _PAST
_IRREGULAR = {"ben": "bent", "heb": "hebt", "kan": "kunt", "mag": "mag", "zal": "zult", "wil": "wilt"}
_DETERMINERS = frozenset(
    {
        "de", "het", "een", "geen", "dit", "dat", "deze", "die", "mijn", "onze", "ons", "hun", "haar", "zijn", "elk",
        "elke", "iedere", "welke", "veel", "meer", "minder", "te",
    }
)  # fmt: skip
_OF_THE_LEADER = {
    "ik": "je", "mij": "je", "me": "je", "mijn": "je", "m'n": "je", "mn": "je", "mezelf": "jezelf", "mijzelf": "jezelf",
    "we": "jullie", "wij": "jullie", "ons": "jullie", "onze": "jullie", "onszelf": "jullie zelf",
}  # fmt: skip
_WE = frozenset({"we", "wij"})
_PREPOSITIONS = frozenset(
    {
        "aan", "achter", "bij", "door", "voor", "van", "met", "naar", "om", "op", "over", "tegen", "tussen", "uit",
        "zonder", "naast",
    }
)  # fmt: skip
# Where another clause begins.
JOINS = frozenset(
    {
        "aangezien", "als", "omdat", "doordat", "zodat", "terwijl", "hoewel", "toen", "wanneer", "of", "want", "hoe",
        "wat", "wie", "waar", "waarin", "waarop", "welke", "waarom", "waardoor", "dat", "die", "en", "maar", "dus",
        "tot", "totdat", "voordat", "nadat", "zolang", "zodra", "tenzij", "mits", "behalve", "dan", "sinds", "om",
    }
)  # fmt: skip
# Who else is spoken of in the second person cannot be told from the leader any more.
_SECOND = frozenset({"je", "jij", "jou", "jouw", "jullie", "u", "uw", "ge", "gij", "jezelf"})
# With "je" these sound like advice, like a question, or twice the same in a text that begins with them.
_ODD_TURNED = frozenset({"moet", "moeten", "waarom", "dus"})
# A question, or words of somebody else between quotes.
_OF_OTHERS = re.compile(r"\?|(?:^|\s)['‘][^'’]+['’](?:\W|$)")
_WORD = re.compile(r"[\w'’-]+")


def turned(clause: str) -> str | None:
    """`clause` with the leader as "je"; None where it is not said of the leader, or may not read well.

    Only main clauses of which the leader is the subject, in which each "ik" has a verb that is known: beside it, or, in
    a clause behind, as the only one. What is not turned is quoted.
    """
    words = [match.group().lower().replace("’", "'") for match in _WORD.finditer(clause)]
    if (_SECOND | _ODD_TURNED) & {*words} or _OF_OTHERS.search(clause) or not _is_subject(words):
        return None
    changed: dict[int, str] = {}
    for place, word in enumerate(words):
        if word == "ik":
            verb = _verb_of(words, place)
            if verb is None:
                return None
            changed[verb] = _with_t(words[verb]) if verb > place and words[verb] in _PRESENT else words[verb]
    if any(_lacks_t(words, place) for place in range(1, len(words)) if place not in changed):
        return None
    pieces, end = [], 0
    for place, match in enumerate(_WORD.finditer(clause)):
        pieces += [clause[end : match.start()], changed.get(place) or _other(words, place) or match.group()]
        end = match.end()
    return "".join([*pieces, clause[end:]])


def _is_subject(words: list[str]) -> bool:
    """Whether the leader is the subject of a main clause: "dat doe ik", and not "dat ik dat doe"."""
    place = next((place for place, word in enumerate(words) if word == "ik" or word in _WE), None)
    if place is None or place == len(words) - 1 or words[0] in _PRESENT | _PAST:
        return False
    if {*words[1:place]} & JOINS or "ikzelf" in words or (words[0] in _WE and {*words[1:2]} & _DETERMINERS):
        return False
    return place == 0 or (words[0] not in JOINS | {"ja", "nee"}) or (words[0] in {"dat", "dan"} and _is_verb(words, 1))


def _verb_of(words: list[str], place: int) -> int | None:
    """Where the verb of the "ik" at `place` stands; None where that is not sure."""
    if place and _is_verb(words, place - 1):
        return place - 1
    if place + 1 < len(words) and _is_verb(words, place + 1):
        return place + 1
    if not {*words[:place]} & JOINS:  # a main clause has its verb beside its "ik"
        return None
    ends = [number for number in range(place + 1, len(words)) if words[number] in JOINS or words[number] == "ik"]
    end = ends[0] if ends else len(words)
    verbs = [number for number in range(place + 1, end) if _is_verb(words, number)]
    return verbs[0] if len(verbs) == 1 and verbs[0] >= end - 3 else None


def _lacks_t(words: list[str], place: int) -> bool:
    """Whether the word at `place` goes with an "ik" further back ("ik laat het en bel daarna")."""
    return words[place - 1] == "en" and words[place] in _PRESENT and _with_t(words[place]) != words[place]


def _is_verb(words: list[str], place: int) -> bool:
    """Whether the word at `place` is a verb as it stands with "ik"; behind a determiner it may be a noun."""
    is_noun = words[place] in _NOUNS and place > 0 and words[place - 1] in _DETERMINERS
    return words[place] in _PRESENT | _PAST and not is_noun


def _with_t(verb: str) -> str:
    """The verb as it stands behind "je"."""
    if verb in _IRREGULAR or verb.endswith("t"):
        return _IRREGULAR.get(verb, verb)
    return f"{verb}{'a' if verb.endswith('a') else ''}t"


def _other(words: list[str], place: int) -> str | None:
    """The word of the coach for one of the leader; None where the word stays."""
    word = words[place]
    if word == "mij" and place and words[place - 1] in _PREPOSITIONS:
        return "jou"
    return _OF_THE_LEADER.get(word)
