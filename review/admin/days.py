"""Days in an address, and a filter from one to another."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms import DateField
from django.http import HttpRequest
from django.utils import timezone
from unfold.contrib.filters.admin import RangeDateFilter


def day_of(written: str) -> date | None:
    """A day as a form sends it (2026-11-28) or as unfold's calendar writes it in Dutch; None where it is none."""
    try:
        return DateField(required=False).clean(written)  # type: ignore[no-any-return]
    except ValidationError:
        return None


def begin_of(day: date) -> datetime:
    """Its first moment here."""
    return datetime.combine(day, time.min, timezone.get_current_timezone())


def within(found: QuerySet[Any], field: str, first: date | None, last: date | None) -> QuerySet[Any]:
    """Those of which the moment `field` is in these days, both included; None is no bound."""
    if first and first > date.min:  # which is no moment that can be counted from elsewhere
        found = found.filter(**{f"{field}__gte": begin_of(first)})
    if last and last < date.max:
        found = found.filter(**{f"{field}__lt": begin_of(last + timedelta(days=1))})
    return found


class DaysFilter(RangeDateFilter):
    """unfold's own reads no Dutch days and leaves the last one out."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Those of these days; a day that cannot be read is no bound."""
        first, last = (day_of(self.used_parameters.get(f"{self.field_path}_{end}", "")) for end in ("from", "to"))
        return within(queryset, self.field_path, first, last)
