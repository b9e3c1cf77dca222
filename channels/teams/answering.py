"""Answering an activity: the turn, what is typed and said meanwhile, and again later where it cannot be done now."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from types import SimpleNamespace
from typing import Any
from weakref import WeakValueDictionary

import aiohttp
from microsoft_agents.activity import Activity, ActivityTypes
from microsoft_agents.hosting.core import ClaimsIdentity, HttpAdapterBase, TurnContext
from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from sqlalchemy.exc import SQLAlchemyError

from channels.links import addresses
from channels.replies import Reply, turn_of
from channels.teams.cards import chosen_message_of, invitation_of, is_offer, message_of, text_message_of, title_of
from channels.teams.incoming import INVITATION, Asked, NoActivityError, read_waiting
from channels.teams.outgoing import Calls, Clients, NoTokenError, retry_after
from channels.teams.settings import Settings
from channels.turn import FAILED, ChoiceNotOfferedError, Replies, TurnFailedError, open_processor, run_turn, text_of
from storage.activities import SECONDS_OF_A_LEASE, Activities, Claim, Offer

logger = logging.getLogger(__name__)
# The SDK tells of every call, with whose conversation it was; what goes wrong is told here.
logging.getLogger("microsoft_agents").setLevel(logging.CRITICAL)

CHANNEL = "teams"
DAY = 24 * 60 * 60
# Teams shows for some three seconds that somebody types.
SECONDS_UNTIL_TYPING, SECONDS_OF_TYPING = 0.5, 3.0
# A leader who waits would rather be asked to say it again; what is only not delivered is tried for longer.
SECONDS_OF_TRYING_A_TURN = 60
SECONDS_OF_TRYING_TO_SEND = 15 * 60
SHORTEST_PAUSE, LONGEST_PAUSE = 2, 60
# What the connector refuses like this it will refuse again: the app was removed, or the chat is gone.
FOR_GOOD = frozenset({400, 403, 404, 405, 410, 413})


class Adapter(HttpAdapterBase):
    """Microsoft's adapter: an activity becomes a turn, with a client for its replies."""

    def __init__(self, settings: Settings, calls: Calls) -> None:
        super().__init__(channel_service_client_factory=Clients(settings.tokens, calls), host_validator=settings.hosts)
        # Its own prints the trace, and sends the error's text to the leader.
        self.on_turn_error = None

    async def update_activity(self, context: Any, activity: Activity) -> None:
        """Update a message, without the nulls that the SDK would send along."""
        told = activity.model_dump(mode="json", by_alias=True, exclude_none=True, exclude_unset=True)
        await super().update_activity(context, Activity.model_validate(told))


class Verified:
    """A request whose sender was checked, as the adapter asks for one."""

    method = "POST"

    def __init__(self, body: dict[str, Any], app_id: str) -> None:
        self.headers: dict[str, str] = {}
        self._body, self._app_id = body, app_id

    async def json(self) -> dict[str, Any]:
        """The activity."""
        return self._body

    def get_claims_identity(self) -> ClaimsIdentity:
        """Who sent it: never nobody, for whom the adapter would go on without a token."""
        return ClaimsIdentity({"aud": self._app_id, "serviceurl": self._body["serviceUrl"]}, "Bearer")

    def get_path_param(self, name: str) -> str:
        """None: the path has no parts."""
        return ""


class NotYetError(Exception):
    """An older activity of the conversation waits for its answer."""


@dataclass(frozen=True)
class Said:
    """A message, and the replies that it says where there was a turn or might have been; it may have `erased` all.

    What `may_come_again` is not remembered: it could not be done, and the leader is asked to do it again.
    """

    message: Activity
    replies: list[Reply] = field(default_factory=list)
    is_turn: bool = False
    erased: bool = False
    may_come_again: bool = False


