"""Starts the product on 127.0.0.1: `python -m tools.serve` all of it, `... shell` a chat here.

`... review COMMAND` runs a command of the staff app, such as `createsuperuser`, with the settings of this machine.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import threading
import time
import urllib.error
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from honcho.manager import Manager

from tools.chat import chat
from tools.model import ROOT, ensure_model
from tools.settings import DIRECT, HOST, environment, free_port, port_from

READY_WITHIN = 120  # seconds
REVIEW = [sys.executable, "-m", "review"]
MIGRATE = ["migrate", "--verbosity", "0"]


@dataclass(frozen=True)
class Process:
    """One process of the product: how it starts, and the address that answers 200 when it is ready, if it has any."""

    name: str
    command: list[str]
    ready: str | None = None


def action_server(port: int) -> Process:
    """The action server."""
    command = [sys.executable, "-m", "rasa_sdk", "--actions", "actions", "-p", str(port)]
    return Process("actions", command, f"http://{HOST}:{port}/health")


def coach(port: int, model: Path) -> Process:
    """The Rasa server with `model`."""
    command = [sys.executable, "-m", "rasa", "run", "-m", str(model), "-i", HOST, "-p", str(port)]
    return Process("coach", command, f"http://{HOST}:{port}/webhooks/rest/")


def review_web(port: int) -> Process:
    """The staff app's pages."""
    command = [sys.executable, "-m", "gunicorn", "review.wsgi", "--bind", f"{HOST}:{port}", "--threads", "4"]
    return Process("review", [*command, "--no-control-socket"], f"http://{HOST}:{port}/gezond/")


def review_worker() -> Process:
    """What follows the conversations for the staff app, and sends the hand-offs."""
    return Process("worker", [*REVIEW, "worker"])


def status_of(address: str) -> int | None:
    """The HTTP status that comes from `address`; None while nothing answers."""
    try:
        with DIRECT.open(address, timeout=2) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return None


class NotReadyError(Exception):
    """A process does not answer as it should; the message names it."""


def wait_until_ready(processes: list[Process]) -> None:
    """Wait until all processes answer 200.

    Raises:
        NotReadyError: one answers otherwise (Rasa does when its model does not load), or not within `READY_WITHIN`.
    """
    deadline = time.monotonic() + READY_WITHIN
    waiting = [process for process in processes if process.ready]
    while waiting:
        status = status_of(str(waiting[0].ready))
        if status == HTTPStatus.OK:
            waiting.pop(0)
        elif status is not None:
            raise NotReadyError(f"{waiting[0].name} answers {status}")
        elif time.monotonic() > deadline:
            raise NotReadyError(f"{waiting[0].name} does not answer within {READY_WITHIN} seconds")
        else:
            time.sleep(0.25)


@contextmanager
def running(
    processes: list[Process], settings: dict[str, str], logs: Path | None = None
) -> Iterator[list[subprocess.Popen[bytes]]]:
    """The processes, ready and for as long as the block lasts; each writes to its own file in the folder `logs`.

    Raises:
        NotReadyError: one does not get ready; all are stopped then.
    """
    with ExitStack() as stack:
        started = []
        for process in processes:
            out = stack.enter_context((logs / f"{process.name}.log" if logs else Path(os.devnull)).open("wb"))
            child = subprocess.Popen(process.command, cwd=ROOT, env=settings, stdout=out, stderr=subprocess.STDOUT)
            stack.enter_context(child)
            stack.callback(child.terminate)
            started.append(child)
        wait_until_ready(processes)
        yield started


def run() -> int:
    """Start everything, say where to go, and stop everything on Ctrl-C or when one of them stops."""
    coach_port, actions_port = port_from("RASA_PORT", 5005), port_from("ACTIONS_PORT", 5055)
    review_port = port_from("REVIEW_PORT", 8000)
    # The mail that a leader asks for is sent: by the worker, which prints it where no mail server is set.
    settings = {"HANDOFF_SENDER": "on", **environment(actions_port, coach_port)}
    model = ensure_model()
    run_review(MIGRATE, settings)
    processes = [action_server(actions_port), coach(coach_port, model), review_web(review_port), review_worker()]
    manager = Manager()
    for process in processes:
        manager.add_process(process.name, shlex.join(process.command), env=settings, cwd=str(ROOT))

    def announce() -> None:
        try:
            wait_until_ready(processes)
        except NotReadyError as error:
            print(
                f"\nThe product does not start: {error}. The lines above say more.\n"
                f"If the model is the trouble, train it anew: rm models/{model.name}; make run",
                flush=True,
            )
            manager.terminate()
            return
        print(
            f"\nReflectiecoach is ready.\n"
            f"  chat on a page         http://{HOST}:{coach_port}/webhooks/website/\n"
            f"  chat in the terminal   make shell (in another window)\n"
            f"  read conversations     http://{HOST}:{review_port}/ (make administrator makes the first account,\n"
            f"                         make demonstration makes a few conversations; in another window)\n"
            f"  scripts                POST http://{HOST}:{coach_port}/webhooks/rest/webhook\n"
            f"  stop                   Ctrl-C\n",
            flush=True,
        )

    threading.Thread(target=announce, daemon=True).start()
    manager.loop()
    return int(manager.returncode or 0)


def shell() -> int:
    """Chat in this terminal, with servers of its own on free ports."""
    model = ensure_model()
    port, actions_port = free_port(), free_port()
    print("Starting the coach ...", flush=True)
    try:
        with running([action_server(actions_port), coach(port, model)], environment(actions_port, port)):
            chat(port)
    except NotReadyError as error:
        raise SystemExit(f"The chat does not start: {error}. `make run` shows why.") from None
    return 0


def run_review(command: list[str], settings: dict[str, str]) -> None:
    """Run a command of the staff app.

    Raises:
        SystemExit: it failed, and said why.
    """
    if code := subprocess.run([*REVIEW, *command], cwd=ROOT, env=settings, check=False).returncode:
        raise SystemExit(code)


def review(command: list[str]) -> int:
    """A command of the staff app, in a review database with all its tables."""
    run_review(MIGRATE, environment())
    run_review(command, environment())
    return 0


if __name__ == "__main__":
    try:
        match sys.argv[1:]:
            case ["shell"]:
                sys.exit(shell())
            case ["review", *command]:
                sys.exit(review(command))
            case _:
                sys.exit(run())
    except KeyboardInterrupt:
        sys.exit(130)
