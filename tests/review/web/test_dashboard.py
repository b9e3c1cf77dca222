"""The dashboard: who sees it, what its numbers are, what is asked for, and what nobody gets to see."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from datetime import date, timedelta
from io import StringIO
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.contrib.auth.models import User
from django.http import QueryDict
from django.test import Client
from django.utils import timezone

from review.dashboard.asked import Asked
from review.dashboard.figures import count
from review.dashboard.picture import Picture, Series
from review.dashboard.pictures import pictures
from review.dashboard.sheet import as_sheet
from review.models import Erasures, Statistic
from review.models.keeping import Outcome
from review.small_groups import Hidden
from review.statistics import week_of

PAGE = "/overzicht/"
SHEET = "/overzicht/knelpunten-per-niveau.csv"
FEW, WITHHELD = Hidden.FEW, Hidden.WITHHELD


def store(number: int, *, weeks_ago: int = 0, **values: Any) -> None:
    """The figures of so many conversations, that began in a week."""
    week = week_of(timezone.now()) - timedelta(weeks=weeks_ago)
    standing = {"week": week, "channel": "website", "reached": 2, **values}
    Statistic.objects.bulk_create(Statistic(**standing) for _ in range(number))


def drawn(query: str = "") -> dict[str, Picture]:
    """The pictures by name."""
    return {picture.name: picture for picture in pictures(count(Asked.of(QueryDict(query))))}


def table(name: str, query: str = "") -> dict[Any, dict[str, Any]]:
    """A picture's table: the cells by row and column."""
    picture = drawn(query)[name]
    names = [series.name for series in picture.series]
    return {label: dict(zip(names, cells, strict=True)) for label, cells in picture.rows}


def column(name: str, query: str = "") -> list[Any]:
    """The first column of a picture's table."""
    return list(drawn(query)[name].series[0].cells)


@pytest.mark.usefixtures("review_database")
class TestNumbers:
    """What the figures come to, in each kind of database."""

    def test_bottlenecks_are_counted_by_level(self) -> None:
        store(20, bottleneck="rol", level="bestuur")
        store(7, bottleneck="rol", level="uitvoering")
        store(9, bottleneck="mandaat", level="bestuur")
        store(6, level="management")
        found = table("knelpunten-per-niveau")
        assert found["bestuur"] == {"rol": 20, "structuur": 0, "mandaat": 9, "niet bekend": 0}
        assert found["management"]["niet bekend"] == 6
        assert drawn()["knelpunten-per-niveau"].brief == ["Bestuur: vooral rol (20)", "Uitvoering: vooral rol (7)"]

    def test_who_works_in_two_sectors_counts_in_both(self) -> None:
        store(8, bottleneck="rol", sectors=",zorg,onderwijs,")
        store(6, bottleneck="rol", sectors=",zorg,")
        store(5, bottleneck="rol")
        found = table("knelpunten-per-sector")
        assert [found[sector]["rol"] for sector in ("onderwijs", "zorg", "gemeente", "niet bekend")] == [8, 14, 0, 5]

    def test_conversations_are_counted_by_week_and_channel(self) -> None:
        store(9, weeks_ago=2)
        store(7, weeks_ago=2, channel="teams")
        store(6)
        found = list(table("gesprekken-per-week").values())
        assert [week["alle kanalen"] for week in found] == [16, 0, 6]
        assert found[0] == {"alle kanalen": 16, "website": 9, "Teams": 7, "script": 0}

    def test_of_a_week_of_which_a_channel_is_hidden_the_rest_is_drawn_together(self) -> None:
        store(9)
        store(7, channel="teams")
        store(2, channel="rest")
        (week,) = table("gesprekken-per-week").values()
        expected = {"alle kanalen": 18, "website": 9, "Teams": WITHHELD, "script": FEW, "kanaal niet getoond": 9}
        assert week == expected

    def test_ends_ratings_and_what_was_felt_are_counted(self) -> None:
        store(9, reached=6, rating=5, felt_heard="ja")
        store(6, reached=6, rating=2, felt_heard="nee")
        store(5, reached=1)
        assert column("waar-gesprekken-eindigen") == [5, 0, 0, 0, 0, 15]
        assert column("waardering") == [0, 6, 0, 0, 9, 5]
        assert drawn()["waardering"].brief == ["Gemiddeld 3,8 van 5 sterren"]
        assert column("gehoord") == [9, 0, 6, 5]

    def test_each_principle_is_counted_by_what_became_of_it(self) -> None:
        store(9, gun_het_tijd=Outcome.DEEPENED)
        store(6, gun_het_tijd=Outcome.SKIPPED)
        found = table("per-principe")
        assert found["Gun het tijd"] == {
            "doorgevraagd": 9, "beantwoord": 0, "overgeslagen": 6, "zonder antwoord": 0, "niet aan toe gekomen": 0,
        }  # fmt: skip
        assert found["Weeg af en kies"]["niet aan toe gekomen"] == 15

    def test_recognition_is_that_of_all_messages_of_a_week(self) -> None:
        store(5, typed=3, confidence=2.7, fallbacks=1)
        store(5, typed=1, confidence=0.3)
        store(9, weeks_ago=1)
        store(6, weeks_ago=2)
        store(2, weeks_ago=2, typed=1, confidence=0.9)
        shown = [tuple(week.values()) for week in table("herkenning").values()]
        assert shown == [(FEW, FEW), (None, None), (75, 25)]

    def test_corrections_and_judgements_are_counted_by_week(self) -> None:
        store(8, corrected=True, judged_right=2)
        store(9, judged_wrong=1)
        store(3, judged_right=40, weeks_ago=1)
        store(9, weeks_ago=1)
        store(3, corrected=True, weeks_ago=1)
        assert column("verbeterd-door-leiders") == [FEW, 8]
        assert [tuple(week.values()) for week in table("oordelen").values()] == [(FEW, 0), (16, 9)]

    def test_hand_offs_are_counted_with_half_of_the_waiting_times(self) -> None:
        store(30)
        for hours in (1, 2, 10, 20, 30, 40):
            store(1, handed_off=True, taken_up_after=hours, done_after=hours + 24 if hours < 30 else None)
        store(2, handed_off=True)
        assert column("overdrachten") == [8]
        picture = drawn()["doorlooptijd"]
        assert [series.cells for series in picture.series] == [[15], [FEW]]
        assert picture.brief == ["De helft is binnen 15 uur opgepakt"]

    def test_erasures_are_counted_by_month(self) -> None:
        first = week_of(timezone.now()).replace(day=1)
        Erasures.objects.create(day=first, number=3)
        Erasures.objects.create(day=first + timedelta(days=1), number=4)
        Erasures.objects.create(day=first - timedelta(days=1), number=2)
        Erasures.objects.create(day=first - timedelta(days=800), number=9)
        assert column("gewist") == [FEW, 7]
        assert column("gewist", "periode=alles") == [9, FEW, 7]


