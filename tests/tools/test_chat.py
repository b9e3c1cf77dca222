"""The chat in the terminal."""

import builtins
import http.server
import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from tools.chat import chat
from tools.settings import HOST, free_port


@pytest.fixture
def type_in(monkeypatch: pytest.MonkeyPatch) -> Any:
    """What is typed, line by line, and then the end of the input."""

    def lines(*texts: str) -> None:
        remaining = iter(texts)

        def read(prompt: str = "") -> str:
            try:
                return next(remaining)
            except StopIteration:
                raise EOFError from None

        monkeypatch.setattr(builtins, "input", read)

    return lines


def test_a_chat_numbers_the_buttons_and_takes_a_number(
    coach: Any, type_in: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    type_in("ik mag niks beslissen, alles moet eerst langs mijn directeur", "1")
    chat(coach.port)
    told = capsys.readouterr().out
    assert "    1. Ja" in told
    assert told.count("**mandaat**") >= 2


@pytest.fixture
def failing_coach() -> Iterator[int]:
    """A coach whose turns fail."""

    class Refuse(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.dumps({"error": "a store is away", "text": "Stuur het zo nog eens."}).encode()
            self.send_response(503)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer((HOST, 0), Refuse)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()


def test_a_turn_that_failed_is_told_in_dutch(
    failing_coach: int, type_in: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    type_in("hallo")
    chat(failing_coach)
    assert "Stuur het zo nog eens." in capsys.readouterr().err


def test_a_coach_that_is_away_is_told_in_dutch(type_in: Any, capsys: pytest.CaptureFixture[str]) -> None:
    type_in("hallo")
    chat(free_port())
    assert "De coach antwoordt niet" in capsys.readouterr().err
