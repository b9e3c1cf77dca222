"""What stands in an event, taken for what it should be: a newer Rasa or a broken row is no reason to stop."""

from __future__ import annotations

import json
import math
from typing import Any

# What the coach writes; anything else is counted and passed over.
KNOWN = frozenset(
    {
        "action", "action_execution_rejected", "active_loop", "bot", "loop_interrupted", "session_started", "slot",
        "user", "user_featurization",
    }
)  # fmt: skip
_LAST_MOMENT = 4e9  # seconds; in 2096


def event_of(data: Any) -> dict[str, Any] | None:
    """The event in a row's JSON; None where there is none, or none that is known."""
    try:
        event = json.loads(data)
    except (TypeError, ValueError, RecursionError):
        return None
    return event if isinstance(event, dict) and text(event.get("event")) in KNOWN else None


def text(value: Any, most: int | None = None) -> str:
    """A text that every database takes, of at most `most` characters; empty where it is none."""
    if not isinstance(value, str):
        return ""
    return value.replace("\0", "").encode("utf-8", "replace").decode()[:most]


def number(value: Any) -> float | None:
    """A finite number, None where it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        found = float(value)
    except OverflowError:
        return None
    return found if math.isfinite(found) else None


def whole(value: Any, lowest: int, highest: int) -> int | None:
    """A whole number from `lowest` to `highest`, None where it is none."""
    found = number(value)
    return int(found) if found is not None and lowest <= found <= highest else None


def moment(value: Any) -> float | None:
    """Seconds since 1970, None where they are none."""
    found = number(value)
    return found if found is not None and 0 < found < _LAST_MOMENT else None


def mapping(value: Any) -> dict[str, Any]:
    """A mapping with texts for keys; empty where it is none."""
    return {text(key): item for key, item in value.items()} if isinstance(value, dict) else {}


def items(value: Any) -> list[Any]:
    """A list; empty where it is none."""
    return value if isinstance(value, list) else []


def texts(value: Any) -> list[str]:
    """The texts of a list."""
    return [text(item) for item in items(value) if isinstance(item, str)]


def probabilities(value: Any) -> dict[str, float]:
    """The numbers of a mapping, by their name."""
    found = {name: number(item) for name, item in mapping(value).items()}
    return {name: item for name, item in found.items() if item is not None}
