"""Who may see and do what: every address and every posted change, by role.

A new page is a row of SEEN, a new change a row of DONE; a test fails until it stands there. The roles are in order:
each may what the one before it may. Who may not is refused, and nothing has changed.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group, Permission, User
from django.db import transaction
from django.test import Client
from django.utils import timezone

from review.admin import staff, turns
from review.admin.handoffs import SHOW_ADDRESS, STEPS
from review.models import (
    Conversation,
    Example,
    Flag,
    Handoff,
    Judgement,
    Label,
    Note,
    Purge,
    Recognition,
    ReplyAddress,
    SavedView,
    Turn,
)  # fmt: skip
from review.models.handoff import HandoffStatus
from review.models.improving import Verdict
from review.roles import RIGHTS, Role, has, make_groups, permissions
from tests.review.addresses import ADDRESSES
from tests.review.browser import PASSWORD, ROOT
from tests.review.conftest import signed_in

NOBODY, WITHOUT, READER, REVIEWER, KEEPER, ADMINISTRATOR, NEVER = range(7)
ROLES = {
    NOBODY: "nobody", WITHOUT: "without a role", READER: "lezer", REVIEWER: "beoordelaar", KEEPER: "beheerder",
    ADMINISTRATOR: "administrator",
}  # fmt: skip
NEW = "nog een lange zin om mee in te loggen"


class Page(NamedTuple):
    """From which role on somebody sees it, what it answers then, and what it answers others who signed in."""

    first: int
    status: int = 200
    refused: int = 403


ON = Page(WITHOUT, 302)  # to another address
POSTED = Page(WITHOUT, 405)  # to which something is posted, or nothing
# By the address as it is walked (addresses.py): the 1 is a thing that is there.
SEEN = {
    "/": Page(WITHOUT),
    "/auditlog/logentry/": Page(KEEPER),
    "/auditlog/logentry/1/": ON,
    "/auditlog/logentry/1/change/": Page(WITHOUT, 404),
    "/auditlog/logentry/1/delete/": Page(NEVER),
    "/auditlog/logentry/1/history/": Page(KEEPER),
    "/auditlog/logentry/add/": Page(NEVER),
    "/auth/": Page(KEEPER, refused=404),
    "/auth/group/": Page(ADMINISTRATOR),
    "/auth/group/1/": ON,
    "/auth/group/1/change/": Page(ADMINISTRATOR),
    "/auth/group/1/delete/": Page(ADMINISTRATOR),
    "/auth/group/1/history/": Page(ADMINISTRATOR),
    "/auth/group/add/": Page(ADMINISTRATOR),
    "/auth/user/": Page(KEEPER),
    "/auth/user/1/": ON,
    "/auth/user/1/change/": Page(KEEPER),
    "/auth/user/1/delete/": Page(NEVER),
    "/auth/user/1/history/": Page(KEEPER),
    "/auth/user/1/password/": Page(KEEPER),
    "/auth/user/add/": Page(KEEPER),
    "/autocomplete/": Page(NEVER),
    "/gezond/": Page(NOBODY),
    "/inloggen/": Page(NOBODY),
    "/inloggen/code/": ON,
    "/inloggen/microsoft/": Page(NOBODY, 404),
    "/inloggen/microsoft/terug/": Page(NOBODY, 404),
    "/inloggen/uitgezet/": Page(NOBODY),
    "/jsi18n/": Page(WITHOUT),
    "/leerzaam/": Page(REVIEWER),
    "/login/": ON,
    "/logout/": POSTED,
    "/overzicht/": Page(READER),
    "/overzicht/1.csv": Page(READER, 404),  # of none of the tables
    "/password_change/": Page(WITHOUT),
    "/password_change/done/": Page(WITHOUT),
    "/r/1/1/": Page(WITHOUT, 404),
    "/review/conversation/": Page(READER),
    "/review/conversation/1/": ON,
    "/review/conversation/1/change/": Page(READER),
    "/review/conversation/1/delete/": Page(NEVER),
    "/review/conversation/1/history/": Page(READER),
    "/review/conversation/1/inzage/": Page(WITHOUT, 405),
    "/review/conversation/1/wissen/": Page(KEEPER),
    "/review/conversation/add/": Page(NEVER),
    "/review/conversation/weergaven/": POSTED,
    "/review/conversation/weergaven/1/": POSTED,
    "/review/example/": Page(REVIEWER),
    "/review/example/1/": ON,
    "/review/example/1/change/": Page(REVIEWER, 302),
    "/review/example/1/delete/": Page(KEEPER),
    "/review/example/1/history/": Page(REVIEWER),
    "/review/example/add/": Page(NEVER),
    "/review/handoff/": Page(REVIEWER),
    "/review/handoff/1/": ON,
    "/review/handoff/1/change/": Page(REVIEWER),
    "/review/handoff/1/delete/": Page(NEVER),
    "/review/handoff/1/history/": Page(REVIEWER),
    "/review/handoff/add/": Page(NEVER),
    "/review/judgement/": Page(REVIEWER),
    "/review/judgement/1/": ON,
    "/review/judgement/1/change/": Page(REVIEWER, 302),
    "/review/judgement/1/delete/": Page(NEVER),
    "/review/judgement/1/history/": Page(REVIEWER),
    "/review/judgement/add/": Page(NEVER),
    "/review/label/": Page(READER),
    "/review/label/1/": ON,
    "/review/label/1/change/": Page(READER),
    "/review/label/1/delete/": Page(KEEPER),
    "/review/label/1/history/": Page(READER),
    "/review/label/add/": Page(REVIEWER),
    "/review/purge/": Page(KEEPER),
    "/review/purge/1/": ON,
    "/review/purge/1/change/": Page(WITHOUT, 404),
    "/review/purge/1/delete/": Page(NEVER),
    "/review/purge/1/history/": Page(KEEPER),
    "/review/purge/add/": Page(NEVER),
    "/search/": Page(WITHOUT),  # finds what somebody may see
    "/tweede-stap/": Page(WITHOUT),
    "/tweede-stap/herstelcodes/": Page(WITHOUT, 404),
    "/tweede-stap/herstelcodes/nieuw/": ON,
    "/uitloggen/": POSTED,
    "/verbeteringen/": POSTED,
}


class Change(NamedTuple):
    """From which role on somebody can make it, where it is posted, and what."""

    first: int
    path: str
    posted: dict[str, Any]


def on_page(path: str, field: str, *rows: tuple[int, str, dict[str, Any]]) -> list[Change]:
    """Changes that one page takes, by the value of a field."""
    return [Change(first, path, {field: value, **more}) for first, value, more in rows]


def chosen(path: str, pk: Any, *rows: tuple[int, str]) -> list[Change]:
    """Actions of a list, on one thing of it."""
    return [Change(first, path, {"action": action, "_selected_action": [pk], "post": "yes"}) for first, action in rows]


COLLEAGUE = {"username": "collega", "is_staff": "on"}  # switched off
PASSWORDS = {"password1": NEW, "password2": NEW}
CORRECTION = {"intent": "affirm", "example": "ja, dat klopt helemaal"}
DONE = [
    *on_page(
        "/review/conversation/1/change/",
        "change",
        (REVIEWER, "assign", {"person": "1"}),
        (REVIEWER, "review", {"reviewed": "yes"}),
        (REVIEWER, "add_label", {"label": "nieuw"}),
        (REVIEWER, "remove_label", {"label": "1"}),
        (REVIEWER, "add_note", {"text": "x"}),
        (REVIEWER, "delete_note", {"note": "1"}),
        (REVIEWER, "judge_right", {"turn": "2"}),
        (REVIEWER, "accept", {"turn": "2", **CORRECTION}),
        (REVIEWER, "draft", {"turn": "2", **CORRECTION}),
        (REVIEWER, "take_back", {"turn": "1"}),
        (READER, "flag", {"turn": "2", "why": "x"}),
        (READER, "unflag", {"turn": "1"}),
    ),
    *on_page("/leerzaam/", "change", (REVIEWER, "judge_right", {"turn": "2"}), (REVIEWER, "flag", {"turn": "2"})),
    Change(KEEPER, "/review/conversation/1/wissen/", {"sure": "yes"}),
    Change(KEEPER, "/review/conversation/1/inzage/", {}),  # is logged
    Change(KEEPER, "/verbeteringen/", {}),  # is logged
    Change(KEEPER, "/review/example/1/delete/", {"post": "yes"}),
    Change(NEVER, "/review/judgement/1/delete/", {"post": "yes"}),
    *chosen("/review/conversation/", "1", (REVIEWER, "mark_reviewed"), (REVIEWER, "assign_to_me")),
    *chosen("/review/conversation/", "1", (NEVER, "delete_selected")),
    Change(READER, "/review/conversation/weergaven/", {"name": "y", "query": "knelpunt=rol"}),
    Change(READER, "/review/conversation/weergaven/1/", {}),
    Change(NEVER, "/review/conversation/1/delete/", {"post": "yes"}),
    *on_page("/review/handoff/1/change/", "step", (REVIEWER, "take_up", {}), (KEEPER, "show_address", {})),
    *on_page("/review/handoff/2/change/", "step", (REVIEWER, "send_again", {})),
    *on_page("/review/handoff/3/change/", "step", (REVIEWER, "finish", {}), (REVIEWER, "leave", {})),
    Change(REVIEWER, "/review/label/add/", {"name": "ander"}),
    Change(KEEPER, "/review/label/1/change/", {"name": "ander"}),
    Change(KEEPER, "/review/label/1/delete/", {"post": "yes"}),
    *chosen("/review/label/", 1, (KEEPER, "delete_selected")),
    Change(KEEPER, "/auth/user/add/", {"username": "nieuw", **PASSWORDS}),
    Change(KEEPER, "/auth/user/1/change/", COLLEAGUE),
    Change(KEEPER, "/auth/user/1/password/", PASSWORDS),
    Change(NEVER, "/auth/user/1/delete/", {"post": "yes"}),
    *chosen("/auth/user/", 1, (KEEPER, "unlock"), (KEEPER, "reset_second_factor"), (NEVER, "delete_selected")),
    # An account that may do everything.
    Change(ADMINISTRATOR, "/auth/user/2/change/", {"username": "hoofd", "is_staff": "on"}),
    Change(ADMINISTRATOR, "/auth/user/2/password/", PASSWORDS),
    *chosen("/auth/user/", 2, (ADMINISTRATOR, "unlock"), (ADMINISTRATOR, "reset_second_factor")),
    Change(ADMINISTRATOR, "/auth/group/add/", {"name": "x"}),
    Change(ADMINISTRATOR, "/auth/group/1/change/", {"name": "x"}),
    Change(ADMINISTRATOR, "/auth/group/1/delete/", {"post": "yes"}),
    Change(NEVER, "/auditlog/logentry/1/delete/", {"post": "yes"}),
    Change(WITHOUT, "/password_change/", {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW}),
]


@pytest.fixture(autouse=True)
def something(db: None) -> None:
    """Something to see and to change."""
    now = timezone.now()
    conversation = Conversation.objects.create(
        code="1", channel="website", started_at=now, last_at=now, messages=1, reached=1
    )
    conversation.labels.add(Label.objects.create(pk=1, name="mooi"))
    for number in (2, 1):
        turn = Turn.objects.create(pk=number, conversation=conversation, number=number, said_at=now, said="help")
        Recognition.objects.create(turn=turn, intent="give_answer", confidence=0.5, margin=0.1, ranking=[])
    Judgement.objects.create(turn=turn, verdict=Verdict.RIGHT)
    Flag.objects.create(turn=turn)
    Example.objects.create(pk=1, turn=turn, conversation=conversation, text="x", intent="affirm", recognised="deny")
    Purge.objects.create(pk=1)
    Group.objects.get_or_create(pk=1, defaults={"name": "een groep"})
    for user in (
        User.objects.create_user("collega", password=PASSWORD, is_staff=True, pk=1),
        User.objects.create_superuser("hoofd", password=PASSWORD, pk=2),
    ):
        TOTP.activate(user, "JBSWY3DPEHPK3PXP")
    for number, status in (("1", HandoffStatus.SENT), ("2", HandoffStatus.FAILED), ("3", HandoffStatus.TAKEN_UP)):
        handoff = Handoff.objects.create(
            id=number, conversation=conversation, consented_at=now, next_attempt_at=now, status=status, text="x"
        )
        ReplyAddress.objects.create(handoff=handoff, address="leider@voorbeeld.nl")


@pytest.fixture(params=ROLES, ids=ROLES.values())
def role(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture
def somebody(role: int, something: None) -> User | None:
    """Somebody of a role, with a note and a saved view."""
    if role == NOBODY:
        return None
    user = User.objects.create_user("iemand", password=PASSWORD, is_staff=True, is_superuser=role == ADMINISTRATOR)
    if ROLES[role] in list(Role):
        user.groups.add(Group.objects.get(name=ROLES[role]))
    SavedView.objects.create(pk=1, owner=user, name="x", query="knelpunt=rol")
    Note.objects.create(pk=1, author=user, conversation_id="1", text="x")
    return user


def browser_of(somebody: User | None) -> Client:
    return signed_in(somebody) if somebody else Client()


def test_each_role_sees_its_pages_and_no_other(somebody: User | None, role: int) -> None:
    client = browser_of(somebody)
    wrong = {}
    for path, page in SEEN.items():
        with transaction.atomic():
            answer = client.get(path)
            transaction.set_rollback(True)
        if role >= page.first:
            # Who is signed in is led on from the form.
            right = answer.status_code == page.status or (path == "/inloggen/" and answer.status_code == 302)
        elif role == NOBODY:
            right = answer.status_code == 302 and answer.headers["Location"].startswith(("/inloggen/", "/login/?"))
        else:
            right = answer.status_code == page.refused
        if not right:
            wrong[path] = answer.status_code
    assert wrong == {}


KEPT = ("review", "auth", "auditlog", "mfa", "axes")


def everything() -> dict[str, list[str]]:
    """All that is kept, row by row."""
    every = apps.get_models(include_auto_created=True)
    models = [model for model in every if model._meta.app_label in KEPT and model is not Permission]
    return {model._meta.label: sorted(map(repr, model._default_manager.values_list())) for model in models}


def test_each_role_makes_its_changes_and_no_other(somebody: User | None, role: int) -> None:
    cookies, before, wrong = browser_of(somebody).cookies, everything(), []
    for change in DONE:
        with transaction.atomic():
            client = Client()
            client.cookies = cookies.copy()
            answer = client.post(change.path, change.posted)
            done = everything() != before
            transaction.set_rollback(True)
        if done != (role >= change.first):
            wrong.append((change, answer.status_code))
    assert wrong == []


def test_every_address_has_its_row() -> None:
    assert {path for path, _ in ADDRESSES} == set(SEEN)


def test_every_change_has_its_row() -> None:
    posted = [change.posted for change in DONE]
    assert {one["change"] for one in posted if "change" in one} == {*staff.CHANGES, *turns.CHANGES}
    assert {one["step"] for one in posted if "step" in one} == {
        SHOW_ADDRESS, *(step for steps in STEPS.values() for step, _ in steps)
    }  # fmt: skip
    actions = {name for shown in admin.site._registry.values() for name in shown.actions or ()}
    assert actions <= {one["action"] for one in posted if "action" in one}


@pytest.mark.parametrize("role", Role)
def test_a_group_has_the_rights_of_its_role_which_includes_the_one_before(role: Role) -> None:
    had = Group.objects.get(name=role).permissions.values_list("content_type__app_label", "codename")
    assert set(had) == {right for right, told in RIGHTS.items() if has(role, told)}
    assert set(permissions(Role.LEZER)) <= set(permissions(role)) <= set(permissions(Role.BEHEERDER))


def test_a_group_that_was_changed_stays_so_and_one_that_is_gone_comes_back() -> None:
    Group.objects.get(name="lezer").permissions.clear()
    Group.objects.get(name="beoordelaar").delete()
    make_groups(using="default")
    assert not Group.objects.get(name="lezer").permissions.exists()
    assert set(Group.objects.get(name="beoordelaar").permissions.all()) == set(permissions(Role.BEOORDELAAR))


def test_the_table_in_the_docs_says_who_may_do_what() -> None:
    rows = ["| recht | lezer | beoordelaar | beheerder |", "|---|---|---|---|"]
    for right in RIGHTS.values():
        rows.append(f"| {right.called} | {' | '.join('ja' if has(role, right) else '–' for role in Role)} |")
    told = (ROOT / "docs" / "leesomgeving.md").read_text(encoding="utf-8")
    assert "\n".join(rows) in told
