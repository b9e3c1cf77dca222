"""The log of the processes: which conversation it was stays out of it, as nobody can take it out again."""

from __future__ import annotations

import logging
import re

# The code of a conversation, the id of a hand-off, and what the store calls a conversation; alone, or in an address.
NAMES = re.compile(r"\b(?:[0-9A-HJKMNP-TV-Z]{10}|[0-9a-f]{32}|[0-9a-f]{64})\b")


class Nameless(logging.Formatter):
    """Writes a line, with its trace, without what would name a conversation."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        return NAMES.sub("…", super().format(record))
