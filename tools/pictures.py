"""`python -m tools.pictures`: the pictures of the staff's handbook, of the staff app with made-up conversations."""

from __future__ import annotations

import os
import secrets
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import django
import yaml
from playwright.sync_api import ViewportSize

from tools.browser import chromium

FOLDER = tempfile.TemporaryDirectory()
os.environ.update(
    DJANGO_SETTINGS_MODULE="review.settings",
    REVIEW_DEVELOPMENT="on",
    REVIEW_SECRET=secrets.token_hex(32),
    REVIEW_DATABASE_URL=f"sqlite:///{FOLDER.name}/review.db",
)
django.setup()  # before any model is imported

from django.conf import settings  # noqa: E402
from django.contrib.auth.models import User  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler  # noqa: E402
from django.utils import timezone  # noqa: E402

from review.models import Conversation, Handoff, Label, Note, Recognition, Reflection, Turn  # noqa: E402
from review.models.handoff import HandoffStatus  # noqa: E402
from review.wsgi import application  # noqa: E402

CONVERSATIONS = yaml.safe_load(Path(__file__).with_suffix(".yml").read_text(encoding="utf-8"))
READ = CONVERSATIONS[0]["code"]
PICTURES = {
    "lijst": "review/conversation/",
    "gesprek": f"review/conversation/{READ}/change/",
    "overdracht": f"review/handoff/{READ}/change/",
}
BESIDE = Path(__file__).parent.parent / "docs" / "beelden"
SIZE = ViewportSize(width=1280, height=860)
PASSWORD = secrets.token_hex()
STEPS = 4


def fill() -> None:
    """Store the conversations, and somebody who reads them."""
    person = User.objects.create_superuser("fatima", password=PASSWORD, first_name="Fatima", last_name="Yilmaz")
    now = timezone.now()
    for told in CONVERSATIONS:
        _store(told, now - timedelta(minutes=told["ago"]), person)


def _store(told: dict[str, Any], last: datetime, person: User) -> None:
    conversation = Conversation.objects.create(
        code=told["code"], started_at=last - timedelta(minutes=12), last_at=last,
        assigned_to=person if told.get("assigned") else None,
        reviewed_at=last if told.get("reviewed") else None, reviewed_by=person if told.get("reviewed") else None,
        **told["values"],
    )  # fmt: skip
    for name in told.get("labels", ()):
        conversation.labels.add(Label.objects.get_or_create(name=name)[0])
    for number, turn in enumerate(told.get("turns", ())):
        _store_turn(conversation, number, turn)
    for position, (principle, answer) in enumerate(told.get("reflections", {}).items()):
        Reflection.objects.create(conversation=conversation, position=position, principle=principle, answer=answer)
    if "note" in told:
        Note.objects.create(conversation=conversation, author=person, text=told["note"])
    if "handoff" in told:
        Handoff.objects.create(
            id=told["code"], conversation=conversation, text=told["handoff"], status=HandoffStatus.SENT,
            consented_at=last, next_attempt_at=last, sent_at=last,
        )  # fmt: skip


def _store_turn(conversation: Conversation, number: int, told: dict[str, Any]) -> None:
    replies = [
        {
            "text": reply["text"],
            "options": reply.get("options", []),
            "response": f"utter_open_{told['principle']}" if reply.get("opens") else "",
        }
        for reply in told["replies"]
    ]
    turn = Turn.objects.create(
        conversation=conversation, number=number, said_at=conversation.started_at + timedelta(minutes=number),
        said=told.get("said", ""), chosen=told.get("chosen", False), replies=replies,
        principle=told.get("principle", ""), step=told.get("step"), steps=STEPS if "step" in told else None,
    )  # fmt: skip
    if "recognised" in told:
        Recognition.objects.create(turn=turn, **told["recognised"])


def serve() -> str:
    """Run the staff app beside this; returns its address."""
    server = ThreadedWSGIServer(("127.0.0.1", 0), WSGIRequestHandler)
    server.set_app(application)
    Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"


def main() -> None:
    """Make them anew."""
    settings.DEVELOPMENT = False  # without the word that nothing here is real
    call_command("migrate", verbosity=0)
    fill()
    with chromium() as browser:
        page = browser.new_page(base_url=serve(), locale="nl-NL", viewport=SIZE, color_scheme="light")
        page.goto("/inloggen/")
        page.get_by_label("Gebruikersnaam").fill("fatima")
        page.get_by_label("Wachtwoord").fill(PASSWORD)
        page.get_by_role("button", name="Inloggen").click()
        for name, path in PICTURES.items():
            page.goto(path, wait_until="networkidle")
            page.screenshot(path=BESIDE / f"meelezen-{name}.png")


if __name__ == "__main__":
    main()
