"""Logistic regressions, one for each kind of feature, pooled into one calibrated probability.

What a sentence means and which words it has are two witnesses. Each gets a model of its own, and they are pooled as
the product of their probabilities and of how common each label is, each to a power (logarithmic opinion pool: Genest &
Zidek 1986, "Combining Probability Distributions", Statistical Science 1). The powers are those that predict best what
was left out, so that a probability of 0.8 is right in eight of ten (as temperature scaling: Guo et
al. 2017, "On Calibration of Modern Neural Networks"). Measured beside one model on all features: docs/herkenning.md.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
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
        return _log_softmax(np.asarray(features @ self.coefficients) + self.intercepts)


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
    """Of several labels the probability of each, whatever the others are: pools of two labels in one product a kind.

    Coefficients of shape (features, labels), in C order, by kind of feature; intercepts of shape (labels,).
    """

    labels: list[str]
    coefficients: dict[str, Array]
    intercepts: Array

    @classmethod
    def of(cls, pools: dict[str, Pool]) -> PoolOfMany:
        """What `pools` tell, each by its name: the probability of the last of its two labels.

        Of two labels a pool is linear in the features: the difference of the two, each expert to its power.
        """
        kinds = next(iter(pools.values())).experts
        coefficients: dict[str, Array] = {}
        for kind in kinds:
            columns = [pool.powers[kind] * np.diff(pool.experts[kind].coefficients)[:, 0] for pool in pools.values()]
            coefficients[kind] = np.ascontiguousarray(np.stack(columns, axis=1), dtype=np.float32)
        intercepts = [
            pool.powers[_SHARES] * np.diff(pool.log_shares)[0]
            + sum(pool.powers[kind] * np.diff(pool.experts[kind].intercepts)[0] for kind in kinds)
            for pool in pools.values()
        ]
        return cls(list(pools), coefficients, np.array(intercepts, dtype=np.float32))

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


def _splits(truth: Numbers, new: Numbers | None) -> list[tuple[Numbers, Numbers]]:
    """Places of examples to learn from, and those left out: what is new to the encoder, or folds of everything."""
    if new is not None and new.sum() >= LEAST_NEW and set(truth[~new]) == set(truth):
        return [(np.flatnonzero(~new), np.flatnonzero(new))]
    return list(StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(truth, truth))


def _log_softmax(scores: Array) -> Array:
    shifted = scores - scores.max(axis=1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True)))
