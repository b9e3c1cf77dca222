"""Which activities are believed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from channels.teams import trust as trusting
from channels.teams.trust import ActivityRefusedError, KeysAwayError, TokenRefusedError, Trust
from tests.channels.teams.connector import (
    ACTIVITY,
    APP,
    FORBIDDEN,
    REFUSED,
    TENANT,
    public,
    rsa_key,
    shown_keys,
    token,
)
from tools.settings import HOST, free_port


@pytest.fixture
async def shown() -> AsyncIterator[dict[str, Any]]:
    async with shown_keys() as shown:
        yield shown


@pytest.fixture
def trust(shown: dict[str, Any]) -> Trust:
    return Trust(APP, frozenset({TENANT}), shown["address"])


async def test_what_the_connector_signs_is_believed(trust: Trust, shown: dict[str, Any]) -> None:
    for _ in range(3):
        trusted = await trust.check(f"Bearer {token()}")
        trust.match(trusted, ACTIVITY)
    assert shown["read"] == 1
    assert trusted.claims["aud"] == APP


@pytest.mark.parametrize("moment", [{"exp": -299}, {"nbf": 299}, {"iat": 299}], ids=str)
async def test_clocks_may_differ_by_five_minutes(trust: Trust, moment: dict[str, int]) -> None:
    claims = {name: int(time.time()) + seconds for name, seconds in moment.items()}
    assert await trust.check(f"Bearer {token(**claims)}")


@pytest.mark.parametrize("made", REFUSED.values(), ids=REFUSED)
async def test_a_token_that_is_none_of_theirs_is_refused(trust: Trust, made: Callable[[], str]) -> None:
    with pytest.raises(TokenRefusedError) as refused:
        await trust.check(made())
    assert "eyJ" not in str(refused.value)


@pytest.mark.parametrize(("made", "said"), FORBIDDEN.values(), ids=FORBIDDEN)
async def test_a_true_token_is_for_one_activity(trust: Trust, made: Callable[[], str], said: dict[str, Any]) -> None:
    trusted = await trust.check(f"Bearer {made()}")
    with pytest.raises(ActivityRefusedError):
        trust.match(trusted, ACTIVITY | said)


async def test_people_of_other_tenants_are_heard_where_they_are_named(shown: dict[str, Any]) -> None:
    trust = Trust(APP, frozenset({TENANT, "another"}), shown["address"])
    trusted = await trust.check(f"Bearer {token()}")
    for tenant in (TENANT, "another"):
        told = {"conversation": {"tenantId": tenant}, "channelData": {"tenant": {"id": tenant}}}
        trust.match(trusted, ACTIVITY | told)
    with pytest.raises(ActivityRefusedError):
        trust.match(trusted, ACTIVITY | {"conversation": {"tenantId": "another"}})


async def test_a_new_key_is_read_when_it_is_first_met_and_an_old_one_goes(
    trust: Trust, shown: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    await trust.check(f"Bearer {token()}")
    monkeypatch.setattr(trusting, "SECONDS_BETWEEN_READS", 0)
    shown["keys"] = [public("two")]
    new = token(rsa_key("two"), head={"kid": "two"})
    assert await trust.check(f"Bearer {new}")
    with pytest.raises(TokenRefusedError):
        await trust.check(f"Bearer {token()}")


async def test_made_up_names_of_keys_do_not_flood_the_connector(trust: Trust, shown: dict[str, Any]) -> None:
    await trust.check(f"Bearer {token()}")
    for number in range(20):
        with pytest.raises(TokenRefusedError):
            await trust.check(f"Bearer {token(rsa_key('mine'), head={'kid': str(number)})}")
    assert shown["read"] == 1
    assert await trust.check(f"Bearer {token()}")


async def test_many_at_once_wait_for_one_reading_and_one_who_leaves_does_not_end_it(
    trust: Trust, shown: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    leaving = asyncio.create_task(trust.check(f"Bearer {token()}"))
    await asyncio.sleep(0)
    staying = [asyncio.create_task(trust.check(f"Bearer {token()}")) for _ in range(5)]
    await asyncio.sleep(0)
    leaving.cancel()
    assert all(await asyncio.gather(*staying))
    assert shown["read"] == 1
    monkeypatch.setattr(trusting, "SECONDS_BETWEEN_READS", 0)
    shown["keys"] = [public("two")]
    new = token(rsa_key("two"), head={"kid": "two"})
    assert all(await asyncio.gather(*(trust.check(f"Bearer {new}") for _ in range(5))))
    assert shown["read"] == 2


async def test_without_a_network_at_the_start_nothing_is_believed_until_it_is_there(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    trust = Trust(APP, frozenset({TENANT}), f"http://{HOST}:{free_port()}/metadata")
    with pytest.raises(KeysAwayError):
        await trust.check(f"Bearer {token()}")
    assert "cannot be read" in caplog.text
    monkeypatch.setattr(trusting, "SECONDS_WITHOUT_KEYS", 0)
    async with shown_keys() as shown:
        monkeypatch.setattr(trust._keys, "_metadata", shown["address"])
        assert await trust.check(f"Bearer {token()}")


@pytest.mark.parametrize("keys", [[], [{"kty": "RSA"}], "nonsense"])
async def test_keys_that_cannot_be_read_leave_those_that_there_were(
    trust: Trust, shown: dict[str, Any], keys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await trust.check(f"Bearer {token()}")
    monkeypatch.setattr(trusting, "SECONDS_OF_KEYS", -1)
    monkeypatch.setattr(trusting, "SECONDS_BETWEEN_READS", -1)
    shown["keys"] = keys
    assert await trust.check(f"Bearer {token()}")
    assert trust._keys._reading
    await trust._keys._reading
    assert shown["read"] == 2
    assert await trust.check(f"Bearer {token()}")
