"""What becomes of a conversation that is gone from the store, and of everything that was added to it.

When it had its time, its figures and training examples stay, and are nobody's. When it was erased, by its leader or at
request, these go too, and a counter is all that is left. Either way the log keeps that somebody did something, and not
with which conversation.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable

from auditlog.context import disable_auditlog
from auditlog.models import LogEntry
from django.apps import apps
from django.conf import settings
from django.db import Error, connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from review.audit import logged_as
from review.models import Conversation, Erasures, Example, Followed, SavedView, Statistic
from storage.schema import REWRITE, had_its_time

log = logging.getLogger(__name__)

OF_ONE_THAT_IS_GONE = "iets van een gesprek dat er niet meer is"


def forget(senders: Iterable[str]) -> None:
    """Remove conversations that are gone from the store.

    Raises:
        django.db.Error: the review database is away or refuses; the others are removed by the next call.
    """
    for sender_id in senders:
        with disable_auditlog(), transaction.atomic():
            # Another worker, or the nightly purge, waits here and finds nothing.
            followed = Followed.objects.select_for_update().filter(pk=sender_id).first()
            if followed and followed.conversation_id:
                remove(followed)
            Followed.objects.filter(pk=sender_id).delete()


def remove(followed: Followed, *, gone: bool = True) -> None:
    """Delete the conversation that was followed, in the caller's transaction, and whatever tells of it.

    Args:
        followed: as it was when it was last read; by its age is told whether it had its time.
        gone: it stands in the store no longer; otherwise it is written anew, and nobody erased it.
    """
    code = followed.conversation_id
    asked = Conversation.objects.filter(pk=code, erase_asked_at__isnull=False).exists()
    erased = asked or followed.written_at >= had_its_time(settings.RETENTION_DAYS)
    if erased:
        Statistic.objects.filter(conversation=code).delete()
        # An example that a colleague accepts just now was written before, and goes along, or comes too late.
        list(Conversation.objects.select_for_update().filter(pk=code).values_list("pk"))
        Example.objects.filter(conversation=code).delete()
    if erased and gone:
        _count()
    Conversation.objects.filter(pk=code).delete()
    SavedView.objects.filter(Q(query__icontains=code) | Q(name__icontains=code)).delete()  # one that looks for its code
    LogEntry.objects.filter(object_repr__in=logged_as(code)).update(
        object_pk="",
        object_id=None,
        object_repr=OF_ONE_THAT_IS_GONE,
        changes={},
        changes_text="",
        additional_data=None,
        serialized_data=None,
    )


def wipe() -> bool:
    """Let what was removed stand nowhere in the review database any more, as in the store (storage.schema.wipe).

    Returns whether that was done; the log says so where the database is away, another process holds the file for too
    long, or there is no room to write it anew.
    """
    # The index of words marks them as gone, until its parts are merged.
    statements = ["INSERT INTO review_words(review_words) VALUES ('optimize')", *REWRITE]
    if connection.vendor == "postgresql":
        models = apps.get_app_config("review").get_models(include_auto_created=True)
        tables = [model._meta.db_table for model in (*models, LogEntry)]
        statements = [f"ANALYZE {', '.join(tables)}"]
    try:
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
    except Error as error:
        log.error("What was removed may still stand in the file (%s).", type(error).__name__)  # noqa: TRY400
        return False
    return True


def _count() -> None:
    today = timezone.localdate()
    Erasures.objects.bulk_create([Erasures(day=today)], ignore_conflicts=True)
    Erasures.objects.filter(pk=today).update(number=F("number") + 1)
