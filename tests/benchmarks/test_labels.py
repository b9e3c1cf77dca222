"""Precision and recall over labels of which a message can have several."""

import pytest

from benchmarks.labels import curve, each, precision_and_recall, told_of

TOLD = [
    *told_of({"geld": 0.9, "vrees": 0.6}, ["geld"], [], ["geld", "vrees", "trots"]),
    *told_of({"trots": 0.4}, ["trots"], ["geld"], ["geld", "vrees", "trots"]),
]


def test_what_is_doubted_tells_nothing() -> None:
    assert [name for name, _, _ in TOLD] == ["geld", "vrees", "trots", "vrees", "trots"]


@pytest.mark.parametrize(
    ("threshold", "precision", "recall"), [(0.3, 2 / 3, 1.0), (0.5, 0.5, 0.5), (0.8, 1.0, 0.5), (0.95, 1.0, 0.0)]
)
def test_precision_and_recall(threshold: float, precision: float, recall: float) -> None:
    assert precision_and_recall(TOLD, threshold) == (pytest.approx(precision), pytest.approx(recall), 2)


def test_tables() -> None:
    assert "| 0.8 (chosen) | 1.000 | 0.500 |" in curve(TOLD, 0.8)
    assert each(TOLD, 0.5)[2:] == [
        "| geld | 1 | 1.00 | 1.00 |",
        "| trots | 1 | 1.00 | 0.00 |",
        "| vrees | 0 | 0.00 | 1.00 |",
    ]
