"""How well the coach recognises: `make evaluate` writes reports/evaluation.md with its pictures.

The held-out sentences of benchmarks/held_out/ were written by others than the training data and are never tuned on.
Thresholds are chosen from what models predict of training sentences whose writer they have not seen ("new writer"):
that is what a leader is. Only what is new to the encoder's adapter (tools/adapt.py) counts for that. How to read it
all: docs/herkenning.md.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import yaml
from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rasa.engine.constants import PLACEHOLDER_MESSAGE, PLACEHOLDER_TRACKER
from rasa.shared.nlu.constants import ENTITIES
from rasa.shared.nlu.training_data.message import Message
from rasa.utils.log_utils import configure_structlog
from sklearn.metrics import ConfusionMatrixDisplay
from sklearn.model_selection import StratifiedKFold

from benchmarks.coaching import leaders
from benchmarks.data_report import data_report
from benchmarks.labels import Told, curve, each, told_of
from benchmarks.measures import calibration_error, caught_at, macro_f1, mistype, reliability
from benchmarks.sentences import BOTTLENECKS, DEVELOPMENT, HELD_OUT, Example, read_examples, training_examples
from coach.answer import INTERRUPTIONS, LEAST_PROBABILITY_REFLECTING, interrupting
from coach.danger import SURE, Danger, Kind, To
from coach.message import Message as Heard
from coach.recognising import LEAST_CERTAINTY_TO_NAME, LEAST_IN_A_CLAUSE, named_bottlenecks
from coach.steering import LEAST_IN_A_STORY, LEAST_IN_AN_ANSWER, asked_in_clauses
from coach.taking import LEAST_SAID_ELSEWHERE
from coach.themes import LEAST_PROBABILITY
from nlu.command_classifier import ANSWER, COMMAND
from nlu.danger_classifier import FACETS
from nlu.pool import Pool
from nlu.pooled_classifier import DANGER, features_of, has_features, new_to_the_encoder
from nlu.vocabulary_extractor import SELF
from tools.model import ROOT, ensure_model
from tools.settings import environment

mpl.use("Agg")
import matplotlib.pyplot as plt

REPORTS = ROOT / "reports"
FOLDS = 5
THRESHOLDS = (0.1, 0.2, 0.3, 0.35, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
THRESHOLDS_OF_DANGER = (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
# What is lost, in turns of a leader: a wrong name must be put right, and trust with it; asking on costs one turn.
COST_OF_A_WRONG_NAME, COST_OF_ASKING = 3.0, 1.0
FALSE_ALARMS = 0.05

Numbers = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True)
class Predicted:
    """A sentence, and what it was taken for; a fallback counts as its own intent, so as a mistake."""

    example: Example
    message: Heard

    @property
    def ranking(self) -> dict[str, float]:
        """The probability of each intent."""
        return {item["name"]: float(item["confidence"]) for item in self.message.ranking}

    @property
    def danger(self) -> float:
        """The probability of danger."""
        return self.ranking.get(DANGER, 0.0)


class Recogniser:
    """The NLU part of a trained model: it gives messages with their features, which Rasa's own calls leave out."""

    def __init__(self, model: Path) -> None:
        """Load `model`."""
        processor = Agent.load(str(model)).processor
        self._run, self._target = processor.graph_runner.run, processor.model_metadata.nlu_target

    def __call__(self, text: str) -> Message:
        """What is recognised in `text`."""
        return self.each([text])[0]

    def each(self, texts: Sequence[str]) -> list[Message]:
        """What is recognised in each of `texts`; all at once takes half the time."""
        inputs = {PLACEHOLDER_MESSAGE: [UserMessage(text) for text in texts], PLACEHOLDER_TRACKER: None}
        return list(self._run(inputs, targets=[self._target])[self._target])


def predicted(recognise: Recogniser, examples: Sequence[Example]) -> list[Predicted]:
    """What the coach hears in each example."""
    messages = recognise.each([example.text for example in examples])
    return [Predicted(example, Heard.of(message.data)) for example, message in zip(examples, messages, strict=True)]


