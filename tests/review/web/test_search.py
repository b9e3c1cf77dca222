"""Searching: what is found on each kind of database, and that nothing typed is an error."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client

from review.models import Conversation, ConversationText, Note
from review.search import search, terms

CODE = "K7F39QXM2A"
SAID = {
    "AAAAAAAAAA": "ik mag niets beslissen zonder mandaat van mijn directeur",
    "BBBBBBBBBB": "[NAAM-1] van de gemeente zegt dat het mandaat ontbreekt",
    CODE: "onze overlegstructuur is een café zonder deur",
}
FOUND = {
    "mandaat": "AB",
    "MANDAAT": "AB",
    "mandaat gemeente": "B",
    "mandaat deur": "",
    '"mandaat ontbreekt"': "B",
    '"ontbreekt mandaat"': "",
    "mandaat -gemeente": "A",
    "-gemeente": "",
    "café": "K",
    "naam-1": "B",
    CODE: "K",
    f" {CODE.lower()} ": "K",
    "K7F39QXM2B": "",
    "collega": "A",  # in a note
    "afgesproken collega": "A",
}
NO_ERROR = [
    "zonder\0mandaat", '"', "''", '"""', "(", "AND", "OR NOT", "NEAR(a b)", "text:mandaat", "*", "mandaat*", "^mandaat",
    "a:b|c&!d",
    "\\",
    "'; DROP TABLE review_conversation; --", "%", "_", "😀", "مرحبا", "\u202eabc", "-", "--", '-"', "<->", "ب" * 300,
    "x" * 5000, "woord " * 1000, '"' * 5000, "- " * 2000,
]  # fmt: skip


@pytest.fixture
def conversations(review_database: str, new_conversation: Callable[..., Conversation]) -> None:
    for code, words in SAID.items():
        new_conversation(code, words=words)
    Note.objects.create(conversation_id="AAAAAAAAAA", text="Met een collega afgesproken om na te bellen.")


def found(typed: str) -> set[str]:
    return set(search(Conversation.objects.all(), typed).values_list("code", flat=True))


def test_what_is_typed_finds_what_was_meant(conversations: None) -> None:
    for typed, expected in FOUND.items():
        assert {code[0] for code in found(typed)} == set(expected), typed


def test_nothing_that_is_typed_is_an_error(conversations: None) -> None:
    for typed in NO_ERROR:
        found(typed)


def test_what_is_said_later_is_found_and_what_is_erased_is_not(conversations: None) -> None:
    ConversationText.objects.filter(conversation=CODE).update(text="nu over sleutels")
    assert found("sleutels") == {CODE}
    assert found("overlegstructuur") == set()
    Conversation.objects.filter(pk="AAAAAAAAAA").delete()
    assert found("directeur") == set()
    assert found("mandaat") == {"BBBBBBBBBB"}


def test_a_very_long_conversation_can_be_kept(
    review_database: str, new_conversation: Callable[..., Conversation]
) -> None:
    new_conversation(CODE, words="begin " + " ".join(f"woord{number}" for number in range(120_000)))
    assert found("begin woord17") == {CODE}
    signs = [chr(sign) for sign in range(0x4E00, 0x9FA0)]
    pairs = (
        f"{first}{second}-{second}{third}" for first, second, third in zip(signs, signs[1:], signs[2:], strict=False)
    )
    new_conversation("BBBBBBBBBB", words=" ".join(["begin", *pairs, *(f"{sign}{sign}-{sign}x" for sign in signs)]))
    assert found("begin") == {CODE, "BBBBBBBBBB"}


def test_quotes_need_not_be_closed_and_signs_are_no_words() -> None:
    assert [term.words for term in terms('"een twee')] == [("een", "twee")]
    assert terms('!? 😀 - "" \'') == []


@pytest.mark.django_db
@pytest.mark.parametrize("typed", [*NO_ERROR, *FOUND])
def test_the_list_is_shown_whatever_is_searched(client: Client, sign_in: Callable[..., User], typed: str) -> None:
    sign_in()
    assert client.get("/review/conversation/", {"q": typed}).status_code == 200
