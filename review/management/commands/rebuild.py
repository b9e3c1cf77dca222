"""`python -m review rebuild`."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from review.masking import ConversationMask, Masker
from review.projection.following import AWAY, Projection
from storage.schema import open_database


class Command(BaseCommand):
    """Reads all of the store again; what staff added and what became of the hand-offs stays."""

    help = (
        "Bouwt alle gesprekken opnieuw op uit de opslag van de coach. "
        "Notities, labels, beoordelingen en de stand van de overdrachten blijven."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Rebuild, and say how many."""
        try:
            engine = open_database(settings.STORE_URL, 1)
            count = Projection(engine, partial(ConversationMask, Masker(settings.MASKING_FOLDER))).rebuild()
        except ValueError as error:
            raise CommandError(f"DATABASE_URL: {error}") from None
        except AWAY as error:
            raise CommandError(f"Een database is niet bereikbaar ({type(error).__name__}).") from None
        self.stdout.write(f"{count} gesprekken opnieuw opgebouwd.")
