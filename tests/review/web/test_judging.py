"""Judging and flagging a turn on the page of its conversation: what is kept, what is refused, and who may."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from review import judging
from review.judging import Correction, NotAcceptedError, begin_of_correction
from review.masking import Kind
from review.models import Conversation, Example, Flag, Judgement, Recognition, Statistic, Turn
from review.placeholders import ORDINARY, in_ordinary_words
from review.projection.covering import REPLY_ADDRESS, UNREADABLE

pytestmark = pytest.mark.django_db
CODE = "K7F39QXM2A"
PAGE = f"/review/conversation/{CODE}/change/"
SAID = "[NAAM-1] van [SCHOOL-2] zegt dat ik niets mag"
SENTENCE = "Als kwartiermaker bij de peutergroep mag ik niets toezeggen"


@pytest.fixture
def turn(new_conversation: Callable[..., Conversation], new_turn: Callable[..., Turn]) -> Turn:
    """A typed message that was taken for rol, between a chosen one and another that was typed."""
    conversation = new_conversation(CODE)
    new_turn(conversation, 1, "Ja", {"text": "Goed", "response": "utter_x", "options": []}, chosen=True)
    typed = new_turn(conversation, 2, SAID)
    Recognition.objects.create(
        turn=typed, intent="bottleneck_rol", confidence=0.6, margin=0.1, level="bestuur", sectors=",zorg,",
        ranking=[["bottleneck_rol", 0.6], ["bottleneck_mandaat", 0.3], ["crisis", 0.2]],
    )  # fmt: skip
    other = new_turn(conversation, 3, "weet niet")
    Recognition.objects.create(turn=other, intent="unsure", confidence=0.9, margin=0.8)
    return typed


@pytest.fixture
def author(sign_in: Callable[..., User]) -> User:
    return sign_in("view_conversation", "add_judgement", "add_flag")


def correction(**values: str) -> Correction:
    return Correction(**{"intent": "bottleneck_mandaat", "example": SENTENCE, **values})


def post(client: Client, turn: Turn, change: str, **posted: str) -> Any:
    return client.post(PAGE, {"change": change, "turn": turn.pk, **posted}, follow=True)


# Services.


def test_a_turn_that_was_understood_needs_no_example(turn: Turn, author: User) -> None:
    judging.accept(turn=turn, author=author, correction=correction())
    judging.judge_right(turn=turn, author=author)
    judged = Judgement.objects.get()
    assert (judged.verdict, judged.state, judged.intent, judged.example) == ("right", "accepted", "", "")
    assert not Example.objects.exists()


def test_an_accepted_correction_makes_the_example_of_its_turn(turn: Turn, author: User) -> None:
    place = {
        "level": "management",
        "level_words": "KWARTIERMAKER",
        "sector": "kinderopvang",
        "sector_words": "peutergroep",
    }
    judging.accept(turn=turn, author=author, correction=correction(**place))
    judged, example = Judgement.objects.get(), Example.objects.get()
    assert (judged.verdict, judged.state, judged.author) == ("wrong", "accepted", author)
    for made in (judged, example):
        assert (made.intent, made.level, made.sector) == ("bottleneck_mandaat", "management", "kinderopvang")
        assert (made.level_words, made.sector_words) == ("kwartiermaker", "peutergroep")
    assert (example.text, example.recognised, example.accepted_by) == (SENTENCE, "bottleneck_rol", author)
    assert (example.conversation_id, example.checked_at) == (CODE, None)


def test_another_correction_changes_the_example_which_is_looked_over_again(turn: Turn, author: User) -> None:
    judging.accept(turn=turn, author=author, correction=correction())
    Example.objects.update(checked_at=timezone.now(), exported_at=timezone.now())
    judging.accept(turn=turn, author=author, correction=correction(example="ik mag niets"))
    example = Example.objects.get()
    assert (example.text, example.checked_at, example.exported_at) == ("ik mag niets", None, None)


def test_a_place_alone_is_learned_under_the_intent_that_was_right(turn: Turn, author: User) -> None:
    place = {"intent": "bottleneck_rol", "level": "management", "level_words": "kwartiermaker"}
    judging.accept(turn=turn, author=author, correction=correction(**place))
    assert Judgement.objects.get().intent == ""
    assert Example.objects.get().intent == "bottleneck_rol"


@pytest.mark.parametrize("undo", ["take_back", "save_draft"])
def test_what_is_taken_back_or_a_draft_again_is_not_learned_from(turn: Turn, author: User, undo: str) -> None:
    judging.accept(turn=turn, author=author, correction=correction())
    Example.objects.update(exported_at=timezone.now())
    if undo == "take_back":
        judging.take_back(turn=turn)
    else:
        judging.save_draft(turn=turn, author=author, correction=correction())
    assert not Example.objects.exists()
    assert [judged.state for judged in Judgement.objects.all()] == ([] if undo == "take_back" else ["draft"])


def test_an_example_that_is_taken_away_leaves_a_draft(turn: Turn, author: User) -> None:
    judging.accept(turn=turn, author=author, correction=correction())
    judging.withdraw(example=Example.objects.get())
    assert not Example.objects.exists()
    assert Judgement.objects.get().state == "draft"


@pytest.mark.parametrize("heard", [{}, {"level": "", "sectors": ""}], ids=["place heard", "no place heard"])
def test_a_draft_may_be_half_done(turn: Turn, author: User, heard: dict[str, str]) -> None:
    Recognition.objects.filter(turn=turn).update(**heard)
    half = Correction(level_words="kwartiermaker", sector_words="peutergroep", example=SAID)
    judging.save_draft(turn=Turn.objects.get(pk=turn.pk), author=author, correction=half)
    assert begin_of_correction(Turn.objects.get(pk=turn.pk)) == replace(half, intent="bottleneck_rol")


REFUSED: dict[str, tuple[dict[str, str], str, str]] = {
    "an intent of another coach": ({"intent": "order_pizza"}, "intent", "kent de coach niet"),
    "not understood is no intent": ({"intent": "nlu_fallback"}, "intent", "kent de coach niet"),
    "no intent": ({"intent": ""}, "intent", "Kies wat de leider bedoelde"),
    "nothing changed": ({"intent": "bottleneck_rol"}, "intent", "Zo verandert er niets"),
    "a level that was heard": (
        {"intent": "bottleneck_rol", "level": "bestuur", "level_words": "kwartiermaker"}, "intent", "Zo verandert",
    ),
    "a sector that was heard": (
        {"intent": "bottleneck_rol", "sector": "zorg", "sector_words": "peutergroep"}, "intent", "Zo verandert",
    ),
    "no level": ({"level": "hemel", "level_words": "kwartiermaker"}, "level", "Kies er een uit de lijst"),
    "no sector": ({"sector": "hemel", "sector_words": "peutergroep"}, "sector", "Kies er een uit de lijst"),
    "a level without words": ({"level": "management"}, "level_words", "Neem de woorden over"),
    "words without a level": ({"level_words": "kwartiermaker"}, "level", "Kies het niveau dat bij"),
    "words without a sector": ({"sector_words": "peutergroep"}, "sector", "Kies de sector die bij"),
    "other words": ({"level": "management", "level_words": "manager"}, "level_words", "staat niet zo"),
    "half a word": ({"sector": "kinderopvang", "sector_words": "peuter"}, "sector_words", "staat niet zo"),
    "too many words": ({"level": "management", "level_words": "x" * 61}, "level_words", "hooguit 60"),
    "empty": ({"example": " \n "}, "example", "Schrijf een voorbeeldzin"),
    "too long": ({"example": "x" * 503}, "example", "er zijn er 3 te veel"),
    "a placeholder": ({"example": "ik en [NAAM-1]"}, "example", "“[NAAM-1]”"),
    "a placeholder without brackets": ({"example": "ik en NAAM-12 dus"}, "example", "“NAAM-12”"),
    "an annotation": ({"example": "ik ben [manager](level)"}, "example", "“[manager]”"),
    "half a bracket": ({"example": "ik ben manager]"}, "example", "“]”"),
    "an address": ({"example": "mail jan@voorbeeld.nl"}, "example", "“jan@voorbeeld.nl”"),
    "a name on a medium": ({"example": "zie @jan"}, "example", "“@jan”"),
    "a link": ({"example": "kijk op https://x.example/jan"}, "example", "een link"),
    "a site": ({"example": "kijk op dehoek.nl"}, "example", "“dehoek.nl”"),
    "a mobile number": ({"example": "bel 06-12 34 56 78"}, "example", "nummer"),
    "a number from abroad": ({"example": "bel +31 (0)6 1234 5678"}, "example", "nummer"),
    "a citizen's number": ({"example": "mijn nummer is 123456782"}, "example", "nummer"),
}  # fmt: skip


@pytest.mark.parametrize("why", REFUSED)
def test_what_cannot_be_learned_from_is_refused_with_one_line_at_its_field(turn: Turn, author: User, why: str) -> None:
    values, name, line = REFUSED[why]
    with pytest.raises(NotAcceptedError) as refused:
        judging.accept(turn=turn, author=author, correction=correction(**values))
    assert list(refused.value.problems) == [name]
    assert line in refused.value.problems[name]
    assert not Judgement.objects.exists()
    assert not Example.objects.exists()


@pytest.mark.parametrize("example", ["om half 9 in groep 7/8, 12 kinderen", "in 2026-2027 dus.nu niet", "€ 1.250,50"])
def test_ordinary_numbers_and_dots_are_nobody(turn: Turn, author: User, example: str) -> None:
    judging.accept(turn=turn, author=author, correction=correction(example=example))
    assert Example.objects.get().text == example


def test_every_placeholder_has_ordinary_words() -> None:
    others = {REPLY_ADDRESS.strip("[]"), UNREADABLE.strip("[]")}
    assert {kind.value for kind in Kind} | others == set(ORDINARY)


@pytest.mark.parametrize(
    ("masked", "ordinary"),
    [
        ("[NAAM-1] belde", "Mijn collega belde"),
        ("ik belde\n[NAAM-12] van [SCHOOL-1]", "ik belde mijn collega van de school"),
        ("mail naar [E-MAIL]", "mail naar mijn mailadres"),
        ("[VERBORGEN]", ""),
        ("[IETS-1] en [x]", "[IETS-1] en [x]"),
    ],
)
def test_placeholders_become_ordinary_words(masked: str, ordinary: str) -> None:
    assert in_ordinary_words(masked) == ordinary


def test_the_figures_of_the_conversation_follow_what_is_judged(turn: Turn, author: User) -> None:
    def figures() -> tuple[int, int]:
        return Statistic.objects.values_list("judged_right", "judged_wrong").get(conversation=CODE)

    judging.judge_right(turn=turn, author=author)
    assert figures() == (1, 0)
    judging.accept(turn=turn, author=author, correction=correction())
    assert figures() == (0, 1)
    judging.withdraw(example=Example.objects.get())
    assert figures() == (0, 0)
    judging.judge_right(turn=turn, author=author)
    judging.take_back(turn=turn)
    assert figures() == (0, 0)


# On the page.


def test_klopt_is_one_click(client: Client, turn: Turn, author: User) -> None:
    answer = post(client, turn, "judge_right")
    assert answer.redirect_chain == [(f"{PAGE}#beurt-2", 302)]
    assert "Bewaard: dit klopt." in answer.text
    assert Judgement.objects.get().verdict == "right"
    assert answer.text.count('value="judge_right"') == 1  # of the other turn


def form_of(page: str) -> dict[str, str]:
    """What stands in the form of a correction."""
    found = {"example": re.findall(r"<textarea[^>]*name=\"example\"[^>]*>([^<]*)<", page)[0]}
    for name in ("level_words", "sector_words"):
        found[name] = re.findall(rf'name="{name}" value="([^"]*)"', page)[0]
    for name in ("intent", "level", "sector"):
        (select,) = re.findall(rf'<select id="{name}".*?</select>', page, re.DOTALL)
        found[name] = (re.findall(r'<option value="([^"]*)" selected', select) or [""])[0]
    return found


def test_the_form_opens_without_scripts_with_what_was_recognised_and_the_guidelines_beside_it(
    client: Client, turn: Turn, author: User
) -> None:
    closed = client.get(PAGE).text
    assert "<textarea" not in closed
    (address,) = re.findall(rf'href="(\?verbeter={turn.pk})#beurt-2"', closed)
    page = client.get(PAGE + address).text
    assert form_of(page) == {
        "intent": "bottleneck_rol", "level": "", "sector": "", "level_words": "", "sector_words": "",
        "example": "Mijn collega van de school zegt dat ik niets mag",
    }  # fmt: skip
    assert "nlu_fallback" not in page
    everything = page.index("<summary>Waar de leider tegenaan loopt of voor komt</summary>")
    assert page.index("twee petten") < page.index("geen rugdekking") < page.index("mishandeling") < everything
    assert "Geen namen, geen plaatsen" in page


def test_what_is_refused_stays_in_the_form_with_its_line(client: Client, turn: Turn, author: User) -> None:
    filled_in = {"intent": "deny", "level": "management", "level_words": "baas", "sector": "", "sector_words": "",
                 "example": "ik en [NAAM-1]"}  # fmt: skip
    answer = post(client, turn, "accept", **filled_in)
    assert answer.redirect_chain == []
    assert form_of(answer.text) == filled_in
    assert 'id="example-problem" class="review-problem">Zet gewone woorden in de plaats van “[NAAM-1]”.' in answer.text
    assert "“baas” staat niet zo in de voorbeeldzin." in answer.text
    assert 'aria-describedby="example-help example-problem"' in answer.text
    assert not Judgement.objects.exists()


def test_a_correction_is_shown_changed_and_taken_back(client: Client, turn: Turn, author: User) -> None:
    shown = post(client, turn, "accept", intent="bottleneck_mandaat", example=SENTENCE).text
    assert "Moest zijn: <strong>knelpunt mandaat</strong>" in shown
    assert f"“{SENTENCE}”" in shown
    shown = post(client, turn, "draft", intent="bottleneck_structuur", example=SENTENCE).text
    assert "Als concept bewaard." in shown
    assert Judgement.objects.get().intent == "bottleneck_structuur"
    shown = post(client, turn, "take_back").text
    assert "Het oordeel is weggehaald." in shown
    assert not Judgement.objects.exists()


def seen(client: Client, turn: Turn) -> str:
    """What the forms of a turn say that was judged of it."""
    (found,) = set(re.findall(r'name="seen" value="([^"]*)"', client.get(f"{PAGE}?verbeter={turn.pk}").text)) - {""}
    return str(found)


@pytest.mark.parametrize("change", ["judge_right", "take_back", "draft", "accept"])
def test_what_a_colleague_judged_meanwhile_is_not_overwritten_unseen(
    client: Client, turn: Turn, author: User, sign_in: Callable[..., User], change: str
) -> None:
    judging.accept(turn=turn, author=author, correction=correction())
    before = seen(client, turn)
    judging.accept(turn=turn, author=author, correction=correction(example="ik mag niets"))
    sign_in("view_conversation", "add_judgement", name="bram")
    mine = {"intent": "deny", "example": "nee hoor"} if change in {"draft", "accept"} else {}
    for at in ("", before):
        answer = post(client, turn, change, seen=at, **mine)
        assert "een collega beoordeelde deze beurt net" in answer.text
        assert form_of(answer.text)["example"] == mine.get("example", "ik mag niets")
        assert Judgement.objects.get().example == Example.objects.get().text == "ik mag niets"
    post(client, turn, change, seen=seen(client, turn), **mine)
    assert not Example.objects.filter(text="ik mag niets").exists()


def test_a_correction_that_came_back_says_why_and_is_open(client: Client, turn: Turn, author: User) -> None:
    judging.accept(turn=turn, author=author, correction=correction(example="Karin zegt dat ik niets mag"))
    Judgement.objects.update(state="returned")
    Example.objects.all().delete()
    page = client.get(PAGE).text
    assert "Deze voorbeeldzin is teruggestuurd." in page
    assert form_of(page)["example"] == "Karin zegt dat ik niets mag"
    assert form_of(page)["intent"] == "bottleneck_mandaat"


def test_the_list_that_one_came_from_is_kept(client: Client, turn: Turn, author: User) -> None:
    address = f"{PAGE}?_changelist_filters=knelpunt%3Drol"
    assert f"?_changelist_filters=knelpunt%3Drol&amp;verbeter={turn.pk}#beurt-2" in client.get(address).text
    answer = client.post(address, {"change": "judge_right", "turn": turn.pk})
    assert answer.headers["Location"] == f"{address}#beurt-2"


def test_a_flag_is_raised_seen_filtered_and_lowered(client: Client, turn: Turn, author: User) -> None:
    shown = post(client, turn, "flag", why="  is dit \n mandaat? ").text
    assert "Vlag van Fatima" in shown
    assert "is dit mandaat?" in shown
    assert "gevlagd" in client.get("/review/conversation/?gevlagd=ja").text
    assert "Vlag weghalen" in shown
    post(client, turn, "unflag")
    assert not Flag.objects.exists()


def test_a_flag_of_a_colleague_is_not_overwritten(client: Client, turn: Turn, author: User) -> None:
    post(client, turn, "flag", why="is dit mandaat?")
    assert "Er staat al een vlag bij deze beurt." in post(client, turn, "flag", why="en dit?").text
    assert Flag.objects.get().text == "is dit mandaat?"


def test_a_flag_with_too_many_words_is_refused(client: Client, turn: Turn, author: User) -> None:
    assert "hooguit 300 tekens" in post(client, turn, "flag", why="x" * 301).text
    assert not Flag.objects.exists()


@pytest.mark.parametrize("number", [1, 2])
def test_every_turn_can_be_flagged_and_shared_and_what_was_typed_judged(
    client: Client, turn: Turn, author: User, number: int
) -> None:
    page = client.get(PAGE).text
    article = page[page.index(f'id="beurt-{number}"') : page.index(f'id="beurt-{number + 1}"')]
    assert 'value="flag"' in article
    assert f'data-copy="http://testserver{PAGE}#beurt-{number}"' in article
    assert ('value="judge_right"' in article) == (number == 2)


def test_nothing_that_staff_write_is_html(client: Client, turn: Turn, author: User) -> None:
    bad = '"><script>alert(1)</script>'
    judging.save_draft(turn=turn, author=author, correction=Correction(level_words=bad, example=bad))
    judging.raise_flag(turn=turn, author=author, text=bad)
    for address in (PAGE, f"{PAGE}?verbeter={turn.pk}"):
        assert "<script>alert" not in client.get(address).text


@pytest.mark.parametrize("key", ["", "x", "9" * 30])
def test_a_turn_that_is_none_is_refused(client: Client, turn: Turn, author: User, key: str) -> None:
    assert client.post(PAGE, {"change": "flag", "turn": key}).status_code == 400


def test_a_turn_that_is_gone_is_told(client: Client, turn: Turn, author: User) -> None:
    assert client.post(PAGE, {"change": "judge_right", "turn": 0}).status_code == 404


def test_a_chosen_button_is_not_judged(client: Client, turn: Turn, author: User) -> None:
    chosen = Turn.objects.get(number=1)
    assert client.post(PAGE, {"change": "judge_right", "turn": chosen.pk}).status_code == 400


MAY = {
    ("view_conversation",): set(),
    ("view_conversation", "add_flag"): {"flag", "unflag"},
    ("view_conversation", "add_judgement"): {"judge_right", "accept", "draft", "take_back"},
    ("add_judgement", "add_flag"): set(),
}


@pytest.mark.parametrize("rights", MAY, ids=" ".join)
def test_each_right_opens_what_it_names_and_the_page_offers_no_more(
    client: Client, turn: Turn, sign_in: Callable[..., User], rights: tuple[str, ...]
) -> None:
    sign_in(*rights)
    offered = client.get(f"{PAGE}?verbeter={turn.pk}").text
    posted = {"turn": turn.pk, "intent": "deny", "example": "nee"}
    for change in ("judge_right", "take_back", "accept", "draft", "flag", "unflag"):
        if change not in {"take_back", "unflag"}:  # offered later
            assert (f'value="{change}"' in offered) == (change in MAY[rights]), change
        answer = client.post(PAGE, {**posted, "change": change})
        assert (answer.status_code == 302) == (change in MAY[rights]), change
        assert (answer.status_code == 403) == (change not in MAY[rights]), change


def test_what_is_judged_is_logged_without_a_word_of_it(client: Client, turn: Turn, author: User) -> None:
    LogEntry.objects.all().delete()
    post(client, turn, "accept", intent="bottleneck_mandaat", example=SENTENCE)
    post(client, turn, "flag", why=SENTENCE)
    post(client, turn, "unflag")
    post(client, turn, "take_back")
    entries = LogEntry.objects.exclude(action=LogEntry.Action.ACCESS)
    assert {entry.actor for entry in entries} == {author}
    assert sorted((entry.content_type.model, entry.action) for entry in entries) == [
        (model, action) for model in ("example", "flag", "judgement") for action in (0, 2)
    ]
    for entry in LogEntry.objects.all():
        everything = f"{entry.object_repr} {entry.changes} {entry.serialized_data} {entry.additional_data}"
        assert "kwartiermaker" not in everything
        assert "NAAM" not in everything
