"""The purge of each night (review/retention.py): once, whichever worker does it, and later where a night was missed."""

from __future__ import annotations

import logging
import threading
from datetime import datetime, time, timedelta

from django.contrib.contenttypes.models import ContentType
from django.db import close_old_connections, transaction
from django.utils import timezone
from sqlalchemy.engine import Engine

from review.models import Purge
from review.retention import AWAY, purge

log = logging.getLogger(__name__)

AT = time(3)  # in the Netherlands, when hardly anybody talks
LOOKS_EACH = 60.0  # seconds
AGAIN_AFTER = timedelta(hours=1)  # where something failed, or a worker was killed
TOO_LONG = timedelta(days=2)  # without any


def is_done(noted: Purge) -> bool:
    """Whether it came to its end, and every kind went."""
    return bool(noted.deleted) and None not in noted.deleted.values()


def is_due(now: datetime) -> bool:
    """Whether there was none since the last night, or one that did not come to its end some time ago."""
    here = timezone.localtime(now)
    day = here.date() - timedelta(days=here.time() < AT)
    last = Purge.objects.first()
    if last is None or last.finished_at < datetime.combine(day, AT, here.tzinfo):
        return True
    return not is_done(last) and last.finished_at < now - AGAIN_AFTER


def purge_when_due(engine: Engine, now: datetime) -> bool:
    """Purge if it is due, and no other worker does; returns whether it was done.

    Raises:
        django.db.Error: the review database is away.
    """
    with transaction.atomic():
        # A row that is always there, held by one worker at a time.
        ContentType.objects.select_for_update().get(app_label="review", model="purge")
        if not is_due(now):
            return False
        noted = Purge.objects.create()
    purge(engine, noted)
    return True


def run(engine: Engine, stop: threading.Event) -> None:
    """Purge each night until `stop` is set; goes on by itself when the database was away."""
    away = False
    while not stop.is_set():
        try:
            close_old_connections()
            purge_when_due(engine, timezone.now())
            away = False
        except AWAY as error:
            if not away:
                log.warning("The purge waits for the database (%s).", type(error).__name__)
            away = True
        stop.wait(LOOKS_EACH)
