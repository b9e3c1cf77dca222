from pathlib import Path
from typing import Any

import pytest
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy import text as sql

from channels.turn import MOST_CHARACTERS, as_typed, offered_payloads, run_turn
from nlg.conditional_generator import ConditionalResponseGenerator
from storage.schema import erase

BUTTONS = {"buttons": [{"title": "Ja", "payload": "/affirm"}]}
DOMAIN = Domain.from_dict(
    {
        "version": "3.1",
        "slots": {"erase": {"type": "bool", "influence_conversation": False, "mappings": [{"type": "custom"}]}},
        "responses": {
            f"utter_{name}": [{"text": name}] for name in ("message_too_long", "message_empty", "turn_failed")
        },
    }
)


class Turns:
    """An agent of which only the turn itself is ours: it stores, and answers, fails or stays silent."""

    def __init__(self, store: SQLTrackerStore, turn: Any) -> None:
        self.tracker_store = store
        self.processor = self
        self.nlg = ConditionalResponseGenerator(None, DOMAIN)
        self.turn = turn

    async def handle_message(self, message: UserMessage) -> None:
        await self.turn(self, message)


@pytest.fixture
def store(tmp_path: Path) -> SQLTrackerStore:
    return SQLTrackerStore(DOMAIN, dialect="sqlite", db=str(tmp_path / "tracker.db"))


async def answer(agent: Turns, message: UserMessage) -> None:
    await message.output_channel.send_response(message.sender_id, {"text": f"heard {message.text}"})


async def fail(agent: Turns, message: UserMessage) -> None:
    raise RuntimeError(f"could not take {message.text}")


async def stay_silent(agent: Turns, message: UserMessage) -> None:
    return None


async def said(agent: Any, text: str) -> list[str]:
    output = CollectingOutputChannel()
    await run_turn(agent, UserMessage(text, output, "leader"))
    return [message["text"] for message in output.messages]


def test_only_what_was_offered_is_a_payload() -> None:
    tracker = DialogueStateTracker.from_events(
        "x", [BotUttered("oud", {"buttons": [{"payload": "/oud"}]}), UserUttered("hoi"), BotUttered("nu", BUTTONS)]
    )
    assert offered_payloads(tracker) == {"/affirm"}
    assert offered_payloads(None) == set()
    assert as_typed("/affirm", {"/affirm"}) == "/affirm"
    assert as_typed('/stop{"a": "b"}', {"/affirm"}) == 'stop{"a": "b"}'
    assert as_typed("// /stop", set()) == "stop"


async def test_a_message_is_answered(store: SQLTrackerStore) -> None:
    assert await said(Turns(store, answer), " hallo ") == ["heard hallo"]
    assert await said(Turns(store, answer), "/affirm") == ["heard affirm"]


@pytest.mark.parametrize("turn", [fail, stay_silent])
async def test_no_turn_ends_in_silence(store: SQLTrackerStore, turn: Any, caplog: pytest.LogCaptureFixture) -> None:
    assert await said(Turns(store, turn), "mijn geheim") == ["turn_failed"]
    assert "geheim" not in caplog.text


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("a" * (MOST_CHARACTERS + 1), "message_too_long"),
        ("a" * 10_000, "message_too_long"),
        ("", "message_empty"),
        (" \n\t", "message_empty"),
        ("/", "message_empty"),
    ],
)
async def test_what_cannot_be_taken_runs_no_turn(store: SQLTrackerStore, text: str, reply: str) -> None:
    assert await said(Turns(store, fail), text) == [reply]


async def test_the_longest_message_is_taken(store: SQLTrackerStore) -> None:
    assert await said(Turns(store, answer), "a" * MOST_CHARACTERS) == ["heard " + "a" * MOST_CHARACTERS]


async def test_erasing_happens_after_the_turn_and_for_this_conversation_only(store: SQLTrackerStore) -> None:
    async def end_with_erasing(agent: Turns, message: UserMessage) -> None:
        for sender in ("leader", "other"):
            events = [UserUttered("hoi"), SlotSet("erase", sender == "leader")]
            await agent.tracker_store.save(DialogueStateTracker.from_events(sender, events, slots=DOMAIN.slots))
        await answer(agent, message)

    await said(Turns(store, end_with_erasing), "ja")
    with store.engine.connect() as connection:
        rows = connection.execute(sql("SELECT DISTINCT sender_id FROM events")).fetchall()
    assert [row[0] for row in rows] == ["other"]
    assert erase(store.engine, "unknown") == 0
