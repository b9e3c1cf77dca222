"""The packages' words in Dutch."""

from __future__ import annotations

from pathlib import Path

from babel.messages import Catalog
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

import review

CATALOGUE = Path(review.__file__).parent / "locale" / "nl" / "LC_MESSAGES" / "django.po"


def test_what_is_used_is_made_of_what_is_written() -> None:
    with CATALOGUE.open("rb") as written, CATALOGUE.with_suffix(".mo").open("rb") as used:
        assert words(read_mo(used)) == words(read_po(written))


def words(catalogue: Catalog) -> list[tuple[str, str]]:
    return sorted((str(tuple(message.id)), str(tuple(message.string))) for message in catalogue if message.id)