def of_pipeline(component: str) -> dict[str, Any]:
    """How a component is configured."""
    pipeline = yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf-8"))["pipeline"]
    return dict(next(item for item in pipeline if item["name"].endswith(component)))


def left_out(examples: Sequence[Example], messages: list[Message], splits: list[tuple[Any, Any]]) -> list[Predicted]:
    """What models predict of the examples that they did not see, for each split into seen and unseen."""
    features = features_of(messages)
    new = new_to_the_encoder([example.text for example in examples])
    told = of_pipeline("CommandClassifier")
    danger_from = of_pipeline("DangerClassifier")["threshold"]

    def learned(labels: Sequence[str | None], seen: Any, unseen: Any) -> list[dict[str, float]]:
        """The probabilities of the unseen, by a model of the seen that have a label."""
        seen = [index for index in seen if labels[index] is not None]
        chosen = {kind: matrix[seen] for kind, matrix in features.items()}
        pool = Pool.fit(chosen, [str(labels[index]) for index in seen], new[seen])
        rows = pool.probabilities({kind: matrix[unseen] for kind, matrix in features.items()})
        return [dict(zip(pool.labels, map(float, row), strict=True)) for row in rows]

    commands = dict.fromkeys(told["commands"], COMMAND) | dict.fromkeys(told["answers"], ANSWER)
    labels: dict[str, Sequence[str | None]] = {
        "intent": [None if example.intent == DANGER else example.intent for example in examples],
        "command": [commands.get(example.intent) for example in examples],
        DANGER: [str(example.intent == DANGER).lower() for example in examples],
    }
    for facet in FACETS:
        labels[facet] = [str(example.noted[facet]).lower() if facet in example.noted else None for example in examples]
    result = []
    for seen, unseen in splits:
        found = {name: learned(values, seen, unseen) for name, values in labels.items()}
        for place, index in enumerate(unseen):
            ranking, danger = found["intent"][place], found[DANGER][place]["true"]
            likeliest = DANGER if danger >= danger_from else max(ranking, key=ranking.__getitem__)
            ranking[DANGER] = danger
            parsed = {
                "text": examples[index].text,
                "intent": {"name": likeliest, "confidence": ranking[likeliest]},
                "intent_ranking": [{"name": name, "confidence": value} for name, value in ranking.items()],
                "command": found["command"][place][COMMAND],
                "danger": {facet: found[facet][place] for facet in FACETS},
            }
            result.append(Predicted(examples[index], Heard.of(parsed)))
    return result


def at_random(examples: Sequence[Example]) -> list[tuple[Any, Any]]:
    """Splits that leave out a fifth each of what is new to the encoder."""
    places = np.flatnonzero(new_to_the_encoder([example.text for example in examples]))
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=1).split(places, [examples[at].intent for at in places])
    return [_without(len(examples), places[unseen]) for _, unseen in folds]


def by_writer(examples: Sequence[Example]) -> list[tuple[Any, Any]]:
    """Splits that leave out one writer each, of those who are new to the encoder."""
    new = new_to_the_encoder([example.text for example in examples])
    writers = np.array([example.writer for example in examples])
    unknown = [writer for writer in np.unique(writers) if new[writers == writer].all()]
    return [_without(len(examples), np.flatnonzero(writers == writer)) for writer in unknown]


def _without(count: int, unseen: Numbers) -> tuple[Numbers, Numbers]:
    return np.setdiff1d(np.arange(count), unseen), unseen


def scores(sets: dict[str, list[Predicted]]) -> list[str]:
    """A table of macro-F1 and calibration error for each set."""
    lines = [
        "| set | sentences | macro-F1, all intents | macro-F1, bottlenecks | calibration error |",
        "|---|---|---|---|---|",
    ]
    for name, found in sets.items():
        pairs = [(item.example.intent, item.message.intent) for item in found]
        cells = [
            f"{score:.3f} ({low:.3f} to {high:.3f})"
            for score, low, high in (macro_f1(pairs), macro_f1(pairs, BOTTLENECKS))
        ]
        certainty, right = np.array([item.message.certainty for item in found]), np.array([a == b for a, b in pairs])
        lines.append(f"| {name} | {len(found)} | {cells[0]} | {cells[1]} | {calibration_error(certainty, right):.3f} |")
    return lines


