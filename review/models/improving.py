"""How staff improve the coach: what they say of a turn, and the training examples that come of it."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from review.models.conversation import Conversation, Level, Turn


class Verdict(models.TextChoices):
    """Whether the coach understood a message."""

    RIGHT = "right", "klopt"
    WRONG = "wrong", "klopt niet"


class JudgementState(models.TextChoices):
    """Where a judgement stands."""

    DRAFT = "draft", "concept"
    ACCEPTED = "accepted", "goedgekeurd"
    # The worker found a name or other personal data in the example, and took the example away.
    RETURNED = "returned", "teruggestuurd"


class Judgement(models.Model):
    """What a member of staff says of what was recognised in a turn. Goes with its conversation."""

    turn = models.OneToOneField(Turn, models.CASCADE, primary_key=True, related_name="judgement")
    verdict = models.CharField("oordeel", max_length=10, choices=Verdict)
    state = models.CharField("status", max_length=10, choices=JudgementState, default=JudgementState.DRAFT)
    # What it should have been; empty where that was right.
    intent = models.CharField("bedoeling", max_length=60, blank=True)
    level = models.CharField("niveau", max_length=20, blank=True, choices=Level)
    sector = models.CharField("sector", max_length=20, blank=True)
    # The words of `example` that tell level and sector.
    level_words = models.CharField("woorden die het niveau zeggen", max_length=60, blank=True)
    sector_words = models.CharField("woorden die de sector zeggen", max_length=60, blank=True)
    # The message as it may be learned from: without anything that tells of a person.
    example = models.TextField("voorbeeldzin", max_length=500, blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, verbose_name="van")
    saved_at = models.DateTimeField("bewaard op", auto_now=True)

    class Meta:
        """Newest first; `add` is the right to judge."""

        verbose_name = "oordeel"
        verbose_name_plural = "oordelen"
        ordering = ("-saved_at", "turn")
        indexes = (models.Index(fields=["state", "-saved_at"], name="judgement_state"),)
        default_permissions = ("view", "add")

    def __str__(self) -> str:
        return f"Oordeel bij gesprek {self.turn.conversation_id}"


class Flag(models.Model):
    """A turn that a colleague should look at, and why."""

    turn = models.OneToOneField(Turn, models.CASCADE, primary_key=True, related_name="flag")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, verbose_name="van")
    raised_at = models.DateTimeField("gevlagd op", auto_now_add=True)
    text = models.CharField("waarom", max_length=300, blank=True)

    class Meta:
        """Newest first; who may add one may take it away."""

        verbose_name = "vlag"
        verbose_name_plural = "vlaggen"
        ordering = ("-raised_at", "turn")
        default_permissions = ("add",)

    def __str__(self) -> str:
        return f"Vlag bij gesprek {self.turn.conversation_id}"


class Example(models.Model):
    """An accepted correction as a training example.

    It stays when its conversation has had its time, and is nobody's then. When the leader erases the conversation it
    goes along, and leaves data/nlu with the next export, which writes the file anew.
    """

    conversation = models.ForeignKey(Conversation, models.SET_NULL, null=True, related_name="examples")
    # Of the message, so that another correction of it becomes this example; None when the conversation is gone.
    turn = models.OneToOneField(Turn, models.SET_NULL, null=True, related_name="accepted_example")
    text = models.TextField("zin", max_length=500)
    intent = models.CharField("bedoeling", max_length=60)
    recognised = models.CharField("herkend als", max_length=60)  # what the coach took it for
    level = models.CharField("niveau", max_length=20, blank=True, choices=Level)
    sector = models.CharField("sector", max_length=20, blank=True)
    level_words = models.CharField(max_length=60, blank=True)
    sector_words = models.CharField(max_length=60, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, verbose_name="goedgekeurd door"
    )
    accepted_at = models.DateTimeField("goedgekeurd op", auto_now=True)
    # When the worker looked for personal data in it and found none; only then it is exported.
    checked_at = models.DateTimeField("nagekeken op", null=True, blank=True)
    exported_at = models.DateTimeField("voor het eerst uitgevoerd op", null=True, blank=True)

    class Meta:
        """Newest first."""

        verbose_name = "verbetering"
        verbose_name_plural = "verbeteringen"
        ordering = ("-accepted_at", "-id")
        default_permissions = ("view", "delete")
        permissions = (("export_example", "Can export the examples"),)

    def __str__(self) -> str:
        return f"Verbetering {self.pk}"
