"""How a turn is run: once, stored before it is answered, and abandoned where something is away."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.core.tracker_store import FailSafeTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import ClientResponseError, EndpointConfig

from channels import turn as turns
from channels.turn import (
    FAILED,
    MOST_CHARACTERS,
    ActionEndpoint,
    Offer,
    TurnFailedError,
    as_typed,
    open_processor,
    run_turn,
    text_of,
)
from nlg.conditional_generator import ConditionalResponseGenerator
from storage.lock_store import ConversationLockStore
from storage.tracker_store import ConversationChangedError, ConversationStore
from tools.settings import HOST

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


class Processor:
    """Rasa's processor, of which only what a turn says is made up: it reads, says and stores as Rasa's does."""

    def __init__(self, store: Any, turn: Any) -> None:
        self.tracker_store = store
        self.action_endpoint = EndpointConfig(f"http://{HOST}:1")
        self.nlg = ConditionalResponseGenerator(None, DOMAIN)
        self.turn = turn
        self.runs = 0

    async def handle_message(self, message: UserMessage) -> None:
        self.runs += 1
        tracker = await self.tracker_store.get_or_create_tracker(message.sender_id)
        tracker.update(UserUttered(message.text, message_id=message.message_id))
        await self.turn(self, message, tracker)
        tracker.update(ActionExecuted("action_listen"))
        await self.tracker_store.save(tracker)


def agent_with(store: ConversationStore, turn: Any) -> Any:
    """An agent as Rasa builds it: the store inside a wrapper that answers from memory."""
    return SimpleNamespace(
        processor=Processor(FailSafeTrackerStore(store), turn), lock_store=ConversationLockStore(None)
    )


@pytest.fixture
def store(tmp_path: Path) -> ConversationStore:
    return ConversationStore(DOMAIN, host=f"sqlite:///{tmp_path}/tracker.db")


async def answer(processor: Processor, message: UserMessage, tracker: DialogueStateTracker) -> None:
    reply = {"text": f"heard {message.text}", **BUTTONS}
    tracker.update(BotUttered(reply["text"], BUTTONS))
    await message.output_channel.send_response(message.sender_id, reply)


async def fail(processor: Processor, message: UserMessage, tracker: DialogueStateTracker) -> None:
    await answer(processor, message, tracker)
    raise RuntimeError(f"could not take {message.text}")


async def stay_silent(processor: Processor, message: UserMessage, tracker: DialogueStateTracker) -> None:
    return None


async def said(agent: Any, text: str, message_id: str | None = None) -> list[str]:
    output = CollectingOutputChannel()
    await run_turn(agent, UserMessage(text, output, "leader", message_id=message_id))
    return [message["text"] for message in output.messages]


async def stored(store: ConversationStore) -> list[str]:
    tracker = await store.retrieve_full_tracker("leader")
    return [event.text for event in tracker.events if isinstance(event, UserUttered)] if tracker else []


def test_only_what_was_offered_is_a_payload() -> None:
    tracker = DialogueStateTracker.from_events(
        "x", [BotUttered("oud", {"buttons": [{"payload": "/oud"}]}), UserUttered("hoi"), BotUttered("nu", BUTTONS)]
    )
    assert Offer.of(tracker).payloads == {"/affirm"}
    assert Offer.of(None).payloads == set()
    assert as_typed("/affirm", {"/affirm"}) == "/affirm"
    assert as_typed('/stop{"a": "b"}', {"/affirm"}) == 'stop{"a": "b"}'
    for hidden in ("// /stop", "/\u00a0/stop", "/\r/\v/stop ", "\u2003/stop"):
        assert as_typed(hidden) == "stop"


async def test_a_message_is_answered_and_a_payload_only_once_it_was_offered(store: ConversationStore) -> None:
    agent = agent_with(store, answer)
    assert await said(agent, "/affirm") == ["heard affirm"]
    assert await said(agent, "/affirm") == ["heard /affirm"]
    assert await stored(store) == ["affirm", "/affirm"]


async def test_the_same_message_id_is_answered_again_and_not_run_again(store: ConversationStore) -> None:
    agent = agent_with(store, answer)
    output = CollectingOutputChannel()
    first, again = await said(agent, "hallo", "one"), UserMessage("hallo", output, "leader", message_id="one")
    assert await said(agent, "en dan", "two") == ["heard en dan"]
    await run_turn(agent, again)
    assert first == ["heard hallo"]
    assert output.messages == [{"recipient_id": "leader", "text": "heard hallo", **BUTTONS}]
    assert await stored(store) == ["hallo", "en dan"]


async def test_the_same_message_id_twice_at_the_same_time_runs_once(store: ConversationStore) -> None:
    agent = agent_with(store, answer)
    replies = await asyncio.gather(*(said(agent, "hallo", "one") for _ in range(5)))
    assert replies == [["heard hallo"]] * 5
    assert agent.processor.runs == 1


async def test_a_turn_that_breaks_is_said_and_leaves_nothing(
    store: ConversationStore, caplog: pytest.LogCaptureFixture
) -> None:
    agent = agent_with(store, fail)
    with pytest.raises(TurnFailedError, match="RuntimeError"):
        await said(agent, "mijn geheim")
    assert await text_of(agent, "rest", FAILED) == "turn_failed"
    assert await stored(store) == []
    assert "geheim" not in caplog.text


async def test_no_turn_ends_in_silence_also_when_it_is_sent_again(store: ConversationStore) -> None:
    agent = agent_with(store, stay_silent)
    assert await said(agent, "hallo", "one") == ["turn_failed"]
    assert await said(agent, "hallo", "one") == ["turn_failed"]


async def test_nothing_is_said_before_it_is_stored(store: ConversationStore, monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(tracker: DialogueStateTracker) -> None:
        raise ConversationChangedError

    monkeypatch.setattr(store, "save", refuse)
    output = CollectingOutputChannel()
    with pytest.raises(TurnFailedError, match="ConversationChangedError"):
        await run_turn(agent_with(store, answer), UserMessage("hallo", output, "leader"))
    assert output.messages == []


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
async def test_what_cannot_be_taken_runs_no_turn(store: ConversationStore, text: str, reply: str) -> None:
    agent = agent_with(store, answer)
    assert await said(agent, text) == [reply]
    assert agent.processor.runs == 0


async def test_the_longest_message_is_taken(store: ConversationStore) -> None:
    assert await said(agent_with(store, answer), "a" * MOST_CHARACTERS) == ["heard " + "a" * MOST_CHARACTERS]


async def test_a_turn_that_ends_with_erasing_leaves_nothing(store: ConversationStore) -> None:
    async def end_with_erasing(processor: Processor, message: UserMessage, tracker: DialogueStateTracker) -> None:
        await answer(processor, message, tracker)
        tracker.update(SlotSet("erase", True))

    await said(agent_with(store, answer), "mijn geheim")
    assert await stored(store) == ["mijn geheim"]
    agent = agent_with(store, end_with_erasing)
    for _ in range(2):
        assert await said(agent, "ja, wis het", "one") == ["heard ja, wis het"]
        assert await stored(store) == []
    assert agent.processor.runs == 1


async def test_what_rasa_wraps_around_its_parts_is_taken_off_once(store: ConversationStore) -> None:
    agent = agent_with(store, answer)
    processor, found = open_processor(agent)
    assert found is store
    assert processor.tracker_store is store
    endpoint = processor.action_endpoint
    assert isinstance(endpoint, ActionEndpoint)
    assert open_processor(agent)[0].action_endpoint is endpoint


@pytest.fixture
async def action_server() -> AsyncIterator[int]:
    """A server that answers as an action server that rejects, breaks, or takes its time."""

    async def answer_as(request: web.Request) -> web.Response:
        kind = request.match_info["kind"]
        if kind == "slow":
            await asyncio.sleep(5)
        if kind == "text":
            return web.Response(text="no JSON")
        return web.json_response({"action_name": "x"}, status={"reject": 400, "break": 500}.get(kind, 200))

    app = web.Application()
    app.add_routes([web.post("/{kind}", answer_as)])
    async with TestServer(app, host=HOST) as server:
        yield server.port


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("break", "answers 500"),
        ("slow", "is away"),
        (None, "is away"),
        ("text", "cannot be read"),
        ("shapeless", "cannot be read"),
    ],
)
async def test_without_its_actions_a_turn_is_abandoned_in_seconds(
    store: ConversationStore, action_server: int, monkeypatch: pytest.MonkeyPatch, kind: str | None, reason: str
) -> None:
    """Rasa catches every exception of an action and goes on; this one gets through."""

    async def call_action(processor: Processor, message: UserMessage, tracker: DialogueStateTracker) -> None:
        with contextlib.suppress(Exception):  # as Rasa does
            await processor.action_endpoint.request(json={}, method="post")

    monkeypatch.setattr(turns, "SECONDS_OF_AN_ACTION", 0.3)
    agent = agent_with(store, call_action)
    agent.processor.action_endpoint = EndpointConfig(f"http://{HOST}:{action_server if kind else 1}/{kind}")
    with pytest.raises(TurnFailedError, match=reason):
        await said(agent, "hallo")
    assert await stored(store) == []
    assert await said(agent_with(store, answer), "hallo") == ["heard hallo"]


async def test_an_action_may_still_reject(action_server: int) -> None:
    endpoint = ActionEndpoint.of(EndpointConfig(f"http://{HOST}:{action_server}/reject"))
    with pytest.raises(ClientResponseError):
        await endpoint.request(json={}, method="post", timeout=aiohttp.ClientTimeout(5))
