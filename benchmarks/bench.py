"""`make bench`: training from nothing, start-up, reply, recognition, memory and disk, on this machine."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid
from collections.abc import Callable
from functools import partial
from pathlib import Path

import psutil
from rasa.core.agent import Agent
from rasa.utils.log_utils import configure_structlog

from tools import serve
from tools.model import ROOT
from tools.settings import HOST, environment, free_port

MESSAGES = ("hallo", "ik mag aan die tafel niks beslissen", "ja", "schoolleider", "wij bellen nu gewoon", "sla over")
ROUNDS = 20
MEBIBYTE = 2**20


def timed(work: Callable[[], object]) -> float:
    """How long `work` takes, in seconds."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def train(folder: Path, settings: dict[str, str]) -> Path:
    """A model trained with nothing cached."""
    command = [sys.executable, "-m", "rasa", "train", "--force", "--out", str(folder), "--fixed-model-name", "bench"]
    nothing = {**settings, "RASA_CACHE_DIRECTORY": str(folder / "cache")}
    subprocess.run(command, cwd=ROOT, env=nothing, check=True, capture_output=True)
    return folder / "bench.tar.gz"


def say(port: int, sender: str, text: str) -> None:
    """One message over the REST channel."""
    body = json.dumps({"sender": sender, "message": text}).encode()
    address = f"http://{HOST}:{port}/webhooks/rest/webhook"
    request = urllib.request.Request(address, body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        answer.read()


async def recognition(model: Path) -> list[float]:
    """How long the recognition of one message takes, in seconds, over the rounds."""
    configure_structlog(logging.ERROR)  # its default prints every message
    agent = Agent.load(str(model))
    await agent.parse_message(MESSAGES[0])
    times = []
    for _ in range(ROUNDS):
        for text in MESSAGES:
            start = time.perf_counter()
            await agent.parse_message(text)
            times.append(time.perf_counter() - start)
    return times


def size(folder: Path) -> int:
    """The bytes of all files below `folder`."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file() and not file.is_symlink())


def main() -> None:
    """Measure and print a table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        actions_port, port = free_port(), free_port()
        settings = {**environment(actions_port), "DATABASE_URL": f"sqlite:///{folder}/tracker.db"}
        os.environ.update(ACTIONS_PORT=str(actions_port), DATABASE_URL=settings["DATABASE_URL"])
        training = timed(lambda: train(folder, settings))
        model = folder / "bench.tar.gz"
        processes = [serve.action_server(actions_port), serve.coach(port, model)]
        start = time.perf_counter()
        with serve.running(processes, settings) as started:
            say(port, "first", "hallo")
            start_up = time.perf_counter() - start
            replies = []
            for _ in range(ROUNDS):
                sender = uuid.uuid4().hex
                replies += [timed(partial(say, port, sender, text)) for text in MESSAGES]
            memory = {
                process.name: psutil.Process(child.pid).memory_info().rss / MEBIBYTE
                for process, child in zip(processes, started, strict=True)
            }
        recognised = asyncio.run(recognition(model))
        rows = [
            ("training from nothing", f"{training:.1f} s"),
            ("start-up to first reply", f"{start_up:.1f} s"),
            ("reply, median", f"{statistics.median(replies) * 1000:.0f} ms"),
            ("reply, 95th percentile", f"{statistics.quantiles(replies, n=20)[-1] * 1000:.0f} ms"),
            ("recognition of a message, median", f"{statistics.median(recognised) * 1000:.1f} ms"),
            ("its share of a reply", f"{statistics.median(recognised) / statistics.median(replies):.0%}"),
            *((f"memory of {process}", f"{used:.0f} MiB") for process, used in memory.items()),
            ("model", f"{model.stat().st_size / MEBIBYTE:.1f} MiB"),
            ("environment", f"{size(ROOT / '.venv') / MEBIBYTE:.0f} MiB"),
        ]
    width = max(len(label) for label, _ in rows)
    print("\n".join(f"{label:{width}}  {value:>9}" for label, value in rows))


if __name__ == "__main__":
    main()
