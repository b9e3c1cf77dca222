"""The staff app starts with safe settings, or says in one line why it does not."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import OperationalError, connection

from tests.review.conftest import connected_to
from tests.review.production import OIDC, PRODUCTION, SECRET, read


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"REVIEW_SECRET": ""}, "REVIEW_SECRET is not set"),
        ({"REVIEW_SECRET": SECRET[:49]}, "REVIEW_SECRET is too short"),
        ({"REVIEW_HOSTS": " "}, "REVIEW_HOSTS is not set"),
        ({"REVIEW_HOSTS": "*"}, r"REVIEW_HOSTS has '\*'"),
        ({"REVIEW_HOSTS": "https://meelezen.example.nl"}, "REVIEW_HOSTS has 'https"),
        ({"REVIEW_DATABASE_URL": ""}, "REVIEW_DATABASE_URL is not set"),
        (
            {"REVIEW_DATABASE_URL": "mysql://x:geheim@y/z"},
            "^REVIEW_DATABASE_URL begins with sqlite:/// or postgresql://.$",
        ),
        ({"REVIEW_DEVELOPMENT": "yes"}, "REVIEW_DEVELOPMENT is 'yes'; it is on or off"),
        ({"REVIEW_PROXIES": "10.0.0.0/8 proxy"}, "REVIEW_PROXIES: 'proxy'"),
        ({"RETENTION_DAYS": "0"}, "^RETENTION_DAYS is '0'; a number of days above zero is needed.$"),
        ({"RETENTION_DAYS": "een maand"}, "RETENTION_DAYS is 'een maand'"),
        ({"REVIEW_LOG_DAYS": "-1"}, "REVIEW_LOG_DAYS is '-1'"),
        ({"REVIEW_STATISTICS_DAYS": "nan"}, "REVIEW_STATISTICS_DAYS is 'nan'"),
        ({"REVIEW_MAIL_PORT": "smtp"}, "REVIEW_MAIL_PORT is 'smtp'; a whole number is needed"),
        *(({**OIDC, name: " "}, f"^{name} is not set.$") for name in OIDC),
        *(({name: OIDC[name]}, "REVIEW_OIDC_[A-Z_]+ is not set") for name in OIDC),
        *(
            ({**OIDC, "REVIEW_OIDC_ISSUER": address}, "an address that begins with https:// is needed")
            for address in ("http://login.example.nl", "login.example.nl", "https://", "https://x.example?tenant=y")
        ),
        *(
            ({**OIDC, "REVIEW_OIDC_ISSUER": f"https://login.microsoftonline.com/{anybody}/v2.0"}, "of your own tenant")
            for anybody in ("common", "organizations", "consumers", "Common")
        ),
    ],
)
def test_what_is_missing_or_wrong_is_said(wrong: dict[str, str], said: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=said):
        read(**PRODUCTION | wrong)


def test_in_development_only_what_needs_tls_is_left_out() -> None:
    production, development = read(**PRODUCTION), read(**PRODUCTION, REVIEW_DEVELOPMENT="on")
    left_out = {name for name in production if name.isupper() and name not in development}
    assert left_out == {
        "SECURE_HSTS_SECONDS", "SECURE_HSTS_INCLUDE_SUBDOMAINS", "SECURE_HSTS_PRELOAD", "SECURE_SSL_REDIRECT",
        "SECURE_REDIRECT_EXEMPT", "SECURE_PROXY_SSL_HEADER", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE",
        "SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME",
    }  # fmt: skip
    assert production["ALLOWED_HOSTS"] == [*development["ALLOWED_HOSTS"][:2], "meelezen.example.nl"]
    assert not production["DEBUG"]
    assert not development["DEBUG"]


@pytest.mark.parametrize(
    ("environment", "demanded"),
    [
        ({}, True),
        ({"REVIEW_SECOND_FACTOR": "off"}, True),
        ({"REVIEW_DEVELOPMENT": "on"}, False),
        ({"REVIEW_DEVELOPMENT": "on", "REVIEW_SECOND_FACTOR": "on"}, True),
    ],
)
def test_only_in_development_local_accounts_can_do_without_a_second_factor(
    environment: dict[str, str], demanded: bool
) -> None:
    assert read(**PRODUCTION, **environment)["SECOND_FACTOR"] == demanded


def test_only_in_development_a_provider_may_do_without_tls() -> None:
    plain = {**OIDC, "REVIEW_OIDC_ISSUER": "http://127.0.0.1:8080"}
    (app,) = read(**PRODUCTION, **plain, REVIEW_DEVELOPMENT="on")["SOCIALACCOUNT_PROVIDERS"]["openid_connect"]["APPS"]
    assert app["settings"]["server_url"] == "http://127.0.0.1:8080"


def test_a_database_server_that_says_nothing_is_given_up(django_db_blocker: Any) -> None:
    """It takes the connection, and that is all."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"postgresql://staf@127.0.0.1:{silent.getsockname()[1]}/review"
        began = time.monotonic()
        with django_db_blocker.unblock(), connected_to(address), pytest.raises(OperationalError):
            connection.ensure_connection()
    assert time.monotonic() - began < 10


def command(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    others = {name: value for name, value in os.environ.items() if not name.startswith(("REVIEW_", "DJANGO_"))}
    run = [sys.executable, "-m", "review", *arguments]
    return subprocess.run(run, env=others | environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("more", [{}, OIDC], ids=["local accounts", "Microsoft too"])
def test_djangos_own_checks_for_production_find_nothing(more: dict[str, str]) -> None:
    done = command("check", "--deploy", "--fail-level", "DEBUG", **PRODUCTION, **more)
    assert done.returncode == 0, done.stderr
    assert "no issues (0 silenced)" in done.stdout


def test_without_a_secret_it_refuses_to_start_in_one_line() -> None:
    done = command("check", **PRODUCTION | {"REVIEW_SECRET": ""})
    assert done.returncode == 1
    assert done.stderr == "The staff app does not start: REVIEW_SECRET is not set.\n"


@pytest.mark.django_db
def test_the_migrations_make_what_the_models_say() -> None:
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)
