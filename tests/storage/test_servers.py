"""Two real coaches on one real PostgreSQL: many at once, and each part killed, frozen and back.

`ROUNDS` plays each of them that many times, for `make soak`.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import psutil
import pytest
import sqlalchemy as sa
from databases import new_postgres_database

from storage.schema import events
from tools import serve
from tools.chat import send
from tools.model import ROOT
from tools.settings import DIRECT, HOST, environment, free_port

ROUNDS = int(os.environ.get("ROUNDS", "1"))
PATIENCE = 90  # seconds until a client gives up
LEADERS = 1000 if ROUNDS > 1 else 40
# How many leaders begin in a second, how long they think, and for how long each worker is left alone, in seconds. In a
# hurry a thousand ask more than two cores can give: then each must still come to the end, however long it takes.
PACES = {"in a hurry": (LEADERS / 10, "1 5", 3)} | ({"as people do": (5, "60 180", 60)} if ROUNDS > 1 else {})
# All of them come from this one address.
RATES = dict.fromkeys(("WEBSITE_MESSAGES_OF_AN_ADDRESS", "WEBSITE_CONVERSATIONS_OF_AN_ADDRESS"), "100000/second")
STORY = "ik mag niks beslissen aan tafel, alles moet eerst langs mijn directeur"

rounds = pytest.mark.parametrize("round_number", range(ROUNDS))


@dataclass
class Service:
    """Two coaches, their action server, and the database behind them."""

    ports: list[int]
    actions: serve.Process
    settings: dict[str, str]
    database: sa.engine.Engine
    postgres: Any
    coaches: list[subprocess.Popen[bytes]] = field(default_factory=list)
    commands: list[serve.Process] = field(default_factory=list)
    action_server: subprocess.Popen[bytes] | None = None

    def start(self, process: serve.Process) -> subprocess.Popen[bytes]:
        child = subprocess.Popen(
            process.command, cwd=ROOT, env=self.settings, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        serve.wait_until_ready([process])
        return child

    def log(self, sender: str) -> list[dict[str, Any]]:
        """The stored events of a conversation; their numbers have no gap."""
        with self.database.connect() as connection:
            rows = connection.execute(
                sa.select(events.c.sequence, events.c.data).where(events.c.sender_id == sender).order_by(events.c.id)
            ).all()
        assert [row.sequence for row in rows] == list(range(1, len(rows) + 1))
        return [json.loads(row.data) for row in rows]

    def said(self, sender: str) -> list[str]:
        return [event["text"] for event in self.log(sender) if event["event"] == "user"]

    def ask(self, sender: str, text: str, message_id: str, first: int = 0) -> list[dict[str, Any]]:
        """What a channel's client does: the same message again, to the next coach, until it is answered."""
        deadline = time.monotonic() + PATIENCE
        for attempt in range(1000):
            try:
                return send(self.ports[(first + attempt) % len(self.ports)], sender, text, message_id)
            except urllib.error.HTTPError as error:
                if error.code != 503 or not error.headers["Retry-After"]:
                    raise
            except OSError:
                pass
            assert time.monotonic() < deadline, "no answer"
            time.sleep(0.2)
        raise AssertionError


@pytest.fixture(scope="module")
def service(mortal_postgres: Any, model: Path) -> Iterator[Service]:
    address = new_postgres_database(mortal_postgres)
    actions_port = free_port()
    ports = [free_port(), free_port()]
    engine = sa.create_engine(address, poolclass=sa.pool.NullPool, future=True)
    actions = serve.action_server(actions_port)
    settings = {**environment(actions_port), "DATABASE_URL": address, "OMP_NUM_THREADS": "1", **RATES}
    commands = [replace(serve.coach(port, model), name=f"coach-{port}") for port in ports]
    service = Service(ports, actions, settings, engine, mortal_postgres, commands=commands)
    with ExitStack() as stack:
        # Both at once, on an empty database.
        with ThreadPoolExecutor(3) as starting:
            service.action_server, *service.coaches = starting.map(service.start, [actions, *commands])
        stack.callback(lambda: [child.kill() for child in (*service.coaches, service.action_server) if child])
        yield service


