"""How much there is to learn of a message."""

from __future__ import annotations

from typing import Any

import pytest

from review.models import Recognition
from review.projection.recognition import instructive


def score(*, unsure: bool = False, **values: Any) -> int:
    recognised = Recognition(**{"intent": "give_answer", "confidence": 0.5, "margin": 0.3, **values})
    return instructive(recognised, unsure=unsure)


@pytest.mark.parametrize("margin", [0.5, 0.9, 1.0])
def test_what_was_clear_teaches_nothing(margin: float) -> None:
    assert score(margin=margin) == 0


def test_a_refusal_outweighs_a_message_that_was_not_understood_and_that_outweighs_any_doubt() -> None:
    in_order = [
        score(refused=True, margin=1.0),
        score(fallback=True, margin=0.0),
        score(fallback=True, margin=1.0),
        score(margin=0.0, unsure=True),
        score(margin=0.2),
        score(margin=0.4),
        score(margin=0.5),
    ]
    assert in_order == sorted(in_order, reverse=True)
    assert len(set(in_order)) == len(in_order)


def test_not_knowing_which_bottleneck_is_doubt_even_with_a_large_margin() -> None:
    assert score(margin=0.9, unsure=True) == 50
    assert score(margin=0.0, unsure=True) == score(margin=0.0)


@pytest.mark.parametrize(("confidence", "expected"), [(0.95, 0), (0.5, 0), (0.35, 30)])
def test_danger_is_as_clear_as_it_is_likely_whatever_the_others_say(confidence: float, expected: int) -> None:
    assert score(intent="crisis", confidence=confidence, margin=0.001) == expected


def test_a_margin_that_cannot_be_counts_as_none() -> None:
    assert score(margin=-0.3) == score(margin=0.0) == 100
