"""What staff said of a turn, and the example that came of it."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from review.models import Conversation, Example, Judgement, Recognition, Turn
from review.models.improving import JudgementState, Verdict


def a_turn(said: str, intent: str) -> Turn:
    """A message that was recognised so, in a conversation of its own."""
    now = timezone.now()
    code = f"AB{Conversation.objects.count():04}"
    conversation = Conversation.objects.create(
        code=code, channel="website", started_at=now, last_at=now, messages=1, reached=1
    )
    turn = Turn.objects.create(conversation=conversation, number=1, said_at=now, said=said)
    Recognition.objects.create(turn=turn, intent=intent, confidence=0.6, margin=0.2)
    return turn


def accepted(text: str, intent: str = "bottleneck_rol", *, checked: bool = False, **fields: Any) -> Example:
    """An example of an accepted judgement, as it stands in the tables, whatever its text."""
    turn = a_turn("[NAAM-1] zei het", "give_answer")
    Judgement.objects.create(
        turn=turn, verdict=Verdict.WRONG, state=JudgementState.ACCEPTED, intent=intent, example=text
    )
    return Example.objects.create(
        conversation=turn.conversation, turn=turn, text=text, intent=intent, recognised="give_answer",
        checked_at=timezone.now() if checked else None, **fields,
    )  # fmt: skip
