"""A picture's table as a file that a Dutch Excel opens as a table."""

from __future__ import annotations

import csv
from datetime import date
from io import StringIO

from review.dashboard.picture import Picture, Shown

# A byte order mark says that it is UTF-8.
MARK = "\ufeff"
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_sheet(picture: Picture) -> str:
    """Semicolons between the fields, a comma in a number, and a day as 2026-11-28."""
    out = StringIO()
    out.write(MARK)
    writer = csv.writer(out, delimiter=";")
    writer.writerow([_field(picture.axis), *(_field(series.name) for series in picture.series)])
    for label, cells in picture.rows:
        writer.writerow([_field(label), *map(_field, cells)])
    return out.getvalue()


def _field(value: Shown | str | date) -> str:
    """What a spreadsheet takes for nothing but text or a number."""
    if value is None:
        return ""
    if isinstance(value, float):
        return str(value).replace(".", ",")
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA) else text
