"""From a first sentence to a bottleneck or a wish that the leader confirmed, and the leader's place."""

from __future__ import annotations

import re
from typing import Any

from coach.answer import count_words, is_brief, says_no, says_unknown, says_yes
from coach.message import Message, Said, Taken
from coach.route import CHOICE, MOST_CLARIFICATIONS, State, bottleneck_question
from coach.steering import OUTSIDE
from coach.vocabulary import Bottleneck, Sector, Wish

# A second bottleneck is named with the first when a clause of its own tells of it with this probability; in a message
# of one clause, when it has this share of the first one's. And one or two are named from this share of all four on:
# below it, asking costs less than naming a wrong one. All three from the curves in docs/herkenning.md.
LEAST_IN_A_CLAUSE = 0.45
CLOSE = 0.2
LEAST_CERTAINTY_TO_NAME = 0.6
# What sounds like an ordinary answer tells of a bottleneck when one of the four is this likely.
LEAST_STORY = 0.2
WISH_INTENTS = {"wish_to_connect": Wish.VERBINDEN, "wish_for_position": Wish.POSITIE}
# "Niet mijn rol" names what it is not; "ik weet niet mijn rol" does not, and "geen mandaat" tells of one.
_NOT_THIS = re.compile(
    r"(?<!weet )\bniet (?:zozeer |echt |om |over |aan |bij |in )*(?:mijn |onze |ons |de |het |een )?$"
)
_IS_NOT_THIS = re.compile(r"^ (?:is|ligt|zit) (?:het |dat )?(?:het probleem )?niet\b")
_IN_ORDER = re.compile(
    r"\b(?:rol|structuur|mandaat) (?:is|was) (?:(?:wel|heel|gewoon|juist|best|prima|echt|inmiddels|volkomen) )*"
    r"(?:helder|duidelijk|goed|prima|in orde|geen probleem)\b"
    r"|^\W*nee\W+geen (?:rol|structuur)\b"
)
# Which of two comes first, left to the coach: the other waits for the end.
_BOTH = re.compile(r"\b(?:allebei|alle ?twee|beide|(?:de|het) eerste(?! niet)|maakt niet uit)\b")
_THE_SECOND = re.compile(r"\b(?:de|het) (?:tweede|laatste)\b(?! niet)")
# What a correction is about, when it says so in a word; too short for the classifier.
_HINTS = {
    Bottleneck.ROL: re.compile(
        r"\b(?:rol|taak|taken|taakverdeling|verantwoordelijk\w*|verwacht\w*|pet|petten|wie (?:doet|trekt|pakt) \w+)\b"
    ),
    Bottleneck.STRUCTUUR: re.compile(
        r"\b(?:structuur|geld|geldstro\w+|financi\w+|budget\w*|subsidie\w*|regels?|regelgeving|systemen|systeem"
        r"|formulier\w*|procedure\w*|wet|wetten|registratie|planning|overleggen|hoe het geregeld is)\b"
    ),
    Bottleneck.MANDAAT: re.compile(
        r"\b(?:mandaat|beslis\w*|besluit\w*|toezeg\w*|toestemming|bevoegd\w*|rugdekking|niks mag|niet mag|mag niks)\b"
    ),
}
# Of oneself, and no refusal: told instead of a place, and heard.
_TELLS = re.compile(r"^(?!.*\b(?:niet|geen|liever|al)\b).*\b(?:ik|mij|me|we|wij)\b")
WORDS_THAT_TELL = 4
WORDS_OF_A_CHOICE = 4
# Under way, a leader who names another bottleneck in so many words has come to see it differently; a longer message
# with the same word tells of their work.
WORDS_OF_A_CHANGE = 12
_TURNS = re.compile(
    r"\bbij nader inzien\b|\bhet (?:gaat|ging|draait|zit|ligt|is)\b.{0,25}\b(?:toch|eigenlijk|eerder|meer|vooral)\b"
    r"|\b(?:toch|eigenlijk|eerder|vooral) (?:gaat|zit|ligt|draait|is) het\b|\bhet (?:\w+ )?(?:liever|eerder) over\b"
    r"|\b(?:ik wil|laten we|kunnen we|zullen we) (?:het )?(?:toch|liever|eerder)\b"
    r"|^\W*(?:nee\W+)?(?:toch|liever|eerder) (?:over|om|naar|bij|met|mijn|onze|de|het)\b"
)
_ASKS = re.compile(r"\?|\b(?:wat|welke|uitleg|leg|bedoel\w*|betekent)\b")
_IN_SECTOR = {
    Sector.ONDERWIJS: "in het onderwijs",
    Sector.ZORG: "in de zorg",
    Sector.JEUGDHULP: "in de jeugdhulp",
    Sector.KINDEROPVANG: "in de kinderopvang",
    Sector.GEMEENTE: "bij de gemeente",
}
_WORDS_AROUND_A_PLACE = re.compile(
    r"\b(?:ik|ben|werk|zit|als|bij|in|van|op|voor|aan|de|het|een|en|mijn|onze|ons|hier|trouwens|overigens|zelf|dus|hoor"
    r"|kleine|grote|middelgrote|functie|is|even|ter|info)\b"
)


