"""What staff said of a turn, and the example that came of it."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from review.models import Conversation, Example, Judgement, Turn
from review.models.improving import JudgementState, Verdict


def accepted(text: str, intent: str = "bottleneck_rol", *, checked: bool = False, **fields: Any) -> Example:
    """An example of an accepted judgement, of a turn of a conversation of its own."""
    now = timezone.now()
    code = f"AB{Conversation.objects.count():04}"
    conversation = Conversation.objects.create(
        code=code, channel="website", started_at=now, last_at=now, messages=1, reached=1
    )
    turn = Turn.objects.create(conversation=conversation, number=1, said_at=now, said="[NAAM-1] zei het")
    Judgement.objects.create(
        turn=turn, verdict=Verdict.WRONG, state=JudgementState.ACCEPTED, intent=intent, example=text
    )
    return Example.objects.create(
        conversation=conversation, turn=turn, text=text, intent=intent, recognised="give_answer",
        checked_at=now if checked else None, **fields,
    )  # fmt: skip
