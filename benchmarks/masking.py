"""How much of what must be hidden is hidden, by kind, and which neutral sentences are touched.

    python -m benchmarks.masking [benchmarks/held_out/masking.yml]

prints a table. A file has `sentences`, each with its `text` and what to `hide` (`kind` and `text`), and `neutral` ones.
"""

from __future__ import annotations

import argparse
import statistics
import time
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from review.masking import Masker
from tools.model import ROOT

HELD_OUT = Path(__file__).parent / "held_out" / "masking.yml"


@dataclass
class Scores:
    """What came of one file: hidden and all spans of each kind, what was missed, and neutral sentences touched."""

    hidden: dict[str, int] = field(default_factory=dict)
    spans: dict[str, int] = field(default_factory=dict)
    missed: list[tuple[str, str, str]] = field(default_factory=list)  # kind, span, sentence
    touched: list[tuple[str, list[str]]] = field(default_factory=list)  # sentence, what was hidden in it
    neutral: int = 0

    @property
    def recall(self) -> float:
        """The part of all spans that is hidden."""
        return sum(self.hidden.values()) / max(1, sum(self.spans.values()))


def recall(masker: Masker, file: Path) -> Scores:
    """The scores of `file`. A span is hidden when every letter and digit of it is inside what the masker finds."""
    data = yaml.safe_load(file.read_text(encoding="utf-8"))
    scores = Scores(neutral=len(data["neutral"]))
    for sentence in data["sentences"]:
        text = sentence["text"]
        covered = {place for span in masker.find(text) for place in range(span.start, span.end)}
        for wanted in sentence["hide"]:
            kind, start = wanted["kind"], text.index(wanted["text"])
            places = {start + place for place, letter in enumerate(wanted["text"]) if letter.isalnum()}
            scores.spans[kind] = scores.spans.get(kind, 0) + 1
            scores.hidden[kind] = scores.hidden.get(kind, 0) + (places <= covered)
            if not places <= covered:
                scores.missed.append((kind, wanted["text"], text))
    for text in data["neutral"]:
        if found := [text[span.start : span.end] for span in masker.find(text)]:
            scores.touched.append((text, found))
    return scores


def table(scores: Scores) -> str:
    """The scores as a table in Markdown."""
    lines = ["| kind | spans | hidden | recall |", "|---|---|---|---|"]
    for kind, spans in sorted(scores.spans.items()):
        lines.append(f"| {kind} | {spans} | {scores.hidden[kind]} | {scores.hidden[kind] / spans:.3f} |")
    lines.append(f"| all | {sum(scores.spans.values())} | {sum(scores.hidden.values())} | {scores.recall:.3f} |")
    touched = len(scores.touched)
    lines.append(f"\n{touched} of {scores.neutral} neutral sentences touched ({touched / max(1, scores.neutral):.1%}).")
    return "\n".join(lines)


def main() -> None:
    """Print the table of a file, and how long a sentence takes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", type=Path, default=HELD_OUT)
    parser.add_argument("--cache", type=Path, default=ROOT / "models" / "deduce", help="where deduce keeps its lists")
    parser.add_argument("--show", action="store_true", help="also print what was missed and touched")
    options = parser.parse_args()
    masker = Masker(options.cache)
    data = yaml.safe_load(options.file.read_text(encoding="utf-8"))
    took = []
    for text in [*(sentence["text"] for sentence in data["sentences"]), *data["neutral"]]:
        began = time.perf_counter()
        masker.find(text)
        took.append(time.perf_counter() - began)
    scores = recall(masker, options.file)
    print(table(scores))
    print(f"Median {statistics.median(took) * 1000:.2f} ms a sentence.")
    if options.show:
        for kind, span, text in scores.missed:
            print(f"missed {kind}: {span!r} in {text!r}")
        for text, found in scores.touched:
            print(f"touched: {found} in {text!r}")


if __name__ == "__main__":
    main()