def place_said(message: Message) -> dict[str, Any]:
    """Level and sector where the leader says them of themselves, at any time."""
    levels, sectors = message.values("level", "self"), message.values("sector", "self")
    return {**({"level": levels[0]} if levels else {}), **({"sector": sectors} if sectors else {})}


def says_only_places(message: Message) -> bool:
    """Whether a message says where the leader works and nothing more: no answer, and no story of a bottleneck."""
    rest = message.text.lower()
    spans = {(item["start"], item["end"]) for item in message.entities if item["entity"] in {"level", "sector"}}
    for start, end in sorted(spans, reverse=True):
        rest = rest[:start] + rest[end:]
    return not _WORDS_AROUND_A_PLACE.sub("", rest).strip(" .,!")


def place_heard(state: State) -> tuple[str, dict[str, Any]]:
    """The response that gives back where a leader works: "management in de jeugdhulp"."""
    sectors = " en ".join(_IN_SECTOR[Sector(sector)] for sector in state["sector"] or ())
    return "utter_reflect_place", {"place": f"{state['level'] or ''} {sectors}".strip()}


def take_place(state: State, question: str, message: Message) -> Taken:
    """Level or sector as asked: any mention counts now; an answer without one is passed over, and not asked again.

    A story told instead is heard, and kept with the situation. After that, or after the other of the two, the question
    comes once more.
    """
    levels, sectors = message.values("level"), message.values("sector")
    changes: dict[str, Any] = {}
    if levels and not state["level"]:
        changes["level"] = levels[0]
    if sectors and not state["sector"]:
        changes["sector"] = sectors
    place = bool(changes or place_said(message))
    told = question in changes or bool(state[question])
    tells = not told and count_words(message.text) >= WORDS_THAT_TELL and _TELLS.search(message.text.lower())
    brief = is_brief(message.text) and not tells
    story = not (brief or says_unknown(message.text) or says_only_places(message))
    if story:
        changes["situation"] = f"{state['situation']} {message.text}".strip()
    if not told:
        once_more = (story or place) and question not in state.listed("deepened")
        asked = "deepened" if once_more else "skipped"
        changes[asked] = [*state.listed(asked), question]
        if story:
            return Taken(changes, [("utter_story_heard", {})])
    return Taken(changes, [place_heard(state.with_slots(**changes))] if told or place else [])


def take_bottleneck(state: State, message: Message) -> Taken:
    """Choose, propose, confirm, correct, or ask on."""
    if (state["proposed_bottleneck"] or state["proposed_wish"]) and _doubts(message):
        doubts = int(state["clarifications"] or 0) + 1
        given_up = _NOTHING_PROPOSED if doubts > MOST_CLARIFICATIONS else {}
        return Taken({**given_up, "clarifications": float(doubts)}, [("utter_doubt_heard", {})])
    chosen = _chosen(state, message)
    if chosen:
        return _confirm(state, chosen)
    if state["proposed_wish"] and says_yes(message.text, message.intent):
        return _confirm_wish(state)
    return _take_story(state, message)


