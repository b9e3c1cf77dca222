"""The queue: one turn at a time, with what came before and after it, what is most instructive first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from auditlog.signals import accessed
from django.contrib import admin
from django.contrib.auth.models import AbstractUser
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from review.admin import turns
from review.admin.filters import is_number
from review.chat import read
from review.guidelines import guidelines
from review.models import Conversation, Recognition, Turn
from review.models.improving import JudgementState

# Turns that are shown before and after the one that is asked about.
AROUND = 2
# What a colleague opened is passed over so long, as far as that many turns.
SECONDS_OPEN = 10 * 60
MOST_OPEN = 20
# More nobody judges in a day, and every page counts each scope.
MOST_COUNTED = 100


@dataclass(frozen=True)
class Scope:
    """A part of the queue: its name in the address, and the turns that are in it for somebody."""

    name: str
    title: str
    turns: Callable[[AbstractUser], QuerySet[Turn]]
    most_instructive_first: bool = False


def _instructive(person: AbstractUser) -> QuerySet[Turn]:
    return Turn.objects.filter(recognition__instructive__gt=0, judgement=None)


SCOPES = {
    scope.name: scope
    for scope in (
        Scope("alles", "alles", _instructive, most_instructive_first=True),
        Scope(
            "mij",
            "aan mij toegewezen",
            lambda person: _instructive(person).filter(conversation__assigned_to=person),
            most_instructive_first=True,
        ),
        Scope("vlag", "gevlagd", lambda person: Turn.objects.filter(flag__isnull=False)),
        Scope(
            "concept",
            "mijn concepten",
            lambda person: Turn.objects.filter(judgement__state=JudgementState.DRAFT, judgement__author=person),
        ),
        Scope(
            "teruggestuurd",
            "teruggestuurd",
            lambda person: Turn.objects.filter(judgement__state=JudgementState.RETURNED),
        ),
    )
}


def counted(name: str, person: AbstractUser) -> str:
    """How many turns are in a scope for somebody, as staff read it."""
    number = SCOPES[name].turns(person).values("pk")[: MOST_COUNTED + 1].count()
    return f"{MOST_COUNTED}+" if number > MOST_COUNTED else str(number)


def address_of(name: str, **asked: Any) -> str:
    """Of the queue with a scope."""
    return f"{reverse('queue')}?{urlencode({'van': name, **asked})}"


def queue(request: HttpRequest) -> HttpResponse:
    """The next turn of a scope; a change that is posted about a turn leads to the next one.

    The address says the scope (`van`), and after which turn (`na`) or which one itself (`beurt`).
    """
    if not request.user.has_perms(("review.view_conversation", "review.add_judgement")):
        raise PermissionDenied
    scope = SCOPES.get(request.GET.get("van", ""), SCOPES["alles"])
    turn: Turn | None
    form = None
    if request.method == "POST":
        turn = posted = turns.posted_turn(request)
        form = turns.change(request, posted)
        if form is None:
            judged = request.POST["change"] in {"judge_right", "accept", "draft"}
            # With an end of its own, or else a browser takes along the place on the page that one came from.
            return HttpResponseRedirect(address_of(scope.name, **{"na" if judged else "beurt": posted.pk}) + "#")
    else:
        turn = _asked(request, scope)
    if turn and form is None and hasattr(turn, "recognition"):
        form = turns.form_of(turn)
    if turn:
        cache.set(_key(turn.pk), request.user.pk, SECONDS_OPEN)
        accessed.send(Conversation, instance=turn.conversation)
    context = {**admin.site.each_context(request), "title": "Leerzaam", **_page(request, scope, turn, form)}
    return TemplateResponse(request, "admin/review/turn/queue.html", context)


def _page(request: HttpRequest, scope: Scope, turn: Turn | None, form: turns.Form | None) -> dict[str, Any]:
    scopes = [(each, address_of(each.name), counted(each.name, request.user)) for each in SCOPES.values()]
    page = {"scope": scope, "scopes": scopes, "turn": turn, "form": form, "guidelines": guidelines()}
    if turn is None:
        return {**page, "passed": bool(request.GET.get("na")), "again": address_of(scope.name)}
    whole = reverse("admin:review_conversation_change", args=[turn.conversation_id])
    return {
        **page,
        "turns": read(turn.conversation, range(turn.number - AROUND, turn.number + AROUND + 1)),
        "whole": whole,
        "address": request.build_absolute_uri(whole),
        "skip": address_of(scope.name, na=turn.pk),
    }


def _asked(request: HttpRequest, scope: Scope) -> Turn | None:
    """The turn that is asked for, or else the next one that no colleague has open."""
    rows: QuerySet[Turn] = Turn.objects.select_related("conversation", "recognition", "judgement", "flag")
    if is_number(asked := request.GET.get("beurt", "")):
        return _first(rows, int(asked))
    found = scope.turns(request.user)
    if is_number(after := request.GET.get("na", "")):
        found = found.filter(_after(int(after), scope))
    order = ("-recognition__instructive", "recognition__turn_id") if scope.most_instructive_first else ("pk",)
    keys = list(found.order_by(*order).values_list("pk", flat=True)[:MOST_OPEN])
    opened = cache.get_many([_key(key) for key in keys])
    free = [key for key in keys if opened.get(_key(key), request.user.pk) == request.user.pk]
    return _first(rows, (free or keys)[0]) if keys else None


def _first(rows: QuerySet[Turn], key: int) -> Turn | None:
    found: Turn | None = rows.filter(pk=key).first()
    return found


def _after(key: int, scope: Scope) -> Q:
    """Beyond a turn in the order of a scope."""
    if not scope.most_instructive_first:
        return Q(pk__gt=key)
    passed = Recognition.objects.filter(pk=key).values_list("instructive", flat=True).first()
    if passed is None:
        return Q()
    # The first says the same once more, in the way in which an index can be used.
    beyond = Q(recognition__instructive__lt=passed) | Q(recognition__instructive=passed, recognition__turn_id__gt=key)
    return Q(recognition__instructive__lte=passed) & beyond


def _key(turn: int) -> str:
    return f"open-turn-{turn}"
