"""Rasa's tracker store on the tables of `storage/schema.py`: loses and doubles nothing, and says when it cannot."""

from __future__ import annotations

import asyncio
import functools
import itertools
import json
import logging
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

import sqlalchemy as sa
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME, ACTION_SESSION_START_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    BotUttered,
    Event,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy.engine import Connection

from storage.schema import (
    WRITES,
    conversations,
    delete_conversation,
    erasures,
    events,
    fingerprint,
    migrate,
    open_database,
    ping,
    wipe,
)

logger = logging.getLogger(__name__)

# After this many turns behind the checkpoint a new one is made, half-way: a turn reads five to ten turns.
TURNS_BEFORE_CHECKPOINT = 10
# The whole of one read or write, waiting for a thread included.
SECONDS_OF_AN_OPERATION = 8
ERASE_SLOT = "erase"

Result = TypeVar("Result")


class ConversationChangedError(Exception):
    """Another process wrote to the conversation after it was read here; nothing of this turn was stored."""


@dataclass(frozen=True)
class Stored:
    """What of a tracker stands in the store.

    `sequence`: of the last stored event; `written_at`: when that was, for a conversation may have been erased and have
    grown as long again; `count`: how many of the tracker's events are stored or stand for stored ones;
    `before`: how many of these are the checkpoint's; `checkpoint`: up to which sequence the checkpoint reaches.
    """

    sequence: int = 0
    count: int = 0
    before: int = 0
    checkpoint: int = 0
    written_at: float = 0.0

    def sequence_before(self, index: int) -> int:
        """The sequence of the event before the one at `index` of the tracker's events."""
        return self.checkpoint + index - self.before


