"""Whom an activity comes from: the check of the tokens that the Bot Connector signs.

What is asked of a token: https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication
("Authenticate requests from the Bot Connector service to your bot"). Nothing here can be turned off.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import Any

import aiohttp
import jwt

logger = logging.getLogger(__name__)

METADATA = "https://login.botframework.com/v1/.well-known/openidconfiguration"
ISSUER = "https://api.botframework.com"
ALGORITHM = "RS256"
CLAIMS = ("iss", "aud", "exp", "serviceurl")
LEAST_BITS = 2048
CHANNEL = "msteams"
SECONDS_OF_LEEWAY = 5 * 60
# Keys are read again once a day, and for a key that is not among them, but not more than once a minute: anybody can
# make up the name of a key.
SECONDS_OF_KEYS = 24 * 60 * 60
SECONDS_BETWEEN_READS = 60
# While there is no key at all, every activity is refused.
SECONDS_WITHOUT_KEYS = 2
SECONDS_OF_A_READ = 5


class TokenRefusedError(Exception):
    """There is no token, or it is not one that the Bot Connector gave for this app. It says why, without the token."""


class ActivityRefusedError(Exception):
    """The token is a true one, for something else than this activity. It says why."""


class KeysAwayError(Exception):
    """The keys could not be read, so that nothing can be said of a token."""


@dataclass(frozen=True)
class SigningKey:
    """A key of the Bot Connector, and the channels that it may sign for."""

    key: jwt.PyJWK
    endorsements: frozenset[str]


class SigningKeys:
    """The Bot Connector's keys by their id: read when the first is asked for, kept when they cannot be read again."""

    def __init__(self, metadata: str = METADATA) -> None:
        """Take the address of the OpenID metadata."""
        self._metadata = metadata
        self._keys: dict[str, SigningKey] = {}
        self._read_at = self._tried_at = float("-inf")
        self._reading: asyncio.Task[None] | None = None

    async def get(self, key_id: str) -> SigningKey | None:
        """The key with this id; None where the Bot Connector has no such key.

        Raises:
            KeysAwayError: there are no keys yet and they cannot be read now.
        """
        if self._is_old(key_id):
            # One reading for all who wait for it, and it goes on when one of them leaves.
            if self._reading is None or self._reading.done():
                self._reading = asyncio.create_task(self._read())
            if key_id not in self._keys:
                await asyncio.shield(self._reading)
        if not self._keys:
            raise KeysAwayError
        return self._keys.get(key_id)

    def _is_old(self, key_id: str) -> bool:
        now = time.monotonic()
        old = key_id not in self._keys or now > self._read_at + SECONDS_OF_KEYS
        return old and now > self._tried_at + (SECONDS_BETWEEN_READS if self._keys else SECONDS_WITHOUT_KEYS)

    async def _read(self) -> None:
        try:
            timeout = aiohttp.ClientTimeout(total=SECONDS_OF_A_READ)
            async with aiohttp.ClientSession(timeout=timeout, raise_for_status=True, trust_env=True) as session:
                async with session.get(self._metadata) as answer:
                    address = str((await answer.json(content_type=None))["jwks_uri"])
                async with session.get(address) as answer:
                    keys = _keys_of(await answer.json(content_type=None))
        except (aiohttp.ClientError, TimeoutError, ValueError, KeyError, TypeError, AttributeError) as error:
            logger.error("The keys of the Bot Connector cannot be read: %s", type(error).__name__)  # noqa: TRY400
        else:
            self._keys, self._read_at = keys, time.monotonic()
        finally:
            self._tried_at = time.monotonic()


def _keys_of(told: Mapping[str, Any]) -> dict[str, SigningKey]:
    """The RSA keys of a key set (RFC 7517) that are long enough, by their id."""
    keys = {}
    for one in told["keys"]:
        try:
            key = jwt.PyJWK(one, ALGORITHM)
        except jwt.PyJWTError:
            continue
        if one.get("kid") and one.get("kty") == "RSA" and key.key.key_size >= LEAST_BITS:
            keys[str(one["kid"])] = SigningKey(key, frozenset(map(str, one.get("endorsements") or ())))
    if not keys:
        raise ValueError
    return keys


@dataclass(frozen=True)
class Trusted:
    """What a true token says: its claims, and the channels that its key may sign for."""

    claims: dict[str, Any]
    endorsements: frozenset[str]


class Trust:
    """Tells true tokens for this app from all others, and whether an activity is what they are for."""

    def __init__(self, app_id: str, tenants: Set[str], metadata: str = METADATA) -> None:
        """Take who this is.

        Args:
            app_id: of the bot, which tokens are for.
            tenants: the only ones whose people are heard.
            metadata: the address of the OpenID metadata; another one is for an emulator with keys of its own.
        """
        self._app_id, self._tenants = app_id, tenants
        self._keys = SigningKeys(metadata)

    async def check(self, authorization: str) -> Trusted:
        """What the token of an `Authorization` header says.

        Raises:
            TokenRefusedError: it is none of the Bot Connector's for this app.
            KeysAwayError: that cannot be told now.
        """
        scheme, _, token = authorization.partition(" ")
        if scheme != "Bearer" or not token:
            raise TokenRefusedError("no bearer token")
        try:
            head = jwt.get_unverified_header(token)
            if head.get("alg") != ALGORITHM or "crit" in head or not isinstance(head.get("kid"), str):
                raise TokenRefusedError("another kind of token")
            key = await self._keys.get(head["kid"])
            if key is None:
                raise TokenRefusedError("an unknown key")
            claims = jwt.decode(
                token,
                key.key,
                [ALGORITHM],
                audience=self._app_id,
                issuer=ISSUER,
                leeway=SECONDS_OF_LEEWAY,
                options={"require": list(CLAIMS), "strict_aud": True},
            )
        except (jwt.PyJWTError, ValueError) as error:  # of a text that is no ASCII, the latter
            raise TokenRefusedError(type(error).__name__) from None
        return Trusted(claims, key.endorsements)

    def match(self, trusted: Trusted, activity: Mapping[str, Any]) -> None:
        """Nothing, where the activity is what the token is for.

        Raises:
            ActivityRefusedError: it is of another channel, service or tenant.
        """
        if activity.get("channelId") != CHANNEL or CHANNEL not in trusted.endorsements:
            raise ActivityRefusedError("another channel")
        if activity.get("serviceUrl") != trusted.claims["serviceurl"]:
            raise ActivityRefusedError("another service")
        told = tenants_of(activity)
        if not (len(told) == 1 and told <= self._tenants):
            raise ActivityRefusedError("another tenant")


def tenants_of(activity: Mapping[str, Any]) -> set[str]:
    """The tenants that an activity names: in its conversation, and in what Teams adds; mostly one and the same."""
    conversation, added = activity.get("conversation"), activity.get("channelData")
    told = added.get("tenant") if isinstance(added, Mapping) else None
    named = [
        conversation.get("tenantId") if isinstance(conversation, Mapping) else None,
        told.get("id") if isinstance(told, Mapping) else None,
    ]
    return {str(one) for one in named if one}
