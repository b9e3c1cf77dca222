"""The REST channel for development and scripts, at Rasa's own path. Production leaves it out of its credentials."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, json

from channels.turn import FAILED, IdUsedError, TurnFailedError, run_turn, text_of

RETRY_AFTER = {"Retry-After": "2"}
LONGEST_ID = 255


class DevelopmentRestInput(InputChannel):
    """`POST /webhooks/rest/webhook`, request and reply as Rasa's own, with turns run as in every other channel.

    Request: a JSON object with `sender` and `message`, both text, and perhaps `message_id`, text, under which the
    message may be sent again. Reply: a list of messages. 400 with the reason for any other request; 409 for an id that
    belongs to another message; 503 with Retry-After, the reason, and the text for the leader when the turn was not
    stored.
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
            sender, text, message_id = body.get("sender"), body.get("message"), body.get("message_id")
            if not isinstance(sender, str) or not 0 < len(sender) <= LONGEST_ID or not isinstance(text, str):
                return json({"error": "A JSON object with the texts `sender` and `message` is needed."}, 400)
            if message_id is not None and not (isinstance(message_id, str) and 0 < len(message_id) <= LONGEST_ID):
                return json({"error": f"`message_id` is a text of at most {LONGEST_ID} characters."}, 400)
            agent = request.app.ctx.agent
            if agent is None or not agent.is_ready():
                return json({"error": "No model is loaded."}, 503, headers=RETRY_AFTER)
            output = CollectingOutputChannel()
            message = UserMessage(text, output, sender, input_channel=self.name(), message_id=message_id)
            try:
                await run_turn(agent, message)
            except IdUsedError:
                return json({"error": "This `message_id` belongs to another message."}, 409)
            except TurnFailedError as error:
                told = await text_of(agent, self.name(), FAILED)
                return json({"error": str(error), "text": told}, 503, headers=RETRY_AFTER)
            return json(output.messages)

        return routes
