"""The list of conversations: its filters, its pages, its order, the saved views, and what is done with many at once."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.html import escape

from benchmarks.review_data import generate
from review.admin import paging
from review.models import Conversation, Flag, Judgement, Label, SavedView, Turn

pytestmark = pytest.mark.django_db
LIST = "/review/conversation/"
MOST_QUERIES = 12


def shown(client: Client, query: str = "") -> list[str]:
    """The codes on the page, in their order."""
    answer = client.get(f"{LIST}?{query}", follow=True)
    assert answer.status_code == 200
    return re.findall(r"/review/conversation/([0-9A-Z]{10})/change/", answer.content.decode())


@pytest.fixture
def conversations(
    new_conversation: Callable[..., Conversation], new_turn: Callable[..., Turn], sign_in: Callable[..., User]
) -> None:
    me, colleague = sign_in(), User.objects.create_user("henk", is_staff=True)
    now = timezone.now()
    new_conversation("AAAAAAAAAA", channel="teams", bottleneck="mandaat", level="bestuur", sectors=",zorg,onderwijs,")
    new_conversation("BBBBBBBBBB", bottleneck="rol", level="uitvoering", sectors=",zorg,", reached=6, rating=2)
    new_conversation("CCCCCCCCCC", handed_off=True, uncertain=True, rating=5, at=now - timedelta(days=20))
    new_conversation("DDDDDDDDDD", corrected=True, danger=True, rating=3, assigned_to=me, at=now - timedelta(days=90))
    last = new_conversation("EEEEEEEEEE", reviewed_at=now, reviewed_by=me, assigned_to=colleague,
                            at=datetime(2024, 2, 29, 22, 30, tzinfo=UTC))  # fmt: skip
    last.labels.add(Label.objects.create(pk=7, name="nabellen"))
    for letter, state in {"A": "draft", "B": "accepted", "C": "returned"}.items():
        turn = new_turn(Conversation.objects.get(pk=letter * 10), 1, "x")
        Judgement.objects.create(turn=turn, author=me, verdict="wrong", state=state)
    Flag.objects.create(turn=turn, author=me)


@pytest.mark.parametrize("query", ["followed=sender", "followed__sender_id__startswith=s", "handoffs=1"])
def test_only_the_filters_can_be_asked_for_and_never_which_conversation_of_the_store_it_is(
    client: Client, sign_in: Callable[..., User], query: str
) -> None:
    sign_in()
    assert client.get(f"{LIST}?{query}").status_code == 400


FILTERS = {
    "": "ABCDE",
    "periode=30": "ABC",
    "periode=365": "ABCD",
    "van=2024-02-29&tot=2024-02-29": "E",
    "van=2024-03-01": "ABCD",
    "tot=2024-02-28": "",
    "kanaal=teams": "A",
    "knelpunt=mandaat": "A",
    "knelpunt=geen": "CDE",
    "niveau=uitvoering": "B",
    "niveau=geen": "CDE",
    "sector=zorg": "AB",
    "sector=onderwijs": "A",
    "sector=geen": "CDE",
    "gekomen=6": "B",
    "overgedragen=ja": "C",
    "overgedragen=nee": "ABDE",
    "onzeker=ja": "C",
    "verbeterd=ja": "D",
    "gevaar=ja": "D",
    "gevaar=nee": "ABCE",
    "waardering=laag": "B",
    "waardering=midden": "D",
    "waardering=hoog": "C",
    "waardering=geen": "AE",
    "beoordeeld=ja": "E",
    "beoordeeld=nee": "ABCD",
    "toegewezen=ik": "D",
    "toegewezen=geen": "ABC",
    "label=7": "E",
    "label=8": "",
    "gevlagd=ja": "C",
    "gevlagd=nee": "ABDE",
    "oordeel=nog": "DE",
    "oordeel=concept": "A",
    "oordeel=goedgekeurd": "B",
    "oordeel=teruggestuurd": "C",
    "oordeel=x&gevlagd=x": "ABCDE",
    "sector=zorg&niveau=bestuur": "A",
    # What is no value of a filter filters nothing.
    "knelpunt=iets&sector=iets&gevaar=misschien&waardering=10&beoordeeld=x&periode=0": "ABCDE",
    "van=gisteren&tot=2026-02-31&toegewezen=²&label=99999999999999999999": "ABCDE",
    "van=0001-01-01&tot=9999-12-31": "ABCDE",
    "kanaal=&knelpunt=&q=": "ABCDE",
}


@pytest.mark.parametrize(("query", "expected"), FILTERS.items())
def test_each_filter_shows_what_it_says(client: Client, conversations: None, query: str, expected: str) -> None:
    assert shown(client, query) == [letter * 10 for letter in expected]


def test_a_person_can_be_chosen(client: Client, conversations: None) -> None:
    assert shown(client, f"toegewezen={User.objects.get(username='henk').pk}") == ["EEEEEEEEEE"]


def test_today_begins_at_midnight_in_the_netherlands(
    client: Client, sign_in: Callable[..., User], new_conversation: Callable[..., Conversation]
) -> None:
    sign_in()
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    new_conversation("AAAAAAAAAA", at=midnight)
    new_conversation("BBBBBBBBBB", at=midnight - timedelta(seconds=1))
    assert shown(client, "periode=1") == ["AAAAAAAAAA"]


def test_every_filter_has_a_field_and_says_what_is_chosen(client: Client, conversations: None) -> None:
    page = client.get(f"{LIST}?sector=zorg&van=2024-03-01&toegewezen=geen&label=7&o=1").content.decode()
    for name in {part.split("=")[0] for query in FILTERS for part in query.split("&") if part}:
        assert f'name="{name}"' in page
    for chosen in ("zorg", "01-03-2024", "niemand", "nabellen"):
        assert f"</span> {chosen} <span" in page
    assert '<input type="hidden" name="o" value="1">' in page


def test_fields_left_empty_do_not_stay_in_the_address(client: Client, conversations: None) -> None:
    answer = client.get(f"{LIST}?kanaal=&knelpunt=rol&q=")
    assert answer.headers["Location"] == "?knelpunt=rol"


@pytest.mark.parametrize(
    ("column", "expected"),
    [("1", "EDCBA"), ("-3", "BACDE"), ("5", "AEBDC"), ("-5", "CDBAE"), ("-2", "BACDE")],
)
def test_sorted_by_a_column_and_then_newest_first(
    client: Client, conversations: None, column: str, expected: str
) -> None:
    assert shown(client, f"o={column}") == [letter * 10 for letter in expected]


def test_nothing_found_says_what_to_do(client: Client, sign_in: Callable[..., User], conversations: None) -> None:
    nothing = client.get(f"{LIST}?q=xyzzy").content.decode()
    assert "Niets gevonden" in nothing
    assert "haal een filter weg" in nothing
    Conversation.objects.all().delete()
    assert "Nog geen gesprekken" in client.get(LIST).content.decode()


def test_pages_are_turned_also_beyond_what_is_counted(
    client: Client, sign_in: Callable[..., User], monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in()
    generate(120)
    page = client.get(LIST).content.decode()
    assert "120 gesprekken" in page
    assert "bladzijde 1 van 3" in page
    everything = shown(client) + shown(client, "p=2") + shown(client, "p=3")
    assert everything == list(Conversation.objects.values_list("code", flat=True))
    monkeypatch.setattr(paging, "MOST_COUNTED", 60)
    second = client.get(f"{LIST}?p=2").content.decode()
    assert "60+ gesprekken" in second
    assert "bladzijde 2<" in second
    assert 'href="?p=3" rel="next"' in second
    assert shown(client, "p=3") == everything[100:]
    assert 'rel="next"' not in client.get(f"{LIST}?p=3").content.decode()


@pytest.mark.parametrize("page", ["0", "-1", "99999999999999999999", "x"])
def test_a_page_that_is_none_is_no_error(client: Client, conversations: None, page: str) -> None:
    assert len(shown(client, f"p={page}")) == 5


@pytest.mark.parametrize("query", ["", "q=gemeente&knelpunt=rol", "o=5&beoordeeld=nee"])
def test_the_list_asks_the_database_the_same_whatever_the_number(
    client: Client, sign_in: Callable[..., User], query: str
) -> None:
    sign_in()
    SavedView.objects.create(owner=User.objects.create_user("henk"), name="van Henk", query="knelpunt=rol", shared=True)
    counts = []
    for _ in range(2):
        generate(30, seed=len(counts))
        with CaptureQueriesContext(connection) as queries:
            client.get(f"{LIST}?{query}")
        counts.append(len(queries))
    assert counts[1] <= MOST_QUERIES
    assert counts[0] == counts[1]


def test_no_filter_reads_the_whole_table_for_its_values(client: Client, conversations: None) -> None:
    with CaptureQueriesContext(connection) as queries:
        client.get(LIST)
    assert not [query["sql"] for query in queries if "DISTINCT" in query["sql"]]


def test_many_are_marked_as_reviewed_and_assigned_at_once(client: Client, conversations: None) -> None:
    two = ["AAAAAAAAAA", "CCCCCCCCCC"]
    for action in ("mark_reviewed", "assign_to_me"):
        answer = client.post(LIST, {"action": action, "index": 0, "_selected_action": two}, follow=True)
        assert "2 gesprekken zijn" in answer.content.decode()
    assert shown(client, "beoordeeld=ja") == [*two, "EEEEEEEEEE"]
    assert shown(client, "toegewezen=ik") == [*two, "DDDDDDDDDD"]


def test_who_may_only_read_is_offered_no_actions(
    client: Client, sign_in: Callable[..., User], new_conversation: Callable[..., Conversation]
) -> None:
    new_conversation("AAAAAAAAAA")
    sign_in("view_conversation")
    assert "Zet op beoordeeld" not in client.get(LIST).content.decode()
    client.post(LIST, {"action": "mark_reviewed", "index": 0, "_selected_action": ["AAAAAAAAAA"]})
    assert not Conversation.objects.get().reviewed_at


SAVE = f"{LIST}weergaven/"


def save(client: Client, **posted: Any) -> str:
    return client.post(
        SAVE, {"name": "zorg", "query": "sector=zorg&p=3&iets=x", **posted}, follow=True
    ).content.decode()


def test_a_view_is_saved_without_page_and_leads_back(client: Client, conversations: None) -> None:
    assert "bewaard" in save(client)
    assert SavedView.objects.get().query == "sector=zorg"
    page = client.get(f"{LIST}?sector=zorg").content.decode()
    assert '<a href="?sector=zorg" aria-current="page">zorg</a>' in page
    save(client, query="o=5&knelpunt=rol")  # the same name again
    assert SavedView.objects.get().query == "knelpunt=rol&o=5"


@pytest.mark.parametrize(
    "posted", [{"name": " "}, {"name": "x" * 61}, {"query": ""}, {"query": "p=2"}, {"query": "q=" + "x" * 1000}]
)
def test_a_view_without_a_name_or_a_filter_is_not_saved(
    client: Client, conversations: None, posted: dict[str, str]
) -> None:
    assert escape("bewaard”") not in save(client, **posted)
    assert not SavedView.objects.exists()


def test_colleagues_see_shared_views_and_remove_only_their_own(
    client: Client, conversations: None, sign_in: Callable[..., User]
) -> None:
    save(client)
    save(client, name="voor allen", shared="yes")
    own = client.get(LIST).content.decode()
    assert own.count("Weergave verwijderen") == 2
    sign_in(name="noor")
    page = client.get(LIST).content.decode()
    assert "voor allen" in page
    assert "van Fatima" in page
    assert ">zorg<" not in page.split("review-filters")[0]
    assert "Weergave verwijderen" not in page
    shared = SavedView.objects.get(name="voor allen")
    assert client.post(f"{SAVE}{shared.pk}/").status_code == 404
    client.force_login(shared.owner)
    client.post(f"{SAVE}{shared.pk}/")
    assert not SavedView.objects.filter(pk=shared.pk).exists()
    assert client.get(f"{SAVE}{shared.pk}/").status_code == 405


def test_views_are_of_those_who_may_read(client: Client, sign_in: Callable[..., User]) -> None:
    sign_in("view_handoff")
    assert client.post(SAVE, {"name": "x", "query": "q=x"}).status_code == 403
    assert client.get(LIST).status_code == 403
