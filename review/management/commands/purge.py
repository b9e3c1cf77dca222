"""`python -m review purge`."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from review.retention import AWAY, KINDS, look, purge
from review.templatetags.wording import moment
from storage.schema import open_database


class Command(BaseCommand):
    """Deletes what had its time, everywhere; or shows what that would be."""

    help = (
        "Verwijdert wat zijn termijn heeft gehad: in de opslag van de coach, in de leesomgeving en in de outbox. "
        "De worker doet dit elke nacht vanzelf."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Whether to delete anything."""
        parser.add_argument("--dry-run", action="store_true", help="laat zien wat er weg zou gaan, en verwijdert niets")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do so, and say how many of each kind."""
        try:
            engine = open_database(settings.STORE_URL, 1)
        except ValueError as error:
            raise CommandError(f"DATABASE_URL: {error}") from None
        try:
            failed = self._look(engine) if options["dry_run"] else self._purge(engine)
        except AWAY as error:
            raise CommandError(f"Een database is niet bereikbaar ({type(error).__name__}).") from None
        if failed:
            raise CommandError("Niet alles is gelukt. Het logboek van deze opdracht zegt waarom.")

    def _look(self, engine: Any) -> bool:
        found = look(engine)
        for kind, expired in found:
            number = "?" if expired is None else expired.number
            oldest = f", de oudste van {moment(expired.oldest)}" if expired and expired.oldest else ""
            self.stdout.write(f"{number:>8}  {kind.title} ({kind.term.words}){oldest}")
        return any(expired is None for _, expired in found)

    def _purge(self, engine: Any) -> bool:
        deleted = purge(engine)
        for kind in KINDS:
            number = deleted[kind.name]
            self.stdout.write(f"{'mislukt' if number is None else number:>8}  {kind.title}")
        return None in deleted.values()