@pytest.mark.django_db
class TestAsked:
    """What the address asks for."""

    @pytest.mark.parametrize(
        ("query", "number"),
        [
            ("", 15), ("periode=4", 10), ("periode=52", 20), ("periode=alles", 25), ("periode=13&kanaal=teams", 5),
            ("niveau=bestuur", 5), ("sector=zorg", 5), ("sector=zorg&niveau=bestuur", 0),
            ("periode=drie&kanaal=&niveau=baas&sector=%25", 15), ("onbekend=1&periode=4", 10),
        ],
    )  # fmt: skip
    def test_it_chooses_whole_weeks_a_channel_a_level_and_a_sector(self, query: str, number: int) -> None:
        store(5, channel="teams")
        store(5, weeks_ago=3, level="bestuur")
        store(5, weeks_ago=12, sectors=",zorg,gemeente,")
        store(5, weeks_ago=13)
        store(5, weeks_ago=90)
        assert count(Asked.of(QueryDict(query))).number == number

    def test_a_link_shows_what_it_was_saved_with_and_hands_it_on(
        self, client: Client, sign_in: Callable[..., User]
    ) -> None:
        sign_in("view_statistic")
        store(9, level="bestuur", weeks_ago=3)
        text = client.get(f"{PAGE}?periode=4&niveau=bestuur").content.decode()
        assert "9 gesprekken" in text
        assert re.findall(r'<option value="(\w+)" selected>', text) == ["4", "bestuur"]
        assert f'href="{SHEET}?periode=4&amp;niveau=bestuur"' in text


