"""Administrators make accounts and groups; the log says who did and read what."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from auditlog.context import disable_auditlog
from auditlog.models import LogEntry
from auditlog.signals import accessed
from axes.models import AccessAttempt
from django.contrib import admin
from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from review.models import Conversation
from review.roles import RIGHTS, Role
from tests.review.browser import PASSWORD
from tests.review.conftest import signed_in

NEW = "nog een lange zin om mee in te loggen"


def conversation(code: str = "AB12CD") -> Conversation:
    now = timezone.now()
    with disable_auditlog():  # as in the worker, which makes them
        return Conversation.objects.create(
            code=code, channel="website", started_at=now, last_at=now - timedelta(hours=1), messages=3, reached=2
        )


def test_an_administrator_makes_an_account_that_can_sign_in_and_do_what_its_group_may(
    as_administrator: Client, client: Client
) -> None:
    group = Group.objects.create(name="Meelezers")
    group.permissions.add(Permission.objects.get(codename="view_conversation"))
    made = {"username": "nieuw", "first_name": "Noor", "groups": [group.pk], "password1": NEW, "password2": NEW}
    assert as_administrator.post("/auth/user/add/", made).status_code == 302
    client.post("/inloggen/", {"login": "nieuw", "password": NEW})
    assert client.get("/review/conversation/").status_code == 200
    assert client.get("/review/handoff/").status_code == 403


@pytest.mark.parametrize("password", ["kort", "q1w2e3r4t5y6", "nieuw-nieuw"])
def test_a_weak_password_is_refused(as_administrator: Client, password: str) -> None:
    page = as_administrator.post(
        "/auth/user/add/", {"username": "nieuw-nieuw", "password1": password, "password2": password}
    )
    assert page.status_code == 200
    assert not User.objects.filter(username="nieuw-nieuw").exists()


def test_an_administrator_gives_somebody_a_new_password(
    as_administrator: Client, colleague: User, client: Client
) -> None:
    assert "../password/" in as_administrator.get(f"/auth/user/{colleague.pk}/change/").text
    as_administrator.post(f"/auth/user/{colleague.pk}/password/", {"password1": NEW, "password2": NEW})
    assert client.post("/inloggen/", {"login": "lezer", "password": NEW}).status_code == 302


def test_everybody_changes_their_own_password(as_colleague: Client, client: Client) -> None:
    changed = {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW}
    assert as_colleague.post("/password_change/", changed, follow=True).status_code == 200
    assert client.post("/inloggen/", {"login": "lezer", "password": NEW}).status_code == 302


@pytest.mark.parametrize("path", ["/auth/group/", "/auth/group/add/"])
def test_groups_are_for_administrators_whatever_rights_somebody_has(colleague: User, path: str) -> None:
    colleague.user_permissions.set(Permission.objects.all())
    assert signed_in(colleague).get(path).status_code == 403


class TestKeeper:
    """A beheerder keeps the accounts, and makes nobody mightier than that."""

    @pytest.fixture(autouse=True)
    def keeper(self, colleague: User, administrator: User) -> None:
        self.own = User.objects.create_user("sam", password=PASSWORD, is_staff=True)
        self.own.groups.add(Group.objects.get(name=Role.BEHEERDER))
        self.client = signed_in(self.own)

    def ticked(self, *names: str) -> list[int]:
        return list(Group.objects.filter(name__in=names).values_list("pk", flat=True))

    def change(self, person: User, **posted: Any) -> Any:
        told = {"username": person.username, "is_active": "on", **posted}
        answer = self.client.post(f"/auth/user/{person.pk}/change/", told)
        person.refresh_from_db()
        return answer

    def test_makes_accounts_with_a_role(self) -> None:
        made = {"username": "nieuw", "groups": self.ticked("beoordelaar"), "password1": NEW, "password2": NEW}
        assert self.client.post("/auth/user/add/", made).status_code == 302
        new = User.objects.get(username="nieuw")
        assert new.is_staff
        assert [group.name for group in new.groups.all()] == ["beoordelaar"]

    def test_gives_roles_takes_them_away_and_switches_off(self, colleague: User) -> None:
        self.change(colleague, groups=self.ticked("lezer", "beheerder"))
        assert {group.name for group in colleague.groups.all()} == {"lezer", "beheerder"}
        self.change(colleague, groups=[], is_active="")
        assert not colleague.groups.exists()
        assert not colleague.is_active

    def test_groups_that_are_no_role_are_neither_given_nor_taken(self, colleague: User) -> None:
        theirs, other = (Group.objects.create(name=name) for name in ("van hen", "een ander"))
        colleague.groups.add(theirs)
        page = self.change(colleague, groups=[other.pk, *self.ticked("lezer")])
        assert page.status_code == 200
        assert list(colleague.groups.all()) == [theirs]
        self.change(colleague, groups=self.ticked("lezer"))
        assert {group.name for group in colleague.groups.all()} == {"van hen", "lezer"}

    @pytest.mark.parametrize("field", ["is_superuser", "is_staff"])
    def test_lets_nobody_do_everything_whatever_is_posted(self, colleague: User, field: str) -> None:
        User.objects.filter(pk=colleague.pk).update(is_staff=False)
        everything = Permission.objects.values_list("pk", flat=True)
        self.change(colleague, **{field: "on"}, user_permissions=list(everything))
        assert not getattr(colleague, field)
        assert not colleague.user_permissions.exists()
        made = {"username": "nieuw", field: "on", "password1": NEW, "password2": NEW}
        self.client.post("/auth/user/add/", made)
        assert not User.objects.get(username="nieuw").is_superuser

    def test_sees_who_may_do_everything_and_changes_nothing_of_theirs(self, administrator: User) -> None:
        before = User.objects.filter(pk=administrator.pk).values().get()
        assert "Samira" in self.client.get(f"/auth/user/{administrator.pk}/change/").text
        assert self.change(administrator, is_active="", first_name="x").status_code == 403
        new = {"password1": NEW, "password2": NEW}
        assert self.client.post(f"/auth/user/{administrator.pk}/password/", new).status_code == 403
        assert User.objects.filter(pk=administrator.pk).values().get() == before

    @pytest.mark.parametrize("action", ["unlock", "reset_second_factor"])
    def test_an_action_passes_over_who_may_do_everything(
        self, administrator: User, colleague: User, action: str
    ) -> None:
        TOTP.activate(administrator, "JBSWY3DPEHPK3PXP")
        for person in (administrator, colleague):
            AccessAttempt.objects.create(username=person.username, ip_address="192.0.2.1", failures_since_start=5)
        asked = {"action": action, "_selected_action": [administrator.pk, colleague.pk]}
        page = self.client.post("/auth/user/", asked, follow=True).text
        assert "lezer" in page
        assert AccessAttempt.objects.filter(username="beheer").exists()
        assert Authenticator.objects.filter(user=administrator).exists()
        asked["_selected_action"] = [administrator.pk]
        assert "Vraag een collega" in self.client.post("/auth/user/", asked, follow=True).text

    def test_cannot_shut_out_or_raise_themselves(self) -> None:
        self.change(self.own, is_active="", groups=self.ticked("lezer"), is_superuser="on", first_name="Sam")
        assert self.own.is_active
        assert not self.own.is_superuser
        assert self.own.first_name == "Sam"
        assert [group.name for group in self.own.groups.all()] == ["beheerder"]

    def test_changes_their_own_password_where_the_old_one_is_asked(self) -> None:
        new = {"password1": NEW, "password2": NEW}
        answer = self.client.post(f"/auth/user/{self.own.pk}/password/", new)
        assert answer.headers["Location"] == "/password_change/"
        self.own.refresh_from_db()
        assert self.own.check_password(PASSWORD)

    def test_does_not_change_what_a_role_may(self) -> None:
        group = Group.objects.get(name="lezer")
        every = list(Permission.objects.values_list("pk", flat=True))
        posted = {"name": "lezer", "permissions": every}
        assert self.client.post(f"/auth/group/{group.pk}/change/", posted).status_code == 403
        assert group.permissions.count() == 4

    @pytest.mark.parametrize("asked", ["authenticator__data__contains=a", "password__startswith=md5", "groups__name=x"])
    def test_asks_nothing_of_the_list_that_it_does_not_show(self, colleague: User, asked: str) -> None:
        TOTP.activate(colleague, "JBSWY3DPEHPK3PXP")
        answer = self.client.get(f"/auth/user/?{asked}")
        assert answer.status_code == 400

    def test_a_new_password_is_logged_and_signs_out_who_had_the_old_one(self, colleague: User) -> None:
        theirs = signed_in(colleague)
        self.client.post(f"/auth/user/{colleague.pk}/password/", {"password1": NEW, "password2": NEW})
        assert theirs.get("/").status_code == 302
        assert "wachtwoord:" in self.client.get("/auditlog/logentry/").text
        assert NEW not in str(list(LogEntry.objects.values()))


def test_who_may_do_everything_cannot_take_that_from_themselves(as_administrator: Client, administrator: User) -> None:
    as_administrator.post(f"/auth/user/{administrator.pk}/change/", {"username": "beheer"})
    administrator.refresh_from_db()
    assert administrator.is_active
    assert administrator.is_superuser
    assert administrator.is_staff


def test_an_account_is_switched_off_and_never_deleted(as_administrator: Client, colleague: User) -> None:
    assert as_administrator.post(f"/auth/user/{colleague.pk}/delete/", {"post": "yes"}).status_code == 403
    assert User.objects.filter(pk=colleague.pk).exists()


def test_a_group_is_offered_the_rights_that_mean_something_in_dutch_and_no_others(as_administrator: Client) -> None:
    form = as_administrator.get("/auth/group/add/").context["adminform"].form
    assert [label for _, label in form.fields["permissions"].choices] == [right.called for right in RIGHTS.values()]
    strange = Permission.objects.get(codename="delete_user")
    page = as_administrator.post("/auth/group/add/", {"name": "Te veel", "permissions": [strange.pk]})
    assert page.status_code == 200
    assert not Group.objects.filter(name="Te veel").exists()


@pytest.mark.django_db
def test_every_right_that_the_app_has_can_be_given() -> None:
    own = Permission.objects.filter(content_type__app_label="review").exclude(content_type__model="followed")
    assert set(own.values_list("content_type__app_label", "codename")) <= set(RIGHTS)


def test_only_what_staff_use_has_a_list() -> None:
    assert {model._meta.label for model in admin.site._registry} == {
        "review.Conversation", "review.Handoff", "review.Label", "auth.User", "auth.Group", "auditlog.LogEntry",
        "review.Judgement", "review.Example", "review.Purge",
    }  # fmt: skip


class TestLog:
    @pytest.fixture(autouse=True)
    def something_happened(self, as_administrator: Client, colleague: User) -> None:
        first = conversation()
        as_administrator.get(f"/review/conversation/{first.pk}/change/")
        form = {"username": "lezer", "is_staff": "on", "first_name": "", "last_name": ""}
        as_administrator.post(f"/auth/user/{colleague.pk}/change/", form)

    def lines(self, client: Client, **asked: Any) -> list[str]:
        listed = client.get("/auditlog/logentry/", asked).context["cl"]
        shown = admin.site._registry[LogEntry]
        return [f"{shown.who(row)} {shown.did(row)} {row.object_repr}" for row in listed.result_list]

    def test_it_says_who_read_which_conversation(self, as_administrator: Client) -> None:
        assert "beheer bekeken Gesprek AB12CD" in self.lines(as_administrator)
        page = as_administrator.get("/auditlog/logentry/").text
        assert 'href="/review/conversation/AB12CD/change/"' in page

    def test_it_says_what_was_changed(self, as_administrator: Client) -> None:
        assert "beheer gewijzigd lezer" in self.lines(as_administrator)
        assert "account staat aan: ja → nee" in as_administrator.get("/auditlog/logentry/").text

    def test_it_can_be_filtered_by_who_and_what(self, as_administrator: Client, colleague: User) -> None:
        assert self.lines(as_administrator, wat="3") == ["beheer bekeken Gesprek AB12CD"]
        assert self.lines(as_administrator, q="AB12CD") == ["beheer bekeken Gesprek AB12CD"]
        assert self.lines(as_administrator, actor__id__exact=colleague.pk) == []

    def test_it_can_be_filtered_by_days_of_which_the_last_is_included(self, as_administrator: Client) -> None:
        today = timezone.localdate()
        every = self.lines(as_administrator)
        assert self.lines(as_administrator, timestamp_from=today, timestamp_to=today) == every != []
        assert self.lines(as_administrator, timestamp_from=today + timedelta(days=1)) == []
        assert self.lines(as_administrator, timestamp_to=f"{today - timedelta(days=1):%d-%m-%Y}") == []
        assert self.lines(as_administrator, timestamp_from="gisteren") == every

    def test_it_cannot_be_changed_and_has_no_other_page(self, as_administrator: Client) -> None:
        entry = LogEntry.objects.first()
        assert as_administrator.get("/auditlog/logentry/add/").status_code == 403
        assert as_administrator.get(f"/auditlog/logentry/{entry.pk}/change/").status_code == 404
        assert as_administrator.post(f"/auditlog/logentry/{entry.pk}/delete/", {"post": "yes"}).status_code == 403

    def test_it_is_for_those_with_the_right(self, colleague: User) -> None:
        User.objects.update(is_active=True)
        assert signed_in(colleague).get("/auditlog/logentry/").status_code == 403
        colleague.user_permissions.add(
            Permission.objects.get(codename="view_logentry", content_type__app_label="auditlog")
        )
        assert signed_in(colleague).get("/auditlog/logentry/").status_code == 200

    def test_a_longer_log_takes_no_more_queries(
        self, as_administrator: Client, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        for number in range(40):
            accessed.send(Conversation, instance=conversation(f"C{number}"))
        with django_assert_max_num_queries(12):
            as_administrator.get("/auditlog/logentry/")


class TestStart:
    def test_it_says_what_waits_and_leads_there(self, as_administrator: Client, administrator: User) -> None:
        mine, _ = conversation("A1"), conversation("A2")
        Conversation.objects.filter(pk=mine.pk).update(assigned_to=administrator)
        as_administrator.get("/review/conversation/A2/change/")
        page = as_administrator.get("/")
        assert [tile["number"] for tile in page.context["tiles"]] == ["2", "1", "0", "0", 0, 0, 0]
        for tile, shown in zip(page.context["tiles"][:2], (2, 1), strict=True):
            assert as_administrator.get(tile["address"]).context["cl"].result_count == shown
        for tile in page.context["tiles"][2:]:
            assert as_administrator.get(tile["address"]).status_code == 200
        assert [str(read) for read in page.context["last_read"]] == ["Gesprek A2"]

    def test_what_was_erased_is_read_no_more(self, as_administrator: Client) -> None:
        conversation("A1")
        as_administrator.get("/review/conversation/A1/change/")
        Conversation.objects.all().delete()
        assert as_administrator.get("/").context["last_read"] == []

    def test_it_takes_few_queries(
        self, as_administrator: Client, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        for number in range(20):
            conversation(f"A{number}")
            as_administrator.get(f"/review/conversation/A{number}/change/")
        with django_assert_max_num_queries(10):
            as_administrator.get("/")

    def test_without_rights_one_is_told_whom_to_ask(self, as_colleague: Client) -> None:
        page = as_colleague.get("/")
        assert page.context["tiles"] == []
        assert "Vraag een beheerder" in page.text
        assert "Logboek" not in page.text
