"""Microsoft as the tests have it: the keys, the identity provider and the Bot Connector, as servers on 127.0.0.1.

They run in a thread with an event loop of their own, so that they answer whoever waits for whom. The connector takes
what a coach posts as Teams does, and keeps it; what a person in Teams sends is made here too.
"""

from __future__ import annotations

import asyncio
import datetime
import itertools
import random
import re
import ssl
import threading
import time
import uuid
from collections import Counter, defaultdict
from collections.abc import Coroutine, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from tests.channels.teams.connector import ACTIVITY, APP, TENANT, rsa_key, shown_keys, token
from tools.settings import HOST

# Heard too, beside the one in which the bot is registered.
OTHER_TENANT = "99999999-2222-3333-4444-555555555555"
SECRET = "not-told-to-anybody"  # noqa: S105 - of nothing
CARD = "application/vnd.microsoft.card.adaptive"
REFUSALS = (429, 412, 502, 504)
SECONDS_TO_START = 30
ACTIVITIES = re.compile(r"/emea/v3/conversations/([^/]+)/activities(?:/([^/]+))?")


@dataclass
class Message:
    """What a coach posted: its id, in which conversation, what it answers, when, how it is shown now, and was before.

    `at` is on the clock of `time.monotonic`.
    """

    id: str
    conversation: str
    answers: str | None
    at: float
    shown: dict[str, Any]
    before: list[dict[str, Any]] = field(default_factory=list)

    @property
    def card(self) -> dict[str, Any]:
        """The Adaptive Card; empty where it is text."""
        return card_of(self.shown)


def card_of(activity: dict[str, Any]) -> dict[str, Any]:
    """The only Adaptive Card of a message; empty where it is text."""
    attachments = activity.get("attachments") or []
    return dict(attachments[0]["content"]) if attachments and attachments[0]["contentType"] == CARD else {}


def presses(card: dict[str, Any]) -> dict[str, dict[str, str]]:
    """What Teams sends for each thing that can be pressed on a card or chosen from its list, by its title."""
    submits = [action for action in card.get("actions", ()) if action["type"] == "Action.Submit"]
    lists = [part for part in card.get("body", ()) if part["type"] == "Input.ChoiceSet"]
    if lists:
        data = submits[0].get("data") or {}
        return {choice["title"]: {**data, part["id"]: choice["value"]} for part in lists for choice in part["choices"]}
    return {action["title"]: action["data"] for action in submits}


def links(card: dict[str, Any]) -> dict[str, str]:
    """The addresses that a card leads to, by their titles."""
    return {action["title"]: action["url"] for action in card.get("actions", ()) if action["type"] == "Action.OpenUrl"}


