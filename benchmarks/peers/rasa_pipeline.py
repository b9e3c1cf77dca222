"""A Rasa pipeline, by the configuration named on the command line: ours, or the one that `rasa init` gives.

Runs with whatever Rasa its Python has: ours here, or the official one on Python 3.10. Imports nothing of ours.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import resource
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# From nothing: no part that was trained before is taken over.
os.environ["RASA_CACHE_DIRECTORY"] = tempfile.mkdtemp()

import rasa.model_training
import structlog
import yaml
from rasa.core.agent import Agent

structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
given = json.load(sys.stdin)
folder = Path(tempfile.mkdtemp())
by_intent: dict[str, list[str]] = {}
for text, intent in given["train"]:
    by_intent.setdefault(intent, []).append(text)
topics = [{"intent": name, "examples": "".join(f"- {text}\n" for text in texts)} for name, texts in by_intent.items()]
(folder / "nlu.yml").write_text(yaml.safe_dump({"version": "3.1", "nlu": topics}, allow_unicode=True), encoding="utf-8")
printed, sys.stdout = sys.stdout, sys.stderr
started = time.perf_counter()
model = rasa.model_training.train_nlu(
    config=sys.argv[1], nlu_data=str(folder / "nlu.yml"), output=str(folder), fixed_model_name="model"
)
trained = time.perf_counter() - started
agent = Agent.load(model)


async def predict() -> list[list[object]]:
    """The likeliest intent of each sentence, however likely, and the probability that it is out of scope."""
    found = []
    for text in given["test"]:
        parsed = await agent.parse_message(text)
        ranking = {item["name"]: float(item["confidence"]) for item in parsed["intent_ranking"]}
        ranking.pop("nlu_fallback", None)
        found.append([next(iter(ranking)), ranking.get("out_of_scope", 0.0)])
    return found


started = time.perf_counter()
predictions = asyncio.run(predict())
json.dump(
    {
        "training_seconds": trained,
        "milliseconds": (time.perf_counter() - started) / len(given["test"]) * 1000,
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "predictions": predictions,
    },
    printed,
)
