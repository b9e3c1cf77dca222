"""What corrections changed: the coach before and after, on the corrections and on the held-out sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rasa.shared.nlu.training_data.message import Message
from scipy.stats import binomtest

from benchmarks.evaluate import Placed, Predicted, Recogniser, own_place, places, predicted
from benchmarks.measures import macro_f1_beside
from benchmarks.sentences import BOTTLENECKS, HELD_OUT, read_examples
from nlu.pooled_classifier import DANGER
from review.nlu_file import Composed, Sentence
from review.words import INTENTS

OF_DANGER = ("danger", "danger_indirect", "danger_talk", "answers")


@dataclass(frozen=True)
class Judged:
    """A held-out sentence: what it is, what it was heard as, and whether that is right."""

    text: str
    there: str
    heard: str
    right: bool


@dataclass(frozen=True)
class Measured:
    """What one model hears in the corrections, and in the held-out sentences."""

    corrections: list[Message]
    intents: list[Predicted]
    danger: list[Predicted]
    places: list[Placed]

    @classmethod
    def of(cls, recognise: Recogniser, corrections: Sequence[str]) -> Measured:
        """Let the model hear them all."""
        held_out = [read_examples(HELD_OUT / f"{name}.yml") for name in OF_DANGER]
        return cls(
            recognise.each(corrections) if corrections else [],
            predicted(recognise, read_examples(HELD_OUT / "intents.yml")),
            predicted(recognise, [example for examples in held_out for example in examples]),
            places(recognise),
        )

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Of the sentences with an intent: the true one and the one that was heard."""
        return [(item.example.intent, item.message.intent) for item in self.intents]

    def judged(self) -> dict[str, list[Judged]]:
        """All held-out sentences, by what is asked of them."""
        everything = [*self.intents, *self.danger]
        return {
            "bedoelingen": [_intent(item) for item in self.intents],
            "gevaar": [_danger(item) for item in everything if item.example.intent == DANGER],
            "vals alarm": [_danger(item) for item in everything if item.example.intent != DANGER],
            "niveau en sector": [_place(item) for item in self.places],
        }


def _intent(item: Predicted) -> Judged:
    there, heard = item.example.intent, item.message.intent
    return Judged(item.example.text, _called(there), _called(heard), there == heard)


def _danger(item: Predicted) -> Judged:
    there, heard = (intent == DANGER for intent in (item.example.intent, item.message.intent))
    called = {True: "gevaar", False: "geen gevaar"}
    return Judged(item.example.text, called[there], called[heard], there == heard)


def _place(item: Placed) -> Judged:
    return Judged(item.text, _placed(item.there), _placed(item.found), item.there == item.found)


def _called(intent: str) -> str:
    return INTENTS.get(intent, intent)


def _placed(values: dict[str, set[str]]) -> str:
    return ", ".join(value for kind in ("level", "sector") for value in sorted(values.get(kind, ()))) or "niets"


@dataclass(frozen=True)
class Change:
    """What became of a kind of held-out sentences: those right before and wrong now, and the other way round."""

    lost: list[tuple[Judged, Judged]]
    won: list[tuple[Judged, Judged]]

    @classmethod
    def between(cls, before: list[Judged], after: list[Judged]) -> Change:
        """Of the same sentences, in the same order."""
        both = list(zip(before, after, strict=True))
        lost = [(old, new) for old, new in both if old.right and not new.right]
        return cls(lost, [(old, new) for old, new in both if new.right and not old.right])

    @property
    def worse(self) -> bool:
        """Whether more was lost than won."""
        return len(self.lost) > len(self.won)

    @property
    def by_chance(self) -> float:
        """How likely chance alone makes it this much worse: the exact one-sided test of McNemar (1947)."""
        lost, won = len(self.lost), len(self.won)
        return float(binomtest(lost, lost + won, alternative="greater").pvalue) if lost + won else 1.0


