"""Which question comes next: the way through a conversation, from what is known so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from coach.vocabulary import ORDER_OF_PRINCIPLES, Bottleneck, Principle

# Two clarifying questions, then the three bottlenecks to choose from.
MOST_CLARIFICATIONS = 2
# With the highest confidence there is no point more to ask for.
HIGHEST_CONFIDENCE = 10


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
        """The four principles in the order of the confirmed bottleneck."""
        return ORDER_OF_PRINCIPLES[Bottleneck(self["bottleneck"])]


def is_open(state: State, question: str) -> bool:
    """Whether `question` has neither been answered nor skipped."""
    return not state[question] and question not in state.listed("skipped")


def next_question(state: State) -> str | None:
    """The slot to ask for now; None when the conversation has come to its end."""
    if state["outcome"]:
        return None
    if state["pending_command"]:
        return "confirmation"
    if state["paused"]:
        return "continue_coaching"
    if not state["bottleneck"]:
        return "bottleneck"
    principles = state.principles
    chosen = state["current_principle"]
    questions = [
        "situation",
        "level",
        "sector",
        *([chosen] if chosen else []),
        *principles,
        *(["summary_check"] if any(state[principle] for principle in principles) else []),
        "first_step",
        *(["confidence"] if state["first_step"] else []),
        *(["confidence_raise"] if state["confidence"] and state["confidence"] < HIGHEST_CONFIDENCE else []),
    ]
    return next((question for question in questions if is_open(state, question)), None)


def previous_question(state: State) -> str | None:
    """The question before the one that is open now, among those that can be answered again; None at the start."""
    now = next_question(state)
    if now in {"confirmation", "continue_coaching"}:
        return None
    harvest = ["first_step", "confidence", "confidence_raise"]
    before = [*state.listed("opened"), *(harvest[: harvest.index(now)] if now in harvest else [])]
    closed = [question for question in before if question != now and not is_open(state, question)]
    return closed[-1] if closed else None


def step_of(state: State, principle: str) -> tuple[int, int]:
    """Which step `principle` is, and of how many: those closed before it, and itself."""
    closed = sum(not is_open(state, other) for other in state.principles if other != principle)
    return closed + 1, len(state.principles)


def bottleneck_question(state: State) -> str:
    """The response that asks on towards the bottleneck."""
    if state["proposed_bottleneck"] and state["second_bottleneck"]:
        return "utter_ask_which_first"
    if state["proposed_bottleneck"]:
        return "utter_ask_bottleneck_fits"
    if state["corrected"]:
        return "utter_ask_correction"
    clarifications = int(state["clarifications"] or 0)
    if clarifications > MOST_CLARIFICATIONS:
        return "utter_ask_choose_bottleneck"
    return "utter_ask_clarification" if clarifications else "utter_ask_bottleneck"
