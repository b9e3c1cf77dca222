from typing import Any

import pytest

from coach.route import State, next_question
from coach.summary import Summary
from coach.taking import decides, take
from tests.coach.messages import message

ANSWERED = {
    "bottleneck": "mandaat", "situation": "verhaal", "level": "management", "sector": ["zorg"],
    "ondersteun_en_faciliteer": "een bedrag waar ik zelf over ga", "verbind_met_binnen": "mijn directeur gaat mee",
    "gun_het_tijd": "een jaar dezelfde mensen aan tafel", "skipped": ["weeg_af_en_kies"],
}  # fmt: skip


def summarised(**slots: Any) -> State:
    state = State({**ANSWERED, **slots})
    assert next_question(state) == "summary_check"
    return state


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("haal de tweede maar weg", "verbind_met_binnen"),
        ("de laatste mag eruit", "gun_het_tijd"),
        ("verwijder regel 1", "ondersteun_en_faciliteer"),
        ("schrap de eerste", "ondersteun_en_faciliteer"),
    ],
)
def test_a_line_is_taken_away_and_its_question_is_not_asked_again(text: str, line: str) -> None:
    taken = take(summarised(), message(text, "delete_my_data", 0.5))
    assert taken.changes[line] is None if line in taken.changes else False
    assert line in taken.changes["skipped"]
    assert next_question(State({**ANSWERED, **taken.changes})) == "summary_check"
    assert [name for name, _ in taken.said] == ["utter_line_removed"]
    assert decides(summarised(), message(text, "delete_my_data", 0.5))


def test_erasing_the_conversation_is_no_change_of_the_summary() -> None:
    for text in ("wis mijn gesprek", "verwijder alles", "gooi alles maar weg"):
        assert not decides(summarised(), message(text, "delete_my_data"))


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("de eerste moet zijn: vijftig uur per maand", "ondersteun_en_faciliteer", "vijftig uur per maand"),
        ("verander de tweede in mijn directeur weet ervan", "verbind_met_binnen", "mijn directeur weet ervan"),
        ('de laatste wordt "twee jaar dezelfde mensen"', "gun_het_tijd", "twee jaar dezelfde mensen"),
    ],
)
def test_a_line_gets_other_words(text: str, line: str, words: str) -> None:
    assert take(summarised(), message(text)).changes == {line: words}


def test_a_line_is_named_by_its_principle() -> None:
    text = "bij gun het tijd moet staan: twee jaar dezelfde mensen"
    entity = {"entity": "principle", "value": "gun_het_tijd", "start": 4, "end": 16}
    assert take(summarised(), message(text, entities=[entity])).changes == {"gun_het_tijd": "twee jaar dezelfde mensen"}


@pytest.mark.parametrize("text", ["de tweede klopt niet", "de tweede", "ik wil de tweede aanpassen"])
def test_without_words_they_are_asked_for(text: str) -> None:
    asked = take(summarised(), message(text, "deny")).changes
    assert asked == {"correcting": "verbind_met_binnen"}
    given = take(summarised(**asked), message("mijn directeur hoort het elke maand"))
    assert given.changes == {"verbind_met_binnen": "mijn directeur hoort het elke maand", "correcting": None}
    kept = take(summarised(**asked), message("laat maar", "stop"))
    assert kept.changes == {"correcting": None}
    assert decides(summarised(**asked), message("laat maar", "stop"))


@pytest.mark.parametrize("text", ["dat klopt niet", "dit klopt niet helemaal", "er mag iets weg"])
def test_which_line_is_asked_where_none_is_named(text: str) -> None:
    taken = take(summarised(), message(text, "deny"))
    assert taken.changes == {}
    assert [name for name, _ in taken.said] == ["utter_name_a_line"]


@pytest.mark.parametrize("text", ["het klopt zo", "ja", "nee hoor, niks", "prima", "zo laten", "dat was het"])
def test_the_summary_closes(text: str) -> None:
    taken = take(summarised(), message(text, "affirm" if text in {"ja", "prima"} else "give_answer"))
    assert taken.changes["skipped"][-1] == "summary_check"


def test_additions_are_kept_together_and_the_summary_is_shown_again() -> None:
    first = take(summarised(), message("ik sta hier niet alleen in, dat hoort er ook bij")).changes
    second = take(summarised(**first), message("en dat we dit samen met de ouders doen"))
    assert second.changes["addition"].startswith("ik sta hier niet alleen in")
    assert second.changes["addition"].endswith("met de ouders doen")


def test_what_a_step_says_is_not_asked() -> None:
    closed = {**ANSWERED, "skipped": ["weeg_af_en_kies", "summary_check"]}
    complete = take(State(closed), message("dinsdag vraag ik mijn directeur om honderd uur")).changes
    assert next_question(State({**closed, **complete})) == "confidence"
    only_what = take(State(closed), message("om meer ruimte vragen")).changes
    assert next_question(State({**closed, **only_what})) == "step_when"
    with_when = take(State({**closed, **only_what}), message("morgen", "pause", 0.45)).changes
    assert next_question(State({**closed, **only_what, **with_when})) == "step_with_whom"
    assert decides(State({**closed, **only_what}), message("morgen", "pause", 0.45))
    assert not decides(
        State({**closed, **only_what}), message("ik wil iemand van het netwerk spreken", "ask_contact", 0.95)
    )


def test_a_step_is_given_back_in_its_words_only_where_they_fit() -> None:
    closed = State({**ANSWERED, "skipped": ["weeg_af_en_kies", "summary_check"]})
    for text, words in {
        "ik bel de wethouder": "ik bel de wethouder",
        "de mevrouw van de grote organisatie bellen en dan ook nog zeggen dat ik toch graag ja zeg op het idee": None,
    }.items():
        assert take(closed, message(text)).said == [("utter_reflect_step", {"fragment": words})]


def test_a_new_step_leaves_the_old_when_behind() -> None:
    closed = State({**ANSWERED, "skipped": ["weeg_af_en_kies", "summary_check"]})
    told = closed.with_slots(**take(closed, message("morgen bel ik de wethouder")).changes)
    again = told.with_slots(reopened="first_step")
    changed = again.with_slots(**take(again, message("ik schrijf een notitie")).changes)
    assert Summary.of(changed).step() == "ik schrijf een notitie"


def test_what_says_both_when_and_with_whom_stands_once() -> None:
    when = "dinsdag met mijn team"
    told = State({**ANSWERED, "first_step": "ik maak een plan", "step_when": when, "step_with_whom": when})
    assert Summary.of(told).step() == "ik maak een plan; dinsdag met mijn team"
