"""Sends the hand-offs that leaders agreed to: each once, for days if the mail server is away.

A hand-off is held while it is sent, outside any transaction; a worker that is killed then lets it come due again. Sent
but not recorded, it goes out a second time under the same Message-ID. What the mail says stands in the store alone, so
an erased or withdrawn hand-off has nothing that could be sent.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.core.mail import EmailMessage
from django.db import DatabaseError, InterfaceError, close_old_connections, connection, transaction
from django.utils import timezone

from review.models import Handoff
from review.models.handoff import HandoffStatus
from review.statistics import refresh

log = logging.getLogger(__name__)

# Longer than one mail takes: a mail server that is slow at each step is waited for EMAIL_TIMEOUT at each.
HELD_FOR = timedelta(minutes=5)
LONGEST_PAUSE = timedelta(hours=4)
MOST_ATTEMPTS = 37  # five days
LOOKS_EACH = 1.0  # seconds
# Under which a receiver can tell that it is the same mail; not our own domain, which may change between two attempts.
MESSAGE_ID = "<{id}@overdracht.reflectiecoach>"

# The mail of a hand-off by the name of its conversation in the store and its own id: its `to`, `subject`, `text`,
# `reply_address` and `withdrawn`; None when it is no longer there.
Store = Callable[[str, str], dict[str, Any] | None]


def pause_after(attempts: int) -> timedelta:
    """How long to wait after so many attempts: a minute, two, four, at most `LONGEST_PAUSE`."""
    return min(timedelta(minutes=2 ** min(attempts - 1, 16)), LONGEST_PAUSE)


def claim(now: datetime) -> Handoff | None:
    """A hand-off that is due, held for this worker from `now` on; None without one."""
    with transaction.atomic():
        waiting = Handoff.objects.filter(status=HandoffStatus.WAITING, next_attempt_at__lte=now)
        due = waiting.exclude(held_until__gt=now).order_by("next_attempt_at", "id")
        if connection.features.has_select_for_update_skip_locked:  # SQLite has one writer at a time anyway
            due = due.select_for_update(skip_locked=True)
        handoff: Handoff | None = due.first()
        if handoff:
            handoff.held_until, handoff.attempts = now + HELD_FOR, handoff.attempts + 1
            handoff.save(update_fields=["held_until", "attempts"])
        return handoff


def deliver(handoff: Handoff, store: Store) -> None:
    """Send a hand-off that is held and record what became of it; nothing that fails here is lost."""
    try:
        agreed = store(handoff.conversation.followed.sender_id, handoff.id)
        if agreed is None or agreed["withdrawn"]:
            _record(handoff, status=HandoffStatus.WITHDRAWN, withdrawn_at=timezone.now())
            return
        _send(handoff, agreed)
    except (DatabaseError, InterfaceError):
        raise  # of our own database: nothing can be recorded
    except Exception as error:  # noqa: BLE001 - whatever it was, it is tried again
        _try_again(handoff, type(error).__name__)
        return
    _record(handoff, status=HandoffStatus.SENT, sent_at=timezone.now(), last_error="")


def deliver_all_due(store: Store, stop: threading.Event | None = None) -> int:
    """Send what is due, until `stop` is set; returns how many hand-offs were tried."""
    tried = 0
    while not (stop and stop.is_set()) and (handoff := claim(timezone.now())):
        deliver(handoff, store)
        tried += 1
    return tried


def run(store: Store, stop: threading.Event) -> None:
    """Send what comes due until `stop` is set; goes on by itself when the database was away."""
    away = False
    while not stop.wait(LOOKS_EACH):
        try:
            close_old_connections()
            deliver_all_due(store, stop)
            away = False
        except (DatabaseError, InterfaceError) as error:
            if not away:
                log.warning("The outbox waits for the database (%s).", type(error).__name__)
            away = True


def send_again(handoff: Handoff) -> None:
    """Begin anew with one that failed."""
    handoff.status, handoff.attempts, handoff.next_attempt_at = HandoffStatus.WAITING, 0, timezone.now()
    handoff.save(update_fields=["status", "attempts", "next_attempt_at"])


def _send(handoff: Handoff, agreed: dict[str, Any]) -> None:
    headers = {"Message-ID": MESSAGE_ID.format(id=handoff.id), "Auto-Submitted": "auto-generated"}
    mail = EmailMessage(
        agreed["subject"], agreed["text"], to=[agreed["to"]], reply_to=[agreed["reply_address"]], headers=headers
    )
    if not mail.send():  # which is silent where there is nobody to send it to
        raise ValueError("There is nobody to send it to.")


def _try_again(handoff: Handoff, error: str) -> None:
    if handoff.attempts >= MOST_ATTEMPTS:
        log.error("A hand-off is given up (%s).", error)
        _record(handoff, status=HandoffStatus.FAILED, last_error=error)
        return
    log.warning("A hand-off could not be sent (%s).", error)
    _record(handoff, next_attempt_at=timezone.now() + pause_after(handoff.attempts), last_error=error)


@transaction.atomic
def _record(handoff: Handoff, **changes: Any) -> None:
    """Write what became of it, unless it is no longer waiting: the leader took it back, or its conversation is gone."""
    waiting = Handoff.objects.filter(pk=handoff.pk, status=HandoffStatus.WAITING)
    if not waiting.update(held_until=None, **changes) and "sent_at" in changes:
        # Taken back while it was on its way: staff must know that the mail is there.
        Handoff.objects.filter(pk=handoff.pk).update(held_until=None, sent_at=changes["sent_at"])
    refresh([handoff.conversation_id])
