"""The REST channel for development and scripts, at Rasa's own path. Production leaves it out of its credentials."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, json

from channels.turn import run_turn


class DevelopmentRestInput(InputChannel):
    """`POST /webhooks/rest/webhook`, request and reply as Rasa's own, with turns run as in every other channel.

    Request: a JSON object with `sender` and `message`, both text. Reply: a list of messages. 400 with the reason for
    any other request, 503 while no model is loaded.
    """

    @classmethod
    def name(cls) -> str:
        """The name in the path and in the conversation's events."""
        return "rest"

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The two routes of the channel."""
        routes = Blueprint("rest")

        @routes.get("/")
        async def health(request: Request) -> HTTPResponse:
            ready = request.app.ctx.agent is not None and request.app.ctx.agent.is_ready()
            return json({"status": "ok" if ready else "no model loaded"}, 200 if ready else 503)

        @routes.post("/webhook")
        async def receive(request: Request) -> HTTPResponse:
            body = request.json if isinstance(request.json, dict) else {}
            sender, text = body.get("sender"), body.get("message")
            if not isinstance(sender, str) or not sender or not isinstance(text, str):
                return json({"error": "A JSON object with the texts `sender` and `message` is needed."}, 400)
            agent = request.app.ctx.agent
            if agent is None or not agent.is_ready():
                return json({"error": "No model is loaded."}, 503, headers={"Retry-After": "5"})
            output = CollectingOutputChannel()
            await run_turn(agent, UserMessage(text, output, sender, input_channel=self.name()))
            return json(output.messages)

        return routes