def _take_story(state: State, message: Message) -> Taken:
    """Propose what a story tells of, refused proposals left out; ask on where it tells of nothing."""
    proposed = state["proposed_bottleneck"] or state["proposed_wish"]
    refuses = bool(proposed) and says_no(message.text, message.intent)
    if refuses and is_brief(message.text) and not _hinted(message.text, state["proposed_bottleneck"]):
        return Taken({**_NOTHING_PROPOSED, "corrected": True})
    if message.intent in WISH_INTENTS and not message.values("bottleneck"):
        wish = WISH_INTENTS[message.intent].value
        return Taken({**_NOTHING_PROPOSED, "proposed_wish": wish, "situation": message.text})
    named = named_bottlenecks(message, refused=state["proposed_bottleneck"] if refuses else None)
    if refuses:
        named = _hinted(message.text, state["proposed_bottleneck"]) or named
    if named:
        named = sorted(named, key=lambda name: _place(message, name))
        second = named[1] if len(named) > 1 else None
        proposal = {"proposed_bottleneck": named[0], "second_bottleneck": second, "situation": message.text}
        return Taken({**_NOTHING_PROPOSED, **proposal})
    if refuses:
        return Taken({**_NOTHING_PROPOSED, "corrected": True})
    asked = int(state["clarifications"] or 0)
    if not proposed and not asked and is_brief(message.text) and _agrees_or_not(message):
        return Taken({})
    if bottleneck_question(state) == CHOICE and (message.intent == "skip" or asked > MOST_CLARIFICATIONS + 1):
        return _begin_somewhere(state, message)
    # Of two that were named, none was chosen yet: they stay.
    kept = {} if state["second_bottleneck"] else _NOTHING_PROPOSED
    said: Said = [(OUTSIDE[message.intent], {})] if message.intent in OUTSIDE else []
    return Taken({**kept, "clarifications": float(asked + 1)}, said)


_NOTHING_PROPOSED: dict[str, Any] = {
    "proposed_bottleneck": None,
    "second_bottleneck": None,
    "proposed_wish": None,
    "corrected": None,
}


def _agrees_or_not(message: Message) -> bool:
    """Whether a message is a yes or a no, to nothing where nothing was proposed."""
    return says_yes(message.text, message.intent) or says_no(message.text, message.intent)


def _doubts(message: Message) -> bool:
    """Whether a message neither takes nor refuses what was proposed ("hm, rol? weet ik niet hoor")."""
    return says_unknown(message.text) or (is_brief(message.text) and message.text.endswith("?"))


def _chosen(state: State, message: Message) -> str | None:
    """The bottleneck that the message settles on: named in so many words, by a button, or agreed to."""
    proposed, second = state["proposed_bottleneck"], state["second_bottleneck"]
    brief, agrees = is_brief(message.text), says_yes(message.text, message.intent)
    refuses = says_no(message.text, message.intent)
    labels = _labels(message)
    named = named_bottlenecks(message)
    # Of two, "nee, mijn rol" chooses; of one, it refuses.
    if brief and len(labels) == 1 and not (labels[0] == proposed and refuses and not second):
        return labels[0]
    if brief and message.certainty == 1.0 and named:  # a button
        return named[0]
    if proposed and not second and (agrees or (not refuses and proposed in named[:1])):
        return str(proposed)
    if proposed and second and brief and not refuses and _THE_SECOND.search(message.text.lower()):
        return str(second)
    if proposed and second and brief and not refuses and (agrees or _BOTH.search(message.text.lower())):
        return str(proposed)
    if proposed and second and not refuses and named and named[0] in {proposed, second}:
        return named[0]
    return None


def _labels(message: Message) -> list[str]:
    """The bottlenecks that the message calls by their name, without those that it says it is not."""
    if _IN_ORDER.search(message.text.lower()):
        return []
    found = [
        str(item["value"])
        for item in message.entities
        if item["entity"] == "bottleneck"
        and not _NOT_THIS.search(message.text[: item.get("start") or 0].lower())
        and not _IS_NOT_THIS.search(message.text[item.get("end") or len(message.text) :].lower())
    ]
    return list(dict.fromkeys(found))


def named_bottlenecks(
    message: Message, refused: str | None = None, least_in_a_clause: float = LEAST_IN_A_CLAUSE
) -> list[str]:
    """The bottlenecks that the message tells of: the likeliest one, and a second one in a clause of its own.

    A message of one clause tells of a second one where it is close to the first.

    While a bottleneck is asked, "an ordinary answer" or "no" says nothing: then a story is taken for one, if it may be.
    Two that are both called by their name both count. `refused`: not this one.
    """
    certainty = {
        str(item["name"]).removeprefix("bottleneck_"): float(item["confidence"])
        for item in message.ranking
        if str(item["name"]).startswith("bottleneck_") and str(item["name"]) != f"bottleneck_{refused}"
    }
    labels = [label for label in _labels(message) if label != refused]
    if len(labels) > 1:
        return sorted(labels, key=lambda label: -certainty.get(label, 0.0))[:2]
    story = sum(certainty.values())
    may_be = message.intent in {"give_answer", "affirm", "deny", f"bottleneck_{refused}"} and story >= LEAST_STORY
    if not certainty or not (may_be or message.intent.startswith("bottleneck_")):
        return []
    first = max(certainty, key=certainty.__getitem__)
    if first not in set(Bottleneck):
        return []
    told, least = (
        (_in_clauses(message), least_in_a_clause) if message.clauses else (certainty, CLOSE * certainty[first])
    )
    others = [name for name in set(Bottleneck) & told.keys() - {first, refused} if told[name] >= least]
    named = [first, *sorted(others, key=lambda name: -told[name])[:1]]
    return named if sum(certainty.get(name, 0.0) for name in named) >= LEAST_CERTAINTY_TO_NAME * story else []


