"""Taking an answer: what it changes, and what the coach says to show that it was heard."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from coach.answer import asks_the_coach, is_brief, is_thin, says_no, says_nothing, says_unknown, says_yes
from coach.confidence import read_confidence
from coach.fragment import fragment
from coach.message import Message
from coach.route import State, next_question
from coach.vocabulary import Bottleneck, Command, Outcome, Pause, Principle

Said = list[tuple[str, dict[str, Any]]]

# Two bottlenecks are close when the second has at least this share of the first one's certainty.
CLOSE = 0.7
LEAST_CERTAINTY_TO_NAME = 0.2
# "Niet mijn rol" names what it is not; "ik weet niet mijn rol" does not, and "geen mandaat" tells of one.
_NOT_THIS = re.compile(r"(?<!weet )\bniet (?:zozeer |echt |om )?(?:mijn |onze |ons |de |het |een )?$")
# Which of two comes first, left to the coach: the other waits for the end.
_BOTH = re.compile(r"\b(?:allebei|alle ?twee|beide|de eerste|het eerste|maakt niet uit)\b")
_WORDS_AROUND_A_PLACE = re.compile(
    r"\b(?:ik|ben|werk|zit|als|bij|in|van|op|voor|aan|de|het|een|en|mijn|onze|ons|hier|trouwens|overigens|zelf|dus|hoor"
    r"|kleine|grote|middelgrote|functie|is|even|ter|info)\b"
)
# Besides the principles, what is asked for and kept in the leader's own words.
IN_OWN_WORDS = ("situation", "first_step", "confidence_raise", "summary_check")
# Middle of the scale: from here on there is more confidence than doubt.
CONFIDENT = 7
DOUBTFUL = 4


@dataclass(frozen=True)
class Taken:
    """What an answer changes (slots by name), and the responses to say, each with its values."""

    changes: dict[str, Any]
    said: Said = field(default_factory=list)


def decides(state: State, message: Message) -> bool:
    """Whether a message that would interrupt answers the open question after all.

    "Verder" does while the coaching is paused, a number does when a number is asked, and what was asked back does when
    it is asked for again.
    """
    question = next_question(state)
    if question == "confirmation":
        return _repeats_command(state, message) or message.intent in {"resume", "go_back"}
    if question == "continue_coaching":
        return message.intent in {"resume", "stop", "goodbye"}
    return question == "confidence" and message.intent != "crisis" and read_confidence(message.text) is not None


def take(state: State, message: Message) -> Taken:
    """Take `message` as the answer to the open question of `state`."""
    question = next_question(state)
    place = _place(message)
    state = state.with_slots(**place)
    if place and question in {"bottleneck", *Principle, *IN_OWN_WORDS} and _only_places(message):
        taken = Taken({}, [("utter_place_heard", {})])
    elif asks_the_coach(message.text) and question in {*Principle, *IN_OWN_WORDS}:
        taken = Taken({}, [("utter_not_for_me", {})])
    elif question == "confirmation":
        taken = _take_confirmation(state, message)
    elif question == "continue_coaching":
        taken = _take_continuation(state, message)
    elif question == "bottleneck" and state["proposed_bottleneck"] and _doubts(message):
        taken = Taken({}, [("utter_doubt_heard", {})])
    elif question == "bottleneck":
        taken = _take_bottleneck(state, message)
    elif question in {"level", "sector"}:
        taken = _take_place(state, question, message)
    elif question == "confidence":
        taken = _take_confidence(state, message)
    elif question in set(Principle):
        taken = _take_principle(state, str(question), message)
    elif question == "summary_check":
        taken = _take_summary_check(state, message)
    elif question is not None:
        taken = _take_words(state, question, message)
    else:
        taken = Taken({})
    return Taken({**place, **taken.changes}, taken.said)


def _place(message: Message) -> dict[str, Any]:
    """Level and sector where the leader says them of themselves, at any time."""
    changes: dict[str, Any] = {}
    levels, sectors = message.values("level", "self"), message.values("sector", "self")
    if levels:
        changes["level"] = levels[0]
    if sectors:
        changes["sector"] = sectors
    return changes


def _only_places(message: Message) -> bool:
    """Whether a message says where the leader works and nothing more: no answer, and no story of a bottleneck."""
    rest = message.text.lower()
    for item in sorted(message.entities, key=lambda item: -item["start"]):
        rest = rest[: item["start"]] + rest[item["end"] :]
    return not _WORDS_AROUND_A_PLACE.sub("", rest).strip(" .,!")


def _doubts(message: Message) -> bool:
    """Whether a message neither takes nor refuses what was proposed ("hm, rol? weet ik niet hoor")."""
    return says_unknown(message.text) or (is_brief(message.text) and message.text.endswith("?"))


def _repeats_command(state: State, message: Message) -> bool:
    """Whether a message asks once more for what is asked back."""
    intent = Command.STOP.value if message.intent == "goodbye" else message.intent
    return bool(intent == state["pending_command"])


def _take_confirmation(state: State, message: Message) -> Taken:
    """Do what was asked back, after a yes; anything else means going on."""
    command = Command(state["pending_command"])
    agrees = says_yes(message.text, message.intent) and is_brief(message.text)
    if not (agrees or _repeats_command(state, message)):
        return Taken({"pending_command": None}, [("utter_going_on", {})])
    if command is Command.START_OVER:
        return Taken(dict(NEW_ROUND), [("utter_started_over", {})])
    outcome = Outcome.STOPPED if command is Command.STOP else Outcome.ERASED
    return Taken({"pending_command": None, "outcome": outcome.value})


def _take_continuation(state: State, message: Message) -> Taken:
    """Go on when the leader wants to, end when they do not; after a break, an answer is an answer."""
    brief = is_brief(message.text)
    if message.intent in {"stop", "goodbye"} or (brief and says_no(message.text, message.intent)):
        return Taken({"paused": None, "outcome": Outcome.STOPPED.value})
    if message.intent == "resume" or (brief and says_yes(message.text, message.intent)):
        return Taken({"paused": None, "danger": None}, [("utter_resumed", {})])
    if state["paused"] == Pause.BREAK:
        going_on = state.with_slots(paused=None)
        taken = take(going_on, message)
        return Taken({"paused": None, **taken.changes}, taken.said)
    return Taken({"continue_coaching": None})


def _labels(message: Message) -> list[str]:
    """The bottlenecks that the message calls by their name, without those that it says it is not."""
    found = [
        str(item["value"])
        for item in message.entities
        if item["entity"] == "bottleneck" and not _NOT_THIS.search(message.text[: item.get("start") or 0].lower())
    ]
    return list(dict.fromkeys(found))


def _named_bottlenecks(message: Message) -> list[str]:
    """The bottlenecks that the message tells of: the recognised one, and a second one close to it.

    While a bottleneck is asked, "an ordinary answer" says nothing: then the likeliest bottleneck counts.
    """
    certainty = {
        str(item["name"]): float(item["confidence"])
        for item in message.ranking
        if str(item["name"]).startswith("bottleneck_")
    }
    first = message.intent
    if first == "give_answer" and certainty:
        likeliest = max(certainty, key=certainty.__getitem__)
        first = likeliest if certainty[likeliest] >= LEAST_CERTAINTY_TO_NAME else first
    if first.removeprefix("bottleneck_") not in set(Bottleneck):
        return []
    others = sorted(set(certainty) - {first, "bottleneck_unclear"}, key=certainty.__getitem__, reverse=True)
    close = [name for name in others[:1] if certainty[name] >= CLOSE * certainty.get(first, message.certainty)]
    return [name.removeprefix("bottleneck_") for name in (first, *close)]


def _take_bottleneck(state: State, message: Message) -> Taken:
    """Choose, propose, confirm, correct, or ask on."""
    proposed, second = state["proposed_bottleneck"], state["second_bottleneck"]
    labels = _labels(message)
    named = _named_bottlenecks(message)
    brief = is_brief(message.text)
    if brief and len(labels) == 1 and not (labels[0] == proposed and says_no(message.text, message.intent)):
        return _confirm(state, labels[0])
    if brief and message.certainty == 1.0 and named:  # a button
        return _confirm(state, named[0])
    if proposed and not second:
        if says_yes(message.text, message.intent) or proposed in named[:1]:
            return _confirm(state, proposed)
        if says_no(message.text, message.intent) and brief:
            return Taken({"proposed_bottleneck": None, "corrected": True})
    if proposed and second and brief and (says_yes(message.text, message.intent) or _BOTH.search(message.text.lower())):
        return _confirm(state, proposed)
    if proposed and second and named and named[0] in {proposed, second}:
        return _confirm(state, named[0])
    if named:
        second = named[1] if len(named) > 1 else None
        return Taken(
            {
                "proposed_bottleneck": named[0],
                "second_bottleneck": second,
                "situation": message.text,
                "corrected": None,
            }
        )
    asked = int(state["clarifications"] or 0)
    none_proposed = {"proposed_bottleneck": None, "second_bottleneck": None, "corrected": None}
    return Taken({"clarifications": float(asked + 1), **none_proposed})


def _confirm(state: State, bottleneck: str) -> Taken:
    """The bottleneck as the leader confirmed or chose it; a second candidate is kept for the end."""
    candidates = {state["proposed_bottleneck"], state["second_bottleneck"]} - {None, bottleneck}
    other = sorted(candidates)[0] if state["second_bottleneck"] and candidates else None
    changes = {
        "bottleneck": bottleneck,
        "proposed_bottleneck": bottleneck,
        "second_bottleneck": other,
        "corrected": None,
    }
    return Taken(changes, [("utter_bottleneck_confirmed", {"bottleneck": bottleneck})])


def _take_place(state: State, question: str, message: Message) -> Taken:
    """Level or sector as asked: any mention counts now; an answer without one is passed over, and not asked again."""
    levels, sectors = message.values("level"), message.values("sector")
    changes: dict[str, Any] = {}
    if levels and not state["level"]:
        changes["level"] = levels[0]
    if sectors and not state["sector"]:
        changes["sector"] = sectors
    if question not in changes and not state[question]:
        changes["skipped"] = [*state.listed("skipped"), question]
    return Taken(changes)


def _take_principle(state: State, principle: str, message: Message) -> Taken:
    """Keep the answer and give it back; a thin one is deepened once."""
    deepened = state.listed("deepened")
    if is_thin(message.text, message.intent):
        if principle not in deepened:
            return Taken({"deepened": [*deepened, principle]})
        if says_nothing(message.text, message.intent):
            return Taken({"skipped": [*state.listed("skipped"), principle]}, [("utter_heard_little", {})])
        return Taken({principle: message.text}, [("utter_heard_little", {})])
    return Taken({principle: message.text}, [_reflection(message.text)])


def _reflection(text: str) -> tuple[str, dict[str, Any]]:
    """The response that gives an answer back, in the leader's words where a fragment reads well."""
    words = fragment(text)
    return ("utter_reflect", {"fragment": words}) if words else ("utter_reflect_plainly", {})


