"""What the store promises, on both databases: in order, once, whole or not at all, and read from a checkpoint on."""

import asyncio
import json
import time
from typing import Any

import pytest
import sqlalchemy as sa
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, BotUttered, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from storage import tracker_store
from storage.schema import DAY, erase, erasures, events, purge, rebuild
from storage.tracker_store import ConversationChangedError, ConversationStore, checkpoint_events


@pytest.fixture
def store(address: str, domain: Domain) -> ConversationStore:
    return ConversationStore(domain, host=address)


def add_turn(tracker: DialogueStateTracker, text: str, message_id: str | None = None, **slots: Any) -> None:
    tracker.update(UserUttered(text, {"name": "give_answer"}, message_id=message_id))
    for name, value in slots.items():
        tracker.update(SlotSet(name, value))
    buttons = {"buttons": [{"title": "Ja", "payload": "/affirm"}], "custom": None}
    tracker.update(
        BotUttered(f"gehoord: {text}", buttons, {"utter_action": "utter_reflect", "variation": len(text) % 3})
    )
    tracker.update(ActionExecuted(ACTION_LISTEN_NAME))


async def take_turn(store: ConversationStore, sender: str, text: str, **more: Any) -> None:
    tracker = await store.get_or_create_tracker(sender)
    add_turn(tracker, text, **more)
    await store.save(tracker)


def texts(tracker: DialogueStateTracker) -> list[str]:
    return [event.text for event in tracker.events if isinstance(event, UserUttered)]


async def test_an_unknown_conversation_is_none_and_creating_it_stores_nothing(store: ConversationStore) -> None:
    assert await store.retrieve("leader") is None
    assert await store.retrieve_full_tracker("leader") is None
    await store.get_or_create_tracker("leader")
    assert await store.retrieve("leader") is None
    assert await store.keys() == []


async def test_what_was_stored_is_read_by_another_process(
    store: ConversationStore, address: str, domain: Domain
) -> None:
    await take_turn(store, "leader", "één 😀 \x00 regel\nvolgende", situation="verhaal", sector=["zorg"])
    other = ConversationStore(domain, host=address)
    tracker = await other.retrieve("leader")
    assert tracker
    assert texts(tracker) == ["één 😀 \x00 regel\nvolgende"]
    assert tracker.get_slot("situation") == "verhaal"
    assert tracker.get_slot("sector") == ["zorg"]
    assert await other.keys() == ["leader"]


async def test_conversations_do_not_mix(store: ConversationStore) -> None:
    for number in range(3):
        for sender in ("a", "b"):
            await take_turn(store, sender, f"{sender} {number}")
    for sender in ("a", "b"):
        tracker = await store.retrieve(sender)
        assert tracker
        assert texts(tracker) == [f"{sender} {number}" for number in range(3)]


async def test_of_two_who_read_the_same_only_the_first_writes(store: ConversationStore) -> None:
    await take_turn(store, "leader", "eerste")
    mine, other = [await store.retrieve("leader") for _ in range(2)]
    assert mine
    assert other
    add_turn(mine, "van mij")
    add_turn(other, "van een ander")
    await store.save(mine)
    with pytest.raises(ConversationChangedError):
        await store.save(other)
    tracker = await store.retrieve("leader")
    assert tracker
    assert texts(tracker) == ["eerste", "van mij"]


async def test_of_two_first_turns_only_one_is_stored(store: ConversationStore) -> None:
    trackers = [await store.get_or_create_tracker("leader") for _ in range(5)]
    for number, tracker in enumerate(trackers):
        add_turn(tracker, str(number))
    results = await asyncio.gather(*map(store.save, trackers), return_exceptions=True)
    refused = [result for result in results if isinstance(result, ConversationChangedError)]
    assert len(refused) == 4
    found = await store.retrieve_full_tracker("leader")
    assert found
    assert len(texts(found)) == 1


async def test_a_tracker_may_be_saved_again_with_more(store: ConversationStore) -> None:
    tracker = await store.get_or_create_tracker("leader")
    for text in ("een", "twee"):
        add_turn(tracker, text)
        await store.save(tracker)
    await store.save(tracker)
    found = await store.retrieve("leader")
    assert found
    assert texts(found) == ["een", "twee"]


