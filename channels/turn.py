"""One turn of a conversation, run in one place for every channel."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from storage.schema import erase

logger = logging.getLogger(__name__)

MOST_CHARACTERS = 2000


def offered_payloads(tracker: DialogueStateTracker | None) -> set[str]:
    """The payloads of the buttons that the coach offered since the leader's last message."""
    payloads: set[str] = set()
    for event in reversed(tracker.events if tracker else []):
        if isinstance(event, UserUttered):
            break
        if isinstance(event, BotUttered):
            payloads |= {button["payload"] for button in event.data.get("buttons") or []}
    return payloads


def as_typed(text: str, offered: set[str]) -> str:
    """`text` as what it is: a click on an offered button stays a payload, anything else is words.

    Rasa takes every message that begins with a slash for an intent, whoever typed it.
    """
    return text if text in offered else text.lstrip("/ \t\n")


async def run_turn(agent: Agent, message: UserMessage) -> None:
    """Run one turn and let the coach answer through the message's output channel, whatever happens.

    A message that cannot be taken (empty, or over 2,000 characters) is answered without running a turn. A turn that
    fails or stays silent is answered with a request to send it again. Nobody's text is logged.
    """
    said = _count_responses(message.output_channel)
    try:
        await _run(agent, message)
    except Exception as error:  # noqa: BLE001 - whatever went wrong, the leader is answered
        logger.error("A turn failed: %s", type(error).__name__)  # noqa: TRY400 - a trace would hold the text
        said.clear()
    if not said:
        await _say(agent, message, None, "utter_turn_failed")


async def _run(agent: Agent, message: UserMessage) -> None:
    """Take the message or say why not, and erase the conversation where the turn ended with that."""
    tracker = await agent.tracker_store.retrieve(message.sender_id)
    text = message.text or ""
    if len(text) > MOST_CHARACTERS:
        await _say(agent, message, tracker, "utter_message_too_long")
        return
    message.text = as_typed(text.strip(), offered_payloads(tracker))
    if not message.text:
        await _say(agent, message, tracker, "utter_message_empty")
        return
    await agent.handle_message(message)
    await _erase_if_asked(agent, message.sender_id)


def _count_responses(output_channel: Any) -> list[None]:
    """A list that grows with every response sent through `output_channel`."""
    said: list[None] = []
    send = output_channel.send_response

    async def send_and_count(recipient_id: str, response: dict[str, Any]) -> None:
        said.append(None)
        await send(recipient_id, response)

    output_channel.send_response = send_and_count
    return said


async def _say(agent: Agent, message: UserMessage, tracker: DialogueStateTracker | None, utter_action: str) -> None:
    """Send one of the coach's texts outside a turn."""
    assert agent.processor is not None  # noqa: S101 - Rasa types them optional
    assert message.output_channel is not None  # noqa: S101
    tracker = tracker or DialogueStateTracker.from_events(message.sender_id, [])
    response = await agent.processor.nlg.generate(utter_action, tracker, message.output_channel.name())
    if response:
        await message.output_channel.send_response(message.sender_id, response)


async def _erase_if_asked(agent: Agent, sender_id: str) -> None:
    """Erase the conversation when this turn ended with the leader's yes to it: after the turn, for it was stored."""
    tracker = await agent.tracker_store.retrieve(sender_id)
    if not tracker or not tracker.get_slot("erase"):
        return
    store = agent.tracker_store
    store = getattr(store, "_tracker_store", store)  # behind the wrapper that answers from memory
    if not isinstance(store, SQLTrackerStore):
        raise TypeError(f"{type(store).__name__} cannot erase a conversation")
    await asyncio.to_thread(erase, store.engine, sender_id)
