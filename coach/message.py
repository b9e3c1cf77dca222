"""What a leader said, as it was recognised."""

from __future__ import annotations

from dataclasses import dataclass
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
