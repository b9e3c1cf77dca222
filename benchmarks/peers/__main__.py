"""Side by side with what else a team would pick: `make peers` writes reports/peers.md and a picture.

All learn from data/nlu/ and are measured on the held-out sentences; how far we are ahead is told with the interval of
the difference on the same sentences, which says more than whether two intervals overlap. Each peer runs in a process of
its own. NLP.js needs Node and npm; Rasa's default pipeline needs Python 3.10, the newest that official Rasa
runs on. What cannot be had is left out and said.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np

from benchmarks.measures import caught_at, macro_f1, macro_f1_ahead
from benchmarks.sentences import BOTTLENECKS, HELD_OUT, read_examples, training_examples
from tools.model import ROOT

mpl.use("Agg")
import matplotlib.pyplot as plt

REPORTS = ROOT / "reports"
HERE = Path(__file__).parent
OFFICIAL_RASA = ROOT / ".tools" / "rasa-3.10"
FALSE_ALARMS = 0.05
OURS = "Reflectiecoach"


Score = tuple[float, float, float]


class PeerMissingError(Exception):
    """A peer that this machine cannot run, and why."""


def nlpjs() -> list[str]:
    """The command for NLP.js, installed from npm as the lock file says."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not (node and npm):
        raise PeerMissingError("Node and npm are not installed")
    if subprocess.run([npm, "ci", "--silent"], cwd=HERE, check=False).returncode:
        raise PeerMissingError("npm could not install node-nlp")
    return [node, str(HERE / "nlpjs.mjs")]


def official_rasa() -> list[str]:
    """The command for Rasa's default pipeline, on official Rasa in an environment of its own."""
    python = OFFICIAL_RASA / "bin" / "python"
    if not python.exists():
        found = shutil.which("python3.10")
        if not found or subprocess.run([found, "-m", "venv", OFFICIAL_RASA], check=False).returncode:
            raise PeerMissingError("there is no Python 3.10")
    if subprocess.run([python, "-m", "pip", "install", "--quiet", "rasa==3.6.21"], check=False).returncode:
        shutil.rmtree(OFFICIAL_RASA, ignore_errors=True)
        raise PeerMissingError("official Rasa could not be installed")
    return [str(python), str(HERE / "rasa_pipeline.py"), str(HERE / "rasa_init.yml")]


PEERS: dict[str, Callable[[], list[str]]] = {
    OURS: lambda: [sys.executable, str(HERE / "rasa_pipeline.py"), "config.yml"],
    "Rasa's default (DIET), 20 of 100 epochs": official_rasa,
    "NLP.js": nlpjs,
    "linear, character n-grams": lambda: [sys.executable, str(HERE / "linear.py")],
}


def measure(command: list[str], given: str) -> dict[str, Any]:
    """What a peer makes of the sentences."""
    ours = {"PYTHONPATH": str(ROOT)} if command[0] == sys.executable else {}
    run = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **ours}, input=given, capture_output=True, text=True, check=False
    )
    if run.returncode:
        raise PeerMissingError(f"it failed: {run.stderr.strip().splitlines()[-1]}")
    return dict(json.loads(run.stdout))


def main() -> None:
    """Write the table and the picture, and print the table."""
    REPORTS.mkdir(exist_ok=True)
    held_out = read_examples(HELD_OUT / "intents.yml")
    given = json.dumps(
        {
            "train": [[example.text, example.intent] for example in training_examples()],
            "test": [example.text for example in held_out],
        }
    )
    outside = np.array([example.intent == "out_of_scope" for example in held_out])
    lines = [
        "| | macro-F1, all intents | we are ahead | macro-F1, bottlenecks | we are ahead "
        "| out of scope caught at 5 % false alarms | training (s) | a message (ms) | memory (MB) |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    predicted: dict[str, list[tuple[str, str]]] = {}
    bars: dict[str, tuple[Score, Score]] = {}
    for name, prepare in PEERS.items():
        try:
            found = measure(prepare(), given)
        except PeerMissingError as reason:
            lines.append(f"| {name} | not measured: {reason} | | | | | | | |")
            continue
        predicted[name] = pairs = [
            (example.intent, got) for example, (got, _) in zip(held_out, found["predictions"], strict=True)
        ]
        every, bottlenecks = macro_f1(pairs), macro_f1(pairs, BOTTLENECKS)
        caught = caught_at(np.array([score for _, score in found["predictions"]]), outside, FALSE_ALARMS)
        cells = [f"{score:.3f} ({low:.3f} to {high:.3f})" for score, low, high in (every, bottlenecks)]
        ahead = ["", ""]
        if OURS in predicted and name != OURS:
            margins = [macro_f1_ahead(predicted[OURS], pairs, labels) for labels in (None, BOTTLENECKS)]
            ahead = [f"{score:.3f} ({low:.3f} to {high:.3f})" for score, low, high in margins]
        numbers = f"{found['training_seconds']:.0f} | {found['milliseconds']:.1f} | {found['megabytes']:.0f}"
        lines.append(f"| {name} | {cells[0]} | {ahead[0]} | {cells[1]} | {ahead[1]} | {caught:.3f} | {numbers} |")
        bars[name] = (every, bottlenecks)
        print(lines[-1], flush=True)
    draw(bars, REPORTS / "peers.png")
    (REPORTS / "peers.md").write_text("# Side by side\n\n" + "\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))


def draw(bars: dict[str, tuple[Score, Score]], path: Path) -> None:
    """Save a picture of the scores with their intervals."""
    figure, axes = plt.subplots(figsize=(9, 4))
    for offset, title in enumerate(("all intents", "bottlenecks")):
        places = np.arange(len(bars)) + offset * 0.4
        scores = [scored[offset] for scored in bars.values()]
        spread = [[score - low for score, low, _ in scores], [high - score for score, _, high in scores]]
        axes.bar(places, [score for score, _, _ in scores], 0.38, yerr=spread, capsize=4, label=title)
    axes.set(xticks=np.arange(len(bars)) + 0.2, xticklabels=list(bars), ylabel="macro-F1, held-out", ylim=(0, 1))
    axes.legend(loc="lower right")
    figure.tight_layout()
    figure.savefig(path, dpi=110)
    plt.close(figure)


if __name__ == "__main__":
    main()
