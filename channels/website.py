"""The channel of the website's widget: plain HTTP and JSON, as channels/website.openapi.yaml describes it."""

from __future__ import annotations

import logging
import re
import uuid
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import wraps
from http import HTTPStatus
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import InputChannel, UserMessage
from rasa.core.lock_store import LockError
from rasa.shared.exceptions import RasaException
from sanic import Blueprint, Sanic
from sanic.exceptions import MethodNotAllowed, NotFound, SanicException
from sanic.request import Request
from sanic.response import HTTPResponse, empty, html, json, raw
from sanic_cors.core import SANIC_CORS_EVALUATED
from sqlalchemy.exc import SQLAlchemyError

from channels.bodies import OPENAPI, Bodies
from channels.limits import RateLimits, Rates
from channels.links import HERE, LINK, addresses
from channels.problems import ProblemError
from channels.replies import Reply, moment_of, turn_of, turns_of
from channels.tokens import Keys, Token, TokenError
from channels.turn import (
    FAILED,
    START,
    ChoiceNotOfferedError,
    IdUsedError,
    NoConversationError,
    Replies,
    TurnFailedError,
    as_typed,
    open_processor,
    run_turn,
    text_of,
)
from channels.widget import add_widget
from coach.addresses import Network, address_of, networks
from coach.document import as_calendar, as_html
from coach.summary import Summary
from storage.tracker_store import ConversationStore

logger = logging.getLogger(__name__)

RETRY_AFTER = 2
HOUR = 60 * 60
DAY = 24 * HOUR
# Of a tab that stays open; each reload gives a new one.
SECONDS_OF_A_TOKEN = 12 * HOUR
SECONDS_OF_A_LINK = DAY
CONVERSATION = "conversation"
BEFORE_RASA = 1000
ORIGIN = re.compile(r"https?://[a-z0-9.-]+(?::\d+)?")
# For pages and data of one leader: nobody in between keeps them, and they load and embed nothing.
PRIVATE = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
}

Handler = Callable[..., Coroutine[Any, Any, HTTPResponse]]


@dataclass(frozen=True)
class Settings:
    """How the channel is set: who may use it, and how often.

    `keys` sign tokens, `origins` are the websites that may show the widget, `proxies` are believed when they say for
    whom they ask, `redis` is where requests are counted, and `days` is how long conversations are kept.
    """

    keys: Keys
    origins: frozenset[str] = frozenset()
    proxies: tuple[Network, ...] = ()
    redis: str | None = None
    rates: Rates = field(default_factory=Rates)
    days: float = 28

    @classmethod
    def of(cls, told: dict[str, Any]) -> Settings:
        """The settings of a credentials file, with lists separated by commas or spaces; unset is the default.

        Raises:
            ValueError: one cannot be read, or there is no such setting.
        """
        told = {name: value for name, value in told.items() if value not in {None, ""}}
        keys = Keys(_listed(told.pop("keys", "")))
        origins = frozenset(_listed(told.pop("origins", "")))
        if bad := [origin for origin in origins if not ORIGIN.fullmatch(origin)]:
            raise ValueError(f"{bad[0]!r} is no origin; it reads https://www.example.nl, without a path.")
        proxies, redis = tuple(networks(str(told.pop("proxies", "")))), told.pop("redis", None)
        days = float(told.pop("days", cls.days))
        try:
            rates = Rates(**told)
        except TypeError:
            raise ValueError(f"The channel knows no such setting as {', '.join(told)}.") from None
        return cls(keys, origins, proxies, redis, rates, days)


def _listed(told: Any) -> list[str]:
    return str(told).replace(",", " ").split()


