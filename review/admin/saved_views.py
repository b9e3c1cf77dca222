"""Filtered lists under a name, of one's own or for all colleagues."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.models import AbstractUser
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST

from review.admin.filters import FILTERS
from review.models import SavedView
from review.names import name_of

MOST_IN_A_NAME = SavedView._meta.get_field("name").max_length
MOST_IN_A_QUERY = SavedView._meta.get_field("query").max_length
# Words that are searched, the order, and all filters.
SAVED = {"q", "o"}.union(*(filter_.parameters for filter_ in FILTERS))


@dataclass(frozen=True)
class Shown:
    """A saved view above the list."""

    view: SavedView
    own: bool
    open: bool  # the list shows it now

    @property
    def by(self) -> str:
        """The colleague whose it is."""
        return "" if self.own else name_of(self.view.owner)


def shown_to(person: AbstractUser, asked: QueryDict) -> list[Shown]:
    """The person's own views and those of colleagues, for a list that was asked for so."""
    views = SavedView.objects.filter(Q(owner=person) | Q(shared=True)).select_related("owner")
    now = _saved(asked)
    return [Shown(view, view.owner_id == person.pk, view.query == now) for view in views]


def filled_in(asked: QueryDict) -> QueryDict:
    """Without the fields of the form that were left empty."""
    kept = QueryDict(mutable=True)
    for name, values in asked.lists():
        kept.setlist(name, [value for value in values if value])
    return kept


@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Keep the filters of the list that was shown; a view of one's own with that name becomes this one."""
    _must_read(request)
    name = " ".join(request.POST.get("name", "").split())
    query = _saved(QueryDict(request.POST.get("query", "")))
    if not name or len(name) > MOST_IN_A_NAME:
        messages.warning(request, f"Geef de weergave een naam van hooguit {MOST_IN_A_NAME} tekens.")
    elif not query or len(query) > MOST_IN_A_QUERY:
        messages.warning(request, "Kies eerst filters of zoek iets; daarna kun je de weergave bewaren.")
    else:
        values = {"query": query, "shared": request.POST.get("shared") == "yes"}
        SavedView.objects.update_or_create(owner=request.user, name=name, defaults=values)
        messages.success(request, f"Weergave “{name}” bewaard.")
    return _to_the_list(query)


@require_POST
def remove(request: HttpRequest, number: int) -> HttpResponse:
    """Take away a view of one's own."""
    _must_read(request)
    view = get_object_or_404(SavedView, pk=number, owner=request.user)
    view.delete()
    messages.success(request, f"Weergave “{view}” verwijderd.")
    return _to_the_list(_saved(QueryDict(request.POST.get("query", ""))))


def _saved(asked: QueryDict) -> str:
    """What of an address is kept, always in the same order."""
    kept = QueryDict(mutable=True)
    for name in sorted(SAVED & asked.keys()):
        kept.setlist(name, [value for value in asked.getlist(name) if value])
    return str(kept.urlencode())


def _must_read(request: HttpRequest) -> None:
    if not (request.user.has_perm("review.view_conversation") or request.user.has_perm("review.change_conversation")):
        raise PermissionDenied


def _to_the_list(query: str) -> HttpResponse:
    return HttpResponseRedirect(reverse("admin:review_conversation_changelist") + (f"?{query}" if query else ""))
