"""The review database of each kind, made once and copied for each test; staff who sign in."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from databases import new_postgres_database
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connections
from django.db.utils import ConnectionHandler
from django.test import Client
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer
from sqlalchemy.engine import make_url

from review.masking import Masker
from review.settings import database
from tests.review.browser import DESKTOP, PASSWORD, Desk, Office
from tools.browser import chromium
from tools.model import ROOT


@contextmanager
def connected_to(address: str) -> Iterator[None]:
    """Let Django's models live in another database, in every thread that begins meanwhile."""
    before, settings = connections["default"], connections.settings["default"]
    del connections["default"]
    connections.settings["default"] = ConnectionHandler({"default": database(address)}).settings["default"]
    try:
        yield
    finally:
        connections["default"].close()
        connections.settings["default"] = settings
        connections["default"] = before  # a database in memory lives as long as its connection


@pytest.fixture(scope="session")
def masker() -> Masker:
    """What finds names and other data in a text."""
    return Masker(ROOT / "models" / "deduce")


@pytest.fixture(scope="session")
def blank_file(tmp_path_factory: pytest.TempPathFactory, django_db_blocker: Any) -> Path:
    """A review database without anything in it, as a SQLite file."""
    path = tmp_path_factory.mktemp("review") / "blank.db"
    with django_db_blocker.unblock(), connected_to(f"sqlite:///{path}"):
        call_command("migrate", verbosity=0)
    return path


@pytest.fixture(scope="session")
def blank_postgres(postgres: Any, django_db_blocker: Any) -> str:
    """The name of a review database without anything in it, in PostgreSQL."""
    address = new_postgres_database(postgres)
    with django_db_blocker.unblock(), connected_to(address):
        call_command("migrate", verbosity=0)
    return str(make_url(address).database)


@pytest.fixture
def new_review_database(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str], str]:
    """Makes a review database of a kind, `sqlite` or `postgresql`, and gives its address."""

    def make(kind: str) -> str:
        if kind == "postgresql":
            name = request.getfixturevalue("blank_postgres")
            return new_postgres_database(request.getfixturevalue("postgres"), like=name)
        copy = tmp_path / "review.db"
        shutil.copy(request.getfixturevalue("blank_file"), copy)
        return f"sqlite:///{copy}"

    return make


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request: pytest.FixtureRequest) -> str:
    """Each kind of database, for the review database and for whatever else wants to be of the same kind."""
    return str(request.param)


@pytest.fixture
def review_database(kind: str, new_review_database: Callable[[str], str], django_db_blocker: Any) -> Iterator[str]:
    """The address of a review database of each kind, in which Django's models live during the test."""
    address = new_review_database(kind)
    with django_db_blocker.unblock(), connected_to(address):
        yield address


@pytest.fixture
def administrator(db: None) -> User:
    return User.objects.create_superuser("beheer", password=PASSWORD, first_name="Samira", last_name="de Vries")


@pytest.fixture
def colleague(db: None) -> User:
    """A member of staff without any right."""
    return User.objects.create_user("lezer", password=PASSWORD, is_staff=True)


@pytest.fixture
def as_administrator(administrator: User) -> Client:
    return signed_in(administrator)


@pytest.fixture
def as_colleague(colleague: User) -> Client:
    return signed_in(colleague)


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person, "django.contrib.auth.backends.ModelBackend")
    return client


# In a browser: each module says by its `office` what is read, and by whom. The browser lives as long as the module:
# while Playwright runs, Django refuses its models in that thread, also to tests that come later.


@pytest.fixture(scope="module")
def staff_app(
    office: Office, blank_file: Path, tmp_path_factory: pytest.TempPathFactory, django_db_blocker: Any
) -> Iterator[str]:
    """Where the app runs, on a database of its own with something in it."""
    path = tmp_path_factory.mktemp("office") / "review.db"
    shutil.copy(blank_file, path)
    with django_db_blocker.unblock(), connected_to(f"sqlite:///{path}"):
        office.fill()
        server = LiveServer("127.0.0.1")
        try:
            yield server.url
        finally:
            server.stop()


@pytest.fixture(scope="module")
def browser(staff_app: str) -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def session(browser: Browser, staff_app: str, office: Office) -> Any:
    """The cookies of a member of staff who signed in by the form, once for the whole module."""
    with browser.new_context(locale="nl-NL") as context:
        desk = Desk(context, staff_app)
        page = desk.page()
        desk.sign_in(page, office.name)
        expect(page.get_by_role("heading", name="Begin")).to_be_visible()
        return context.storage_state()


@pytest.fixture
def scripts() -> bool:
    """Whether the browser runs any."""
    return True


@pytest.fixture
def desk(browser: Browser, staff_app: str, session: Any, scripts: bool) -> Iterator[Desk]:
    """A member of staff at work. In the end the console was silent: nothing failed, the policy refused nothing."""
    with browser.new_context(
        base_url=staff_app, locale="nl-NL", viewport=DESKTOP, storage_state=session, reduced_motion="reduce",
        java_script_enabled=scripts,
    ) as context:  # fmt: skip
        context.set_default_timeout(10_000)
        desk = Desk(context, staff_app)
        yield desk
        assert desk.complaints == []


@pytest.fixture
def page(desk: Desk) -> Page:
    return desk.page()
