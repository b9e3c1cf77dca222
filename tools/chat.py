"""A chat in the terminal, over the same REST channel that scripts use."""

from __future__ import annotations

import json
import sys
import textwrap
import urllib.error
import urllib.request
import uuid
from typing import Any

from tools.settings import DIRECT, HOST


def send(port: int, sender: str, text: str, message_id: str | None = None) -> list[dict[str, Any]]:
    """The coach's replies to `text`.

    Raises:
        urllib.error.HTTPError: the turn failed; its body is the channel's JSON.
        OSError: nothing answers.
    """
    body = {"sender": sender, "message": text, **({"message_id": message_id} if message_id else {})}
    request = urllib.request.Request(
        f"http://{HOST}:{port}/webhooks/rest/webhook", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with DIRECT.open(request, timeout=60) as answer:
        replies: list[dict[str, Any]] = json.load(answer)
    return replies


def show(replies: list[dict[str, Any]]) -> list[str]:
    """Print the replies, their buttons numbered; returns the payloads of the buttons."""
    payloads = []
    for reply in replies:
        if text := reply.get("text"):
            for line in text.splitlines():
                print(textwrap.fill(line, 88, initial_indent="  ", subsequent_indent="  "))
        if url := (reply.get("custom") or {}).get("url"):
            print(f"  {url}")
        for button in reply.get("buttons") or []:
            payloads.append(button["payload"])
            print(f"    {len(payloads)}. {button['title']}")
    return payloads


def chat(port: int) -> None:
    """Talk with the coach until the input ends."""
    sender = uuid.uuid4().hex
    payloads: list[str] = []
    failed: str | None = None
    message_id = ""
    print("Typ je bericht, of het nummer van een knop. Ctrl-D om te stoppen.\n")
    while True:
        try:
            text = input("> ").strip()
        except EOFError:
            print()
            return
        if text.isdecimal() and 0 < int(text) <= len(payloads):
            text = payloads[int(text) - 1]
        # What is sent again because it failed keeps its id: it may have been stored after all.
        message_id = message_id if text == failed else uuid.uuid4().hex
        failed = text
        try:
            payloads, failed = show(send(port, sender, text, message_id)), None
        except urllib.error.HTTPError as error:
            print(f"  {json.load(error).get('text', error.reason)}", file=sys.stderr)
        except OSError:
            print("  De coach antwoordt niet. Probeer het zo nog eens.", file=sys.stderr)
