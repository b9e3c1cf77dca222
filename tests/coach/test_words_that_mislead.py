"""Sentences that leaders write whose words look like something else: nothing is lost, and nothing is done unasked."""

from __future__ import annotations

from typing import Any

import pytest

from coach.answer import asks_the_coach, says_unknown
from coach.confidence import band_of, read_confidence
from coach.message import Message
from coach.recognising import says_only_places
from coach.route import State
from coach.steering import divide
from coach.summary import ADDITION
from coach.taking import take

IN_DANGER = {"bottleneck": "rol", "paused": "danger", "danger": "home", "danger_to": "child"}
ANSWERED = {
    "bottleneck": "rol", "situation": "x", "level": "bestuur", "sector": ["zorg"],
    "weeg_af_en_kies": "wij kiezen samen",
    "verbind_met_binnen": "ik vertel het thuis", "ondersteun_en_faciliteer": "twee uur per week",
    "gun_het_tijd": "samen eten",
}  # fmt: skip


def message(text: str, intent: str = "give_answer", certainty: float = 0.5, **more: Any) -> Message:
    return Message(text, intent, certainty, more.get("entities", []), more.get("ranking", []))


@pytest.mark.parametrize(
    "text",
    [
        "Mijn directeur zegt dat er niks aan de hand is",
        "Hij zegt dat het niet zo bedoeld was, maar ze is bang",
        "Iedereen doet alsof er niks aan de hand is",
        "Ze durft niet over mijn werk te praten",
        "Ja, ze is nu alleen thuis",
        "Ja hij slaat haar echt",
        "Graag snel hulp",
        "nee ze is niet veilig",
        "Nee, nog niet gebeld",
    ],
)
@pytest.mark.parametrize("intent", ["give_answer", "affirm", "deny"])
def test_what_tells_of_danger_ends_neither_it_nor_the_conversation(text: str, intent: str) -> None:
    assert take(State(IN_DANGER), message(text, intent)).changes == {}


@pytest.mark.parametrize(
    ("text", "intent", "changed"),
    [
        ("verder graag", "give_answer", "paused"),
        ("ja hoor", "affirm", "paused"),
        ("nee dank je", "deny", "outcome"),
        ("liever niet", "deny", "outcome"),
        ("dat was niet zo bedoeld", "deny", "danger"),
        ("er is geen gevaar, het ging over mijn werk", "give_answer", "danger"),
    ],
)
def test_the_bare_words_go_on_or_end(text: str, intent: str, changed: str) -> None:
    assert changed in take(State(IN_DANGER), message(text, intent)).changes


@pytest.mark.parametrize(
    "text", ["ok, toch maar niet", "ja doe toch maar niet", "oké, liever niet", "ja, wacht, nee", "ja, maar niet nu"]
)
@pytest.mark.parametrize("intent", ["give_answer", "affirm"])
def test_a_yes_that_is_taken_back_does_nothing(text: str, intent: str) -> None:
    erasing = State({**ANSWERED, "pending_command": "delete_my_data"})
    assert take(erasing, message(text, intent)).changes == {"pending_command": None}
    offered = {
        **ANSWERED, "skipped": ["summary_check"], "first_step": "bellen", "step_when": "morgen", "step_with_whom": "x",
        "confidence": 10.0, "sender_runs": True,
    }  # fmt: skip
    draft = {"to": "info@netwerkmetandereogen.nl", "subject": "x", "text": "x"}
    shown = State({**offered, "handoff_consent": "yes", "reply_address": "leider@school.nl", "handoff_draft": draft})
    assert "handoff" not in take(shown, message(text, intent)).changes
    assert take(State(offered), message(text, intent)).changes["handoff_consent"] == "no"


@pytest.mark.parametrize(
    "text",
    [
        "Ik laat me niet meer door de waan van de dag leiden",
        "Ik moet er met het hele team door",
        "Ik kies mijn eigen weg",
        "Geen haast meer maken",
    ],
)
def test_the_new_words_of_a_line_stand_in_it(text: str) -> None:
    taken = take(State({**ANSWERED, "correcting": "gun_het_tijd"}), message(text))
    assert taken.changes == {"gun_het_tijd": text, "correcting": None}


@pytest.mark.parametrize(
    "text",
    [
        "Ik moet hier nog met het bestuur door",
        "Dat is de goede weg",
        "Ik kan niet altijd weg bij mijn team",
        "Mijn eerste stap wordt een gesprek met de wethouder",
        "In de eerste plaats wordt het tijd om te kiezen",
        "De laatste tijd gaat het anders in ons team",
        "Ja, ook de ouders betrekken",
        "Juist de ouders erbij betrekken",
        "Geen tijd voor overleg meer",
        "Niets doen is geen optie",
        "Zo goed mogelijk samenwerken met ouders",
        "Meer rust nemen",
    ],
)
def test_what_is_added_to_the_summary_is_kept(text: str) -> None:
    taken = take(State(ANSWERED), message(text))
    assert taken.changes == {ADDITION: text}


