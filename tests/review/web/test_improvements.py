"""The lists of judgements and of examples: what they tell, how they are filtered, and what is taken away there."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from review import judging
from review.judging import Correction
from review.models import Conversation, Example, Judgement, Recognition, Turn

pytestmark = pytest.mark.django_db
JUDGEMENTS, EXAMPLES = "/review/judgement/", "/review/example/"
MOST_QUERIES = 10
SENTENCES = ("ik mag niets", "wie doet dit eigenlijk", "die formulieren", "het loopt niet")


@pytest.fixture
def colleague(db: None) -> User:
    return User.objects.create_user("noor", first_name="Noor", is_staff=True)


@pytest.fixture
def new_judged(
    new_conversation: Callable[..., Conversation], new_turn: Callable[..., Turn], colleague: User
) -> Callable[..., Turn]:
    """A turn of a conversation of its own, taken for an answer, with a correction that was accepted."""
    made = 0

    def make(sentence: str, intent: str = "bottleneck_mandaat") -> Turn:
        nonlocal made
        made += 1
        turn = new_turn(new_conversation(f"K7F39QX{made:03}"), 4, sentence)
        Recognition.objects.create(turn=turn, intent="give_answer", confidence=0.5, margin=0.1)
        judging.accept(turn=turn, author=colleague, correction=Correction(intent=intent, example=sentence))
        return turn

    return make


@pytest.fixture
def turns(new_judged: Callable[..., Turn], colleague: User) -> list[Turn]:
    """One that waits to be looked over, one that was, one that was exported, one as a draft, and one that was right."""
    intents = ("bottleneck_mandaat", "bottleneck_rol", "bottleneck_structuur", "bottleneck_unclear")
    made = [new_judged(sentence, intent) for sentence, intent in zip(SENTENCES, intents, strict=True)]
    now = timezone.now()
    Example.objects.filter(turn__in=made[1:3]).update(checked_at=now)
    Example.objects.filter(turn=made[2]).update(exported_at=now)
    judging.save_draft(turn=made[3], author=colleague, correction=Correction(intent="bottleneck_unclear"))
    right = new_judged("goed zo")
    judging.judge_right(turn=right, author=colleague)
    return [*made, right]


def rows(client: Client, address: str) -> list[str]:
    """What stands in each row of a list, without its marks."""
    page = client.get(address, follow=True)
    assert page.status_code == 200
    table = re.findall(r'<table id="result_list".*?</table>', page.text, re.DOTALL)
    found = re.findall(r"<tr\b.*?</tr>", table[0], re.DOTALL)[1:] if table else []
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in found]


def test_judgements_tell_what_was_said_of_which_turn(
    client: Client, sign_in: Callable[..., User], turns: list[Turn]
) -> None:
    sign_in("view_judgement")
    listed = rows(client, JUDGEMENTS)
    assert len(listed) == 5
    (first,) = [row for row in listed if "K7F39QX001, beurt 4" in row]
    for told in ("goedgekeurd", "een antwoord op de vraag", "knelpunt mandaat", "Noor", "vandaag"):
        assert told in first
    assert len([row for row in listed if "klopt" in row]) == 1
    assert 'href="/review/conversation/K7F39QX001/change/#beurt-4"' in client.get(JUDGEMENTS).text


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("state__exact=draft", {"K7F39QX004"}),
        ("verdict__exact=right", {"K7F39QX005"}),
        ("bedoeling=bottleneck_rol", {"K7F39QX002"}),
        ("q=k7f39qx003", {"K7F39QX003"}),
        ("q=K7F39", set()),
    ],
)
def test_judgements_are_filtered_and_found_by_code(
    client: Client, sign_in: Callable[..., User], turns: list[Turn], query: str, codes: set[str]
) -> None:
    sign_in("view_judgement")
    assert {row.split(",")[0] for row in rows(client, f"{JUDGEMENTS}?{query}")} == codes


def test_examples_tell_how_far_they_are(client: Client, sign_in: Callable[..., User], turns: list[Turn]) -> None:
    sign_in("view_example")
    listed = rows(client, EXAMPLES)
    stands = {sentence: stand for row in listed for sentence in SENTENCES for stand in ("wordt nagekeken", "uitgevoerd")
              if sentence in row and stand in row}  # fmt: skip
    assert len(listed) == 3
    assert stands == {SENTENCES[0]: "wordt nagekeken", SENTENCES[2]: "uitgevoerd"}
    assert "een antwoord op de vraag → knelpunt rol" in " ".join(listed)


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("stand=wacht", 0),
        ("stand=klaar", 1),
        ("stand=uit", 2),
        ("bedoeling=bottleneck_structuur", 2),
        ("q=K7F39QX002", 1),
    ],
)
def test_examples_are_filtered_and_found_by_code(
    client: Client, sign_in: Callable[..., User], turns: list[Turn], query: str, sentence: int
) -> None:
    sign_in("view_example")
    (row,) = rows(client, f"{EXAMPLES}?{query}")
    assert SENTENCES[sentence] in row


def test_an_example_is_taken_away_after_it_was_read_once_more(
    client: Client, sign_in: Callable[..., User], turns: list[Turn]
) -> None:
    sign_in("view_example", "delete_example")
    example = Example.objects.get(turn=turns[2])
    address = f"{EXAMPLES}{example.pk}/delete/"
    assert f'href="{address}"' in client.get(EXAMPLES).text
    asked = client.get(address).text
    assert SENTENCES[2] in asked
    assert "opnieuw uitvoert" in asked
    client.post(address, {"post": "yes"})
    assert not Example.objects.filter(pk=example.pk).exists()
    assert Judgement.objects.get(turn=turns[2]).state == "draft"


@pytest.mark.parametrize("may", [True, False])
def test_the_file_for_the_coach_is_for_who_may_export(
    client: Client, sign_in: Callable[..., User], turns: list[Turn], may: bool
) -> None:
    sign_in("view_example", *(["export_example"] if may else []))
    address = reverse("export_examples")
    assert (f'action="{address}"' in client.get(EXAMPLES).text) == may
    answer = client.post(address)
    assert answer.status_code == (200 if may else 403)
    assert (SENTENCES[1] in answer.text) == may


def test_an_example_stays_when_its_conversation_is_gone(
    client: Client, sign_in: Callable[..., User], turns: list[Turn]
) -> None:
    sign_in("view_example", "view_judgement", "delete_example")
    example = Example.objects.get(turn=turns[0])
    Conversation.objects.get(pk="K7F39QX001").delete()
    (row,) = [row for row in rows(client, EXAMPLES) if SENTENCES[0] in row]
    assert "niet meer bewaard" in row
    assert "komt niet terug" in client.get(f"{EXAMPLES}{example.pk}/delete/").text
    answer = client.get(f"{EXAMPLES}{example.pk}/change/", follow=True)
    assert "Het gesprek waar dit uit komt is er niet meer." in answer.text


def test_from_the_log_one_comes_to_the_turn(client: Client, sign_in: Callable[..., User], turns: list[Turn]) -> None:
    sign_in("view_example", "view_judgement")
    there = "/review/conversation/K7F39QX001/change/#beurt-4"
    example = Example.objects.get(turn=turns[0])
    for address in (f"{JUDGEMENTS}{turns[0].pk}/change/", f"{EXAMPLES}{example.pk}/change/"):
        assert client.get(address).headers["Location"] == there


@pytest.mark.parametrize("address", [JUDGEMENTS, EXAMPLES])
def test_a_longer_list_takes_no_more_queries(
    client: Client, sign_in: Callable[..., User], new_judged: Callable[..., Turn], address: str
) -> None:
    sign_in("view_example", "view_judgement", "delete_example")
    counts = []
    for _ in range(2):
        for _ in range(5):
            new_judged("ik mag niets")
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= MOST_QUERIES


def test_each_list_is_for_who_may_read_it_and_nobody_makes_changes_or_deletes_there(
    client: Client, sign_in: Callable[..., User], turns: list[Turn]
) -> None:
    example = Example.objects.get(turn=turns[0])
    sign_in("view_conversation", "add_judgement")
    menu = client.get("/").text
    for address in (JUDGEMENTS, EXAMPLES, f"{JUDGEMENTS}{turns[0].pk}/change/", f"{EXAMPLES}{example.pk}/change/"):
        assert client.get(address).status_code == 403
    assert f'href="{JUDGEMENTS}"' not in menu
    assert f'href="{EXAMPLES}"' not in menu
    sign_in("view_judgement", "view_example", name="henk")
    menu = client.get("/").text
    assert f'href="{JUDGEMENTS}"' in menu
    assert f'href="{EXAMPLES}"' in menu
    assert "Haal weg" not in client.get(EXAMPLES).text
    for address in (
        f"{JUDGEMENTS}add/", f"{EXAMPLES}add/", f"{EXAMPLES}{example.pk}/delete/", f"{JUDGEMENTS}{turns[0].pk}/delete/",
    ):  # fmt: skip
        assert client.post(address, {"post": "yes"}).status_code == 403
    assert Example.objects.filter(pk=example.pk).exists()


def test_nothing_that_is_learned_is_html(
    client: Client, sign_in: Callable[..., User], new_judged: Callable[..., Turn]
) -> None:
    sign_in("view_example", "delete_example")
    new_judged('"><script>alert(1)</script>')
    example = Example.objects.get()
    for address in (EXAMPLES, f"{EXAMPLES}{example.pk}/delete/"):
        assert "<script>alert" not in client.get(address).text
