"""How often a website may ask: per conversation, and generously per address, for a school sits behind one."""

from __future__ import annotations

import logging
import math
import time
from dataclasses import dataclass
from typing import Any

import limits
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import MovingWindowRateLimiter
from limits.errors import StorageError

logger = logging.getLogger(__name__)

# A Redis that does not answer in so long is away.
SECONDS_OF_REDIS = 1


@dataclass(frozen=True)
class Rates:
    """Rates as the `limits` library writes them, such as "30/minute"."""

    messages_of_a_conversation: str = "30/minute"
    messages_of_an_address: str = "1200/minute"
    conversations_of_an_address: str = "240/minute"


class RateLimits:
    """Counts in a moving window: in this process, or in Redis for all of them.

    With Redis away nobody is refused: leaders go before floods, and the log says so.
    """

    def __init__(self, rates: Rates, redis: str | None = None) -> None:
        """Read the rates.

        Args:
            rates: how often.
            redis: the address of a Redis or Valkey (`redis://host:port/0`); None counts in this process.

        Raises:
            ValueError: a rate or the address cannot be read.
        """
        storage: MemoryStorage | RedisStorage = MemoryStorage()
        if redis:
            waits: Any = {"socket_timeout": SECONDS_OF_REDIS, "socket_connect_timeout": SECONDS_OF_REDIS}
            storage = RedisStorage(f"async+{redis}", wrap_exceptions=True, implementation="redispy", **waits)
        self._window = MovingWindowRateLimiter(storage)
        self._message = limits.parse(rates.messages_of_a_conversation)
        self._message_of_address = limits.parse(rates.messages_of_an_address)
        self._conversation = limits.parse(rates.conversations_of_an_address)

    async def message(self, conversation: str, address: str) -> int | None:
        """Count a request of a conversation; the seconds to wait where there were too many, otherwise None."""
        refused = await self._count(self._message, "conversation", conversation)
        return refused or await self._count(self._message_of_address, "address", address)

    async def conversation(self, address: str) -> int | None:
        """Count a conversation that is started or gone on with; the seconds to wait where there were too many."""
        return await self._count(self._conversation, "start", address)

    async def _count(self, rate: limits.RateLimitItem, *who: str) -> int | None:
        try:
            if await self._window.hit(rate, *who):
                return None
            until = (await self._window.get_window_stats(rate, *who)).reset_time
        except StorageError as error:
            logger.error("Requests are not counted: %s", type(error.storage_error).__name__)  # noqa: TRY400
            return None
        return max(1, math.ceil(until - time.time()))
