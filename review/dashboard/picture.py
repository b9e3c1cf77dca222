"""A picture of the dashboard, and its table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from review.small_groups import Cell, Hidden
from review.templatetags.wording import MONTHS

UNKNOWN = "niet bekend"
# A number as it may be shown; None where there is nothing to say.
type Shown = Cell | float | None


@dataclass(frozen=True)
class Series:
    """A column of the table, and what is drawn of it in one colour."""

    name: str
    cells: Sequence[Shown]
    drawn: bool = True


@dataclass(frozen=True)
class Picture:
    """A picture and its table: a row for each label, a column for each series.

    `kind` is "bars" (beside each other), "lying" (the same, from left to right), "stacked", "stacked-lying" or "lines".
    The label UNKNOWN stands in the table alone.
    """

    name: str  # in the address and of the file
    title: str
    reading: str
    axis: str
    labels: Sequence[str | date]
    series: Sequence[Series]
    kind: str = "bars"
    unit: str = ""
    brief: Sequence[str] = ()

    @property
    def script(self) -> str:
        """The id of what is drawn, as it stands in the page."""
        return f"chart-{self.name}"

    @property
    def rows(self) -> list[tuple[str | date, list[Shown]]]:
        """The table, row by row."""
        columns = zip(*(series.cells for series in self.series), strict=True)
        return [(label, list(cells)) for label, cells in zip(self.labels, columns, strict=True)]

    @property
    def hides(self) -> bool:
        """Whether some of it is hidden."""
        return any(isinstance(cell, Hidden) for series in self.series for cell in series.cells)

    @property
    def withholds(self) -> bool:
        """Whether something is hidden because of what is beside it."""
        return any(Hidden.WITHHELD in series.cells for series in self.series)

    @property
    def drawn(self) -> dict[str, Any]:
        """What review/static/review/charts.js draws: without what is hidden or not known."""
        kept = [place for place, label in enumerate(self.labels) if label != UNKNOWN]
        return {
            "kind": self.kind,
            "unit": self.unit,
            "labels": [_short(self.labels[place]) for place in kept],
            "series": [
                {"name": series.name, "values": [_drawn(series.cells[place]) for place in kept]}
                for series in self.series
                if series.drawn
            ],
        }

    @property
    def is_empty(self) -> bool:
        """Whether nothing would be drawn."""
        return not any(value for series in self.drawn["series"] for value in series["values"])


def _short(label: str | date) -> str:
    return f"{label.day} {MONTHS[label.month - 1]}" if isinstance(label, date) else label


def _drawn(cell: Shown) -> float | None:
    return None if isinstance(cell, Hidden) else cell
