"""The REST channel for development and scripts, at Rasa's own path. Production leaves it out of its credentials."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import UserMessage
from rasa.core.channels.rest import RestInput
from sanic import Blueprint, Sanic

from channels.turn import run_turn


class DevelopmentRestInput(RestInput):  # type: ignore[misc]
    """`POST /webhooks/rest/webhook`, request and reply as Rasa's own, with turns run as in every other channel."""

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """Rasa's routes, with `run_turn` in place of its handler."""

        async def handle(message: UserMessage) -> None:
            await run_turn(Sanic.get_app().ctx.agent, message)

        return super().blueprint(handle)
