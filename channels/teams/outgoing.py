"""What goes to Teams: to which hosts, under which tokens, over shared connections, and again where it was not now.

Microsoft's SDK makes the calls. It opens a session for every turn, waits for five minutes, tries nothing again, and
makes its token client on the event loop; the classes here are the least that mends this.
"""

from __future__ import annotations

import asyncio
import random
import re
import time
from collections.abc import Mapping
from typing import Any, override

import aiohttp
from microsoft_agents.authentication.msal import MsalAuth
from microsoft_agents.hosting.core import (
    AgentAuthConfiguration,
    ClaimsIdentity,
    ConnectionManager,
    OutboundHostValidator,
    RestChannelServiceClientFactory,
    TeamsConnectorClient,
    TurnContext,
)
from msal import ConfidentialClientApplication
from yarl import URL

AUDIENCE = "https://api.botframework.com"
SCOPE = "https://api.botframework.com/.default"
# Where the Bot Connector of Teams is. The SDK's own list has hosts on which anybody may put something.
HOSTS = ("smba.trafficmanager.net", "botframework.com")
RETRIED = frozenset({412, 429, 502, 504})
MOST_TRIES = 4
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 8.0
SECONDS_OF_A_CALL = 20
LONGEST_ID = 10_000
SECONDS_OF_A_TOKEN_CALL = 5  # MSAL makes it twice
# A token is replaced so long before its end.
SECONDS_BEFORE_ITS_END = 300


class NoTokenError(Exception):
    """The bot is not given a token. It says why, for whoever set it up."""


class Hosts(OutboundHostValidator):
    """The hosts that may be called: Microsoft's over HTTPS, and for an emulator exact origins (scheme, host, port)."""

    def __init__(self, origins: tuple[str, ...] = ()) -> None:
        """Take the emulator's origins, none in production."""
        super().__init__(list(HOSTS), enabled=True, include_default_microsoft_hosts=False)
        self._origins = {URL(origin).origin() for origin in origins}

    def is_allowed(self, url: str | URL) -> bool:
        """Whether an address may be called."""
        try:
            here = URL(url) if isinstance(url, str) else url
            if here.absolute and not here.user and not here.password and here.origin() in self._origins:
                return True
        except ValueError:
            return False
        return bool(super().is_allowed(url))


class Calls:
    """Connections that all clients share; each client gets a light session of its own over them."""

    def __init__(self, hosts: Hosts) -> None:
        self._hosts = hosts
        self._connector: aiohttp.TCPConnector | None = None

    def session(self, base: str) -> aiohttp.ClientSession:
        """A session for the service at `base`; closing it leaves the connections to the others."""
        if self._connector is None or self._connector.closed:  # made where the event loop runs
            self._connector = aiohttp.TCPConnector(limit=100, limit_per_host=50)
        return aiohttp.ClientSession(
            base_url=base.rstrip("/") + "/",
            connector=self._connector,
            connector_owner=False,
            timeout=aiohttp.ClientTimeout(total=SECONDS_OF_A_CALL, sock_connect=5, sock_read=10),
            middlewares=(self._persist,),
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=True,
        )

    async def close(self) -> None:
        """Close the connections."""
        if self._connector:
            await self._connector.close()

    async def _persist(
        self, request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
    ) -> aiohttp.ClientResponse:
        """Make a call, and make it again where the service says that it is too busy; a redirect counts as a call."""
        if not self._hosts.is_allowed(request.url):
            raise aiohttp.ClientError("This host may not be called.")
        for tries in range(1, MOST_TRIES):
            try:
                response = await handler(request)
            except aiohttp.ClientConnectorError:  # nothing was sent, so nothing can be doubled
                wait = _pause(tries)
            else:
                if response.status not in RETRIED:
                    return response
                wait = retry_after(response.headers) or _pause(tries)
                if wait > LONGEST_PAUSE:
                    return response
                response.release()
            await asyncio.sleep(wait)
        return await handler(request)


def retry_after(headers: Mapping[str, str] | None) -> float | None:
    """After how many seconds a service wants to be asked again, where it says so."""
    told = (headers or {}).get("Retry-After", "")
    return float(told) if told.isdecimal() else None


def _pause(tries: int) -> float:
    """Seconds; not the same for all, so that they do not all come back at once."""
    return float(FIRST_PAUSE * 2 ** (tries - 1) * random.uniform(0.8, 1.2))  # noqa: S311 - no secret


