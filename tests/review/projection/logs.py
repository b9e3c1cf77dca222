"""Events as the coach stores them, a store to write them into, and a mask that hides what it is told to."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from django.apps import apps
from sqlalchemy.engine import Connection, Engine

from review.projection.covering import MaskOf
from review.projection.reading import Rows, read
from storage.schema import WRITES, conversations, events

BEGAN = 1_790_000_000.0
Event = dict[str, Any]


class PlainMask:
    """A stand-in for the masker's: hides `secrets` and nothing else, and keeps what it was told was said."""

    def __init__(self, said: Sequence[str], secrets: Sequence[str] = ()) -> None:
        self.said, self.secrets = list(said), secrets

    def leader(self, text: str) -> str:
        for secret in self.secrets:
            text = text.replace(secret, "[NAAM-1]")
        return text

    coach = leader


def hiding(*secrets: str) -> MaskOf:
    """Makes masks that hide these."""
    return lambda said: PlainMask(said, secrets)


def user(text: str, intent: str = "give_answer", certainty: float = 0.9, **parsed: Any) -> Event:
    """A message; a button when it begins with a slash."""
    ranking = parsed.pop("ranking", [{"name": intent, "confidence": certainty}])
    data = {"intent": {"name": intent, "confidence": certainty}, "intent_ranking": ranking, "text": text, **parsed}
    return {"event": "user", "text": text, "input_channel": "website", "parse_data": data, "metadata": {}}


def bot(text: str | None, name: str = "", buttons: dict[str, str] | None = None, **more: Any) -> Event:
    """A reply; `buttons` are the payloads by their title."""
    offered = [{"title": title, "payload": payload} for title, payload in (buttons or {}).items()] or None
    data = {"buttons": offered, "custom": more.pop("custom", None)}
    return {"event": "bot", "text": text, "data": data, "metadata": {"utter_action": name, **more}}


def slots(**values: Any) -> list[Event]:
    """Slots that are set together."""
    return [{"event": "slot", "name": name, "value": value} for name, value in values.items()]


def action(name: str) -> Event:
    """What ran."""
    return {"event": "action", "name": name}


def log(*parts: Event | list[Event], began: float = BEGAN) -> list[str]:
    """A conversation as the store keeps it: a second between its events."""
    flat = [event for part in parts for event in (part if isinstance(part, list) else [part])]
    start = [action("action_session_start"), {"event": "session_started"}]
    stamped = [{"timestamp": began + place, **event} for place, event in enumerate([*start, *flat])]
    return [json.dumps(event) for event in stamped]


def read_log(*parts: Event | list[Event], mask_of: MaskOf = PlainMask) -> Rows:
    """What a conversation comes to."""
    return read("CODE", log(*parts), mask_of)


def append(connection: Connection, sender: str, rows: Sequence[str | None], written_at: float | None = None) -> None:
    """Store events after those of `sender`, in the order of `ConversationStore.save`: the conversation's row first."""
    of_sender = conversations.c.sender_id == sender
    before = connection.execute(sa.select(conversations.c.sequence).where(of_sender)).scalar() or 0
    change = {"sequence": before + len(rows), "written_at": written_at or time.time()}
    if before:
        connection.execute(sa.update(conversations).where(of_sender).values(change))
    else:
        connection.execute(sa.insert(conversations).values(sender_id=sender, **change))
    connection.execute(sa.insert(events), [_row(sender, before + place, row) for place, row in enumerate(rows, 1)])


def store_log(engine: Engine, sender: str, rows: Sequence[str | None], written_at: float | None = None) -> None:
    """Store events in a transaction of their own."""
    with engine.execution_options(**WRITES).begin() as connection:
        append(connection, sender, rows, written_at)


def _row(sender: str, sequence: int, data: str | None) -> dict[str, Any]:
    try:
        event = json.loads(data or "{}")
    except ValueError:
        event = {}
    columns = {"type_name": event.get("event", ""), "action_name": event.get("name")}
    return {"sender_id": sender, "sequence": sequence, "timestamp": event.get("timestamp"), "data": data, **columns}


def dump() -> dict[str, list[tuple[Any, ...]]]:
    """All that the review tables hold, by table; without the keys that only count."""
    found = {}
    for model in apps.get_app_config("review").get_models():
        fields = [field.attname for field in model._meta.fields if field.name != "id" or model.__name__ == "Handoff"]
        # Turns are numbered anew when they are made anew.
        fields = ["turn__number", "turn__conversation", *fields[1:]] if model.__name__ == "Recognition" else fields
        found[model.__name__] = sorted(map(repr, model._default_manager.values_list(*fields)))
    return found
