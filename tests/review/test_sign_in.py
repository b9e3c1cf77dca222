"""Signing in and out, and who is kept out."""

from __future__ import annotations

from typing import Any

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.models import User
from django.test import Client

from coach.addresses import networks
from tests.review.browser import PASSWORD

LOGIN = "/inloggen/"
WRONG = "een verkeerde zin"


def sign_in(client: Client, name: str = "beheer", password: str = PASSWORD, to: str = "", **asked: Any) -> Any:
    address = f"{LOGIN}?next={to}" if to else LOGIN
    return client.post(address, {"login": name, "password": password}, **asked)


@pytest.mark.parametrize(
    ("wanted", "shown"),
    [
        ("", "/"),
        ("/review/handoff/", "/review/handoff/"),
        ("https://elders.example/", "/"),
        ("//elders.example/", "/"),
    ],
)
def test_after_signing_in_one_is_where_one_wanted_to_be_and_never_elsewhere(
    client: Client, administrator: User, wanted: str, shown: str
) -> None:
    answer = sign_in(client, to=wanted)
    assert (answer.status_code, answer.headers["Location"]) == (302, shown)
    assert client.get(shown).status_code == 200


def test_the_form_hands_on_where_one_wanted_to_be(client: Client) -> None:
    page = client.get("/review/handoff/", follow=True).text
    assert 'action="/inloggen/?next=%2Freview%2Fhandoff%2F"' in page or 'name="next" value="/review/handoff/"' in page


def test_a_wrong_password_is_said_and_the_name_stays(client: Client, administrator: User) -> None:
    page = sign_in(client, password=WRONG).text
    assert '<div role="alert"' in page
    assert "gebruikersnaam" in page
    assert 'value="beheer"' in page
    assert "<title>Fout bij het inloggen" in page
    assert WRONG not in page


def test_signing_out_is_a_button_and_nothing_can_be_read_after(as_administrator: Client) -> None:
    assert as_administrator.get("/uitloggen/").status_code == 405
    assert as_administrator.get("/").status_code == 200
    assert as_administrator.post("/uitloggen/").headers["Location"] == LOGIN
    assert as_administrator.get("/").status_code == 302


@pytest.mark.django_db
def test_who_may_not_use_the_app_is_told_so_and_can_sign_out(client: Client) -> None:
    User.objects.create_user("buiten", password=PASSWORD)
    answer = sign_in(client, "buiten")
    page = client.get(answer.headers["Location"], follow=True)
    assert page.status_code == 403
    assert "Je bent ingelogd als <strong>buiten</strong>" in page.text
    assert 'action="/uitloggen/"' in page.text
    assert client.post("/uitloggen/").headers["Location"] == LOGIN


@pytest.mark.django_db
def test_an_account_that_was_switched_off_does_not_sign_in(client: Client, colleague: User) -> None:
    client.force_login(colleague, "django.contrib.auth.backends.ModelBackend")
    assert client.get("/").status_code == 200
    User.objects.update(is_active=False)
    assert client.get("/").status_code == 302
    sign_in(client, "lezer")
    assert client.get("/").status_code == 302


class TestTooManyWrongPasswords:
    @pytest.fixture(autouse=True)
    def five_wrong_ones(self, client: Client, administrator: User, colleague: User) -> None:
        self.answers = [sign_in(client, password=WRONG) for _ in range(5)]

    def test_the_fifth_says_for_how_long_and_whom_to_ask(self) -> None:
        assert [answer.status_code for answer in self.answers] == [200, 200, 200, 200, 429]
        page = " ".join(self.answers[-1].text.split())
        assert "5 keer een verkeerd wachtwoord" in page
        assert "Wacht 30 minuten" in page
        assert "Vraag een beheerder" in page

    def test_then_the_right_one_does_not_help(self, client: Client) -> None:
        assert sign_in(client).status_code == 429

    def test_others_from_there_and_the_same_person_from_elsewhere_can_sign_in(self, client: Client) -> None:
        assert sign_in(client, "lezer").status_code == 302
        assert sign_in(Client(REMOTE_ADDR="198.51.100.1")).status_code == 302

    def test_the_password_is_not_kept(self) -> None:
        attempt = AccessAttempt.objects.get()
        assert WRONG not in attempt.post_data
        assert attempt.username == "beheer"

    def test_an_administrator_lets_somebody_in_again(self, client: Client, administrator: User) -> None:
        other = Client(REMOTE_ADDR="198.51.100.1")
        other.force_login(administrator, "django.contrib.auth.backends.ModelBackend")
        other.post("/auth/user/", {"action": "unlock", "_selected_action": [administrator.pk]})
        assert sign_in(client).status_code == 302


def test_a_name_in_other_letters_is_another_name_and_no_way_to_try_more(client: Client, administrator: User) -> None:
    assert sign_in(client, "BEHEER").status_code == 200
    assert not client.session.get("_auth_user_id")


@pytest.mark.django_db
def test_the_form_of_the_admin_itself_takes_no_password(as_colleague: Client, administrator: User) -> None:
    """It would ask for no code."""
    for client in (Client(), as_colleague):
        client.post("/login/", {"username": "beheer", "password": PASSWORD})
        assert client.session.get("_auth_user_id") != str(administrator.pk)


def test_behind_our_own_proxy_the_visitor_counts_and_nobody_can_pretend(
    client: Client, administrator: User, settings: Any
) -> None:
    settings.PROXIES = networks("127.0.0.0/8")
    through = {"headers": {"x-forwarded-for": "203.0.113.5, 198.51.100.1"}}
    for number in range(5):
        sign_in(client, password=WRONG, headers={"x-forwarded-for": f"203.0.113.{number}, 198.51.100.1"})
    assert sign_in(client, **through).status_code == 429
    assert sign_in(client, headers={"x-forwarded-for": "198.51.100.2"}).status_code == 302


def test_without_a_proxy_of_ours_what_a_visitor_says_is_not_believed(client: Client, administrator: User) -> None:
    for number in range(5):
        sign_in(client, password=WRONG, headers={"x-forwarded-for": f"203.0.113.{number}"})
    assert AccessAttempt.objects.get().ip_address == "127.0.0.1"


def test_of_ipv6_a_network_is_counted(client: Client, administrator: User) -> None:
    for number in range(5):
        last = sign_in(client, password=WRONG, REMOTE_ADDR=f"2001:db8::{number}")
    assert last.status_code == 429
    assert AccessAttempt.objects.get().ip_address == "2001:db8::"


def test_one_place_that_tries_many_names_has_to_wait(client: Client, administrator: User, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": False, "login": "3/m/ip"}
    statuses = [sign_in(client, f"naam{number}", REMOTE_ADDR="198.51.100.77").status_code for number in range(4)]
    assert statuses == [200, 200, 200, 429]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", ["accounts/signup/", "accounts/password/reset/", "accounts/email/", "inloggen/signup/"]
)
def test_there_is_no_sign_up_and_no_mail(as_administrator: Client, path: str) -> None:
    assert as_administrator.get(f"/{path}").status_code == 404
