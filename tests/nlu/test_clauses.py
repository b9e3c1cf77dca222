"""Clauses: where they stand, and what the trained model hears in them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from coach.answer import interrupts
from coach.message import Message
from coach.recognising import named_bottlenecks
from coach.steering import LEAST_IN_AN_ANSWER, asked_in_clauses, divide
from nlu.clauses import spans


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        ("niemand weet wie de kar trekt", ["niemand weet wie de kar trekt"]),
        (
            "Niemand weet wie de kar trekt en ik mag ook niks beslissen. Wie leest dit trouwens mee?",
            ["Niemand weet wie de kar trekt", "en ik mag ook niks beslissen", "Wie leest dit trouwens mee"],
        ),
        (
            "het loopt voor geen meter (wordt dit bewaard trouwens)",
            ["het loopt voor geen meter", "wordt dit bewaard trouwens"],
        ),
        # A few words say nothing alone.
        ("nou, ja, ik mag niks beslissen", ["nou, ja, ik mag niks beslissen"]),
        ("we overleggen wat af, elke week", ["we overleggen wat af, elke week"]),
        ("...", []),
        ("", []),
    ],
)
def test_a_text_falls_into_clauses_of_some_words(text: str, clauses: list[str]) -> None:
    assert [text[start:end] for start, end in spans(text)] == clauses


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("ons jaarplan noemt het netwerk nu met naam en uren. wie kan dit lezen?", ["ask_privacy"]),
        ("sla deze vraag maar over, maar wie leest dit eigenlijk?", ["skip", "ask_privacy"]),
        ("ben je eigenlijk een mens? kan ik ook een echt mens spreken?", ["ask_bot_identity", "ask_contact"]),
        ("de school en wij doen elk ons eigen ding. welke principes zijn er eigenlijk?", ["ask_about_principles"]),
        ("we spreken elkaar elke maandag. kan je de vraag uitleggen, ik snap hem niet", ["ask_explanation"]),
        # Answers, all of them.
        ("door de privacywet mag ik niks delen met de school, en dat wringt al jaren", []),
        ("ik leg het mijn team nog een keer uit, en daarna de ouders", []),
        ("we slaan het grote overleg voortaan over, dat scheelt een middag", []),
        ("morgen ga ik iemand van het netwerk bellen, en daarna mijn bestuurder", []),
        ("wie ziet dit als zijn taak, dat weet niemand hier in de wijk", []),
        ("ik wil vaker een mens achter het dossier spreken, en geen nummer", []),
        ("geef zelf het goede voorbeeld, zeg ik dan tegen mijn team", []),
    ],
)
def test_a_question_beside_an_answer_is_heard(
    recognised: Callable[[str], Message], text: str, asked: list[str]
) -> None:
    message = recognised(text)
    assert divide(message, reflecting=not interrupts(message, reflecting=True))[0] == asked


@pytest.mark.parametrize(
    ("text", "asked", "bottleneck"),
    [
        (
            "ik weet niet of ik dat mag toezeggen. mag dat trouwens van de privacy, wat ik hier typ?",
            "ask_privacy",
            "mandaat",
        ),
        ("vier systemen met hetzelfde kind erin. ben jij eigenlijk een mens?", "ask_bot_identity", "structuur"),
        (
            "iedereen kijkt naar mij als er een voorzitter nodig is, kan ik hierover iemand spreken?",
            "ask_contact",
            "rol",
        ),
    ],
)
def test_a_bottleneck_and_a_question_are_both_heard(
    recognised: Callable[[str], Message], text: str, asked: str, bottleneck: str
) -> None:
    message = recognised(text)
    found, rest = divide(message)
    assert found == [asked]
    assert named_bottlenecks(rest)[0] == bottleneck


@pytest.mark.parametrize(
    ("text", "bottlenecks"),
    [
        ("ik weet niet wat er van mij verwacht wordt en ik mag ook niks beslissen", {"rol", "mandaat"}),
        ("het geld zit in vijf potjes en tekenen mag ik voor geen ervan", {"structuur", "mandaat"}),
        ("niemand weet wie de kar trekt, en elke gemeente heeft ook nog een eigen formulier", {"rol", "structuur"}),
    ],
)
def test_two_bottlenecks_are_both_named(recognised: Callable[[str], Message], text: str, bottlenecks: set[str]) -> None:
    assert set(named_bottlenecks(recognised(text))) == bottlenecks


def test_a_message_of_one_clause_has_none(recognised: Callable[[str], Message]) -> None:
    message = recognised("wie kan dit lezen?")
    assert message.clauses == []
    assert message.command is not None
    assert asked_in_clauses(message, LEAST_IN_AN_ANSWER) == {}
