"""A leader's message, as recognition hands it to the coach."""

from typing import Any

from coach.message import Message


def message(text: str, intent: str = "give_answer", certainty: float = 0.8, **more: Any) -> Message:
    """A message with this intent alone in its ranking, unless another is given."""
    ranking = more.get("ranking", [{"name": intent, "confidence": certainty}])
    return Message(text, intent, certainty, more.get("entities", []), ranking)
