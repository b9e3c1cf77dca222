"""Signing in in a real browser: with a second factor, and at the provider."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from django.contrib.auth.models import User
from django.test import override_settings
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from review.models import Conversation
from tests.review import production
from tests.review.browser import DESKTOP, NARROW, PASSWORD, Desk, Office, violations
from tests.review.identity import FATIMA, Identity, running
from tests.review.test_second_factor import code_of


def fill() -> None:
    """A conversation, and two with an account."""
    now = timezone.now()
    Conversation.objects.create(
        code="AB12CD", channel="website", started_at=now, last_at=now, messages=1, reached=1, bottleneck="rol"
    )
    for name in ("beheer", "jo"):
        User.objects.create_superuser(name, password=PASSWORD, first_name=name.capitalize())


@pytest.fixture(scope="module")
def office() -> Office:
    return Office(fill, "beheer")


@pytest.fixture(scope="module")
def identity() -> Iterator[Identity]:
    with running() as provider:
        yield provider


@pytest.fixture(scope="module", autouse=True)
def demanding(identity: Identity) -> Iterator[None]:
    """The app asks for a second factor, and knows the provider."""
    told = production.read(**production.PRODUCTION, REVIEW_DEVELOPMENT="on", **identity.settings())
    with override_settings(SECOND_FACTOR=True, SOCIALACCOUNT_PROVIDERS=told["SOCIALACCOUNT_PROVIDERS"]):
        yield


@pytest.fixture
def desk(browser: Browser, staff_app: str) -> Iterator[Desk]:
    """Nobody is signed in yet."""
    with browser.new_context(base_url=staff_app, locale="nl-NL", viewport=DESKTOP) as context:
        context.set_default_timeout(10_000)
        desk = Desk(context, staff_app)
        yield desk
        assert desk.complaints == []


def looked_at(page: Page) -> None:
    """By day and by night, wide and narrow."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for size in (DESKTOP, NARROW):
            page.set_viewport_size(size)
            assert violations(page) == []
            assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    page.set_viewport_size(DESKTOP)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def test_somebody_sets_up_the_second_step_and_signs_in_with_it_and_with_a_recovery_code(desk: Desk, page: Page) -> None:
    desk.sign_in(page, "jo")
    expect(page.get_by_role("heading", name="Stel je tweede stap in")).to_be_visible()
    looked_at(page)
    page.goto(f"{desk.address}/review/conversation/")
    expect(page.get_by_role("heading", name="Stel je tweede stap in")).to_be_visible()
    page.get_by_text("Scannen lukt niet").click()
    secret = page.locator(".key").inner_text()
    page.get_by_label("Code").fill("000000")
    press(page, "Verder")
    expect(page.get_by_role("alert")).to_contain_text("Deze code klopt niet")
    page.get_by_label("Code").fill(code_of(secret, -1))
    press(page, "Verder")
    expect(page.get_by_role("heading", name="Bewaar je herstelcodes")).to_be_visible()
    spare = page.get_by_role("listitem").first.inner_text()
    assert re.fullmatch(r"\d{8}", spare)
    looked_at(page)
    page.get_by_role("link", name="Ik heb ze bewaard, verder").click()
    expect(page.get_by_role("heading", name="Begin")).to_be_visible()

    for code in (code_of(secret), spare):
        press(page, "Uitloggen")
        desk.sign_in(page, "jo")
        expect(page.get_by_role("heading", name="Je code")).to_be_visible()
        page.get_by_label("Code").fill("000000")
        press(page, "Inloggen")
        expect(page.get_by_role("alert")).to_contain_text("Deze code klopt niet")
        looked_at(page)
        page.get_by_label("Code").fill(code)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Begin")).to_be_visible()
    expect(page.get_by_text("Je hebt er nog 9.")).to_be_visible()

    page.get_by_role("link", name="Herstelcodes").click()
    expect(page.get_by_text("Je hebt nog 9 herstelcodes")).to_be_visible()
    looked_at(page)
    page.get_by_label("Code van je app").fill(code_of(secret, 1))
    press(page, "Maak nieuwe codes")
    expect(page.get_by_role("listitem")).to_have_count(10)
    page.reload()
    expect(page.get_by_role("link", name="Maak nieuwe codes")).to_be_visible()
    looked_at(page)


def at_the_provider(page: Page, sub: str = FATIMA) -> None:
    """Sign in there, by its own pages."""
    page.get_by_placeholder("Enter any login").fill(sub)
    page.get_by_placeholder("and password").fill("any")
    page.get_by_role("button", name="Sign-in").click()


def test_somebody_signs_in_at_the_provider_and_sees_what_the_role_may_see(
    desk: Desk, page: Page, identity: Identity
) -> None:
    identity.has(roles=["beoordelaar"])
    page.goto(f"{desk.address}/review/conversation/?knelpunt=rol")
    looked_at(page)
    page.get_by_role("link", name="Inloggen met Microsoft").click()
    at_the_provider(page)
    expect(page).to_have_url(re.compile("knelpunt=rol"))
    menu = page.locator("#nav-sidebar")
    expect(menu.get_by_role("link", name="Overdrachten")).to_be_visible()
    expect(menu.get_by_role("link", name="Medewerkers")).to_have_count(0)
    expect(page.locator(".frame-user")).to_contain_text("Fatima el Idrissi")

    identity.has(roles=["lezer"])
    press(page, "Uitloggen")
    page.get_by_role("link", name="Inloggen met Microsoft").click()  # the provider still knows who it is
    expect(page.get_by_role("heading", name="Begin")).to_be_visible()
    expect(menu.get_by_role("link", name="Gesprekken", exact=True)).to_be_visible()
    expect(menu.get_by_role("link", name="Overdrachten")).to_have_count(0)


def without_role(identity: Identity) -> str:
    identity.has("nobody", name="Niemand", roles=[])
    return "nobody"


def tampered(identity: Identity) -> str:
    identity.has()
    identity.spoils({"signed": "another"})
    return FATIMA


def away(identity: Identity) -> str:
    identity.has()
    identity.spoils({"away": "/token"})
    return FATIMA


WRONG: dict[str, Callable[[Identity], str]] = {
    "Je hebt hier nog geen rol": without_role,
    "Inloggen met Microsoft lukte niet": tampered,
    "Microsoft antwoordt niet": away,
}


@pytest.mark.parametrize("said", WRONG)
def test_who_does_not_come_in_is_told_why_and_can_begin_again(
    desk: Desk, page: Page, identity: Identity, said: str
) -> None:
    somebody = WRONG[said](identity)
    page.goto(desk.address)
    page.get_by_role("link", name="Inloggen met Microsoft").click()
    at_the_provider(page, somebody)
    identity.spoils({})
    expect(page.get_by_role("heading", name=said)).to_be_visible()
    looked_at(page)
    page.get_by_role("link", name="Terug naar inloggen").click()
    expect(page.get_by_role("heading", name="Inloggen")).to_be_visible()
