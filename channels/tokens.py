"""Signed tokens (JSON Web Tokens, RFC 7519): for one conversation, or for one summary."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import jwt

ALGORITHM = "HS256"
ISSUER = "reflectiecoach"
# RFC 7518, 3.2: a key is at least as long as the hash.
LEAST_BYTES = 32
CLAIMS = ("sub", "aud", "iss", "iat", "exp")


class TokenError(Exception):
    """A token that is forged, expired, or for something else."""


@dataclass(frozen=True)
class Token:
    """A token and when it expires, in seconds since 1970."""

    text: str
    expires_at: int


class Keys:
    """The keys that tokens are signed with: the first signs and all are accepted.

    A key is replaced by putting the new one before it, and removed once the last token of the old one has expired.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        """Take one key or more, the newest first.

        Raises:
            ValueError: there is none, or one is shorter than 32 bytes.
        """
        if not keys or any(len(key.encode()) < LEAST_BYTES for key in keys):
            raise ValueError(f"Tokens need at least one key, each of at least {LEAST_BYTES} bytes.")
        self._keys = tuple(keys)

    def sign(self, purpose: str, subject: str, seconds: float, **claims: Any) -> Token:
        """A token for `subject`, for one `purpose`, valid for so many seconds."""
        now = int(time.time())
        expires_at = now + int(seconds)
        registered = {"sub": subject, "aud": purpose, "iss": ISSUER, "iat": now, "exp": expires_at}
        return Token(jwt.encode({**claims, **registered}, self._keys[0], ALGORITHM), expires_at)

    def read(self, purpose: str, token: str) -> dict[str, Any]:
        """The claims of a token that one of the keys signed for `purpose`; the subject is `sub`.

        Raises:
            TokenError: it is no such token, or not any more.
        """
        for key in self._keys:
            try:
                return dict(
                    jwt.decode(
                        token, key, [ALGORITHM], audience=purpose, issuer=ISSUER, options={"require": list(CLAIMS)}
                    )
                )
            except jwt.InvalidSignatureError:
                continue
            except (jwt.InvalidTokenError, ValueError):  # of a text that is no ASCII, the latter
                break
        raise TokenError
