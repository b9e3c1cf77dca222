"""Is a message an answer, does it interrupt, or both? What the coach does with it."""

from __future__ import annotations

from dataclasses import replace

from coach import taking
from coach.answer import count_words, interrupts, speaks_another_language
from coach.message import Message, Taken
from coach.route import State
from coach.steering import OUTSIDE, SECONDS_OF_SILENCE, STEERABLE, divide, returned, says_more, steer

# Beside a clause that is surely a question, so many words are an answer and no introduction.
WORDS_OF_AN_ANSWER = 8


def respond(state: State, message: Message, seconds_away: float) -> Taken | None:
    """What `message` changes and what is said to it; None where it interrupts and a rule has the answer.

    One message can answer and ask ("... maar wie kan dit lezen?"), or ask for two things at once.
    """
    if message.intent != "crisis" and speaks_another_language(message.text):
        message = replace(message, intent="other_language")
    interrupting = interrupts(message, reflecting=bool(state.principles))
    interrupting = interrupting and not taking.decides(state, message)
    if seconds_away > SECONDS_OF_SILENCE and state["welcomed"] and (not interrupting or message.intent == "greet"):
        return _after_silence(state, message, interrupting=interrupting)
    if interrupting and message.intent in OUTSIDE:
        return Taken({}, [(OUTSIDE[message.intent], {})])
    # What interrupts as a whole is no answer: to find one in it, a clause need not be as sure.
    asked, rest = divide(message, reflecting=bool(state.principles) and not interrupting)
    if message.intent in asked and count_words(rest.text) >= WORDS_OF_AN_ANSWER:
        interrupting = False  # an answer, and the question beside it
    # What a clause says for sure counts more than what the whole sounds like.
    all_asked = bool(asked) and not says_more(rest.text) and (not interrupting or message.intent in STEERABLE)
    wanted = [*asked, *({message.intent} - {*asked} if interrupting and not all_asked else ())]
    if wanted != [message.intent] and (all_asked or len(wanted) > 1) and set(wanted) <= STEERABLE:
        return steer(state, wanted, message)
    if interrupting:
        return None
    if not asked:
        return taking.take(state, message)
    taken = taking.take(state, rest)
    beside = steer(state, [intent for intent in asked if intent in STEERABLE - {"skip", "go_back"}], message)
    explains = any(name.startswith("utter_explain_") for name, _ in beside.said)
    # An explanation is long: beside it what was said is given back in a few words.
    said = [
        ("utter_reflect_plainly", {}) if explains and name.startswith("utter_reflect") else (name, v)
        for name, v in taken.said
    ]
    return Taken({**taken.changes, **beside.changes}, [*said, *beside.said])


def _after_silence(state: State, message: Message, *, interrupting: bool) -> Taken | None:
    """Welcome the leader back, and ask whether to go on, or take what they say."""
    back = returned(state, message)
    if back.changes or interrupting:
        return back
    taken = respond(state, message, 0)
    return taken and Taken(taken.changes, [*back.said, *taken.said])