class Answers:
    """Answers activities that this process has taken."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._calls = Calls(settings.hosts)
        self._adapter = Adapter(settings, self._calls)
        # In one conversation what was asked first is answered first.
        self._orders: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def close(self) -> None:
        """Close the connections."""
        await self._calls.close()

    async def answer(self, agent: Agent, claim: Claim) -> None:
        """Make the turn of an activity, say it, and keep that it was said; or leave it to be taken again."""
        activities = Activities(open_processor(agent)[1])
        try:
            address, asked = read_waiting(claim.activity)

            async def on_turn(context: TurnContext) -> None:
                await self._answer(context, agent, activities, claim, asked)

            verified = Verified(address, self._settings.app_id)
            answer = await self._adapter.process_request(verified, SimpleNamespace(on_turn=on_turn))
            if answer.status_code != HTTPStatus.ACCEPTED:
                await self._leave(activities, claim, NoActivityError(f"the adapter says {int(answer.status_code)}"))
        except Exception as error:  # noqa: BLE001 - whatever broke, the activity is not lost
            await self._leave(activities, claim, error)

    async def _answer(
        self, context: TurnContext, agent: Agent, activities: Activities, claim: Claim, asked: Asked
    ) -> None:
        typing, holding = asyncio.create_task(_type(context)), asyncio.create_task(_hold(activities, claim))
        order = self._orders.setdefault(asked.sender, asyncio.Lock())
        try:
            async with order:
                before = await activities.before(claim)
                if before.is_waiting:
                    raise NotYetError
                said = await self._say(agent, claim, asked, before.offers)
                await _stop(typing)
                if not claim.is_held:
                    return  # this process stood still for long, and another one went on with it
                sent = await context.send_activity(said.message)
                if said.may_come_again:
                    await activities.forget(claim.sender_id, claim.key)
                else:
                    offered = json.dumps(said.replies) if is_offer(said.replies) else None
                    await activities.finish(
                        claim, (sent and sent.id) or None, offered, is_turn=said.is_turn, erased=said.erased
                    )
        finally:
            await _stop(typing, holding)
        if said.is_turn:
            await asyncio.gather(*(self._close(context, offer, asked) for offer in before.offers))

    async def _say(self, agent: Agent, claim: Claim, asked: Asked, offers: list[Offer]) -> Said:
        """What is said to what was asked.

        Raises:
            TurnFailedError: the turn could not be made, and may be later.
        """
        if asked.tell == INVITATION:
            return Said(invitation_of(await text_of(agent, CHANNEL, INVITATION), self._settings.app_id))
        if asked.tell:
            return Said(text_message_of(await text_of(agent, CHANNEL, asked.tell)))
        over = text_message_of(await text_of(agent, CHANNEL, "utter_choice_is_over"))
        if asked.chosen_on and asked.chosen_on not in {offer.sent_id for offer in offers}:
            return Said(over)
        replies = Replies(CHANNEL)
        message = UserMessage(
            asked.text,
            replies,
            asked.sender,
            input_channel=CHANNEL,
            message_id=asked.message_id,
            metadata=asked.metadata,
        )
        try:
            is_turn = await run_turn(agent, message, choice=asked.choice)
        except ChoiceNotOfferedError:
            return Said(over)
        except TurnFailedError:
            if time.time() < claim.taken_at + SECONDS_OF_TRYING_A_TURN:
                raise
            return Said(text_message_of(await text_of(agent, CHANNEL, FAILED)), may_come_again=True)
        turn = turn_of(asked.message_id, asked.text, replies.responses, self._addresses(asked, replies.responses))
        shown = message_of(turn["replies"], self._settings.website)
        return Said(shown, turn["replies"], is_turn=is_turn, erased=turn["erased"])

    async def _close(self, context: TurnContext, offer: Offer, asked: Asked) -> None:
        """Take the choices off an earlier message; where that fails, they are refused when they are pressed."""
        replies = json.loads(offer.offered)
        message = chosen_message_of(replies, self._settings.website, title_of(replies, asked.choice or asked.text))
        message.id = offer.sent_id
        with suppress(aiohttp.ClientError, TimeoutError):
            await context.update_activity(message)

    def _addresses(self, asked: Asked, responses: list[Reply]) -> Any:
        if self._settings.keys is None:
            return lambda summary: {"page": "", "calendar": None}
        seconds = self._settings.days * DAY  # as long as the message stands in the chat, the conversation is kept
        return addresses(self._settings.keys, seconds, asked.sender, asked.message_id, responses)

    async def _leave(self, activities: Activities, claim: Claim, error: Exception) -> None:
        """Leave what could not be answered now for later, or for good."""
        age = time.time() - claim.taken_at
        pause = min(max(SHORTEST_PAUSE, age / 2), LONGEST_PAUSE)
        for_good, told = age > SECONDS_OF_TRYING_A_TURN, type(error).__name__  # its text may hold what was typed
        match error:
            case NotYetError():
                for_good, pause = False, SHORTEST_PAUSE
            case NoTokenError() | TurnFailedError() | NoActivityError():
                for_good, told = isinstance(error, NoActivityError) or age > SECONDS_OF_TRYING_TO_SEND, str(error)
            case aiohttp.ClientResponseError():
                for_good, told = error.status in FOR_GOOD or age > SECONDS_OF_TRYING_TO_SEND, f"status {error.status}"
                pause = retry_after(error.headers) or pause
            case aiohttp.ClientError() | TimeoutError() | SQLAlchemyError():
                for_good = age > SECONDS_OF_TRYING_TO_SEND
        if not isinstance(error, NotYetError):
            logger.error("An activity of Teams was not answered, %s: %s", "for good" if for_good else "yet", told)
        with suppress(SQLAlchemyError, TimeoutError):
            if for_good:
                await activities.finish(claim)
            else:
                await activities.give_back(claim, pause)


async def _type(context: TurnContext) -> None:
    """Show that the coach is at it, for as long as it takes."""
    await asyncio.sleep(SECONDS_UNTIL_TYPING)
    while True:
        with suppress(Exception):  # not worth a turn
            await context.send_activity(Activity(type=ActivityTypes.typing))
        await asyncio.sleep(SECONDS_OF_TYPING)


async def _hold(activities: Activities, claim: Claim) -> None:
    """Let no other process take the activity, for as long as it takes."""
    while True:
        await asyncio.sleep(SECONDS_OF_A_LEASE / 5)
        with suppress(SQLAlchemyError, TimeoutError):
            await activities.renew(claim)


async def _stop(*tasks: asyncio.Task[None]) -> None:
    """Stop them, and wait until nothing of them is under way."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
