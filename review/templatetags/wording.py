"""How moments and what was said are written on the pages."""

from __future__ import annotations

import re
from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from review import microsoft
from review.placeholders import PLACEHOLDER

register = template.Library()
register.simple_tag(microsoft.is_there, name="microsoft_is_there")

ITEM = re.compile(r"^- (.+)$", re.MULTILINE)
BOLD = re.compile(r"\*\*(\S(?:[^*\n]*\S)?)\*\*")
MONTHS = ("jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec")


@register.filter
def moment(when: datetime) -> str:
    """When something was, as people say it: "vandaag 14:03", "gisteren 9:12", "12 nov 16:40", "3 mei 2025"."""
    there = timezone.localtime(when)
    days = (timezone.localdate() - there.date()).days
    at = f"{there.hour}:{there.minute:02}"
    day = f"{there.day} {MONTHS[there.month - 1]}"
    if days == 0:
        return f"vandaag {at}"
    if days == 1:
        return f"gisteren {at}"
    return f"{day} {at}" if there.year == timezone.localdate().year else f"{day} {there.year}"


@register.filter
def typed(text: str) -> SafeString:
    """What a leader or a colleague typed, as it stands; what was hidden is shown as such."""
    return _paragraphs(_hidden(escape(text)))


@register.filter
def spoken(text: str) -> SafeString:
    """What the coach said: `**bold**` and lists are Markdown, everything else is text."""
    return _paragraphs(ITEM.sub(r"• \1", BOLD.sub(r"<strong>\1</strong>", _hidden(escape(text)))))


def _hidden(escaped: str) -> str:
    return PLACEHOLDER.sub(lambda match: f'<span class="review-hidden">{match[0]}</span>', escaped)


def _paragraphs(html: str) -> SafeString:
    """Each line in its own direction, as a text from right to left turns nothing around it."""
    lines = (line.strip() for line in html.strip().splitlines())
    return mark_safe("".join(f'<p dir="auto">{line}</p>' for line in lines if line))  # noqa: S308 - escaped above
