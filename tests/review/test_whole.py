"""The whole product: a leader talks, the worker follows, the mail arrives, somebody of staff reads and follows up."""

from __future__ import annotations

import re
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from mail_server import MailServer
from playwright.sync_api import Page, expect, sync_playwright
from waiting import wait_for

from storage.schema import open_database
from tests.conftest import Coach
from tools import demonstration, serve
from tools.settings import HOST, environment, free_port

NAME, PASSWORD = "fatima", "een lange zin om mee in te loggen"
WITHIN = 60  # seconds, on a machine that may be busy
HIDDEN = ("Marieke", "de Vries", "Klimop", "Harm", "vermeer", "jeugdhulp-voorbeeld")


@dataclass
class Product:
    """The staff app of a running coach: where its pages are, its database and logs, and the network's mail."""

    address: str
    database: Path
    logs: list[Path]
    mail: MailServer


@pytest.fixture(scope="module")
def product(coach_with_sender: Coach, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    folder, port, mail = tmp_path_factory.mktemp("product"), free_port(), MailServer(free_port())
    settings = {
        **environment(),
        "DJANGO_SETTINGS_MODULE": "review.settings",  # and not those of the tests
        "DATABASE_URL": f"sqlite:///{coach_with_sender.database}",
        "REVIEW_DATABASE_URL": f"sqlite:///{folder}/review.db",
        "REVIEW_MAIL_HOST": HOST,
        "REVIEW_MAIL_PORT": str(mail.controller.port),
        "REVIEW_MAIL_TLS": "off",
        "DJANGO_SUPERUSER_PASSWORD": PASSWORD,
    }
    make_account = ["createsuperuser", "--noinput", "--username", NAME, "--email", "fatima@voorbeeld.nl"]
    for command in (serve.MIGRATE, make_account):
        serve.run_review(command, settings)
    processes = [serve.review_web(port), serve.review_worker()]
    with mail.running(), serve.running(processes, settings, folder):
        logs = [folder / f"{process.name}.log" for process in processes]
        yield Product(f"http://{HOST}:{port}", folder / "review.db", logs, mail)


@pytest.fixture
def page(product: Product) -> Iterator[Page]:
    """A browser at the sign-in; nothing that its console complains of is passed over."""
    complaints: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_chromium(), args=["--no-sandbox"])
        page = browser.new_page(locale="nl-NL")
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(product.address)
        yield page
        browser.close()
    assert complaints == []


def _chromium() -> str | None:
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)


def read(product: Product, query: str) -> list[Any]:
    with sqlite3.connect(product.database) as connection:
        return connection.execute(query).fetchall()


def test_what_a_leader_says_is_read_without_names_and_followed_up(
    coach_with_sender: Coach, product: Product, page: Page
) -> None:
    leader = yaml.safe_load(demonstration.LEADERS.read_text(encoding="utf-8"))[0]
    engine = open_database(f"sqlite:///{coach_with_sender.database}", 1)
    assert demonstration.talk(leader, coach_with_sender.port, engine) == 19
    address = leader["reply_address"][0]
    wait_for(lambda: [mail for mail in product.mail.taken if mail["Reply-To"] == address], WITHIN)
    wait_for(lambda: read(product, "SELECT * FROM review_handoff WHERE status = 'verstuurd'"), WITHIN)

    page.get_by_label("Gebruikersnaam").fill(NAME)
    page.get_by_label("Wachtwoord").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Begin").first.wait_for()
    page.goto(f"{product.address}/review/conversation/?overgedragen=ja")
    page.locator("#result_list a[href*='/change/']").first.click()
    expect(page.get_by_text("Marieke")).to_have_count(0)
    expect(page.get_by_text("NAAM-1").first).to_be_visible()

    page.goto(f"{product.address}/review/handoff/")
    page.locator("#result_list a[href*='/change/']").first.click()
    page.get_by_role("button", name="Toon het adres").click()
    expect(page.get_by_role("link", name=address)).to_be_visible()
    page.get_by_role("button", name="Ik pak dit op").click()
    page.get_by_role("button", name="Afronden").click()
    expect(page.get_by_text("afgerond", exact=True).first).to_be_visible()

    # The plain words are in the mail and nowhere else.
    (mail,) = [mail for mail in product.mail.taken if mail["Reply-To"] == address]
    assert "Harm van obs De Klimop" in mail.get_payload(decode=True).decode()
    tables = [name for (name,) in read(product, "SELECT name FROM sqlite_master WHERE type = 'table'")]
    kept = {name: str(read(product, f"SELECT * FROM {name}")) for name in tables if name != "review_replyaddress"}  # noqa: S608
    logged = {log.name: log.read_text(encoding="utf-8") for log in product.logs}
    found = {
        (where, hidden)
        for where, text in {**kept, **logged}.items()
        for hidden in HIDDEN
        if re.search(hidden, text, re.IGNORECASE)
    }
    assert found == set()
