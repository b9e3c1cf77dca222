"""Tokens that look like ours and are not, each by the way in which it is forged."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable

import jwt

# The key of the channel in these tests, the one before it, and one that it does not have.
KEY, BEFORE, OTHER = "k" * 32, "b" * 32, "o" * 32
PURPOSE = "conversation"


def forged(key: str = KEY, algorithm: str = "HS256", **claims: object) -> str:
    now = int(time.time())
    whole = {"sub": "x", "aud": PURPOSE, "iss": "reflectiecoach", "iat": now, "exp": now + 60, **claims}
    return jwt.encode({name: value for name, value in whole.items() if value is not None}, key, algorithm)


def unsigned() -> str:
    _, body, _ = forged().split(".")
    none = base64.urlsafe_b64encode(json.dumps({"alg": "none", "typ": "JWT"}).encode()).decode().rstrip("=")
    return f"{none}.{body}."


def tampered() -> str:
    head, body, signature = forged().split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    other = base64.urlsafe_b64encode(json.dumps({**claims, "sub": "somebody else"}).encode()).decode().rstrip("=")
    return f"{head}.{other}.{signature}"


FORGED: dict[str, Callable[[], str]] = {
    "another key": lambda: forged(OTHER),
    "another algorithm": lambda: forged(KEY * 2, "HS512"),
    "no signature": unsigned,
    "tampered with": tampered,
    "expired": lambda: forged(exp=int(time.time()) - 1),
    "for something else": lambda: forged(aud="summary"),
    "of somebody else": lambda: forged(iss="another"),
    "without an end": lambda: forged(exp=None),
    "without a subject": lambda: forged(sub=None),
    "without a purpose": lambda: forged(aud=None),
    "empty": lambda: "",
    "no token": lambda: "nonsense",
    "no ASCII": lambda: "na\xefef",
    "half a token": lambda: forged().rsplit(".", 1)[0],
}
