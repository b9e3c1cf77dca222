"""How well the coach recognises: `make evaluate` writes reports/evaluation.md and two confusion matrices.

Five-fold cross-validation over data/nlu/ and the held-out sentences of benchmarks/held_out/, which were written by
others than the training data and are never tuned on. Macro-F1 with a 95 % interval from 1,000 bootstrap samples
(Efron & Tibshirani 1993, percentile method).
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import yaml
from rasa.core.agent import Agent
from rasa.nlu.test import cross_validate as rasa_cross_validate
from rasa.shared.importers.importer import TrainingDataImporter
from rasa.utils.log_utils import configure_structlog
from sklearn.metrics import ConfusionMatrixDisplay, f1_score

from nlu.vocabulary_extractor import Vocabulary, VocabularyExtractor
from tools.model import ROOT, ensure_model
from tools.settings import environment

mpl.use("Agg")
import matplotlib.pyplot as plt

REPORTS = ROOT / "reports"
HELD_OUT = ROOT / "benchmarks" / "held_out"
BOTTLENECKS = ("bottleneck_rol", "bottleneck_structuur", "bottleneck_mandaat")
FOLDS = 5
SAMPLES = 1000

Prediction = tuple[str, str, str, float]  # text, true intent, recognised intent, certainty


def read_examples(path: Path) -> list[tuple[str, str]]:
    """The (text, intent) pairs of a Rasa NLU file."""
    topics = yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]
    return [
        (line.removeprefix("- "), topic["intent"])
        for topic in topics
        for line in topic["examples"].splitlines()
        if line.startswith("- ")
    ]


def macro_f1(pairs: list[tuple[str, str]], labels: Iterable[str] | None = None) -> tuple[float, float, float]:
    """Macro-F1 of (true, recognised) pairs over the true labels (or `labels`), and its 95 % interval."""
    names = sorted(labels or {true for true, _ in pairs})
    chosen = np.array([pair for pair in pairs if pair[0] in names])

    def score(rows: Any) -> float:
        return float(f1_score(chosen[rows, 0], chosen[rows, 1], labels=names, average="macro", zero_division=0))

    random = np.random.default_rng(0)
    samples = [score(random.integers(0, len(chosen), len(chosen))) for _ in range(SAMPLES)]
    return score(slice(None)), *np.percentile(samples, [2.5, 97.5])


def draw_confusion(pairs: list[tuple[str, str]], title: str, path: Path) -> None:
    """Save the confusion matrix of (true, recognised) pairs as a picture, each row normalised."""
    figure, axes = plt.subplots(figsize=(14, 13))
    true, recognised = zip(*pairs, strict=True)
    ConfusionMatrixDisplay.from_predictions(
        true, recognised, normalize="true", xticks_rotation="vertical", include_values=False, ax=axes, cmap="Blues"
    )
    axes.set_title(title)
    figure.tight_layout()
    figure.savefig(path, dpi=110)
    plt.close(figure)


async def recognise(model: Path, examples: list[tuple[str, str]]) -> list[Prediction]:
    """What `model` makes of each example; a fallback counts as its own intent, so as a mistake."""
    agent = Agent.load(str(model))
    predictions = []
    for text, intent in examples:
        parsed = await agent.parse_message(text)
        predictions.append((text, intent, str(parsed["intent"]["name"]), float(parsed["intent"]["confidence"])))
    return predictions


def cross_validate() -> list[tuple[str, str]]:
    """(true, recognised) pairs of every training example, each recognised by a model that did not see it."""
    importer = TrainingDataImporter.load_from_dict({}, str(ROOT / "config.yml"), None, [str(ROOT / "data" / "nlu")])
    data = importer.get_nlu_data()
    folder = REPORTS / "cross_validation"
    asyncio.run(
        rasa_cross_validate(data, FOLDS, str(ROOT / "config.yml"), output=str(folder), successes=True, errors=True)
    )
    return [
        (item["intent"], item["intent_prediction"]["name"])
        for name in ("intent_successes.json", "intent_errors.json")
        if (folder / name).exists()
        for item in json.loads((folder / name).read_text(encoding="utf-8"))
    ]


def place_score() -> list[str]:
    """Lines on level and sector: precision, recall and F1 of what the speaker is, over the held-out sentences."""
    lists = (ROOT / "data" / "vocabulary.yml").read_text(encoding="utf-8")
    extractor = VocabularyExtractor(Vocabulary(yaml.safe_load(lists)), lists, None, None)
    counts = {"level": [0, 0, 0], "sector": [0, 0, 0]}  # right, found, there
    wrong = []
    for sentence in yaml.safe_load((HELD_OUT / "places.yml").read_text(encoding="utf-8")):
        own = [item for item in extractor.extract(sentence["text"]) if item.get("role") == "self"]
        found = {kind: {item["value"] for item in own if item["entity"] == kind} for kind in counts}
        there = {"level": {sentence["level"]} - {None}, "sector": set(sentence["sector"] or [])}
        for kind, count in counts.items():
            count[0] += len(found[kind] & there[kind])
            count[1] += len(found[kind])
            count[2] += len(there[kind])
        if found != there:
            wrong.append(f"- {sentence['text']}: {found} instead of {there}")
    lines = []
    for kind, (right, found_count, there_count) in counts.items():
        precision, recall = right / max(found_count, 1), right / max(there_count, 1)
        f1 = 2 * precision * recall / max(precision + recall, 1e-9)
        lines.append(f"| {kind} | {precision:.3f} | {recall:.3f} | {f1:.3f} |")
    return ["| | precision | recall | F1 |", "|---|---|---|---|", *lines, "", *wrong]


def main() -> None:
    """Write the report and print its figures."""
    os.environ.update(environment())
    configure_structlog(logging.ERROR)  # its default prints every message
    REPORTS.mkdir(exist_ok=True)
    held_out = asyncio.run(recognise(ensure_model(), read_examples(HELD_OUT / "intents.yml")))
    sets = {"held-out": [(true, found) for _, true, found, _ in held_out], "cross-validation": cross_validate()}
    lines = [
        "# Recognition",
        "",
        "| set | sentences | macro-F1, all intents | macro-F1, bottlenecks |",
        "|---|---|---|---|",
    ]
    for name, pairs in sets.items():
        draw_confusion(pairs, f"Recognition, {name}", REPORTS / f"confusion_{name}.png")
        every, bottlenecks = macro_f1(pairs), macro_f1(pairs, BOTTLENECKS)
        cells = [f"{score:.3f} ({low:.3f} to {high:.3f})" for score, low, high in (every, bottlenecks)]
        lines.append(f"| {name} | {len(pairs)} | {cells[0]} | {cells[1]} |")
    lines += ["", "## Level and sector of the speaker, held-out", "", *place_score(), "", "## Wrong, held-out", ""]
    wrong = [prediction for prediction in held_out if prediction[1] != prediction[2]]
    lines += [f"- {true} taken for {found} ({certainty:.2f}): {text}" for text, true, found, certainty in wrong]
    (REPORTS / "evaluation.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines[:6]))
    print("\n".join(lines[8:12]))
    print(f"\nAll of it: {(REPORTS / 'evaluation.md').relative_to(ROOT)}, with confusion_*.png beside it.")


if __name__ == "__main__":
    main()