class ConversationStore(TrackerStore):
    """Keeps conversations in SQLite or PostgreSQL, off the event loop.

    A tracker is read from the newest checkpoint on, so that a long conversation costs what a short one does. Its events
    are appended under sequence numbers that the database keeps unique.
    """

    def __init__(
        self, domain: Domain | None, event_broker: EventBroker | None = None, host: str = "", pool_size: int = 5
    ) -> None:
        """Open the database and bring its tables to their newest shape.

        Args:
            domain: its slots make a tracker.
            event_broker: gets each event after it was stored.
            host: the database's address; Rasa passes the endpoint's `url` under this name.
            pool_size: connections, and turns that read or write at the same time.
        """
        super().__init__(domain, event_broker)
        self._engine = open_database(host, int(pool_size))
        self._threads = ThreadPoolExecutor(int(pool_size), thread_name_prefix="tracker-store")
        self._pings = open_database(host, 1)  # its own connection: many turns at once are no illness
        migrate(self._engine)

    async def run(self, work: Callable[[Connection], Result], *, writes: bool = False) -> Result:
        """Run `work` in a transaction in a thread.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: the database is away or refuses.
            TimeoutError: it does not answer.
        """
        engine = self._engine.execution_options(**WRITES) if writes else self._engine

        def in_transaction() -> Result:
            with engine.begin() as connection:
                return work(connection)

        async with asyncio.timeout(SECONDS_OF_AN_OPERATION):
            return await asyncio.get_running_loop().run_in_executor(self._threads, in_transaction)

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The conversation from its checkpoint on; None where there is none."""
        return await self._read(sender_id, whole=False)

    async def retrieve_full_tracker(self, conversation_id: str) -> DialogueStateTracker | None:
        """The conversation from its beginning; None where there is none."""
        return await self._read(conversation_id, whole=True)

    async def _read(self, sender_id: str, *, whole: bool) -> DialogueStateTracker | None:
        """The tracker from the log as a whole, or from the checkpoint and the log after it."""

        def read(connection: Connection) -> tuple[Any, list[str]]:
            found = connection.execute(sa.select(conversations).where(conversations.c.sender_id == sender_id)).first()
            return found, _log(connection, found, 0 if whole else found.checkpoint_sequence) if found else []

        found, log = await self.run(read)
        if not found:
            return None
        before = [] if whole else json.loads(found.checkpoint or "[]")
        past = [_event(data) for data in (*before, *map(json.loads, log))]
        tracker = DialogueStateTracker.from_events(sender_id, past, self.domain.slots)
        since = 0 if whole else found.checkpoint_sequence
        tracker.stored = Stored(found.sequence, len(tracker.events), len(before), since, found.written_at)
        return tracker

    async def create_tracker(self, sender_id: str, append_action_listen: bool = True) -> DialogueStateTracker:
        """A new tracker. It is stored with its first turn, not before: a turn that fails leaves nothing."""
        tracker = self.init_tracker(sender_id)
        if append_action_listen:
            tracker.update(ActionExecuted(ACTION_LISTEN_NAME))
        return tracker

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Append what is new, all of it or nothing. Where the leader had it erased, nothing of the conversation stays.

        Raises:
            ConversationChangedError: somebody else appended in the meantime.
            ValueError: the tracker was made to forget events.
        """
        if tracker._max_event_history is not None:
            raise ValueError("A tracker that forgets events cannot be stored: what it forgot would be taken for new.")
        stored: Stored = getattr(tracker, "stored", Stored())
        new = list(itertools.islice(tracker.events, stored.count, None))
        if not new:
            return
        sender_id = tracker.sender_id
        erased = any(isinstance(event, SlotSet) and event.key == ERASE_SLOT and event.value for event in new)
        last = stored.sequence + len(new)
        changes = {"sequence": last, "written_at": time.time(), **self._checkpoint(tracker, stored)}
        rows = [_row(sender_id, stored.sequence + place, event) for place, event in enumerate(new, start=1)]

        as_read = (
            (conversations.c.sender_id == sender_id)
            & (conversations.c.sequence == stored.sequence)
            & (conversations.c.written_at == stored.written_at)
        )

        def append(connection: Connection) -> None:
            if stored.sequence:
                # Also before erasing: it must not take a turn with it that came in between.
                if not connection.execute(sa.update(conversations).where(as_read).values(changes)).rowcount:
                    raise ConversationChangedError
            else:
                connection.execute(sa.insert(conversations).values(sender_id=sender_id, **changes))
            if erased:
                delete_conversation(connection, sender_id)
                for erasure in _erasures(sender_id, new):
                    connection.execute(sa.insert(erasures).values(erasure))
            else:
                connection.execute(sa.insert(events), rows)

        try:
            await self.run(append, writes=True)
        except sa.exc.IntegrityError as error:
            raise ConversationChangedError from error
        tracker.stored = Stored(last, len(tracker.events), stored.before, stored.checkpoint, changes["written_at"])
        if erased:
            self.wipe()
        if self.event_broker:
            await self._stream_new_events(self.event_broker, new, sender_id)

    def _checkpoint(self, tracker: DialogueStateTracker, stored: Stored) -> dict[str, Any]:
        """The columns of a new checkpoint, once the tail has grown long; otherwise nothing."""
        turns = [index for index, event in enumerate(tracker.events) if isinstance(event, UserUttered)]
        if len(turns) <= TURNS_BEFORE_CHECKPOINT:
            return {}
        boundary = turns[-TURNS_BEFORE_CHECKPOINT // 2]
        past = list(itertools.islice(tracker.events, boundary))
        until = DialogueStateTracker.from_events(tracker.sender_id, past, self.domain.slots)
        return {
            "checkpoint_sequence": stored.sequence_before(boundary),
            "checkpoint": json.dumps([event.as_dict() for event in checkpoint_events(until)]),
        }

    async def handled(self, sender_id: str, message_id: str) -> list[dict[str, Any]] | None:
        """What was replied to the message with this id, in Rasa's shape of a response; None where it is new."""

        def read(connection: Connection) -> list[str] | None:
            of_sender = events.c.sender_id == sender_id
            erased = sa.select(erasures.c.replies).where(
                erasures.c.sender_id == fingerprint(sender_id), erasures.c.message_id == message_id
            )
            if replies := connection.execute(erased).scalar():
                return list(json.loads(replies))
            message = sa.select(events.c.sequence).where(of_sender, events.c.message_id == message_id)
            sequence = connection.execute(message).scalar()
            if sequence is None:
                return None
            after = sa.select(events.c.type_name, events.c.data).where(of_sender, events.c.sequence > sequence)
            turn = itertools.takewhile(
                lambda row: row.type_name != UserUttered.type_name,
                connection.execute(after.order_by(events.c.sequence)),
            )
            return [row.data for row in turn if row.type_name == BotUttered.type_name]

        replies = await self.run(read)
        return None if replies is None else [_event(json.loads(data)).message() for data in replies]

    async def erase(self, sender_id: str) -> None:
        """Erase a conversation, all of it; where there is none, nothing happens."""
        await self.run(lambda connection: delete_conversation(connection, sender_id), writes=True)
        self.wipe()

    def wipe(self) -> None:
        """Take what was erased out of the file too; nobody waits for it."""
        work = asyncio.get_running_loop().run_in_executor(self._threads, wipe, self._engine)
        work.add_done_callback(_tell_of_failure)

    async def keys(self) -> Iterable[str]:
        """The ids of all conversations."""
        return await self.run(
            lambda connection: list(connection.execute(sa.select(conversations.c.sender_id)).scalars())
        )

    async def ping(self) -> None:
        """Ask the database for an answer.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: there is none.
        """
        await asyncio.to_thread(ping, self._pings)


def _tell_of_failure(work: asyncio.Future[None]) -> None:
    if not work.cancelled() and (error := work.exception()):
        logger.error("What was erased may still stand in the file until the next purge: %s", type(error).__name__)


def checkpoint_events(tracker: DialogueStateTracker) -> list[Event]:
    """Events from which a tracker comes to the same slots, form and memory of what was said as `tracker` has."""
    at = tracker.events[-1].timestamp
    said: dict[tuple[Any, Any], BotUttered] = {}
    for event in tracker.events:
        if isinstance(event, BotUttered) and event.metadata.get("utter_action"):
            key = event.metadata["utter_action"], event.metadata.get("variation")
            said.pop(key, None)  # in the order of the last time, which is what the next choice goes by
            said[key] = BotUttered(metadata=event.metadata, timestamp=at)
    slots = [SlotSet(name, slot.value, at) for name, slot in tracker.slots.items() if slot.has_been_set]
    loop = [ActiveLoop(tracker.active_loop_name, at)] if tracker.active_loop_name else []
    return [
        ActionExecuted(ACTION_SESSION_START_NAME, timestamp=at),
        SessionStarted(at),
        *said.values(),
        *slots,
        *loop,
        ActionExecuted(ACTION_LISTEN_NAME, timestamp=at),
    ]


# Rasa looks through all classes of events for each event that it reads.
_type_of_event = functools.cache(Event.resolve_by_type)


def _event(data: dict[str, Any]) -> Event:
    """An event from what was stored of it.

    Raises:
        ValueError: there is no such event.
    """
    kind = _type_of_event(data.get("event"), None)
    if kind is None:
        raise ValueError(f"Rasa knows no event {data.get('event')!r}.")
    return kind._from_parameters(data)


def _log(connection: Connection, found: Any, since: int) -> list[str]:
    """The events of a conversation after sequence `since`, up to where its row says that it goes."""
    log = sa.select(events.c.data).where(
        events.c.sender_id == found.sender_id, events.c.sequence > since, events.c.sequence <= found.sequence
    )
    return list(connection.execute(log.order_by(events.c.sequence)).scalars())


def _row(sender_id: str, sequence: int, event: Event) -> dict[str, Any]:
    """An event as a row of the log, with what Rasa's own store writes in the columns that it has."""
    data = event.as_dict()
    return {
        "sender_id": sender_id,
        "sequence": sequence,
        "type_name": event.type_name,
        "timestamp": event.timestamp,
        "intent_name": data.get("parse_data", {}).get("intent", {}).get("name"),
        "action_name": data.get("name"),
        "message_id": event.message_id if isinstance(event, UserUttered) else None,
        "data": json.dumps(data),
    }


def _erasures(sender_id: str, turn: list[Event]) -> list[dict[str, Any]]:
    """The messages of the turn that erased the conversation, with what the coach said; nothing of the leader's."""
    replies = json.dumps([json.dumps(event.as_dict()) for event in turn if isinstance(event, BotUttered)])
    return [
        {
            "sender_id": fingerprint(sender_id),
            "message_id": event.message_id,
            "erased_at": time.time(),
            "replies": replies,
        }
        for event in turn
        if isinstance(event, UserUttered) and event.message_id
    ]