def get(port: int, path: str) -> tuple[int, float]:
    """The status of a path, and the seconds that it took."""
    start = time.monotonic()
    try:
        with DIRECT.open(f"http://{HOST}:{port}{path}", timeout=5) as answer:
            return int(answer.status), time.monotonic() - start
    except urllib.error.HTTPError as error:
        return error.code, time.monotonic() - start


@contextmanager
def frozen(pid: int) -> Iterator[None]:
    """A process and its children stand still."""
    processes = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    for process in processes:
        process.suspend()
    try:
        yield
    finally:
        for process in processes:
            if process.is_running():
                process.resume()


@rounds
def test_twenty_messages_at_once_from_each_of_ten_senders(service: Service, round_number: int) -> None:
    senders = [uuid.uuid4().hex for _ in range(10)]
    asked = [(sender, f"bericht nummer {n} over ons overleg") for n in range(20) for sender in senders]
    with ThreadPoolExecutor(40) as clients:
        replies = list(clients.map(lambda job: service.ask(*job[1], uuid.uuid4().hex, job[0] % 2), enumerate(asked)))
    assert all(replies)
    for sender in senders:
        log = service.log(sender)
        assert Counter(service.said(sender)) == Counter(text for whose, text in asked if whose == sender)
        assert sum(event["event"] == "session_started" for event in log) == 1
        # Whole turns, one after another: what comes before a message is the end of the turn before it.
        before = [log[at - 1] for at, event in enumerate(log) if event["event"] == "user"]
        assert all(event["event"] == "action" and event["name"] == "action_listen" for event in before)


@rounds
def test_the_same_message_to_both_coaches_at_once_is_taken_once(service: Service, round_number: int) -> None:
    sender, message_id = uuid.uuid4().hex, uuid.uuid4().hex
    with ThreadPoolExecutor(6) as clients:
        replies = list(clients.map(lambda n: service.ask(sender, STORY, message_id, n), range(6)))
    assert all(reply == replies[0] for reply in replies)
    assert service.said(sender) == [STORY]


@rounds
def test_a_coach_killed_in_its_turn_loses_and_doubles_nothing(service: Service, round_number: int) -> None:
    """Killed as soon as the turn stands in the database, which is mostly before the reply went out."""
    sender, message_id = uuid.uuid4().hex, uuid.uuid4().hex
    first: list[Any] = []

    def ask_once() -> None:
        try:
            first.append(send(service.ports[0], sender, STORY, message_id))
        except OSError:
            first.append(None)

    asking = threading.Thread(target=ask_once)
    asking.start()
    with service.database.connect() as connection:
        count = sa.select(sa.func.count()).select_from(events).where(events.c.sender_id == sender)
        deadline = time.monotonic() + PATIENCE
        while not connection.execute(count).scalar() and time.monotonic() < deadline:
            connection.rollback()
    service.coaches[0].kill()
    asking.join()
    replies = service.ask(sender, STORY, message_id, 1)
    assert first[0] in (None, replies)
    assert service.said(sender) == [STORY]
    service.ask(sender, "ja dat klopt", uuid.uuid4().hex, 1)
    assert service.said(sender) == [STORY, "ja dat klopt"]
    service.coaches[0].wait()
    service.coaches[0] = service.start(service.commands[0])
    assert send(service.ports[0], sender, STORY, message_id) == replies


