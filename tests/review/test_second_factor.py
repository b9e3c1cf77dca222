"""The second factor of local accounts: what is asked of whom, and what does not get past it."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from auditlog.models import LogEntry
from django.contrib.auth.hashers import ScryptPasswordHasher, make_password
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.test import Client

from tests.review.addresses import ADDRESSES, OPEN
from tests.review.browser import PASSWORD
from tests.review.conftest import connected_to, signed_in

LOGIN, SET_UP, CODE, CODES, NEW_CODES = (
    "/inloggen/", "/tweede-stap/", "/inloggen/code/", "/tweede-stap/herstelcodes/", "/tweede-stap/herstelcodes/nieuw/",
)  # fmt: skip
ALLOWED = {"mfa_activate_totp", "logout"}
WRONG_CODE = "Deze code klopt niet"
TOO_OFTEN = "Je vulde te vaak een verkeerde code in"


@pytest.fixture(autouse=True)
def demanded(settings: Any) -> None:
    settings.SECOND_FACTOR = True


def code_of(secret: str, later: int = 0) -> str:
    """What an app shows now, or some steps of half a minute later."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + later))


def with_phone(person: User) -> str:
    """Give somebody a second factor; the secret in the app."""
    secret = generate_totp_secret()
    TOTP.activate(person, secret)
    RecoveryCodes.activate(person)
    return secret


def recovery_codes(person: User) -> list[str]:
    return list(Authenticator.objects.get(user=person, type="recovery_codes").wrap().get_unused_codes())


def by_password(name: str = "lezer", **from_where: Any) -> Client:
    client = Client(**from_where)
    client.post(LOGIN, {"login": name, "password": PASSWORD})
    return client


def give(client: Client, code: str) -> Any:
    return client.post(CODE, {"code": code})


def is_in(client: Client) -> bool:
    return client.get("/").status_code == 200


def at_the_set_up(answer: Any) -> bool:
    return bool(answer.status_code == 302 and answer.headers["Location"] == SET_UP)


class TestBeforeItIsSetUp:
    @pytest.fixture
    def halfway(self, colleague: User) -> Client:
        return by_password()

    def test_who_gave_the_password_is_led_to_it(self, halfway: Client) -> None:
        assert at_the_set_up(halfway.get("/"))
        assert "Stel je tweede stap in" in halfway.get(SET_UP).text

    def test_no_other_page_is_reached_and_nothing_is_posted(self, halfway: Client) -> None:
        for path in (path for path, name in ADDRESSES if name not in OPEN | ALLOWED):
            for ask in (halfway.get, halfway.post):
                answer = ask(path)
                # The form, also that of the admin, leads whoever is signed in to the beginning.
                led_on = answer.status_code == 405 or answer.headers["Location"] == "/"
                assert at_the_set_up(answer) or (led_on and path in {CODE, "/login/"}), path

    def test_the_same_for_who_may_do_everything(self, administrator: User) -> None:
        assert at_the_set_up(by_password("beheer").get("/auth/user/"))

    def test_one_can_sign_out(self, halfway: Client) -> None:
        assert halfway.post("/uitloggen/").headers["Location"] == LOGIN
        assert not at_the_set_up(halfway.get("/"))

    def test_a_wrong_code_sets_nothing_up_and_the_key_stays(self, halfway: Client) -> None:
        key = re.search(r'class="key">(\w+)<', halfway.get(SET_UP).text)
        page = halfway.post(SET_UP, {"code": "000000"}).text
        assert key is not None
        assert WRONG_CODE in page
        assert key[1] in page
        assert not Authenticator.objects.exists()

    def test_with_a_right_code_one_is_in_and_sees_the_recovery_codes_once(
        self, halfway: Client, colleague: User
    ) -> None:
        page = halfway.get(SET_UP).text
        assert "data:image/svg+xml;base64," in page
        key = re.search(r'class="key">(\w+)<', page)
        assert key is not None
        assert halfway.post(SET_UP, {"code": code_of(key[1])}).headers["Location"] == CODES
        shown = re.findall(r"<li>(\d{8})</li>", halfway.get(CODES).text)
        assert shown == recovery_codes(colleague)
        assert len(shown) == 10
        assert re.findall(r"<li>(\d{8})</li>", halfway.get(CODES).text) == []
        assert is_in(halfway)
        assert halfway.get(SET_UP).headers["Location"] == "/"
        assert logged() == ["lezer tweede stap: uit aan"]

    def test_the_other_browser_that_had_the_password_alone_is_out_from_then_on(
        self, halfway: Client, colleague: User
    ) -> None:
        with_phone(colleague)
        assert halfway.get("/review/conversation/").headers["Location"] == LOGIN
        assert not is_in(halfway)
        assert halfway.get(SET_UP).headers["Location"].startswith(LOGIN)