def report(composed: Composed, before: Measured, after: Measured) -> str:
    """The report, in Dutch; its last line is the judgement."""
    now = after.judged()
    judged = {name: (old, now[name]) for name, old in before.judged().items()}
    changes = {name: Change.between(*both) for name, both in judged.items()}
    learned = f"- {len(composed.kept)} geleerd, {len(composed.left_out)} weggelaten"
    left_out = [f"- weggelaten: {sentence.text} ({reason})" for sentence, reason in composed.left_out]
    sections = {
        "De verbeteringen": [learned, *left_out, "", *_corrections(composed.kept, before, after)],
        "Voor en na, op zinnen die de coach niet leerde": [
            "| | voor | na | verschil |", "|---|---|---|---|", *_figures(before, after), *_counts(judged)
        ],
        "Verloren en gewonnen": list(_sentences(changes)),
        "Oordeel": [judgement(changes)],
    }  # fmt: skip
    body = "\n\n".join(f"## {title}\n\n" + "\n".join(lines) for title, lines in sections.items())
    return f"# Wat de verbeteringen veranderden\n\n{body}\n"


def _corrections(sentences: list[Sentence], before: Measured, after: Measured) -> Iterator[str]:
    yield from ("| zin | was | moet zijn | is nu | goed |", "|---|---|---|---|---|")
    for sentence, old, new in zip(sentences, before.corrections, after.corrections, strict=True):
        wanted = {kind: {value} for kind, (_, value) in sentence.words.items()}
        was, now = (_heard(message, wanted) for message in (old, new))
        want = "; ".join([_called(sentence.intent), *([_placed(wanted)] if wanted else [])])
        yield f"| {sentence.text.replace('|', '/')} | {was} | {want} | {now} | {'ja' if now == want else '**nee**'} |"


def _heard(message: Message, wanted: dict[str, set[str]]) -> str:
    """The intent, and the speaker's place as far as that was corrected."""
    own = {kind: values for kind, values in own_place(message).items() if kind in wanted}
    return "; ".join([_called(message.get("intent")["name"]), *([_placed(own)] if wanted else [])])


def _figures(before: Measured, after: Measured) -> Iterator[str]:
    for name, labels in (("alle bedoelingen (macro-F1)", None), ("knelpunten (macro-F1)", BOTTLENECKS)):
        new, old, low, high = macro_f1_beside(after.pairs, before.pairs, labels)
        difference = f"{new - old:+.3f} ({low:+.3f} tot {high:+.3f})"
        yield f"| {name} | {old:.3f} | {new:.3f} | {difference} |".replace(".", ",")


def _counts(judged: dict[str, tuple[list[Judged], list[Judged]]]) -> Iterator[str]:
    for name, both in judged.items():
        title, wanted = (name, False) if name == "vals alarm" else (f"{name}: goed", True)
        old, new = (sum(item.right == wanted for item in items) for items in both)
        yield f"| {title} | {old} van {len(both[0])} | {new} van {len(both[0])} | {new - old:+d} |"


def _sentences(changes: dict[str, Change]) -> Iterator[str]:
    for name, change in changes.items():
        yield f"- {name}: {len(change.lost)} verloren, {len(change.won)} gewonnen"
        for word, pairs in (("verloren", change.lost), ("gewonnen", change.won)):
            for old, new in pairs:
                yield f"  - {word}: {old.text} ({old.there}; was {old.heard}, is nu {new.heard})"


def judgement(changes: dict[str, Change]) -> str:
    """What is worse, that is where more sentences were lost than won, and how likely that is chance."""
    worse = [
        f"{name} ({len(change.lost)} verloren, {len(change.won)} gewonnen; toeval geeft dit in "
        f"{change.by_chance * 100:.0f} van de 100 gevallen)"
        for name, change in changes.items()
        if change.worse
    ]
    return f"Slechter: {'; '.join(worse)}." if worse else "Niets slechter: nergens meer zinnen verloren dan gewonnen."
