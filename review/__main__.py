"""`python -m review COMMAND`: Django's commands and the app's own, `worker` and `rebuild` among them."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "review.settings")
    execute_from_command_line(sys.argv)
