"""How the numbers of the dashboard and what stands before them are written."""

from __future__ import annotations

from datetime import date

from django import template

from review.small_groups import Hidden
from review.templatetags.wording import MONTHS

register = template.Library()


@register.filter
def label(value: str | date) -> str:
    """A week by its Monday: "24 nov 2025"; anything else as it stands."""
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}" if isinstance(value, date) else value


@register.filter
def number(value: float | Hidden | None) -> str:
    """A number, why it is not shown, or a dash where there is none."""
    return "–" if value is None else str(value)
