"""The pages of hand-offs: who may see and do what, and what is noted of it."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils import timezone

from review.models import Conversation, Handoff, ReplyAddress, Statistic
from review.models.handoff import HandoffStatus

pytestmark = pytest.mark.django_db
ADDRESS = "j.vermeer+1@jeugdhulp-voorbeeld.nl"
LIST = "/review/handoff/"


@pytest.fixture
def handoff() -> Handoff:
    now = timezone.now()
    conversation = Conversation.objects.create(
        code="K7F3Q9XM2A", channel="website", started_at=now, last_at=now, messages=9, reached=6
    )
    made = Handoff.objects.create(
        id=uuid.uuid4().hex,
        conversation=conversation,
        consented_at=now,
        next_attempt_at=now,
        text="Ik ga er dinsdag over bellen met [NAAM-1].",
    )
    ReplyAddress.objects.create(handoff=made, address=ADDRESS)
    return made


@pytest.fixture
def sign_in(client: Client) -> Any:
    """Signs in somebody of staff with these rights."""

    def with_rights(*names: str) -> User:
        user = User.objects.create_user("fatima", password="x", is_staff=True)  # noqa: S106
        user.user_permissions.set(Permission.objects.filter(codename__in=names))
        client.force_login(user)
        return user

    return with_rights


def page_of(handoff: Handoff) -> str:
    return f"{LIST}{handoff.pk}/change/"


RIGHTS = {
    (): (403, 403, 403),
    ("view_handoff",): (200, 403, 403),
    ("view_handoff", "change_handoff"): (200, 302, 403),
    ("view_handoff", "view_replyaddress"): (200, 403, 200),
    ("view_replyaddress",): (403, 403, 403),
}


@pytest.mark.parametrize(("rights", "expected"), RIGHTS.items(), ids=lambda value: " ".join(map(str, value)))
def test_each_right_opens_what_it_names(
    client: Client, sign_in: Any, handoff: Handoff, rights: tuple[str, ...], expected: tuple[int, int, int]
) -> None:
    sign_in(*rights)
    Handoff.objects.update(status=HandoffStatus.SENT)
    page = page_of(handoff)
    read = client.get(page).status_code
    taken = client.post(page, {"step": "take_up"}).status_code
    shown = client.post(page, {"step": "show_address"}).status_code
    assert (read, taken, shown) == expected
    assert client.get(LIST).status_code == (200 if "view_handoff" in rights else 403)


def test_without_signing_in_nothing_is_read(client: Client, handoff: Handoff) -> None:
    for answer in (client.get(LIST), client.get(page_of(handoff)), client.post(page_of(handoff))):
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/inloggen/")


def test_the_address_is_shown_only_when_asked_for_and_each_look_is_noted(
    client: Client, sign_in: Any, handoff: Handoff
) -> None:
    user = sign_in("view_handoff", "view_replyaddress")
    assert ADDRESS not in client.get(page_of(handoff)).content.decode()
    noted = LogEntry.objects.filter(action=LogEntry.Action.ACCESS, actor=user)
    of_address = noted.filter(content_type__model="replyaddress")
    assert (noted.filter(content_type__model="handoff").count(), of_address.count()) == (1, 0)
    for looks in (1, 2):
        shown = client.post(page_of(handoff), {"step": "show_address"}).content.decode()
        assert f'href="mailto:{ADDRESS.replace("+", "%2B")}"' in shown
        assert of_address.count() == looks
    assert ADDRESS not in str(list(LogEntry.objects.values()))


def test_an_address_that_was_taken_back_is_said_to_be_gone(client: Client, sign_in: Any, handoff: Handoff) -> None:
    sign_in("view_handoff", "view_replyaddress")
    ReplyAddress.objects.all().delete()
    answer = client.post(page_of(handoff), {"step": "show_address"})
    assert "Er is geen antwoordadres meer" in answer.content.decode()


WAYS = {
    HandoffStatus.WAITING: {},
    HandoffStatus.WITHDRAWN: {},
    HandoffStatus.SENT: {"take_up": HandoffStatus.TAKEN_UP},
    HandoffStatus.FAILED: {"take_up": HandoffStatus.TAKEN_UP, "send_again": HandoffStatus.WAITING},
    HandoffStatus.TAKEN_UP: {"finish": HandoffStatus.DONE, "leave": HandoffStatus.SENT},
    HandoffStatus.DONE: {"take_up": HandoffStatus.TAKEN_UP},
}


@pytest.mark.parametrize("step", ["take_up", "finish", "leave", "send_again", "nonsense"])
@pytest.mark.parametrize("status", list(WAYS))
def test_a_step_leads_where_it_should_and_nowhere_else(
    client: Client, sign_in: Any, handoff: Handoff, status: HandoffStatus, step: str
) -> None:
    sign_in("view_handoff", "change_handoff")
    Handoff.objects.update(status=status, sent_at=timezone.now())
    client.post(page_of(handoff), {"step": step})
    handoff.refresh_from_db()
    assert handoff.status == WAYS[status].get(step, status)


def test_who_took_it_up_and_when_it_was_done_is_kept_and_noted(client: Client, sign_in: Any, handoff: Handoff) -> None:
    user = sign_in("view_handoff", "change_handoff")
    Handoff.objects.update(status=HandoffStatus.SENT, sent_at=timezone.now())
    client.post(page_of(handoff), {"step": "take_up"})
    client.post(page_of(handoff), {"step": "finish"})
    handoff.refresh_from_db()
    assert handoff.taken_up_by == user
    assert handoff.taken_up_at < handoff.done_at
    changes = [entry.changes_dict for entry in LogEntry.objects.filter(actor=user).order_by("id")]
    assert [change["status"] for change in changes] == [["verstuurd", "opgepakt"], ["opgepakt", "afgerond"]]


def test_a_leader_waited_until_the_first_time_also_when_it_is_opened_again(
    client: Client, sign_in: Any, handoff: Handoff
) -> None:
    sign_in("view_handoff", "change_handoff")
    first = timezone.now() - timedelta(days=9)
    Handoff.objects.update(
        status=HandoffStatus.DONE, sent_at=first, consented_at=first, taken_up_at=first + timedelta(hours=2),
        done_at=timezone.now(),
    )  # fmt: skip
    client.post(page_of(handoff), {"step": "take_up"})
    handoff.refresh_from_db()
    assert (handoff.status, handoff.done_at) == (HandoffStatus.TAKEN_UP, None)
    assert Statistic.objects.values_list("taken_up_after", "done_after").get() == (2.0, None)


def test_each_step_is_in_the_figures(client: Client, sign_in: Any, handoff: Handoff) -> None:
    sign_in("view_handoff", "change_handoff")
    Handoff.objects.update(status=HandoffStatus.SENT, consented_at=timezone.now() - timedelta(hours=3))
    found = []
    for step in ("take_up", "finish", "take_up", "leave"):
        client.post(page_of(handoff), {"step": step})
        figures = Statistic.objects.get(conversation=handoff.conversation)
        found.append([hours and round(hours) for hours in (figures.taken_up_after, figures.done_after)])
    assert found == [[3, None], [3, 3], [3, None], [None, None]]


def test_one_that_failed_without_being_sent_goes_back_to_failed(client: Client, sign_in: Any, handoff: Handoff) -> None:
    sign_in("view_handoff", "change_handoff")
    Handoff.objects.update(status=HandoffStatus.TAKEN_UP)
    client.post(page_of(handoff), {"step": "leave"})
    handoff.refresh_from_db()
    assert (handoff.status, handoff.taken_up_by) == (HandoffStatus.FAILED, None)


def test_what_was_taken_back_after_sending_is_said_loudly(client: Client, sign_in: Any, handoff: Handoff) -> None:
    sign_in("view_handoff")
    now = timezone.now()
    Handoff.objects.update(status=HandoffStatus.WITHDRAWN, withdrawn_at=now, sent_at=now - timedelta(seconds=1))
    assert "De mail was toen al verstuurd" in client.get(page_of(handoff)).content.decode()


def test_the_list_asks_the_database_little_however_long_it_is(
    client: Client, sign_in: Any, handoff: Handoff, django_assert_max_num_queries: Any
) -> None:
    sign_in("view_handoff")
    now = timezone.now()
    for _ in range(30):
        Handoff.objects.create(
            id=uuid.uuid4().hex, conversation=handoff.conversation, consented_at=now, next_attempt_at=now
        )
    with django_assert_max_num_queries(12):
        assert client.get(LIST).status_code == 200
