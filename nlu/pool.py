"""Logistic regressions, one for each kind of feature, pooled into one calibrated probability.

What a sentence means and which words it has are two witnesses. Each gets a model of its own, and they are pooled as
the product of their probabilities and of how common each label is, each to a power (logarithmic opinion pool: Genest &
Zidek 1986, "Combining Probability Distributions", Statistical Science 1). The powers are those that predict best what
was left out, so that a probability of 0.8 is right in eight of ten (as temperature scaling: Guo et
al. 2017, "On Calibration of Modern Neural Networks"). Measured beside one model on all features: docs/herkenning.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import batched, product
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix
from scipy.special import expit
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from threadpoolctl import threadpool_limits

FOLDS = 3
# With fewer examples that are new to the encoder, folds of everything are left out: so few tell nothing.
LEAST_NEW = 100
_SHARES = "shares"
Array = np.ndarray[Any, np.dtype[np.floating[Any]]]
# Of whole numbers or truth values.
Numbers = np.ndarray[Any, np.dtype[Any]]
# By kind of feature a matrix of shape (messages, features): an array, or a csr_matrix.
ByKind = dict[str, Any]


@dataclass(frozen=True)
class Expert:
    """A multinomial logistic regression: coefficients of shape (features, labels), intercepts of shape (labels,).

    The coefficients are in C order: for another, scipy copies all of them at every message.
    """

    coefficients: Array
    intercepts: Array

    @classmethod
    def fit(cls, features: Array | csr_matrix, labels: Numbers) -> Expert:
        """Learn from examples, every label of equal weight whatever its number of examples."""
        model = LogisticRegression(max_iter=300, tol=1e-3, class_weight="balanced").fit(features, labels)
        coefficients, intercepts = model.coef_.T, model.intercept_
        if coefficients.shape[1] == 1:  # of two labels, scikit-learn keeps the second alone
            coefficients = np.hstack([np.zeros_like(coefficients), coefficients])
            intercepts = np.hstack([np.zeros_like(intercepts), intercepts])
        return cls(np.ascontiguousarray(coefficients, dtype=np.float32), intercepts.astype(np.float32))

    def log_probabilities(self, features: Array | csr_matrix) -> Array:
        """Of each label for each message, shape (messages, labels)."""
        return _log_softmax(self.scores(features))

    def scores(self, features: Array | csr_matrix) -> Array:
        """The same before they are made to add up to one."""
        return np.asarray(features @ self.coefficients) + self.intercepts


@dataclass(frozen=True)
class Pool:
    """An expert for each kind of feature, how common each label is, and the power that each is raised to."""

    labels: list[str]
    log_shares: Array
    experts: dict[str, Expert]
    powers: dict[str, float]

    @classmethod
    def fit(cls, features: ByKind, labels: list[str], new: Numbers | None = None) -> Pool:
        """Learn from examples of at least two labels; the powers from those that are `new` to the encoder, left out.

        What the encoder learned from, its vectors tell surer than they would tell it of another text.
        Where a label has fewer examples than there are folds, every power is one and how common labels are counts not.
        """
        names = sorted(set(labels))
        truth = np.array([names.index(label) for label in labels])
        log_shares = np.log(np.bincount(truth) / len(truth))
        powers = np.array([*np.ones(len(features)), 0.0])
        splits = _splits(truth, new) if np.bincount(truth).min() >= FOLDS else []

        def predicted_of(split: tuple[Numbers, Numbers]) -> Array:
            seen, unseen = split
            matrices = features.values()
            return np.stack([Expert.fit(m[seen], truth[seen]).log_probabilities(m[unseen]) for m in matrices])

        # Side by side, on one thread each: more threads for products so small cost more in waiting than they gain.
        with threadpool_limits(1), ThreadPoolExecutor() as cores:
            left_out = cores.map(predicted_of, splits)
            experts = {kind: Expert.fit(matrix, truth) for kind, matrix in features.items()}
        if splits:
            true = np.concatenate([truth[unseen] for _, unseen in splits])
            predicted = np.concatenate(list(left_out), axis=1)

            def loss(powers: Array) -> float:
                pooled = _log_softmax(np.tensordot(powers[:-1], predicted, axes=1) + powers[-1] * log_shares)
                return float(-pooled[np.arange(len(true)), true].mean())

            powers = minimize(loss, powers, bounds=[(0.0, None)] * len(powers)).x
        return cls(names, log_shares, experts, dict(zip([*features, _SHARES], map(float, powers), strict=True)))

    def probabilities(self, features: ByKind) -> Array:
        """Of each label for each message, shape (messages, labels), by the kinds there are; the rows add up to one."""
        pooled = self.powers[_SHARES] * self.log_shares
        for kind, matrix in features.items():
            pooled = pooled + self.powers[kind] * self.experts[kind].log_probabilities(matrix)
        return np.asarray(np.exp(_log_softmax(pooled)))

    def save(self, file: Path) -> None:
        """Write to `file` (.npz), coefficients in half precision: they differ by less than the data's noise."""
        arrays: dict[str, Any] = {"labels": np.array(self.labels), "log_shares": self.log_shares}
        for kind, expert in self.experts.items():
            arrays[f"{kind}_coefficients"] = expert.coefficients.astype(np.float16)
            arrays[f"{kind}_intercepts"] = expert.intercepts
        for kind, power in self.powers.items():
            arrays[f"{kind}_power"] = np.array(power)
        np.savez(file, **arrays)

    @classmethod
    def load(cls, file: Path) -> Pool:
        """Read what `save` wrote; nothing in the file is executed."""
        with np.load(file, allow_pickle=False) as arrays:
            kinds = [name.removesuffix("_power") for name in arrays.files if name.endswith("_power")]
            powers = {kind: float(arrays[f"{kind}_power"]) for kind in kinds}
            experts = {
                kind: Expert(arrays[f"{kind}_coefficients"].astype(np.float32, order="C"), arrays[f"{kind}_intercepts"])
                for kind in kinds
                if kind != _SHARES
            }
            return cls(arrays["labels"].tolist(), arrays["log_shares"], experts, powers)


