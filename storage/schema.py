"""The tables of the conversation store, and what is done to them outside a turn. Imports no Rasa."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.engine import Engine


def erase(engine: Engine, conversation_id: str) -> int:
    """Erase one conversation; returns how many events it had.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: the store is away or refuses; nothing is erased then.
    """
    with engine.begin() as connection:
        erased = connection.execute(text("DELETE FROM events WHERE sender_id = :id"), {"id": conversation_id})
    return int(erased.rowcount)
