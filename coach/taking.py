"""Taking an answer: what it changes, and what the coach says to show that it was heard."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from coach.answer import (
    asks_for_advice,
    asks_the_coach,
    is_brief,
    is_thin,
    leaves_as_it_is,
    says_no,
    says_nothing,
    says_unknown,
    says_yes,
)
from coach.closing import (
    FAREWELLS,
    answers_offer,
    take_felt_heard,
    take_handoff_check,
    take_handoff_consent,
    take_rating,
    take_reply_address,
    take_second_round,
)
from coach.confidence import read_number
from coach.danger import Danger, refer
from coach.fragment import fragment
from coach.harvest import (
    changes_line,
    take_confidence,
    take_first_step,
    take_summary_check,
    takes_resolution,
    tells_of_step,
)
from coach.message import Message, Said, Taken
from coach.recognising import (
    calls_one,
    change_bottleneck,
    other_bottleneck,
    place_heard,
    place_said,
    says_only_places,
    take_bottleneck,
    take_place,
)
from coach.route import CHOICE, State, bottleneck_question, is_open, next_question
from coach.second_person import turned
from coach.steering import (
    OUTSIDE,
    denies_danger,
    doubts_danger,
    names_principle,
    repeats_command,
    take_confirmation,
    take_continuation,
)
from coach.step import tells_with_whom
from coach.themes import STAYS, about, themes_of
from coach.vocabulary import Pause, Principle, Theme

# Besides the principles, what is asked for and kept in the leader's own words.
IN_OWN_WORDS = ("situation", "first_step", "step_when", "step_with_whom", "confidence_raise")
# Where the leader may still come to see another bottleneck.
COACHING = frozenset({*Principle, "situation", "level", "sector", "summary_check"})
# What is answered and done as ever while danger waits, from a certainty on; anything else is for people.
ALSO_IN_DANGER = frozenset({"ask_privacy", "ask_bot_identity", "delete_my_data"})
LEAST_CERTAINTY_IN_DANGER = 0.5
# The probability from which an answer is taken to say something to another principle too (docs/herkenning.md).
LEAST_SAID_ELSEWHERE = 0.7
# An answer that is complete is not deepened, and one that holds the start of something only so often.
MOST_STAYS = 2

TAKES: dict[str, Callable[[State, Message], Taken]] = {
    "bottleneck": take_bottleneck,
    "summary_check": take_summary_check,
    "confidence": take_confidence,
    "handoff_consent": take_handoff_consent,
    "reply_address": take_reply_address,
    "handoff_check": take_handoff_check,
    "second_round": take_second_round,
    "rating": take_rating,
    "felt_heard": take_felt_heard,
}


def decides(state: State, message: Message) -> bool:
    """Whether a message that would interrupt answers the open question after all."""
    question, intent = next_question(state), message.intent
    if intent == "crisis":
        return False
    if question in COACHING and other_bottleneck(state, message):
        return True
    if question in set(Principle):
        # "Meer tijd" is an answer, "naar gun het tijd" is a choice.
        chooses_none = intent == "choose_principle" and not names_principle(message)
        return chooses_none or (state["reopened"] == question and leaves_as_it_is(message.text))
    number = read_number(message.text) is not None
    surely = message.certainty >= LEAST_CERTAINTY_IN_DANGER
    answers = {
        # Outside the task between two clarifying questions: not being understood again, which brings the choice.
        "bottleneck": calls_one(message)
        or (bool(state["proposed_bottleneck"]) and is_brief(message.text) and says_no(message.text, message.intent))
        or (intent == "skip" and bottleneck_question(state) == CHOICE)
        or (intent in OUTSIDE and bottleneck_question(state) == "utter_ask_clarification"),
        "summary_check": changes_line(state, message),
        "confidence": number,
        **dict.fromkeys(("first_step", "step_when", "step_with_whom"), tells_of_step(message)),
        "rating": number or intent in FAREWELLS,
        "felt_heard": intent in FAREWELLS,
        **dict.fromkeys(("handoff_consent", "handoff_check"), answers_offer(message)),
        # An address that is none is said to be none, whatever else it looks like.
        "reply_address": answers_offer(message) or intent in {"out_of_scope", "other_language"},
        "second_round": intent in {"thank", "resume"} or (intent == "stop" and says_no(message.text, intent)),
        "confirmation": repeats_command(state, message) or intent in {"resume", "go_back"},
        "continue_coaching": intent in {"resume", "stop", "goodbye"}
        or (intent == "start_over" and state["paused"] == Pause.SILENCE)
        or (state["paused"] == Pause.DANGER and not (intent in ALSO_IN_DANGER and surely)),
    }
    return answers.get(str(question), False)


def take(state: State, message: Message) -> Taken:
    """Take `message` as the answer to the open question of `state`; the changes are what is different from it."""
    question = next_question(state)
    place, before = place_said(message), state
    state = state.with_slots(**place)
    open_to_words = question in {*Principle, *IN_OWN_WORDS}
    other = other_bottleneck(state, message) if question in COACHING else None
    if other:
        taken = change_bottleneck(state, other)
    elif place and (open_to_words or question in {"bottleneck", "summary_check"}) and says_only_places(message):
        taken = Taken({}, [place_heard(state)])
    elif (open_to_words and asks_the_coach(message.text)) or (
        question == "bottleneck" and asks_for_advice(message.text)
    ):
        taken = Taken({}, [("utter_not_for_me", {})])
    elif question in {"confirmation", "continue_coaching"}:
        taken = _take_in_between(state, question, message)
    elif question in TAKES:
        taken = TAKES[question](state, message)
    elif question in {"level", "sector"}:
        taken = take_place(state, question, message)
    elif question in set(Principle):
        taken = _take_principle(state, str(question), message)
    elif question is not None:
        taken = _take_words(state, question, message)
    else:
        taken = Taken({})
    changes = {**place, **taken.changes}
    return Taken({name: value for name, value in changes.items() if value != before[name]}, taken.said)


def _take_in_between(state: State, question: str, message: Message) -> Taken:
    """Do what was asked back, go on, end, wait; or take the message as the answer that it is to the question behind."""
    asked_back = question == "confirmation"
    if not asked_back and state["paused"] == Pause.CHECK and message.intent not in {"stop", "goodbye"}:
        return _take_check(state, message)
    taken = (take_confirmation if asked_back else take_continuation)(state, message)
    if taken is None:
        closed: dict[str, Any] = {"pending_command": None} if asked_back else {"paused": None}
        answer = take(state.with_slots(**closed), message)
        going_on: Said = [("utter_going_on", {})] if asked_back else []
        taken = Taken({**closed, **answer.changes}, [*going_on, *answer.said])
    return taken


def _take_check(state: State, message: Message) -> Taken:
    """Refer where there is danger, or doubt about it; otherwise go on from what was set aside and what is added."""
    aside = Message(intent="give_answer", certainty=0.0, **state["set_aside"])
    says_so = says_yes(message.text, message.intent) and is_brief(message.text)
    if says_so or doubts_danger(message.text):
        return refer(Danger.of(aside))
    # Who was asked about danger is not told next that this is outside the task.
    likely = (str(item["name"]) for item in aside.ranking if item["name"] not in {"crisis", *OUTSIDE})
    aside = replace(aside, intent=next(likely, aside.intent))
    if not (denies_danger(message) or is_brief(message.text)):
        aside = aside.with_text(f"{aside.text} {message.text}")
    closed = {"paused": None, "set_aside": None}
    answer = take(state.with_slots(**closed), aside)
    return Taken({**closed, **answer.changes}, [("utter_misread", {}), *answer.said])


def _take_principle(state: State, principle: str, message: Message) -> Taken:
    """Keep the answer and give it back; deepen one that is thin, or that holds the start of something, once."""
    deepened, text, themes = state.listed("deepened"), message.text, themes_of(message)
    closed: dict[str, Any] = {"deepening": None, "reopened": None}
    earlier = state[principle] if state["deepening"] == principle else None
    if state["reopened"] == principle and leaves_as_it_is(text):
        return Taken(closed, [("utter_answer_kept", {})])
    if is_thin(text, message.intent) or themes == [Theme.KORT]:
        nothing = says_nothing(text, message.intent)
        kept = earlier if nothing else _joined(earlier, text)
        if principle not in deepened and state["reopened"] != principle:
            deepening = {"deepened": [*deepened, principle], "deepening": principle, "theme": None}
            return Taken({principle: kept, **deepening})
        if state["reopened"] == principle and nothing:
            return Taken(closed, [("utter_answer_kept", {})])
        if kept:
            return Taken({**closed, principle: kept}, [("utter_heard_little", {})])
        return Taken({**closed, "skipped": [*state.listed("skipped"), principle]}, [("utter_heard_little", {})])
    changes: dict[str, Any] = {principle: _joined(earlier, text), **_said_elsewhere(state, principle, message)}
    if Theme.VOORNEMEN in themes and (words := fragment(text)):
        changes["resolution"] = words
    stays = next((theme for theme in themes if theme in STAYS), None)
    stayed = [name for name in deepened if name in set(Principle)]
    if stays and principle not in deepened and len(stayed) < MOST_STAYS:
        deepening = {"deepened": [*deepened, principle], "deepening": principle, "theme": stays}
        return Taken({**changes, **deepening, "reopened": None}, [_reflection(principle, text, stays)])
    return Taken({**closed, **changes}, [_reflection(principle, text, next(iter(themes), None))])


def _said_elsewhere(state: State, principle: str, message: Message) -> dict[str, Any]:
    """What an answer to one principle already says to others that are still to come, in the leader's words."""
    words = fragment(message.text)
    to_come = [other for other in state.principles if other != principle and is_open(state, other)]
    also = [other for other in to_come if message.principles.get(other, 0.0) >= LEAST_SAID_ELSEWHERE]
    return (
        {"said_elsewhere": {**(state["said_elsewhere"] or {}), **dict.fromkeys(also, words)}} if words and also else {}
    )


