"""What is shown of a table never tells how many are in a small group, whatever else is known of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.small_groups import LEAST, Cell, Hidden, Line, shown, shown_line, shown_part, shown_table

MOST = 13
numbers = st.one_of(st.integers(0, 6), st.integers(0, MOST))
lines = st.lists(numbers, min_size=2, max_size=4).filter(lambda counts: sum(counts) >= LEAST)
tables = st.integers(2, 3).flatmap(
    lambda width: st.lists(st.lists(numbers, min_size=width, max_size=width), min_size=2, max_size=4)
)


def possible(cells: Sequence[Cell], total: int) -> Iterator[tuple[int, ...]]:
    """Each way in which the cells can be filled, for who knows their sum and what each mark means."""
    # A cell is withheld alone because it is large; where all are, any may be anything.
    least = 0 if set(cells) == {Hidden.WITHHELD} else LEAST
    ranges = {Hidden.FEW: range(1, LEAST), Hidden.WITHHELD: range(least, total + 1)}
    filled = product(*(ranges[cell] if isinstance(cell, Hidden) else [cell] for cell in cells))
    return (counts for counts in filled if sum(counts) == total)


def told(cells: Sequence[Cell], counts: Sequence[int]) -> list[int]:
    """What is hidden and follows all the same."""
    ways = list(possible(cells, sum(counts)))
    assert tuple(counts) in ways
    hidden = [place for place, cell in enumerate(cells) if isinstance(cell, Hidden)]
    return [counts[place] for place in hidden if len({way[place] for way in ways}) == 1]


@given(counts=lines)
def test_no_hidden_number_follows_from_the_others_and_their_total(counts: list[int]) -> None:
    cells = shown_line(counts)
    assert not any(isinstance(cell, int) and 0 < cell < LEAST for cell in cells)
    assert all(isinstance(cell, Hidden) or cell == count for cell, count in zip(cells, counts, strict=True))
    assert told(cells, counts) == []


@given(counts=lines)
def test_what_is_hidden_is_no_small_group_together_either(counts: list[int]) -> None:
    hidden = [count for cell, count in zip(shown_line(counts), counts, strict=True) if isinstance(cell, Hidden)]
    assert not hidden or sum(hidden) >= LEAST


@given(table=tables.filter(lambda table: sum(map(sum, table)) >= LEAST))
def test_no_hidden_number_of_a_table_follows_from_its_totals(table: list[list[int]]) -> None:
    shown_lines = shown_table(table)
    assert told([line.total for line in shown_lines], [sum(counts) for counts in table]) == []
    for line, counts in zip(shown_lines, table, strict=True):
        if isinstance(line.total, Hidden):
            assert set(line.cells) == {line.total}
        else:
            assert line.total == sum(counts)
            assert told(line.cells, counts) == []


@given(counts=st.lists(st.sampled_from([0, *range(LEAST, MOST)]), max_size=6))
def test_where_no_group_is_small_everything_is_shown(counts: list[int]) -> None:
    assert shown_line(counts) == counts


@pytest.mark.parametrize(
    ("counts", "cells"),
    [
        ([3, 20, 9, 40], [Hidden.FEW, 20, Hidden.WITHHELD, 40]),
        ([3, 4, 20], [Hidden.FEW, Hidden.FEW, 20]),
        ([1, 2, 20, 40], [Hidden.FEW, Hidden.FEW, Hidden.WITHHELD, 40]),
        ([4, 4, 20, 40], [Hidden.FEW, Hidden.FEW, Hidden.WITHHELD, 40]),
        ([1, 5, 9, 40], [Hidden.FEW, 5, Hidden.WITHHELD, 40]),
        ([3, 20, 0], [Hidden.WITHHELD] * 3),
        ([4, 4, 0], [Hidden.WITHHELD] * 3),
    ],
)
def test_as_little_as_that_needs_is_hidden(counts: list[int], cells: list[Cell]) -> None:
    assert shown_line(counts) == cells


def test_of_a_line_that_is_small_or_withheld_nothing_is_shown() -> None:
    assert shown_table([[2, 0], [9, 0], [30, 20]]) == [
        Line(Hidden.FEW, [Hidden.FEW] * 2), Line(Hidden.WITHHELD, [Hidden.WITHHELD] * 2), Line(50, [30, 20]),
    ]  # fmt: skip


def test_a_line_in_which_one_may_be_in_two_groups_is_as_large_as_is_told() -> None:
    # Four leaders who work in two sectors each.
    assert shown_table([[4, 4], [30, 30], [30, 30]], [4, 40, 40])[0] == Line(Hidden.FEW, [Hidden.FEW] * 2)


@given(number=st.integers(0, MOST), others=st.integers(0, MOST))
def test_of_a_part_neither_it_nor_the_others_follow_when_they_are_few(number: int, others: int) -> None:
    shown_number = shown_part(number, number + others)
    hidden = isinstance(shown_number, Hidden)
    assert hidden == (0 < number < LEAST or 0 < others < LEAST)
    assert hidden or shown_number == number
    assert (shown_number is Hidden.FEW) == (0 < number < LEAST)


def test_a_number_by_itself_is_hidden_when_it_is_small() -> None:
    assert [shown(number) for number in (0, 1, 4, 5)] == [0, Hidden.FEW, Hidden.FEW, 5]
    assert str(Hidden.FEW) == "minder dan 5"
