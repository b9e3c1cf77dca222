"""What lets Rasa Open Source 3.6 run on a current Python, and nothing else.

`reflectiecoach_compat.pth` imports this package when an interpreter starts. Nothing is imported then but the
standard library: each repair waits until its module is imported.
"""

import os

from reflectiecoach_compat.repairs import install

# Rasa's usage reports need a Sentry of 2022 (`with_locals`) and stop every command with a current one. They would also
# tell a third party about conversations with a public service: off, unless somebody turns them on.
os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")

install()
