"""Signing in by OpenID Connect, at a real provider."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.socialaccount.models import SocialAccount
from auditlog.models import LogEntry
from django.contrib.auth.models import Group, User
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from review.roles import Role
from tests.review import production
from tests.review.browser import PASSWORD
from tests.review.identity import CALLBACK, FATIMA, SECRET, Identity, running
from tests.review.test_second_factor import at_the_set_up

BEGIN = "/inloggen/microsoft/"


@pytest.fixture(scope="module")
def provider() -> Iterator[Identity]:
    with running() as provider:
        yield provider


@pytest.fixture
def identity(provider: Identity, settings: Any, db: None) -> Identity:
    """Fatima may read, and nothing is wrong."""
    told = production.read(**production.PRODUCTION, REVIEW_DEVELOPMENT="on", **provider.settings())
    settings.SOCIALACCOUNT_PROVIDERS = told["SOCIALACCOUNT_PROVIDERS"]
    provider.has()
    provider.spoils({})
    return provider


@pytest.fixture
def client() -> Client:
    return Client(headers={"host": "127.0.0.1"})


def begin(client: Client, to: str = "") -> str:
    """Press the button; where the browser is sent to."""
    answer = client.get(BEGIN, {"next": to} if to else {})
    assert answer.status_code == 302
    return str(answer.headers["Location"])


def back(client: Client, address: str) -> Any:
    """Follow the provider back."""
    parts = urlsplit(address)
    return client.get(f"{parts.path}?{parts.query}")


def sign_in(client: Client, identity: Identity, sub: str = FATIMA, to: str = "") -> Any:
    return back(client, identity.lets_in(begin(client, to), sub))


def test_a_person_with_a_role_has_an_account_from_the_first_time_on(client: Client, identity: Identity) -> None:
    answer = sign_in(client, identity, to="/review/conversation/")
    assert answer.headers["Location"] == "/review/conversation/"
    assert client.get("/review/conversation/").status_code == 200
    assert client.get("/review/handoff/").status_code == 403
    user = User.objects.get()
    assert (user.first_name, user.last_name, user.email) == ("Fatima", "el Idrissi", "")
    assert user.username == "fatima@netwerk.example"
    assert user.is_staff
    assert not user.is_superuser
    assert not user.has_usable_password()
    kept = SocialAccount.objects.get()
    assert (kept.uid, kept.extra_data) == (FATIMA, {"roles": ["lezer"]})


def test_the_second_time_it_is_the_same_account(client: Client, identity: Identity) -> None:
    sign_in(client, identity)
    sign_in(Client(headers={"host": "127.0.0.1"}), identity)
    assert User.objects.count() == 1


def test_state_nonce_and_pkce_go_along_and_no_address_is_asked_for(client: Client, identity: Identity) -> None:
    told = parse_qs(urlsplit(begin(client)).query)
    assert told["response_type"] == ["code"]
    assert told["code_challenge_method"] == ["S256"]
    assert len(told["state"][0]) >= 16
    assert len(told["nonce"][0]) == 64
    assert told["nonce"] != parse_qs(urlsplit(begin(client)).query)["nonce"]
    assert set(told["scope"][0].split()) == {"openid", "profile"}
    assert told["redirect_uri"] == [f"http://127.0.0.1{CALLBACK}"]


@pytest.mark.parametrize(
    "asked", ["?process=connect", "?scope=admin&auth_params=prompt%3Dnone", "?next=https://x.example"]
)
def test_whoever_makes_the_link_decides_nothing(client: Client, identity: Identity, asked: str) -> None:
    address = client.get(BEGIN + asked).headers["Location"]
    assert "admin" not in address
    assert "prompt" not in address
    assert back(client, identity.lets_in(address)).headers["Location"] == "/"


@pytest.mark.parametrize(
    ("told", "had"),
    [
        (["beoordelaar"], {"beoordelaar"}),
        (["lezer", "beheerder"], {"lezer", "beheerder"}),
        (["lezer", "Global Administrator", 7, None], {"lezer"}),
    ],
)
def test_the_app_roles_are_the_groups(client: Client, identity: Identity, told: list[Any], had: set[str]) -> None:
    identity.has(roles=told)
    sign_in(client, identity)
    assert set(User.objects.get().groups.values_list("name", flat=True)) == had


def test_a_role_that_was_taken_away_is_gone_at_the_next_sign_in_and_other_groups_stay(
    client: Client, identity: Identity
) -> None:
    identity.has(roles=["lezer", "beheerder"])
    sign_in(client, identity)
    assert client.get("/auth/user/").status_code == 200
    User.objects.get().groups.add(Group.objects.create(name="van ons zelf"))
    identity.has(roles=["lezer"])
    sign_in(client, identity)
    assert client.get("/auth/user/").status_code == 403
    assert set(User.objects.get().groups.values_list("name", flat=True)) == {"lezer", "van ons zelf"}
    assert LogEntry.objects.filter(changes__has_key="groups").exists()


@pytest.mark.parametrize("roles", [None, [], "lezer", ["Lezer"], ["iemand"]])
def test_without_a_role_nobody_comes_in_and_nothing_is_made(client: Client, identity: Identity, roles: Any) -> None:
    identity.has(roles=roles)
    answer = sign_in(client, identity)
    assert answer.status_code == 403
    assert "Je hebt hier nog geen rol" in answer.text
    nobody_is_in(client)
    assert not SocialAccount.objects.exists()


def nobody_is_in(client: Client, accounts: int = 0) -> None:
    assert client.get("/").status_code == 302
    assert User.objects.count() == accounts


def test_who_lost_every_role_stays_out_and_has_no_rights_left(client: Client, identity: Identity) -> None:
    sign_in(client, identity)
    identity.has(roles=[])
    other = Client(headers={"host": "127.0.0.1"})
    assert sign_in(other, identity).status_code == 403
    nobody_is_in(other, accounts=1)
    assert client.get("/review/conversation/").status_code == 403


def test_an_account_that_was_switched_off_stays_out(client: Client, identity: Identity) -> None:
    sign_in(client, identity)
    User.objects.update(is_active=False)
    assert sign_in(client, identity).headers["Location"] == "/inloggen/uitgezet/"
    nobody_is_in(client, accounts=1)


def test_a_local_account_with_the_same_name_or_address_is_somebody_else(client: Client, identity: Identity) -> None:
    known = {"email": "fatima@netwerk.example", "password": PASSWORD}
    local = User.objects.create_superuser("fatima@netwerk.example", **known)
    identity.has(email="fatima@netwerk.example", email_verified=True)
    sign_in(client, identity)
    made = User.objects.exclude(pk=local.pk).get()
    assert client.session["_auth_user_id"] == str(made.pk)
    assert not made.is_superuser
    assert not SocialAccount.objects.filter(user=local).exists()


def test_another_person_with_the_same_address_is_another_account(client: Client, identity: Identity) -> None:
    sign_in(client, identity)
    identity.has(
        "22222222-other", name="Fatima el Idrissi", preferred_username="fatima@netwerk.example", roles=["lezer"]
    )
    sign_in(client, identity, "22222222-other")
    assert User.objects.count() == 2


def test_a_local_account_that_is_signed_in_is_not_tied_to_it(identity: Identity, administrator: User) -> None:
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(administrator, "django.contrib.auth.backends.ModelBackend")
    sign_in(client, identity)
    assert client.session["_auth_user_id"] != str(administrator.pk)
    assert not SocialAccount.objects.filter(user=administrator).exists()


def test_the_session_ends_after_eight_hours_and_with_the_browser(client: Client, identity: Identity) -> None:
    answer = sign_in(client, identity)
    session = Session.objects.get(session_key=client.session.session_key)
    left = session.expire_date - timezone.now()
    assert timedelta(hours=7, minutes=59) < left <= timedelta(hours=8)
    assert answer.cookies["sessionid"]["max-age"] == ""


def test_the_second_factor_is_the_providers(client: Client, identity: Identity, settings: Any) -> None:
    settings.SECOND_FACTOR = True
    sign_in(client, identity)
    assert client.get("/review/conversation/").status_code == 200
    assert client.get("/tweede-stap/").headers["Location"] == "/"


def test_a_password_alone_is_still_not_enough_beside_it(identity: Identity, colleague: User, settings: Any) -> None:
    settings.SECOND_FACTOR = True
    client = Client(headers={"host": "127.0.0.1"})
    client.post("/inloggen/", {"login": "lezer", "password": PASSWORD})
    assert at_the_set_up(client.get("/"))


NOW = int(time.time())
WRONG = {
    "signed by another": {"signed": "another"},
    "for another app": {"claims": {"aud": "another"}},
    "of another provider": {"claims": {"iss": "https://login.microsoftonline.com/another/v2.0"}},
    "of yesterday": {"claims": {"iat": NOW - 90_000, "exp": NOW - 86_400}},
    "for another browser": {"claims": {"nonce": "another"}},
    "of nobody": {"claims": {"sub": None}},
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_a_token_that_is_not_right_lets_nobody_in(
    client: Client, identity: Identity, caplog: pytest.LogCaptureFixture, wrong: dict[str, Any]
) -> None:
    identity.spoils(wrong)
    answer = sign_in(client, identity)
    assert answer.status_code == 403
    assert "Inloggen met Microsoft lukte niet" in answer.text
    assert "the ID token is" in caplog.text
    assert "eyJ" not in caplog.text
    nobody_is_in(client)


@pytest.mark.parametrize("path", ["/token", "/jwks"])
def test_a_provider_that_fails_is_said_to_be_away(client: Client, identity: Identity, path: str) -> None:
    identity.spoils({"away": path})
    answer = sign_in(client, identity)
    assert answer.status_code == 502
    assert "Microsoft antwoordt niet" in answer.text
    nobody_is_in(client)


def test_a_provider_that_is_gone_is_said_to_be_away(client: Client, identity: Identity, settings: Any) -> None:
    nowhere = identity_elsewhere(settings, "http://127.0.0.1:9")
    answer = client.get(BEGIN)
    assert (answer.status_code, "Microsoft antwoordt niet" in answer.text) == (502, True), nowhere


def identity_elsewhere(settings: Any, issuer: str) -> str:
    (app,) = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"]
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {
            **settings.SOCIALACCOUNT_PROVIDERS["openid_connect"],
            "APPS": [{**app, "settings": {**app["settings"], "server_url": issuer}}],
        }
    }
    return issuer


def test_a_provider_that_calls_itself_otherwise_is_not_believed(
    client: Client, identity: Identity, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    identity_elsewhere(settings, identity.issuer.replace("127.0.0.1", "localhost"))
    answer = client.get(BEGIN)
    assert answer.status_code == 403
    assert f"the provider calls itself {identity.issuer}" in caplog.text


def test_a_wrong_secret_of_the_app_is_named_in_the_log_alone(
    client: Client, identity: Identity, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    (app,) = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"]
    app["secret"] = "expired"  # noqa: S105
    answer = sign_in(client, identity)
    assert answer.status_code == 403
    assert "invalid_client" in caplog.text
    assert "invalid_client" not in answer.text
    assert SECRET not in caplog.text


def test_an_answer_is_taken_once_and_by_the_browser_that_began(client: Client, identity: Identity) -> None:
    address = identity.lets_in(begin(client))
    stranger = Client(headers={"host": "127.0.0.1"})
    assert back(stranger, address).status_code == 403
    nobody_is_in(stranger)
    assert back(client, address).status_code == 302
    client.logout()
    again = back(client, address)
    assert again.status_code == 403
    assert "Inloggen met Microsoft lukte niet" in again.text


@pytest.mark.parametrize(
    ("told", "said"),
    [("access_denied", "Je stopte bij Microsoft"), ("server_error", "lukte niet"), ("<script>", "lukte niet")],
)
def test_what_the_provider_refuses_is_told(client: Client, identity: Identity, told: str, said: str) -> None:
    state = parse_qs(urlsplit(begin(client)).query)["state"][0]
    answer = client.get(CALLBACK, {"error": told, "state": state})
    assert answer.status_code == 403
    assert said in answer.text
    assert "<script>" not in answer.text


@pytest.mark.django_db
@pytest.mark.parametrize("path", [BEGIN, CALLBACK])
def test_where_it_is_not_set_up_there_is_none_of_it(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404
    assert "Microsoft" not in client.get("/inloggen/").text


def test_the_button_hands_on_where_one_wanted_to_be(client: Client, identity: Identity) -> None:
    page = client.get("/inloggen/", {"next": "/review/conversation/?knelpunt=rol"}).text
    assert 'href="/inloggen/microsoft/?next=/review/conversation/%3Fknelpunt%3Drol"' in page


class TestInTheApp:
    """What colleagues can do with an account of which the provider says what it may."""

    @pytest.fixture
    def fatima(self, client: Client, identity: Identity) -> User:
        sign_in(client, identity)
        return User.objects.get(username="fatima@netwerk.example")

    def test_nobody_gives_it_a_password_or_a_role(self, fatima: User, as_administrator: Client) -> None:
        page = as_administrator.get(f"/auth/user/{fatima.pk}/change/")
        assert "heeft deze medewerker bij Microsoft" in page.text
        new = {"password1": PASSWORD, "password2": PASSWORD}
        assert as_administrator.post(f"/auth/user/{fatima.pk}/password/", new).status_code == 403
        more = {"username": fatima.username, "is_active": "on", "is_staff": "on"}
        every = list(Group.objects.values_list("pk", flat=True))
        as_administrator.post(f"/auth/user/{fatima.pk}/change/", {**more, "groups": every})
        fatima.refresh_from_db()
        assert not fatima.has_usable_password()
        assert list(fatima.groups.values_list("name", flat=True)) == [Role.LEZER]

    def test_it_can_be_switched_off(self, fatima: User, as_administrator: Client, client: Client) -> None:
        as_administrator.post(f"/auth/user/{fatima.pk}/change/", {"username": fatima.username, "is_staff": "on"})
        assert client.get("/").status_code == 302

    def test_it_is_offered_no_password_of_its_own(self, fatima: User, client: Client) -> None:
        assert "Wachtwoord wijzigen" not in client.get("/").text
