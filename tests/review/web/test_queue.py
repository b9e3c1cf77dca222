"""The queue of instructive turns: what comes first, what is passed over, and that it stays quick."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from benchmarks.review_data import generate
from review import judging
from review.admin import queue
from review.judging import Correction
from review.models import Conversation, Flag, Judgement, Recognition, Turn

pytestmark = pytest.mark.django_db
QUEUE = "/leerzaam/"
MOST_QUERIES = 21
RIGHTS = ("view_conversation", "add_judgement", "add_flag")


@pytest.fixture(autouse=True)
def nobody_has_anything_open() -> None:
    cache.clear()


@pytest.fixture
def turns(new_conversation: Callable[..., Conversation], new_turn: Callable[..., Turn]) -> dict[str, Turn]:
    """Five messages of a conversation, by what they say."""
    conversation = new_conversation("K7F39QXM2A")
    made = {}
    for number, (said, instructive) in enumerate(
        {"duidelijk": 0, "twijfel": 30, "geweigerd": 430, "onbekend": 200, "evenveel": 30}.items(), start=1
    ):
        made[said] = new_turn(conversation, number, said)
        Recognition.objects.create(
            turn=made[said], intent="give_answer", confidence=0.5, margin=0.1, instructive=instructive
        )
    return made


def shown(answer: Any) -> str:
    turn = answer.context["turn"]
    return turn.said if turn else ""


def walk(client: Client, scope: str = "alles") -> list[str]:
    """What is shown when everything is skipped."""
    address, seen = f"{QUEUE}?van={scope}", []
    while said := shown(answer := client.get(address)):
        seen.append(said)
        address = answer.context["skip"]
    return seen


def test_the_most_instructive_comes_first_and_what_was_clear_not_at_all(
    client: Client, turns: dict[str, Turn], sign_in: Callable[..., User]
) -> None:
    sign_in(*RIGHTS)
    assert walk(client) == ["geweigerd", "onbekend", "twijfel", "evenveel"]
    assert "Wat je oversloeg, staat er nog" in client.get(f"{QUEUE}?na={turns['evenveel'].pk}").text


def test_a_turn_stands_between_those_around_it_with_its_form_and_the_guidelines(
    client: Client, turns: dict[str, Turn], sign_in: Callable[..., User]
) -> None:
    sign_in(*RIGHTS)
    page = client.get(QUEUE).text
    assert [said for said in turns if f">{said}<" in page] == list(turns)
    assert page.count('name="example"') == 1
    assert "Wanneer kies je wat?" in page
    assert 'data-keys="s"' in page


def test_after_judging_comes_the_next_and_what_was_judged_comes_no_more(
    client: Client, turns: dict[str, Turn], sign_in: Callable[..., User]
) -> None:
    sign_in(*RIGHTS)
    answer = client.post(QUEUE, {"change": "judge_right", "turn": turns["geweigerd"].pk}, follow=True)
    assert shown(answer) == "onbekend"
    posted = {"change": "draft", "turn": turns["onbekend"].pk, "intent": "deny", "example": "nee"}
    assert shown(client.post(QUEUE, posted, follow=True)) == "twijfel"
    assert walk(client) == ["twijfel", "evenveel"]


def test_what_is_refused_stays_where_it_was(
    client: Client, turns: dict[str, Turn], sign_in: Callable[..., User]
) -> None:
    sign_in(*RIGHTS)
    posted = {"change": "accept", "turn": turns["twijfel"].pk, "intent": "deny", "example": "bel 0612345678"}
    answer = client.post(QUEUE, posted)
    assert shown(answer) == "twijfel"
    assert "bel 0612345678</textarea>" in answer.text
    assert not Judgement.objects.exists()


def test_a_flag_leaves_one_where_one_was(client: Client, turns: dict[str, Turn], sign_in: Callable[..., User]) -> None:
    sign_in(*RIGHTS)
    answer = client.post(QUEUE, {"change": "flag", "turn": turns["twijfel"].pk, "why": "kijk eens"}, follow=True)
    assert shown(answer) == "twijfel"
    assert "kijk eens" in answer.text


def test_each_scope_has_its_turns_and_says_how_many(
    client: Client, turns: dict[str, Turn], sign_in: Callable[..., User], new_conversation: Callable[..., Conversation],
    new_turn: Callable[..., Turn],
) -> None:  # fmt: skip
    colleague, me = sign_in(*RIGHTS, name="noor"), sign_in(*RIGHTS)
    mine = new_turn(new_conversation("MIJN222222", assigned_to=me), 1, "van mij")
    Recognition.objects.create(turn=mine, intent="deny", confidence=1, margin=0, instructive=1)
    for said, author in (("twijfel", me), ("evenveel", colleague)):
        judging.save_draft(turn=turns[said], author=author, correction=Correction())
    judging.save_draft(turn=turns["onbekend"], author=colleague, correction=Correction())
    Judgement.objects.filter(turn=turns["onbekend"]).update(state="returned")
    Flag.objects.create(turn=turns["duidelijk"], author=colleague)
    scopes = {
        "alles": ["geweigerd", "van mij"], "mij": ["van mij"], "vlag": ["duidelijk"], "concept": ["twijfel"],
        "teruggestuurd": ["onbekend"],
    }  # fmt: skip
    assert {scope: walk(client, scope) for scope in scopes} == scopes
    told = {scope.name: number for scope, _, number in client.get(QUEUE).context["scopes"]}
    assert told == {scope: str(len(said)) for scope, said in scopes.items()}


def test_a_flagged_button_is_read_without_a_form(
    client: Client, turns: dict[str, Turn], sign_in: Callable[..., User], new_turn: Callable[..., Turn]
) -> None:
    chosen = new_turn(turns["twijfel"].conversation, 9, "Ja", chosen=True)
    Flag.objects.create(turn=chosen, author=sign_in(*RIGHTS))
    page = client.get(f"{QUEUE}?van=vlag").text
    assert "Vlag weghalen" in page
    assert "<textarea" not in page


def test_what_a_colleague_has_open_is_passed_over_until_nothing_else_is_left(
    client: Client, turns: dict[str, Turn], sign_in: Callable[..., User]
) -> None:
    sign_in(*RIGHTS, name="noor")
    assert shown(client.get(QUEUE)) == "geweigerd"
    sign_in(*RIGHTS)
    assert shown(client.get(QUEUE)) == "onbekend"
    assert shown(client.get(QUEUE)) == "onbekend"
    Turn.objects.exclude(pk=turns["geweigerd"].pk).delete()
    assert shown(client.get(QUEUE)) == "geweigerd"


def test_each_turn_that_is_shown_is_a_look_at_its_conversation(
    client: Client, turns: dict[str, Turn], sign_in: Callable[..., User]
) -> None:
    person = sign_in(*RIGHTS)
    client.get(QUEUE)
    look = LogEntry.objects.get(action=LogEntry.Action.ACCESS)
    assert (look.actor, look.object_pk) == (person, "K7F39QXM2A")


@pytest.mark.parametrize("address", ["?van=iets", "?na=x", "?na=99999999", "?beurt=x", f"?na={'9' * 30}"])
def test_an_address_that_says_nothing_begins_in_front(
    client: Client, turns: dict[str, Turn], sign_in: Callable[..., User], address: str
) -> None:
    sign_in(*RIGHTS)
    assert shown(client.get(QUEUE + address)) == "geweigerd"


def test_without_anything_to_learn_it_says_so(client: Client, sign_in: Callable[..., User]) -> None:
    sign_in(*RIGHTS)
    assert "Niets meer te leren" in client.get(QUEUE).text
    assert "Hier staat niets" in client.get(f"{QUEUE}?van=vlag").text
    assert "Hier staat niets" in client.get(f"{QUEUE}?van=vlag&beurt=99").text


@pytest.mark.parametrize("rights", [("view_conversation",), ("add_judgement",), ("view_conversation", "add_flag")])
def test_it_is_for_who_may_judge_and_for_nobody_else(
    client: Client, turns: dict[str, Turn], sign_in: Callable[..., User], rights: tuple[str, ...]
) -> None:
    sign_in(*rights)
    assert client.get(QUEUE).status_code == 403
    assert client.post(QUEUE, {"change": "judge_right", "turn": turns["twijfel"].pk}).status_code == 403
    assert QUEUE not in client.get("/").text


def test_it_asks_the_database_the_same_whatever_there_is(
    client: Client, turns: dict[str, Turn], sign_in: Callable[..., User]
) -> None:
    sign_in(*RIGHTS)
    counts = []
    client.get(QUEUE)
    for seed in range(2):
        generate(20, seed=seed)
        with CaptureQueriesContext(connection) as queries:
            client.get(QUEUE)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= MOST_QUERIES


def test_the_start_page_says_how_much_waits_and_leads_there(
    client: Client, turns: dict[str, Turn], sign_in: Callable[..., User]
) -> None:
    Flag.objects.create(turn=turns["duidelijk"], author=sign_in(*RIGHTS))
    told = {tile["label"]: tile for tile in client.get("/").context["tiles"]}
    assert told["leerzame beurten"]["number"] == "4"
    assert shown(client.get(told["leerzame beurten"]["address"])) == "geweigerd"
    assert shown(client.get(told["beurten gevlagd"]["address"])) == "duidelijk"
    sign_in("view_conversation", name="noor")
    told = {tile["label"]: tile for tile in client.get("/").context["tiles"]}
    assert "leerzame beurten" not in told
    assert client.get(told["beurten gevlagd"]["address"]).context["cl"].result_count == 1


def test_the_number_of_a_scope_is_counted_so_far_only(
    turns: dict[str, Turn], sign_in: Callable[..., User], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "MOST_COUNTED", 3)
    assert queue.counted("alles", sign_in(*RIGHTS)) == "3+"