class Tokens(MsalAuth):
    """The token of the bot: asked for by one for all, off the event loop, within seconds; kept until its end."""

    def __init__(self, configuration: AgentAuthConfiguration, certificate: dict[str, str] | None = None) -> None:
        """Take who this is.

        Args:
            configuration: app id, tenant and secret.
            certificate: instead of the secret, as MSAL takes it: `private_key` and `public_certificate`, in PEM.
        """
        super().__init__(configuration)
        self._certificate = certificate
        self._asking: asyncio.Task[None] | None = None
        self._token, self._ends_at = "", 0.0

    def _create_client_application(self, tenant_id: str | None = None) -> ConfidentialClientApplication:
        told = self._msal_configuration
        return ConfidentialClientApplication(
            told.CLIENT_ID,
            authority=self._resolve_authority(told, tenant_id),
            client_credential=self._certificate or told.CLIENT_SECRET,
            instance_discovery=False,  # the tenant's address is known
            timeout=SECONDS_OF_A_TOKEN_CALL,
        )

    async def token(self) -> str:
        """The token.

        Raises:
            NoTokenError: it is not given.
        """
        if time.time() >= self._ends_at - SECONDS_BEFORE_ITS_END:
            # One question for all who wait for it, and it goes on when one of them leaves.
            if self._asking is None or self._asking.done():
                self._asking = asyncio.create_task(self._ask())
            try:
                await asyncio.shield(self._asking)
            except NoTokenError:
                if time.time() >= self._ends_at:
                    raise
        return self._token

    async def _ask(self) -> None:
        try:
            await asyncio.to_thread(self._get_client)  # its constructor asks the network
            given = await self._get_access_token(AUDIENCE, [SCOPE])
        except Exception as error:  # noqa: BLE001 - MSAL raises all kinds, with what the identity provider says
            raise NoTokenError(_reason(error)) from None
        self._token, self._ends_at = given.token, given.expires_on


def _reason(error: Exception) -> str:
    """Why there is no token, with Microsoft's code where it gives one, and none of its text."""
    if code := re.search(r"AADSTS\d+", str(error)):
        return f"the identity provider refuses the app id, tenant or secret ({code[0]})"
    return f"the identity provider is away, or refuses without saying why ({type(error).__name__})"


class _NobodySignsIn:
    """In place of the SDK's client for people's own tokens, which opens a session and asks for a token every turn."""

    async def close(self) -> None:
        """Nothing is open."""


class Clients(RestChannelServiceClientFactory):
    """The clients of a turn, over shared calls."""

    def __init__(self, tokens: Tokens, calls: Calls) -> None:
        super().__init__(ConnectionManager(lambda _: tokens, {"SERVICE_CONNECTION": tokens._msal_configuration}))
        self._tokens, self._calls = tokens, calls

    @override
    async def create_connector_client(
        self,
        context: TurnContext | None,
        claims_identity: ClaimsIdentity,
        service_url: str,
        audience: str,
        scopes: list[str] | None = None,
        use_anonymous: bool = False,
    ) -> TeamsConnectorClient:
        """A client for the service at an address, under the bot's own token, whatever the activity says it is for."""
        token = await self._tokens.token()
        client = TeamsConnectorClient(service_url, token, session=self._calls.session(service_url))
        # It cuts longer ids off at 150, without a word.
        setattr(client.conversations, "_max_conversation_id_length", LONGEST_ID)  # noqa: B010 - not in its type
        return client

    async def create_user_token_client(
        self, context: TurnContext, claims_identity: ClaimsIdentity, use_anonymous: bool = False
    ) -> Any:
        """One that has nothing to close."""
        return _NobodySignsIn()


def tokens_for(
    app_id: str, tenant: str, secret: str = "", certificate: dict[str, str] | None = None, login: str = ""
) -> Tokens:
    """The tokens of a single-tenant bot.

    Args:
        app_id: of the bot.
        tenant: of the organisation.
        secret: the bot's secret.
        certificate: instead of it (`Tokens`).
        login: the address of the identity provider with the tenant in it, for an emulator; otherwise Microsoft's.
    """
    configuration = AgentAuthConfiguration(
        client_id=app_id,
        tenant_id=tenant,
        client_secret=secret,
        authority=login or f"https://login.microsoftonline.com/{tenant}",
        scopes=[SCOPE],
    )
    return Tokens(configuration, certificate)
