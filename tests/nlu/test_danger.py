"""Which danger the trained model hears: where the coach refers to follows from it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from coach.danger import Danger, Kind, To
from coach.message import Message


@pytest.mark.parametrize(
    ("text", "kind", "to"),
    [
        ("een leerling zegt dat ze niet meer wil leven", Kind.SUICIDE, To.CHILD),
        ("ik vermoed dat een leidster een kind slaat", Kind.COLLEAGUE, To.CHILD),
        ("een meisje dat niet meer wil praten over wat haar vader met haar doet", Kind.HOME, To.CHILD),
        ("ze zegt dat ze niet meer wil", Kind.SUICIDE, To.OTHER),
        ("een leerling vertelde de leerkracht dat hij thuis geslagen wordt", Kind.HOME, To.CHILD),
        ("een kind zei tegen de juf dat papa slaat", Kind.HOME, To.CHILD),
        ("een moeder meldt dat de meester haar kind knijpt", Kind.COLLEAGUE, To.CHILD),
        ("een collega vertelde dat er thuis geslagen wordt", Kind.HOME, To.COLLEAGUE),
        ("ik denk dat hij thuis geslagen wordt", Kind.HOME, To.OTHER),
        ("ik wil er niet meer zijn", Kind.SUICIDE, To.LEADER),
        ("ik zie het zelf niet meer zitten, het hoeft van mij niet meer", Kind.SUICIDE, To.LEADER),
        ("mijn collega wil niet meer leven", Kind.SUICIDE, To.COLLEAGUE),
        ("mijn man slaat me als ik laat thuis ben", Kind.HOME, To.LEADER),
        ("anders krijg ik thuis klappen", Kind.HOME, To.LEADER),
        ("er staat een vader met een mes in de gang", Kind.VIOLENCE, To.OTHER),
        ("een boze vader bedreigt mijn collega met een honkbalknuppel", Kind.VIOLENCE, To.COLLEAGUE),
        ("een oma aan de balie zegt dat haar zoon haar slaat", Kind.HOME, To.OTHER),
        # Who tells is not who it is about.
        ("ik heb een collega die niet meer wil leven", Kind.SUICIDE, To.COLLEAGUE),
        ("een collega van mij wil niet meer leven", Kind.SUICIDE, To.COLLEAGUE),
        ("ik sprak een moeder die niet meer wil leven", Kind.SUICIDE, To.OTHER),
        ("ik wil als directeur niet meer leven", Kind.SUICIDE, To.LEADER),
        ("van mij hoeft het niet meer", Kind.SUICIDE, To.LEADER),
        ("een juf ontdekt striemen bij een leerling", Kind.HOME, To.CHILD),
        ("de leerkracht heeft blauwe plekken gezien bij een leerling", Kind.HOME, To.CHILD),
        ("de juf slaat kinderen", Kind.COLLEAGUE, To.CHILD),
    ],
)
def test_kind_of_danger_and_to_whom(recognised: Callable[[str], Message], text: str, kind: Kind, to: To) -> None:
    message = recognised(text)
    danger = Danger.of(message)
    assert (message.intent, danger.kind, danger.to) == ("crisis", kind, to)


@pytest.mark.parametrize(
    ("text", "now"),
    [
        ("een leerling staat nu op het dak", True),
        ("er wordt op dit moment gevochten met een mes", True),
        ("ze is net weggelopen", True),
        ("hij slaat haar nu", True),
        ("een leerling staat nu op het dak en dreigt te springen", True),
        ("hij slaat haar nu, ik hoor het door de muur", True),
        ("een meisje vertelt net als vorige week dat ze wordt geslagen", False),
        ("een meisje vertelde vorige week dat ze thuis wordt geslagen", False),
        ("ze wordt thuis geslagen, het gaat nu iets beter", False),
        ("ze wordt al maanden thuis geslagen", False),
    ],
)
def test_danger_now(recognised: Callable[[str], Message], text: str, now: bool) -> None:
    message = recognised(text)
    assert (message.intent, Danger.of(message).now) == ("crisis", now)
