"""`python -m review reset_second_factor NAAM`."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser

from review import second_factor
from review.audit import whoever_runs_this


class Command(BaseCommand):
    """For who lost the phone and has no colleague who can do it in the app."""

    help = "Laat een medewerker die zijn telefoon kwijt is een nieuwe tweede stap instellen."

    def add_arguments(self, parser: CommandParser) -> None:
        """The name that somebody signs in with."""
        parser.add_argument("name", metavar="NAAM")

    def handle(self, *args: object, name: str, **options: object) -> None:
        """Do it.

        Raises:
            CommandError: nobody has that name.
        """
        person = User.objects.filter(username=name).first()
        if person is None:
            raise CommandError(f"Niemand logt in als {name}.")
        second_factor.reset(person, by=whoever_runs_this())
        self.stdout.write(f"{name} stelt bij het inloggen een nieuwe tweede stap in.")
