"""The conversations as staff read them: everything typed is masked (review/masking)."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from django.conf import settings
from django.db import models

from coach import vocabulary


def _choices(terms: type[StrEnum]) -> Any:
    """Terms of the coaching, which staff read as they stand."""
    return models.TextChoices(terms.__name__, [(term.name, (term.value, term.value)) for term in terms])


Bottleneck = _choices(vocabulary.Bottleneck)
Sector = _choices(vocabulary.Sector)


class Level(models.TextChoices):
    """From where a leader looks at it."""

    BESTUUR = "bestuur", "bestuur"
    MANAGEMENT = "management", "management"
    UITVOERING = "uitvoering", "uitvoering"


class Channel(models.TextChoices):
    """Where the leader chats; `rest` is for scripts."""

    WEBSITE = "website", "website"
    TEAMS = "teams", "Teams"
    REST = "rest", "script"


class Reached(models.IntegerChoices):
    """How far a conversation came."""

    TOLD = 1, "iets verteld"
    RECOGNISED = 2, "knelpunt bevestigd"
    REFLECTING = 3, "bij de principes"
    HARVEST = 4, "bij de samenvatting"
    STEP = 5, "eerste stap gekozen"
    COMPLETED = 6, "afgerond"


class FeltHeard(models.TextChoices):
    """Whether the leader felt heard."""

    YES = "ja", "ja"
    A_LITTLE = "een beetje", "een beetje"
    NO = "nee", "nee"


class Conversation(models.Model):
    """One conversation of one leader, and what staff decided about it."""

    # Made from the sender and its first event: the same after a rebuild, and another one after an erasure.
    code = models.CharField("gesprek", max_length=10, primary_key=True)
    channel = models.CharField("kanaal", max_length=20, choices=Channel)
    started_at = models.DateTimeField("begonnen")
    last_at = models.DateTimeField("laatste bericht")
    messages = models.PositiveIntegerField("berichten")
    bottleneck = models.CharField("knelpunt", max_length=20, blank=True, choices=Bottleneck)
    level = models.CharField("niveau", max_length=20, blank=True, choices=Level)
    # Each between commas: ",onderwijs,zorg,".
    sectors = models.CharField("sector", max_length=100, blank=True)
    reached = models.PositiveSmallIntegerField("gekomen tot", choices=Reached)
    uncertain = models.BooleanField("onzeker herkend", default=False)
    corrected = models.BooleanField("door de leider verbeterd", default=False)
    danger = models.BooleanField("gevaar", default=False)
    handed_off = models.BooleanField("overgedragen", default=False)
    rating = models.PositiveSmallIntegerField("waardering", null=True, blank=True)
    felt_heard = models.CharField("voelde zich gehoord", max_length=20, blank=True, choices=FeltHeard)
    first_step = models.TextField("eerste stap", blank=True)
    step_when = models.TextField("wanneer", blank=True)
    step_with_whom = models.TextField("met wie", blank=True)
    confidence = models.PositiveSmallIntegerField("hoe zeker van de stap", null=True, blank=True)
    # What staff decide; the projection never writes these.
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="assigned_conversations",
        verbose_name="toegewezen aan",
    )
    reviewed_at = models.DateTimeField("beoordeeld op", null=True, blank=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="reviewed_conversations",
        verbose_name="beoordeeld door",
    )
    # Staff asked to erase it everywhere; the worker does so.
    erase_asked_at = models.DateTimeField("wissen gevraagd op", null=True, blank=True)
    labels = models.ManyToManyField("review.Label", blank=True, related_name="conversations", verbose_name="labels")

    class Meta:
        """Newest first; the second field makes the order one and the same on every page."""

        verbose_name = "gesprek"
        verbose_name_plural = "gesprekken"
        ordering = ("-last_at", "code")
        indexes = (
            models.Index(fields=["-last_at", "code"], name="conversation_newest"),
            models.Index(fields=["assigned_to", "-last_at"], name="conversation_assigned"),
        )
        default_permissions = ("view", "change")
        permissions = (
            ("erase_conversation", "Can erase a conversation everywhere"),
            ("export_conversation", "Can export a conversation for its leader"),
        )

    def __str__(self) -> str:
        return f"Gesprek {self.code}"


class ConversationText(models.Model):
    """All masked words of the leader in a conversation, to be searched (review/search.py)."""

    conversation = models.OneToOneField(Conversation, models.CASCADE, related_name="words")
    text = models.TextField()

    class Meta:
        """Searched through an index that the migration makes for each kind of database."""

        default_permissions = ()


class Turn(models.Model):
    """A message of the leader and the coach's replies to it."""

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="turns")
    number = models.PositiveIntegerField()  # from 1; the start of a conversation is 0, when the leader said nothing
    said_at = models.DateTimeField("gezegd op")
    said = models.TextField("bericht", blank=True)
    chosen = models.BooleanField("knop gekozen", default=False)
    # The slot that was asked for when the leader said this.
    question = models.CharField("open vraag", max_length=40, blank=True)
    # The principle that is open after the replies, and its step of how many; None outside the principles.
    principle = models.CharField("principe", max_length=40, blank=True)
    step = models.PositiveSmallIntegerField(null=True)
    steps = models.PositiveSmallIntegerField(null=True)
    # [{"text": str, "response": str, "options": [str]}], in order.
    replies = models.JSONField("antwoorden", default=list)
    # What the leader corrected in this turn, such as "mandaat" to "rol"; both empty when nothing.
    corrected_from = models.CharField(max_length=40, blank=True)
    corrected_to = models.CharField(max_length=40, blank=True)

    class Meta:
        """In the order in which it was said."""

        verbose_name = "beurt"
        verbose_name_plural = "beurten"
        ordering = ("conversation", "number")
        constraints = (models.UniqueConstraint(fields=["conversation", "number"], name="turn_number"),)
        default_permissions = ()


