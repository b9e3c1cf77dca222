"""The second factor of local accounts."""

from __future__ import annotations

from typing import Any


def at_the_set_up(answer: Any) -> bool:
    return bool(answer.status_code == 302 and answer.headers["Location"] == "/tweede-stap/")
