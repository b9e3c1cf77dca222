"""What a leader may ask for: a conversation erased, or all that is kept of it; and the page about the purge."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from review.access import as_html
from review.audit import EXPORTED
from review.models import (
    Conversation,
    Flag,
    Handoff,
    Judgement,
    Label,
    Note,
    Purge,
    Recognition,
    Reflection,
    ReplyAddress,
    Turn,
)
from review.retention import KINDS

pytestmark = pytest.mark.django_db
CODE = "K7F39QXM2A"
PAGE = f"/review/conversation/{CODE}/change/"
ERASE, EXPORT, PURGES = f"/review/conversation/{CODE}/wissen/", f"/review/conversation/{CODE}/inzage/", "/review/purge/"


@pytest.fixture
def conversation(new_conversation: Callable[..., Conversation]) -> Conversation:
    return new_conversation(CODE, first_step="ik bel [NAAM-1]", rating=4, bottleneck="mandaat")


@pytest.mark.parametrize(
    ("rights", "expected"),
    [
        (("view_conversation",), (403, 403, 403)),
        (("view_conversation", "erase_conversation"), (200, 403, 403)),
        (("view_conversation", "export_conversation"), (403, 200, 403)),
        (("view_purge",), (403, 403, 200)),
    ],
)
def test_each_right_opens_what_it_names(
    client: Client,
    sign_in: Callable[..., User],
    conversation: Conversation,
    rights: tuple[str, ...],
    expected: tuple[int, int, int],
) -> None:
    sign_in(*rights)
    answers = client.get(ERASE), client.post(EXPORT), client.get(PURGES)
    assert tuple(answer.status_code for answer in answers) == expected
    if "view_conversation" in rights:
        page = client.get(PAGE).content.decode()
        assert (ERASE in page, EXPORT in page) == ("erase_conversation" in rights, "export_conversation" in rights)


def test_erasing_is_asked_for_only_by_who_says_to_be_sure_and_that_is_logged(
    client: Client, sign_in: Callable[..., User], conversation: Conversation
) -> None:
    person = sign_in("view_conversation", "erase_conversation")
    assert "Zet eerst een vinkje" in client.post(ERASE).content.decode()
    conversation.refresh_from_db()
    assert conversation.erase_asked_at is None
    assert client.post(ERASE, {"sure": "yes"}).status_code == 302
    conversation.refresh_from_db()
    asked = conversation.erase_asked_at
    assert asked
    assert "wordt overal gewist" in (page := client.get(PAGE).content.decode())
    assert ERASE not in page
    client.post(ERASE, {"sure": "yes"})
    conversation.refresh_from_db()
    assert conversation.erase_asked_at == asked
    entry = LogEntry.objects.get(object_pk=CODE, action=LogEntry.Action.UPDATE)
    assert (entry.actor, list(entry.changes)) == (person, ["erase_asked_at"])
    assert client.get("/review/conversation/NIETS/wissen/").status_code == 404


def test_the_file_has_everything_that_is_kept_and_no_name_of_staff(
    client: Client, sign_in: Callable[..., User], conversation: Conversation, new_turn: Callable[..., Turn]
) -> None:
    person = sign_in("view_conversation", "export_conversation", name="zonneschijn")
    turn = new_turn(conversation, 1, "ik mag <b>niets</b>", {"text": "Wat dan?", "response": "x", "options": ["ja"]})
    Recognition.objects.create(turn=turn, intent="bottleneck_rol", confidence=0.6, margin=0.1, level="bestuur")
    Reflection.objects.create(conversation=conversation, position=1, principle="gun_het_tijd", answer="een jaar")
    conversation.labels.add(Label.objects.create(name="bespreken"))
    Note.objects.create(conversation=conversation, author=person, text="let hierop")
    judged = Judgement(turn=turn, verdict="wrong", intent="bottleneck_mandaat", author=person, example="ik mag geen")
    judged.save()
    Flag.objects.create(turn=turn, author=person, text="kijk eens")
    handoff = Handoff.objects.create(
        id="h" * 32, conversation=conversation, consented_at=timezone.now(), next_attempt_at=timezone.now(),
        text="samengevat", status="verstuurd",
    )  # fmt: skip
    ReplyAddress.objects.create(handoff=handoff, address="leider@voorbeeld.nl")
    client.get(PAGE)
    answer = client.post(EXPORT)
    assert answer.headers["Content-Disposition"] == f'attachment; filename="gesprek-{CODE}.html"'
    text = answer.content.decode()
    for kept in (
        CODE, "ik mag &lt;b&gt;niets&lt;/b&gt;", "Wat dan?", "Knoppen: ja", "knelpunt rol", "60 % zeker", "bestuur",
        "een jaar", "bespreken", "let hierop", "klopt niet", "knelpunt mandaat", "ik mag geen", "kijk eens",
        "samengevat", "Status: verstuurd", "leider@voorbeeld.nl", "4 van 5", "ik bel [NAAM-1]", "gesprek bekeken",
        "als er 28 dagen",
    ):  # fmt: skip
        assert kept in text
    assert "zonneschijn" not in text.lower()
    entry = LogEntry.objects.get(action=EXPORTED)
    assert (entry.object_pk, entry.actor) == (CODE, person)
    assert client.get(EXPORT).status_code == 405


def test_an_export_is_shown_in_the_log_as_such(client: Client, administrator: User, conversation: Conversation) -> None:
    client.force_login(administrator, "django.contrib.auth.backends.ModelBackend")
    client.post(EXPORT)
    listed = client.get("/auditlog/logentry/?wat=4").content.decode()
    assert "uitgegeven" in re.sub(r"<select.*?</select>", "", listed, flags=re.DOTALL)
    assert CODE in listed


def test_what_the_page_does_not_know_the_file_does_not_say(conversation: Conversation) -> None:
    text = as_html(conversation)
    assert "niets" in text
    assert "zoals je het typte" not in text


def test_the_page_of_the_purge_says_what_is_kept_how_long_and_warns_when_nothing_was_purged(
    client: Client, sign_in: Callable[..., User]
) -> None:
    sign_in("view_purge")

    def shown() -> str:
        return " ".join(client.get(PURGES).content.decode().split())

    assert "Er is nog niet opgeruimd" in shown()
    assert "langer dan twee dagen" in shown()
    Purge.objects.create(deleted=dict.fromkeys([kind.name for kind in KINDS], 7))
    page = shown()
    assert "langer dan twee dagen" not in page
    assert page.count("<td>7</td>") == len(KINDS)
    assert "28 dagen" in page
    Purge.objects.create(deleted={"store": None, "log": 3})
    assert "Niet alles lukte" in shown()
    assert "langer dan twee dagen" not in shown()  # an earlier one did
    Purge.objects.update(finished_at=timezone.now() - timedelta(days=2, minutes=1))
    assert "langer dan twee dagen" in shown()
    assert client.get(f"{PURGES}1/change/").status_code == 404


def test_who_only_reads_has_no_entry_of_the_purge_in_the_menu(client: Client, sign_in: Callable[..., Any]) -> None:
    sign_in("view_conversation")
    assert "Opruimen" not in client.get("/").content.decode()
