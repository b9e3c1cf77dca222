"""A leader's message, as recognition hands it to the coach."""

from typing import Any

from coach.message import Message


def message(text: str, intent: str = "give_answer", certainty: float = 0.8, **more: Any) -> Message:
    """A message with this intent alone in its ranking, unless another is given.

    `clauses`: clauses of the text, each with the intent that it tells alone.
    """
    clauses = [
        {
            "start": text.index(clause),
            "end": text.index(clause) + len(clause),
            "intent_ranking": [{"name": name, "confidence": 0.99}],
        }
        for clause, name in more.get("clauses", {}).items()
    ]
    ranking = more.get("ranking", [{"name": intent, "confidence": certainty}])
    return Message(
        text,
        intent,
        certainty,
        more.get("entities", []),
        ranking,
        clauses,
        more.get("command"),
        themes=more.get("themes", {}),
        principles=more.get("principles", {}),
    )
