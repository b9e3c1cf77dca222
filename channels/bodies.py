"""Reading the body of a request: JSON, no longer than it may be, of the shape that the interface describes."""

from __future__ import annotations

import asyncio
import json
from http import HTTPStatus
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator, FormatChecker
from sanic.request import Request

from channels.problems import ProblemError
from channels.turn import MOST_CHARACTERS

OPENAPI = Path(__file__).parent / "website.openapi.yaml"
MOST_BYTES = 16 * 1024
# Of a body that trickles in, so that nobody holds a worker by it.
MOST_SECONDS = 10


async def read_json(request: Request, most_bytes: int = MOST_BYTES) -> Any:
    """The body of a request whose route streams, read no further than it may be long.

    Raises:
        ProblemError: it is too long, too slow, or no JSON.
    """
    if request.headers.get("Content-Type", "").split(";")[0].strip().lower() != "application/json":
        raise ProblemError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Het bericht is geen JSON.")
    body = bytearray()
    try:
        async with asyncio.timeout(MOST_SECONDS):
            while (part := await request.stream.read()) is not None:
                body += part
                if len(body) > most_bytes:
                    raise ProblemError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "Het bericht is te groot.")
    except TimeoutError:
        raise ProblemError(HTTPStatus.REQUEST_TIMEOUT, "Het bericht kwam niet helemaal aan.") from None
    try:
        told = json.loads(body.decode())
        json.dumps(told, ensure_ascii=False).encode()  # half a character cannot be stored
    except (ValueError, RecursionError):
        raise ProblemError(HTTPStatus.BAD_REQUEST, "Het bericht is geen leesbare JSON.") from None
    return told


class Bodies:
    """The bodies of requests, checked against the description of the interface."""

    def __init__(self) -> None:
        schemas = yaml.safe_load(OPENAPI.read_text(encoding="utf-8"))["components"]["schemas"]
        self._validators = {
            name: Draft202012Validator(schemas[name], format_checker=FormatChecker())
            for name in ("SessionRequest", "Message")
        }

    async def read(self, request: Request, name: str) -> dict[str, Any]:
        """The body of a request.

        Raises:
            ProblemError: it cannot be read (`read_json`), or is of another shape.
        """
        told = await read_json(request)
        text = told.get("text") if isinstance(told, dict) else None
        if isinstance(text, str) and len(text) > MOST_CHARACTERS:
            detail = "Je bericht is langer dan 2.000 tekens. Vertel het gerust in delen."
            raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, detail, "message-too-long")
        if not self._validators[name].is_valid(told):
            raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, "Het bericht heeft niet de juiste vorm.")
        return dict(told)