@pytest.mark.django_db
class TestPage:
    """What staff see, and who of them."""

    @pytest.mark.parametrize("address", [PAGE, SHEET])
    def test_only_who_has_the_right_sees_it(self, client: Client, sign_in: Callable[..., User], address: str) -> None:
        store(9)
        assert client.get(address).headers["Location"].startswith("/inloggen/")
        sign_in("view_conversation")
        assert client.get(address).status_code == 403
        assert PAGE not in client.get("/").content.decode()
        sign_in("view_statistic", name="henk")
        assert client.get(address).status_code == 200
        assert client.post(address).status_code == 405
        assert PAGE in client.get("/").content.decode()

    @pytest.mark.parametrize("number", [0, 1, 4])
    def test_before_there_are_five_conversations_it_says_what_will_come(
        self, client: Client, sign_in: Callable[..., User], number: int
    ) -> None:
        sign_in("view_statistic")
        store(number, bottleneck="rol")
        text = client.get(PAGE).content.decode()
        assert "Nog te weinig gesprekken" in text
        assert "<table" not in text
        assert client.get(SHEET).status_code == 404

    def test_each_picture_has_a_title_how_to_read_it_a_table_and_a_file(
        self, client: Client, sign_in: Callable[..., User]
    ) -> None:
        sign_in("view_statistic")
        store(9, bottleneck="rol", level="bestuur")
        Erasures.objects.create(day=timezone.localdate(), number=9)
        text = client.get(PAGE).content.decode()
        names = re.findall(r'aria-labelledby="title-([\w-]+)"', text)
        assert len(names) == 13
        for part in ('<h2 id="title-', "<figcaption", "<details open>", "<table", ".csv?periode=13"):
            assert text.count(part) == 13
        assert all(client.get(f"{PAGE}{name}.csv").status_code == 200 for name in names)
        assert client.get(f"{PAGE}iets-anders.csv").status_code == 404

    def test_a_small_group_is_in_no_part_of_the_page_and_no_file(
        self, client: Client, sign_in: Callable[..., User]
    ) -> None:
        sign_in("view_statistic")
        store(40, bottleneck="rol", level="bestuur")
        store(20, bottleneck="rol", level="management")
        store(3, bottleneck="rol", level="uitvoering")
        text = client.get(PAGE).content.decode()
        data = re.search(r'id="chart-knelpunten-per-niveau" type="application/json">(.*?)</script>', text)
        assert data
        assert json.loads(data[1])["series"][0] == {"name": "rol", "values": [40, None, None]}
        lines = list(csv.reader(StringIO(client.get(SHEET).content.decode("utf-8-sig")), delimiter=";"))
        assert [line[:2] for line in lines[1:4]] == [
            ["bestuur", "40"], ["management", "niet getoond"], ["uitvoering", "minder dan 5"],
        ]  # fmt: skip
        assert "<td>minder dan 5</td>" in text
        assert "<td>niet getoond</td>" in text

    def test_what_is_chosen_by_most_is_not_said_where_it_is_not_certain(self) -> None:
        store(3, bottleneck="rol", level="uitvoering")
        store(40, bottleneck="rol", level="bestuur")
        store(20, bottleneck="rol", level="management")
        store(5, bottleneck="mandaat", level="management")
        store(7, bottleneck="mandaat", level="bestuur")
        assert drawn()["knelpunten-per-niveau"].brief == ["Bestuur: vooral rol (40)"]

    def test_the_start_page_says_how_many_there_are_lately(self, client: Client, sign_in: Callable[..., User]) -> None:
        sign_in("view_statistic")
        store(3)
        assert "minder dan 5" in client.get("/").content.decode()
        store(20)
        assert "<strong>23</strong>" in client.get("/").content.decode()

    def test_it_asks_the_database_little_however_much_there_is(
        self, client: Client, sign_in: Callable[..., User], django_assert_num_queries: Any
    ) -> None:
        sign_in("view_statistic")
        client.get("/")
        for weeks in range(60):
            store(6, weeks_ago=weeks, handed_off=True, taken_up_after=weeks, level="bestuur", sectors=",zorg,")
        with django_assert_num_queries(10):  # six of figures; the session and the rights
            assert client.get(f"{PAGE}?periode=alles").status_code == 200


@pytest.mark.django_db
class TestSheet:
    """A table as a file."""

    def test_a_dutch_excel_opens_it_as_a_table(self, client: Client, sign_in: Callable[..., User]) -> None:
        sign_in("view_statistic")
        store(9, bottleneck="rol", level="bestuur")
        answer = client.get(f"{SHEET}?periode=4&kanaal=website")
        assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
        name = f"knelpunten-per-niveau-laatste-4-weken-website-{timezone.localdate():%Y-%m-%d}.csv"
        assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
        assert answer.content.startswith(b"\xef\xbb\xbfniveau;rol;structuur;mandaat;niet bekend\r\nbestuur;9;0;0;0\r\n")

    def test_each_file_that_somebody_takes_is_in_the_log(self, client: Client, sign_in: Callable[..., User]) -> None:
        person = sign_in("view_statistic", "view_logentry")
        store(9)
        LogEntry.objects.all().delete()
        client.get(PAGE)
        assert not LogEntry.objects.exists()
        client.get(f"{SHEET}?niveau=")
        noted = LogEntry.objects.get()
        assert (noted.actor, noted.object_pk) == (person, "knelpunten-per-niveau")
        text = client.get(f"/auditlog/logentry/?waarmee={noted.content_type_id}").content.decode()
        assert "Cijfers: Welke knelpunten leven op welk niveau? (laatste 13 weken)" in text


def test_no_field_of_a_file_is_a_formula_and_a_number_is_written_in_dutch() -> None:
    labels = ["=1+1", "+31", "-2", "@x", "gewoon", date(2026, 11, 23)]
    series = Series("=naam", [1.5, None, FEW, 0, 12, 3])
    lines = list(csv.reader(StringIO(as_sheet(Picture("p", "", "", "as", labels, [series]))), delimiter=";"))
    assert lines == [
        ["\ufeffas", "'=naam"], ["'=1+1", "1,5"], ["'+31", ""], ["'-2", "minder dan 5"], ["'@x", "0"],
        ["gewoon", "12"], ["2026-11-23", "3"],
    ]  # fmt: skip
