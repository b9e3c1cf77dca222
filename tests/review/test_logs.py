"""The log names no conversation: what is written there cannot be erased."""

import logging
import sys

import pytest

from review.logs import Nameless

CODE, HANDOFF, TEAMS = "K7F39QXM2A", "0a1b2c3d4e5f60718293a4b5c6d7e8f9", "5e" * 32


@pytest.mark.parametrize("name", [CODE, HANDOFF, TEAMS])
@pytest.mark.parametrize("line", ["Forbidden: /review/conversation/%s/change/", "Key (code)=(%s) exists", "%s"])
def test_a_conversation_and_a_hand_off_are_left_out(line: str, name: str) -> None:
    record = logging.LogRecord("django.request", logging.WARNING, "", 0, line, (name,), None)
    assert Nameless().format(record) == line % "…"


def test_also_out_of_a_trace() -> None:
    try:
        int(CODE)
    except ValueError:
        record = logging.LogRecord("review", logging.ERROR, "", 0, "broke", (), sys.exc_info())
    assert "base 10: '…'" in Nameless().format(record)


def test_the_rest_of_a_line_stays() -> None:
    line = "2026-11-28 Purged: log 1234567, store 0. CONNECTION to 127.0.0.1:54321 failed (OperationalError)."
    record = logging.LogRecord("review", logging.INFO, "", 0, line, (), None)
    assert Nameless().format(record) == line
