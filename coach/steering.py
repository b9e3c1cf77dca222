"""What a leader can ask for at any moment, alone or together with an answer; and pausing, returning, stopping."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from typing import Any

from coach.answer import is_brief, says_no, says_plain_yes, says_yes
from coach.message import Message, Said, Taken
from coach.route import IN_BETWEEN, NEW_ROUND, State, next_question, previous_question, step_of
from coach.vocabulary import Command, Outcome, Pause, Principle

# What the leader has to answer or refuse; passing over it would leave the conversation nowhere.
CANNOT_SKIP = frozenset({None, "bottleneck", *IN_BETWEEN})
# The responses to questions that can be asked at any moment.
ANSWERS = {
    "ask_contact": "utter_contact",
    "ask_bot_identity": "utter_bot_identity",
    "ask_privacy": "utter_privacy",
    "ask_about_network": "utter_about_network",
    "ask_help": "utter_help",
}
# What is no answer, no question and no command: the coach hears it, and asks on.
OUTSIDE = {
    "out_of_scope": "utter_out_of_scope",
    "other_language": "utter_only_dutch",
    "insult": "utter_anger_heard",
}
# Away for so long, a leader is welcomed back.
SECONDS_OF_SILENCE = 6 * 60 * 60
# A longer message after silence is a greeting alone from this certainty on, and otherwise an answer.
LEAST_TO_SAY_NOTHING = 0.8
# A clause is a question to the coach or a command from this probability on; in an answer, where such words tell of the
# leader's own work more often, from a higher one. What is missed is an answer still. From docs/herkenning.md.
LEAST_IN_A_STORY = 0.6
LEAST_IN_AN_ANSWER = 0.9
_PRINCIPLE = re.compile(
    r"\bprincipes?\b|\bander(?:e|s)?\b|\bgun het\b|\bweeg\b|\bverbind met\b|\bondersteun en\b|\bfaciliteer\b"
)
# What the coach took for danger was none: the leader says so of their own words, and not that others say it.
_NO_DANGER = re.compile(
    r"\bgeen gevaar\b|\bniet gevaarlijk\b|\b(?:niet|anders) (?:zo )?bedoeld\b|\b(?:bedoel|bedoelde) ik (?:het )?niet\b"
    r"|\bbegrijpt? (?:me|mij|het) verkeerd\b|\bverkeerd begrepen\b|\bniks aan de hand\b"
    r"|\b(?:gaat|ging) over (?:mijn )?werk\b"
)
_OTHERS_SAY = re.compile(r"\b(?:hij|zij|ze|iedereen|niemand|zegt|zeggen|zei|zeiden|vindt|vinden|alsof|bang)\b")
# While danger waits, "ok" and "dank je" say that the number was seen, and a yes or no with more behind it tells of the
# danger: the bare words alone go on or end.
_AND_NO_MORE = (
    r"(?:\W+(?:graag|hoor|maar|verder|door|ga|we|gaan|doe|dat|is|goed|prima|dank|je|u|wel|dankjewel|bedankt))*\W*$"
)
_GOES_ON = re.compile(rf"^\W*(?:ja|jawel|graag|doe maar|verder|door){_AND_NO_MORE}")
_ENDS = re.compile(rf"^\W*(?:(?:ja |doe maar |verder |nee )?(?:liever )?niet|nee|neen){_AND_NO_MORE}")
_DOUBTS = re.compile(
    r"\bvermoed\w*|\b(?:niet|niks|niets|nooit) (?:\w+ )?(?:zeker|gezien|bewijzen|bewezen)\b|\bgeen bewijs\b"
    r"|\bkan me vergissen\b|\bmisschien\b|\bweet (?:ik )?het (?:ook )?niet\b|\btwijfel\w*|\boverdrijf\b"
)
_STOPPED = {"paused": None, "outcome": Outcome.STOPPED.value}
_SAFE = {"paused": None, "danger": None, "danger_to": None}
_ASKS = re.compile(r"\?|^(?:en |maar )?(?:moet|mag|kan|wie|wat|hoe|waar|wanneer|is het)\b")
# Behind such a word and a colon stands what is said to somebody else.
_SAID_BY_OTHERS = re.compile(
    r"\b(?:zegt|zeggen|zei|zeiden|denkt|denken|dacht|dachten|vraagt|vragen|vroeg|vroegen|roept|roepen|riep|riepen"
    r"|antwoordt?|antwoordden?)(?: \w+){0,3}:\s*\W?$"
)
_BETWEEN_CLAUSES = " ,;:()"
_ENDS_OF_A_CLAUSE = f"{_BETWEEN_CLAUSES}.!?\n"
_FILLER = re.compile(
    r"^(?:maar|en|ook|wel|alleen|trouwens|oh?|oké|ok|nou|ja|nee|hm+|even|graag|dus|dat|nog|iets|eerst)$"
)


def divide(message: Message, *, reflecting: bool = False) -> tuple[list[str], Message]:
    """The commands and questions that stand in clauses of their own, and the message without these clauses."""
    asked = asked_in_clauses(message, LEAST_IN_AN_ANSWER if reflecting else LEAST_IN_A_STORY)
    if not asked:
        return [], message
    rest = message.text
    for clause in sorted((clause for found in asked.values() for clause in found), key=lambda item: -item["start"]):
        # What ended the clause goes with it: no stray question mark stays in an answer.
        rest = f"{rest[: clause['start']].rstrip(' (')} {rest[clause['end'] :].lstrip(_ENDS_OF_A_CLAUSE)}"
    told = message.with_text(rest.strip(_BETWEEN_CLAUSES))
    if message.intent in asked and told.clauses:  # the whole sounded like the question: the rest speaks for itself
        ranking = max(told.clauses, key=lambda item: item["end"] - item["start"])["intent_ranking"]
        told = replace(told, intent=ranking[0]["name"], certainty=ranking[0]["confidence"], ranking=ranking)
    return [*asked], told


def asked_in_clauses(message: Message, least: float) -> dict[str, list[dict[str, Any]]]:
    """What the message's clauses ask or command with probability `least` or more, and which clauses do.

    What the leader tells that somebody said is no question to the coach.

    Two clauses that ask the same make each other surer (as independent witnesses).
    """
    asked: dict[str, list[dict[str, Any]]] = {}
    for clause in message.clauses:
        if _SAID_BY_OTHERS.search(message.text[: clause["start"]].lower()):
            continue
        asked.setdefault(clause["intent_ranking"][0]["name"], []).append(clause)
    doubts = {
        name: math.prod(1 - clause["intent_ranking"][0]["confidence"] for clause in found)
        for name, found in asked.items()
    }
    return {name: found for name, found in asked.items() if name in IN_A_CLAUSE and 1 - doubts[name] >= least}


def says_more(text: str) -> bool:
    """Whether there is anything in `text` besides filler."""
    return any(not _FILLER.match(word) for word in re.findall(r"\w+", text.lower()))


# What is asked about: the open question, or a bottleneck or principle that the message names.
ABOUT = {"ask_about_bottlenecks": "utter_about_bottlenecks", "ask_about_principles": "utter_about_principles"}
EXPLAINED = ("ask_explanation", "ask_example", *ABOUT)
STEERABLE = frozenset({*ANSWERS, *EXPLAINED, "skip", "pause", "go_back"})
IN_A_CLAUSE = STEERABLE - {"go_back"}


def steer(state: State, wanted: list[str], message: Message) -> Taken:
    """Do several things that one message asks for, in their order."""
    changes: dict[str, Any] = {}
    said: Said = []
    if "ask_example" in wanted:  # with the explanation it would be long, and it explains
        wanted = [intent for intent in wanted if intent != "ask_explanation"]
    for intent in wanted:
        taken = _steer_one(state.with_slots(**changes), intent, message)
        changes.update(taken.changes)
        if intent != "skip" or len(wanted) == 1:  # beside an answer, the next question says enough
            said += [response for response in taken.said if response not in said]
    return Taken(changes, said)


def _steer_one(state: State, intent: str, message: Message) -> Taken:
    if intent == "skip":
        return skip(state)
    if intent == "go_back":
        return go_back(state)
    if intent == "pause":
        return pause()
    return Taken({}, [answer_to(intent, state, message)])


def answer_to(intent: str, state: State, message: Message) -> tuple[str, dict[str, Any]]:
    """The response to a question: on what the message names, otherwise on the open question or on all of a kind."""
    if intent not in EXPLAINED:
        return ANSWERS[intent], {}
    stem = "utter_example" if intent == "ask_example" else "utter_explain"
    principles, bottlenecks = message.values("principle"), message.values("bottleneck")
    if principles and state.principles and next_question(state) not in IN_BETWEEN:
        return f"{stem}_{principles[0]}", {"asked": principles[0]}
    if bottlenecks and intent != "ask_example":
        return "utter_explain_bottleneck", {"asked": bottlenecks[0]}
    if intent in ABOUT:
        return ABOUT[intent], {}
    question = next_question(state)
    if question == "bottleneck" and state["proposed_bottleneck"] and intent == "ask_explanation":
        return "utter_explain_bottleneck", {"asked": state["proposed_bottleneck"]}
    on_principle = question in set(Principle)
    return f"{stem}_{question}" if on_principle else stem, {"asked": question}


def pause() -> Taken:
    """Let the conversation rest; what was asked back is forgotten."""
    return Taken({"paused": Pause.BREAK.value, "pending_command": None})


def skip(state: State) -> Taken:
    """Pass over the open question; an answer that it had before stays."""
    question = next_question(state)
    if question in CANNOT_SKIP:
        return Taken({}, [("utter_cannot_skip", {})])
    if state[str(question)]:
        return Taken({"deepening": None, "reopened": None}, [("utter_answer_kept", {})])
    changes = {"skipped": [*state.listed("skipped"), question], "deepening": None, "reopened": None}
    return Taken(changes, [("utter_skipped", {})])


def go_back(state: State) -> Taken:
    """Open the question before again; its answer stays until there is another."""
    question = previous_question(state)
    if question is None:
        return Taken({}, [("utter_nothing_before", {})])
    return Taken(_open_again(state, question), [("utter_gone_back", {})])


def choose_principle(state: State, message: Message) -> Taken:
    """Make the named principle the next question; without one, or before there is a bottleneck, say how it goes."""
    named = _named_principles(message)
    if not named or not state.principles or next_question(state) in IN_BETWEEN:
        return Taken({}, [("utter_about_principles", {})])
    changes = _open_again(state, named[0])
    if named[0] != next_question(state):
        changes["opened"] = [other for other in state.listed("opened") if other != named[0]]
    return Taken(changes, [("utter_principle_chosen", {})])


def _named_principles(message: Message) -> list[str]:
    """The principles that a message names, "kiezen" apart: "ik wil een ander principe kiezen" names none."""
    named = [item for item in message.entities if item["entity"] == "principle"]
    surfaces = [message.text[item.get("start", 0) : item.get("end", 0)].lower() for item in named]
    return [str(item["value"]) for item, surface in zip(named, surfaces, strict=True) if surface != "kiezen"]


def names_principle(message: Message) -> bool:
    """Whether a message that may choose a principle does so in so many words: "meer tijd" is an answer."""
    return bool(_PRINCIPLE.search(message.text.lower()))


def _open_again(state: State, question: str) -> dict[str, Any]:
    changes: dict[str, Any] = {
        "reopened": question if state[question] else None,
        "deepening": None,
        "correcting": None,
        "skipped": [other for other in state.listed("skipped") if other != question],
    }
    if question in set(Principle):
        changes["current_principle"] = question
    return changes


def returned(state: State, message: Message) -> Taken:
    """What a leader hears who comes back after hours or days: what was reached, and the choice, unless they go on."""
    question = next_question(state)
    surely = is_brief(message.text) or message.certainty >= LEAST_TO_SAY_NOTHING
    nothing_said = (surely and message.intent in {"greet", "resume", "repeat", "thank"}) or not says_more(message.text)
    if not state.principles or question in IN_BETWEEN or not nothing_said:
        return Taken({}, [("utter_welcome_back_briefly", {})])
    values: dict[str, Any] = {"asked": question}
    if question in set(Principle):
        step, total = step_of(state, str(question))
        values = {"asked": "principle", "step": step, "total": total, "principle": Principle(question).title.lower()}
    return Taken({"paused": Pause.SILENCE.value}, [("utter_welcome_back", values)])


def take_confirmation(state: State, message: Message) -> Taken | None:
    """Do what was asked back, after a yes; anything else means going on, and None that it is an answer, too."""
    command = Command(state["pending_command"])
    agrees = says_plain_yes(message.text, message.intent) and is_brief(message.text)
    if not (agrees or repeats_command(state, message)):
        decided = says_yes(message.text, message.intent) or says_no(message.text, message.intent)
        going_on = Taken({"pending_command": None}, [("utter_going_on", {})])
        return going_on if decided or is_brief(message.text) else None
    if command is Command.START_OVER:
        return Taken(dict(NEW_ROUND), [("utter_started_over", {})])
    outcome = Outcome.STOPPED if command is Command.STOP else Outcome.ERASED
    return Taken({"pending_command": None, "outcome": outcome.value})


def repeats_command(state: State, message: Message) -> bool:
    """Whether a message asks once more for what is asked back."""
    intent = Command.STOP.value if message.intent == "goodbye" else message.intent
    return bool(intent == state["pending_command"])


def take_continuation(state: State, message: Message) -> Taken | None:
    """Go on when the leader wants to, end when they do not; None where the message is an answer after a break."""
    if message.intent in {"stop", "goodbye"}:
        return Taken(_STOPPED)
    if state["paused"] == Pause.DANGER:
        return wait_in_danger(message)
    brief = is_brief(message.text)
    if brief and says_no(message.text, message.intent):  # in a break: not yet
        return Taken(_STOPPED if state["paused"] == Pause.SILENCE else {})
    if state["paused"] == Pause.SILENCE and message.intent == "start_over":
        return Taken(dict(NEW_ROUND), [("utter_started_over", {})])
    if message.intent == "resume" or (brief and says_yes(message.text, message.intent)):
        return Taken({"paused": None}, [("utter_resumed", {})])
    return None


def denies_danger(message: Message) -> bool:
    """Whether a message says that nobody is in danger, and not that others say so."""
    lowered = message.text.lower()
    denies = says_no(message.text, message.intent) or message.intent == "resume" or _NO_DANGER.search(lowered)
    return bool(denies and not _OTHERS_SAY.search(lowered))


def doubts_danger(text: str) -> bool:
    """Whether a message leaves open that somebody is in danger ("ik weet het niet zeker")."""
    return bool(_DOUBTS.search(text.lower()))


def wait_in_danger(message: Message) -> Taken:
    """Go on or end at the bare words; anything else waits, and a question or doubt is for people."""
    lowered = message.text.lower()
    none, others_say = _NO_DANGER.search(lowered), _OTHERS_SAY.search(lowered)
    if none and not others_say and message.intent != "crisis":
        return Taken(_SAFE, [("utter_misread", {})])
    if message.intent.startswith("ask_") or _ASKS.search(lowered):
        return Taken({}, [("utter_danger_question", {})])
    if _DOUBTS.search(lowered) or (none and others_say):
        return Taken({}, [("utter_danger_doubt", {})])
    if _ENDS.search(lowered):
        return Taken(_STOPPED)
    if message.intent == "resume" or _GOES_ON.search(lowered):
        return Taken(_SAFE, [("utter_resumed", {})])
    return Taken({})
