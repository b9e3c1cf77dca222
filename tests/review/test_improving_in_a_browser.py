"""Judging in a real browser, with the keyboard alone, by somebody of staff who may judge and no more."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import Permission, User
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from review.models import Conversation, Recognition, Turn
from tests.review.browser import PASSWORD, Desk, Office

RIGHTS = ("view_conversation", "add_judgement", "add_flag", "view_judgement", "view_example")
READ, QUEUED, PLAIN = "LEES222222", "RIJ2222222", "KAAL222222"
PAGE = "/review/conversation/{}/change/"


def fill() -> None:
    """A conversation to read, and one with instructive turns."""
    person = User.objects.create_user(
        "fatima", password=PASSWORD, first_name="Fatima", last_name="Yilmaz", is_staff=True
    )
    person.user_permissions.set(Permission.objects.filter(codename__in=RIGHTS))
    now = timezone.now()
    for code, instructive in ((READ, 0), (QUEUED, 100), (PLAIN, 0)):
        conversation = Conversation.objects.create(
            code=code, channel="website", started_at=now, last_at=now, messages=4, reached=1
        )
        for number in range(1, 5):
            turn = Turn.objects.create(
                conversation=conversation, number=number, said_at=now, said=f"bericht {number} van [NAAM-1]",
                replies=[{"text": "Vertel eens verder. " * 20, "response": "utter_x", "options": []}],
            )  # fmt: skip
            doubt = {"confidence": 0.5, "margin": 0.2} if instructive else {"confidence": 0.9, "margin": 0.8}
            Recognition.objects.create(
                turn=turn, intent="bottleneck_rol", instructive=max(instructive - number, 0),
                ranking=[["bottleneck_rol", 0.5], ["bottleneck_mandaat", 0.3]], **doubt,
            )  # fmt: skip


@pytest.fixture(scope="module")
def office() -> Office:
    return Office(fill, "fatima")


def turn(page: Page, number: int) -> Locator:
    return page.locator(f"#beurt-{number}")


def test_a_conversation_is_judged_by_keyboard_turn_by_turn(page: Page) -> None:
    page.goto(PAGE.format(READ))
    page.keyboard.press("g")  # first to the turn, so that nobody judges what they do not see
    expect(turn(page, 1)).to_be_focused()
    expect(turn(page, 1).get_by_text("Klopt dit?")).to_be_visible()
    page.keyboard.press("g")
    expect(page.get_by_text("Bewaard: dit klopt.")).to_be_visible()
    expect(turn(page, 1).locator(".review-chip")).to_have_text("klopt")
    page.keyboard.press("g")
    expect(turn(page, 2)).to_be_focused()
    page.keyboard.press("v")
    expect(page).to_have_url(re.compile(r"verbeter=\d+#beurt-2"))
    page.get_by_label("Wat bedoelde de leider?").focus()
    page.keyboard.type("knelpunt m")
    expect(page.locator("[data-explained]")).to_contain_text("geen rugdekking")
    expect(page.locator("[data-explained] h3")).to_have_count(1)
    page.get_by_label("Voorbeeldzin").fill("[NAAM-1]")
    page.keyboard.press("Escape")
    page.keyboard.press("a")
    expect(page.get_by_label("Voorbeeldzin")).to_be_focused()
    expect(page.get_by_text("Zet gewone woorden in de plaats van “[NAAM-1]”.")).to_be_in_viewport()
    expect(page.locator("#intent")).to_have_value("bottleneck_mandaat")
    page.get_by_label("Voorbeeldzin").fill("bericht 2 van mijn collega")
    page.keyboard.press("Escape")
    page.keyboard.press("a")
    expect(page.get_by_text("Goedgekeurd.")).to_be_visible()
    expect(turn(page, 2)).to_contain_text("Moest zijn: knelpunt mandaat.")
    expect(turn(page, 2)).to_contain_text("“bericht 2 van mijn collega”")
    page.keyboard.press("x")
    page.keyboard.type("jk: kijk eens mee")
    page.keyboard.press("Enter")
    expect(turn(page, 2)).to_contain_text("Vlag van Fatima Yilmaz")
    expect(turn(page, 2)).to_contain_text("jk: kijk eens mee")
    page.keyboard.press("x")
    expect(page.get_by_text("Vlag weggehaald.")).to_be_visible()
    expect(turn(page, 2).get_by_text("Vlag voor een collega")).to_be_visible()


def test_the_queue_is_worked_through_by_keyboard(page: Page) -> None:
    page.goto("/leerzaam/")
    asked = page.locator(".review-turn[data-current]")
    expect(asked).to_have_id("beurt-1")
    page.keyboard.press("s")
    expect(asked).to_have_id("beurt-2")
    page.keyboard.press("g")
    expect(asked).to_have_id("beurt-3")
    page.keyboard.press("v")
    page.keyboard.type("nee")
    page.keyboard.press("Escape")
    page.keyboard.press("c")
    expect(page.get_by_text("Als concept bewaard.")).to_be_visible()
    expect(asked).to_have_id("beurt-4")
    page.keyboard.press("v")
    page.keyboard.press("Escape")
    page.keyboard.press("a")
    expect(page.get_by_text("Zo verandert er niets.")).to_be_visible()
    expect(asked).to_have_id("beurt-4")
    expect(page.get_by_label("Wat bedoelde de leider?")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("s")
    expect(page.get_by_role("heading", name="Dat waren ze")).to_be_visible()
    page.get_by_role("link", name="mijn concepten").click()
    expect(asked).to_have_id("beurt-3")
    expect(page.get_by_label("Wat bedoelde de leider?")).to_have_value("deny")


def test_a_turn_is_shared_by_its_link(desk: Desk, page: Page) -> None:
    desk.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(PAGE.format(PLAIN))
    turn(page, 3).get_by_role("button", name="Deel deze beurt").click()
    expect(turn(page, 3).get_by_role("button", name="Link gekopieerd")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == f"{desk.address}{PAGE.format(PLAIN)}#beurt-3"
    page.goto("/")
    page.goto(copied)
    expect(turn(page, 3)).to_be_in_viewport()


@pytest.mark.parametrize("scripts", [False], ids=["no script"])
def test_without_scripts_a_turn_is_corrected_and_everything_can_be_read(page: Page) -> None:
    page.goto(PAGE.format(PLAIN))
    turn(page, 4).get_by_role("link", name="Verbeter").click()
    page.locator("summary", has_text="Sturen van het gesprek").click()
    expect(page.get_by_text("Laten we hier maar stoppen.")).to_be_visible()
    page.get_by_label("Wat bedoelde de leider?").select_option("een antwoord op de vraag")
    page.get_by_role("button", name="Keur goed").click()
    expect(turn(page, 4)).to_contain_text("Moest zijn: een antwoord op de vraag.")
    turn(page, 4).get_by_role("button", name="Toch niet").click()
    expect(turn(page, 4).get_by_text("Klopt dit?")).to_be_visible()
