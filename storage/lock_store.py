"""Rasa's lock store with one holder per conversation, and never longer than its holder lives.

`type: storage.lock_store.ConversationLockStore` in `endpoints.yml`. With a PostgreSQL address as `url` the lock holds
across processes; with SQLite or none, within this one.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
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


class ConversationLockStore(LockStore):
    """A queue per conversation in this process; with PostgreSQL, whoever is first in it queues for an advisory lock.

    First come, first served within a process; of several processes, the first of each in the order of their asking.

    That lock belongs to a database connection: it is free as soon as its holder's process or connection is gone, and
    needs no lifetime. A holder that lost its connection without noticing cannot write: the sequence numbers of
    `storage.tracker_store` refuse it.
    """

    def __init__(self, endpoint_config: EndpointConfig | None = None) -> None:
        """Open the database where the lock is to hold across processes.

        Args:
            endpoint_config: `url`, the database's address, and `pool_size`, how many conversations at the same time.
        """
        url = endpoint_config.url if endpoint_config else None
        pool_size = int(endpoint_config.kwargs.get("pool_size", 20)) if endpoint_config else 0
        self._queues: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
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
        queue = self._queues.setdefault(conversation_id, asyncio.Lock())
        deadline = asyncio.get_running_loop().time() + SECONDS_TO_WAIT
        try:
            async with asyncio.timeout_at(deadline):
                await queue.acquire()
        except TimeoutError as error:
            raise LockError(f"The conversation was busy for {SECONDS_TO_WAIT} seconds.") from error
        try:
            if self._engine is None:
                yield TicketLock(conversation_id)
            else:
                async with self._across_processes(self._engine, conversation_id, deadline):
                    yield TicketLock(conversation_id)
        finally:
            queue.release()

    @asynccontextmanager
    async def _across_processes(self, engine: Engine, conversation_id: str, deadline: float) -> AsyncIterator[None]:
        """Hold the advisory lock, in a transaction of its own that writes nothing."""
        loop = asyncio.get_running_loop()
        seconds = max(deadline - loop.time(), 0.001)
        acquiring = loop.run_in_executor(self._threads, _acquire, engine, conversation_id, seconds)
        try:
            async with asyncio.timeout_at(deadline):
                connection = await asyncio.shield(acquiring)
        except BaseException as error:
            # The thread goes on waiting; what it gets after all is given back.
            acquiring.add_done_callback(self._give_back)
            if isinstance(error, (SQLAlchemyError, TimeoutError)):
                raise LockError(f"The lock store gave no lock: {type(error).__name__}.") from error
            raise
        try:
            yield
        finally:
            # With the database frozen this takes as long as that; the turn does not.
            releasing = loop.run_in_executor(self._releasing, _release, connection)
            await asyncio.wait({releasing}, timeout=SECONDS_TO_RELEASE)

    def _give_back(self, acquiring: asyncio.Future[Connection]) -> None:
        """Release what was acquired too late."""
        if not acquiring.cancelled() and acquiring.exception() is None:
            self._releasing.submit(_release, acquiring.result())

    async def ping(self) -> None:
        """Ask for an answer where the lock is in a database.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: there is none.
        """
        if self._engine is not None:
            await asyncio.to_thread(ping, self._pings)


def _acquire(engine: Engine, conversation_id: str, seconds: float) -> Connection:
    """A connection that holds the conversation's lock until its transaction ends."""
    key = int.from_bytes(hashlib.sha256(conversation_id.encode()).digest()[:8], signed=True)
    connection = engine.connect()
    try:
        connection.exec_driver_sql(f"SET LOCAL statement_timeout = {int(seconds * 1000)}")
        connection.exec_driver_sql(f"SET LOCAL idle_in_transaction_session_timeout = '{SECONDS_OF_A_HOLDER}s'")
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({key})")
    except BaseException:
        _release(connection)
        raise
    return connection


def _release(connection: Connection) -> None:
    """End the transaction, and with it the lock; a connection that is gone has lost it already."""
    try:
        connection.close()
    except SQLAlchemyError:
        connection.invalidate()
