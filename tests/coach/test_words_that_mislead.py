"""Sentences that leaders write whose words look like something else: nothing is lost, and nothing is done unasked."""

from __future__ import annotations

import pytest

from coach.answer import asks_the_coach, says_unknown
from coach.confidence import read_number
from coach.recognising import says_only_places
from coach.responding import respond
from coach.route import State
from coach.summary import ADDITION
from coach.taking import decides, take
from tests.coach.messages import message

IN_DANGER = {"bottleneck": "rol", "paused": "danger", "danger": "home", "danger_to": "child"}
ANSWERED = {
    "bottleneck": "rol", "situation": "x", "level": "bestuur", "sector": ["zorg"],
    "weeg_af_en_kies": "wij kiezen samen",
    "verbind_met_binnen": "ik vertel het thuis", "ondersteun_en_faciliteer": "twee uur per week",
    "gun_het_tijd": "samen eten",
}  # fmt: skip
STEPPED = {
    **ANSWERED, "skipped": ["summary_check"], "first_step": "bellen", "step_when": "morgen", "step_with_whom": "x",
}  # fmt: skip


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
        "ja, help",
        "ja hij heeft een mes",
        "ja ik ben bang",
        "verder gaat het slecht met haar",
        "door mijn broer",
        "ik maak me zorgen over mijn werk en mijn leven",
    ],
)
@pytest.mark.parametrize("intent", ["give_answer", "affirm", "deny"])
def test_what_tells_of_danger_ends_neither_it_nor_the_conversation(text: str, intent: str) -> None:
    assert take(State(IN_DANGER), message(text, intent)).changes == {}


@pytest.mark.parametrize(
    "text", ["Mijn directeur zegt dat er niks aan de hand is", "Iedereen doet alsof er niks aan de hand is"]
)
def test_what_others_say_of_danger_leaves_reason_to_call(text: str) -> None:
    assert take(State(IN_DANGER), message(text)).said == [("utter_danger_doubt", {})]


@pytest.mark.parametrize(
    ("text", "intent", "changed"),
    [
        ("verder graag", "give_answer", "paused"),
        ("ja hoor", "affirm", "paused"),
        ("nee dank je", "deny", "outcome"),
        ("liever niet", "deny", "outcome"),
        ("doe maar niet", "deny", "outcome"),
        ("ja liever niet", "deny", "outcome"),
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
    offered = {**STEPPED, "confidence": 10.0, "sender_runs": True}
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
    "text",
    [
        "klopt zo",
        "ja prima",
        "zo is het goed",
        "nee hoor",
        "niks meer",
        "ziet er goed uit",
        "top",
        "ik heb niets toe te voegen",
    ],
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
        "mijn rol is vooral luisteren naar mijn team",
        "mijn rol is eigenlijk verbinden",
        "de rol van de gemeente is vooral financieren",
        "ik maak eerder mijn rol duidelijk aan het team",
    ],
)
def test_an_answer_about_a_role_is_an_answer(text: str) -> None:
    start = text.index("rol")
    entities = [{"entity": "bottleneck", "value": "rol", "start": start, "end": start + 3}]
    state = State({**ANSWERED, "bottleneck": "mandaat", "gun_het_tijd": None})
    changes = take(state, message(text, entities=entities)).changes
    assert "bottleneck" not in changes
    assert changes["gun_het_tijd"] == text


@pytest.mark.parametrize(
    "text",
    [
        "het gaat niet over mijn rol",
        "het ligt niet aan mijn rol",
        "mijn rol is het niet",
        "mijn rol is het probleem niet",
    ],
)
def test_what_it_is_not_about_is_not_confirmed(text: str) -> None:
    start = text.index("rol")
    entities = [{"entity": "bottleneck", "value": "rol", "start": start, "end": start + 3}]
    for slots in ({"welcomed": True}, {"welcomed": True, "proposed_bottleneck": "mandaat"}):
        assert "bottleneck" not in take(State(slots), message(text, "deny", entities=entities)).changes


