"""Which question comes next: the way through a conversation, from what is known so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from coach.vocabulary import ORDER_FOR_WISH, ORDER_OF_PRINCIPLES, Bottleneck, Principle, Wish

# Two clarifying questions, then the three bottlenecks to choose from.
MOST_CLARIFICATIONS = 2
# The three bottlenecks explained, to choose from.
CHOICE = "utter_ask_choose_bottleneck"
# With the highest confidence there is no point more to ask for.
HIGHEST_CONFIDENCE = 10
# What was asked at the beginning is told again by telling it, not by going back.
HARVEST = ("first_step", "step_when", "step_with_whom", "confidence", "confidence_raise")
# What comes after the harvest; whoever gets here has been given the way to the network.
AFTER_HARVEST = ("handoff_consent", "reply_address", "handoff_check", "second_round", "rating", "felt_heard")
# Asked in between, whatever else is open.
IN_BETWEEN = ("confirmation", "continue_coaching")
# What a new round begins without.
_OF_A_ROUND = (
    "bottleneck", "proposed_bottleneck", "second_bottleneck", "wish", "proposed_wish", "corrected", "clarifications",
    "situation", "story", "current_principle", *Principle, "opened", "deepened", "deepening", "theme", "resolution",
    "said_elsewhere", "reopened", "skipped",
    "summary_check", "addition", "correcting", "first_step", "step_when", "step_with_whom", "confidence", "band",
    "confidence_raise", "handed_off", "handoff_consent", "reply_address", "handoff_draft", "handoff_check", "rating",
    "felt_heard", "pending_command", "paused", "set_aside", "danger", "danger_to", "outcome",
)  # fmt: skip
NEW_ROUND: dict[str, None] = dict.fromkeys(str(name) for name in _OF_A_ROUND)


@dataclass(frozen=True)
class State:
    """What is known in a conversation, by the name of its slot; anything unknown is None."""

    slots: Mapping[str, Any] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Any:
        """The value of a slot, None where it has none."""
        return self.slots.get(name)

    def listed(self, name: str) -> tuple[str, ...]:
        """The values of a list slot, none where it is empty."""
        return tuple(self[name] or ())

    def with_slots(self, **changes: Any) -> State:
        """This state with other values."""
        return State({**self.slots, **changes})

    @property
    def principles(self) -> tuple[Principle, ...]:
        """The four principles in the order of the confirmed bottleneck or wish; none where there is neither."""
        if self["bottleneck"]:
            return ORDER_OF_PRINCIPLES[Bottleneck(self["bottleneck"])]
        return ORDER_FOR_WISH[Wish(self["wish"])] if self["wish"] else ()

    @property
    def answered(self) -> tuple[Principle, ...]:
        """The principles that have an answer, in their order."""
        return tuple(principle for principle in self.principles if self[principle])


def is_open(state: State, question: str) -> bool:
    """Whether `question` has neither been answered nor skipped, or is asked once more."""
    if question in (state["deepening"], state["reopened"]):
        return True
    return not state[question] and question not in state.listed("skipped")


def next_question(state: State) -> str | None:
    """The slot to ask for now; None when the conversation has come to its end."""
    if state["outcome"]:
        return None
    if state["pending_command"]:
        return "confirmation"
    if state["paused"]:
        return "continue_coaching"
    if not state.principles:
        return "bottleneck"
    first = [state["reopened"], state["current_principle"]]
    questions = ["situation", "level", "sector", *filter(None, first), *state.principles, *_harvest(state)]
    return next((question for question in (*questions, *_after_harvest(state)) if is_open(state, question)), None)


def _harvest(state: State) -> list[str]:
    """The questions of the harvest that apply."""
    return [
        *(["summary_check"] if state.answered else []),
        "first_step",
        *(["step_when", "step_with_whom", "confidence"] if state["first_step"] else []),
        *(["confidence_raise"] if state["confidence"] and state["confidence"] < HIGHEST_CONFIDENCE else []),
    ]


def _after_harvest(state: State) -> list[str]:
    """The questions of the hand-off and the end that apply."""
    something = bool(state.answered or state["first_step"])
    consents = state["handoff_consent"] == "yes"
    return [
        *(["handoff_consent"] if something and state["sender_runs"] else []),
        *(["reply_address"] if consents else []),
        *(["handoff_check"] if consents and state["reply_address"] else []),
        *(["second_round"] if state["second_bottleneck"] else []),
        *(["rating", "felt_heard"] if something else []),
    ]


def previous_question(state: State) -> str | None:
    """The question before the one that is open now, among those that can be answered again; None at the start."""
    now = next_question(state)
    if now in IN_BETWEEN:
        return None
    harvest = HARVEST[: HARVEST.index(now)] if now in HARVEST else HARVEST if now in AFTER_HARVEST else ()
    asked = [*state.listed("opened"), *harvest]
    if now in asked and now == state["current_principle"]:  # what lies behind it was asked later
        asked = asked[: asked.index(now)]
    closed = [
        question
        for question in asked
        if question != now and not is_open(state, question) and (state[question] or question in state.listed("skipped"))
    ]
    return closed[-1] if closed else None


def step_of(state: State, principle: str) -> tuple[int, int]:
    """Which step `principle` is, and of how many: those closed before it, and itself."""
    closed = sum(not is_open(state, other) for other in state.principles if other != principle)
    return closed + 1, len(state.principles)


def bottleneck_question(state: State) -> str:
    """The response that asks on towards the bottleneck."""
    if state["proposed_wish"]:
        return "utter_ask_wish_fits"
    if state["proposed_bottleneck"] and state["second_bottleneck"]:
        return "utter_ask_which_first"
    if state["proposed_bottleneck"]:
        return "utter_ask_bottleneck_fits"
    if state["corrected"]:
        return "utter_ask_correction"
    clarifications = int(state["clarifications"] or 0)
    if clarifications > MOST_CLARIFICATIONS:
        return CHOICE
    return "utter_ask_clarification" if clarifications else "utter_ask_bottleneck"
