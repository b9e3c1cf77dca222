"""Every page in a real browser: accessible by day and by night, wide and narrow, in Dutch, and refused nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import auditlog
import pytest
import unfold
from auditlog.signals import accessed
from django.contrib.auth.models import Group, User
from django.utils import timezone, translation
from playwright.sync_api import Page, expect

from review import judging
from review.judging import Correction
from review.models import Conversation, Handoff, Judgement, Label, Recognition, Reflection, Statistic, Turn
from review.statistics import week_of
from tests.review.browser import DESKTOP, NARROW, PAGES, PASSWORD, Desk, Office, Shown, texts, violations

SCHEMES = ("light", "dark")
WRONG = "een verkeerde zin"


def fill() -> None:
    """Something to see on every page."""
    person = User.objects.create_superuser("beheer", password=PASSWORD, first_name="Samira", last_name="de Vries")
    Group.objects.create(name="Meelezers")
    now = timezone.now()
    for code in ("AB12CD", "EF34GH"):
        conversation = Conversation.objects.create(
            code=code, channel="teams", started_at=now, last_at=now, messages=2, reached=4, bottleneck="mandaat",
            level="bestuur", sectors=",onderwijs,zorg,", uncertain=True, danger=True, handed_off=True, rating=4,
            felt_heard="ja", first_step="ik bel [NAAM-1]", step_when="morgen", confidence=8, assigned_to=person,
        )  # fmt: skip
        conversation.labels.add(Label.objects.get_or_create(name="mooi voorbeeld")[0])
        for number, said in enumerate(("", "Ik mag niets beslissen bij [ORGANISATIE-1]", "ja")):
            turn = Turn.objects.create(
                conversation=conversation, number=number, said_at=now, said=said, chosen=number == 2,
                question="bottleneck", replies=[{"text": "Klopt dat?", "response": "utter_ask", "options": ["ja"]}],
            )  # fmt: skip
            if number == 1:
                Recognition.objects.create(
                    turn=turn, intent="tell_mandaat", confidence=0.4, margin=0.1, proposed="mandaat",
                    ranking=[["tell_mandaat", 0.4], ["tell_rol", 0.3]], instructive=80,
                )  # fmt: skip
                judging.raise_flag(turn=turn, author=person, text="wat vind jij?")
        Reflection.objects.create(conversation=conversation, position=1, principle="weeg_af_en_kies", answer="tijd")
        accessed.send(Conversation, instance=conversation)
    for number, learn in enumerate((judging.judge_right, judging.save_draft, judging.accept, judging.accept), start=3):
        turn = Turn.objects.create(conversation=conversation, number=number, said_at=now, said="Ik mag niets")
        Recognition.objects.create(turn=turn, intent="bottleneck_rol", confidence=0.4, margin=0.1)
        correction = {"correction": Correction("bottleneck_mandaat", example="ik mag niets")}
        learn(turn=turn, author=person, **({} if learn is judging.judge_right else correction))
    Judgement.objects.filter(turn=turn).update(state="returned")
    for number, status in (("one", "verstuurd"), ("two", "mislukt")):
        Handoff.objects.create(
            id=number, conversation=conversation, consented_at=now, text="[NAAM-1] heeft geen mandaat", status=status,
            next_attempt_at=now, attempts=2,
        )  # fmt: skip
    figures = {"week": week_of(now), "channel": "teams", "reached": 6, "rating": 4, "felt_heard": "ja", "typed": 3}
    for bottleneck, number in (("rol", 9), ("structuur", 3), ("mandaat", 14)):
        Statistic.objects.bulk_create(
            Statistic(bottleneck=bottleneck, level="bestuur", sectors=",onderwijs,zorg,", **figures)
            for _ in range(number)
        )


@pytest.fixture(scope="module")
def office() -> Office:
    return Office(fill, "beheer")


@pytest.mark.parametrize("shown", PAGES, ids=lambda shown: shown.name)
def test_a_page_is_accessible_dutch_and_refused_nothing(
    desk: Desk, page: Page, english: set[str], shown: Shown
) -> None:
    if not shown.signed_in:
        desk.context.clear_cookies()
    found = {}
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size(DESKTOP)
        answer = page.goto(desk.address + shown.path)
        assert answer is not None
        assert answer.status == shown.status
        shown.do(page)
        found[f"{scheme}, wide"] = violations(page)
        page.set_viewport_size(NARROW)
        found[f"{scheme}, narrow"] = violations(page)
    assert {where: what for where, what in found.items() if what} == {}
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    assert page.locator("html").get_attribute("lang") == "nl"
    assert texts(page) & english == set()


@pytest.fixture(scope="module")
def english() -> set[str]:
    """What the packages say in English where there is no Dutch for it, or another word in Dutch."""
    with translation.override("nl"):
        catalogue = translation.trans_real.translation("nl")._catalog
        told = {*_translated(catalogue), *_told_by(unfold), *_told_by(auditlog)}
        return {
            text for text in told if len(text) > 1 and text not in DUTCH_TOO and "%" not in text and "{" not in text
        }


# As in English.
DUTCH_TOO = {"Filters", "Code", "Link", "Labels", "filters", "to", "of", "Open", "Status", "code"}


def _translated(catalogue: Any) -> Iterator[str]:
    for original in list(catalogue.keys()):
        text = original[0] if isinstance(original, tuple) else original
        text = text.split("\x04")[-1]
        if translation.gettext(text) != text:
            yield text


def _told_by(package: Any) -> Iterator[str]:
    for path in Path(package.__file__).parent.rglob("*"):
        if path.suffix == ".html":
            yield from (text for _, text in re.findall(r"""{% trans(?:late)? (["'])(.+?)\1""", path.read_text()))
        elif path.suffix == ".py":
            yield from (text for _, text in re.findall(r"""\b_\(\s*(["'])(.+?)\1\s*\)""", path.read_text()))


def test_a_member_of_staff_signs_in_by_the_form_and_out_by_the_button(desk: Desk, page: Page) -> None:
    desk.context.clear_cookies()
    desk.sign_in(page, "beheer", WRONG)
    expect(page.get_by_role("alert")).to_contain_text("wachtwoord")
    expect(page.get_by_label("Gebruikersnaam")).to_be_focused()
    desk.sign_in(page, "beheer")
    expect(page.get_by_role("heading", name="Begin")).to_be_visible()
    page.get_by_role("button", name="Uitloggen").click()
    expect(page.get_by_role("heading", name="Inloggen")).to_be_visible()
    page.goto(f"{desk.address}/review/conversation/")
    expect(page.get_by_role("heading", name="Inloggen")).to_be_visible()


def test_after_too_many_wrong_passwords_the_page_says_so_accessibly(desk: Desk, page: Page) -> None:
    desk.context.clear_cookies()
    for _ in range(5):
        desk.sign_in(page, "niemand", WRONG)
    expect(page.get_by_role("heading", name="Je kunt even niet inloggen")).to_be_visible()
    assert violations(page) == []


def test_day_or_night_is_chosen_once_and_stays(desk: Desk, page: Page) -> None:
    page.goto(desk.address)
    page.get_by_label("Weergave").select_option("donker")
    expect(page.locator("html")).to_have_class("dark")
    page.goto(f"{desk.address}/auditlog/logentry/")
    expect(page.locator("html")).to_have_class("dark")
    expect(page.get_by_label("Weergave")).to_have_value("dark")


def test_on_a_narrow_screen_the_menu_is_opened_and_closed_by_keyboard(desk: Desk, page: Page) -> None:
    page.set_viewport_size(NARROW)
    page.goto(desk.address)
    menu = page.get_by_role("button", name="Menu", exact=True)
    expect(page.get_by_role("link", name="Logboek")).to_be_hidden()
    menu.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Logboek")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Menu sluiten").press("Enter")
    expect(page.get_by_role("link", name="Logboek")).to_be_hidden()