@dataclass(frozen=True)
class PoolOfMany:
    """Of several labels the probability of each, whatever the others are: in one product for each kind of feature.

    Coefficients of shape (features, labels), in C order, by kind of feature; intercepts of shape (labels,).
    """

    labels: list[str]
    coefficients: dict[str, Array]
    intercepts: Array

    @classmethod
    def fit(cls, features: ByKind, labels: list[str], there: Numbers, known: Numbers, new: Numbers) -> PoolOfMany:
        """Learn of each label from the examples of which it is known whether it is there.

        The powers are those that predict best what was left out (`Pool.fit`). All labels share them: alone, each would
        have too few examples.

        Args:
            features: by kind, shape (examples, features).
            labels: their names.
            there: whether an example has a label, shape (examples, labels); of each some do and some do not.
            known: the same for whether that is known.
            new: which examples the encoder did not learn from, shape (examples,).
        """
        shares = np.where(known, there, False).sum(axis=0) / known.sum(axis=0)
        log_odds = np.log(shares / (1 - shares))
        powers, start = np.array([*np.ones(len(features)), 0.0]), None
        splits = _splits(np.zeros(len(there)), new) if len(there) >= FOLDS else []
        tested = [
            at for at in range(len(labels)) if all(len(set(there[seen][known[seen, at], at])) > 1 for seen, _ in splits)
        ]
        if splits and tested:
            powers, experts = _shared_powers(features, there[:, tested], known[:, tested], log_odds[tested], splits)
            start = experts if len(tested) == len(labels) else None
        learned = _one_for_each(features, there, known, start)
        coefficients = {
            kind: np.asarray(power * expert.coefficients, dtype=np.float32)
            for power, (kind, expert) in zip(powers[:-1], learned.items(), strict=True)
        }
        intercepts = powers[:-1] @ np.stack([learned[kind].intercepts for kind in features]) + powers[-1] * log_odds
        return cls(labels, coefficients, intercepts.astype(np.float32))

    def scaled(self, scales: ByKind) -> PoolOfMany:
        """The same for features that are not multiplied with `scales` first: by kind, shape (features,)."""
        coefficients = {kind: of_kind * scales[kind][:, np.newaxis] for kind, of_kind in self.coefficients.items()}
        return PoolOfMany(self.labels, coefficients, self.intercepts)

    def probabilities(self, features: ByKind) -> Array:
        """Of each label for each message, shape (messages, labels)."""
        scores = self.intercepts
        for kind, of_kind in self.coefficients.items():
            scores = scores + np.asarray(features[kind] @ of_kind)
        return np.asarray(expit(scores))

    def save(self, file: Path) -> None:
        """Write to `file` (.npz), coefficients in half precision."""
        arrays: dict[str, Any] = {"labels": np.array(self.labels), "intercepts": self.intercepts}
        arrays |= {kind: of_kind.astype(np.float16) for kind, of_kind in self.coefficients.items()}
        np.savez(file, **arrays)

    @classmethod
    def load(cls, file: Path) -> PoolOfMany:
        """Read what `save` wrote; nothing in the file is executed."""
        with np.load(file, allow_pickle=False) as arrays:
            kinds = set(arrays.files) - {"labels", "intercepts"}
            coefficients = {kind: arrays[kind].astype(np.float32, order="C") for kind in kinds}
            return cls(arrays["labels"].tolist(), coefficients, arrays["intercepts"])


