"""The whole product: a leader talks, the worker follows, the mail arrives, somebody of staff reads and follows up.

And a leader has everything erased: then nothing of it is found anywhere.
"""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import tempfile
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml
from django.contrib.auth.models import User
from mail_server import MailServer
from playwright.sync_api import Page, expect, sync_playwright
from waiting import wait_for

from review.models import Conversation, Erasures, Example, Flag, Handoff, Judgement
from storage.schema import open_database
from tests.channels.test_website import Website, offered
from tests.conftest import Coach
from tests.review.conftest import connected_to
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


class Reader:
    """Somebody of staff with a browser; at first the password is wrong."""

    def __init__(self, product: Product, page: str) -> None:
        self._product, self._session = product, requests.Session()
        for password in ("verkeerd", PASSWORD):
            answer = self.post("/inloggen/", login=NAME, password=password, next=page)
        assert "Uitloggen" in answer.text

    def get(self, path: str) -> requests.Response:
        return self._session.get(self._product.address + path, timeout=30)

    def post(self, path: str, **form: str) -> requests.Response:
        """As from the page itself, with its token."""
        page = self.get(f"{path}?next={form['next']}" if "next" in form else path.replace("weergaven/", ""))
        token = next(iter(re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)))
        form["csrfmiddlewaretoken"] = token
        return self._session.post(self._product.address + path, form, timeout=30)


def files_since(began: float, folder: str) -> Iterator[Path]:
    """Those that were written since, wherever in the folder."""
    for where, _, names in os.walk(folder):
        for path in (Path(where, name) for name in names):
            try:
                if path.is_file() and path.stat().st_mtime >= began - 1:
                    yield path
            except OSError:  # of somebody else, or gone
                continue


def holding(paths: set[Path], words: dict[str, str]) -> list[tuple[str, str]]:
    """Which of them hold what, in any case."""
    found = []
    for path in paths:
        try:
            held = path.read_bytes().lower()
        except OSError:
            continue
        found += [(path.name, what) for what, word in words.items() if word.lower().encode() in held]
    return found


def test_of_a_conversation_that_its_leader_has_erased_nothing_is_found_anywhere_within_a_minute(
    coach_with_sender: Coach, product: Product, django_db_blocker: Any
) -> None:
    """Also where staff worked on it and its mail still waits; on the website as in a script."""
    began, sender = time.time(), uuid.uuid4().hex
    # Nothing that is hidden: with more digits it may be somebody's number, with none the name of a school.
    unique = f"7{uuid.uuid4().hex[:6]}"
    name, word = f"Marieke Z{unique[:6]}", f"wijktafel{unique}"
    address = f"j.{unique}@jeugdhulp-voorbeeld.nl"
    leader = yaml.safe_load(demonstration.LEADERS.read_text(encoding="utf-8"))[0]
    leader["principes"][0] = f"Bij {name} ligt het voor de {word}"
    leader["reply_address"] = [address]
    product.mail.answers = ["451 later"] * 1000  # the mail waits
    engine = open_database(f"sqlite:///{coach_with_sender.database}", 1)
    demonstration.talk(leader, coach_with_sender.port, engine, sender)
    site = Website(coach_with_sender)
    token = site.start()["token"]
    site.say(token, f"Ik mag niets beslissen over de {word}")
    with django_db_blocker.unblock(), connected_to(f"sqlite:///{product.database}"):
        tried = Handoff.objects.filter(conversation__followed=sender, attempts__gte=1)
        waiting = wait_for(tried.first, WITHIN)
        found = wait_for(lambda: Conversation.objects.filter(words__text__contains=word).order_by("channel"), WITHIN)
        wait_for(lambda: found.count() == 2, WITHIN)
        work_on(found[0], word)
        codes = {f"code {each.channel}": each.code for each in found}
        senders = {f"sender {each.channel}": each.followed.sender_id for each in found}
        counted = sum(Erasures.objects.values_list("number", flat=True))
    page = f"/review/conversation/{codes['code rest']}/change/"
    reader = Reader(product, page)
    assert word in reader.get(page).text
    reader.post(page, change="add_note", text=f"let op de {word}")
    reader.post(page, change="add_label", label="bespreken")
    reader.post("/review/conversation/weergaven/", name="die ene", query=f"q={codes['code rest']}")
    assert address in reader.post(f"/review/handoff/{waiting.pk}/change/", step="show_address").text
    assert reader.get(f"/bestaat-niet/{codes['code rest']}/").status_code == 404  # which is logged with its address

    sought = {"name": name.split()[1], "word": word, "address": address, "hand-off": waiting.pk, **codes, **senders}
    databases = {
        path for base in (product.database, coach_with_sender.database) for path in base.parent.glob(f"{base.name}*")
    }
    logs = {*product.logs, *coach_with_sender.logs}
    assert {what for _, what in holding(databases, sought)} == set(sought)
    coach_with_sender.say(sender, "wis mijn gesprek")
    coach_with_sender.say(sender, "/affirm")
    asked = site.say(token, "wis mijn gesprek")
    assert site.choose(token, next(iter(offered(asked).values()))).json()["erased"]
    erased = time.time()

    def everywhere() -> set[Path]:
        return databases | logs | set(files_since(began, tempfile.gettempdir()))

    wait_for(lambda: not holding(databases, sought), WITHIN)
    assert time.time() - erased < WITHIN
    assert holding(everywhere(), sought) == []
    with django_db_blocker.unblock(), connected_to(f"sqlite:///{product.database}"):
        assert sum(Erasures.objects.values_list("number", flat=True)) == counted + 2
        assert not Handoff.objects.filter(pk=waiting.pk).exists()
    product.mail.answers = []
    assert [mail for mail in product.mail.taken if mail["Reply-To"] == address] == []


def work_on(conversation: Conversation, word: str) -> None:
    """What staff add where other tests show how."""
    person, turn = User.objects.get(username=NAME), conversation.turns.last()
    Judgement.objects.create(turn=turn, verdict="wrong", intent="bottleneck_rol", author=person, example=word)
    Flag.objects.create(turn=turn, author=person, text=word)
    Example.objects.create(conversation=conversation, turn=turn, text=word, intent="bottleneck_rol", recognised="deny")
