"""The measures of recognition on predictions that can be counted by hand."""

import pytest

from benchmarks.measures import macro_f1, macro_f1_ahead

LABELS = ("rol", "mandaat")
RIGHT = [(name, name) for name in ("rol", "mandaat", "antwoord")] * 10
ONE_IN_VAIN = [*RIGHT[:-1], ("antwoord", "rol")]


def test_what_is_taken_for_a_label_in_vain_costs_precision() -> None:
    assert macro_f1(RIGHT, LABELS) == (1.0, 1.0, 1.0)
    score, low, high = macro_f1(ONE_IN_VAIN, LABELS)
    assert score == (2 * 10 / (2 * 10 + 1) + 1) / 2
    assert low < score <= high == 1.0


def test_how_far_ahead_is_told_of_the_same_sentences() -> None:
    assert macro_f1_ahead(RIGHT, RIGHT) == (0.0, 0.0, 0.0)
    ahead, low, high = macro_f1_ahead(RIGHT, ONE_IN_VAIN)
    assert ahead > 0
    assert low >= 0
    assert macro_f1_ahead(ONE_IN_VAIN, RIGHT) == pytest.approx((-ahead, -high, -low))


def test_a_label_without_a_sentence_in_a_sample_does_not_count_against_it() -> None:
    assert macro_f1([*RIGHT, ("groet", "groet")]) == (1.0, 1.0, 1.0)
