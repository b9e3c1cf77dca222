"""`python -m review COMMAND`: Django's commands and the app's own, `worker` and `rebuild` among them."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "review.settings")
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:  # a setting is missing or wrong; it says which
        raise SystemExit(f"The staff app does not start: {error}") from None