def while_away(service: Service, away: Callable[[], Any], back: Callable[[Any], None]) -> None:
    """A conversation before, while something is away, and after: refused while it is, and nothing lost or doubled."""
    sender, ids = uuid.uuid4().hex, [uuid.uuid4().hex for _ in range(3)]
    replies = service.ask(sender, STORY, ids[0])
    kept = away()
    try:
        with pytest.raises(urllib.error.HTTPError) as refused:
            send(service.ports[0], sender, "ja dat klopt", ids[1])
        assert refused.value.code == 503
        told = json.load(refused.value)
        assert "Stuur het zo nog eens" in told["text"]
        for port in service.ports:
            assert get(port, "/")[0] == 200
    finally:
        back(kept)
    service.ask(sender, "ja dat klopt", ids[1])
    assert service.ask(sender, STORY, ids[0], 1) == replies
    service.ask(sender, "manager in de jeugdhulp", ids[2], 1)
    assert service.said(sender) == [STORY, "ja dat klopt", "manager in de jeugdhulp"]
    assert get(service.ports[0], "/webhooks/health/")[0] == 200


@rounds
def test_without_the_action_server_a_turn_is_refused_and_taken_when_it_is_back(
    service: Service, round_number: int
) -> None:
    def kill() -> None:
        assert service.action_server
        service.action_server.kill()
        service.action_server.wait()

    def start(_: None) -> None:
        service.action_server = service.start(service.actions)

    while_away(service, kill, start)


@rounds
def test_with_a_frozen_action_server_a_turn_is_refused_in_seconds(service: Service, round_number: int) -> None:
    def freeze() -> Any:
        assert service.action_server
        context = frozen(service.action_server.pid)
        context.__enter__()
        return context

    while_away(service, freeze, lambda context: context.__exit__(None, None, None))


@rounds
def test_with_a_frozen_database_turns_are_refused_and_the_server_lives(service: Service, round_number: int) -> None:
    sender, message_id = uuid.uuid4().hex, uuid.uuid4().hex

    def freeze() -> Any:
        in_the_middle = threading.Thread(target=service.ask, args=(sender, STORY, message_id))
        in_the_middle.start()
        time.sleep(0.03)
        context = frozen(service.postgres.get_pid())
        context.__enter__()
        statuses, slowest = [], 0.0
        for _ in range(30):
            for port in service.ports:
                (root, first), (health, second) = get(port, "/"), get(port, "/webhooks/health/")
                assert root == 200
                statuses.append(health)
                slowest = max(slowest, first, second)
            time.sleep(0.1)
        assert statuses[-2:] == [503, 503]
        print(f"slowest answer of / and of health while the database was frozen: {slowest * 1000:.0f} ms")
        return context, in_the_middle

    def thaw(kept: Any) -> None:
        context, in_the_middle = kept
        context.__exit__(None, None, None)
        in_the_middle.join(PATIENCE)

    while_away(service, freeze, thaw)
    assert service.said(sender) == [STORY]


@rounds
def test_a_killed_database_loses_nothing(service: Service, round_number: int) -> None:
    def kill() -> None:
        pid = service.postgres.get_pid()
        family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
        os.kill(pid, signal.SIGKILL)
        psutil.wait_procs(family, 30)

    def start(_: None) -> None:
        service.postgres.ensure_postgres_running()

    while_away(service, kill, start)


@pytest.mark.parametrize(("begin", "pause", "alone"), PACES.values(), ids=PACES)
def test_many_leaders_on_the_website_while_workers_come_and_go(
    service: Service, begin: float, pause: str, alone: float
) -> None:
    addresses = " ".join(f"http://{HOST}:{port}" for port in service.ports)
    load = subprocess.Popen(
        [
            *(sys.executable, "-m", "locust", "-f", str(ROOT / "benchmarks/load.py"), "--headless", "--only-summary"),
            *("--users", str(LEADERS), "--spawn-rate", str(begin)),
        ],
        env={**os.environ, "LOAD_ADDRESSES": addresses, "LOAD_LEADERS": str(LEADERS), "LOAD_PAUSE": pause},
    )
    turns = 0
    while load.poll() is None:
        which = turns % 2
        time.sleep(alone)
        service.coaches[which].kill()
        service.coaches[which].wait()
        service.coaches[which] = service.start(service.commands[which])
        turns += 1
    assert turns
    assert load.returncode == 0
