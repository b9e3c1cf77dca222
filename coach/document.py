"""What a leader keeps: the summary as a page to print and as plain text, and the first step for a calendar."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from icalendar import Calendar, Event
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from coach.step import day_of
from coach.summary import Summary

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
# The plain text holds the leader's words as they are.
_PLAIN = _TEMPLATES.overlay(autoescape=False)


def as_html(summary: Summary, made_on: date) -> str:
    """A whole HTML page that prints on one sheet and loads nothing from elsewhere."""
    return _TEMPLATES.get_template("samenvatting.html").render(summary=summary, made_on=made_on)


def as_text(summary: Summary, made_on: date) -> str:
    """The same as plain text."""
    return _PLAIN.get_template("samenvatting.txt").render(summary=summary, made_on=made_on)


def as_calendar(summary: Summary, said_on: date) -> bytes | None:
    """The first step as an iCalendar file (RFC 5545) with one all-day event; None where it names no day.

    `said_on`: the day on which it was said, for "dinsdag" is the next one from there.
    """
    told = " ".join(part for part in (summary.when, summary.first_step) if part)
    day = day_of(told, said_on)
    if not summary.first_step or day is None:
        return None
    event = Event()
    # Taken a second time, it takes the place of the first.
    event.add("uid", f"{uuid.uuid5(uuid.NAMESPACE_DNS, f'{day} {told}')}@netwerkmetandereogen.nl")
    event.add("dtstamp", datetime.now(UTC))
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))
    event.add("summary", summary.first_step)
    if summary.with_whom:
        event.add("description", summary.with_whom)
    calendar = Calendar()
    calendar.add("prodid", "-//Netwerk Met Andere Ogen//Reflectiecoach//NL")
    calendar.add("version", "2.0")
    calendar.add_component(event)
    return bytes(calendar.to_ical())
