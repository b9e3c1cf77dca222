"""`make demonstration`: made-up leaders talk with the coach that `make run` runs, to try the staff app with."""

from __future__ import annotations

import json
import urllib.error
import uuid
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import yaml
from sqlalchemy.engine import Engine

from coach.vocabulary import Principle
from storage.schema import events, open_database
from tools.chat import send
from tools.settings import environment, port_of

LEADERS = Path(__file__).with_suffix(".yml")
PRINCIPLES = "principes"
MOST_MESSAGES = 40


def open_question(engine: Engine, sender: str) -> str | None:
    """The slot that the coach asks for now; None when the conversation is over."""
    slots = sa.select(events.c.data).where(events.c.sender_id == sender, events.c.type_name == "slot")
    with engine.connect() as connection:
        told = [json.loads(data) for data in connection.execute(slots.order_by(events.c.sequence)).scalars()]
    return next((event["value"] for event in reversed(told) if event["name"] == "requested_slot"), None)


def talk(says: dict[str, list[Any]], port: int, engine: Engine, sender: str = "") -> int:
    """Let one leader talk, `sender` or somebody new, until there is nothing left to say; returns how many messages."""
    sender, left = sender or uuid.uuid4().hex, {question: list(words) for question, words in says.items()}
    question: str | None = "bottleneck"
    for number in range(MOST_MESSAGES):
        words = left.get(PRINCIPLES if question in set(Principle) else str(question))
        if not words:
            return number
        send(port, sender, str(words.pop(0)))
        question = open_question(engine, sender)
    return MOST_MESSAGES


def main() -> None:
    """Let all of them talk, one after the other."""
    port = port_of("RASA_PORT", 5005)
    engine = open_database(environment()["DATABASE_URL"], 1)
    leaders = yaml.safe_load(LEADERS.read_text(encoding="utf-8"))
    for number, says in enumerate(leaders, 1):
        try:
            messages = talk(says, port, engine)
        except (urllib.error.URLError, ConnectionError):
            raise SystemExit(f"No coach answers on port {port}. Start it first, in another window: make run") from None
        print(f"Leader {number} of {len(leaders)}: {messages} messages")
    print("They stand in the staff app within seconds.")


if __name__ == "__main__":
    main()
