"""The staff app runs on what its own requirements hold, and without Rasa."""

import os
import re
import subprocess
import sys
from importlib.metadata import packages_distributions

from tools.model import ROOT

EVERYTHING = """
import sys
at_the_start = set(sys.modules)
import django
django.setup()
import review.urls, review.wsgi
from django.core.management import get_commands, load_command_class
for name, app in get_commands().items():
    if app == "review":
        load_command_class(app, name)
print(*{name.split(".")[0] for name in set(sys.modules) - at_the_start if getattr(sys.modules[name], "__file__", None)})
"""
OUR_OWN = {"review", "coach", "storage"}
TAKEN_WHERE_IT_IS = {"pygments", "brotli", "_brotli"}  # by Django's shell, by requests


def test_it_imports_what_its_requirements_hold_and_nothing_else() -> None:
    settings = {**os.environ, "DJANGO_SETTINGS_MODULE": "review.settings"}
    command = [sys.executable, "-c", EVERYTHING]
    told = subprocess.run(command, cwd=ROOT, env=settings, capture_output=True, text=True, check=True)
    locked = (ROOT / "requirements" / "review.txt").read_text(encoding="utf-8")
    held = {plain(name) for name in re.findall(r"^([\w.-]+)==", locked, re.MULTILINE)}
    sources = packages_distributions()
    imported = set(told.stdout.split()) - sys.stdlib_module_names - OUR_OWN - TAKEN_WHERE_IT_IS
    missing = {name for name in imported if name in sources and held.isdisjoint(map(plain, sources[name]))}
    assert "django" in imported
    assert missing == set()


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