class WebsiteInput(InputChannel):
    """The website's conversations: a session, its messages, its summary, and its erasure."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._limits = RateLimits(settings.rates, settings.redis)
        self._bodies = Bodies()

    @classmethod
    def name(cls) -> str:
        """The name in the path and in the conversation's events."""
        return "website"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> WebsiteInput:
        """The channel as the credentials file sets it (see `Settings`).

        Raises:
            RasaException: a setting cannot be read; Rasa says so in one line and stops.
        """
        try:
            return cls(Settings.of(dict(credentials or {})))
        except ValueError as error:
            raise RasaException(str(error)) from None

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The routes of the channel."""
        routes, preflight = Blueprint("website"), self._answered(_preflight)
        for path, method, handler in (
            ("/session", "POST", self._start),
            ("/messages", "POST", self._take),
            ("/messages", "GET", self._read),
            ("/conversation", "DELETE", self._erase),
            ("/summary", "GET", self._summary),
            ("/first-step.ics", "GET", self._first_step),
        ):
            name = f"{method.lower()}{path}".replace("/", "_").replace(".", "_").replace("-", "_")
            routes.add_route(self._answered(handler), path, methods=[method], name=name, stream=method == "POST")
        for path in ("/session", "/messages", "/conversation"):
            routes.add_route(preflight, path, methods=["OPTIONS"], name=f"options_{path[1:]}")

        # Rasa puts a rule for all origins before every route; it is for its own routes.
        @routes.on_request(priority=BEFORE_RASA)
        async def decide_here(request: Request) -> HTTPResponse | None:
            setattr(request.ctx, SANIC_CORS_EVALUATED, "1")
            return await preflight(request) if request.method == "OPTIONS" else None

        @routes.before_server_start
        async def tell_of_other_paths(app: Sanic, _: Any) -> None:
            # Such a request has no route, and so none of the blueprint's own handlers.
            for error in (NotFound, MethodNotAllowed):
                app.error_handler.add(error, self._tell_of_no_route)

        add_widget(routes)

        @routes.get("/openapi.yaml")
        async def description(request: Request) -> HTTPResponse:
            return raw(OPENAPI.read_bytes(), content_type="application/yaml")

        return routes

    def _answered(self, handler: Handler) -> Handler:
        """The handler with the origin checked before it and every error told as a problem."""

        @wraps(handler)
        async def answer(request: Request) -> HTTPResponse:
            origin = request.headers.get("Origin")
            allowed = origin is None or origin in self._settings.origins
            try:
                response = await (handler if allowed else _forbid)(request)
            except ProblemError as problem:
                response = problem.response()
            except SanicException as error:  # a body that breaks HTTP itself
                response = ProblemError(HTTPStatus(error.status_code), "Het bericht is niet goed verstuurd.").response()
            except (LockError, SQLAlchemyError, TimeoutError) as error:
                logger.error("A request was not done: %s", type(error).__name__)  # noqa: TRY400 - a trace may hold text
                response = _not_now("Er ging iets mis. Probeer het zo nog eens.").response()
            except Exception as error:  # noqa: BLE001 - whatever broke: its trace and message may hold text
                logger.error("A request broke: %s", type(error).__name__)  # noqa: TRY400
                detail = "Er ging iets mis. Probeer het zo nog eens."
                response = ProblemError(HTTPStatus.INTERNAL_SERVER_ERROR, detail).response()
            response.headers.update(PRIVATE | {"Vary": "Origin"})
            if origin and allowed:
                response.headers["Access-Control-Allow-Origin"] = origin
                response.headers["Access-Control-Expose-Headers"] = "Retry-After"
            return response

        return answer

    async def _tell_of_no_route(self, request: Request, error: SanicException) -> HTTPResponse:
        """A path or method that there is not; on a path of another channel, Sanic's own answer."""
        if not request.path.startswith(f"/webhooks/{self.url_prefix()}"):
            return request.app.error_handler.default(request, error)

        async def refuse(_: Request) -> HTTPResponse:
            raise ProblemError(HTTPStatus(error.status_code), "Dit adres kent de chat niet.")

        response = await self._answered(refuse)(request)
        response.headers.update(error.headers)
        return response

    async def _start(self, request: Request) -> HTTPResponse:
        """Go on with the conversation of the token, or start one and have the coach welcome the leader."""
        self._refuse(await self._limits.conversation(self._address(request)))
        asked = await self._bodies.read(request, "SessionRequest")
        agent, kept = _agent(request), bool(asked.get("keep"))
        seconds = self._settings.days * DAY if kept else SECONDS_OF_A_TOKEN
        if request.headers.get("Authorization") is not None:
            sender = self._sender(request)
            self._refuse(await self._limits.message(sender, self._address(request)))
            if turns := await self._history(agent, sender):
                return self._session(self._settings.keys.sign(CONVERSATION, sender, seconds), kept, turns, 200)
        sender, replies = uuid.uuid4().hex, Replies(self.name())
        first = UserMessage(START, replies, sender, input_channel=self.name(), message_id=uuid.uuid4().hex)
        await self._run(agent, first)
        token = self._settings.keys.sign(CONVERSATION, sender, seconds)
        return self._session(token, kept, [self._turn(sender, first.message_id, None, replies.responses)], 201)

    async def _take(self, request: Request) -> HTTPResponse:
        """Run the turn of a message, once."""
        sender = self._sender(request)
        self._refuse(await self._limits.message(sender, self._address(request)))
        told = await self._bodies.read(request, "Message")
        choice, message_id, replies = told.get("choice"), str(uuid.UUID(told["id"])), Replies(self.name())
        # What is typed is text, whatever it looks like: a payload begins with a slash.
        said = as_typed(told.get("text", ""))
        if not (said or choice):
            raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, "Er staat geen tekst in het bericht.")
        agent = _agent(request)
        message = UserMessage(said, replies, sender, input_channel=self.name(), message_id=message_id)
        await self._run(agent, message, choice=choice, begun=True)
        if choice:  # what was chosen stands with the turn before
            said = next((turn["said"] for turn in await self._history(agent, sender) if turn["id"] == message_id), "")
        return json(self._turn(sender, message_id, said, replies.responses))

    async def _read(self, request: Request) -> HTTPResponse:
        """All that was said."""
        sender = self._sender(request)
        self._refuse(await self._limits.message(sender, self._address(request)))
        turns = await self._history(_agent(request), sender)
        if not turns:
            raise _gone()
        return json({"turns": turns})

    async def _erase(self, request: Request) -> HTTPResponse:
        """Erase the conversation, after the turn that is under way."""
        sender, agent = self._sender(request), _agent(request)
        self._refuse(await self._limits.message(sender, self._address(request)))
        async with agent.lock_store.lock(sender):
            await _store(agent).erase(sender)
        return empty()

    async def _summary(self, request: Request) -> HTTPResponse:
        """The summary as a page."""
        summary, said_at = await self._linked(request)
        return html(as_html(summary, said_at.date()))

    async def _first_step(self, request: Request) -> HTTPResponse:
        """The first step as a file for a calendar."""
        summary, said_at = await self._linked(request)
        calendar = as_calendar(summary, said_at.date())
        if calendar is None:
            raise _gone()
        name = {"Content-Disposition": 'attachment; filename="eerste-stap.ics"'}
        return raw(calendar, headers=name, content_type="text/calendar; charset=utf-8")

    async def _linked(self, request: Request) -> tuple[Summary, datetime]:
        """The summary that a signed link is for, and when it was given."""
        self._refuse(await self._limits.conversation(self._address(request)))
        try:
            claims = self._settings.keys.read(LINK, request.args.get("link") or "")
        except TokenError:
            detail = "Deze link werkt niet meer. Open de samenvatting opnieuw vanuit het gesprek."
            raise ProblemError(HTTPStatus.UNAUTHORIZED, detail) from None
        tracker = await _store(_agent(request)).retrieve_full_tracker(claims["sub"])
        for message_id, _, responses in turns_of(tracker.events if tracker else ()):
            for response in responses:
                custom = response.get("custom") or {}
                if message_id == claims.get("turn") and custom.get("type") == "summary":
                    return Summary.of_dict(custom), moment_of(responses).astimezone(HERE)
        raise _gone()

    async def _run(self, agent: Agent, message: UserMessage, **how: Any) -> None:
        try:
            await run_turn(agent, message, **how)
        except TurnFailedError:
            raise _not_now(await text_of(agent, self.name(), FAILED)) from None
        except NoConversationError:
            raise _gone() from None
        except IdUsedError:
            detail = "Dit bericht lijkt al verstuurd, met andere woorden. Stuur het opnieuw."
            raise ProblemError(HTTPStatus.CONFLICT, detail, "id-used") from None
        except ChoiceNotOfferedError:
            detail = "Die keuze is voorbij. Kies opnieuw, of typ je antwoord."
            raise ProblemError(HTTPStatus.CONFLICT, detail, "choice-not-offered") from None

    async def _history(self, agent: Agent, sender: str) -> list[Reply]:
        """The turns of a conversation; none where there is no such conversation."""
        tracker = await _store(agent).retrieve_full_tracker(sender)
        return [self._turn(sender, *turn) for turn in turns_of(tracker.events if tracker else ())]

    def _turn(self, sender: str, message_id: str, said: str | None, responses: list[Reply]) -> Reply:
        signed = addresses(self._settings.keys, SECONDS_OF_A_LINK, sender, message_id, responses)
        return turn_of(message_id, said, responses, signed)

    @staticmethod
    def _session(token: Token, kept: bool, turns: list[Reply], status: int) -> HTTPResponse:
        until = datetime.fromtimestamp(token.expires_at, UTC).isoformat()
        return json({"token": token.text, "expires_at": until, "kept": kept, "turns": turns}, status)

    def _sender(self, request: Request) -> str:
        """The conversation that the token is for."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        token = token.strip() if scheme.lower() == "bearer" else ""
        try:
            return str(self._settings.keys.read(CONVERSATION, token)["sub"])
        except TokenError:
            detail = "Dit gesprek is verlopen. Begin gerust een nieuw gesprek."
            raise ProblemError(HTTPStatus.UNAUTHORIZED, detail) from None

    def _address(self, request: Request) -> str:
        """The address that asks, as far as our own proxies tell it."""
        told = ",".join(request.headers.getall("X-Forwarded-For", []))  # each proxy may add a line of its own
        return address_of(request.ip, told, self._settings.proxies)

    @staticmethod
    def _refuse(seconds: int | None) -> None:
        if seconds:
            detail = "Dat ging even te snel. Wacht kort en probeer het dan opnieuw."
            raise ProblemError(HTTPStatus.TOO_MANY_REQUESTS, detail, retry_after=seconds)


async def _forbid(request: Request) -> HTTPResponse:
    raise ProblemError(HTTPStatus.FORBIDDEN, "Deze website mag de chat niet gebruiken.")


async def _preflight(request: Request) -> HTTPResponse:
    """What a browser asks before it sends a request from an allowed website."""
    return empty(
        headers={
            "Access-Control-Allow-Methods": "GET, POST, DELETE",
            "Access-Control-Allow-Headers": "Authorization, Content-Type",
            "Access-Control-Max-Age": "7200",
        }
    )


def _agent(request: Request) -> Agent:
    agent: Agent | None = request.app.ctx.agent
    if agent is None or not agent.is_ready():
        raise _not_now("De coach start nog op. Probeer het zo nog eens.")
    return agent


def _store(agent: Agent) -> ConversationStore:
    return open_processor(agent)[1]


def _gone() -> ProblemError:
    return ProblemError(HTTPStatus.NOT_FOUND, "Dit gesprek is er niet meer. Begin gerust een nieuw gesprek.")


def _not_now(detail: str) -> ProblemError:
    return ProblemError(HTTPStatus.SERVICE_UNAVAILABLE, detail, retry_after=RETRY_AFTER)
