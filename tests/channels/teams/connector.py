"""The Bot Connector as the tests have it: real RSA keys and a server that shows them, and tokens of all kinds."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

import jwt
from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tools.settings import HOST

APP, TENANT, SERVICE = (
    "8f1c2d34-5a6b-4c7d-8e9f-0a1b2c3d4e5f",
    "11111111-2222-3333-4444-555555555555",
    "https://smba.trafficmanager.net/emea/",
)
ACTIVITY: dict[str, Any] = {
    "type": "message",
    "id": "1795844606814",
    "channelId": "msteams",
    "serviceUrl": SERVICE,
    "from": {"id": "29:leader", "name": "Sam"},
    "recipient": {"id": f"28:{APP}", "name": "Reflectiecoach"},
    "conversation": {"id": "a:conversation", "conversationType": "personal", "tenantId": TENANT},
    "channelData": {"tenant": {"id": TENANT}},
    "text": "hallo",
}


@cache
def rsa_key(name: str) -> rsa.RSAPrivateKey:
    """A key of that name, the same each time."""
    return rsa.generate_private_key(65537, 1024 if name == "short" else 2048)


def public(name: str, **how: Any) -> dict[str, Any]:
    """The public half as the connector's key set shows it."""
    shown = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(rsa_key(name).public_key()))
    return {**shown, "kid": name, "use": "sig", "endorsements": ["msteams", "webchat"], **how}


def token(key: Any = None, algorithm: str = "RS256", head: dict[str, Any] | None = None, **claims: Any) -> str:
    """A token as the connector gives it, but for what is said otherwise; a claim or header that is None is left out."""
    now = int(time.time())
    whole = {
        "iss": "https://api.botframework.com", "aud": APP, "iat": now, "nbf": now, "exp": now + 3600,
        "serviceurl": SERVICE, **claims,
    }  # fmt: skip
    heads = {"kid": "one", **(head or {})}
    return jwt.encode(
        {name: value for name, value in whole.items() if value is not None},
        key or rsa_key("one"),
        algorithm,
        {name: value for name, value in heads.items() if value is not None},
    )


