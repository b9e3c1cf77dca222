"""Hundreds of answers as leaders type them: what is given back of them is whole, short and nobody's name."""

from __future__ import annotations

import re

import pytest

from benchmarks.coaching import leaders
from benchmarks.sentences import HELD_OUT, read_examples
from coach.fragment import MOST_WORDS, fragment
from coach.second_person import turned

ANSWERS = [
    *(answer for leader in leaders() for answer in [leader["story"], *leader["answers"], leader["first_step"]]),
    *(example.text for example in read_examples(HELD_OUT / "themes.yml", HELD_OUT / "principles.yml")),
    'hij zei letterlijk: "dat is mijn pakkie-an niet", en toen was het stil',
    "we have zo'n setup call maar niemand pakt de lead 😅",
    "geen idee 🤷 maar ik vraag het morgen aan mijn teamleider 👍",
    "zonder punten of komma's typ ik gewoon door en dan hoop ik dat het overkomt want anders weet ik het niet meer",
    "ja;nee;misschien;ik weet het niet zo goed;het hangt van de wethouder af",
    "(tussen haakjes dan) dat heb ik nooit gezegd",
    "- punt een: geld\n- punt twee: niemand die het oppakt",
    "HET IS GEWOON NOOIT DUIDELIJK WIE HET DOET",
    "ik sprak Fatima van de gemeente en zij vond het ook",
    "Sanne wil niet meer meedoen aan het overleg",
    "bel me op 0612345678 of mail naar jan@school.nl dan leg ik het uit",
    "het gaat om het gezin op Dorpsstraat 12, 1234 AB, daar zit het vast",
]
PERSONAL = re.compile(r"fatima|sanne|0612345678|jan@|dorpsstraat|1234 ab", re.IGNORECASE)


def test_there_are_enough_of_them() -> None:
    assert len(set(ANSWERS)) >= 300


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda answer: answer[:40])
def test_what_is_given_back_is_a_whole_clause(answer: str) -> None:
    words = fragment(answer)
    if words is None:
        return
    assert len(words.split()) <= MOST_WORDS
    assert not re.search(r"[“”\"{}<>]", words)
    plain = re.sub(r"\s+", " ", re.sub(r"[“”\"*_`]", " ", answer))
    place = plain.lower().find(words.lower())
    assert place >= 0, f"not in their own words: {words}"
    # It begins and ends where a clause does: at a stop, a comma, a dash, "maar", or a word that only opens it.
    behind = plain[place + len(words) :]
    assert re.match(r"\W*$|\s?[^\w\s]|\smaar\b", behind), f"cut short: {words} | {behind}"
    assert not PERSONAL.search(words)
    said = turned(words)
    assert said is None or not re.search(r"\b(?:ik|mij|mijn|we|wij|ons|onze)\b", said.lower())
