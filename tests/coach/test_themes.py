"""What kind of answer it is, and what the coach does with that."""

from typing import Any

import pytest

from coach.message import Message, Taken
from coach.route import State, next_question
from coach.taking import take
from coach.themes import LEAST_PROBABILITY, STAYS, themes_of
from coach.vocabulary import Theme
from tests.coach.messages import message

KNOWN = {"bottleneck": "mandaat", "situation": "verhaal", "level": "management", "sector": ["zorg"]}
FIRST = "ondersteun_en_faciliteer"


def answer(text: str, **themes: float) -> Message:
    return message(text, themes=themes)


def taken(text: str, themes: dict[str, float], **slots: Any) -> Taken:
    return take(State({**KNOWN, **slots}), answer(text, **themes))


def test_what_is_felt_is_met_before_what_it_is_about() -> None:
    assert themes_of(answer("x", geld=0.99, boosheid=0.8)) == [Theme.BOOSHEID, Theme.GELD]


def test_a_theme_that_is_not_sure_is_left_alone() -> None:
    assert themes_of(answer("x", geld=LEAST_PROBABILITY - 0.01)) == []


@pytest.mark.parametrize(
    ("text", "theme"),
    [
        ("dat heb ik haar nog nooit gevraagd", Theme.ONGEZEGD),
        ("nu ik het zo opschrijf, doe ik het vooral voor mezelf", Theme.INZICHT),
        ("ja maar alleen als de rest ook komt", Theme.TWEE_KANTEN),
        ("ik durf het niet te zeggen", Theme.VREES),
        ("dat hij dat zei waar mijn team bij was, dat zit me nog dwars", Theme.GERAAKT),
        ("ik had haar er vanaf het begin bij moeten halen", Theme.SPIJT),
        ("Had ik het toen maar gezegd.", Theme.SPIJT),
        ("Ik zou de jeugdarts er een keer bij kunnen vragen", Theme.MOGELIJKHEID),
        ("misschien hoeft dat verslag niet elke week", Theme.MOGELIJKHEID),
        ("wat ik nodig heb is een kwartier met mijn directeur", Theme.BEHOEFTE),
        ("het zou al schelen als ze vooraf even belden", Theme.BEHOEFTE),
        ("aanspreken of laten gaan, ik ben er nog niet uit", Theme.ZOEKEND),
        ("daar weet ik niet goed hoe ik moet beginnen", Theme.ZOEKEND),
    ],
)
def test_a_turn_of_phrase_that_says_it_needs_no_recognising(text: str, theme: Theme) -> None:
    assert themes_of(answer(text)) == [theme]


@pytest.mark.parametrize(
    "text",
    [
        "daar had ik nooit bij stilgestaan",
        "achteraf kwamen ze zeggen dat het goed was",
        "ik zou je niet kunnen zeggen wie dat beslist",
        "ik heb verder niks nodig",
        "het team weet niet waar het aan toe is",
        "zij doet zeer haar best",
    ],
)
def test_what_only_sounds_like_such_a_turn_is_none(text: str) -> None:
    assert themes_of(answer(text)) == []


def test_a_reflection_says_what_kind_of_thing_was_said_in_the_leaders_words() -> None:
    said = taken("uiteindelijk gaat alles over wie de uren betaalt", {"geld": 0.9}).said
    assert said == [
        (
            "utter_reflect_geld",
            {"fragment": "uiteindelijk gaat alles over wie de uren betaalt", "turned": None, "asked": FIRST},
        )
    ]


def test_without_a_theme_the_leaders_words_are_given_back() -> None:
    ((response, values),) = taken("ik vertel het alleen als ik iets nodig heb", {}).said
    assert response == "utter_reflect"
    assert values["turned"] == "je vertelt het alleen als je iets nodig hebt"


@pytest.mark.parametrize("theme", sorted(STAYS))
def test_the_coach_stays_with_an_answer_that_holds_the_start_of_something(theme: Theme) -> None:
    changes = taken("daar zit voor mij wel een heel verhaal achter", {theme: 0.9})
    assert changes.changes["deepening"] == FIRST
    assert changes.changes["theme"] == theme
    assert changes.said[0][0] == f"utter_reflect_{theme}"
    assert next_question(State({**KNOWN, **changes.changes})) == FIRST


def test_but_not_twice_with_the_same_principle_and_not_more_than_twice_in_a_conversation() -> None:
    text = "daar zit voor mij wel een heel verhaal achter"
    for deepened in ([FIRST], ["weeg_af_en_kies", "gun_het_tijd"]):
        assert "deepening" not in taken(text, {"boosheid": 0.9}, deepened=deepened).changes


def test_an_evasive_answer_gets_the_deepening_question_of_its_principle() -> None:
    changes = taken("tja, dat is best lastig te zeggen allemaal", {"kort": 0.9}, theme="boosheid").changes
    assert (changes["deepening"], changes["theme"]) == (FIRST, None)


def test_what_else_is_said_in_an_evasive_answer_counts_more() -> None:
    ((response, _),) = taken("tja, geld hè, daar gaat het altijd om", {"kort": 0.9, "geld": 0.9}).said
    assert response == "utter_reflect_geld"


def test_a_resolution_is_kept_and_a_yes_takes_it_as_the_first_step() -> None:
    kept = taken("ik ga het haar dinsdag in mijn bila vragen", {"voornemen": 0.9}).changes["resolution"]
    assert kept == "ik ga het haar dinsdag in mijn bila vragen"
    skipped = ["weeg_af_en_kies", "gun_het_tijd", FIRST, "verbind_met_binnen"]
    at_the_step = State({**KNOWN, "skipped": skipped, "resolution": kept})
    assert next_question(at_the_step) == "first_step"
    changes = take(at_the_step, message("ja graag", "affirm")).changes
    assert (changes["first_step"], changes["step_when"]) == (kept, kept)
    other = take(at_the_step, message("nee, ik bel eerst de school", "give_answer")).changes
    assert other["first_step"] == "nee, ik bel eerst de school"


def test_what_an_answer_says_to_a_principle_that_is_still_to_come_is_kept() -> None:
    text = "mijn bestuur weet er niets van, dat vertel ik pas achteraf"
    heard = message(text, principles={"verbind_met_binnen": 0.95, "gun_het_tijd": 0.3, FIRST: 0.99})
    changes = take(State(KNOWN), heard).changes
    assert changes["said_elsewhere"] == {"verbind_met_binnen": "mijn bestuur weet er niets van"}
    answered = take(State({**KNOWN, "verbind_met_binnen": "we praten elke week"}), heard).changes
    assert "said_elsewhere" not in answered


@pytest.mark.parametrize(("text", "kept"), [("zo is het genoeg", True), ("ja", True), ("we doen het samen", False)])
def test_what_was_said_elsewhere_stands_or_is_said_anew(text: str, kept: bool) -> None:
    offered = State({**KNOWN, "verbind_met_binnen": "dat vertel ik achteraf", "reopened": "verbind_met_binnen"})
    after = offered.with_slots(**take(offered, message(text)).changes)
    assert after["verbind_met_binnen"] == ("dat vertel ik achteraf" if kept else text)
    assert next_question(after) != "verbind_met_binnen"
