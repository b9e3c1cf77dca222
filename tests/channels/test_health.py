"""Health answers at once, whatever the stores do, and never with an old answer."""

import asyncio
import json
import urllib.request
from typing import Any

import pytest

from channels import health
from channels.health import Probe
from tools.settings import HOST


@pytest.fixture
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "SECONDS_UNTIL_AWAY", 0.15)


async def test_a_store_that_answers_is_well() -> None:
    async def ask() -> None:
        await asyncio.sleep(0.001)

    answer = await Probe(ask).answer()
    assert answer["ok"]
    assert 0 < answer["ms"] < 1000


async def test_a_store_that_refuses_is_named_with_its_error() -> None:
    async def ask() -> None:
        raise ConnectionError("secret://address")

    assert await Probe(ask).answer() == {"ok": False, "error": "ConnectionError"}


@pytest.mark.usefixtures("hurry")
async def test_a_store_that_hangs_is_waited_for_and_then_away_and_asked_once() -> None:
    asked = 0
    back = asyncio.Event()

    async def ask() -> None:
        nonlocal asked
        asked += 1
        await back.wait()

    probe = Probe(ask)
    assert (await probe.answer())["ok"]
    await asyncio.sleep(0.15)
    assert not (await probe.answer())["ok"]
    assert asked == 1
    back.set()
    await asyncio.sleep(0.01)
    assert (await probe.answer())["ms"] < 100
    assert asked == 2


@pytest.mark.usefixtures("hurry")
async def test_a_store_that_failed_stays_away_until_it_answers() -> None:
    """Asked now and then, a frozen store must not look well anew at each question."""
    back = False

    async def ask() -> None:
        if not back:
            await asyncio.sleep(0.1)
            raise TimeoutError

    probe = Probe(ask)
    await probe.answer()
    await asyncio.sleep(0.1)
    for _ in range(3):
        assert not (await probe.answer())["ok"]
        await asyncio.sleep(0.1)
    back = True
    await asyncio.sleep(0.15)
    assert (await probe.answer())["ok"]


def test_the_route_tells_of_every_part(coach: Any) -> None:
    with urllib.request.urlopen(f"http://{HOST}:{coach.port}/webhooks/health/", timeout=10) as answer:
        report = json.load(answer)
    assert set(report) == {"model", "tracker_store", "lock_store"}
    assert all(part["ok"] for part in report.values())