def naming(found: list[Predicted]) -> list[str]:
    """What naming a bottleneck from each probability on would cost, in turns lost per message that tells of one."""
    stories = [item for item in found if item.example.intent.startswith("bottleneck_")]
    named = []
    for item in stories:
        likely = {name: value for name, value in item.ranking.items() if name.startswith("bottleneck_")}
        first = max(likely, key=likely.__getitem__)
        named.append((item.example.intent, first, likely[first] / sum(likely.values())))
    lines = ["| name it from this share | named right | named wrong | asked on | turns lost |", "|---|---|---|---|---|"]
    for threshold in THRESHOLDS:
        told = [(true, first) for true, first, share in named if share >= threshold and first in BOTTLENECKS]
        right = sum(true == first for true, first in told) / len(stories)
        wrong = len(told) / len(stories) - right
        in_vain = sum(
            true in BOTTLENECKS and (share < threshold or first not in BOTTLENECKS) for true, first, share in named
        ) / len(stories)
        cost = wrong * COST_OF_A_WRONG_NAME + in_vain * COST_OF_ASKING
        mark = " (chosen)" if threshold == LEAST_CERTAINTY_TO_NAME else ""
        lines.append(f"| {threshold}{mark} | {right:.3f} | {wrong:.3f} | {in_vain:.3f} | {cost:.3f} |")
    return lines


def two_at_once(both: list[Predicted], alone: list[Predicted]) -> list[str]:
    """How often a second bottleneck is named where there are two, and where there is one, by what a clause tells."""
    lines = ["| from | both named, of two | a second named, of one |", "|---|---|---|"]
    single = [item for item in alone if item.message.intent in BOTTLENECKS]
    for threshold in (0.2, 0.3, 0.4, 0.45, 0.5, 0.6):
        named = [told(item, threshold) == set(item.example.intent.split("+")) for item in both]
        extra = [len(told(item, threshold)) > 1 for item in single]
        mark = " (chosen)" if threshold == LEAST_IN_A_CLAUSE else ""
        lines.append(f"| {threshold}{mark} | {np.mean(named):.3f} | {np.mean(extra):.3f} |")
    return lines


def told(item: Predicted, threshold: float) -> set[str]:
    """The bottlenecks that would be named of a message if clauses counted from `threshold` on."""
    return {f"bottleneck_{name}" for name in named_bottlenecks(item.message, least_in_a_clause=threshold)}


def beside(asking: list[Predicted], telling: list[Predicted]) -> list[str]:
    """How often a question beside a story is heard, and how often one is heard where there is none."""
    lines = ["| from | heard | heard in vain |", "|---|---|---|"]
    for threshold in (0.5, 0.6, 0.7, 0.8, 0.9, 0.95):
        heard = [item.example.intent.split("+")[1] in asked_in_clauses(item.message, threshold) for item in asking]
        vain = [bool(asked_in_clauses(item.message, threshold)) for item in telling]
        mark = {LEAST_IN_A_STORY: " (in a story)", LEAST_IN_AN_ANSWER: " (in an answer)"}.get(threshold, "")
        lines.append(f"| {threshold}{mark} | {np.mean(heard):.3f} | {np.mean(vain):.4f} |")
    return lines


def heads(sets: dict[str, list[Predicted]], columns: str) -> list[str]:
    """The head of a table with a threshold and, for each set, two columns."""
    return ["| from | " + " | ".join(f"{name}: {columns}" for name in sets) + " |", "|---|" + "---|---|" * len(sets)]


