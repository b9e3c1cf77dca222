"""What the channel of Teams costs beside the coach's turn: the same messages over the website's channel and over Teams.

They take turns, message by message, on one coach. The Bot Connector is another process that answers at once, so that
what is more than the website's time is the channel's own: its checks, its notes of what it has taken and answered, the
call to the connector, and the change of the message before.
"""

from __future__ import annotations

import statistics
import tempfile
import time
import uuid
from pathlib import Path
from typing import Any

import requests

from tests.channels.teams.microsoft import Microsoft, Person, bearer, running_microsoft, self_signed
from tools import serve
from tools.model import ensure_model
from tools.settings import HOST, environment, free_port

ROUNDS = 25
MESSAGES = (
    "ik mag niks beslissen, alles moet eerst langs mijn directeur", "ja, dat klopt", "manager in het onderwijs",
    "ik kies voor de scholen in de wijk en laat de regiotafel even los", "wat gebeurt er met mijn gegevens?",
    "sla over",
)  # fmt: skip
# All of them come from this one address.
RATES = dict.fromkeys(("WEBSITE_MESSAGES_OF_AN_ADDRESS", "WEBSITE_CONVERSATIONS_OF_AN_ADDRESS"), "100000/second")


class Website:
    """A conversation over the website's channel."""

    def __init__(self, client: requests.Session, port: int) -> None:
        self._client, self._address = client, f"http://{HOST}:{port}/webhooks/website"
        self._headers = {"Authorization": f"Bearer {self._ask('session', {}, {})['token']}"}

    def say(self, text: str) -> float:
        """Seconds until the answer is there."""
        start = time.monotonic()
        self._ask("messages", {"id": str(uuid.uuid4()), "text": text}, self._headers)
        return time.monotonic() - start

    def _ask(self, path: str, body: dict[str, Any], headers: dict[str, str]) -> dict[str, Any]:
        answer = self._client.post(f"{self._address}/{path}", json=body, headers=headers, timeout=60)
        answer.raise_for_status()
        return dict(answer.json())


class Teams:
    """A conversation over Teams."""

    def __init__(self, client: requests.Session, port: int, microsoft: Microsoft) -> None:
        self._client, self._address = client, f"http://{HOST}:{port}/webhooks/teams/messages"
        self._microsoft, self._person = microsoft, Person(microsoft.service)
        self._send(self._person.activity(type="installationUpdate", action="add"))

    def say(self, text: str) -> tuple[float, float]:
        """Seconds until the answer was sent, and until the activity was done with."""
        activity, start = self._person.activity(text=text), time.monotonic()
        self._send(activity)
        end = time.monotonic()
        (answer,) = self._microsoft.answers_to(activity["id"])
        return answer.at - start, end - start

    def _send(self, activity: dict[str, Any]) -> None:
        headers = bearer(self._microsoft.service)
        self._client.post(self._address, json=activity, headers=headers, timeout=60).raise_for_status()


def line(title: str, seconds: list[float]) -> str:
    """A line of the table."""
    high = statistics.quantiles(seconds, n=20)[-1]
    return f"{title:34}  median {statistics.median(seconds) * 1000:5.1f} ms  95th percentile {high * 1000:5.1f} ms"


def measure(port: int, microsoft: Microsoft) -> None:
    """Print a line for each."""
    website, said, done = list[float](), list[float](), list[float]()
    with requests.Session() as client:
        for number in range(ROUNDS + 1):
            one, other = Website(client, port), Teams(client, port, microsoft)
            for text in MESSAGES:
                if number % 2:
                    of_website, of_teams = one.say(text), other.say(text)
                else:
                    of_teams, of_website = other.say(text), one.say(text)
                if number:  # the first is slow, whose it may be
                    website.append(of_website)
                    said.append(of_teams[0])
                    done.append(of_teams[1])
    more = [teams - plain for teams, plain in zip(done, website, strict=True)]
    print(line("website, until answered", website))
    print(line("Teams, until the answer was sent", said))
    print(line("Teams, until done", done))
    print(line("Teams costs more", more), end="  ")
    print(f"{statistics.median(done) / statistics.median(website):.2f} times the website", flush=True)


def main() -> None:
    """Start a coach and Microsoft, and measure."""
    with tempfile.TemporaryDirectory(prefix="reflectiecoach-") as name:
        folder, port, actions_port = Path(name), free_port(), free_port()
        with running_microsoft(self_signed(folder)) as microsoft:
            own = {"DATABASE_URL": f"sqlite:///{folder}/tracker.db", **RATES}
            settings = {**environment(actions_port, port), **microsoft.settings(), **own}
            with serve.running([serve.action_server(actions_port), serve.coach(port, ensure_model())], settings):
                measure(port, microsoft)


if __name__ == "__main__":
    main()
