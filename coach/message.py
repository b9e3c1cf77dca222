"""What a leader said, as it was recognised, and what it changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(frozen=True)
class Message:
    """The leader's last message, as recognised: certainty from 0 to 1, entities as Rasa gives them.

    `command` is the probability that it is a command or question and no answer, of these two alone; None where that was
    not looked for. `clauses` are those of a message of several: where each starts and ends, and its ranking alone.
    `danger` says, of a message that tells of it, how likely each kind is, each who is in it, and that it is now.
    `themes` gives the probability of each theme that an answer may have (`coach.vocabulary.Theme`), `principles` that
    it says something to a principle.
    """

    text: str
    intent: str
    certainty: float
    entities: list[dict[str, Any]]
    ranking: list[dict[str, Any]]
    clauses: list[dict[str, Any]] = field(default_factory=list)
    command: float | None = None
    danger: dict[str, dict[str, float]] = field(default_factory=dict)
    themes: dict[str, float] = field(default_factory=dict)
    principles: dict[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, parsed: Mapping[str, Any]) -> Message:
        """The message as Rasa's parsing gives it."""
        intent = parsed.get("intent") or {}
        return cls(
            text=(parsed.get("text") or "").strip(),
            intent=intent.get("name") or "nlu_fallback",
            certainty=float(intent.get("confidence") or 0.0),
            entities=parsed.get("entities") or [],
            ranking=parsed.get("intent_ranking") or [],
            clauses=parsed.get("clauses") or [],
            command=parsed.get("command"),
            danger=parsed.get("danger") or {},
            themes=parsed.get("themes") or {},
            principles=parsed.get("principles") or {},
        )

    def values(self, entity: str, role: str | None = None) -> list[str]:
        """The values found for `entity`, each once; with `role`, only those said in that role or chosen by button."""
        found = [
            str(item["value"])
            for item in self.entities
            if item["entity"] == entity and (role is None or item.get("role", role) == role)
        ]
        return list(dict.fromkeys(found))

    def with_text(self, text: str) -> Message:
        """The message with another text, a part of its own; entities and clauses are those that stand in it."""

        def kept(places: list[dict[str, Any]]) -> list[dict[str, Any]]:
            found = [(item, text.find(self.text[item["start"] : item["end"]])) for item in places]
            return [
                {**item, "start": start, "end": start + item["end"] - item["start"]}
                for item, start in found
                if start >= 0
            ]

        return replace(self, text=text, entities=kept(self.entities), clauses=kept(self.clauses))


# Responses to say, each with its values.
Said = list[tuple[str, dict[str, Any]]]


@dataclass(frozen=True)
class Taken:
    """What a message changes (slots by name), and what the coach says to show that it was heard."""

    changes: dict[str, Any]
    said: Said = field(default_factory=list)