async def test_a_turn_is_stored_whole_or_not_at_all(store: ConversationStore) -> None:
    await take_turn(store, "leader", "eerste", message_id="one")
    tracker = await store.retrieve("leader")
    assert tracker
    add_turn(tracker, "tweede", "two")
    add_turn(tracker, "het nummer van een ander bericht", "one")
    with pytest.raises(ConversationChangedError):
        await store.save(tracker)
    found = await store.retrieve("leader")
    assert found
    assert texts(found) == ["eerste"]


async def test_a_handled_message_has_its_replies_and_no_others(store: ConversationStore) -> None:
    await take_turn(store, "leader", "een", message_id="one")
    await take_turn(store, "leader", "twee", message_id="two")
    (reply,) = await store.handled("leader", "one") or []
    assert (reply["text"], reply["buttons"]) == ("gehoord: een", [{"title": "Ja", "payload": "/affirm"}])
    assert reply["utter_action"] == "utter_reflect"
    assert await store.handled("leader", "three") is None
    assert await store.handled("other", "one") is None


@pytest.mark.parametrize("turns", [9, 11, 16, 37])
async def test_a_long_conversation_is_read_from_a_checkpoint_with_all_it_knows(
    store: ConversationStore, turns: int
) -> None:
    tracker = await store.get_or_create_tracker("leader")
    tracker.update(ActiveLoop("reflection_form"))
    for number in range(turns):
        add_turn(tracker, "x" * number, situation=f"verhaal {number}", **({"level": "bestuur"} if number == 2 else {}))
        await store.save(tracker)
        tracker = await store.retrieve("leader")
        assert tracker
    full = await store.retrieve_full_tracker("leader")
    assert full
    assert len(texts(full)) == turns
    assert len(texts(tracker)) <= tracker_store.TURNS_BEFORE_CHECKPOINT
    assert tracker.current_slot_values() == full.current_slot_values()
    assert tracker.active_loop_name == full.active_loop_name == "reflection_form"
    assert tracker.latest_message.text == full.latest_message.text
    assert {event.metadata["variation"] for event in tracker.events if isinstance(event, BotUttered)} == {0, 1, 2}
    # Rasa copies trackers by replaying their events.
    assert tracker.copy().current_slot_values() == full.current_slot_values()


async def test_a_checkpoint_holds_also_when_another_process_wrote_in_between(
    store: ConversationStore, address: str, domain: Domain
) -> None:
    stores = [store, ConversationStore(domain, host=address)]
    for number in range(30):
        await take_turn(stores[number % 2], "leader", str(number), situation=f"verhaal {number}")
    tracker = await store.retrieve("leader")
    full = await store.retrieve_full_tracker("leader")
    assert tracker
    assert full
    assert texts(full) == [str(number) for number in range(30)]
    assert texts(tracker) == texts(full)[-len(texts(tracker)) :]
    assert tracker.get_slot("situation") == "verhaal 29"


async def test_the_log_is_numbered_without_gaps_and_carries_rasas_columns(store: ConversationStore) -> None:
    for number in range(12):
        await take_turn(store, "leader", str(number), message_id=str(number))
    with store._engine.connect() as connection:
        rows = connection.execute(sa.select(events).order_by(events.c.id)).all()
    assert [row.sequence for row in rows] == list(range(1, len(rows) + 1))
    said = [row for row in rows if row.type_name == "user"]
    assert [row.message_id for row in said] == [str(number) for number in range(12)]
    assert {row.intent_name for row in said} == {"give_answer"}
    assert json.loads(said[0].data)["text"] == "0"


async def test_a_conversation_erased_in_its_turn_is_gone_and_can_begin_anew(store: ConversationStore) -> None:
    for number in range(12):
        await take_turn(store, "leader", str(number))
    await take_turn(store, "other", "blijft")
    await take_turn(store, "leader", "wis maar", erase=True)
    assert await store.retrieve_full_tracker("leader") is None
    assert await store.keys() == ["other"]
    await take_turn(store, "leader", "opnieuw")
    tracker = await store.retrieve("leader")
    assert tracker
    assert texts(tracker) == ["opnieuw"]


