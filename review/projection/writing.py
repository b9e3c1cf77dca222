"""Writes the rows of a conversation over what stood there, and leaves alone what staff and the outbox wrote."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from auditlog.context import disable_auditlog
from django.db import transaction
from django.db.models import Model

from review.models import (
    Conversation,
    ConversationText,
    Followed,
    Handoff,
    Recognition,
    Reflection,
    ReplyAddress,
    Turn,
)
from review.models.handoff import HandoffStatus
from review.projection.forgetting import remove
from review.projection.reading import Rows
from review.projection.store import Stored
from review.statistics import refresh

# What the projection makes of a conversation and of a hand-off; the rest of their fields is staff's or the outbox's.
OF_A_CONVERSATION = (
    "channel", "started_at", "last_at", "messages", "bottleneck", "level", "sectors", "reached", "uncertain",
    "corrected", "danger", "handed_off", "rating", "felt_heard", "first_step", "step_when", "step_with_whom",
    "confidence",
)  # fmt: skip
OF_A_HANDOFF = ("text", "withdrawn_at")
# Where nobody works on it yet; what was taken up is for that colleague to end.
NOT_TAKEN_UP = (HandoffStatus.WAITING, HandoffStatus.FAILED, HandoffStatus.SENT)


def write(stored: Stored, rows: Rows | None) -> bool:
    """Write a conversation and how far it was read, both or neither; returns whether it took the place of another.

    Args:
        stored: what was read.
        rows: what it came to; None where it could not be read, and what stands of it stays.

    Raises:
        django.db.Error: the review database is away or refuses; nothing was written.
    """
    sequence, written_at = stored.position
    with disable_auditlog(), transaction.atomic():
        start = Followed(sender_id=stored.sender_id, sequence=0, written_at=0.0, first_event_at=stored.first_event_at)
        Followed.objects.bulk_create([start], ignore_conflicts=True)
        # A rebuild beside the worker waits here.
        followed = Followed.objects.select_for_update().get(pk=stored.sender_id)
        began_again = followed.first_event_at != stored.first_event_at
        code = rows.conversation.code if rows and rows.conversation else None
        removed = False
        if followed.conversation_id and (began_again or (rows and followed.conversation_id != code)):
            remove(followed, gone=began_again)
            followed.conversation_id = None
            removed = True
        if rows and code:
            _write_rows(rows)
            refresh([code])
            followed.conversation_id = code
        followed.sequence, followed.written_at = sequence, written_at
        followed.first_event_at = stored.first_event_at
        followed.save()
    return removed


def _write_rows(rows: Rows) -> None:
    code = rows.conversation.code if rows.conversation else ""
    _upsert(Conversation, [rows.conversation], {"code"}, OF_A_CONVERSATION)
    _upsert(ConversationText, [rows.words], {"conversation"})
    turns = Turn.objects.filter(conversation=code)
    turns.exclude(number__range=(rows.turns[0].number, rows.turns[-1].number)).delete()
    _upsert(Turn, rows.turns, {"conversation", "number"})
    _upsert(Recognition, rows.recognitions, {"turn"})
    recognised = [item.turn_id for item in rows.recognitions]
    Recognition.objects.filter(turn__conversation=code).exclude(turn__in=recognised).delete()
    _upsert(Reflection, rows.reflections, {"conversation", "round", "principle"})
    reflected = [item.pk for item in rows.reflections]
    Reflection.objects.filter(conversation=code).exclude(pk__in=reflected).delete()
    _write_handoffs(code, rows)


def _write_handoffs(code: str, rows: Rows) -> None:
    """New hand-offs wait to be sent; one that was taken back before anybody took it up is nobody's, without address."""
    known = set(Handoff.objects.filter(conversation=code).values_list("pk", flat=True))
    _upsert(Handoff, rows.handoffs, {"id"}, OF_A_HANDOFF)
    withdrawn = Handoff.objects.filter(conversation=code, withdrawn_at__isnull=False)
    withdrawn.filter(status__in=NOT_TAKEN_UP).update(status=HandoffStatus.WITHDRAWN)
    ReplyAddress.objects.bulk_create([item for item in rows.addresses if item.handoff_id not in known])
    ReplyAddress.objects.filter(handoff__conversation=code, handoff__status=HandoffStatus.WITHDRAWN).delete()


def _upsert(model: type[Model], rows: Sequence[Any], natural: set[str], changed: Sequence[str] = ()) -> None:
    """Insert rows, or change the ones that have the same natural key: the fields `changed`, or all others."""
    fields = changed or [field.name for field in model._meta.fields if field.name not in {*natural, "id"}]
    model._default_manager.bulk_create(rows, update_conflicts=True, unique_fields=natural, update_fields=fields)
