"""What staff see and do, model by model."""

from django.contrib import admin
from unfold.admin import ModelAdmin

from review.admin import handoffs, labels, log, people
from review.models import Conversation

__all__ = ["handoffs", "labels", "log", "people"]

admin.site.register(Conversation, ModelAdmin)  # until it has a page of its own