def danger_curve(sets: dict[str, list[Predicted]]) -> list[str]:
    """Recall of danger, and false alarms on the rest, by threshold; asking comes from one, referring from another."""
    lines = heads(sets, "caught | false alarms")
    for threshold in THRESHOLDS_OF_DANGER:
        cells = []
        for found in sets.values():
            wanted = np.array([item.example.intent == DANGER for item in found])
            alarm = np.array([item.danger for item in found]) >= threshold
            caught = f"{alarm[wanted].mean():.3f}" if wanted.any() else ""
            cells.append(f"{caught} | {alarm[~wanted].mean():.4f}")
        mark = {of_pipeline("DangerClassifier")["threshold"]: " (asks)", SURE: " (refers)"}.get(threshold, "")
        lines.append(f"| {threshold}{mark} | {' | '.join(cells)} |")
    return lines


def which_danger(sets: dict[str, list[Predicted]]) -> list[str]:
    """Of the danger that is heard: how often its kind and who is in it are told, and right; and whether it is now."""
    lines = [
        "| set | kind told | right of these | who told | right of these | now: caught | false alarms |",
        "|---" * 7 + "|",
    ]
    for name, found in sets.items():
        caught = [item for item in found if item.example.intent == DANGER == item.message.intent]
        heard = [item for item in caught if "kind" in item.example.noted]  # of what staff correct it is not noted
        told = [(Danger.of(item.message), item.example.noted) for item in heard]
        kinds = [danger.kind == noted["kind"] for danger, noted in told if danger.kind != Kind.UNCLEAR]
        who = [danger.to == noted["to"] for danger, noted in told if danger.to != To.OTHER]
        now, really = (
            np.array(values) for values in zip(*((danger.now, noted["now"]) for danger, noted in told), strict=True)
        )
        shares = [len(kinds) / len(heard), np.mean(kinds), len(who) / len(heard), np.mean(who), now[really].mean()]
        lines.append(f"| {name} | " + " | ".join(f"{share:.3f}" for share in [*shares, now[~really].mean()]) + " |")
    return lines


def interruption_curve(sets: dict[str, list[Predicted]]) -> list[str]:
    """Answers that would interrupt, and commands and questions that do, by threshold, while a question is open."""
    lines = heads(sets, "answers that interrupt | commands that do")
    for threshold in (0.5, 0.6, 0.7, 0.8, 0.85, LEAST_PROBABILITY_REFLECTING, 0.95):
        cells = []
        for found in sets.values():
            answers = [interrupting(item.message) for item in found if item.example.intent == "give_answer"]
            commands = [
                interrupting(item.message) for item in found if item.example.intent in INTERRUPTIONS - {"out_of_scope"}
            ]
            cells += [f"{(np.array(values) >= threshold).mean():.3f}" for values in (answers, commands)]
        mark = " (chosen)" if threshold == LEAST_PROBABILITY_REFLECTING else ""
        lines.append(f"| {threshold}{mark} | {' | '.join(cells)} |")
    return lines


def noise(recognise: Recogniser, examples: list[Example]) -> list[str]:
    """Macro-F1 on the held-out sentences with so many typing errors in each."""
    lines = ["| typing errors | macro-F1, all intents | macro-F1, bottlenecks |", "|---|---|---|"]
    for errors in range(4):
        mistyped = [replace(example, text=mistype(example.text, errors)) for example in examples]
        pairs = [(item.example.intent, item.message.intent) for item in predicted(recognise, mistyped)]
        lines.append(f"| {errors} | {macro_f1(pairs)[0]:.3f} | {macro_f1(pairs, BOTTLENECKS)[0]:.3f} |")
    return lines


@dataclass(frozen=True)
class Placed:
    """A sentence, the level and sectors that its speaker has, and those that were heard."""

    text: str
    there: dict[str, set[str]]
    found: dict[str, set[str]]


def places(recognise: Recogniser) -> list[Placed]:
    """What is heard of the speaker's level and sector in each held-out sentence about it."""
    sentences = yaml.safe_load((HELD_OUT / "places.yml").read_text(encoding="utf-8"))
    placed = []
    for sentence, message in zip(sentences, recognise.each([item["text"] for item in sentences]), strict=True):
        there = {"level": {sentence["level"]} - {None}, "sector": set(sentence["sector"] or [])}
        placed.append(Placed(sentence["text"], there, own_place(message)))
    return placed