async def test_the_message_that_erased_a_conversation_is_remembered_for_a_day_without_its_words(
    store: ConversationStore,
) -> None:
    tracker = await store.get_or_create_tracker("leader")
    tracker.update(UserUttered("wis mijn geheim", message_id="m1"))
    tracker.update(SlotSet("erase", True))
    tracker.update(BotUttered("Gewist."))
    await store.save(tracker)
    assert [reply["text"] for reply in await store.handled("leader", "m1") or []] == ["Gewist."]
    assert await store.handled("leader", "m2") is None
    with store._engine.begin() as connection:
        assert "geheim" not in str(connection.execute(sa.select(erasures)).all())
    assert purge(store._engine, 28) == 0
    assert await store.handled("leader", "m1")
    with store._engine.begin() as connection:
        connection.execute(sa.update(erasures).values(erased_at=time.time() - DAY - 1))
    purge(store._engine, 28)
    assert await store.handled("leader", "m1") is None


async def test_events_reach_a_broker_after_they_are_stored_and_not_when_refused(address: str, domain: Domain) -> None:
    class Broker:
        def __init__(self) -> None:
            self.published: list[str] = []

        def publish(self, event: dict[str, Any]) -> None:
            self.published.append(event["event"])

    broker = Broker()
    store = ConversationStore(domain, broker, address)  # type: ignore[arg-type]
    await take_turn(store, "leader", "een", message_id="one")
    assert broker.published[0] == "action"
    count = len(broker.published)
    with pytest.raises(ConversationChangedError):
        await take_turn(store, "leader", "een", message_id="one")
    assert len(broker.published) == count


async def test_a_database_that_does_not_answer_is_an_error_and_the_loop_goes_on(
    store: ConversationStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tracker_store, "SECONDS_OF_AN_OPERATION", 0.3)
    loop = asyncio.get_running_loop()

    def hang(connection: Any) -> None:
        asyncio.run_coroutine_threadsafe(asyncio.sleep(1), loop).result()

    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0.01)
            ticks += 1

    ticking = asyncio.create_task(tick())
    with pytest.raises(TimeoutError):
        await store.run(hang)
    ticking.cancel()
    assert ticks > 10


async def test_an_error_does_not_carry_what_was_written(store: ConversationStore) -> None:
    await take_turn(store, "leader", "eerste")
    with store._engine.begin() as connection:
        connection.execute(sa.text("DROP TABLE events"))
    tracker = await store.create_tracker("other")
    add_turn(tracker, "mijn geheim")
    with pytest.raises(sa.exc.SQLAlchemyError) as refused:
        await store.save(tracker)
    assert "geheim" not in str(refused.value)


async def test_erasing_does_not_take_a_turn_with_it_that_came_in_between(store: ConversationStore) -> None:
    await take_turn(store, "leader", "eerste")
    erasing, other = [await store.retrieve("leader") for _ in range(2)]
    assert erasing
    assert other
    add_turn(erasing, "wis maar", erase=True)
    add_turn(other, "van een ander")
    await store.save(other)
    with pytest.raises(ConversationChangedError):
        await store.save(erasing)
    tracker = await store.retrieve("leader")
    assert tracker
    assert texts(tracker) == ["eerste", "van een ander"]


async def test_what_was_read_before_an_erasing_is_refused_also_when_as_much_was_said_since(
    store: ConversationStore,
) -> None:
    await take_turn(store, "leader", "oud")
    old = await store.retrieve("leader")
    assert old
    erase(store._engine, "leader")
    await take_turn(store, "leader", "nieuw")
    add_turn(old, "nog van toen")
    with pytest.raises(ConversationChangedError):
        await store.save(old)
    tracker = await store.retrieve_full_tracker("leader")
    assert tracker
    assert texts(tracker) == ["nieuw"]


async def test_a_checkpoint_remembers_in_which_order_variations_were_said(domain: Domain) -> None:
    tracker = DialogueStateTracker.from_events("leader", [], domain.slots)
    for variation in (0, 1, 0):
        tracker.update(BotUttered("x", metadata={"utter_action": "utter_reflect", "variation": variation}))
    said = [event.metadata["variation"] for event in checkpoint_events(tracker) if isinstance(event, BotUttered)]
    assert said == [1, 0]


async def test_forgotten_checkpoints_are_made_again(store: ConversationStore) -> None:
    for number in range(15):
        await take_turn(store, "leader", str(number), situation=f"verhaal {number}")
    rebuild(store._engine)
    whole = await store.retrieve("leader")
    assert whole
    assert texts(whole) == [str(number) for number in range(15)]
    await take_turn(store, "leader", "daarna")
    tracker = await store.retrieve("leader")
    assert tracker
    assert len(texts(tracker)) <= tracker_store.TURNS_BEFORE_CHECKPOINT
    assert tracker.get_slot("situation") == "verhaal 14"
