"""Loads deduce, whose lists take a minute or two to build, and keeps what it does to other libraries to itself."""

from __future__ import annotations

import fcntl
import logging
import re
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from review.masking.spans import Kind, Span

CACHE = "cache"  # deduce's own name for the folder with its lists
LISTS = "lookup_structs.pickle"
THOUSANDS = re.compile(r"[.,]\d")  # behind "Deel 46", of "Deel 46.000 euro"
UNFINISHED = "unfinished-"
KINDS = {"persoon": Kind.NAME, "patient": Kind.NAME, "locatie": Kind.PLACE}
# Off: what this package finds itself or leaves, and the placeholders, which deduce numbers for each text anew.
OFF = {"redactor", "ages", "dates", "institutions", "identifiers", "phone_numbers", "email_addresses", "urls"}


class Dictionary:
    """The names and places that deduce finds in a text.

    Args:
        folder: where the lists are kept. They are a pickle: nobody else may be able to write there.
    """

    def __init__(self, folder: Path) -> None:
        with _left_alone():
            _build(folder)
            self._deduce: Any = _deduce(folder)

    def find(self, text: str) -> Iterator[Span]:
        """Names and places; a place with a house number is an address."""
        for found in self._deduce.deidentify(text, disabled=OFF).annotations:
            kind = KINDS.get(found.tag)
            if kind is Kind.PLACE and any(letter.isdigit() for letter in found.text):
                kind = Kind.ADDRESS
            if kind is not None and not THOUSANDS.match(text, found.end_char):
                yield Span(found.start_char, found.end_char, kind)


@contextmanager
def _left_alone() -> Iterator[None]:
    """Undo what importing deduce does: the root logger to DEBUG on standard output, every warning shown."""
    root = logging.getLogger()
    level, handlers = root.level, list(root.handlers)
    with warnings.catch_warnings():
        try:
            yield
        finally:
            root.setLevel(level)
            root.handlers[:] = handlers


def _deduce(folder: Path) -> Any:
    from deduce import Deduce  # noqa: PLC0415 (its import has effects that `_left_alone` undoes)

    return Deduce(cache_path=folder)


def _build(folder: Path) -> None:
    """Build the lists when they are missing, beside their place and then renamed, one process at a time."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for unfinished in folder.glob(f"{UNFINISHED}*"):
            shutil.rmtree(unfinished)
        if (folder / CACHE / LISTS).exists():
            return
        building = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=folder))
        _deduce(building)
        shutil.rmtree(folder / CACHE, ignore_errors=True)
        (building / CACHE).rename(folder / CACHE)
        building.rmdir()
