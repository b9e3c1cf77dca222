"""What a token is good for, and every way in which it is refused."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from channels.tokens import Keys, TokenError
from tests.channels.forging import FORGED, KEY, OTHER, forged

keys = Keys([KEY])


def test_a_token_says_for_whom_it_is_and_until_when() -> None:
    token = keys.sign("conversation", "somebody", 60, turn="one")
    claims = keys.read("conversation", token.text)
    assert (claims["sub"], claims["turn"], claims["exp"]) == ("somebody", "one", token.expires_at)
    assert 55 <= token.expires_at - time.time() <= 60


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED)
def test_a_token_that_is_not_ours_is_refused(forge: Callable[[], str]) -> None:
    assert keys.read("conversation", forged())["sub"] == "x"
    with pytest.raises(TokenError):
        keys.read("conversation", forge())


def test_while_a_key_is_replaced_both_are_accepted_and_the_new_one_signs() -> None:
    old, both, new = keys, Keys([OTHER, KEY]), Keys([OTHER])
    assert both.read("conversation", old.sign("conversation", "x", 60).text)["sub"] == "x"
    assert new.read("conversation", both.sign("conversation", "x", 60).text)["sub"] == "x"


@pytest.mark.parametrize("wrong", [[], ["short"], [KEY, "short"]])
def test_a_key_that_can_be_guessed_is_none(wrong: list[str]) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Keys(wrong)
