"""One turn of a conversation, run in one place for every channel."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import re
from collections.abc import Set
from dataclasses import dataclass
from typing import Any

import aiohttp
from rasa.core.agent import Agent
from rasa.core.channels.channel import OutputChannel, UserMessage
from rasa.core.lock_store import LockError
from rasa.core.processor import MessageProcessor
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import ClientResponseError, EndpointConfig
from sqlalchemy.exc import SQLAlchemyError

from storage.tracker_store import ConversationChangedError, ConversationStore

logger = logging.getLogger(__name__)

MOST_CHARACTERS = 2000
SECONDS_OF_AN_ACTION = 10
# What a leader reads when a turn failed.
FAILED = "utter_turn_failed"
# What a channel says for a leader who has said nothing yet: the coach welcomes them.
START = "/greet"
# With this status an action says that it does not apply, which is part of how forms work.
REJECTED = 400


class Replies(OutputChannel):
    """Keeps what is said, in Rasa's shape of a response."""

    def __init__(self, channel: str) -> None:
        self._channel = channel
        self.responses: list[dict[str, Any]] = []

    def name(self) -> str:
        """The name of the channel that they are for."""
        return self._channel

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Keep one."""
        self.responses.append(message)


class ChoiceNotOfferedError(Exception):
    """A button that is not, or no longer, among those that the coach offered."""


class IdUsedError(Exception):
    """The id belongs to another message of this conversation."""


class NoConversationError(Exception):
    """The conversation was never begun, or it was erased."""


class TurnFailedError(Exception):
    """A turn was abandoned and nothing of it stored; the same message can be sent again. It says why."""


class _AbandonedError(BaseException):
    """The action server does not do its part. No `Exception`: Rasa catches those and goes on without the action."""


class ActionEndpoint(EndpointConfig):
    """The action server, which abandons the turn where Rasa would go on as if the action had been done."""

    @classmethod
    def of(cls, endpoint: EndpointConfig) -> ActionEndpoint:
        """The same endpoint."""
        own = cls()
        own.__dict__.update(endpoint.__dict__)
        return own

    async def request(self, *args: Any, **kwargs: Any) -> Any:
        """Rasa's request, within seconds instead of minutes."""
        try:
            async with asyncio.timeout(SECONDS_OF_AN_ACTION):
                result = await super().request(*args, **kwargs)
        except ClientResponseError as error:
            if error.status == REJECTED:
                raise
            raise _AbandonedError(f"the action server answers {error.status}") from None
        except (aiohttp.ClientError, TimeoutError, OSError):
            raise _AbandonedError("the action server is away") from None
        except ValueError:
            result = None
        # Rasa takes an answer that is none for an action that did nothing.
        lists = [result.get(part) for part in ("events", "responses")] if isinstance(result, dict) else [None]
        if not all(isinstance(part, list) for part in lists):
            raise _AbandonedError("the action server's answer cannot be read")
        return result


def open_processor(agent: Agent) -> tuple[MessageProcessor, ConversationStore]:
    """The agent's processor and its store, without what Rasa puts around them to go on when they fail.

    Rasa wraps every tracker store in one that answers from memory when the real one is away, and lets no configuration
    take it off; and it takes an action that failed for done.
    """
    processor = agent.processor
    assert processor is not None  # noqa: S101 - a channel runs turns once a model is loaded
    processor.tracker_store = getattr(processor.tracker_store, "_tracker_store", processor.tracker_store)
    if processor.action_endpoint and not isinstance(processor.action_endpoint, ActionEndpoint):
        processor.action_endpoint = ActionEndpoint.of(processor.action_endpoint)
    return processor, processor.tracker_store


@dataclass(frozen=True)
class Offer:
    """The payloads of the buttons that the coach offered in its last turn, and the message that this turn answered."""

    message_id: str = ""
    payloads: frozenset[str] = frozenset()

    @classmethod
    def of(cls, tracker: DialogueStateTracker | None) -> Offer:
        """What is offered now."""
        payloads: set[str] = set()
        for event in reversed(tracker.events if tracker else []):
            if isinstance(event, UserUttered):
                return cls(event.message_id, frozenset(payloads))
            if isinstance(event, BotUttered):
                payloads |= {button["payload"] for button in event.data.get("buttons") or []}
        return cls(payloads=frozenset(payloads))

    def chosen(self, choice: str) -> str:
        """The payload that `choice` stands for.

        Raises:
            ChoiceNotOfferedError: none of those that are offered.
        """
        for payload in self.payloads:
            if choice_of(payload, self.message_id) == choice:
                return payload
        raise ChoiceNotOfferedError


def choice_of(payload: str, message_id: str) -> str:
    """What stands for a button of the turn that answered a message: the same button of another turn is another."""
    return hashlib.sha256(f"{message_id} {payload}".encode()).hexdigest()[:16]


