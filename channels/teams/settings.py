"""How the channel of Teams is set: docs/teams.md."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509 import load_pem_x509_certificate

from channels.teams.outgoing import Hosts, Tokens, tokens_for
from channels.teams.trust import METADATA
from channels.tokens import Keys

GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
ADDRESS = re.compile(r"https?://[^\s/?#@]+(/[^\s?#]*)?")
PEM = re.compile(r"-----BEGIN ([A-Z ]+)-----.+?-----END \1-----", re.DOTALL)
DAYS = 28.0


@dataclass(frozen=True)
class Settings:
    """Who the bot is, whose people it hears, and where its replies may go.

    `website` is where the pages of summaries are, signed by `keys` and open for `days`; empty where nobody can reach
    them. `metadata` says where the keys of the Bot Connector are.
    """

    app_id: str
    tenants: frozenset[str]
    tokens: Tokens
    hosts: Hosts
    metadata: str = METADATA
    website: str = ""
    keys: Keys | None = None
    days: float = DAYS

    @classmethod
    def of(cls, told: dict[str, Any]) -> Settings | None:
        """The settings of a credentials file; None where Teams is off, without an app id.

        Raises:
            ValueError: something is missing or cannot be read.
        """
        told = {name: str(value).strip() for name, value in told.items() if value is not None}
        app_id, tenant = told.get("app_id", "").lower(), told.get("tenant", "").lower()
        if not app_id:
            return None
        others = _listed(told.get("tenants", "").lower())
        named = [("TEAMS_APP_ID", app_id), ("TEAMS_TENANT_ID", tenant)]
        for name, given in (*named, *(("TEAMS_OTHER_TENANTS", other) for other in others)):
            if not GUID.fullmatch(given):
                raise ValueError(f"{name} is {given!r}; it reads 00000000-0000-0000-0000-000000000000.")
        if bool(told.get("secret")) == bool(told.get("certificate")):
            raise ValueError("Teams needs either TEAMS_SECRET or TEAMS_CERTIFICATE, and not both.")
        certificate = _certificate(told["certificate"]) if told.get("certificate") else None
        public, keys = told.get("public_url", "").rstrip("/"), _listed(told.get("keys", ""))
        if public and not ADDRESS.fullmatch(public):
            raise ValueError(f"PUBLIC_URL is {public!r}; it reads https://coach.example.nl.")
        return cls(
            app_id,
            frozenset({tenant, *others}),
            tokens_for(app_id, tenant, told.get("secret", ""), certificate, told.get("login", "")),
            _read("TEAMS_SERVICES", told.get("services", ""), lambda given: Hosts(_listed(given))),
            told.get("metadata") or METADATA,
            f"{public}/webhooks/website/" if public and keys else "",
            Keys(keys) if keys else None,
            _read("RETENTION_DAYS", told.get("days") or DAYS, float),
        )


def _read[Read](variable: str, given: Any, reader: Callable[[Any], Read]) -> Read:
    try:
        return reader(given)
    except ValueError as error:
        raise ValueError(f"{variable} is {given!r}: {error}.") from None


def _listed(told: str) -> tuple[str, ...]:
    return tuple(told.replace(",", " ").split())


def _certificate(path: str) -> dict[str, str]:
    """The private key and its certificate of a PEM file, as MSAL takes them; those of issuers may stand behind it.

    Raises:
        ValueError: the file cannot be read, or has not both.
    """
    try:
        parts = [(found[1], found[0]) for found in PEM.finditer(Path(path).read_text(encoding="ascii"))]
        key = next(part for kind, part in parts if kind.endswith("PRIVATE KEY"))
        certificate = next(part for kind, part in parts if kind == "CERTIFICATE")
        public = load_pem_private_key(key.encode(), None).public_key()
        fits = load_pem_x509_certificate(certificate.encode()).public_key() == public
    except (OSError, ValueError, TypeError, StopIteration) as error:
        told = f"TEAMS_CERTIFICATE is no PEM file with a private key, without a password, and its certificate: {path}"
        raise ValueError(f"{told} ({type(error).__name__}).") from None
    if not fits:
        raise ValueError(f"The first certificate in TEAMS_CERTIFICATE is not the private key's: {path}.")
    return {"private_key": key, "public_certificate": certificate}
