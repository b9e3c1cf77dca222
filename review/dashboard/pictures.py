"""The pictures of the dashboard: what each says, how it is read, and its numbers as they may be shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from statistics import median
from typing import Any

from review.dashboard.figures import PRINCIPLES, Figures, Week
from review.dashboard.picture import UNKNOWN, Picture, Series, Shown
from review.models.conversation import Bottleneck, Channel, FeltHeard, Level, Reached, Sector
from review.models.keeping import Outcome
from review.small_groups import Cell, Hidden, Line, is_few, shown, shown_line, shown_part, shown_table
from review.templatetags.wording import MONTHS
from review.words import PRINCIPLES as TITLES

RATINGS = {1: "1 ster", **{number: f"{number} sterren" for number in range(2, 6)}}


def pictures(figures: Figures) -> list[Picture]:
    """All of them, the most telling first."""
    return [
        _levels(figures), _sectors(figures), _conversations(figures), _ends(figures), _principles(figures),
        _recognition(figures), _corrected(figures), _judged(figures), _ratings(figures), _heard(figures),
        _handoffs(figures), _lead_time(figures), _erased(figures),
    ]  # fmt: skip


# Where which bottlenecks live.

BOTTLENECKS = {**dict(Bottleneck.choices), "": UNKNOWN}
LEVELS = {**dict(Level.choices), "": UNKNOWN}
SECTORS = {**dict(Sector.choices), "": UNKNOWN}


def _levels(figures: Figures) -> Picture:
    series = _by_place(figures, LEVELS, lambda level, sectors: {level})
    return Picture(
        "knelpunten-per-niveau", "Welke knelpunten leven op welk niveau?",
        "Elke staaf is een aantal gesprekken. Kijk per niveau welke staaf het langst is.",
        "niveau", list(LEVELS.values()), series, "lying", brief=_most(list(LEVELS.values()), series),
    )  # fmt: skip


def _sectors(figures: Figures) -> Picture:
    series = _by_place(figures, SECTORS, lambda level, sectors: set(sectors.strip(",").split(",")))
    return Picture(
        "knelpunten-per-sector", "Welke knelpunten leven in welke sector?",
        "Elke staaf is een aantal gesprekken. Wie in twee sectoren werkt, telt in beide mee.",
        "sector", list(SECTORS.values()), series, "lying", brief=_most(list(SECTORS.values()), series),
    )  # fmt: skip


def _by_place(figures: Figures, groups: dict[str, str], groups_of: Callable[[str, str], set[str]]) -> list[Series]:
    counts = {bottleneck: dict.fromkeys(groups, 0) for bottleneck in BOTTLENECKS}
    totals = dict.fromkeys(BOTTLENECKS, 0)
    for (bottleneck, level, sectors), number in figures.places.items():
        totals[bottleneck] += number
        for group in groups_of(level, sectors):
            counts[bottleneck][group] += number
    lines = shown_table([list(line.values()) for line in counts.values()], list(totals.values()))
    return [Series(name, line.cells, name != UNKNOWN) for name, line in zip(BOTTLENECKS.values(), lines, strict=True)]


def _most(labels: Sequence[str], series: Sequence[Series]) -> list[str]:
    """Of each label the series with the largest number, where that is certain."""
    found = []
    for place, label in enumerate(labels):
        cells = {one.name: one.cells[place] for one in series if one.drawn}
        numbers = {name: cell for name, cell in cells.items() if isinstance(cell, int)}
        most = max(numbers.values(), default=0)
        names = [name for name, number in numbers.items() if number == most]
        if label != UNKNOWN and most and len(names) == 1 and Hidden.WITHHELD not in cells.values():
            found.append(f"{label.capitalize()}: vooral {names[0]} ({most})")
    return found


# How many there are, and how far they come.


def _conversations(figures: Figures) -> Picture:
    lines = shown_table([[week.channels[channel] for channel in Channel.values] for week in figures.weeks.values()])
    series = [
        Series("alle kanalen", [line.total for line in lines], drawn=False),
        *(Series(name, [line.cells[place] for line in lines]) for place, name in enumerate(Channel.labels)),
    ]
    rest = [_rest(line) for line in lines]
    if any(rest):
        series.append(Series("kanaal niet getoond", rest))
    return Picture(
        "gesprekken-per-week", "Hoeveel gesprekken zijn er per week?",
        "Elke staaf is een week, verdeeld naar waar de leider chatte. De laatste week is nog niet voorbij.",
        "week van", list(figures.weeks), series, "stacked",
    )  # fmt: skip


def _rest(line: Line) -> Cell:
    """How many of a line are in none of the cells that are shown."""
    if isinstance(line.total, Hidden):
        return line.total
    return line.total - sum(cell for cell in line.cells if isinstance(cell, int))


def _ends(figures: Figures) -> Picture:
    cells = shown_line([figures.reached[reached] for reached in Reached.values])
    return Picture(
        "waar-gesprekken-eindigen", "Waar eindigen gesprekken?",
        "Elk gesprek telt één keer: bij het laatste punt waar het kwam. Een lange staaf bovenaan betekent dat veel "
        "leiders vroeg stoppen.",
        "gekomen tot", Reached.labels, [Series("gesprekken", cells)], "lying",
    )  # fmt: skip


def _principles(figures: Figures) -> Picture:
    """Each principle is a line of its own, that together are all conversations."""
    order: Sequence[Any] = (
        Outcome.DEEPENED,
        Outcome.ANSWERED,
        Outcome.SKIPPED,
        Outcome.UNANSWERED,
        Outcome.NOT_REACHED,
    )
    lines = [shown_line([figures.outcomes[name][outcome] for outcome in order]) for name in PRINCIPLES]
    series = [Series(outcome.label, [line[place] for line in lines]) for place, outcome in enumerate(order)]
    return Picture(
        "per-principe", "Wat doen leiders met elk principe?",
        "Elke balk is alle gesprekken. “Doorgevraagd”: de leider gaf antwoord en de coach vroeg door.",
        "principe", [TITLES[name] for name in PRINCIPLES], series, "stacked-lying",
    )  # fmt: skip


# How well the coach understands.


def _recognition(figures: Figures) -> Picture:
    def share(part: Callable[[Week], float]) -> list[Shown]:
        return _of_open_weeks(figures, lambda week: _percentage(part(week), week.typed, week.with_typed))

    series = [
        Series("gemiddelde zekerheid (%)", share(lambda week: week.confidence)),
        Series("niet herkend (%)", share(lambda week: week.fallbacks)),
    ]
    return Picture(
        "herkenning", "Hoe zeker is de coach van wat hij herkent?",
        "Van wat leiders zelf typten. De bovenste lijn hoort hoog te zijn, de onderste laag.",
        "week van", list(figures.weeks), series, "lines", "%",
    )  # fmt: skip


def _corrected(figures: Figures) -> Picture:
    return Picture(
        "verbeterd-door-leiders", "Hoe vaak verbetert een leider de coach?",
        "Het aantal gesprekken per week waarin de leider zei dat de coach het verkeerd had.",
        "week van", list(figures.weeks), [Series("gesprekken", _some(figures, lambda week: week.corrected))],
    )  # fmt: skip


def _judged(figures: Figures) -> Picture:
    series = [
        Series("klopt", _of_open_weeks(figures, lambda week: _unless_few(week.right, week.with_right))),
        Series("klopt niet", _of_open_weeks(figures, lambda week: _unless_few(week.wrong, week.with_wrong))),
    ]
    return Picture(
        "oordelen", "Wat vinden jullie van de herkenning?",
        "Het aantal berichten dat medewerkers beoordeelden, bij de week waarin het gesprek begon. Jullie kiezen "
        "vooral lastige berichten uit: dit is geen rapportcijfer van de coach.",
        "week van", list(figures.weeks), series, "stacked",
    )  # fmt: skip


# What leaders think of it.


def _ratings(figures: Figures) -> Picture:
    numbers = [figures.ratings[rating] for rating in (*RATINGS, None)]
    cells = shown_line(numbers)
    rated, stars = sum(numbers[:-1]), sum(rating * figures.ratings[rating] for rating in RATINGS)
    certain = rated and not any(isinstance(cell, Hidden) for cell in cells)
    brief = [f"Gemiddeld {stars / rated:.1f} van 5 sterren".replace(".", ",")] if certain else []
    return Picture(
        "waardering", "Hoeveel sterren geven leiders?", "Alleen wie tot het eind komt, wordt om sterren gevraagd.",
        "waardering", [*RATINGS.values(), UNKNOWN], [Series("gesprekken", cells)], "lying", brief=brief,
    )  # fmt: skip


def _heard(figures: Figures) -> Picture:
    cells = shown_line([figures.felt_heard[heard] for heard in (*FeltHeard.values, "")])
    return Picture(
        "gehoord", "Voelen leiders zich gehoord?", "Wat leiders aan het eind antwoordden.",
        "voelde zich gehoord", [*FeltHeard.labels, UNKNOWN], [Series("gesprekken", cells)], "lying",
    )  # fmt: skip


# What staff follow up, and what is gone.


def _handoffs(figures: Figures) -> Picture:
    return Picture(
        "overdrachten", "Hoeveel leiders vragen om contact?",
        "Het aantal gesprekken per week met een samenvatting voor het netwerk, die niet is ingetrokken.",
        "week van", list(figures.weeks), [Series("overdrachten", _some(figures, lambda week: week.handed_off))],
    )  # fmt: skip


def _lead_time(figures: Figures) -> Picture:
    series = [
        Series("uren tot opgepakt", _of_open_weeks(figures, lambda week: _median(week.taken_up_after))),
        Series("uren tot afgerond", _of_open_weeks(figures, lambda week: _median(week.done_after))),
    ]
    every = [hours for week in figures.weeks.values() for hours in week.taken_up_after]
    middle = _median(every)
    brief = [] if middle is None or isinstance(middle, Hidden) else [f"De helft is binnen {middle} uur opgepakt"]
    return Picture(
        "doorlooptijd", "Hoe lang wacht een leider op jullie?",
        "Het middelste aantal uren vanaf de toestemming: de helft ging sneller, de helft langzamer. Weekenden tellen "
        "mee.",
        "week van", list(figures.weeks), series, "lines", brief=brief,
    )  # fmt: skip


def _erased(figures: Figures) -> Picture:
    months = [f"{MONTHS[month.month - 1]} {month.year}" for month in figures.erasures]
    return Picture(
        "gewist", "Hoeveel gesprekken zijn er gewist?",
        "Door leiders zelf of op hun verzoek. Meer dan dit aantal is er niet van over; de filters hierboven doen hier "
        "niets, behalve de periode.",
        "maand", months, [Series("gesprekken", [shown(number) for number in figures.erasures.values()])],
    )  # fmt: skip


def _totals(figures: Figures) -> Iterable[tuple[Week, Cell]]:
    weeks = list(figures.weeks.values())
    return zip(weeks, shown_line([week.number for week in weeks]), strict=True)


def _of_open_weeks(figures: Figures, figure: Callable[[Week], Shown]) -> list[Shown]:
    """A figure by week, hidden where the week is."""
    return [total if isinstance(total, Hidden) else figure(week) for week, total in _totals(figures)]


def _some(figures: Figures, part: Callable[[Week], int]) -> list[Shown]:
    """Some of each week's conversations."""
    return _of_open_weeks(figures, lambda week: shown_part(part(week), week.number))


def _percentage(part: float, whole: float, conversations: int) -> Shown:
    """A part of what is in some conversations."""
    if is_few(conversations):
        return Hidden.FEW
    return round(100 * part / whole) if whole else None


def _unless_few(number: int, conversations: int) -> Shown:
    """A number of things that are in some conversations."""
    return Hidden.FEW if is_few(conversations) else number


def _median(hours: list[float]) -> Shown:
    if is_few(len(hours)):
        return Hidden.FEW
    return round(median(hours)) if hours else None
