"""What a channel has taken to answer, on both databases."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest
import sqlalchemy as sa
from rasa.shared.core.domain import Domain

from storage.activities import Activities, Claim, Offer
from storage.schema import DAY, activities, conversations, erase, purge
from storage.tracker_store import ConversationStore

TOLD = '{"text": "geheim"}'


@pytest.fixture
def store(address: str, domain: Domain) -> ConversationStore:
    return ConversationStore(domain, host=address)


@pytest.fixture
def table(store: ConversationStore) -> Activities:
    return Activities(store)


async def rows(store: ConversationStore) -> list[Any]:
    return await store.run(lambda connection: connection.execute(sa.select(activities)).all())


async def change(store: ConversationStore, **values: Any) -> None:
    await store.run(lambda connection: connection.execute(sa.update(activities).values(values)), writes=True)


async def offers(table: Activities, sender: str = "leader") -> list[Offer]:
    return (await table.before(Claim(sender, "", "", 0, 0))).offers


async def take(table: Activities, key: str = "one", sender: str = "leader") -> Claim:
    claim = await table.take(sender, key, TOLD)
    assert claim
    return claim


async def test_an_activity_is_taken_once_and_answered_once(table: Activities, store: ConversationStore) -> None:
    claim = await take(table)
    assert claim.is_held
    assert await table.take("leader", "one", TOLD) is None
    await table.finish(claim, "sent-1")
    assert await table.take("leader", "one", TOLD) is None
    (row,) = await rows(store)
    assert (row.sent_id, row.held_until, row.activity) == ("sent-1", None, None)


async def test_of_many_at_once_one_takes_it(table: Activities) -> None:
    claims = await asyncio.gather(*(table.take("leader", "one", TOLD) for _ in range(20)))
    assert sum(claim is not None for claim in claims) == 1


async def test_conversations_do_not_share_a_key(table: Activities) -> None:
    await take(table)
    assert await table.take("another", "one", TOLD)


async def test_what_nobody_holds_any_more_is_taken_over_the_oldest_first(
    table: Activities, store: ConversationStore
) -> None:
    for key in ("one", "two", "three"):
        await take(table, key, f"leader {key}")
    assert await table.take_over(10) == []
    await change(store, held_until=time.time() - 1)
    first, second = await table.take_over(2)
    assert (first.key, second.key, first.activity) == ("one", "two", TOLD)
    assert first.taken_at < second.taken_at
    assert [claim.key for claim in await table.take_over(10)] == ["three"]
    assert await table.take_over(10) == []


async def test_of_many_who_take_over_each_takes_another(table: Activities, store: ConversationStore) -> None:
    for number in range(12):
        await take(table, str(number), f"leader {number}")
    await change(store, held_until=time.time() - 1)
    taken = [claim.key for claims in await asyncio.gather(*(table.take_over(4) for _ in range(6))) for claim in claims]
    assert len(taken) == len(set(taken))
    taken += [claim.key for claim in await table.take_over(20)]
    assert sorted(map(int, taken)) == list(range(12))


async def test_the_same_activity_after_a_crash_is_taken_from_where_it_was(
    table: Activities, store: ConversationStore
) -> None:
    first = await take(table)
    await change(store, held_until=time.time() - 1)
    again = await take(table)
    assert again.taken_at == first.taken_at
    assert again.is_held


async def test_it_is_held_for_as_long_as_it_is_renewed_and_not_after_it_was_taken_over(
    table: Activities, store: ConversationStore
) -> None:
    slow = await take(table)
    before = slow.held_until
    await table.renew(slow)
    assert slow.held_until > before
    slow.held_until = time.time() - 1  # as if it stood still
    await change(store, held_until=slow.held_until)
    (other,) = await table.take_over(1)
    await table.renew(slow)
    await table.give_back(slow, 0)
    assert not slow.is_held
    (row,) = await rows(store)
    assert row.held_until == other.held_until


async def test_what_is_given_back_is_taken_again_after_a_while(table: Activities) -> None:
    claim = await take(table)
    await table.give_back(claim, 60)
    assert await table.take_over(1) == []
    claim = await take(table, "two", "another")
    await table.give_back(claim, -1)
    assert [one.key for one in await table.take_over(2)] == ["two"]


async def test_only_the_last_message_offers_something(table: Activities) -> None:
    await table.finish(await take(table), "sent-1", "[1]")
    assert await offers(table, "leader") == [Offer("sent-1", "[1]")]
    assert await offers(table, "another") == []
    await table.finish(await take(table, "no turn"), "sent-x")
    assert await offers(table, "leader") == [Offer("sent-1", "[1]")]
    await table.finish(await take(table, "two"), "sent-2", "[2]", is_turn=True)
    assert await offers(table, "leader") == [Offer("sent-2", "[2]")]
    await table.finish(await take(table, "three"), "sent-3", is_turn=True)
    assert await offers(table, "leader") == []


async def test_what_was_forgotten_comes_as_a_new_one(table: Activities) -> None:
    await table.finish(await take(table), "sent-1")
    await table.forget("leader", "one")
    assert await table.take("leader", "one", TOLD)


async def test_an_erased_conversation_takes_what_is_answered_with_it(
    table: Activities, store: ConversationStore, domain: Domain
) -> None:
    erasing, other = await take(table), await take(table, "two", "another")
    await table.finish(await take(table, "three"), "sent-1", "[geheim]")
    await asyncio.to_thread(erase, store._engine, "leader")
    # The reply to the message that erased it is still to be sent.
    assert [row.activity_key for row in await rows(store)] == [erasing.key, other.key]
    await table.finish(erasing, "sent-2")
    assert await table.take("leader", "one", TOLD) is None
    assert "geheim" not in str([row for row in await rows(store) if row.sender_id == "leader"])


async def test_of_a_conversation_the_oldest_is_answered_first(table: Activities, store: ConversationStore) -> None:
    first, second = await take(table, "one"), await take(table, "two")
    other = await take(table, "three", "another")
    assert not (await table.before(first)).is_waiting
    assert not (await table.before(other)).is_waiting
    assert (await table.before(second)).is_waiting
    await change(store, held_until=time.time() - 1)
    assert [claim.key for claim in await table.take_over(5)] == ["one", "three"]
    assert await table.take_over(5) == []
    await table.finish(first, "sent-1")
    assert not (await table.before(second)).is_waiting
    assert [claim.key for claim in await table.take_over(5)] == ["two"]


async def test_what_waits_outlives_the_purge_of_its_conversation(table: Activities, store: ConversationStore) -> None:
    await take(table)
    await table.finish(await take(table, "two"), "sent-1")
    row = {"sender_id": "leader", "sequence": 1, "written_at": time.time() - 29 * DAY}
    await store.run(lambda connection: connection.execute(sa.insert(conversations).values(row)), writes=True)
    assert await asyncio.to_thread(purge, store._engine, 28) == 1
    assert [row.activity_key for row in await rows(store)] == ["one"]


async def test_what_belongs_to_no_conversation_is_gone_after_a_day(table: Activities, store: ConversationStore) -> None:
    await table.finish(await take(table), "sent-1")
    await asyncio.to_thread(purge, store._engine, 28)
    assert len(await rows(store)) == 1
    await change(store, taken_at=time.time() - DAY - 1)
    await asyncio.to_thread(purge, store._engine, 28)
    assert await rows(store) == []
