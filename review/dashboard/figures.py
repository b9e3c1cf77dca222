"""What is counted for the dashboard, in a few queries however many conversations there are. Nothing is hidden yet."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth
from django.utils import timezone

from coach.vocabulary import Principle
from review.dashboard.asked import Asked
from review.models import Erasures, Statistic
from review.statistics import week_of

PRINCIPLES = [principle.value for principle in Principle]


@dataclass
class Week:
    """The conversations that began in a week: how many, and what was counted of them.

    Of `typed`, `confidence` and `fallbacks` see `Statistic`; a name that begins with `with_` counts conversations.
    """

    number: int = 0
    channels: Counter[str] = field(default_factory=Counter)
    corrected: int = 0
    handed_off: int = 0
    typed: int = 0
    confidence: float = 0.0
    fallbacks: int = 0
    right: int = 0
    wrong: int = 0
    with_typed: int = 0
    with_right: int = 0
    with_wrong: int = 0
    # Hours of each hand-off that was taken up, and of each that was done.
    taken_up_after: list[float] = field(default_factory=list)
    done_after: list[float] = field(default_factory=list)


COUNTED = {
    "number": Count("pk"),
    "corrected": Count("pk", filter=Q(corrected=True)),
    "handed_off": Count("pk", filter=Q(handed_off=True)),
    "with_typed": Count("pk", filter=Q(typed__gt=0)),  # before the next, which takes the field's name
    "typed": Sum("typed"),
    "confidence": Sum("confidence"),
    "fallbacks": Sum("fallbacks"),
    "right": Sum("judged_right"),
    "wrong": Sum("judged_wrong"),
    "with_right": Count("pk", filter=Q(judged_right__gt=0)),
    "with_wrong": Count("pk", filter=Q(judged_wrong__gt=0)),
}


@dataclass
class Figures:
    """What was counted.

    `places` counts by bottleneck, level and sectors as they stand in `Statistic`; `weeks` has every week from the
    first one on, `erasures` every month by its first day.
    """

    number: int
    places: Counter[tuple[str, str, str]]
    reached: Counter[int]
    ratings: Counter[int | None]
    felt_heard: Counter[str]
    outcomes: dict[str, Counter[int]]
    weeks: dict[date, Week]
    erasures: dict[date, int]


def count(asked: Asked) -> Figures:
    """The figures of what is asked for, in six queries.

    Raises:
        django.db.Error: the review database is away.
    """
    found = asked.statistics
    places = Counter(dict(_grouped(found, "bottleneck", "level", "sectors")))
    ends, ratings, felt_heard = Counter[int](), Counter[int | None](), Counter[str]()
    for (reached, rating, heard), number in _grouped(found, "reached", "rating", "felt_heard"):
        ends[reached] += number
        ratings[rating] += number
        felt_heard[heard] += number
    outcomes: dict[str, Counter[int]] = {principle: Counter() for principle in PRINCIPLES}
    for values, number in _grouped(found, *PRINCIPLES):
        for principle, outcome in zip(PRINCIPLES, values, strict=True):
            outcomes[principle][outcome] += number
    return Figures(
        places.total(), places, ends, ratings, felt_heard, outcomes, _weeks(found), _erasures(asked.first_week)
    )


def _grouped(found: QuerySet[Statistic], *names: str) -> list[tuple[tuple[Any, ...], int]]:
    return [(tuple(values), number) for *values, number in found.values_list(*names).annotate(n=Count("pk")).order_by()]


def _weeks(found: QuerySet[Statistic]) -> dict[date, Week]:
    weeks: dict[date, Week] = defaultdict(Week)
    for row in found.values("week", "channel").annotate(**COUNTED).order_by():
        week = weeks[row["week"]]
        week.channels[row["channel"]] += row["number"]
        for name in COUNTED:
            setattr(week, name, getattr(week, name) + row[name])
    times = found.filter(handed_off=True, taken_up_after__isnull=False)
    for monday, taken_up_after, done_after in times.values_list("week", "taken_up_after", "done_after"):
        weeks[monday].taken_up_after.append(taken_up_after)
        if done_after is not None:
            weeks[monday].done_after.append(done_after)
    this_week = week_of(timezone.now())
    first = min([*weeks, this_week])
    return {monday: weeks[monday] for monday in _each(first, this_week)}


def _each(first: date, last: date) -> list[date]:
    return [first + timedelta(weeks=number) for number in range((last - first).days // 7 + 1)]


def _erasures(first: date | None) -> dict[date, int]:
    """By month, of whole months."""
    found = Erasures.objects.filter(day__gte=first.replace(day=1)) if first else Erasures.objects.all()
    by_month = found.annotate(month=TruncMonth("day")).values_list("month").annotate(n=Sum("number"))
    return dict(by_month.order_by("month"))
