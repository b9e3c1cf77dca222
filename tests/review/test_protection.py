"""Nothing can be read without signing in, and every answer is guarded."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.http import HttpResponse
from django.test import Client

from review.policy import POLICY
from tests.review import production
from tests.review.addresses import ADDRESSES, OPEN

LOGIN = "/inloggen/"


def test_the_walk_finds_the_pages_with_conversations_and_accounts() -> None:
    paths = [path for path, _ in ADDRESSES]
    assert {"/", "/review/conversation/", "/auth/user/1/change/", "/auth/user/1/password/", "/auditlog/logentry/"} <= {
        *paths
    }
    assert not any("<" in path for path in paths)


@pytest.mark.django_db
@pytest.mark.parametrize("path", [path for path, name in ADDRESSES if name not in OPEN])
def test_without_signing_in_a_page_leads_to_the_sign_in_alone(client: Client, path: str) -> None:
    for ask in (client.get, client.post):
        answer = ask(path, follow=True)
        *_, (last, status) = answer.redirect_chain
        assert status == 302
        assert last.startswith(LOGIN)
        assert "<h1>Inloggen</h1>" in answer.text


@pytest.mark.parametrize(
    "path", ["/inloggen/", "/gezond/", "/static/review/theme.css", "/bestaat-niet/", "/uitloggen/"]
)
@pytest.mark.django_db
def test_every_answer_is_guarded(client: Client, path: str) -> None:
    headers = client.get(path).headers
    assert headers["Content-Security-Policy"] == POLICY
    assert "unsafe" not in POLICY
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]


@pytest.mark.parametrize(
    "path", ["/", "/review/conversation/", "/auditlog/logentry/", "/review/conversation/weg/change/"]
)
def test_pages_are_kept_by_no_browser_and_no_proxy(as_administrator: Client, path: str) -> None:
    assert "no-store" in as_administrator.get(path).headers["Cache-Control"]


@pytest.mark.django_db
def test_a_page_that_fails_is_guarded_too_and_says_nothing_of_why(
    as_administrator: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> HttpResponse:
        raise RuntimeError("the words of a leader")

    monkeypatch.setattr("review.start._of_handoffs", fail)
    as_administrator.raise_request_exception = False
    answer = as_administrator.get("/")
    assert answer.status_code == 500
    assert "Er ging iets mis" in answer.text
    assert "the words of a leader" not in answer.text
    assert answer.headers["Content-Security-Policy"] == POLICY
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("status", "text"),
    [(400, "begrijpt de server niet"), (403, "Dit formulier was verlopen"), (404, "Deze pagina is er niet")],
)
def test_what_goes_wrong_is_told_in_dutch(as_administrator: Client, status: int, text: str) -> None:
    strict = Client(enforce_csrf_checks=True)
    answer = {
        400: lambda: as_administrator.get("/", headers={"host": "elders.example"}),
        403: lambda: strict.post("/inloggen/", {"login": "x", "password": "y"}),
        404: lambda: as_administrator.get("/bestaat-niet/"),
    }[status]()
    assert answer.status_code == status
    assert text in answer.text
    assert '<html lang="nl">' in answer.text
    assert answer.headers["Content-Security-Policy"] == POLICY


@pytest.mark.django_db
def test_health_is_told_to_anybody(client: Client) -> None:
    assert client.get("/gezond/").status_code == 200


@pytest.mark.django_db
def test_without_the_database_there_is_no_health(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> None:
        raise DatabaseError

    monkeypatch.setattr(connection, "cursor", away)
    answer = client.get("/gezond/")
    assert answer.status_code == 503
    assert answer.text == "De database antwoordt niet.\n"


@pytest.fixture
def guarded(settings: Any, db: None) -> Client:
    """A browser that visits the app in production."""
    for name, value in production.of_security().items():
        setattr(settings, name, value)
    return Client(headers={"host": production.HOST})


def test_in_production_everything_but_health_goes_to_https(guarded: Client) -> None:
    assert guarded.get("/inloggen/").headers["Location"] == f"https://{production.HOST}/inloggen/"
    assert guarded.get("/gezond/").status_code == 200
    assert guarded.get("/gezond/", headers={"host": "127.0.0.1:8000"}).status_code == 200


def test_in_production_browsers_are_told_to_stay_with_https_and_cookies_are_bound_to_the_host(guarded: Client) -> None:
    answer = guarded.get("/inloggen/", headers={"x-forwarded-proto": "https"})
    assert answer.status_code == 200
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"
    cookie = answer.cookies["__Host-csrf"]
    assert cookie["secure"]
    assert cookie["path"] == "/"
    assert not cookie["domain"]
