"""The dashboard in a real browser: pictures by day and by night, tables, files, and what is asked for."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import Permission, User
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from review.models import Statistic
from review.statistics import week_of
from tests.review.browser import PASSWORD, Office

PAGE = "/overzicht/"


def fill() -> None:
    """Ten weeks of conversations about three bottlenecks."""
    person = User.objects.create_user("fatima", password=PASSWORD, is_staff=True)
    person.user_permissions.set(Permission.objects.filter(codename="view_statistic"))
    monday = week_of(timezone.now())
    Statistic.objects.bulk_create(
        Statistic(
            week=monday - timedelta(weeks=number % 10), channel=("website", "teams")[number % 2], reached=6, typed=4,
            confidence=3.6, bottleneck=("rol", "structuur", "mandaat")[number % 3], rating=4, felt_heard="ja",
            level=("bestuur", "uitvoering")[number % 5 > 1], sectors=",zorg,", judged_right=1, corrected=True,
            handed_off=True, taken_up_after=4.0, done_after=40.0,
        )
        for number in range(300)
    )  # fmt: skip


@pytest.fixture(scope="module")
def office() -> Office:
    return Office(fill, "fatima")


def picture(page: Page, title: str) -> Locator:
    return page.get_by_role("figure", name=title)


def colours(page: Page) -> list[int]:
    """How many colours each picture has that is drawn."""
    return list(
        page.evaluate(
            """() => [...document.querySelectorAll("canvas")].map((canvas) => {
              const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
              return new Set(new Uint32Array(data.buffer)).size;
            })"""
        )
    )


def test_pictures_are_drawn_tables_unfold_and_what_is_asked_for_stands_in_the_address(page: Page) -> None:
    page.goto("/")
    page.locator("#nav-sidebar").get_by_role("link", name="Overzicht").click()
    drawn = picture(page, "Welke knelpunten leven op welk niveau?")
    expect(drawn.get_by_role("img", name="Plaatje")).to_be_visible()
    found = colours(page)
    assert len(found) == 12  # nothing was erased
    assert min(found) > 3
    table = drawn.get_by_role("table")
    expect(table).to_be_hidden()
    drawn.get_by_text("Tabel", exact=True).press("Enter")
    expect(table.get_by_role("row", name="bestuur 40 40 40 0")).to_be_visible()
    page.get_by_label("Niveau", exact=True).select_option("bestuur")
    page.get_by_role("button", name="Toon").click()
    expect(page).to_have_url(re.compile("niveau=bestuur"))
    expect(page.get_by_text("120 gesprekken")).to_be_visible()
    page.reload()
    expect(page.get_by_label("Niveau", exact=True)).to_have_value("bestuur")


def test_a_table_is_taken_as_a_file(page: Page) -> None:
    page.goto(f"{PAGE}?periode=26")
    drawn = picture(page, "Voelen leiders zich gehoord?")
    drawn.get_by_text("Tabel", exact=True).click()
    with page.expect_download() as download:
        drawn.get_by_role("link", name=re.compile("Excel")).click()
    assert download.value.suggested_filename == f"gehoord-laatste-26-weken-{timezone.localdate():%Y-%m-%d}.csv"
    text = Path(download.value.path()).read_text(encoding="utf-8-sig")
    assert text.startswith("voelde zich gehoord;gesprekken\nja;300\n")


def test_by_night_the_pictures_have_other_colours_at_once(page: Page) -> None:
    page.goto(PAGE)
    by_day = page.locator("canvas").first.screenshot()
    page.get_by_label("Weergave").select_option("donker")
    expect(page.locator("html")).to_have_class("dark")
    assert page.locator("canvas").first.screenshot() != by_day
    drawn = "Chart.getChart(document.querySelector('canvas')).data.datasets[0].backgroundColor"
    colour = "getComputedStyle(document.documentElement).getPropertyValue('--review-series-1').trim()"
    assert page.evaluate(drawn) == page.evaluate(colour)


@pytest.mark.parametrize("scripts", [False], ids=["no script"])
def test_without_scripts_the_tables_stand_open_and_can_be_asked_for(page: Page) -> None:
    page.goto(PAGE)
    page.get_by_label("Periode", exact=True).select_option("4")
    page.get_by_role("button", name="Toon").click()
    expect(page.locator("canvas").first).to_be_hidden()
    drawn = picture(page, "Hoeveel gesprekken zijn er per week?")
    expect(drawn.get_by_role("row")).to_have_count(5)