def own_place(message: Message) -> dict[str, set[str]]:
    """The levels and sectors that a message says of its speaker."""
    own = [item for item in message.get(ENTITIES) if item.get("role") == SELF]
    return {kind: {item["value"] for item in own if item["entity"] == kind} for kind in ("level", "sector")}


def place_score(placed: list[Placed]) -> list[str]:
    """Lines on level and sector: precision, recall and F1 of what the speaker is."""
    counts = {"level": [0, 0, 0], "sector": [0, 0, 0]}  # right, found, there
    for item in placed:
        for kind, count in counts.items():
            count[0] += len(item.found[kind] & item.there[kind])
            count[1] += len(item.found[kind])
            count[2] += len(item.there[kind])
    wrong = [f"- {item.text}: {item.found} instead of {item.there}" for item in placed if item.found != item.there]
    lines = []
    for kind, (right, found_count, there_count) in counts.items():
        precision, recall = right / max(found_count, 1), right / max(there_count, 1)
        f1 = 2 * precision * recall / max(precision + recall, 1e-9)
        lines.append(f"| {kind} | {precision:.3f} | {recall:.3f} | {f1:.3f} |")
    return ["| | precision | recall | F1 |", "|---|---|---|---|", *lines, "", *wrong]


def draw_confusion(found: list[Predicted], title: str, path: Path) -> None:
    """Save the confusion matrix as a picture, each row normalised."""
    figure, axes = plt.subplots(figsize=(14, 13))
    ConfusionMatrixDisplay.from_predictions(
        [item.example.intent for item in found],
        [item.message.intent for item in found],
        normalize="true",
        xticks_rotation="vertical",
        include_values=False,
        ax=axes,
        cmap="Blues",
    )
    axes.set_title(title)
    _save(figure, path)


def told_of_all(recognise: Recogniser, noted: str) -> list[Told]:
    """What was told of each label on the held-out answers with which labels are noted."""
    found = predicted(recognise, read_examples(HELD_OUT / f"{noted}.yml"))
    names = {name for item in found for name in item.example.noted[noted]}
    return [
        told
        for item in found
        for told in told_of(
            getattr(item.message, noted), item.example.noted[noted], item.example.noted.get("doubted", []), names
        )
    ]


def draw_curves(sets: dict[str, list[Predicted]], path: Path) -> None:
    """Save three pictures in one: reliability, out-of-scope and danger as receiver operating characteristics."""
    figure, (reliable, outside, alarm) = plt.subplots(1, 3, figsize=(18, 5.5))
    reliable.plot([0, 1], [0, 1], color="grey", linewidth=1)
    for name, found in sets.items():
        certainty = np.array([item.message.certainty for item in found])
        right = np.array([item.message.intent == item.example.intent for item in found])
        bins = reliability(certainty, right)
        reliable.plot([mean for mean, _, _ in bins], [share for _, share, _ in bins], marker="o", label=name)
        intents = np.array([item.example.intent for item in found])
        for axes, label, values in (
            (outside, "out_of_scope", [item.ranking.get("out_of_scope", 0.0) for item in found]),
            (alarm, DANGER, [item.danger for item in found]),
        ):
            wanted = intents == label
            steps = np.linspace(0, 0.2, 101)
            axes.plot(steps, [caught_at(np.array(values), wanted, step) for step in steps], label=name)
    for axes, title, across, up in (
        (reliable, "Reliability", "certainty", "share that is right"),
        (outside, "Out of scope", "false alarms", "caught"),
        (alarm, "Danger", "false alarms", "caught"),
    ):
        axes.set(title=title, xlabel=across, ylabel=up, ylim=(0, 1.02))
        axes.legend()
    _save(figure, path)


def _save(figure: Any, path: Path) -> None:
    figure.tight_layout()
    figure.savefig(path, dpi=110)
    plt.close(figure)


