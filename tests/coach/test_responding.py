"""Every command and question, at every question of the conversation."""

from typing import Any

import pytest

from coach.answer import INTERRUPTIONS
from coach.message import Message, Taken
from coach.responding import respond
from coach.route import State, next_question
from coach.steering import OUTSIDE
from coach.vocabulary import Principle
from tests.coach.messages import message

KNOWN: dict[str, Any] = {
    "bottleneck": "mandaat", "situation": "verhaal", "level": "management", "sector": ["zorg"], "welcomed": True,
}  # fmt: skip
ANSWERED = {**KNOWN, **dict.fromkeys(Principle, "een antwoord")}
CLOSED = {**ANSWERED, "skipped": ["summary_check"]}
STEP = {**CLOSED, "first_step": "bellen", "step_when": "morgen", "step_with_whom": "de school"}
SURE = {**STEP, "confidence": 10.0}
AT: dict[str, dict[str, Any]] = {
    "bottleneck": {"welcomed": True},
    "situation": {**KNOWN, "situation": None},
    "level": {**KNOWN, "level": None},
    "sector": {**KNOWN, "sector": None},
    "ondersteun_en_faciliteer": KNOWN,
    "gun_het_tijd": {**KNOWN, "current_principle": "gun_het_tijd"},
    "summary_check": ANSWERED,
    "first_step": CLOSED,
    "step_when": {**CLOSED, "first_step": "bellen"},
    "step_with_whom": {**CLOSED, "first_step": "bellen", "step_when": "morgen"},
    "confidence": STEP,
    "confidence_raise": {**STEP, "confidence": 6.0},
    "handoff_consent": {**SURE, "sender_runs": True},
    "reply_address": {**SURE, "handoff_consent": "yes"},
    "handoff_check": {**SURE, "handoff_consent": "yes", "reply_address": "a@b.nl"},
    "second_round": {**SURE, "second_bottleneck": "rol"},
    "rating": SURE,
    "felt_heard": {**SURE, "rating": 4.0},
    "confirmation": {**KNOWN, "pending_command": "start_over"},
    "continue_coaching": {**KNOWN, "paused": "break"},
}
# What answers the question that is open instead of interrupting it.
ANSWERS = {
    "summary_check": set(),
    "reply_address": {"out_of_scope"},
    "second_round": {"thank", "resume"},
    "rating": {"thank", "goodbye", "stop"},
    "felt_heard": {"thank", "goodbye", "stop"},
    "confirmation": {"start_over", "resume", "go_back"},
    "continue_coaching": {"resume", "stop", "goodbye"},
}


@pytest.mark.parametrize(("question", "slots"), AT.items(), ids=AT)
def test_the_states_are_what_they_say(question: str, slots: dict[str, Any]) -> None:
    assert next_question(State(slots)) == question


@pytest.mark.parametrize("intent", sorted(INTERRUPTIONS))
@pytest.mark.parametrize("question", AT)
def test_each_command_and_question_works_at_each_point(question: str, intent: str) -> None:
    """Left to its rule, which `tests/test_project.py` checks to exist, or taken as the answer that it is there."""
    text = "principe" if intent == "choose_principle" else "x"
    taken = respond(State(AT[question]), Message(text, intent, 0.95, [], [{"name": intent, "confidence": 0.95}]), 0)
    if intent in OUTSIDE and intent not in ANSWERS.get(question, set()):
        assert taken == Taken({}, [(OUTSIDE[intent], {})])
    else:
        assert (taken is None) is (intent not in ANSWERS.get(question, set()))


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("what is the weather like", False), ("Ich verstehe leider nicht", False), ("مرحبا كيف حالك", False),
        ("the meeting is on dinsdag met mijn team", True), ("teams", True), ("ben bestuurder", True),
        ("we zijn agile gaan werken", True), ("quick wins en low hanging fruit", True),
    ],
)  # fmt: skip
def test_another_language_is_no_answer(text: str, *, answer: bool) -> None:
    taken = respond(
        State(AT["first_step"]), Message(text, "give_answer", 0.9, [], [{"name": "give_answer", "confidence": 0.9}]), 0
    )
    assert taken
    assert (taken.said != [("utter_only_dutch", {})]) is answer


@pytest.mark.parametrize("question", AT)
def test_an_answer_is_never_left_to_a_rule(question: str) -> None:
    answer = Message(
        "we bellen elkaar nu elke maandag over de kinderen die thuis zitten",
        "give_answer",
        0.9,
        [],
        [{"name": "give_answer", "confidence": 0.9}],
    )
    assert respond(State(AT[question]), answer, 0) is not None


@pytest.mark.parametrize("question", [*Principle, "situation", "first_step", "confidence_raise"])
def test_words_that_sound_like_a_command_stay_an_answer(question: str) -> None:
    slots = AT.get(question, {**KNOWN, "current_principle": question})
    text = "we zijn gestopt met dat overleg en bellen elkaar nu gewoon als er iets is met een kind"
    taken = respond(State(slots), Message(text, "stop", 0.8, [], [{"name": "stop", "confidence": 0.8}]), 0)
    assert taken
    assert taken.changes.get(question) == text


def test_beside_an_explanation_an_answer_is_given_back_in_a_few_words() -> None:
    answer = "ons jaarplan noemt het netwerk nu met naam en uren"
    text = f"{answer}. wat bedoel je met faciliteren?"
    taken = respond(State(KNOWN), message(text, clauses={"wat bedoel je met faciliteren?": "ask_explanation"}), 0)
    assert taken
    names = [name for name, _ in taken.said]
    assert names[0] == "utter_reflect_plainly"
    assert names[1].startswith("utter_explain_")
    alone = respond(State(KNOWN), message(answer), 0)
    assert alone
    assert [name for name, _ in alone.said] == ["utter_reflect"]
