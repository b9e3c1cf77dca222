"""What a leader said, as it was recognised, and what it changes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(frozen=True)
class Message:
    """The leader's last message, as recognised: certainty from 0 to 1, entities as Rasa gives them."""

    text: str
    intent: str
    certainty: float
    entities: list[dict[str, Any]]
    ranking: list[dict[str, Any]]

    def values(self, entity: str, role: str | None = None) -> list[str]:
        """The values found for `entity`, each once; with `role`, only those said in that role or chosen by button."""
        found = [
            str(item["value"])
            for item in self.entities
            if item["entity"] == entity and (role is None or item.get("role", role) == role)
        ]
        return list(dict.fromkeys(found))

    def with_text(self, text: str) -> Message:
        """The message with another text, a part of its own; the entities are those that stand in it."""
        kept = []
        for item in self.entities:
            start = text.find(self.text[item["start"] : item["end"]])
            if start >= 0:
                kept.append({**item, "start": start, "end": start + item["end"] - item["start"]})
        return replace(self, text=text, entities=kept)


# Responses to say, each with its values.
Said = list[tuple[str, dict[str, Any]]]


@dataclass(frozen=True)
class Taken:
    """What a message changes (slots by name), and what the coach says to show that it was heard."""

    changes: dict[str, Any]
    said: Said = field(default_factory=list)