@pytest.mark.parametrize(
    ("text", "intent", "chosen"),
    [
        ("de tweede", "give_answer", "structuur"),
        ("doe maar de laatste", "give_answer", "structuur"),
        ("de eerste", "give_answer", "rol"),
        ("maakt niet uit", "give_answer", "rol"),
        ("geen van beide", "deny", None),
        ("de eerste niet", "give_answer", None),
    ],
)
def test_which_of_two_comes_first(text: str, intent: str, chosen: str | None) -> None:
    two = State({"welcomed": True, "proposed_bottleneck": "rol", "second_bottleneck": "structuur"})
    assert take(two, message(text, intent)).changes.get("bottleneck") == chosen


def test_not_yet_in_a_break_ends_nothing() -> None:
    resting = State({**ANSWERED, "paused": "break"})
    for text in ("nee nog niet", "nog niet", "nee wacht nog even"):
        assert take(resting, message(text, "deny")).changes == {}
    assert not decides(resting, message("ik wil opnieuw beginnen", "start_over", 0.99))


@pytest.mark.parametrize(
    ("text", "intent"), [("ik wil stoppen, dit gaat niet goed", "stop"), ("verwijder alles volledig", "delete_my_data")]
)
def test_a_command_is_no_number(text: str, intent: str) -> None:
    asked = State(STEPPED)
    assert not decides(asked, message(text, intent, 0.95))
    assert decides(asked, message("een 7, en stop dan maar", intent, 0.95))
    assert read_number(text) is None


@pytest.mark.parametrize("text", ["graag", "heel graag", "doe maar", "dat is goed", "dat is het"])
def test_what_agrees_is_a_yes(text: str) -> None:
    assert (
        take(State({"proposed_bottleneck": "rol"}), message(text, "nlu_fallback", 0.2)).changes["bottleneck"] == "rol"
    )


@pytest.mark.parametrize(
    "text", ["je kunt toch niet alles zelf doen?", "hoe krijg je ze mee?", "doe je het samen of laat je het los?"]
)
def test_a_question_with_anybody_in_it_is_an_answer(text: str) -> None:
    assert not asks_the_coach(text)


@pytest.mark.parametrize("text", ["laat maar zo", "ik laat het zo", "dat mag blijven staan"])
def test_an_answer_that_is_left_as_it_is_stays(text: str) -> None:
    taken = take(State({**ANSWERED, "reopened": "gun_het_tijd", "current_principle": "gun_het_tijd"}), message(text))
    assert taken.changes == {"reopened": None}
    assert taken.said == [("utter_answer_kept", {})]


def test_leaving_an_answer_as_it_is_is_no_wish_to_stop() -> None:
    opened_again = State({**ANSWERED, "reopened": "gun_het_tijd", "current_principle": "gun_het_tijd"})
    assert decides(opened_again, message("laat maar zo", "stop", 0.9))
    assert not decides(opened_again, message("laat maar, ik wil stoppen", "stop", 0.9))


def test_an_answer_to_the_question_behind_a_confirmation_is_kept() -> None:
    asked_back = State({**ANSWERED, "gun_het_tijd": None, "pending_command": "stop"})
    answer = "we hebben nog nooit met het wijkteam aan één tafel gegeten"
    taken = take(asked_back, message(answer))
    assert taken.changes["pending_command"] is None
    assert taken.changes["gun_het_tijd"] == answer
    assert taken.said[0] == ("utter_going_on", {})
    for refusal in (
        "nee, ik wil helemaal niet stoppen, ik zat te denken",
        "ja maar eerst wil ik nog even iets kwijt aan jou",
    ):
        assert take(asked_back, message(refusal)).changes == {"pending_command": None}


def test_a_pause_beside_an_answer_is_one() -> None:
    asked = State({**ANSWERED, "gun_het_tijd": None, "welcomed": True})
    text = "Wij overleggen elke week met het hele team. Even pauze graag."
    taken = respond(asked, message(text, clauses={"Even pauze graag.": "pause"}), 0)
    assert taken
    assert taken.changes["paused"] == "break"
    assert taken.changes["gun_het_tijd"] == "Wij overleggen elke week met het hele team."
