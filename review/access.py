"""Everything that is kept of one conversation, as a file that its leader can read (AVG, article 15).

Who of staff read it stays out: whose work it is, is told. Without the coach's store the leader's words are masked; with
it they stand as they were typed.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from auditlog.models import LogEntry
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone

from review.admin.log import DID
from review.audit import logged_as
from review.chat import read
from review.models import Conversation, Example, Flag, Handoff, Judgement, ReplyAddress
from review.projection.reading import read as read_events
from review.words import INTENTS, PRINCIPLES, in_words


class _Plain:
    """In the place of the masker: hides nothing."""

    def __init__(self, said: Sequence[str]) -> None:
        pass

    def leader(self, text: str) -> str:
        return text

    coach = leader


def as_html(conversation: Conversation, events: list[str] | None = None) -> str:
    """The file.

    Args:
        conversation: as it stands in the review database.
        events: what the coach's store has of it (`storage.schema.export`); None where that is not at hand.
    """
    of_turns = {"turn__conversation": conversation}
    context = {
        "conversation": conversation,
        "made_at": timezone.now(),
        "days": f"{settings.RETENTION_DAYS:g}",
        "sectors": [sector for sector in conversation.sectors.split(",") if sector],
        "turns": read(conversation),
        "reflections": [_reflection(row) for row in conversation.reflections.all()],
        "handoffs": [_handoff(row) for row in conversation.handoffs.all()],
        "notes": conversation.notes.all(),
        "labels": conversation.labels.all(),
        "judgements": [_judgement(row) for row in Judgement.objects.filter(**of_turns).select_related("turn")],
        "flags": Flag.objects.filter(**of_turns).select_related("turn"),
        "examples": Example.objects.filter(conversation=conversation),
        "looks": _looks(conversation),
        **(_plain(conversation.code, events) if events else {}),
    }
    return str(render_to_string("review/access.html", context))


def _reflection(row: Any) -> dict[str, Any]:
    return {"title": in_words(row.principle, PRINCIPLES), "answer": row.answer, "skipped": row.skipped}


def _handoff(row: Handoff) -> dict[str, Any]:
    address = ReplyAddress.objects.filter(handoff=row).first()
    return {"row": row, "address": address and address.address}


def _judgement(row: Judgement) -> dict[str, Any]:
    return {"row": row, "intent": in_words(row.intent, INTENTS) if row.intent else ""}


def _looks(conversation: Conversation) -> list[dict[str, Any]]:
    """What staff did with it, and when."""
    entries = LogEntry.objects.filter(object_repr__in=logged_as(conversation.code)).select_related("content_type")
    return [
        {"at": entry.timestamp, "what": str(entry.content_type), "did": DID[entry.action]}
        for entry in entries.order_by("timestamp")
    ]


def _plain(code: str, events: list[str]) -> dict[str, Any]:
    """What was said as it was typed, the hand-offs as they were agreed to, and the store's own rows."""
    rows = read_events(code, events, _Plain)
    return {
        "plain_turns": rows.turns,
        "plain_handoffs": rows.handoffs,
        "stored": [json.dumps(json.loads(event), indent=1, ensure_ascii=False) for event in events],
    }
