"""Labels of which a message can have several: how many that are told are there, and how many there are told."""

from __future__ import annotations

from collections.abc import Iterable

# What was said of a label: its name, the probability, and whether it is there.
Told = tuple[str, float, bool]
THRESHOLDS = (0.3, 0.4, 0.5, 0.6, 0.65, 0.7, 0.8)


def told_of(probabilities: dict[str, float], noted: list[str], doubted: list[str], names: Iterable[str]) -> list[Told]:
    """What was told of each label of `names` for one message; those that are doubted tell nothing."""
    return [(name, probabilities.get(name, 0.0), name in noted) for name in names if name not in doubted]


def precision_and_recall(told: Iterable[Told], threshold: float) -> tuple[float, float, int]:
    """Precision, recall and how many are there, of all labels together, told from `threshold` on."""
    pairs = [(probability >= threshold, there) for _, probability, there in told]
    hits, said, there = (
        sum(said and there for said, there in pairs),
        sum(said for said, _ in pairs),
        sum(there for _, there in pairs),
    )
    return (hits / said if said else 1.0), (hits / there if there else 1.0), there


def curve(told: list[Told], chosen: float) -> list[str]:
    """A table of precision and recall from each threshold on."""
    lines = ["| from | precision | recall |", "|---|---|---|"]
    for threshold in THRESHOLDS:
        precision, recall, _ = precision_and_recall(told, threshold)
        lines.append(f"| {threshold}{' (chosen)' if threshold == chosen else ''} | {precision:.3f} | {recall:.3f} |")
    return lines


def each(told: list[Told], threshold: float) -> list[str]:
    """A table of precision and recall of each label."""
    lines = ["| label | there | precision | recall |", "|---|---|---|---|"]
    for name in sorted({name for name, _, _ in told}):
        precision, recall, there = precision_and_recall([item for item in told if item[0] == name], threshold)
        lines.append(f"| {name} | {there} | {precision:.2f} | {recall:.2f} |")
    return lines
