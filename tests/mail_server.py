"""A mail server for the tests."""

from __future__ import annotations

import email
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aiosmtpd.controller import Controller

from tools.settings import HOST


class MailServer:
    """A mail server and what it took; `answers` is what it says to the next mails, and then that they are taken."""

    def __init__(self, port: int) -> None:
        self.taken: list[Any] = []
        self.answers: list[str] = []
        self.seconds = 0.0  # between taking a mail and saying so
        self.controller = Controller(self, hostname=HOST, port=port)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        if self.answers:
            return self.answers.pop(0)
        self.taken.append(email.message_from_bytes(envelope.content))
        time.sleep(self.seconds)
        return "250 OK"

    @contextmanager
    def running(self) -> Iterator[MailServer]:
        self.controller.start()
        try:
            yield self
        finally:
            self.controller.stop()
