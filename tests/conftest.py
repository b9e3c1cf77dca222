"""What the tests share: one trained model, one running coach, and a fresh tracker."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import subprocess
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from databases import new_postgres_database, postgres_server
from rasa.core.agent import Agent
from rasa_sdk import Tracker

from coach.message import Message
from tools import serve
from tools.chat import send
from tools.model import ensure_model
from tools.settings import environment, free_port


@dataclass
class Coach:
    """A running coach, its database, the files that its processes log to, and its action server."""

    port: int
    database: Path
    logs: list[Path]
    action_server: subprocess.Popen[bytes]

    def say(self, sender: str, text: str) -> list[dict[str, Any]]:
        return send(self.port, sender, text)

    def let_pass(self, sender: str, seconds: float) -> None:
        """Make everything that was said so far that much older."""
        with sqlite3.connect(self.database) as connection:
            rows = connection.execute("SELECT id, data FROM events WHERE sender_id = ?", (sender,)).fetchall()
            for number, data in rows:
                event = json.loads(data)
                event["timestamp"] -= seconds
                connection.execute("UPDATE events SET data = ? WHERE id = ?", (json.dumps(event), number))


@pytest.fixture(scope="session")
def model() -> Path:
    return ensure_model()


@pytest.fixture(scope="session")
def recognised(model: Path) -> Callable[[str], Message]:
    """What the trained model makes of a text, as the coach hears it."""
    agent = Agent.load(str(model))
    return lambda text: Message.of(asyncio.run(agent.parse_message(text)))


@contextmanager
def running_coach(model: Path, folder: Path, **settings: str) -> Iterator[Coach]:
    port, actions_port = free_port(), free_port()
    database = folder / "tracker.db"
    settings = {**environment(actions_port, port), "DATABASE_URL": f"sqlite:///{database}", **settings}
    processes = [serve.action_server(actions_port), serve.coach(port, model)]
    with serve.running(processes, settings, folder) as (action_server, _):
        yield Coach(port, database, [folder / f"{process.name}.log" for process in processes], action_server)


@pytest.fixture(scope="session")
def coach(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Coach]:
    with running_coach(model, tmp_path_factory.mktemp("coach")) as coach:
        yield coach


@pytest.fixture(scope="session")
def coach_with_sender(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Coach]:
    """One that offers to send a leader's summary to the network."""
    with running_coach(model, tmp_path_factory.mktemp("coach_with_sender"), HANDOFF_SENDER="on") as coach:
        yield coach


@pytest.fixture(scope="session")
def postgres() -> Iterator[Any]:
    """The server on which most tests make their databases."""
    with postgres_server() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A new, empty database of each kind, for conversations."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/conversations.db"
    return new_postgres_database(request.getfixturevalue("postgres"))


@pytest.fixture
def sender() -> str:
    return uuid.uuid4().hex


@pytest.fixture
def new_tracker() -> Callable[..., Tracker]:
    """A tracker with these slots, after one message with this intent, as rasa-sdk hands it to an action."""

    def make(text: str = "", intent: str = "give_answer", certainty: float = 0.9, **slots: Any) -> Tracker:
        entities = slots.pop("entities", [])
        message = {
            "text": text,
            "intent": {"name": intent, "confidence": certainty},
            "intent_ranking": slots.pop("ranking", [{"name": intent, "confidence": certainty}]),
            "entities": entities,
            "danger": slots.pop("danger_told", {}),
        }
        events = [{"event": "user", "text": text}, *slots.pop("events", [])]
        return Tracker("sender", slots, message, events, False, None, {}, None)

    return make
