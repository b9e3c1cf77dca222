"""Measures of recognition: macro-F1 with an interval, calibration, curves, and typing errors to test with."""

from __future__ import annotations

import random
from collections.abc import Iterable
from typing import Any

import numpy as np
from sklearn.metrics import f1_score

SAMPLES = 1000
BINS = 10
# What stands beside each key on a keyboard.
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_NEIGHBOURS = {
    letter: list(row[max(place - 1, 0) : place] + row[place + 1 : place + 2])
    for row in _ROWS
    for place, letter in enumerate(row)
}

Numbers = np.ndarray[Any, np.dtype[Any]]


def macro_f1(pairs: list[tuple[str, str]], labels: Iterable[str] | None = None) -> tuple[float, float, float]:
    """Macro-F1 of (true, recognised) pairs over the true labels (or `labels`), and its 95 % interval.

    Every pair counts: what is taken for one of `labels` and is another costs precision.
    The interval is the percentile one of 1,000 bootstrap samples (Efron & Tibshirani 1993, chapter 13).
    """
    score, samples = _macro_f1(pairs, labels)
    return score, *_interval(samples)


def macro_f1_ahead(
    pairs: list[tuple[str, str]], others: list[tuple[str, str]], labels: Iterable[str] | None = None
) -> tuple[float, float, float]:
    """How far the macro-F1 of `pairs` lies above that of `others`, of the same sentences, and its 95 % interval."""
    score, other, low, high = macro_f1_beside(pairs, others, labels)
    return score - other, low, high


def macro_f1_beside(
    pairs: list[tuple[str, str]], others: list[tuple[str, str]], labels: Iterable[str] | None = None
) -> tuple[float, float, float, float]:
    """The macro-F1 of `pairs` and that of `others`, of the same sentences, and the 95 % interval of the difference.

    In each bootstrap sample both are scored (Koehn 2004, "Statistical Significance Tests for Machine Translation
    Evaluation"): what makes a sentence hard for both does not widen the interval.
    """
    (score, samples), (other, other_samples) = _macro_f1(pairs, labels), _macro_f1(others, labels)
    return score, other, *_interval(samples - other_samples)


def _interval(samples: Numbers) -> tuple[float, float]:
    low, high = np.percentile(samples, [2.5, 97.5])
    return float(low), float(high)


def _macro_f1(pairs: list[tuple[str, str]], labels: Iterable[str] | None) -> tuple[float, Numbers]:
    """The score, and that of each sample of the sentences; the same samples each time.

    A label that a sample has no sentence of, nor takes one for, is left out of its mean.
    """
    names = sorted(labels or {true for true, _ in pairs})
    chosen = np.array(pairs)

    def score(rows: Any) -> float:
        return float(f1_score(chosen[rows, 0], chosen[rows, 1], labels=names, average="macro", zero_division=np.nan))

    generator = np.random.default_rng(0)
    samples = [score(generator.integers(0, len(pairs), len(pairs))) for _ in range(SAMPLES)]
    return score(slice(None)), np.array(samples)


def reliability(certainty: Numbers, right: Numbers) -> list[tuple[float, float, float]]:
    """For each of ten equal bins of certainty that has any: mean certainty, share that is right, share of all."""
    bins = np.minimum((certainty * BINS).astype(int), BINS - 1)
    return [
        (float(certainty[bins == index].mean()), float(right[bins == index].mean()), float((bins == index).mean()))
        for index in range(BINS)
        if (bins == index).any()
    ]


def calibration_error(certainty: Numbers, right: Numbers) -> float:
    """Expected calibration error: the distance of certainty and share that is right, weighed (Naeini et al. 2015)."""
    return sum(abs(mean - share) * weight for mean, share, weight in reliability(certainty, right))


def caught_at(scores: Numbers, wanted: Numbers, false_alarms: float) -> float:
    """The share of `wanted` that is caught by the lowest threshold with at most this share of false alarms."""
    others = np.sort(scores[~wanted])[::-1]
    threshold = others[min(int(false_alarms * len(others)), len(others) - 1)]
    return float((scores[wanted] > threshold).mean())


def mistype(text: str, errors: int) -> str:
    """`text` with so many typing errors: letters doubled, dropped, swapped or wrong; the same each time."""
    generator = random.Random(text)  # noqa: S311
    for _ in range(errors):
        places = [place for place, letter in enumerate(text) if letter.lower() in _NEIGHBOURS]
        if not places:
            break
        place = generator.choice(places)
        letter, after = text[place], text[place + 1 : place + 2]
        typed = generator.choice([letter * 2 + after, after, after + letter, None])
        typed = typed if typed is not None else generator.choice(_NEIGHBOURS[letter.lower()]) + after
        text = text[:place] + typed + text[place + 2 :]
    return text
