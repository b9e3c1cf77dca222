"""The log: who read or changed what, and when."""

from __future__ import annotations

from collections.abc import Iterator
from operator import itemgetter
from typing import Any, ClassVar

from auditlog.admin import LogEntry  # registers a list of its own, in English, that is replaced here
from auditlog.registry import auditlog
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html, format_html_join
from unfold.contrib.filters.admin import DropdownFilter, RelatedDropdownFilter

from review.admin.days import DaysFilter
from review.admin.read_only import ReadOnlyAdmin
from review.audit import EXPORTED
from review.models import Statistic

DID = {
    LogEntry.Action.ACCESS: "bekeken",
    LogEntry.Action.UPDATE: "gewijzigd",
    LogEntry.Action.CREATE: "gemaakt",
    LogEntry.Action.DELETE: "verwijderd",
    EXPORTED: "uitgegeven",
}
WORDS = {"None": "leeg", "": "leeg", "True": "ja", "False": "nee"}

admin.site.unregister(LogEntry)


class DidFilter(DropdownFilter):
    """What was done."""

    title = "wat"
    parameter_name = "wat"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Each of DID."""
        return [(str(did), word) for did, word in DID.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[LogEntry]) -> QuerySet[LogEntry]:
        """Those of one kind."""
        return queryset.filter(action=self.value()) if self.value() else queryset


class OfFilter(DropdownFilter):
    """To what it was done."""

    title = "waarmee"
    parameter_name = "waarmee"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The kinds of things that are in the log."""
        kinds = ContentType.objects.get_for_models(*auditlog.get_models(), Statistic)
        return sorted(
            ((str(kind.pk), str(model._meta.verbose_name)) for model, kind in kinds.items()), key=itemgetter(1)
        )

    def queryset(self, request: HttpRequest, queryset: QuerySet[LogEntry]) -> QuerySet[LogEntry]:
        """Those of one kind of thing."""
        return queryset.filter(content_type_id=self.value()) if self.value() else queryset


@admin.register(LogEntry)
class LogAdmin(ReadOnlyAdmin):
    """Read only, and everything in the list itself."""

    list_display = ("when", "who", "did", "what", "changed")
    list_display_links = None
    list_filter: ClassVar = [("timestamp", DaysFilter), ("actor", RelatedDropdownFilter), DidFilter, OfFilter]
    list_filter_submit = True
    list_select_related = ("actor", "content_type")
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    search_fields = ("object_pk__exact",)
    search_help_text = "Nummer van een gesprek"
    ordering = ("-timestamp", "-pk")

    @admin.display(description="wanneer", ordering="timestamp")
    def when(self, entry: LogEntry) -> Any:
        """The moment."""
        return entry.timestamp

    @admin.display(description="wie", ordering="actor__username")
    def who(self, entry: LogEntry) -> str:
        """The member of staff, or the app itself."""
        return str(entry.actor or entry.actor_email or "de app zelf")

    @admin.display(description="wat", ordering="action")
    def did(self, entry: LogEntry) -> str:
        """What was done."""
        return DID[entry.action]

    @admin.display(description="waarmee")
    def what(self, entry: LogEntry) -> str:
        """The thing it was done to, as a link where it has a page."""
        kind = entry.content_type
        try:
            address = reverse(f"admin:{kind.app_label}_{kind.model}_change", args=[entry.object_pk])
        except NoReverseMatch:
            return str(entry.object_repr)
        return str(format_html('<a class="frame-link" href="{}">{}</a>', address, entry.object_repr))

    @admin.display(description="wat er veranderde")
    def changed(self, entry: LogEntry) -> str:
        """Each field that was changed; empty for what was only looked at, made or deleted."""
        if entry.action != LogEntry.Action.UPDATE:
            return ""
        return str(format_html_join("", "<div>{}: {}</div>", _changes(entry)))


def _changes(entry: LogEntry) -> Iterator[tuple[str, str]]:
    model = entry.content_type.model_class()
    shown = entry.changes_display_dict
    titles = {field.name: str(field.verbose_name) for field in model._meta.fields + model._meta.many_to_many}
    for name, change in entry.changes_dict.items():
        title = titles.get(name, name)
        if isinstance(change, dict):  # of many to many
            yield title, ("" if change["operation"] == "add" else "zonder ") + ", ".join(change["objects"])
        else:
            yield title, " → ".join(WORDS.get(str(value), str(value)) for value in shown[title])