@dataclass
class Microsoft:
    """What the servers were asked, and what the connector answers.

    Args:
        certificate: for `localhost`, and its key, as files (`self_signed`).
        calls: to the connector: method, path and Authorization.
        asked: of the identity provider, for a token.
        answers: of the connector to the next calls, status and headers; nothing is taken then.
        seconds: for which a token holds.
        messages: what was posted, in this order, but for the signs of typing.
        typing: how often the coach was seen to type, by conversation.
        share: of the calls that are refused for now, at random, but the same each time.
    """

    certificate: tuple[Path, Path]
    calls: list[tuple[str, str, str]] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    seconds: int = 3600
    messages: list[Message] = field(default_factory=list)
    typing: Counter[str] = field(default_factory=Counter)
    refused: Counter[int] = field(default_factory=Counter)
    share: float = 0.0
    service: str = ""
    login: str = ""
    metadata: str = ""

    def __post_init__(self) -> None:
        self._answers: defaultdict[str | None, list[Message]] = defaultdict(list)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._stack = AsyncExitStack()
        self._which = random.Random(1)  # noqa: S311 - the same each time
        self._sites: tuple[web.AppRunner, web.TCPSite] | None = None

    def settings(self, *services: str) -> dict[str, str]:
        """The environment of a coach that takes these servers for Microsoft; other `services` may be called too."""
        origins = [address.rsplit("/", 1)[0] for address in (self.service, *services)]
        return {
            "TEAMS_APP_ID": APP,
            "TEAMS_TENANT_ID": TENANT,
            "TEAMS_OTHER_TENANTS": OTHER_TENANT,
            "TEAMS_SECRET": SECRET,
            "TEAMS_CERTIFICATE": "",
            "TEAMS_METADATA": self.metadata,
            "TEAMS_LOGIN": self.login,
            "TEAMS_SERVICES": ",".join(origins),
            "PUBLIC_URL": "https://coach.example",
            "REQUESTS_CA_BUNDLE": str(self.certificate[0]),  # MSAL trusts what this says, and so do the tests
            **dict.fromkeys(("NO_PROXY", "no_proxy"), f"{HOST},localhost"),
        }

    def of(self, conversation: str) -> list[Message]:
        """The messages of a conversation."""
        return [message for message in self.messages if message.conversation == conversation]

    def answers_to(self, *activities: str) -> list[Message]:
        """The messages that answer an activity; sent again it may have several ids."""
        return [message for activity in activities for message in self._answers.get(activity, ())]

    @contextmanager
    def away(self) -> Iterator[None]:
        """Nothing listens where the connector was."""
        self._run(self._leave())
        try:
            yield
        finally:
            self._run(self._come())

    def _run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(SECONDS_TO_START)

    def start(self) -> None:
        """Start the servers."""
        self._thread.start()
        self._run(self._start())

    def stop(self) -> None:
        """Stop them."""
        self._run(self._stack.aclose())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(SECONDS_TO_START)
        self._loop.close()

    async def _start(self) -> None:
        keys = await self._stack.enter_async_context(shown_keys())
        self.metadata = keys["address"]
        provider, context = web.Application(), ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*self.certificate)
        provider.router.add_get(f"/{TENANT}/v2.0/.well-known/openid-configuration", self._discovery)
        provider.router.add_post(f"/{TENANT}/oauth2/v2.0/token", self._token)
        identity = TestServer(provider, scheme="https", host="localhost")
        await identity.start_server(ssl=context)
        self._stack.push_async_callback(identity.close)
        self.login = str(identity.make_url(f"/{TENANT}"))
        service = web.Application()
        service.router.add_route("*", "/{path:.*}", self._connector)
        runner = web.AppRunner(service, access_log=None)
        await runner.setup()
        self._stack.push_async_callback(runner.cleanup)
        self._sites = runner, web.TCPSite(runner, HOST, 0)
        await self._sites[1].start()
        self.service = f"http://{HOST}:{runner.addresses[0][1]}/emea"

    async def _leave(self) -> None:
        assert self._sites
        runner, site = self._sites
        await site.stop()
        assert runner.server
        await runner.server.shutdown(1)

    async def _come(self) -> None:
        assert self._sites
        runner, _ = self._sites
        self._sites = runner, web.TCPSite(runner, HOST, int(self.service.split(":")[2].split("/")[0]))
        await self._sites[1].start()

    async def _connector(self, request: web.Request) -> web.Response:
        """Take a message, a change of one, or a sign of typing; under a token that was given."""
        self.calls.append((request.method, request.path, request.headers.get("Authorization", "")))
        activity = await request.json()
        if self.answers and activity.get("type") != "typing":
            status, headers = self.answers.pop(0)
            return web.json_response({}, status=status, headers=headers)
        if self._which.random() < self.share:
            status = self._which.choice(REFUSALS)
            self.refused[status] += 1
            return web.json_response({}, status=status, headers={"Retry-After": "1"} if status == REFUSALS[0] else {})
        if request.headers.get("Authorization") not in [f"Bearer {_token(n + 1)}" for n in range(len(self.asked))]:
            return web.json_response({"error": {"code": "Unauthorized"}}, status=401)
        where = ACTIVITIES.fullmatch(request.path)
        if where is None or request.method not in {"POST", "PUT"}:
            return web.json_response({"error": {"code": "NotFound"}}, status=404)
        conversation, about = where.groups()
        return (
            self._update(conversation, about, activity)
            if request.method == "PUT"
            else self._take(conversation, about, activity)
        )

    def _take(self, conversation: str, about: str | None, activity: dict[str, Any]) -> web.Response:
        number = f"sent-{len(self.calls)}"
        if activity.get("type") == "typing":
            self.typing[conversation] += 1
        elif activity.get("type") != "message" or not (activity.get("text") or activity.get("attachments")):
            return web.json_response({"error": {"code": "BadSyntax"}}, status=400)
        else:
            message = Message(number, conversation, about, time.monotonic(), activity)
            self.messages.append(message)
            self._answers[about].append(message)
        return web.json_response({"id": number}, status=201)

    def _update(self, conversation: str, about: str | None, activity: dict[str, Any]) -> web.Response:
        for message in self.messages:
            if (message.conversation, message.id) == (conversation, about):
                message.before.append(message.shown)
                message.shown = activity
                return web.json_response({"id": about})
        return web.json_response({"error": {"code": "ActivityNotFoundInConversation"}}, status=404)

    async def _discovery(self, request: web.Request) -> web.Response:
        told = {
            "issuer": "v2.0",
            "authorization_endpoint": "oauth2/v2.0/authorize",
            "token_endpoint": "oauth2/v2.0/token",
        }
        return web.json_response({name: f"{self.login}/{path}" for name, path in told.items()})

    async def _token(self, request: web.Request) -> web.Response:
        self.asked.append(dict(await request.post()))
        await asyncio.sleep(0.05)
        given = _token(len(self.asked))
        return web.json_response({"token_type": "Bearer", "expires_in": self.seconds, "access_token": given})


