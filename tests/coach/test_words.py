"""Reading and giving back the leader's own words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.answer import interrupts, is_thin, says_no, says_yes
from coach.confidence import read_confidence
from coach.danger import Danger, Kind, To
from coach.fragment import MOST_WORDS, fragment, shorten
from coach.message import Message
from coach.route import State
from coach.summary import MOST_MAILTO_CHARACTERS, Line, Summary, mail_text, summary_mailto

BODY = "Hallo,\n\n{summary}\n\nMijn eerste stap: {first_step}\n"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("een 6", 6),
        ("een 8. maak er een 7 van", 7), ("een zeven", 7), ("7/10", 7),
        ("8 van de 10", 8), ("6,5", 6), ("tussen 6 en 7", 6),
        ("tien!", 10),
        ("één", 1), ("een", 1), ("zevenënhalf", 7), ("ik denk een 4 of zo", 4), ("geen idee", None),
        ("een beetje", 4), ("heel zeker", 9), ("best wel goed", 7), ("niet zo zeker", 4), ("helemaal niet zeker", 2),
        ("redelijk", 6), ("zeker niet", 2), ("zeker weten", 8), ("laag", 4), ("volledig", 10),
        ("dat gaat zeker lukken", 9), ("twijfel nog", 4), ("de dinsdag", None),
        ("op een schaal van 1 tot 10 een 7", 7), ("een 8, over 2 weken", 8), ("over twee weken een 6", 6),
        ("9 of 8", 8),
        ("11", None), ("100%", 10), ("in 2026", None), ("", None),
        ("niet hoog", 4), ("niet zo hoog", 4), ("niet zo goed", 4), ("geen goed gevoel", 4), ("zeker niet hoog", 4),
        ("nog niet voldoende", 4), ("dat kan ik niet goed zeggen", None), ("hoe zeker moet ik zijn?", None),
        ("waar is dat goed voor?", None),
    ],
)  # fmt: skip
def test_confidence(text: str, number: int | None) -> None:
    assert read_confidence(text) == number


@given(st.text())
def test_confidence_is_on_the_scale_or_absent(text: str) -> None:
    number = read_confidence(text)
    assert number is None or 1 <= number <= 10


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Het kost weken en de school haakt af.", "het kost weken en de school haakt af"),
        (
            "Eerlijk gezegd niet. Ik vertel het alleen als ik iets nodig heb.",
            "ik vertel het alleen als ik iets nodig heb",
        ),
        ("GGZ en school praten langs elkaar heen", "GGZ en school praten langs elkaar heen"),
        ("Volgens mij wil Fatima dat niet", None),
        ("mail me op jan@voorbeeld.nl graag vandaag nog", None),
        ("Maar Fatima wil dat echt niet", None),
        ("Fatima wil dat echt niet", None),
        ("ja", None),
        ("😀😀", None),
        ("Als ik bedenk dat hij ook maar mens is", "als ik bedenk dat hij ook maar mens is"),
        ("ik doe maar wat, maar dat gaat vaker goed dan fout", "dat gaat vaker goed dan fout"),
        # The end of a clause that began before the comma.
        ("die elk, hun eigen intake en hun eigen formulier hebben", None),
        (
            "de anderen wachten af, en wij willen een gezamenlijk dossier hebben",
            "wij willen een gezamenlijk dossier hebben",
        ),
    ],
)
def test_fragment(text: str, words: str | None) -> None:
    assert fragment(text) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "De schoolarts vragen hoe hij het ziet, als we toch bij een kind zijn",
            "de schoolarts vragen hoe hij het ziet",
        ),
        ("Dinsdag, in mijn bila, vraag ik om honderd uur", "vraag ik om honderd uur"),
    ],
)
def test_what_somebody_will_do_is_said_at_once(text: str, words: str) -> None:
    assert fragment(text, first=True) == words


@given(st.text())
def test_a_fragment_is_never_long_and_never_breaks_a_response(text: str) -> None:
    words = fragment(text)
    if words is not None:
        assert len(words.split()) <= MOST_WORDS
        assert not set(words) & set("{}[]<>“”\n")


def test_shortening_says_so() -> None:
    assert shorten("een twee drie vier", 2) == "een twee ..."
    assert shorten("een twee", 2) == "een twee"


@pytest.mark.parametrize(
    ("ranking", "reflecting", "expected"),
    [
        ({"stop": 0.96, "give_answer": 0.04}, True, True),
        # Which command it is may be open: that it is one is not.
        ({"repeat": 0.5, "ask_explanation": 0.46, "give_answer": 0.04}, True, True),
        ({"stop": 0.8, "give_answer": 0.2}, True, False),
        ({"stop": 0.8, "bottleneck_rol": 0.2}, False, True),
        ({"give_answer": 0.99, "stop": 0.01}, True, False),
        ({"crisis": 0.35, "give_answer": 0.5}, True, True),
    ],
)
def test_interruptions(ranking: dict[str, float], reflecting: bool, expected: bool) -> None:
    items = [{"name": name, "confidence": confidence} for name, confidence in ranking.items()]
    intent = next(iter(ranking))
    message = Message("om het even", intent, ranking[intent], [], items)
    assert interrupts(message, reflecting=reflecting) is expected


def test_yes_no_and_thin() -> None:
    assert says_yes("ja precies", "give_answer")
    assert not says_yes("jaarplan is leeg", "give_answer")
    assert says_no("nee dat bedoel ik niet", "give_answer")
    for refusal in ("zeker niet", "helemaal niet", "ja nee, toch maar niet", "liever niet"):
        assert says_no(refusal, "give_answer")
        assert not says_yes(refusal, "affirm")
    assert not says_yes("ja", "deny")
    assert is_thin("weet niet", "unsure")
    assert not is_thin("nee, bij gun het tijd moet staan dat we elke maand samen eten", "deny")
    assert not is_thin("we bellen elkaar nu wekelijks", "give_answer")


def in_danger(**facets: dict[str, float]) -> Message:
    return Message("om het even", "crisis", 0.9, [], [], danger=facets)


def test_what_is_likely_of_the_danger_is_told_and_the_rest_stays_open() -> None:
    sure = in_danger(kind={"home": 0.8, "suicide": 0.2}, to={"child": 0.6, "leader": 0.4}, now={"true": 0.5})
    assert Danger.of(sure) == Danger(Kind.HOME, To.CHILD, now=True)
    doubtful = in_danger(kind={"home": 0.4, "suicide": 0.4}, to={"child": 0.45, "leader": 0.4}, now={"true": 0.1})
    assert Danger.of(doubtful) == Danger(Kind.UNCLEAR, To.OTHER, now=False)
    assert Danger.of(in_danger()) == Danger(Kind.UNCLEAR, To.OTHER, now=False)


def test_what_a_second_message_leaves_open_the_first_tells() -> None:
    first = Danger(Kind.HOME, To.CHILD, now=True)
    assert Danger.of(in_danger(), first) == first
    vague = in_danger(kind={"unclear": 0.9}, to={"child": 0.4, "leader": 0.4}, now={"true": 0.0})
    assert Danger.of(vague, first) == first
    second = in_danger(kind={"suicide": 0.9}, to={"other": 0.9}, now={"true": 0.0})
    assert Danger.of(second, first) == Danger(Kind.SUICIDE, To.OTHER, now=True)


def test_a_summary_holds_the_leaders_own_words_in_the_order_of_the_bottleneck() -> None:
    state = State(
        {
            "bottleneck": "mandaat",
            "gun_het_tijd": "elke maand samen eten",
            "verbind_met_binnen": "ik vertel het thuis",
            "first_step": "bellen",
        }
    )
    assert (
        Summary.of(state).lines()
        == "- Verbind met binnen: “ik vertel het thuis”\n- Gun het tijd: “elke maand samen eten”"
    )
    assert Summary.of(State({})).lines() == ""


@pytest.mark.parametrize("words", ["kort", "é" * 1900, "een twee drie " * 140, "😀 " * 900, "regel\n" * 300])
def test_the_mail_stays_under_two_thousand_characters(words: str) -> None:
    summary = Summary((Line("gun_het_tijd", "Gun het tijd", words),) * 4, None, words)
    link = summary_mailto("info@netwerkmetandereogen.nl", "Verder praten", BODY, summary)
    assert link.startswith("mailto:info@netwerkmetandereogen.nl?subject=Verder%20praten&body=")
    assert len(link) < MOST_MAILTO_CHARACTERS


def test_a_mail_without_a_first_step_does_not_speak_of_one() -> None:
    text = "Beste mensen,\n\n{summary}\n\nMijn eerste stap: {first_step}\n\nMet groet,"
    answers = (Line("gun_het_tijd", "Gun het tijd", "samen eten"),)
    assert mail_text(text, Summary(answers)) == "Beste mensen,\n\n- Gun het tijd: “samen eten”\n\nMet groet,"
    assert "Mijn eerste stap: bellen" in mail_text(text, Summary(answers, None, "bellen"))


def test_one_endless_word_does_not_fit_and_is_cut() -> None:
    summary = Summary((Line("gun_het_tijd", "Gun het tijd", "a" * 2000),))
    assert len(summary_mailto("info@netwerkmetandereogen.nl", "x", BODY, summary)) < MOST_MAILTO_CHARACTERS
