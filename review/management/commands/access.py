"""`python -m review access CODE`."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from sqlalchemy.exc import SQLAlchemyError

from review.access import as_html
from review.audit import log_export, whoever_runs_this
from review.models import Conversation
from storage.schema import export, open_database


class Command(BaseCommand):
    """Gives all that is kept of a conversation, the leader's words as they were typed among it."""

    help = "Geeft alles wat er van een gesprek bewaard is als één bestand (HTML), voor de leider die daarom vraagt."

    def add_arguments(self, parser: CommandParser) -> None:
        """The conversation."""
        parser.add_argument("code", help="de code van het gesprek, zoals K7F39QXM2A")

    def handle(self, *args: Any, code: str, **options: Any) -> None:
        """Log that this is done, and write the file to standard output."""
        code = code.strip().upper()
        conversation = Conversation.objects.select_related("followed").filter(pk=code).first()
        if conversation is None:
            raise CommandError(f"Er is geen gesprek {code}. Misschien is het gewist.")
        try:
            engine = open_database(settings.STORE_URL, 1)
        except ValueError as error:
            raise CommandError(f"DATABASE_URL: {error}") from None
        try:
            events = export(engine, conversation.followed.sender_id)
        except ValueError:
            raise CommandError(f"Gesprek {code} staat niet meer in de opslag van de coach.") from None
        except SQLAlchemyError as error:
            raise CommandError(f"De opslag van de coach is niet bereikbaar ({type(error).__name__}).") from None
        given = as_html(conversation, events)
        log_export(Conversation, str(conversation), conversation.code, by=whoever_runs_this())
        self.stdout.write(given)
