"""Hides small groups in a table of counts: what is shown of it never tells how many are in a group of 1 to 4.

A small group is FEW. Where its number would follow from a total, a cell beside it is WITHHELD too. The total of a line
and that of all lines are taken as known, whether they are shown or not, as another table may tell them.

What this does not protect against:
- differences between tables that were filtered differently, such as with and without a channel, or before and after
  a conversation began;
- reasoning back from which cell was withheld, by somebody who knows this program;
- what somebody knows already, such as that a colleague talked with the coach.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

LEAST = 5  # in a group that is shown
MOST_OF_FEW = LEAST - 1


class Hidden(Enum):
    """Why a number is not shown."""

    FEW = "minder dan 5"
    WITHHELD = "niet getoond"

    def __str__(self) -> str:
        return self.value


type Cell = int | Hidden


@dataclass(frozen=True)
class Line:
    """A line of a table as it is shown: its total, and its cells."""

    total: Cell
    cells: list[Cell]


def is_few(number: int) -> bool:
    """Whether so many are a small group."""
    return 0 < number < LEAST


def shown(number: int) -> Cell:
    """A number that follows from no other, as it is shown."""
    return Hidden.FEW if is_few(number) else number


def shown_part(number: int, of: int) -> Cell:
    """Some of a known total, as they are shown where the others are not: the others may be a small group too."""
    return Hidden.WITHHELD if is_few(of - number) and not is_few(number) else shown(number)


def shown_line(counts: Sequence[int]) -> list[Cell]:
    """The groups that together are a known total, as they are shown.

    Args:
        counts: how many are in each group; nobody is in two of them.
    """
    few = [count for count in counts if is_few(count)]
    cells = [shown(count) for count in counts]
    # The total tells how many the small ones are together. That may be a small group again, or leave one possibility:
    # all of them are ones, or all of them fours. A larger one beside them is withheld then.
    together = sum(few)
    if few and (together < LEAST or together in {len(few), len(few) * (LEAST - 1)}):
        large = [count for count in counts if count >= LEAST]
        # One of LEAST might leave one possibility again: that all are at their least.
        withheld = min((count for count in large if count > LEAST), default=None)
        if withheld is None or len(large) == 1:
            return [Hidden.WITHHELD] * len(counts)
        cells[counts.index(withheld)] = Hidden.WITHHELD
    return cells


def shown_table(lines: Sequence[Sequence[int]], totals: Sequence[int] | None = None) -> list[Line]:
    """A table as it is shown; of a line whose total is hidden nothing is.

    Args:
        lines: the counts of each line.
        totals: how many are in each line; the sum of its counts where that is not it, as when somebody may be in two.
    """
    totals = totals or [sum(counts) for counts in lines]
    return [
        Line(total, [total] * len(counts) if isinstance(total, Hidden) else shown_line(counts))
        for total, counts in zip(shown_line(totals), lines, strict=True)
    ]
