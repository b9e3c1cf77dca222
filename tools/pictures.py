"""`python -m tools.pictures`: the pictures of the staff's handbook, of the staff app with made-up conversations."""

from __future__ import annotations

import os
import random
import secrets
import tempfile
from datetime import date, datetime, timedelta
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

from coach.vocabulary import Principle  # noqa: E402
from review.models import (  # noqa: E402
    Conversation,
    Erasures,
    Handoff,
    Label,
    Note,
    Recognition,
    Reflection,
    Statistic,
    Turn,
)
from review.models.conversation import Bottleneck, Channel, FeltHeard, Reached  # noqa: E402
from review.models.handoff import HandoffStatus  # noqa: E402
from review.models.keeping import Outcome  # noqa: E402
from review.statistics import week_of  # noqa: E402
from review.wsgi import application  # noqa: E402

CONVERSATIONS, FIGURES = yaml.safe_load_all(Path(__file__).with_suffix(".yml").read_text(encoding="utf-8"))
READ = CONVERSATIONS[0]["code"]
PICTURES = {
    "meelezen-lijst": "review/conversation/",
    "meelezen-gesprek": f"review/conversation/{READ}/change/",
    "meelezen-overdracht": f"review/handoff/{READ}/change/",
    "overzicht": "overzicht/",
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


def fill_figures() -> None:
    """Store the figures, the same ones each time."""
    draw = random.Random(FIGURES["seed"])  # noqa: S311 - made up
    this_week = week_of(timezone.now())
    made = [
        _figures(draw, level, sector, bottleneck, this_week - timedelta(weeks=draw.randrange(FIGURES["weeks"])))
        for level, sectors in FIGURES["places"].items()
        for sector, numbers in sectors.items()
        for bottleneck, number in zip([*Bottleneck.values, ""], numbers, strict=True)
        for _ in range(number)
    ]
    Statistic.objects.bulk_create(made)
    today = timezone.localdate()
    Erasures.objects.bulk_create(Erasures(day=today - timedelta(days=days), number=3) for days in range(0, 90, 11))


def _figures(draw: random.Random, level: str, sector: str, bottleneck: str, week: date) -> Statistic:
    reached: Any = draw.choices(Reached.values, FIGURES["reached"])[0] if bottleneck else Reached.TOLD
    opened = {Reached.TOLD: 0, Reached.RECOGNISED: 0, Reached.REFLECTING: draw.randint(1, 4)}.get(reached, STEPS)
    typed, handed_off = 2 + 2 * reached, reached >= Reached.STEP and draw.random() < 0.4  # noqa: PLR2004
    answers = (Outcome.DEEPENED, Outcome.ANSWERED, Outcome.SKIPPED, Outcome.UNANSWERED)
    return Statistic(
        week=week, channel=draw.choices(Channel.values, (70, 30, 0))[0], bottleneck=bottleneck, level=level,
        sectors=f",{sector}," if sector else "", reached=reached,
        typed=typed, confidence=typed * draw.uniform(0.75, 0.95),
        fallbacks=draw.random() < 0.3, corrected=draw.random() < 0.12,  # noqa: PLR2004
        judged_right=draw.choice((0, 0, 2)), judged_wrong=draw.choice((0, 0, 0, 1)),
        rating=draw.choice((2, 3, 4, 4, 5, 5, 5)) if reached == Reached.COMPLETED else None,
        felt_heard=draw.choice((*FeltHeard.values[:2], FeltHeard.YES, "nee")) if reached == Reached.COMPLETED else "",
        handed_off=handed_off,
        taken_up_after=draw.uniform(2, 60) if handed_off else None,
        done_after=draw.uniform(24, 120) if handed_off else None,
        **{name: draw.choices(answers, (3, 5, 1, 1))[0] for name in list(Principle)[:opened]},
    )  # fmt: skip


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
    fill_figures()
    with chromium() as browser:
        page = browser.new_page(base_url=serve(), locale="nl-NL", viewport=SIZE, color_scheme="light")
        page.goto("/inloggen/")
        page.get_by_label("Gebruikersnaam").fill("fatima")
        page.get_by_label("Wachtwoord").fill(PASSWORD)
        page.get_by_role("button", name="Inloggen").click()
        for name, path in PICTURES.items():
            page.goto(path, wait_until="networkidle")
            page.screenshot(path=BESIDE / f"{name}.png")


if __name__ == "__main__":
    main()
