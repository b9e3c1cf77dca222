"""What the tests share: one trained model, one running coach, and a fresh tracker."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from rasa_sdk import Tracker
from tests_support import free_port

from tools import serve
from tools.model import ROOT, ensure_model


@dataclass
class Coach:
    """A running coach and the files that its processes log to."""

    port: int
    logs: list[Path]

    def say(self, sender: str, text: str) -> list[dict[str, Any]]:
        request = urllib.request.Request(
            f"http://{serve.HOST}:{self.port}/webhooks/rest/webhook",
            json.dumps({"sender": sender, "message": text}).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)


@pytest.fixture(scope="session")
def model() -> Path:
    return ensure_model()


@pytest.fixture(scope="session")
def coach(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Coach]:
    folder = tmp_path_factory.mktemp("coach")
    port, actions_port = free_port(), free_port()
    settings = {**serve.environment(actions_port), "TRACKER_DB": str(folder / "tracker.db")}
    processes = [serve.action_server(actions_port), serve.coach(port, model)]
    logs = [folder / f"{process.name}.log" for process in processes]
    started = []
    for process, log in zip(processes, logs, strict=True):
        with log.open("w") as out:
            started.append(
                subprocess.Popen(process.command, cwd=ROOT, env=settings, stdout=out, stderr=subprocess.STDOUT)
            )
    try:
        assert serve.wait_until_ready(processes), "\n".join(log.read_text()[-3000:] for log in logs)
        yield Coach(port, logs)
    finally:
        for process in started:
            os.kill(process.pid, signal.SIGTERM)
        for process in started:
            process.wait(timeout=30)


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
            "intent_ranking": slots.pop("ranking", []),
            "entities": entities,
        }
        events = [{"event": "user", "text": text}, *slots.pop("events", [])]
        return Tracker("sender", slots, message, events, False, None, {}, None)

    return make
