"""`python -m review worker`: follows the conversations of the store, sends the hand-offs, and purges each night."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from functools import partial
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from review import nightly, outbox
from review.masking import Masker
from review.projection.following import follow
from review.projection.store import handoff_in_store
from storage.schema import open_database

# A leader waits for the coach, nobody waits for this.
LESS_URGENT = 10


class Command(BaseCommand):
    """The one process that reads what leaders said."""

    help = (
        "Volgt de gesprekken van de coach, verbergt namen en andere gegevens, verstuurt overdrachten, "
        "en verwijdert elke nacht wat zijn termijn heeft gehad."
    )

    def handle(self, **options: Any) -> None:
        """Work until a signal to stop; another worker beside it does no harm and is of no use."""
        try:
            engine = open_database(settings.STORE_URL, pool_size=3)
        except ValueError as error:
            raise CommandError(f"DATABASE_URL: {error}") from None
        os.nice(LESS_URGENT)
        stop, failures = threading.Event(), list[str]()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())

        def guarded(work: Callable[[], None]) -> None:
            try:
                work()
            except Exception as error:  # noqa: BLE001 - its words may hold what a leader said
                failures.append(type(error).__name__)
            finally:
                stop.set()
                connections.close_all()

        # Neither waits for the masker.
        beside = {
            "outbox": partial(outbox.run, partial(handoff_in_store, engine), stop),
            "purge": partial(nightly.run, engine, stop),
        }
        threads = [threading.Thread(target=guarded, args=(work,), name=name) for name, work in beside.items()]
        for thread in threads:
            thread.start()
        guarded(lambda: follow(engine, Masker(settings.MASKING_FOLDER), stop))
        for thread in threads:
            thread.join()
        engine.dispose()
        if failures:
            raise CommandError(f"The worker stopped: {', '.join(failures)}.")
