"""A conversation's events as turns and rounds: what was said, and what was known before and after."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from coach.vocabulary import Outcome
from review.projection.values import event_of, items, mapping, moment, text

# What a channel says for a leader who has said nothing yet (channels/turn.py, which imports Rasa).
START = "/greet"
ENDS_A_ROUND = "action_hand_off"
Slots = dict[str, Any]


@dataclass
class Exchange:
    """A message, the coach's replies to it, and the slots around them.

    `message` is the event, None where the coach spoke first; `title` is the chosen button's. `changes` are the slots
    that were set, those left out that a new round cleared.
    """

    at: float
    before: Slots
    message: dict[str, Any] | None = None
    title: str | None = None
    replies: list[dict[str, Any]] = field(default_factory=list)
    changes: Slots = field(default_factory=dict)
    after: Slots = field(default_factory=dict)
    ends_round: bool = False

    @property
    def said(self) -> str:
        """The message as the leader wrote it, or the button's title; empty at the start."""
        written = text(self.message.get("text")) if self.message else ""
        return "" if written == START else self.title or written

    @property
    def chosen(self) -> bool:
        """Whether it was a button: what is typed never begins with a slash (channels/turn.py)."""
        return self.said != "" and self.message is not None and text(self.message.get("text")).startswith("/")

    @property
    def typed(self) -> bool:
        """Whether the leader typed it."""
        return self.said != "" and not self.chosen

    def responses(self) -> list[str]:
        """The names of the coach's responses."""
        return [text(mapping(reply.get("metadata")).get("utter_action")) for reply in self.replies]


@dataclass(frozen=True)
class Round:
    """The slots as they were at the end of a round, and whether it came to its end."""

    slots: Slots
    completed: bool = False


@dataclass
class Log:
    """A conversation: its exchanges, its rounds (the last may go on), each `handoff` with when it was set.

    `skipped`: how many events were none or are not known.
    """

    exchanges: list[Exchange] = field(default_factory=list)
    rounds: list[Round] = field(default_factory=list)
    handoffs: list[tuple[float, dict[str, Any]]] = field(default_factory=list)
    skipped: int = 0

    @classmethod
    def of(cls, rows: Iterable[Any]) -> Log:
        """The conversation whose events stand in `rows`, each as JSON, in their order."""
        reader = _Reader()
        for row in rows:
            reader.take(event_of(row))
        return reader.end()


class _Reader:
    """Reads event by event; slots that are set together are taken together."""

    def __init__(self) -> None:
        self._log, self._slots, self._set = Log(), Slots(), Slots()
        self._at, self._action = 0.0, ""
        self._exchange: Exchange | None = None

    def take(self, event: dict[str, Any] | None) -> None:
        if event is None:
            self._log.skipped += 1
            return
        self._at = moment(event.get("timestamp")) or self._at
        kind = event["event"]
        if kind == "slot":
            self._take_slot(text(event.get("name")), event.get("value"))
            return
        self._settle()
        if kind == "user":
            self._open(event)
        elif kind == "bot":
            if self._exchange is None:
                self._exchange = Exchange(self._at, dict(self._slots))
            self._exchange.replies.append(event)
        elif kind == "action":
            self._action = text(event.get("name"))

    def end(self) -> Log:
        self._settle()
        self._close()
        self._log.rounds.append(Round(self._slots))
        return self._log

    def _take_slot(self, name: str, value: Any) -> None:
        self._set[name] = value
        if name == "handoff" and isinstance(value, dict):
            self._log.handoffs.append((self._at, mapping(value)))

    def _settle(self) -> None:
        """Take what was set; where it clears what a round had, the round ends before it."""
        changes, self._set = self._set, {}
        after = {**self._slots, **changes}
        if _is_cleared(self._slots, after):
            completed = self._action == ENDS_A_ROUND and self._slots.get("outcome") in (None, Outcome.COMPLETED.value)
            self._log.rounds.append(Round(self._slots, completed))
            if self._exchange:
                self._exchange.ends_round = True
        elif self._exchange:
            self._exchange.changes.update(changes)
        self._slots = after

    def _open(self, message: dict[str, Any]) -> None:
        titles = _titles(self._exchange.replies if self._exchange else [])
        self._close()
        title = titles.get(text(message.get("text")))
        self._exchange = Exchange(self._at, dict(self._slots), message, title)

    def _close(self) -> None:
        if self._exchange:
            self._exchange.after = dict(self._slots)
            self._log.exchanges.append(self._exchange)


def _is_cleared(before: Slots, after: Slots) -> bool:
    """Whether a round ends: what was confirmed is confirmed no more, or no principle is open any more."""
    settles = ("bottleneck", "wish")
    confirmed = any(before.get(name) for name in settles) and not any(after.get(name) for name in settles)
    return confirmed or bool(before.get("opened") and not after.get("opened"))


def _titles(replies: list[dict[str, Any]]) -> dict[str, str]:
    """The titles of the buttons that were offered, by their payload."""
    buttons = [mapping(button) for reply in replies for button in items(mapping(reply.get("data")).get("buttons"))]
    return {text(button.get("payload")): text(button.get("title")) for button in buttons}
