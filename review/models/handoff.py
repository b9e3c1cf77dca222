"""The hand-offs: what a leader agreed to have sent, the state of the mail, and who follows it up."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from review.models.conversation import Conversation


class HandoffStatus(models.TextChoices):
    """Where a hand-off stands."""

    WAITING = "wacht", "wacht"
    SENT = "verstuurd", "verstuurd"
    FAILED = "mislukt", "mislukt"
    WITHDRAWN = "ingetrokken", "ingetrokken"
    TAKEN_UP = "opgepakt", "opgepakt"
    DONE = "afgerond", "afgerond"


class Handoff(models.Model):
    """One agreed hand-off and its place in the outbox. The mail itself is read from the store when it is sent."""

    id = models.CharField(max_length=64, primary_key=True)  # the one in the event; the Message-ID is made of it
    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="handoffs", verbose_name="gesprek")
    consented_at = models.DateTimeField("toestemming op")
    # The leader took the consent back; `sent_at` tells whether the mail was there already.
    withdrawn_at = models.DateTimeField("ingetrokken op", null=True, blank=True)
    text = models.TextField("samenvatting")  # masked
    status = models.CharField("status", max_length=20, choices=HandoffStatus, default=HandoffStatus.WAITING)
    attempts = models.PositiveIntegerField("pogingen", default=0)
    next_attempt_at = models.DateTimeField("volgende poging")
    # A worker that sends holds it until then; one that is killed lets it come due again.
    held_until = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(
        "laatste fout", max_length=100, blank=True
    )  # its kind: its words may hold the address
    sent_at = models.DateTimeField("verstuurd op", null=True, blank=True)
    taken_up_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="handoffs",
        verbose_name="opgepakt door",
    )
    taken_up_at = models.DateTimeField("opgepakt op", null=True, blank=True)
    done_at = models.DateTimeField("afgerond op", null=True, blank=True)

    class Meta:
        """Newest first."""

        verbose_name = "overdracht"
        verbose_name_plural = "overdrachten"
        ordering = ("-consented_at", "id")
        indexes = (
            models.Index(fields=["-consented_at", "id"], name="handoff_newest"),
            models.Index(fields=["status", "next_attempt_at"], name="handoff_due"),
        )
        default_permissions = ("view", "change")

    def __str__(self) -> str:
        return f"Overdracht van gesprek {self.conversation_id}"


class ReplyAddress(models.Model):
    """Where the leader wants the answer: kept apart, shown on request to those with the right, each look logged."""

    handoff = models.OneToOneField(Handoff, models.CASCADE, primary_key=True, related_name="reply_address")
    address = models.CharField("antwoordadres", max_length=254)

    class Meta:
        """Its `view` permission is the right to see it."""

        verbose_name = "antwoordadres"
        verbose_name_plural = "antwoordadressen"
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"Antwoordadres van gesprek {self.handoff.conversation_id}"