def _token(number: int) -> str:
    return f"token-{number}"


@contextmanager
def running_microsoft(certificate: tuple[Path, Path]) -> Iterator[Microsoft]:
    """The servers, for as long as the block lasts."""
    there = Microsoft(certificate)
    there.start()
    try:
        yield there
    finally:
        there.stop()


def self_signed(folder: Path) -> tuple[Path, Path]:
    """A certificate for `localhost` that vouches for itself, and its key, in PEM."""
    name, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")]), datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(rsa_key("tls").public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + datetime.timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(rsa_key("tls"), hashes.SHA256())
    )
    shown, kept = folder / "certificate.pem", folder / "key.pem"
    shown.write_bytes(made.public_bytes(Encoding.PEM))
    kept.write_bytes(rsa_key("tls").private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return shown, kept


@cache
def bearer(service: str) -> dict[str, str]:
    """The header under which the connector sends what happens at a service."""
    return {"Authorization": f"Bearer {token(serviceurl=service)}"}


_people = itertools.count(1)


@dataclass(frozen=True)
class Person:
    """Somebody in Teams, in a personal chat with the coach."""

    service: str
    tenant: str = TENANT
    number: int = field(default_factory=_people.__next__)

    @property
    def conversation(self) -> str:
        """The id of the chat."""
        return f"a:chat-{self.number}"

    @property
    def account(self) -> dict[str, str]:
        """Who this is."""
        known = str(uuid.uuid5(uuid.NAMESPACE_OID, f"{self.tenant} {self.number}"))
        return {"id": f"29:person-{self.number}", "name": f"Persoon {self.number}", "aadObjectId": known}

    def activity(self, **what: Any) -> dict[str, Any]:
        """What Teams sends when this person says or does something: a message, unless `what` says otherwise."""
        chat = {"id": self.conversation, "conversationType": "personal", "tenantId": self.tenant}
        own = {"id": uuid.uuid4().hex, "serviceUrl": self.service, "from": self.account, "conversation": chat}
        said = {name: value for name, value in ACTIVITY.items() if name != "text"}
        return {**said, **own, "channelData": {"tenant": {"id": self.tenant}}, **what}
