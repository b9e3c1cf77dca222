"""The network's own words for kinds of conversations."""

from django.contrib import admin
from unfold.admin import ModelAdmin

from review.models import Label


@admin.register(Label)
class LabelAdmin(ModelAdmin):
    """Their list; staff may also make one while they read."""

    list_display = ("name",)
    search_fields = ("name",)
    show_full_result_count = False
