"""What the lock promises: one holder, first come first served, bounded waiting, and free when its holder is gone."""

import asyncio
import subprocess
import sys
import time
from typing import Any

import pytest
import sqlalchemy as sa
from databases import new_postgres_database
from rasa.core.lock_store import LockError
from rasa.utils.endpoints import EndpointConfig

from storage import lock_store
from storage.lock_store import CONNECTIONS_OF_A_CONVERSATION, ConversationLockStore
from tools.model import ROOT

HOLD = """
import asyncio, sys
from rasa.utils.endpoints import EndpointConfig
from storage.lock_store import ConversationLockStore

async def hold():
    async with ConversationLockStore(EndpointConfig(sys.argv[1])).lock("leader"):
        print("held", flush=True)
        await asyncio.sleep(60)

asyncio.run(hold())
"""


def open_store(address: str | None, **settings: Any) -> ConversationLockStore:
    return ConversationLockStore(EndpointConfig(address, **settings) if address else None)


@pytest.fixture
def postgres_address(postgres: Any) -> str:
    return new_postgres_database(postgres)


async def hold(store: ConversationLockStore, sender: str, name: str, seen: list[str], seconds: float = 0.01) -> None:
    async with store.lock(sender):
        seen.append(f"+{name}")
        await asyncio.sleep(seconds)
        seen.append(f"-{name}")


async def test_one_holder_at_a_time_in_the_order_of_asking(address: str) -> None:
    store, seen = open_store(address), []
    tasks = []
    for name in "abcdefgh":
        tasks.append(asyncio.create_task(hold(store, "leader", name, seen)))
        await asyncio.sleep(0.001)
    await asyncio.gather(*tasks)
    assert seen == [f"{sign}{name}" for name in "abcdefgh" for sign in "+-"]
    assert len(store._queues) == 0


async def test_the_order_of_asking_holds_across_stores(postgres_address: str) -> None:
    stores, seen = [open_store(postgres_address) for _ in range(2)], []
    names, tasks = "abcdefg", []
    for name, at in zip(names, (0, 0, 0, 1, 1, 0, 1), strict=True):
        tasks.append(asyncio.create_task(hold(stores[at], "leader", name, seen, 0.3)))
        await asyncio.sleep(0.03)
    await asyncio.gather(*tasks)
    assert seen == [f"{sign}{name}" for name in names for sign in "+-"]


async def test_a_flood_in_one_conversation_leaves_connections_for_others(postgres_address: str) -> None:
    store, seen = open_store(postgres_address, pool_size=CONNECTIONS_OF_A_CONVERSATION + 1), []
    flood = [asyncio.create_task(hold(store, "leader", str(n), seen, 0.1)) for n in range(12)]
    await asyncio.sleep(0.05)
    await hold(store, "another", "x", seen)
    assert seen.index("-x") < 4
    await asyncio.gather(*flood)
    assert len(seen) == 26


async def test_conversations_do_not_wait_for_each_other(address: str) -> None:
    store, seen = open_store(address), []
    await asyncio.gather(*(hold(store, name, name, seen, 0.2) for name in "abc"))
    assert sorted(seen[:3]) == ["+a", "+b", "+c"]


async def test_one_holder_across_two_stores(postgres_address: str) -> None:
    stores, seen = [open_store(postgres_address) for _ in range(2)], []
    await asyncio.gather(*(hold(stores[n % 2], "leader", str(n), seen, 0.002) for n in range(40)))
    assert len(seen) == 80
    assert all(seen[at].startswith("+") and seen[at + 1] == f"-{seen[at][1:]}" for at in range(0, 80, 2))


async def test_more_conversations_than_connections_are_all_served(postgres_address: str) -> None:
    store, seen = open_store(postgres_address, pool_size=3), []
    await asyncio.gather(*(hold(store, str(n), str(n), seen) for n in range(30)))
    assert len(seen) == 60
    assert store._engine
    assert store._engine.pool.checkedout() == 0


async def test_waiting_is_bounded(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock_store, "SECONDS_TO_WAIT", 0.3)
    store = open_store(address)
    async with store.lock("leader"):
        start = time.monotonic()
        with pytest.raises(LockError):
            async with store.lock("leader"):
                pass
        assert time.monotonic() - start < 2
    async with store.lock("leader"):
        pass


async def test_waiting_is_bounded_across_stores(postgres_address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = open_store(postgres_address), open_store(postgres_address)
    async with first.lock("leader"):
        monkeypatch.setattr(lock_store, "SECONDS_TO_WAIT", 0.3)
        with pytest.raises(LockError):
            async with second.lock("leader"):
                pass
    monkeypatch.undo()
    async with second.lock("leader"):
        pass


async def test_who_stops_waiting_leaves_nothing_held(postgres_address: str) -> None:
    first, second = open_store(postgres_address), open_store(postgres_address)
    async with first.lock("leader"):
        waiting = asyncio.create_task(hold(second, "leader", "x", []))
        await asyncio.sleep(0.2)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    await hold(first, "leader", "a", seen := [])
    await hold(second, "leader", "b", seen)
    assert seen == ["+a", "-a", "+b", "-b"]


async def test_a_holder_that_is_killed_frees_the_lock(postgres_address: str) -> None:
    command = [sys.executable, "-c", HOLD, postgres_address]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == "held\n"
        store = open_store(postgres_address)
        waiting = asyncio.create_task(hold(store, "leader", "next", seen := []))
        await asyncio.sleep(0.3)
        assert seen == []
        holder.kill()
        await asyncio.wait_for(waiting, 5)
    assert seen == ["+next", "-next"]


async def test_a_holder_whose_connection_was_cut_ends_quietly(postgres: Any, postgres_address: str) -> None:
    store = open_store(postgres_address)
    engine = sa.create_engine(postgres_address, isolation_level="AUTOCOMMIT")
    async with store.lock("leader"):
        with engine.connect() as connection:
            connection.execute(
                sa.text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            )
        async with open_store(postgres_address).lock("leader"):
            pass
    async with store.lock("leader"):
        pass


async def test_an_error_inside_frees_the_lock(address: str) -> None:
    store = open_store(address)
    with pytest.raises(RuntimeError):
        async with store.lock("leader"):
            raise RuntimeError
    async with store.lock("leader"):
        pass
