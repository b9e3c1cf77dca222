"""Rasa's lock store with one holder per conversation, and never longer than its holder lives.

`type: storage.lock_store.ConversationLockStore` in `endpoints.yml`. With a PostgreSQL address as `url` the lock holds
across processes; with SQLite or none, within this one.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from weakref import WeakValueDictionary

from rasa.core.lock import TicketLock
from rasa.core.lock_store import LOCK_LIFETIME, LockError, LockStore
from rasa.utils.endpoints import EndpointConfig
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from storage.schema import open_database, ping

# From asking for the lock to having it, over both queues.
SECONDS_TO_WAIT = 10
SECONDS_TO_RELEASE = 1
# A holder of which nothing is heard for so long (frozen, not dead) loses the lock; what it writes later is refused.
SECONDS_OF_A_HOLDER = 60
# So many messages of one conversation have a connection, the holder's included; the others queue in their process, so
# that one sender cannot take all connections.
CONNECTIONS_OF_A_CONVERSATION = 4


# A connection, and whether it holds the lock.
Asked = tuple[Connection, bool]


class _Queue:
    """Who waits for a conversation in this process."""

    def __init__(self, places: int) -> None:
        self.places = asyncio.Semaphore(places)
        self.entrance = asyncio.Lock()


class ConversationLockStore(LockStore):
    """A queue per conversation: in this process, or with PostgreSQL the queue for an advisory lock.

    First come, first served; of a flood over several processes, the first `CONNECTIONS_OF_A_CONVERSATION` of each.

    The advisory lock belongs to a database connection: it is free as soon as its holder's process or connection is
    gone, and needs no lifetime. A holder that lost its connection without noticing cannot write: the sequence numbers
    of `storage.tracker_store` refuse it.
    """

    def __init__(self, endpoint_config: EndpointConfig | None = None) -> None:
        """Open the database where the lock is to hold across processes.

        Args:
            endpoint_config: `url`, the database's address, and `pool_size`, how many conversations at the same time.
        """
        url = endpoint_config.url if endpoint_config else None
        pool_size = int(endpoint_config.kwargs.get("pool_size", 20)) if endpoint_config else 0
        self._queues: WeakValueDictionary[str, _Queue] = WeakValueDictionary()
        self._engine: Engine | None = None
        if url and url.startswith("postgresql"):
            self._engine = open_database(url, pool_size, SECONDS_TO_WAIT)
            self._pings = open_database(url, 1)
            self._threads = ThreadPoolExecutor(pool_size, thread_name_prefix="lock-store")
            # Apart, so that who gives back never waits for those who want.
            self._releasing = ThreadPoolExecutor(pool_size, thread_name_prefix="lock-store-release")

    @asynccontextmanager
    async def lock(
        self, conversation_id: str, lock_lifetime: float = LOCK_LIFETIME, wait_time_in_seconds: float = 1
    ) -> AsyncIterator[TicketLock]:
        """Hold the lock of a conversation for as long as the block lasts.

        Args:
            conversation_id: whose.
            lock_lifetime: not needed; the lock lives as long as its holder.
            wait_time_in_seconds: not needed; nothing polls.

        Raises:
            LockError: it was not free within `SECONDS_TO_WAIT`, or the lock store is away.
        """
        places = CONNECTIONS_OF_A_CONVERSATION if self._engine else 1
        queue = self._queues.setdefault(conversation_id, _Queue(places))
        deadline = asyncio.get_running_loop().time() + SECONDS_TO_WAIT
        try:
            async with asyncio.timeout_at(deadline):
                await queue.places.acquire()
        except TimeoutError as error:
            raise LockError(f"The conversation was busy for {SECONDS_TO_WAIT} seconds.") from error
        try:
            if self._engine is None:
                yield TicketLock(conversation_id)
            else:
                async with self._across_processes(self._engine, conversation_id, queue.entrance, deadline):
                    yield TicketLock(conversation_id)
        finally:
            queue.places.release()

    @asynccontextmanager
    async def _across_processes(
        self, engine: Engine, conversation_id: str, entrance: asyncio.Lock, deadline: float
    ) -> AsyncIterator[None]:
        """Hold the advisory lock, in a transaction of its own that writes nothing."""
        loop = asyncio.get_running_loop()
        key = int.from_bytes(hashlib.sha256(conversation_id.encode()).digest()[:8], signed=True)
        try:
            async with asyncio.timeout_at(deadline):
                # Who comes next may ask only when this one has been answered: so they queue in their order.
                async with entrance:
                    seconds = max(deadline - loop.time(), 0.001)
                    asking = loop.run_in_executor(self._threads, _ask, engine, key, seconds)
                    connection, held = await self._result(asking)
                    waiting = None if held else loop.run_in_executor(self._threads, _wait, connection, key)
                if waiting:
                    await self._result(waiting)
        except (SQLAlchemyError, TimeoutError) as error:
            raise LockError(f"The lock store gave no lock: {type(error).__name__}.") from error
        try:
            yield
        finally:
            # With the database frozen this takes as long as that; the turn does not.
            releasing = loop.run_in_executor(self._releasing, _release, connection)
            await asyncio.wait({releasing}, timeout=SECONDS_TO_RELEASE)

    async def _result(self, asking: asyncio.Future[Asked]) -> Asked:
        """What a thread got; where nobody waits for it any more, it is given back."""
        try:
            return await asyncio.shield(asking)
        except BaseException:
            asking.add_done_callback(self._give_back)
            raise

    def _give_back(self, asking: asyncio.Future[Asked]) -> None:
        if not asking.cancelled() and asking.exception() is None:
            self._releasing.submit(_release, asking.result()[0])

    async def ping(self) -> None:
        """Ask for an answer where the lock is in a database.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: there is none.
        """
        if self._engine is not None:
            await asyncio.to_thread(ping, self._pings)


def _ask(engine: Engine, key: int, seconds: float) -> Asked:
    """A connection for the lock, and whether it holds it: until its transaction ends, if so."""
    connection = engine.connect()
    with _released_on_error(connection):
        asked = connection.exec_driver_sql(
            f"SET LOCAL statement_timeout = {int(seconds * 1000)};"
            f"SET LOCAL idle_in_transaction_session_timeout = '{SECONDS_OF_A_HOLDER}s';"
            f"SELECT pg_try_advisory_xact_lock({key})"
        )
        return connection, bool(asked.scalar())


def _wait(connection: Connection, key: int) -> Asked:
    """The same connection once it holds the lock."""
    with _released_on_error(connection):
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({key})")
        return connection, True


@contextmanager
def _released_on_error(connection: Connection) -> Iterator[None]:
    try:
        yield
    except BaseException:
        _release(connection)
        raise


def _release(connection: Connection) -> None:
    """End the transaction, and with it the lock; a connection that is gone has lost it already."""
    try:
        connection.close()
    except SQLAlchemyError:
        connection.invalidate()