def test_a_conversation_is_asked_to_be_erased_by_keyboard_and_only_when_that_is_sure(desk: Desk, page: Page) -> None:
    page.goto(f"{desk.address}/review/conversation/EF34GH/change/")
    page.get_by_role("link", name="Wis dit gesprek overal").press("Enter")
    page.get_by_role("button", name="Wis overal").press("Enter")
    expect(page.get_by_text("Er is niets gewist")).to_be_visible()
    page.get_by_label("Ja, wis gesprek EF34GH overal").press("Space")
    page.get_by_role("button", name="Wis overal").press("Enter")
    expect(page.get_by_text("Binnen een minuut is het weg")).to_be_visible()
    page.goto(f"{desk.address}/review/conversation/EF34GH/change/")
    expect(page.get_by_text("Dit gesprek wordt overal gewist")).to_be_visible()
    assert violations(page) == []


def test_the_file_for_a_leader_is_downloaded_and_accessible(desk: Desk, page: Page, tmp_path: Path) -> None:
    page.goto(f"{desk.address}/review/conversation/AB12CD/change/")
    with page.expect_download() as downloaded:
        page.get_by_role("button", name="Geef alles van dit gesprek").click()
    assert downloaded.value.suggested_filename == "gesprek-AB12CD.html"
    downloaded.value.save_as(file := tmp_path / "gesprek.html")
    page.goto(file.as_uri())
    expect(page.get_by_role("heading", name="Wat er van gesprek AB12CD bewaard is")).to_be_visible()
    assert violations(page) == []


def test_the_log_is_filtered_in_its_sheet(desk: Desk, page: Page) -> None:
    page.goto(f"{desk.address}/auditlog/logentry/")
    lines = page.locator("#result_list").get_by_role("row")
    expect(lines.filter(has_text="gemaakt").first).to_be_visible()
    page.locator(".filter-open-button").click()
    page.locator("select[name=wat]").select_option("bekeken")
    page.get_by_role("button", name="Filters toepassen").click()
    expect(page).to_have_url(re.compile("wat=3"))
    expect(lines.filter(has_text="bekeken").first).to_be_visible()
    expect(lines.filter(has_text="gemaakt")).to_have_count(0)
    page.get_by_role("link", name="Gesprek AB12CD").first.click()
    expect(page.get_by_role("heading", name="Gesprek AB12CD").first).to_be_visible()
