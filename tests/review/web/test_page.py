"""The page of a conversation: what is read, what staff add, who may do what, and what is logged of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from auditlog.models import LogEntry
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from benchmarks.review_data import generate
from coach.vocabulary import Theme
from review.models import Conversation, Handoff, Label, Note, Recognition, Reflection, Turn
from review.templatetags.wording import moment, spoken, typed
from review.words import INTENTS, THEMES

pytestmark = pytest.mark.django_db
CODE = "K7F39QXM2A"
LIST = "/review/conversation/"
PAGE = f"{LIST}{CODE}/change/"
UNLOGGED = "iets dat in geen log hoort"
MOST_QUERIES = 15


def reply(text: str, response: str = "utter_x", *options: str) -> dict[str, Any]:
    return {"text": text, "response": response, "options": list(options)}


@pytest.fixture
def conversation(new_conversation: Callable[..., Conversation], new_turn: Callable[..., Turn]) -> Conversation:
    made = new_conversation(CODE, bottleneck="rol", sectors=",zorg,", rating=4, confidence=7, first_step="bellen")
    new_turn(made, 0, "", reply("**Welkom.** Ik ben een chatbot."))
    told = new_turn(made, 1, "ik mag niets", reply("Gaat het om mandaat?", "utter_ask", "Ja", "Nee, mijn rol"),
                    question="bottleneck")  # fmt: skip
    Recognition.objects.create(
        turn=told, intent="bottleneck_mandaat", confidence=0.934, margin=0.8, proposed="mandaat", refused=True,
        ranking=[["bottleneck_mandaat", 0.934], ["bottleneck_rol", 0.041]], themes={"geen_tijd": 0.61},
    )  # fmt: skip
    opened = {"principle": "gun_het_tijd", "step": 1, "steps": 4}
    new_turn(made, 2, "Nee, mijn rol", reply("Goed, dan je rol."), reply("Stap 1", "utter_open_gun_het_tijd"),
             chosen=True, corrected_from="mandaat", corrected_to="rol", **opened)  # fmt: skip
    worried = new_turn(made, 3, "een kind is niet veilig bij [NAAM-1]", reply("Bel Veilig Thuis."), **opened)
    Recognition.objects.create(
        turn=worried, intent="crisis", confidence=0.7, margin=0.1, ranking=[["give_answer", 0.2]],
        danger={"kind": {"home": 0.8}, "to": {"child": 0.9}, "now": {"true": 0.5, "false": 0.5}},
    )  # fmt: skip
    Reflection.objects.create(conversation=made, position=1, principle="gun_het_tijd", answer="dat kost koffie")
    return made


@pytest.fixture
def page(client: Client, conversation: Conversation, sign_in: Callable[..., User]) -> str:
    sign_in()
    return " ".join(client.get(PAGE).content.decode().split())


@pytest.mark.parametrize(
    "shown",
    [
        "Dat lukt nooit helemaal: deel een gesprek alleen met collega's.",
        "<strong>Welkom.</strong> Ik ben een chatbot.",
        "Herkend als: knelpunt mandaat, 93 % zeker; daarna: knelpunt rol, 4 %",
        "De coach stelde voor: knelpunt mandaat. <strong>De leider vond dat niet kloppen.</strong>",
        "Open vraag: waar loop je tegenaan.",
        "geen tijd (61 %)",
        'Verbeterd door de leider: mandaat <span aria-label="wordt">→</span> rol',
        "koos een knop",
        '<li class="review-option-chosen">Nee, mijn rol',
        "Gevaar gehoord: onveilig thuis, een kind, nu",
        '<span class="review-hidden">[NAAM-1]</span>',
        "<dd>7 van 10</dd>",
        "<dd>4 van 5</dd>",
        "<dd>zorg</dd>",
        "dat kost koffie",
    ],
)
def test_the_page_tells(page: str, shown: str) -> None:
    assert shown in page


def test_a_principle_is_divided_off_once_above_what_opens_it(page: str) -> None:
    assert page.count("Stap 1 van 4: Gun het tijd") == 1
    assert page.index("Goed, dan je rol.") < page.index("Stap 1 van 4: Gun het tijd") < page.index(">Stap 1<")


def test_every_intent_and_theme_has_words_of_its_own() -> None:
    domain = yaml.safe_load(Path("domain.yml").read_text(encoding="utf-8"))
    assert set(domain["intents"]) <= set(INTENTS)
    assert {theme.value for theme in Theme} == set(THEMES)


WRITTEN = {
    "<script>alert(1)</script>": '<p dir="auto">&lt;script&gt;alert(1)&lt;/script&gt;</p>',
    "**niet vet**": '<p dir="auto">**niet vet**</p>',
    "een\n\ntwee & drie": '<p dir="auto">een</p><p dir="auto">twee &amp; drie</p>',
    "[E-MAIL-2]": '<p dir="auto"><span class="review-hidden">[E-MAIL-2]</span></p>',
    "[ANTWOORDADRES]": '<p dir="auto"><span class="review-hidden">[ANTWOORDADRES]</span></p>',
    "bij [NAAM-12] op [SCHOOL-1]": '<p dir="auto">bij <span class="review-hidden">[NAAM-12]</span> op '
    '<span class="review-hidden">[SCHOOL-1]</span></p>',
    "[geen] [naam-1] [N1]": '<p dir="auto">[geen] [naam-1] [N1]</p>',
    "שלום \u202egnik": '<p dir="auto">שלום \u202egnik</p>',
}


@pytest.mark.parametrize(("said", "html"), WRITTEN.items())
def test_what_was_typed_stands_as_it_was_typed(said: str, html: str) -> None:
    assert typed(said) == html


SPOKEN = {
    "**Stap 1.** En **twee**": "<strong>Stap 1.</strong> En <strong>twee</strong>",
    "**“<b>x</b>”**": "<strong>“&lt;b&gt;x&lt;/b&gt;”</strong>",
    "2 ** 3 ** 4 en **open": "2 ** 3 ** 4 en **open",
    "- een": "• een",
    "**[NAAM-1]**": '<strong><span class="review-hidden">[NAAM-1]</span></strong>',
}


@pytest.mark.parametrize(("said", "html"), SPOKEN.items())
def test_of_the_coach_only_bold_and_lists_are_marks(said: str, html: str) -> None:
    assert spoken(said) == f'<p dir="auto">{html}</p>'


def test_nothing_that_anybody_writes_is_html_anywhere(
    client: Client, conversation: Conversation, sign_in: Callable[..., User], new_turn: Callable[..., Turn]
) -> None:
    person = sign_in()
    bad = '"><script>alert(1)</script>'
    new_turn(conversation, 4, bad, reply(bad, bad, bad), question=bad, principle=bad[:40], corrected_to=bad)
    Conversation.objects.filter(pk=CODE).update(first_step=bad, step_when=bad)
    conversation.labels.add(Label.objects.create(name=bad))
    Label.objects.create(name=f"ander {bad}")
    Note.objects.create(conversation=conversation, author=person, text=bad)
    User.objects.filter(pk=person.pk).update(last_name=bad)
    for address in (PAGE, LIST, f"{LIST}?q={bad}", f"{PAGE}?_changelist_filters=q%3D{bad}"):
        assert "<script>alert" not in client.get(address).content.decode()


def test_moments_are_written_as_people_say_them() -> None:
    now = timezone.localtime().replace(hour=14, minute=3)
    assert moment(now) == "vandaag 14:03"
    assert moment(now - timedelta(days=1)) == "gisteren 14:03"
    assert moment(now.replace(year=2020, month=5, day=3)) == "3 mei 2020"


# Reading on.


@pytest.fixture
def row(new_conversation: Callable[..., Conversation]) -> list[str]:
    """Five conversations, newest first; the second and the fourth are about something else, and all ratings differ."""
    ratings = {"A": 3, "B": 1, "C": 5, "D": None, "E": 4}
    for letter, rating in ratings.items():
        bottleneck = "rol" if letter in "BD" else "mandaat"
        new_conversation(letter * 10, bottleneck=bottleneck, rating=rating, words="gemeente" if letter in "ABE" else "")
    return [letter * 10 for letter in ratings]


@pytest.mark.parametrize(
    ("filters", "before_it_and_after"),
    [
        ("", "BCD"),
        ("", "-AB"),
        ("", "DE-"),
        ("knelpunt=mandaat", "ACE"),
        ("knelpunt=mandaat&p=1", "CE-"),
        ("knelpunt=mandaat", "ABC"),  # it passes the filter no more
        ("q=gemeente", "ABE"),
        ("o=5", "BAE"),  # D without a rating, B, A, E, C
        ("o=-5", "EAB"),
        ("o=5", "-DB"),
        ("beestje__x=1", "BCD"),  # what is no filter
    ],
)
def test_previous_and_next_are_those_of_the_list(
    client: Client, sign_in: Callable[..., User], row: list[str], filters: str, before_it_and_after: str
) -> None:
    sign_in()
    before, it, after = (letter * 10 for letter in before_it_and_after)
    context = client.get(f"{LIST}{it}/change/", {"_changelist_filters": filters}).context
    for address, code in ((context["previous"], before), (context["next"], after)):
        assert (f"/{code}/" in address) if address else code == "-" * 10
        assert not (filters and address) or "_changelist_filters=" in address
    assert context["list"] == (f"{LIST}?{filters}" if filters else LIST)


def test_the_list_links_with_its_filters_and_the_page_gives_them_on(
    client: Client, sign_in: Callable[..., User], row: list[str]
) -> None:
    sign_in()
    listed = client.get(f"{LIST}?knelpunt=mandaat").content.decode()
    assert f"{LIST}AAAAAAAAAA/change/?_changelist_filters=knelpunt%3Dmandaat" in listed
    address = f"{LIST}AAAAAAAAAA/change/?_changelist_filters=knelpunt%3Dmandaat"
    assert client.post(address, {"change": "review", "reviewed": "yes"}).headers["Location"] == address


def test_the_page_asks_the_database_the_same_whatever_the_number_of_turns(
    client: Client, conversation: Conversation, sign_in: Callable[..., User], new_turn: Callable[..., Turn]
) -> None:
    person = sign_in()
    address = f"{PAGE}?_changelist_filters=knelpunt%3Drol%26q%3Dgemeente%26label%3D1%26toegewezen%3Dik"
    client.get(address)
    counts = []
    for round_ in range(2):
        generate(20, seed=round_)
        for number in range(10 + 10 * round_, 20 + 10 * round_):
            turn = new_turn(conversation, number, "x", reply("y"))
            Recognition.objects.create(turn=turn, intent="affirm", confidence=1, margin=1)
            Note.objects.create(conversation=conversation, author=person, text="x")
            conversation.labels.add(Label.objects.create(name=str(number)))
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        counts.append(len(queries))
    assert counts[1] <= MOST_QUERIES
    assert counts[0] == counts[1]


def test_a_conversation_that_is_gone_leads_to_the_list(client: Client, sign_in: Callable[..., User]) -> None:
    sign_in()
    answer = client.get(PAGE, follow=True)
    assert answer.redirect_chain == [(LIST, 302)]
    assert "Misschien is het gewist" in answer.content.decode()


@pytest.mark.parametrize("linked", [True, False])
def test_a_handoff_is_told_with_where_it_stands_and_linked_for_who_may_read_it(
    client: Client, conversation: Conversation, sign_in: Callable[..., User], linked: bool
) -> None:
    sign_in("view_conversation", *(["view_handoff"] if linked else []))
    now = timezone.now()
    Handoff.objects.create(
        id="abc", conversation=conversation, consented_at=now, next_attempt_at=now, status="opgepakt"
    )
    shown = client.get(PAGE).content.decode()
    assert ('href="/review/handoff/abc/change/"' in shown) == linked
    assert "opgepakt" in shown


# What staff add.


def post(client: Client, **posted: Any) -> str:
    answer = client.post(PAGE, posted, follow=True)
    assert answer.redirect_chain == [(PAGE, 302)]
    return answer.content.decode()


def test_notes_are_added_and_only_ones_own_are_deleted(
    client: Client, conversation: Conversation, sign_in: Callable[..., User]
) -> None:
    sign_in()
    assert "Notitie toegevoegd." in post(client, change="add_note", text=f" {UNLOGGED} ")
    note = Note.objects.get()
    assert note.text == UNLOGGED
    sign_in(name="noor")
    assert "Verwijder mijn notitie" not in client.get(PAGE).content.decode()
    assert client.post(PAGE, {"change": "delete_note", "note": note.pk}).status_code == 403
    client.force_login(note.author)
    assert "Notitie verwijderd." in post(client, change="delete_note", note=note.pk)
    assert not Note.objects.exists()


@pytest.mark.parametrize("text", ["", "  \n", "x" * 2001])
def test_a_note_without_words_or_with_too_many_is_refused(
    client: Client, conversation: Conversation, sign_in: Callable[..., User], text: str
) -> None:
    sign_in()
    assert "hooguit 2000 tekens" in post(client, change="add_note", text=text)
    assert not Note.objects.exists()


def test_labels_are_added_by_name_and_taken_away(
    client: Client, conversation: Conversation, sign_in: Callable[..., User]
) -> None:
    sign_in()
    label = Label.objects.create(name="nabellen")
    post(client, change="add_label", label=" NABELLEN ")
    post(client, change="add_label", label="mooi   gesprek")
    assert "hooguit 40 tekens" in post(client, change="add_label", label="x" * 41)
    assert [str(each) for each in conversation.labels.all()] == ["mooi gesprek", "nabellen"]
    post(client, change="remove_label", label=label.pk)
    assert [str(each) for each in conversation.labels.all()] == ["mooi gesprek"]


def test_a_label_that_is_not_there_is_made_by_who_may(
    client: Client, conversation: Conversation, sign_in: Callable[..., User]
) -> None:
    sign_in("view_conversation", "change_conversation")
    Label.objects.create(name="nabellen")
    assert "je mag geen labels maken" in post(client, change="add_label", label="iets nieuws")
    post(client, change="add_label", label="nabellen")
    assert [str(each) for each in conversation.labels.all()] == ["nabellen"]


def test_assigned_to_somebody_and_to_nobody(
    client: Client, conversation: Conversation, sign_in: Callable[..., User]
) -> None:
    me = sign_in()
    left = User.objects.create_user("weg", is_staff=True, is_active=False)
    assert "Toegewezen aan Fatima." in post(client, change="assign", person=me.pk)
    assert client.post(PAGE, {"change": "assign", "person": left.pk}).status_code == 404
    conversation.refresh_from_db()
    assert conversation.assigned_to == me
    post(client, change="assign", person="")
    conversation.refresh_from_db()
    assert conversation.assigned_to is None


def test_reviewed_by_who_was_first_until_it_is_taken_back(
    client: Client, conversation: Conversation, sign_in: Callable[..., User]
) -> None:
    first = sign_in()
    post(client, change="review", reviewed="yes")
    sign_in(name="noor")
    assert "door Fatima" in post(client, change="review", reviewed="yes")
    conversation.refresh_from_db()
    assert conversation.reviewed_by == first
    assert "Nog niet beoordeeld." in post(client, change="review", reviewed="no")
    conversation.refresh_from_db()
    assert (conversation.reviewed_at, conversation.reviewed_by) == (None, None)


@pytest.mark.parametrize(
    "posted",
    [{}, {"change": "erase"}, {"change": "delete_note", "note": "x"}, {"change": "remove_label", "label": "9" * 30}],
)
def test_what_nobody_can_do_is_refused(
    client: Client, conversation: Conversation, sign_in: Callable[..., User], posted: dict[str, str]
) -> None:
    sign_in()
    assert client.post(PAGE, posted).status_code == 400


def test_nothing_is_changed_from_another_site(conversation: Conversation, sign_in: Callable[..., User]) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(sign_in())
    assert client.post(PAGE, {"change": "review", "reviewed": "yes"}).status_code == 403


WHAT = {
    "read": None,
    "assign": {"change": "assign", "person": ""},
    "review": {"change": "review", "reviewed": "yes"},
    "label": {"change": "add_label", "label": "x"},
    "unlabel": {"change": "remove_label", "label": "1"},
    "note": {"change": "add_note", "text": "x"},
    "unnote": {"change": "delete_note", "note": "1"},
}
MAY: dict[tuple[str, ...], set[str]] = {
    ("view_handoff",): set(),
    ("view_conversation",): {"read"},
    ("view_conversation", "change_conversation"): {"read", "assign", "review", "label", "unlabel"},
    ("view_conversation", "add_note"): {"read", "note"},
    ("view_conversation", "add_note", "delete_note"): {"read", "note", "unnote"},
    ("add_note", "delete_note"): set(),
}


@pytest.mark.parametrize("rights", MAY, ids=" ".join)
def test_each_right_opens_what_it_names_and_the_page_offers_no_more(
    client: Client, conversation: Conversation, sign_in: Callable[..., User], rights: tuple[str, ...]
) -> None:
    person = sign_in(*rights)
    Label.objects.create(pk=1, name="nabellen")
    Note.objects.create(pk=1, conversation=conversation, author=person, text="x")
    conversation.labels.add(1)
    if "read" in MAY[rights]:
        offered = client.get(PAGE).content.decode()
        for what, posted in WHAT.items():
            if posted:
                assert (f'name="change" value="{posted["change"]}"' in offered) == (what in MAY[rights]), what
    for what, posted in WHAT.items():
        answer = client.post(PAGE, posted) if posted else client.get(PAGE)
        assert (answer.status_code != 403) == (what in MAY[rights]), what


def test_nobody_makes_or_deletes_a_conversation_here(client: Client, conversation: Conversation) -> None:
    client.force_login(User.objects.create_superuser("beheer"))
    assert client.get(f"{LIST}add/").status_code == 403
    assert client.post(f"{LIST}{CODE}/delete/", {"post": "yes"}).status_code == 403
    assert Conversation.objects.exists()


# What is logged.


def test_each_look_is_logged_with_who_and_when(
    client: Client, conversation: Conversation, sign_in: Callable[..., User]
) -> None:
    person = sign_in()
    client.get(PAGE)
    client.get(PAGE)
    looks = LogEntry.objects.filter(action=LogEntry.Action.ACCESS)
    assert [(look.actor, look.object_pk, look.object_repr) for look in looks] == [(person, CODE, f"Gesprek {CODE}")] * 2
    assert timezone.now() - looks[0].timestamp < timedelta(minutes=1)


def test_what_nobody_may_read_is_no_look(
    client: Client, conversation: Conversation, sign_in: Callable[..., User]
) -> None:
    sign_in("view_handoff")
    client.get(PAGE)
    assert not LogEntry.objects.filter(action=LogEntry.Action.ACCESS).exists()


def test_what_staff_decide_is_logged_and_no_text_is(
    client: Client, conversation: Conversation, sign_in: Callable[..., User]
) -> None:
    person = sign_in()
    LogEntry.objects.all().delete()
    post(client, change="add_note", text=UNLOGGED)
    post(client, change="delete_note", note=Note.objects.get().pk)
    post(client, change="assign", person=person.pk)
    post(client, change="review", reviewed="yes")
    post(client, change="add_label", label="nabellen")
    post(client, change="remove_label", label=Label.objects.get().pk)
    entries = LogEntry.objects.exclude(action=LogEntry.Action.ACCESS).order_by("pk")
    assert {entry.actor for entry in entries} == {person}
    assert [sorted(entry.changes) for entry in entries] == [
        ["author", "conversation"], ["author", "conversation"], ["assigned_to"], ["reviewed_at", "reviewed_by"],
        ["name"], ["labels"], ["labels"],
    ]  # fmt: skip
    for entry in LogEntry.objects.all():
        everything = f"{entry.object_repr} {entry.changes} {entry.serialized_data} {entry.additional_data}"
        assert UNLOGGED not in everything
        assert "ik mag niets" not in everything
    client.force_login(User.objects.create_superuser("beheer"))
    assert client.get("/auditlog/logentry/").status_code == 200


def test_what_the_worker_writes_is_no_decision_of_staff(conversation: Conversation) -> None:
    conversation.rating = 5
    conversation.first_step = UNLOGGED
    conversation.save()
    assert not LogEntry.objects.filter(action=LogEntry.Action.UPDATE).exists()
