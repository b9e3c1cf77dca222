"""The figures of conversations, for the dashboard: derived from the review tables alone, by one function."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from django.db import transaction
from django.db.models import Count, F, Q, Sum
from django.utils import timezone

from coach.vocabulary import Principle
from review.models import Conversation, Handoff, Recognition, Reflection, Statistic
from review.models.improving import JudgementState, Verdict
from review.models.keeping import Outcome

# As they stand in a conversation.
COPIED = ("channel", "bottleneck", "level", "sectors", "reached", "rating", "felt_heard", "corrected")
CHANGED = [field.name for field in Statistic._meta.fields if field.name not in {"id", "conversation"}]
# Of several rounds the best counts.
BEST_FIRST = (Outcome.DEEPENED, Outcome.ANSWERED, Outcome.SKIPPED, Outcome.UNANSWERED)


@transaction.atomic(savepoint=False)
def refresh(codes: Sequence[str]) -> None:
    """Make the figures of these conversations anew; a code without a conversation is passed over.

    To be called in the transaction that changed something of them: the projection's, a step with a hand-off, a
    judgement. In six queries, however many conversations.

    Raises:
        django.db.Error: the review database is away or refuses.
    """
    # Who changes the same conversation at the same time waits here, and then reads what the other wrote.
    list(Statistic.objects.select_for_update().filter(conversation__in=codes).order_by("pk").values_list("pk"))
    recognised, outcomes, handoffs = _recognised(codes), _outcomes(codes), _handoffs(codes)
    found = Conversation.objects.filter(pk__in=codes).values("code", "started_at", *COPIED)
    rows = [
        Statistic(
            conversation_id=conversation["code"],
            week=week_of(conversation["started_at"]),
            **{name: conversation[name] for name in COPIED},
            **recognised.get(conversation["code"], {}),
            **outcomes.get(conversation["code"], {}),
            **handoffs.get(conversation["code"], {}),
        )
        for conversation in found
    ]
    Statistic.objects.bulk_create(rows, update_conflicts=True, unique_fields=["conversation"], update_fields=CHANGED)


def week_of(moment: datetime) -> Any:
    """The Monday of its week, in the Netherlands."""
    day = timezone.localdate(moment)
    return day - timedelta(days=day.weekday())


def _recognised(codes: Iterable[str]) -> dict[str, dict[str, Any]]:
    """What was typed, and what staff say of it."""
    judged = {
        f"judged_{verdict}": Count(
            "pk", filter=Q(turn__judgement__state=JudgementState.ACCEPTED, turn__judgement__verdict=verdict)
        )
        for verdict in Verdict.values
    }
    counted = Recognition.objects.values(code=F("turn__conversation")).annotate(
        typed=Count("pk"), sum=Sum("confidence"), fallbacks=Count("pk", filter=Q(fallback=True)), **judged
    )
    rows = counted.filter(turn__conversation__in=codes).order_by()
    return {row.pop("code"): {"confidence": row.pop("sum"), **row} for row in rows}


def _outcomes(codes: Iterable[str]) -> dict[str, dict[str, Any]]:
    """By the fields of the principles that were opened."""
    found: dict[str, dict[str, Any]] = {}
    rows = Reflection.objects.filter(conversation__in=codes, principle__in=Principle)
    for code, principle, answer, deepened, skipped in rows.values_list(
        "conversation", "principle", "answer", "deepened", "skipped"
    ):
        outcomes = found.setdefault(code, {})
        known = [_outcome(answered=bool(answer), deepened=deepened, skipped=skipped)]
        known += [outcomes[principle]] if principle in outcomes else []
        outcomes[principle] = min(known, key=BEST_FIRST.index)
    return found


def _outcome(*, answered: bool, deepened: bool, skipped: bool) -> Any:
    if answered:
        return Outcome.DEEPENED if deepened else Outcome.ANSWERED
    return Outcome.SKIPPED if skipped else Outcome.UNANSWERED


def _handoffs(codes: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Of several hand-offs of a conversation, the first one that was not taken back."""
    rows = Handoff.objects.filter(conversation__in=codes, withdrawn_at=None).order_by(
        "conversation", "consented_at", "id"
    )
    return {
        code: _lead_time(next(of_one))
        for code, of_one in groupby(rows.only("conversation", "consented_at", "taken_up_at", "done_at"), _code)
    }


def _code(handoff: Handoff) -> str:
    return str(handoff.conversation_id)


def _lead_time(handoff: Handoff) -> dict[str, Any]:
    return {
        "handed_off": True,
        "taken_up_after": _hours(handoff.consented_at, handoff.taken_up_at),
        "done_after": _hours(handoff.consented_at, handoff.done_at),
    }


def _hours(first: datetime, last: datetime | None) -> float | None:
    return (last - first).total_seconds() / 3600 if last else None
