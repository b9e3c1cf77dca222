"""The channel as a script sees it, on the running coach."""

import json
import sqlite3
import urllib.error
import urllib.request
from typing import Any

import pytest

from tools.serve import HOST


def post(coach: Any, body: bytes) -> tuple[int, Any]:
    address = f"http://{HOST}:{coach.port}/webhooks/rest/webhook"
    request = urllib.request.Request(address, body, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b'{"sender": "x"}', b'{"message": "x"}', b'{"sender": 1, "message": "x"}'],
)
def test_a_bad_request_is_said(coach: Any, body: bytes) -> None:
    assert post(coach, body)[0] == 400


def test_replies_name_their_recipient(coach: Any, sender: str) -> None:
    status, messages = post(coach, json.dumps({"sender": sender, "message": "hallo"}).encode())
    assert status == 200
    assert {message["recipient_id"] for message in messages} == {sender}


def test_nobodys_text_is_logged(coach: Any, sender: str) -> None:
    words_said = "wij vergaderen op zolder met elf paarse stoelen"
    for text in (words_said, f'/{words_said}{{"a": 1}}', f"{words_said} " * 100):
        coach.say(sender, text)
    logged = "\n".join(log.read_text() for log in coach.logs)
    assert "INFO" in logged
    assert "paarse" not in logged


def test_an_erased_conversation_is_gone_from_the_database(coach: Any, sender: str) -> None:
    def count_events() -> int:
        with sqlite3.connect(coach.database) as database:
            return database.execute("SELECT count(*) FROM events WHERE sender_id = ?", (sender,)).fetchone()[0]

    coach.say(sender, "ik mag niks beslissen, alles moet eerst langs mijn directeur")
    coach.say(sender, "wis mijn gesprek")
    assert count_events() > 0
    assert any("gewist" in message["text"] for message in coach.say(sender, "/affirm"))
    assert count_events() == 0