def _in_clauses(message: Message) -> dict[str, float]:
    """How likely each bottleneck is in the clause that tells of it most; nothing for a message of one clause."""
    told: dict[str, float] = {}
    for clause in message.clauses:
        for item in clause["intent_ranking"]:
            name = str(item["name"]).removeprefix("bottleneck_")
            if name in set(Bottleneck):
                told[name] = max(told.get(name, 0.0), float(item["confidence"]))
    return told


def _place(message: Message, bottleneck: str) -> int:
    """Where a message calls a bottleneck by its name, or else starts the clause that tells of it most."""
    called = [item.get("start") or 0 for item in message.entities if item["value"] == bottleneck]
    told = [
        (-float(item["confidence"]), clause["start"])
        for clause in message.clauses
        for item in clause["intent_ranking"]
        if item["name"] == f"bottleneck_{bottleneck}"
    ]
    return int(called[0] if called else min(told)[1] if told else len(message.text))


def calls_one(message: Message) -> bool:
    """Whether a message is the name of one bottleneck and hardly more, and no question about it."""
    words = count_words(message.text)
    return len(_labels(message)) == 1 and words <= WORDS_OF_A_CHOICE and not _ASKS.search(message.text.lower())


def other_bottleneck(state: State, message: Message) -> str | None:
    """The bottleneck that the leader now sees instead of the confirmed one ("het gaat toch meer over mijn rol")."""
    labels, text = _labels(message), message.text.lower()
    if not state.principles or len(labels) != 1 or labels[0] == state["bottleneck"]:
        return None
    turns = count_words(text) <= WORDS_OF_A_CHANGE and _TURNS.search(text) and not _ASKS.search(text)
    return labels[0] if turns else None


def change_bottleneck(state: State, bottleneck: str) -> Taken:
    """Go on from another bottleneck; what was answered stays."""
    second = state["second_bottleneck"]
    changes = {
        "bottleneck": bottleneck,
        "proposed_bottleneck": bottleneck,
        "second_bottleneck": None if second == bottleneck else second,
        **dict.fromkeys(("wish", "proposed_wish", "current_principle", "deepening", "reopened")),
    }
    return Taken(changes, [("utter_bottleneck_changed", {"bottleneck": bottleneck})])


def _hinted(text: str, refused: str | None) -> list[str]:
    """The bottleneck that a correction points to with a word ("het gaat om geld"); none where it points to several."""
    lowered = text.lower()
    if _IN_ORDER.search(lowered):
        return []
    matches = {name.value: words.search(lowered) for name, words in _HINTS.items() if name != refused}
    found = [name for name, match in matches.items() if match and not _NOT_THIS.search(lowered[: match.start()])]
    return found if len(found) == 1 else []


def _confirm(state: State, bottleneck: str) -> Taken:
    """The bottleneck as the leader confirmed or chose it; a second candidate is kept for the end."""
    candidates = {state["proposed_bottleneck"], state["second_bottleneck"]} - {None, bottleneck}
    other = sorted(candidates)[0] if state["second_bottleneck"] and candidates else None
    changes = {
        **_NOTHING_PROPOSED,
        "bottleneck": bottleneck,
        "proposed_bottleneck": bottleneck,
        "second_bottleneck": other,
    }
    return Taken(changes, [("utter_bottleneck_confirmed", {"bottleneck": bottleneck})])


def _begin_somewhere(state: State, message: Message) -> Taken:
    """The likeliest bottleneck, for a leader who chooses none: nobody is asked for ever, and another can come later."""
    likely = (item["name"].removeprefix("bottleneck_") for item in message.ranking)
    bottleneck = next((name for name in likely if name in set(Bottleneck)), Bottleneck.ROL.value)
    return Taken(_confirm(state, bottleneck).changes, [("utter_begin_somewhere", {"bottleneck": bottleneck})])


def _confirm_wish(state: State) -> Taken:
    """The wish as the leader confirmed it."""
    wish = state["proposed_wish"]
    return Taken({**_NOTHING_PROPOSED, "wish": wish}, [("utter_wish_confirmed", {"wish": wish})])
