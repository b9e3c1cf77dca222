"""What is read from the environment: ports, and where the conversations are kept."""

from __future__ import annotations

import os
import socket
import urllib.request

HOST = "127.0.0.1"
# These addresses are this machine's own: a proxy for the outside does not know them.
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def environment(actions_port: int = 5055) -> dict[str, str]:
    """The environment of every process; a database that was set stands."""
    return {
        "DATABASE_URL": "sqlite:///reflectiecoach.db",
        **os.environ,
        "ACTIONS_PORT": str(actions_port),
        "SANIC_HOST": HOST,  # where rasa-sdk listens; it has no option for it
        "PYTHONUNBUFFERED": "1",
    }


def port_from(variable: str, default: int) -> int:
    """The port that an environment variable sets.

    Raises:
        SystemExit: it is no port, or something listens there already.
    """
    value = os.environ.get(variable, str(default))
    if not value.isdecimal() or not 0 < int(value) < 65536:  # noqa: PLR2004 - the highest port and one
        raise SystemExit(f"{variable} is {value!r}; a port from 1 to 65535 is needed.")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, int(value)))
        except OSError as error:
            raise SystemExit(
                f"Port {value} cannot be used ({error.strerror}). Choose another: make run {variable}=..."
            ) from None
    return int(value)


def free_port() -> int:
    """A port on which nothing listens now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
