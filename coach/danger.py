"""What the coach does with danger: of which kind it is, and to whom, to refer to the right place; or ask first."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from coach.message import Message, Taken
from coach.route import State
from coach.steering import wait_in_danger
from coach.vocabulary import Pause

# The probability from which the coach refers without asking first. From the curve in docs/herkenning.md.
SURE = 0.7
# From which probability on it speaks to one kind of danger, or to who is in it: less sure, it names all who can help.
LEAST_TO_TELL = 0.5
# That it is now is said from less: 112 first where it was not needed costs less than the other way round.
LEAST_FOR_NOW = 0.4


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
    """What a message tells of: it chooses words and numbers, and nothing else."""

    kind: Kind = Kind.UNCLEAR
    to: To = To.OTHER
    now: bool = False

    @classmethod
    def of(cls, message: Message, earlier: Danger | None = None) -> Danger:
        """The danger in `message`, as it was recognised; what it leaves open is as `earlier` tells it."""
        earlier = earlier or cls()
        kind = Kind(_likely(message, "kind", earlier.kind))
        now = message.danger.get("now", {}).get("true", 0.0) >= LEAST_FOR_NOW
        return cls(
            earlier.kind if kind == Kind.UNCLEAR else kind,
            To(_likely(message, "to", earlier.to)),
            now or earlier.now,
        )


def react(state: State, message: Message) -> Taken:
    """Refer at once and let the coaching wait; ask first where danger is likely and not certain."""
    if state["paused"] == Pause.CHECK:
        asked_about = Message(intent="crisis", certainty=0.0, **state["set_aside"])
        return refer(Danger.of(message, Danger.of(asked_about)))
    if state["paused"] == Pause.DANGER and message.certainty < SURE:
        return wait_in_danger(message)
    if message.certainty >= SURE:
        known = Danger(Kind(state["danger"]), To(state["danger_to"])) if state["danger"] else None
        return refer(Danger.of(message, known))
    aside = {name: getattr(message, name) for name in ("text", "entities", "ranking", "clauses", "danger")}
    changes = {"paused": Pause.CHECK.value, "set_aside": aside, "pending_command": None}
    return Taken(changes, [("utter_danger_check", {})])


def refer(danger: Danger) -> Taken:
    """Say where to turn, and remember that the coaching waits."""
    known = {"danger": danger.kind.value, "danger_to": danger.to.value}
    changes = {"paused": Pause.DANGER.value, "set_aside": None, "pending_command": None, **known}
    return Taken(changes, [("utter_danger", {**known, "danger_now": danger.now})])


def _likely(message: Message, facet: str, otherwise: str) -> str:
    """The likeliest value of a facet of the danger, or `otherwise` where none is likely enough."""
    values = message.danger.get(facet, {})
    likeliest = max(values, key=values.__getitem__, default=otherwise)
    return likeliest if values.get(likeliest, 0.0) >= LEAST_TO_TELL else otherwise
