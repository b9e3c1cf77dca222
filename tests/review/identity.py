"""An OpenID Connect provider with made-up people (tests/review/provider), and a browser without a window in it."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import requests

FOLDER = Path(__file__).parent / "provider"
NODE = Path(__file__).parents[2] / ".venv" / "bin" / "node"
CLIENT, SECRET = "of-the-staff-app", "not-told-to-anybody"
CALLBACK = "/inloggen/microsoft/terug/"
FATIMA = "11111111-fatima"
PEOPLE = {FATIMA: {"name": "Fatima el Idrissi", "preferred_username": "fatima@netwerk.example", "roles": ["lezer"]}}


class Identity:
    """The provider that runs at `issuer`."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer

    def settings(self) -> dict[str, str]:
        """The environment of a staff app that signs in here."""
        return {
            "REVIEW_OIDC_ISSUER": self.issuer,
            "REVIEW_OIDC_CLIENT_ID": CLIENT,
            "REVIEW_OIDC_SECRET": SECRET,
        }

    def has(self, sub: str = FATIMA, **claims: Any) -> None:
        """There is one person; without claims Fatima, who may read."""
        self._tell("people", {sub: {**PEOPLE.get(sub, {}), **claims}})

    def spoils(self, how: dict[str, Any]) -> None:
        """What is wrong from now on: other `claims`, `signed` by another, or a path `away`; empty for nothing."""
        self._tell("spoil", how)

    def lets_in(self, address: str, sub: str = FATIMA) -> str:
        """Sign in where the staff app sent the browser to; the address to which it is sent back."""
        with requests.Session() as browser:
            form = browser.get(address)
            posted = {"prompt": "login", "login": sub, "password": "any"}
            answer = browser.post(form.url, posted, allow_redirects=False)
            while CALLBACK not in (to := answer.headers["Location"]):
                answer = browser.get(urljoin(answer.url, to), allow_redirects=False)
            return str(to)

    def _tell(self, what: str, told: Any) -> None:
        requests.post(f"{self.issuer}/{what}", json=told, timeout=5).raise_for_status()


@contextmanager
def running() -> Iterator[Identity]:
    """The provider, for as long as the block lasts."""
    command = [str(NODE), "provider.mjs", CLIENT, SECRET, f"http://127.0.0.1{CALLBACK}"]
    with subprocess.Popen(command, cwd=FOLDER, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        try:
            yield Identity(process.stdout.readline().strip())
        finally:
            process.terminate()