def logged() -> list[str]:
    """Who, what: of what happened to second factors."""
    told = LogEntry.objects.filter(content_type__model="user", action=LogEntry.Action.UPDATE).order_by("pk")
    found = [(entry.actor, entry.changes) for entry in told]
    return [
        f"{actor} {what}: {' '.join(filter(None, change))}"
        for actor, changes in found
        for what, change in changes.items()
    ]


class TestSigningIn:
    @pytest.fixture(autouse=True)
    def phone(self, colleague: User) -> None:
        self.person, self.secret = colleague, with_phone(colleague)

    def test_after_the_password_the_code_is_asked_and_one_is_where_one_wanted_to_be(self) -> None:
        client = Client()
        answer = client.post(f"{LOGIN}?next=/review/handoff/", {"login": "lezer", "password": PASSWORD})
        assert answer.headers["Location"] == CODE
        assert not is_in(client)
        assert "Je code" in client.get(CODE).text
        assert give(client, code_of(self.secret)).headers["Location"] == "/review/handoff/"
        assert is_in(client)

    def test_without_the_password_there_is_nothing_to_fill_in(self) -> None:
        client = Client()
        assert client.get(CODE).headers["Location"] == LOGIN
        assert give(client, code_of(self.secret)).headers["Location"] == LOGIN
        assert not is_in(client)

    @pytest.mark.parametrize("wrong", ["000000", "", "x", "12345678901", "١٢٣٤٥٦"])
    def test_a_wrong_code_is_said(self, wrong: str) -> None:
        client = by_password()
        page = give(client, wrong)
        assert page.status_code == 200
        assert 'role="alert"' in page.text
        assert not is_in(client)

    def test_a_code_may_be_typed_in_two_parts(self) -> None:
        code = code_of(self.secret)
        give(client := by_password(), f" {code[:3]} {code[3:]} ")
        assert is_in(client)

    @pytest.mark.parametrize(("later", "taken"), [(-2, False), (-1, True), (1, True), (3, False)])
    def test_a_clock_may_be_half_a_minute_off(self, later: int, taken: bool) -> None:
        give(client := by_password(), code_of(self.secret, later))
        assert is_in(client) == taken

    def test_a_code_works_once(self) -> None:
        code = code_of(self.secret)
        give(by_password(), code)
        give(again := by_password(), code)
        assert not is_in(again)
        assert WRONG_CODE in give(again, code).text

    def test_the_code_of_a_colleague_does_not_work(self, administrator: User) -> None:
        give(client := by_password(), code_of(with_phone(administrator)))
        assert not is_in(client)

    def test_a_recovery_code_works_once_and_says_how_many_are_left(self) -> None:
        code = recovery_codes(self.person)[3]
        client = by_password()
        give(client, code)
        assert "Je hebt er nog 9" in client.get("/").text
        give(again := by_password(), code)
        assert not is_in(again)
        assert logged() == ["lezer herstelcode: gebruikt"]

    def test_new_recovery_codes_ask_for_a_code_and_replace_the_old_ones(self) -> None:
        old = recovery_codes(self.person)
        client = by_password()
        give(client, code_of(self.secret))
        assert "Je hebt nog 10 herstelcodes" in client.get(NEW_CODES).text
        assert WRONG_CODE in client.post(NEW_CODES, {"code": "000000"}).text
        assert recovery_codes(self.person) == old
        assert client.post(NEW_CODES, {"code": code_of(self.secret, 1)}).headers["Location"] == CODES
        assert set(recovery_codes(self.person)).isdisjoint(old)
        assert re.findall(r"<li>(\d{8})</li>", client.get(CODES).text) == recovery_codes(self.person)
        assert is_in(client)
        assert logged() == ["lezer herstelcodes: nieuw"]

    def test_five_wrong_codes_shut_it_also_for_the_right_one_and_from_elsewhere(self, client: Client) -> None:
        for number in range(5):
            give(by_password(REMOTE_ADDR=f"198.51.100.{number}"), "000000")
        last = by_password(REMOTE_ADDR="203.0.113.1")
        assert TOO_OFTEN in give(last, code_of(self.secret)).text
        assert TOO_OFTEN in give(last, recovery_codes(self.person)[0]).text
        assert not is_in(last)

    def test_wrong_passwords_from_elsewhere_do_not_shut_it(self) -> None:
        for number in range(9):
            Client(REMOTE_ADDR=f"198.51.100.{number}").post(LOGIN, {"login": "lezer", "password": "een verkeerde zin"})
        give(client := by_password(), code_of(self.secret))
        assert is_in(client)

    def test_it_opens_again_after_half_an_hour(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for _ in range(5):
            give(by_password(), "000000")
        half_an_hour_later = time.time() + 31 * 60
        monkeypatch.setattr(time, "time", lambda: half_an_hour_later)
        give(client := by_password(), code_of(self.secret))
        assert is_in(client)

    def test_wrong_codes_where_new_ones_are_made_count_too(self) -> None:
        client = by_password()
        give(client, code_of(self.secret))
        for _ in range(5):
            client.post(NEW_CODES, {"code": "000000"})
        assert TOO_OFTEN in client.post(NEW_CODES, {"code": code_of(self.secret, 1)}).text

    def test_the_secret_cannot_be_read_in_the_database(self) -> None:
        kept = str(list(Authenticator.objects.values_list("data", flat=True)))
        assert self.secret not in kept
        assert not any(code in kept for code in recovery_codes(self.person))

    def test_with_another_secret_of_the_app_no_code_fits_and_nothing_fails(self, settings: Any) -> None:
        old = [code_of(self.secret), *recovery_codes(self.person)]
        settings.SECRET_KEY = "another secret of the app, which is long enough to be one"  # noqa: S105
        client = by_password()
        for code in old[:3]:
            assert WRONG_CODE in give(client, code).text
        call_command("reset_second_factor", "lezer")
        assert at_the_set_up(by_password().get("/"))


class TestLostPhone:
    @pytest.fixture(autouse=True)
    def phone(self, colleague: User) -> None:
        self.person, self.secret = colleague, with_phone(colleague)

    def ask(self, client: Client, *people: User) -> str:
        chosen = {"action": "reset_second_factor", "_selected_action": [person.pk for person in people]}
        return str(client.post("/auth/user/", chosen, follow=True).text)

    @pytest.fixture
    def chief(self, administrator: User) -> Client:
        secret = with_phone(administrator)
        client = by_password("beheer")
        give(client, code_of(secret))
        return client

    def test_a_colleague_resets_it_which_ends_the_sessions_and_is_logged(self, chief: Client) -> None:
        open_one = by_password()
        give(open_one, code_of(self.secret))
        assert is_in(open_one)
        assert "stelt bij het inloggen een nieuwe tweede stap in" in self.ask(chief, self.person)
        assert not is_in(open_one)
        assert not any(s.get_decoded().get("_auth_user_id") == str(self.person.pk) for s in Session.objects.all())
        assert at_the_set_up(by_password().get("/"))
        assert "beheer tweede stap: aan teruggezet" in logged()
        page = chief.get("/auditlog/logentry/").text
        assert "tweede stap: aan → teruggezet" in page

    def test_nobody_resets_their_own(self, chief: Client, administrator: User) -> None:
        assert "Vraag een collega" in self.ask(chief, administrator)
        assert Authenticator.objects.filter(user=administrator).exists()

    def test_a_colleague_lets_somebody_try_again_after_too_many_wrong_codes(self, chief: Client) -> None:
        for _ in range(5):
            give(by_password(), "000000")
        chief.post("/auth/user/", {"action": "unlock", "_selected_action": [self.person.pk]})
        give(client := by_password(), code_of(self.secret))
        assert is_in(client)

    def test_by_a_command_too(self) -> None:
        call_command("reset_second_factor", "lezer")
        assert not Authenticator.objects.filter(user=self.person).exists()
        assert LogEntry.objects.latest("pk").actor_email.endswith("(opdracht)")
        with pytest.raises(CommandError, match="Niemand logt in als niemand"):
            call_command("reset_second_factor", "niemand")


GUESS = """
import sys
import django
django.setup()
from django.test import Client
client = Client(headers={"host": "127.0.0.1"}, REMOTE_ADDR="198.51.100.7")
client.post("/inloggen/", {"login": "lezer", "password": sys.argv[1]})
for code in sys.argv[2:]:
    answer = client.post("/inloggen/code/", {"code": code})
    print("in" if answer.status_code == 302 else "shut" if "te vaak" in answer.text else "wrong")
"""


def test_guesses_in_several_processes_are_counted_together_and_a_code_works_in_one_of_them(
    new_review_database: Callable[[str], str], django_db_blocker: Any, settings: Any
) -> None:
    address = new_review_database("sqlite")
    with django_db_blocker.unblock(), connected_to(address):
        password = make_password(PASSWORD, hasher=ScryptPasswordHasher())
        secret = with_phone(User.objects.create(username="lezer", password=password, is_staff=True))
        settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
        code = code_of(secret)
        give(client := by_password(), code)
        assert is_in(client)
        for _ in range(2):
            give(by_password(), "000000")
    told = {
        "DJANGO_SETTINGS_MODULE": "review.settings",
        "REVIEW_DEVELOPMENT": "on",
        "REVIEW_SECOND_FACTOR": "on",
        "REVIEW_SECRET": settings.SECRET_KEY,
        "REVIEW_DATABASE_URL": address,
    }
    command = [sys.executable, "-c", GUESS, PASSWORD, code, "000002", "000003", code_of(secret, 1)]
    done = subprocess.run(command, env=told, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["wrong", "wrong", "wrong", "shut"]


def test_in_development_it_is_asked_only_of_who_has_one(colleague: User, settings: Any) -> None:
    settings.SECOND_FACTOR = False
    assert is_in(by_password())
    assert signed_in(colleague).get(SET_UP).status_code == 200
