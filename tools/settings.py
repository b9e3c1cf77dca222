"""What is read from the environment: ports, where conversations are kept, who may show the widget, whose Teams app.

The staff app reads its own in review/settings.py.
"""

from __future__ import annotations

import os
import secrets
import socket
import tempfile
import urllib.request
from contextlib import suppress
from pathlib import Path

HOST = "127.0.0.1"
# These addresses are this machine's own: a proxy for the outside does not know them.
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


# Unset, the channels' own defaults hold; Rasa's credentials need a value for every variable that they name.
OF_THE_CHANNELS = (
    "WEBSITE_PROXIES", "REDIS_URL", "WEBSITE_MESSAGES_OF_A_CONVERSATION", "WEBSITE_MESSAGES_OF_AN_ADDRESS",
    "WEBSITE_CONVERSATIONS_OF_AN_ADDRESS", "RETENTION_DAYS",
    "PUBLIC_URL", "TEAMS_APP_ID", "TEAMS_TENANT_ID", "TEAMS_SECRET", "TEAMS_CERTIFICATE", "TEAMS_OTHER_TENANTS",
    "TEAMS_METADATA", "TEAMS_LOGIN", "TEAMS_SERVICES",
)  # fmt: skip
# What the app package of Teams is made with (docs/teams.md).
OF_THE_TEAMS_PACKAGE = (
    "TEAMS_APP_ID", "TEAMS_DEVELOPER", "TEAMS_WEBSITE_URL", "TEAMS_PRIVACY_URL", "TEAMS_TERMS_URL", "PUBLIC_URL",
)  # fmt: skip
PRIVATE = Path(__file__).parent.parent / ".tools"


def environment(actions_port: int = 5055, coach_port: int = 5005) -> dict[str, str]:
    """The environment of every process on this machine; what was set stands."""
    return {
        "DATABASE_URL": "sqlite:///reflectiecoach.db",
        "REVIEW_DATABASE_URL": "sqlite:///review.db",
        "REVIEW_DEVELOPMENT": "on",
        **dict.fromkeys(OF_THE_CHANNELS, ""),
        "WEBSITE_ORIGINS": f"http://{HOST}:{coach_port} http://localhost:{coach_port}",
        **os.environ,
        "WEBSITE_KEYS": os.environ.get("WEBSITE_KEYS") or development_key("website"),
        "REVIEW_SECRET": os.environ.get("REVIEW_SECRET") or development_key("review"),
        "ACTIONS_PORT": str(actions_port),
        "SANIC_HOST": HOST,  # where rasa-sdk listens; it has no option for it
        "PYTHONUNBUFFERED": "1",
    }


def of_the_teams_package() -> dict[str, str]:
    """What the app package of Teams is made with; empty where it is not set."""
    return {name: os.environ.get(name, "").strip() for name in OF_THE_TEAMS_PACKAGE}


def development_key(name: str) -> str:
    """A key for this machine alone: made once, so that what it signed outlives a restart, and kept out of git."""
    path = PRIVATE / f"{name}.key"
    if not path.exists():
        PRIVATE.mkdir(exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=PRIVATE) as file:  # readable for this user alone
            file.write(secrets.token_urlsafe(48))
            file.flush()
            with suppress(FileExistsError):  # another process was first
                os.link(file.name, path)
    return path.read_text().strip()


def port_of(variable: str, default: int) -> int:
    """The port that an environment variable sets.

    Raises:
        SystemExit: it is no port.
    """
    value = os.environ.get(variable, str(default))
    if not value.isdecimal() or not 0 < int(value) < 65536:  # noqa: PLR2004 - the highest port and one
        raise SystemExit(f"{variable} is {value!r}; a port from 1 to 65535 is needed.")
    return int(value)


def port_from(variable: str, default: int) -> int:
    """The port that an environment variable sets, to listen on.

    Raises:
        SystemExit: it is no port, or something listens there already.
    """
    value = port_of(variable, default)
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, value))
        except OSError as error:
            raise SystemExit(
                f"Port {value} cannot be used ({error.strerror}). Choose another: make run {variable}=..."
            ) from None
    return value


def free_port() -> int:
    """A port on which nothing listens now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