def as_typed(text: str, offered: Set[str] = frozenset()) -> str:
    """`text` as what it is: a click on an offered button stays a payload, anything else is words.

    Rasa takes every message that begins with a slash for an intent, whoever typed it.
    """
    return text if text in offered else re.sub(r"^[\s/]+", "", text).rstrip()


async def run_turn(agent: Agent, message: UserMessage, *, choice: str | None = None, begun: bool = False) -> bool:
    """Run one turn and send the replies through the message's output channel.

    The turn is stored before this returns. A message whose id was handled before gets the same replies and runs
    nothing. One that cannot be taken (empty, or over 2,000 characters) is answered without a turn. Nobody's text is
    logged.

    Args:
        agent: with a model.
        message: what a leader says, where it comes from and where the replies go.
        choice: instead of the text, which of the offered buttons (`choice_of`).
        begun: only a conversation that has begun goes on.

    Returns:
        Whether it was a turn.

    Raises:
        ChoiceNotOfferedError: no such button is offered; nothing was stored.
        IdUsedError: the id was used for another message; nothing was stored.
        NoConversationError: it was to have begun; nothing was stored.
        TurnFailedError: a store or the action server is away or too busy, or the turn broke; nothing of it was stored.
    """
    processor, store = open_processor(agent)
    text = (message.text or "").strip()
    if len(text) > MOST_CHARACTERS:
        await _say(processor, message, "utter_message_too_long")
        return False
    try:
        async with agent.lock_store.lock(message.sender_id):
            replies = await store.handled(message.sender_id, str(message.message_id))
            if replies is not None:
                _check_same(message, text, choice, await store.retrieve_full_tracker(message.sender_id))
            if replies is None and (choice or begun or text.startswith("/")):
                text = _told(text, choice, await store.retrieve(message.sender_id), begun=begun)
            if replies is None and text:
                replies = await _handle(processor, message, text)
    except (LockError, SQLAlchemyError, TimeoutError, ConversationChangedError) as error:
        raise _failed(f"a store is away or busy ({type(error).__name__})") from None
    except _AbandonedError as error:
        raise _failed(str(error)) from None
    except (ChoiceNotOfferedError, IdUsedError, NoConversationError):
        raise
    except Exception as error:  # noqa: BLE001 - whatever broke, nothing was stored, and a trace would hold the text
        raise _failed(f"the turn broke ({type(error).__name__})") from None
    if not replies:
        await _say(processor, message, FAILED if text else "utter_message_empty")
    for reply in replies or ():
        await message.output_channel.send_response(message.sender_id, reply)
    return replies is not None


def _told(text: str, choice: str | None, tracker: DialogueStateTracker | None, *, begun: bool) -> str:
    """What a leader says: what was typed, or the payload of the offered button that `choice` stands for."""
    if begun and tracker is None:
        raise NoConversationError
    offer = Offer.of(tracker)
    return offer.chosen(choice) if choice else as_typed(text, offer.payloads | (set() if begun else {START}))


def _check_same(message: UserMessage, text: str, choice: str | None, tracker: DialogueStateTracker | None) -> None:
    """Only the same message has the same id; of an erased conversation there is nothing to compare with."""
    before = ""
    for event in tracker.events if tracker else ():
        if not isinstance(event, UserUttered):
            continue
        if event.message_id == message.message_id:
            said = event.text or ""
            if not (choice_of(said, before) == choice if choice else as_typed(text, {said}) == said):
                raise IdUsedError
            return
        before = event.message_id


async def _handle(processor: MessageProcessor, message: UserMessage, text: str) -> list[dict[str, Any]]:
    """Have Rasa handle the text, and store the turn; what is said is kept until then."""
    kept = Replies(message.output_channel.name())
    where = {"input_channel": message.input_channel, "message_id": message.message_id, "metadata": message.metadata}
    await processor.handle_message(UserMessage(text, kept, message.sender_id, **where))
    return kept.responses


def _failed(reason: str) -> TurnFailedError:
    logger.error("A turn was abandoned: %s", reason)
    return TurnFailedError(reason)


async def text_of(agent: Agent, channel: str, utter_action: str) -> str:
    """One of the texts that a channel says itself, outside a turn."""
    response = await _response(open_processor(agent)[0], "", channel, utter_action)
    return str(response["text"])


async def _say(processor: MessageProcessor, message: UserMessage, utter_action: str) -> None:
    """Send one of the coach's texts outside a turn."""
    channel = message.output_channel
    response = await _response(processor, message.sender_id, channel.name(), utter_action)
    await channel.send_response(message.sender_id, response)


async def _response(processor: MessageProcessor, sender_id: str, channel: str, utter_action: str) -> dict[str, Any]:
    tracker = DialogueStateTracker.from_events(sender_id, [])
    response: dict[str, Any] = await processor.nlg.generate(utter_action, tracker, channel)
    return response
