"""How far the projection has read each conversation of the store."""

from __future__ import annotations

from django.db import models

from review.models.conversation import Conversation


class Followed(models.Model):
    """A conversation of the store, as it was when it was last read.

    The only place that knows which conversation of the store a `Conversation` is; no page shows it. A conversation that
    is erased and begun again under the same name is told by the first event, one that goes on by the other two.
    """

    sender_id = models.CharField(max_length=255, primary_key=True)
    # None while the leader has said nothing.
    conversation = models.OneToOneField(Conversation, models.SET_NULL, null=True, related_name="followed")
    sequence = models.IntegerField()
    written_at = models.FloatField()
    first_event_at = models.FloatField()