def _joined(earlier: str | None, text: str) -> str:
    """An answer with what was added to it."""
    return f"{earlier.rstrip(' .;')}; {text}" if earlier else text


def _reflection(question: str, text: str, theme: Theme | None = None) -> tuple[str, dict[str, Any]]:
    """The response that gives an answer to `question` back: what kind of thing it says, or else the leader's words."""
    words = fragment(text, about(theme))
    values = {"fragment": words, "turned": words and turned(words), "asked": question}
    if theme and theme != Theme.KORT:
        return f"utter_reflect_{theme}", values
    return ("utter_reflect", values) if words else ("utter_reflect_plainly", {})


def _take_words(state: State, question: str, message: Message) -> Taken:
    """Keep an answer in the leader's own words and show that it was heard.

    "Weet ik niet" is none: the question is asked once more in other words, and then stays open.
    """
    if question == "first_step" and takes_resolution(state, message):
        return take_first_step(state, message)
    if says_nothing(message.text, message.intent):
        deepened, skipped = state.listed("deepened"), state.listed("skipped")
        once = question in {"confidence_raise", "step_when", "step_with_whom"}
        if once or question in deepened:
            return Taken({"skipped": [*skipped, question], "reopened": None}, [("utter_skipped", {})])
        return Taken({"deepened": [*deepened, question]}, [("utter_heard_little", {})])
    if question == "first_step":
        return take_first_step(state, message)
    thin = is_thin(message.text, message.intent) or says_unknown(message.text)
    theme = next(iter(themes_of(message)), None) if question == "situation" else None
    said: Said = [(f"utter_reflect_{question}", {})] if question in {"step_when", "step_with_whom"} else []
    if question in {"situation", "confidence_raise"} and not thin:
        said = [_reflection(question, message.text, theme)]
    changes = {question: message.text, "reopened": None}
    if question == "step_when" and not state["step_with_whom"] and tells_with_whom(message.text):  # "in mijn bila"
        changes["step_with_whom"] = message.text
    return Taken(changes, said)