def _part(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def _remade(head: dict[str, Any] | None = None, **claims: Any) -> str:
    """A true token with another head or other claims under the signature that it had."""
    parts = token().split(".")
    told = [json.loads(base64.urlsafe_b64decode(part + "==")) for part in parts[:2]]
    return f"{_part(told[0] | (head or {}))}.{_part(told[1] | claims)}.{parts[2]}"


def _signed_with_the_public_key() -> str:
    """The oldest trick: the public key, which everybody has, taken as a shared secret."""
    shown = rsa_key("one").public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    head, body, _ = token().split(".")
    head = _part({"alg": "HS256", "typ": "JWT", "kid": "one"})
    mark = hmac.new(shown, f"{head}.{body}".encode(), hashlib.sha256).digest()
    return f"{head}.{body}.{base64.urlsafe_b64encode(mark).decode().rstrip('=')}"


def _bearer(made: Callable[[], str]) -> Callable[[], str]:
    return lambda: f"Bearer {made()}"


HOUR = 3600
# By what is wrong with it, the header that is refused with 401.
REFUSED: dict[str, Callable[[], str]] = {
    "no header": lambda: "",
    "no token": lambda: "Bearer",
    "an empty token": lambda: "Bearer ",
    "another scheme": lambda: f"Basic {token()}",
    "a scheme in small letters": lambda: f"bearer {token()}",
    "no scheme": token,
    "two tokens": lambda: f"Bearer {token()} {token()}",
    "nonsense": lambda: "Bearer nonsense",
    "three dots": lambda: "Bearer ...",
    "no ASCII": lambda: "Bearer na\xefef",
    "half a token": _bearer(lambda: token().rsplit(".", 1)[0]),
    "an empty signature": _bearer(lambda: token().rsplit(".", 1)[0] + "."),
    "another signature": _bearer(lambda: token()[:-20] + "A" * 20),
    "alg none": _bearer(lambda: _remade({"alg": "none"}).rsplit(".", 1)[0] + "."),
    "alg None, signed": _bearer(lambda: _remade({"alg": "None"})),
    "the public key as a secret": _bearer(_signed_with_the_public_key),
    "a secret": _bearer(lambda: token("s" * 64, "HS256")),
    "RS512": _bearer(lambda: token(algorithm="RS512")),
    "PS256": _bearer(lambda: token(algorithm="PS256")),
    "ES256": _bearer(lambda: token(ec.generate_private_key(ec.SECP256R1()), "ES256")),
    "a key of its own": _bearer(lambda: token(rsa_key("mine"))),
    "a key that nobody knows": _bearer(lambda: token(rsa_key("mine"), head={"kid": "mine"})),
    "a key that is too short": _bearer(lambda: token(rsa_key("short"), head={"kid": "short"})),
    "no name of a key": _bearer(lambda: token(head={"kid": None})),
    "a key within the token": _bearer(
        lambda: token(rsa_key("mine"), head={"kid": "mine", "jwk": public("mine"), "jku": "https://elders.example/k"})
    ),
    "what must be understood": _bearer(lambda: token(head={"crit": ["exp"]})),
    "no issuer": _bearer(lambda: token(iss=None)),
    "another issuer": _bearer(lambda: token(iss="https://sts.windows.net/elsewhere/")),
    "an issuer that looks like it": _bearer(lambda: token(iss="https://api.botframework.com/")),
    "no audience": _bearer(lambda: token(aud=None)),
    "another app": _bearer(lambda: token(aud="00000000-0000-0000-0000-000000000000")),
    "a list with this app": _bearer(lambda: token(aud=[APP, "another"])),
    "no end": _bearer(lambda: token(exp=None)),
    "an end in words": _bearer(lambda: token(exp="tomorrow")),
    "expired": _bearer(lambda: token(exp=int(time.time()) - 301)),
    "not yet": _bearer(lambda: token(nbf=int(time.time()) + HOUR)),
    "given in the future": _bearer(lambda: token(iat=int(time.time()) + HOUR)),
    "no service": _bearer(lambda: token(serviceurl=None)),
    "claims changed": _bearer(lambda: _remade(aud=APP, serviceurl="https://elders.example/")),
    "a longer life": _bearer(lambda: _remade(exp=int(time.time()) + 99 * HOUR)),
}  # fmt: skip
# True tokens for something else, refused with 403: the token, and what the activity says.
FORBIDDEN: dict[str, tuple[Callable[[], str], dict[str, Any]]] = {
    "another service in the token": (lambda: token(serviceurl="https://elders.example/"), {}),
    "another service in the activity": (token, {"serviceUrl": "https://elders.example/"}),
    "a service that looks like it": (token, {"serviceUrl": SERVICE.rstrip("/")}),
    "no service": (token, {"serviceUrl": None}),
    "another channel": (token, {"channelId": "webchat"}),
    "no channel": (token, {"channelId": None}),
    "a key for other channels": (lambda: token(rsa_key("web"), head={"kid": "web"}), {}),
    "a key for no channel": (lambda: token(rsa_key("bare"), head={"kid": "bare"}), {}),
    "another tenant": (
        token,
        {"conversation": {"tenantId": "other"}, "channelData": {"tenant": {"id": "other"}}},
    ),
    "two tenants": (token, {"channelData": {"tenant": {"id": "elsewhere"}}}),
    "no tenant": (token, {"conversation": {"id": "a:conversation"}, "channelData": {}}),
    "a tenant that is no text": (token, {"conversation": {"tenantId": ["x"]}, "channelData": {"tenant": 3}}),
}


@asynccontextmanager
async def shown_keys(keys: list[dict[str, Any]] | None = None) -> AsyncIterator[dict[str, Any]]:
    """A server that shows `keys`, which may be changed: its metadata's `address`, and how often they were `read`."""
    shown: dict[str, Any] = {
        "keys": keys
        or [
            public("one"),
            public("short"),
            public("web", endorsements=["webchat"]),
            public("bare", endorsements=None),
            {"kty": "EC", "kid": "odd"},
        ],
        "read": 0,
    }

    async def metadata(request: web.Request) -> web.Response:
        return web.json_response({"jwks_uri": str(request.url.with_path("/keys"))})

    async def key_set(request: web.Request) -> web.Response:
        shown["read"] += 1
        return web.json_response({"keys": shown["keys"]})

    app = web.Application()
    app.router.add_get("/metadata", metadata)
    app.router.add_get("/keys", key_set)
    async with TestServer(app, host=HOST) as server:
        shown["address"] = str(server.make_url("/metadata"))
        yield shown
