"""Is the coach well? One route for load balancers and operators: `GET /webhooks/health/`."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, json

from channels.turn import open_processor

# So long an answer is waited for here; a store that is slower is told of as waiting, and as away after the second.
SECONDS_TO_ANSWER = 0.02
SECONDS_UNTIL_AWAY = 2.0


@dataclass
class Probe:
    """Asks one store whether it answers, one question at a time."""

    ask: Callable[[], Awaitable[None]]
    asked_at: float = 0.0
    asking: asyncio.Task[float] | None = field(default=None, repr=False)
    failed: bool = False

    async def _time(self) -> float:
        await self.ask()
        return time.monotonic() - self.asked_at

    async def answer(self) -> dict[str, Any]:
        """`ok`, and `ms`: how long the answer took, or how long it has been waited for."""
        if self.asking is None or self.asking.done():  # an answer that nobody waited for is an old one
            self.failed = self.asking is not None and self.asking.exception() is not None
            self.asked_at = time.monotonic()
            self.asking = asyncio.create_task(self._time())
        done, _ = await asyncio.wait({self.asking}, timeout=SECONDS_TO_ANSWER)
        if not done:
            waited = time.monotonic() - self.asked_at
            return {"ok": waited < SECONDS_UNTIL_AWAY and not self.failed, "ms": round(waited * 1000)}
        if error := self.asking.exception():
            return {"ok": False, "error": type(error).__name__}
        return {"ok": True, "ms": round(self.asking.result() * 1000, 1)}


class HealthInput(InputChannel):
    """200 while a model is loaded and both stores answer, otherwise 503; the body says which of them does not."""

    @classmethod
    def name(cls) -> str:
        """The name in the path."""
        return "health"

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The one route of the channel."""
        routes = Blueprint("health")
        probes: dict[str, Probe] = {}

        @routes.get("/")
        async def health(request: Request) -> HTTPResponse:
            agent = request.app.ctx.agent
            if agent is None or not agent.is_ready():
                return json({"model": {"ok": False}}, 503)
            if not probes:
                _, store = open_processor(agent)
                probes.update(tracker_store=Probe(store.ping), lock_store=Probe(agent.lock_store.ping))
            answers = await asyncio.gather(*(probe.answer() for probe in probes.values()))
            report = {"model": {"ok": True}, **dict(zip(probes, answers, strict=True))}
            return json(report, 200 if all(part["ok"] for part in report.values()) else 503)

        return routes
