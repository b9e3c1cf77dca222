"""The channel of Microsoft Teams: `POST /webhooks/teams/messages`, which the Bot Connector calls with every activity.

An activity is answered with 200 once its turn was made and said, or after some seconds: it is stored by then, so that
what takes long, or is cut short by a crash or an outage, is still done, by whichever process is there.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine
from http import HTTPStatus
from typing import Any

from microsoft_agents.activity import ActivityTypes
from rasa.core.agent import Agent
from rasa.core.channels.channel import InputChannel, UserMessage
from rasa.shared.exceptions import RasaException
from sanic import Blueprint, Sanic
from sanic.exceptions import SanicException
from sanic.request import Request
from sanic.response import HTTPResponse, empty
from sanic.response import json as json_response
from sqlalchemy.exc import SQLAlchemyError

from channels.bodies import read_json
from channels.problems import ProblemError
from channels.teams.answering import CHANNEL, Answers
from channels.teams.incoming import (
    WELCOME,
    NoActivityError,
    activity_of,
    answer_of,
    asked_of,
    cleaned,
    is_removal,
    sender_of,
    waiting_of,
)
from channels.teams.outgoing import NoTokenError
from channels.teams.settings import Settings
from channels.teams.trust import ActivityRefusedError, KeysAwayError, TokenRefusedError, Trust
from channels.turn import open_processor
from storage.activities import Activities

logger = logging.getLogger(__name__)

MOST_BYTES = 256 * 1024
RETRY_AFTER = 2
# Teams waits for fifteen.
SECONDS_UNTIL_AN_ANSWER = 10
SECONDS_BETWEEN_LOOKS = 2
TAKEN_OVER_AT_ONCE = 10
SECONDS_TO_FINISH = 10


class TeamsInput(InputChannel):
    """Hears the Bot Connector, and nobody else; off where there is no app id."""

    def __init__(self, settings: Settings | None) -> None:
        self._settings = settings

    @classmethod
    def name(cls) -> str:
        """The name in the path and in the conversation's events."""
        return CHANNEL

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> TeamsInput:
        """The channel as the credentials file sets it (see `Settings`).

        Raises:
            RasaException: a setting is missing or cannot be read; Rasa says so in one line and stops.
        """
        try:
            settings = Settings.of(dict(credentials or {}))
        except ValueError as error:
            raise RasaException(str(error)) from None
        if settings is None:
            logger.info("Teams is off: TEAMS_APP_ID is not set.")
        return cls(settings)

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The one route of the channel; none where it is off."""
        routes = Blueprint(CHANNEL)
        if self._settings is None:
            return routes
        receiver = Receiver(self._settings)

        @routes.post("/messages", name="post_messages", stream=True)
        async def receive(request: Request) -> HTTPResponse:
            return await receiver.receive(request)

        @routes.after_server_start
        async def begin(app: Sanic, _: Any) -> None:
            app.add_task(receiver.take_over(app), name=CHANNEL)

        @routes.before_server_stop
        async def end(app: Sanic, _: Any) -> None:
            await app.cancel_task(CHANNEL, raise_exception=False)
            await receiver.close()

        return routes


class Receiver:
    """Takes activities that may be trusted, has them answered, and takes over what other processes left."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._trust = Trust(settings.app_id, settings.tenants, settings.metadata)
        self._answers = Answers(settings)
        self._working: set[asyncio.Task[None]] = set()
        self._closing = False

    async def close(self) -> None:
        """Take nothing new, and finish what is under way, within seconds."""
        self._closing = True
        if self._working:
            await asyncio.wait(self._working, timeout=SECONDS_TO_FINISH)
        await self._answers.close()

    async def receive(self, request: Request) -> HTTPResponse:
        """The answer to a request, or a problem that says why it was not taken."""
        return await _told_as_problem(self._take(request))

    async def _take(self, request: Request) -> HTTPResponse:
        """Take what the Bot Connector sends, and wait for some seconds until it is answered.

        Raises:
            TokenRefusedError, ActivityRefusedError, KeysAwayError, NoActivityError, ProblemError: it is not taken.
        """
        begun = time.monotonic()
        trusted = await self._trust.check(request.headers.get("Authorization", ""))
        body = cleaned(await read_json(request, MOST_BYTES))
        self._trust.match(trusted, body)
        activity = activity_of(body)
        if not self._settings.hosts.is_allowed(body["serviceUrl"]):
            raise ActivityRefusedError("a service that may not be called")
        agent = _ready(request.app)
        if agent is None or self._closing:
            raise ProblemError(HTTPStatus.SERVICE_UNAVAILABLE, "De coach start op of stopt.", retry_after=RETRY_AFTER)
        activities = Activities(open_processor(agent)[1])
        if is_removal(activity):
            await activities.forget(sender_of(activity, body), WELCOME)
        if asked := asked_of(activity, body):
            claim = await activities.take(asked.sender, asked.key, waiting_of(body, asked))
            if claim:
                work = self._start(self._answers.answer(agent, claim))
                await asyncio.wait({work}, timeout=max(0, begun + SECONDS_UNTIL_AN_ANSWER - time.monotonic()))
        if activity.type == ActivityTypes.invoke:
            status, told = answer_of(activity)
            return json_response(told, status)
        return empty(HTTPStatus.OK)

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Begin something that goes on when the Bot Connector waits no longer."""
        task = asyncio.create_task(work)
        self._working.add(task)
        task.add_done_callback(self._working.discard)
        return task

    async def take_over(self, app: Sanic) -> None:
        """Say whether the bot can sign in; then answer, now and again, what was left without an answer."""
        try:
            await self._settings.tokens.token()
            logger.info("Teams is on.")
        except NoTokenError as error:
            logger.error("Teams cannot be answered: %s.", error)  # noqa: TRY400 - a line for who set it up
        while True:
            agent = _ready(app)
            try:
                claims = await Activities(open_processor(agent)[1]).take_over(TAKEN_OVER_AT_ONCE) if agent else []
            except Exception as error:  # noqa: BLE001 - without this task nothing is taken over any more
                logger.error("What was left of Teams is not known: %s", type(error).__name__)  # noqa: TRY400
                claims = []
            if claims and agent:
                await asyncio.wait({self._start(self._answers.answer(agent, claim)) for claim in claims})
            if len(claims) < TAKEN_OVER_AT_ONCE:
                await asyncio.sleep(SECONDS_BETWEEN_LOOKS)


def _ready(app: Sanic) -> Agent | None:
    agent: Agent | None = app.ctx.agent
    return agent if agent and agent.is_ready() else None


async def _told_as_problem(receiving: Awaitable[HTTPResponse]) -> HTTPResponse:
    """The answer, or the reason why there is none as a problem; the log says the same in a line."""
    try:
        return await receiving
    except ProblemError as error:
        problem = error
    except TokenRefusedError as error:
        logger.warning("An activity of Teams was refused: %s", error)
        problem = ProblemError(HTTPStatus.UNAUTHORIZED, "Dit is niet door Teams ondertekend voor deze app.")
    except ActivityRefusedError as error:
        logger.warning("An activity of Teams was refused: %s", error)
        problem = ProblemError(HTTPStatus.FORBIDDEN, "Deze ondertekening is voor iets anders.")
    except NoActivityError as error:
        logger.warning("An activity of Teams cannot be read: %s", error)
        problem = ProblemError(HTTPStatus.BAD_REQUEST, "Dit is geen bericht van Teams.")
    except SanicException as error:  # a body that breaks HTTP itself
        problem = ProblemError(HTTPStatus(error.status_code), "Het bericht is niet goed verstuurd.")
    except (KeysAwayError, SQLAlchemyError, TimeoutError) as error:
        logger.error("An activity of Teams was not taken: %s", type(error).__name__)  # noqa: TRY400
        problem = ProblemError(HTTPStatus.SERVICE_UNAVAILABLE, "Probeer het zo nog eens.", retry_after=RETRY_AFTER)
    except Exception as error:  # noqa: BLE001 - whatever broke: its trace and message may hold text
        logger.error("An activity of Teams broke: %s", type(error).__name__)  # noqa: TRY400
        problem = ProblemError(HTTPStatus.INTERNAL_SERVER_ERROR, "Er ging iets mis.")
    return problem.response()