def main() -> None:
    """Write the report and print its first figures."""
    os.environ.update(environment())
    configure_structlog(logging.ERROR)  # its default prints every message
    REPORTS.mkdir(exist_ok=True)
    recognise = Recogniser(ensure_model())
    names = ("intents", "danger", "danger_indirect", "danger_talk", "answers")
    held_out, danger, indirect, talk, answers = (read_examples(HELD_OUT / f"{name}.yml") for name in names)
    played = [
        Example(text, ANSWER, 0)
        for leader in leaders()
        for text in (leader["story"], *leader["answers"], leader["first_step"])
    ]
    both, asking = (
        predicted(recognise, read_examples(DEVELOPMENT / f"{name}.yml")) for name in ("two_at_once", "with_a_question")
    )
    training = training_examples()
    messages = [recognise(example.text) for example in training]
    kept = [index for index, message in enumerate(messages) if has_features(message)]
    training, messages = [training[index] for index in kept], [messages[index] for index in kept]
    sets = {
        "held-out": predicted(recognise, held_out),
        "cross-validation": left_out(training, messages, at_random(training)),
        "new writer": left_out(training, messages, by_writer(training)),
    }
    answered = predicted(recognise, answers)
    labels = {noted: told_of_all(recognise, noted) for noted in ("themes", "principles")}
    said = {
        "held-out": predicted(recognise, danger),
        "held-out, indirect": predicted(recognise, indirect),
        "held-out, professional talk": predicted(recognise, talk),
        "held-out, all else": [*sets["held-out"], *answered],
        "what sixty leaders say": predicted(recognise, played),
        "new writer": sets["new writer"],
    }
    for name in ("held-out", "new writer"):
        draw_confusion(sets[name], f"Recognition, {name}", REPORTS / f"confusion_{name.replace(' ', '_')}.png")
    draw_curves(sets, REPORTS / "curves.png")
    started = time.perf_counter()
    for example in held_out[:200]:
        recognise(example.text)
    milliseconds = (time.perf_counter() - started) / 200 * 1000
    outside = {
        name: caught_at(
            np.array([item.ranking.get("out_of_scope", 0.0) for item in found]),
            np.array([item.example.intent == "out_of_scope" for item in found]),
            FALSE_ALARMS,
        )
        for name, found in sets.items()
    }
    sections = {
        "Scores": [*scores(sets), "", f"{milliseconds:.1f} ms a message, in one process."],
        "Naming a bottleneck, new writer": naming(sets["new writer"]),
        "Two at once, development": two_at_once(both, asking),
        "A question beside a story, development": beside(asking, both),
        "Out of scope": [
            f"- {name}: {share:.3f} caught at {FALSE_ALARMS:.0%} false alarms" for name, share in outside.items()
        ],
        "Danger": danger_curve(said),
        "Which danger": which_danger({name: said[name] for name in ("held-out", "held-out, indirect", "new writer")}),
        "Answers and commands": interruption_curve({"held-out": answered, "new writer": sets["new writer"]}),
        "Themes, held-out": curve(labels["themes"], LEAST_PROBABILITY),
        "Each theme, held-out": each(labels["themes"], LEAST_PROBABILITY),
        "A principle in an answer to another, held-out": curve(labels["principles"], LEAST_SAID_ELSEWHERE),
        "Each principle, held-out": each(labels["principles"], LEAST_SAID_ELSEWHERE),
        "Typing errors, held-out": noise(recognise, held_out),
        "Level and sector of the speaker, held-out": place_score(places(recognise)),
        "Data": data_report(training, [*held_out, *danger, *indirect, *talk, *answers]),
        "Wrong, held-out": [
            f"- {item.example.intent}, heard {item.message.intent} ({item.message.certainty:.2f}): {item.example.text}"
            for item in sets["held-out"]
            if item.message.intent != item.example.intent
        ],
    }
    report = "\n\n".join(f"## {title}\n\n" + "\n".join(lines) for title, lines in sections.items())
    (REPORTS / "evaluation.md").write_text(f"# Recognition\n\n{report}\n", encoding="utf-8")
    print("\n".join(sections["Scores"]))
    print(f"\nAll of it: {(REPORTS / 'evaluation.md').relative_to(ROOT)}, with its pictures beside it.")


if __name__ == "__main__":
    main()
