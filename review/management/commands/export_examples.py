"""`python -m review export_examples data/nlu`: writes what staff corrected where the coach learns from."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import yaml
from django.core.management.base import BaseCommand, CommandError, CommandParser

from review.audit import whoever_runs_this
from review.examples import export
from review.nlu_file import NAME, known_in, write


class Command(BaseCommand):
    """Writes the file anew; nothing else in the folder changes."""

    help = "Schrijft de verbeteringen van medewerkers als trainingszinnen naar een map, gewoonlijk data/nlu."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the folder."""
        parser.add_argument("folder", type=Path, metavar="map")

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        """Write, and say how many and what was left out."""
        try:
            if not folder.is_dir():
                raise CommandError(f"De map {folder} is er niet.")
            composed = export(known_in(folder), partial(write, folder), by=whoever_runs_this())
        except (UnicodeError, yaml.YAMLError):
            raise CommandError(f"In {folder} staat een bestand dat niet te lezen is; er is niets geschreven.") from None
        except OSError as error:
            raise CommandError(f"In {folder} kan niet worden geschreven: {error.strerror}.") from None
        self.stdout.write(f"Verbeteringen in {folder / NAME}: {len(composed.kept)}.")
        for sentence, reason in composed.left_out:
            self.stdout.write(f"Weggelaten: “{sentence.text}” ({reason}).")
