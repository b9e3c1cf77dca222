"""What stays when conversations go: figures without words, how many were erased, and when was purged; and the cache."""

from __future__ import annotations

from django.db import models

from review.models.conversation import Channel, Conversation, FeltHeard, Level, Reached


class Outcome(models.IntegerChoices):
    """What became of a principle in a conversation."""

    NOT_REACHED = 0, "niet aan toe gekomen"
    UNANSWERED = 1, "zonder antwoord"
    ANSWERED = 2, "beantwoord"
    DEEPENED = 3, "doorgevraagd"
    SKIPPED = 4, "overgeslagen"


class Statistic(models.Model):
    """The figures of one conversation, for the dashboard. Made by `review.statistics.refresh`.

    Without the code once the conversation has had its time; gone with it when its leader erases it.
    """

    conversation = models.OneToOneField(Conversation, models.SET_NULL, null=True, related_name="statistic")
    week = models.DateField("week")  # the Monday of the week in which it began, in the Netherlands
    channel = models.CharField("kanaal", max_length=20, choices=Channel)
    bottleneck = models.CharField("knelpunt", max_length=20, blank=True)
    level = models.CharField("niveau", max_length=20, blank=True, choices=Level)
    sectors = models.CharField("sector", max_length=100, blank=True)  # as in Conversation
    reached = models.PositiveSmallIntegerField("gekomen tot", choices=Reached)
    rating = models.PositiveSmallIntegerField("waardering", null=True)
    felt_heard = models.CharField("voelde zich gehoord", max_length=20, blank=True, choices=FeltHeard)
    # Of the messages that were typed: how many, the sum of the probabilities of what was recognised, how many were not.
    typed = models.PositiveIntegerField(default=0)
    confidence = models.FloatField(default=0.0)
    fallbacks = models.PositiveIntegerField(default=0)
    corrected = models.BooleanField("door de leider verbeterd", default=False)
    judged_right = models.PositiveIntegerField(default=0)
    judged_wrong = models.PositiveIntegerField(default=0)
    weeg_af_en_kies = models.PositiveSmallIntegerField(choices=Outcome, default=Outcome.NOT_REACHED)
    ondersteun_en_faciliteer = models.PositiveSmallIntegerField(choices=Outcome, default=Outcome.NOT_REACHED)
    gun_het_tijd = models.PositiveSmallIntegerField(choices=Outcome, default=Outcome.NOT_REACHED)
    verbind_met_binnen = models.PositiveSmallIntegerField(choices=Outcome, default=Outcome.NOT_REACHED)
    handed_off = models.BooleanField(default=False)
    # Hours from the consent until a colleague took it up, and until it was done.
    taken_up_after = models.FloatField(null=True)
    done_after = models.FloatField(null=True)

    class Meta:
        """`view` is the right to see the dashboard."""

        verbose_name = "cijfers van een gesprek"
        verbose_name_plural = "cijfers"
        indexes = (models.Index(fields=["week"], name="statistic_week"),)
        default_permissions = ("view",)


class Erasures(models.Model):
    """How many conversations were erased on a day, by leaders themselves or at their request: all that is left."""

    day = models.DateField(primary_key=True)
    number = models.PositiveIntegerField(default=0)

    class Meta:
        """Seen on the dashboard."""

        default_permissions = ()


class Purge(models.Model):
    """That what had its time was deleted, and how much of each kind."""

    finished_at = models.DateTimeField("klaar", auto_now_add=True)
    deleted = models.JSONField("verwijderd", default=dict)  # {kind: number}

    class Meta:
        """Newest first."""

        verbose_name = "opruiming"
        verbose_name_plural = "opruimingen"
        ordering = ("-finished_at", "-id")
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"Opruiming {self.pk}"


class Cached(models.Model):
    """A row of Django's cache (`CACHES`): what it holds may name an address or somebody, also when it is over.

    The cache itself reads and writes it, and deletes what is over only when it is asked for.
    """

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    class Meta:
        """Nobody's."""

        db_table = "review_cache"
        default_permissions = ()
