"""What staff add to conversations."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from review.models.conversation import Conversation


class Label(models.Model):
    """A word of the network's own for a kind of conversation."""

    name = models.CharField("naam", max_length=40, unique=True)

    class Meta:
        """By name."""

        verbose_name = "label"
        verbose_name_plural = "labels"
        ordering = ("name",)

    def __str__(self) -> str:
        return str(self.name)


class Note(models.Model):
    """A remark of one member of staff about a conversation."""

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="notes", verbose_name="gesprek")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, verbose_name="van")
    written_at = models.DateTimeField("geschreven op", auto_now_add=True)
    text = models.TextField("notitie", max_length=2000)

    class Meta:
        """In the order in which they were written."""

        verbose_name = "notitie"
        verbose_name_plural = "notities"
        ordering = ("written_at", "id")
        default_permissions = ("add", "delete")

    def __str__(self) -> str:
        return f"Notitie bij gesprek {self.conversation_id}"


class SavedView(models.Model):
    """A list of conversations as somebody filtered it, under a name."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_views")
    name = models.CharField("naam", max_length=60)
    query = models.CharField(max_length=1000)  # of the list's address, without page
    shared = models.BooleanField("ook voor collega's", default=False)

    class Meta:
        """By name; one of a name for each owner."""

        verbose_name = "bewaarde weergave"
        verbose_name_plural = "bewaarde weergaven"
        ordering = ("name",)
        constraints = (models.UniqueConstraint(fields=["owner", "name"], name="saved_view_name"),)
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.name)