def _shared_powers(
    features: ByKind, there: Numbers, known: Numbers, log_odds: Array, splits: Sequence[tuple[Numbers, Numbers]]
) -> tuple[Array, dict[str, Expert]]:
    """The powers of the kinds and of how common labels are that predict best what was left out; and who did so last."""
    left_out, experts = [], {}
    for seen, unseen in splits:
        experts = _one_for_each({kind: matrix[seen] for kind, matrix in features.items()}, there[seen], known[seen])
        scores = [experts[kind].scores(matrix[unseen]) for kind, matrix in features.items()]
        left_out.append(np.stack([*scores, np.broadcast_to(log_odds, scores[0].shape)])[:, known[unseen]])
    scores_of_all = np.concatenate(left_out, axis=1)
    sides = np.concatenate([np.where(there[unseen], 1, -1)[known[unseen]] for _, unseen in splits])

    def loss(powers: Array) -> float:
        return float(np.logaddexp(0, -sides * (powers @ scores_of_all)).mean())

    bounds = [*[(0.0, None)] * len(features), (None, None)]
    return minimize(loss, [*np.ones(len(features)), 0.0], bounds=bounds).x, experts


def _one_for_each(
    features: ByKind, there: Numbers, known: Numbers, start: dict[str, Expert] | None = None
) -> dict[str, Expert]:
    """By kind the coefficients, shape (features, labels), that tell each label from everything without it.

    Learned to the end: with a tolerance of 1e-3 it takes ten steps, and only the commonest features tell something.
    From what a part of the examples told (`start`) it is half the way.
    """

    def learned(job: tuple[str, int]) -> LogisticRegression:
        kind, label = job
        rows = np.flatnonzero(known[:, label])
        model = LogisticRegression(max_iter=300, tol=3e-5, warm_start=True)
        if start:
            model.coef_ = start[kind].coefficients[:, [label]].T.copy()
            model.intercept_ = start[kind].intercepts[[label]].copy()
        return model.fit(features[kind][rows], there[rows, label])

    jobs = list(product(features, range(there.shape[1])))
    with threadpool_limits(1), ThreadPoolExecutor() as cores:
        of_kinds = batched(cores.map(learned, jobs), there.shape[1])
        return {
            kind: Expert(
                np.stack([model.coef_[0] for model in models], axis=1),
                np.array([model.intercept_[0] for model in models]),
            )
            for kind, models in zip(features, of_kinds, strict=True)
        }


def _splits(truth: Numbers, new: Numbers | None) -> list[tuple[Numbers, Numbers]]:
    """Places of examples to learn from, and those left out: what is new to the encoder, or folds of everything."""
    if new is not None and new.sum() >= LEAST_NEW and set(truth[~new]) == set(truth):
        return [(np.flatnonzero(~new), np.flatnonzero(new))]
    return list(StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(truth, truth))


def _log_softmax(scores: Array) -> Array:
    shifted = scores - scores.max(axis=1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True)))
