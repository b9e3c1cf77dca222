"""Many leaders at once on the website's channel, while its workers come and go: a scenario for locust.

Each leader starts a session, says a few things with a pause between them, and sends what got no answer again under
the same id, to the next worker. At the end the history must hold what was said, once, in order, with the replies that
came; anything else counts as a failure. `LOAD_ADDRESSES` names the workers, separated by spaces, `LOAD_LEADERS` how
many there are in all, and `LOAD_PAUSE` the least and most seconds that one thinks. tests/storage/test_servers.py runs
it; `make soak` with a thousand, in a hurry and thinking as long as people do.
"""

from __future__ import annotations

import itertools
import os
import random
import time
import uuid
from collections import Counter
from typing import Any

import gevent
from locust import HttpUser, between, events, task
from locust.env import Environment
from locust.exception import StopUser

ADDRESSES = os.environ.get("LOAD_ADDRESSES", "").split()
LEADERS = int(os.environ.get("LOAD_LEADERS", "1"))
LEAST_PAUSE, MOST_PAUSE = map(float, os.environ.get("LOAD_PAUSE", "1 5").split())
PATIENCE = 600  # seconds until a leader gives up
NOT_NOW = {0, 429, 502, 503}
SAYINGS = (
    "ik mag niks beslissen aan tafel, alles moet eerst langs mijn directeur",
    "ja dat klopt",
    "manager in de jeugdhulp",
    "vorige week moest ik drie keer zeggen dat ik het zou navragen",
    "mijn directeur weet niet wat er aan die tafel gebeurt",
)


class Leader(HttpUser):
    """One conversation, from its welcome on."""

    host = ADDRESSES[0] if ADDRESSES else "http://127.0.0.1"
    wait_time = between(LEAST_PAUSE, MOST_PAUSE)

    def on_start(self) -> None:
        """Begin at any of the workers."""
        self.workers = itertools.cycle(random.sample(ADDRESSES, len(ADDRESSES)))
        self.sayings = iter(SAYINGS)
        session = self.ask("POST", "session", {})
        self.token = session["token"]
        self.turns = session["turns"]

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """The answer, however often it takes to get one."""
        deadline = time.monotonic() + PATIENCE
        headers = {"Content-Type": "application/json"}
        if hasattr(self, "token"):
            headers["Authorization"] = f"Bearer {self.token}"
        while time.monotonic() < deadline:
            address = f"{next(self.workers)}/webhooks/website/{path}"
            with self.client.request(
                method, address, json=body, headers=headers, timeout=30, name=f"{method} {path}", catch_response=True
            ) as answer:
                answer.success()  # refused for now is no failure: it is sent again
                if answer.status_code in {200, 201}:
                    return answer.json()
                if answer.status_code not in NOT_NOW:
                    answer.failure(f"{answer.status_code}")
                    raise StopUser
                refused[answer.status_code] += 1
            gevent.sleep(0.5)
        failed(self.environment, "no answer")
        raise StopUser

    @task
    def say(self) -> None:
        """Say the next thing; after the last, compare."""
        saying = next(self.sayings, None)
        if saying is not None:
            self.turns.append(self.ask("POST", "messages", {"id": str(uuid.uuid4()), "text": saying}))
            return
        if self.ask("GET", "messages")["turns"] != self.turns:
            failed(self.environment, "lost, doubled or mixed up")
        elif [turn["said"] for turn in self.turns] != [None, *SAYINGS]:
            failed(self.environment, "another conversation")
        else:
            done.append(self.token)
        raise StopUser


done: list[str] = []
refused: Counter[int] = Counter()  # by their status; 0 where there was no answer


def failed(environment: Environment, why: str) -> None:
    """Count what must not happen."""
    environment.events.request.fire(
        request_type="CHECK", name=why, response_time=0, response_length=0, exception=AssertionError(why), context={}
    )


@events.test_start.add_listener
def end_with_the_last_leader(environment: Environment, **_: Any) -> None:
    """Stop when nobody talks any more."""

    def watch() -> None:
        while environment.runner is not None and (
            environment.runner.user_count or not environment.stats.total.num_requests
        ):
            gevent.sleep(0.5)
        environment.runner.quit()

    gevent.spawn(watch)


@events.quitting.add_listener
def all_are_done(environment: Environment, **_: Any) -> None:
    """Fail where a conversation did not come to its end."""
    if len(done) < LEADERS or environment.stats.total.num_failures:
        environment.process_exit_code = 1
    print(f"{len(done)} of {LEADERS} conversations whole; refused for now: {dict(refused)}")
