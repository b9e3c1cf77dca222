"""What is read from the coach's store (storage/schema.py): which conversations changed, and their events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from review.projection.values import event_of, mapping
from storage.schema import conversations, events

# Of a conversation: up to which sequence it goes, and when it was last written (seconds since 1970).
Position = tuple[int, float]


@dataclass(frozen=True)
class Stored:
    """A conversation as it stands in the store: all its events, each as JSON, and where it was then."""

    sender_id: str
    position: Position
    first_event_at: float
    events: list[str]


def positions(engine: Engine, since: float = 0.0) -> dict[str, Position]:
    """Where the conversations are that were written at `since` or later, by their sender.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: the store is away.
    """
    found = sa.select(conversations.c.sender_id, conversations.c.sequence, conversations.c.written_at)
    with engine.connect() as connection:
        rows = connection.execute(found.where(conversations.c.written_at >= since)).all()
    return {row.sender_id: (row.sequence, row.written_at) for row in rows}


def stored(engine: Engine, sender_id: str) -> Stored | None:
    """A conversation, all of it; None where it is gone, or is just being erased.

    The events of one conversation are written one turn after the other, and so are without holes up to the sequence of
    its row; their ids are not.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: the store is away.
    """
    row = sa.select(conversations.c.sequence, conversations.c.written_at).where(conversations.c.sender_id == sender_id)
    with engine.connect() as connection:
        found = connection.execute(row).first()
        if found is None:
            return None
        log = sa.select(events.c.sequence, events.c.timestamp, events.c.data).where(
            events.c.sender_id == sender_id, events.c.sequence <= found.sequence
        )
        rows = connection.execute(log.order_by(events.c.sequence)).all()
    if not rows or [row.sequence for row in rows] != list(range(1, found.sequence + 1)):
        return None
    return Stored(sender_id, (found.sequence, found.written_at), rows[0].timestamp or 0.0, [row.data for row in rows])


def handoff_in_store(engine: Engine, sender_id: str, handoff_id: str) -> dict[str, Any] | None:
    """A hand-off as the leader agreed to it, in plain text (coach/closing.py); its `withdrawn` tells what became of it.

    None where the conversation or the hand-off is gone.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: the store is away.
    """
    # Rasa's own store keeps the name of a slot in this column, and so does ours.
    agreed = sa.select(events.c.data).where(
        events.c.sender_id == sender_id, events.c.type_name == "slot", events.c.action_name == "handoff"
    )
    with engine.connect() as connection:
        rows = connection.execute(agreed.order_by(events.c.sequence.desc())).scalars().all()
    values = (mapping((event_of(row) or {}).get("value")) for row in rows)
    return next((value for value in values if value.get("id") == handoff_id), None)
