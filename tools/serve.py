"""Starts the product on 127.0.0.1: `python -m tools.serve` all of it, `python -m tools.serve shell` a chat here."""

from __future__ import annotations

import os
import shlex
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from honcho.manager import Manager

from tools.model import ROOT, ensure_model

READY_WITHIN = 120  # seconds
HOST = "127.0.0.1"


@dataclass(frozen=True)
class Process:
    """One process of the product: how it starts, and the address that answers 200 when it is ready."""

    name: str
    command: list[str]
    ready: str


def environment(actions_port: int) -> dict[str, str]:
    """The environment of every process; a tracker database that was set stands."""
    return {
        "TRACKER_DB": "reflectiecoach.db",
        **os.environ,
        "ACTIONS_PORT": str(actions_port),
        "SANIC_HOST": HOST,  # where rasa-sdk listens; it has no option for it
        "PYTHONUNBUFFERED": "1",
    }


def action_server(port: int) -> Process:
    """The action server."""
    command = [sys.executable, "-m", "rasa_sdk", "--actions", "actions", "-p", str(port)]
    return Process("actions", command, f"http://{HOST}:{port}/health")


def coach(port: int, model: Path) -> Process:
    """The Rasa server with `model`."""
    command = [sys.executable, "-m", "rasa", "run", "-m", str(model), "-i", HOST, "-p", str(port)]
    return Process("coach", command, f"http://{HOST}:{port}/webhooks/rest/")


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


def status_of(process: Process) -> int | None:
    """The HTTP status that the process answers with; None while it does not answer."""
    try:
        with urllib.request.urlopen(process.ready, timeout=2) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return None


def wait_until_ready(processes: list[Process]) -> bool:
    """Whether all processes answer 200 within `READY_WITHIN` seconds; False at once when one answers otherwise.

    Rasa answers only after it tried to load its model: 503 then means that the model does not fit.
    """
    deadline = time.monotonic() + READY_WITHIN
    while time.monotonic() < deadline:
        statuses = {status_of(process) for process in processes}
        if statuses == {200}:
            return True
        if statuses - {200, None}:
            return False
        time.sleep(0.25)
    return False


def run() -> int:
    """Start everything, say where to go, and stop everything on Ctrl-C or when one of them stops."""
    coach_port, actions_port = port_from("RASA_PORT", 5005), port_from("ACTIONS_PORT", 5055)
    model = ensure_model()
    processes = [action_server(actions_port), coach(coach_port, model)]
    manager = Manager()
    for process in processes:
        manager.add_process(process.name, shlex.join(process.command), env=environment(actions_port), cwd=str(ROOT))

    def announce() -> None:
        if wait_until_ready(processes):
            print(
                f"\nReflectiecoach is ready.\n"
                f"  chat in the terminal   make shell (in another window)\n"
                f"  scripts                POST http://{HOST}:{coach_port}/webhooks/rest/webhook\n"
                f"  stop                   Ctrl-C\n",
                flush=True,
            )
        else:
            print(
                f"\nThe coach could not load {model.name}. Remove it and start again: rm models/{model.name}; make run",
                flush=True,
            )
            manager.terminate()

    threading.Thread(target=announce, daemon=True).start()
    manager.loop()
    return int(manager.returncode or 0)


def shell() -> int:
    """Chat in this terminal, with an action server of its own on a free port."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = int(probe.getsockname()[1])
    model = ensure_model()
    server = action_server(port)
    settings = environment(port)
    with subprocess.Popen(
        server.command, cwd=ROOT, env=settings, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as actions:
        try:
            if not wait_until_ready([server]):
                raise SystemExit("The action server does not start; try: make run")
            command = [
                sys.executable,
                "-m",
                "rasa",
                "shell",
                "-m",
                str(model),
                "-p",
                os.environ.get("SHELL_PORT", "5006"),
            ]
            return subprocess.run(command, cwd=ROOT, env=settings, check=False).returncode
        finally:
            actions.terminate()


if __name__ == "__main__":
    try:
        sys.exit(shell() if sys.argv[1:] == ["shell"] else run())
    except KeyboardInterrupt:
        sys.exit(130)