def _take_summary_check(state: State, message: Message) -> Taken:
    """Close the summary; what is more than a yes or a no is added to it."""
    closed = {"skipped": [*state.listed("skipped"), "summary_check"]}
    agrees = says_yes(message.text, message.intent) or says_no(message.text, message.intent)
    if (agrees and is_brief(message.text)) or is_thin(message.text, message.intent):
        return Taken(closed)
    return Taken({"summary_check": message.text}, [("utter_added", {})])


def _take_confidence(state: State, message: Message) -> Taken:
    """Read the number; asked for once more when there is none, then passed over."""
    number = read_confidence(message.text)
    if number is not None:
        band = "high" if number >= CONFIDENT else "low" if number <= DOUBTFUL else "middle"
        return Taken({"confidence": float(number)}, [("utter_reflect_confidence", {"number": number, "band": band})])
    if "confidence" in state.listed("deepened"):
        return Taken({"skipped": [*state.listed("skipped"), "confidence"]}, [("utter_no_number", {})])
    return Taken({"deepened": [*state.listed("deepened"), "confidence"]})


def _take_words(state: State, question: str, message: Message) -> Taken:
    """Keep an answer in the leader's own words and show that it was heard.

    "Weet ik niet" is none: the question is asked once more in other words, and then stays open.
    """
    if says_nothing(message.text, message.intent):
        deepened, skipped = state.listed("deepened"), state.listed("skipped")
        if question in deepened or question == "confidence_raise":
            return Taken({"skipped": [*skipped, question]}, [("utter_skipped", {})])
        return Taken({"deepened": [*deepened, question]}, [("utter_heard_little", {})])
    said: Said = []
    if question == "situation":
        said = [_reflection(message.text)]
    elif question == "first_step":
        said = [("utter_reflect_step", {"fragment": words})] if (words := fragment(message.text)) else []
    elif question == "confidence_raise":
        said = [_reflection(message.text)] if not is_thin(message.text, message.intent) else []
    return Taken({question: message.text}, said)


# What a new round begins without.
_OF_A_ROUND = (
    "bottleneck", "proposed_bottleneck", "second_bottleneck", "corrected", "clarifications", "situation",
    "current_principle", *Principle, "opened", "deepened", "skipped", "summary_check", "first_step", "confidence",
    "confidence_raise", "pending_command", "paused", "danger", "outcome",
)  # fmt: skip
NEW_ROUND: dict[str, None] = dict.fromkeys(str(name) for name in _OF_A_ROUND)