class Recognition(models.Model):
    """What the coach made of a message that was typed; a chosen button has none."""

    turn = models.OneToOneField(Turn, models.CASCADE, primary_key=True, related_name="recognition")
    intent = models.CharField("bedoeling", max_length=60)
    confidence = models.FloatField("zekerheid")
    # The first minus the second probability, `crisis` left out: it is judged apart.
    margin = models.FloatField("marge")
    # [[intent, probability]], the best five.
    ranking = models.JSONField(default=list)
    fallback = models.BooleanField("niet herkend", default=False)
    # The bottleneck that the coach proposed because of this, if any.
    proposed = models.CharField("voorgesteld knelpunt", max_length=20, blank=True)
    # Of the leader itself, as heard in this message.
    level = models.CharField("niveau", max_length=20, blank=True)
    sectors = models.CharField("sector", max_length=100, blank=True)
    # {name: probability} of those that counted.
    themes = models.JSONField(default=dict)
    # {"kind": {name: probability}, "to": {...}, "now": {...}}; empty where no danger was heard.
    danger = models.JSONField(default=dict)
    # The leader did not agree with what was proposed.
    refused = models.BooleanField("door de leider verbeterd", default=False)
    # How much there is to learn of it, from 0 (nothing): the order in which staff are asked to judge.
    instructive = models.PositiveSmallIntegerField("leerzaam", default=0)

    class Meta:
        """One per turn."""

        verbose_name = "herkenning"
        verbose_name_plural = "herkenningen"
        indexes = (models.Index(fields=["-instructive", "turn"], name="recognition_instructive"),)
        default_permissions = ()


class Reflection(models.Model):
    """What became of a principle in a conversation: the question's answer in the leader's (masked) words."""

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="reflections")
    # A second bottleneck gives a second round.
    round = models.PositiveSmallIntegerField("ronde", default=1)
    position = models.PositiveSmallIntegerField("volgorde")
    principle = models.CharField("principe", max_length=40)
    bottleneck = models.CharField("knelpunt", max_length=20, blank=True)
    answer = models.TextField("antwoord", blank=True)
    deepened = models.BooleanField("doorgevraagd", default=False)
    skipped = models.BooleanField("overgeslagen", default=False)

    class Meta:
        """In the order in which the principles were opened."""

        verbose_name = "reflectie"
        verbose_name_plural = "reflecties"
        ordering = ("conversation", "round", "position")
        constraints = (
            models.UniqueConstraint(fields=["conversation", "round", "principle"], name="reflection_principle"),
        )
        default_permissions = ()
