"""The settings of the action server, read from the environment once."""

from __future__ import annotations

import os

# A sender runs that mails what leaders agreed to; without one the coach does not offer it.
SENDER_RUNS = os.environ.get("HANDOFF_SENDER", "") == "on"
