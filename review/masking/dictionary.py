"""Loads deduce, whose lists take a minute or two to build, and keeps what it does to other libraries to itself."""

from __future__ import annotations

import fcntl
import gc
import logging
import re
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

from review.masking.spans import Kind, Span

logger = logging.getLogger(__name__)

CACHE = "cache"  # deduce's own name for the folder with its lists
LISTS = "lookup_structs.pickle"
THOUSANDS = re.compile(r"[.,]\d")  # behind "Deel 46", of "Deel 46.000 euro"
UNFINISHED = "unfinished-"
SAID = "De lijsten waarmee namen herkend worden, worden gemaakt (eenmalig, anderhalve minuut)."
KINDS = {"persoon": Kind.NAME, "patient": Kind.NAME, "locatie": Kind.PLACE}
# Off: what this package finds itself or leaves, and the placeholders, which deduce numbers for each text anew.
OFF = {"redactor", "ages", "dates", "institutions", "identifiers", "phone_numbers", "email_addresses", "urls"}


class Dictionary:
    """The names and places that deduce finds in a text.

    Args:
        folder: where the lists are kept. They are a pickle: nobody else may be able to write there.
    """

    def __init__(self, folder: Path) -> None:
        with left_alone():
            build(folder)
            with _uncollected():
                self._deduce: Any = _deduce(lists_of(folder))

    def find(self, text: str) -> Iterator[Span]:
        """Names and places; a place with a house number is an address."""
        for found in self._deduce.deidentify(text, disabled=OFF).annotations:
            kind = KINDS.get(found.tag)
            if kind is Kind.PLACE and any(letter.isdigit() for letter in found.text):
                kind = Kind.ADDRESS
            if kind is not None and not THOUSANDS.match(text, found.end_char):
                yield Span(found.start_char, found.end_char, kind)


@contextmanager
def left_alone() -> Iterator[None]:
    """Undo what importing deduce does: the root logger to DEBUG on standard output, every warning shown."""
    root = logging.getLogger()
    level, handlers = root.level, list(root.handlers)
    with warnings.catch_warnings():
        try:
            yield
        finally:
            root.setLevel(level)
            root.handlers[:] = handlers


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keep what is loaded out of the garbage collector's hands: each look through the lists takes seconds."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def _deduce(folder: Path) -> Any:
    from deduce import Deduce  # noqa: PLC0415 (its import has effects that `left_alone` undoes)

    logging.getLogger().setLevel(logging.WARNING)  # what it does is said by `build`, in Dutch
    return Deduce(cache_path=folder)


def lists_of(folder: Path) -> Path:
    """Where in `folder` the lists are of the deduce that is installed: another one builds them anew."""
    return folder / version("deduce")


def build(folder: Path, say: Callable[[str], object] = logger.info) -> None:
    """Build the lists when they are missing, beside their place and then renamed, one process at a time.

    Args:
        folder: where the lists are kept.
        say: gets one line before lists are built, and nothing when they are there.
    """
    lists = lists_of(folder)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for unfinished in folder.glob(f"{UNFINISHED}*"):
            shutil.rmtree(unfinished)
        if (lists / CACHE / LISTS).exists():
            return
        say(SAID)
        building = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=folder))
        _deduce(building)
        building.rename(lists)