@pytest.mark.parametrize(
    "text", ["klopt zo", "ja prima", "zo is het goed", "nee hoor", "niks meer", "ziet er goed uit", "top"]
)
def test_what_closes_the_summary_closes_it(text: str) -> None:
    assert take(State(ANSWERED), message(text)).changes == {"skipped": ["summary_check"]}


@pytest.mark.parametrize(
    "text",
    ["haal de eerste weg", "de tweede mag eruit", "regel 3 kan weg", "verwijder gun het tijd", "nee, haal regel 1 weg"],
)
def test_an_order_takes_a_line_away(text: str) -> None:
    found = [{"entity": "principle", "value": "gun_het_tijd", "start": 11, "end": 22}] if "gun" in text else []
    changes = take(State(ANSWERED), message(text, entities=found)).changes
    assert [name for name, value in changes.items() if value is None] != []


@pytest.mark.parametrize(
    "text", ["Nee, mijn rol is helder", "Nee, geen rol", "Onze rol is duidelijk", "Nee, niet om taken"]
)
def test_what_is_in_order_is_no_bottleneck(text: str) -> None:
    start = text.find("rol")
    entities = [{"entity": "bottleneck", "value": "rol", "start": start, "end": start + 3}] if start > 0 else []
    taken = take(State({"proposed_bottleneck": "structuur", "welcomed": True}), message(text, entities=entities))
    assert taken.changes.get("bottleneck") is None
    assert taken.changes.get("proposed_bottleneck") != "rol"


@pytest.mark.parametrize(
    "text",
    [
        "Mijn team weet niet wat er speelt",
        "De gemeente weet het ook niet",
        "Ik weet niet wie beslist",
        "Mijn directeur heeft geen idee",
        "Ik weet niet hoe, maar ik bel hem",
    ],
)
def test_what_others_do_not_know_is_an_answer(text: str) -> None:
    assert not says_unknown(text)


@pytest.mark.parametrize(
    "text", ["weet ik niet", "pff, weet ik niet hoor", "ik weet het echt niet", "geen idee", "tja, weet niet"]
)
def test_what_the_leader_does_not_know_is_none(text: str) -> None:
    assert says_unknown(text)


@pytest.mark.parametrize(
    "text",
    [
        "Vragen aan mijn team: wat heb je nodig?",
        "Ik vraag morgen aan de wethouder: wat vind jij belangrijk",
        "Ik durf niet te vragen: wat heb je nodig?",
        "Ouders vragen zich af, wat moet ik doen",
    ],
)
def test_a_question_for_others_is_an_answer(text: str) -> None:
    assert not asks_the_coach(text)
    assert take(State({**ANSWERED, "gun_het_tijd": None}), message(text)).changes.get("gun_het_tijd") == text


def test_a_title_leaves_what_stands_behind_it() -> None:
    text = "Schooldirecteur, geen mandaat"
    place = [{"entity": name, "value": name, "role": "self", "start": 0, "end": 15} for name in ("level", "sector")]
    named = {"entity": "bottleneck", "value": "mandaat", "start": 22, "end": 29}
    assert not says_only_places(message(text, entities=[*place, named]))
    assert says_only_places(message("Schooldirecteur", entities=place))


@pytest.mark.parametrize(
    "text",
    [
        "Morgen ga ik iemand van het netwerk bellen",
        "Ik wil met een persoon van de gemeente praten",
        "Ik wil vaker een mens achter het dossier spreken",
        "We moeten samen bepalen welke principes we hanteren",
        "Geef zelf het goede voorbeeld",
        "Leg het rustig uit aan ouders",
        "Doorvragen bij de gemeente: wat bedoel je precies",
    ],
)
def test_an_ordinary_clause_asks_the_coach_nothing(text: str) -> None:
    assert divide(message(text))[0] == []


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("kan ik een mens spreken", "ask_contact"),
        ("mag ik iemand van jullie bellen", "ask_contact"),
        ("welke principes zijn er", "ask_about_principles"),
        ("geef eens een voorbeeld", "ask_example"),
        ("leg eens uit", "ask_explanation"),
    ],
)
def test_a_question_to_the_coach_is_found(text: str, asked: str) -> None:
    assert divide(message(text))[0] == [asked]


@pytest.mark.parametrize(
    "text", ["niet hoog", "niet zo hoog", "niet zo goed", "geen goed gevoel", "zeker niet hoog", "nog niet voldoende"]
)
def test_a_denied_confidence_is_low(text: str) -> None:
    number = read_confidence(text)
    assert number
    assert band_of(number) == "low"


def test_who_cannot_say_how_sure_they_are_said_no_number() -> None:
    assert read_confidence("dat kan ik niet goed zeggen") is None
