"""Looks for personal data in what staff want the coach to learn. The worker alone does: it has the masker."""

from __future__ import annotations

import logging

from django.db import transaction
from django.utils import timezone

from review.masking import Masker
from review.models import Example, Judgement
from review.models.improving import JudgementState
from review.personal import personal_in
from review.statistics import refresh

logger = logging.getLogger(__name__)


def vet(masker: Masker) -> None:
    """Look through each new example. One with personal data is deleted, and its judgement goes back to its author.

    Raises:
        django.db.Error: the database is away.
    """
    for example in Example.objects.filter(checked_at=None):
        # As it was read: meanwhile it may have become another sentence.
        this = Example.objects.filter(pk=example.pk, text=example.text, checked_at=None)
        if not _tells_of_a_person(example, masker):
            this.update(checked_at=timezone.now())
            continue
        with transaction.atomic():
            if this.delete()[0]:
                Judgement.objects.filter(pk=example.turn_id).update(state=JudgementState.RETURNED)
                refresh([example.conversation_id])


def _tells_of_a_person(example: Example, masker: Masker) -> bool:
    try:
        return bool(personal_in(example.text) or masker.find(example.text))
    except Exception as error:  # noqa: BLE001 - what cannot be looked through is not learned from, and holds up nothing
        logger.error("Example %s cannot be looked through: %s", example.pk, type(error).__name__)  # noqa: TRY400
        return True
