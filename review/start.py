"""The first page: what waits for somebody, and where somebody was reading."""

from __future__ import annotations

from typing import Any

from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, QueryDict
from django.urls import reverse

from review.admin import queue
from review.admin.paging import CappedPaginator
from review.dashboard.asked import Asked
from review.models import Conversation, Handoff
from review.models.handoff import HandoffStatus
from review.small_groups import shown

LAST_READ = 5


def overview(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """The context of the page, with `tiles` and `last_read` for as far as this member of staff may see them."""
    tiles: list[dict[str, Any]] = []
    if request.user.has_perm("review.view_conversation"):
        tiles += _of_conversations(request)
        tiles += _of_turns(request)
        context["last_read"] = _last_read(request)
    if request.user.has_perm("review.view_handoff"):
        tiles += _of_handoffs()
    if request.user.has_perm("review.view_statistic"):
        tiles.append(_of_figures())
    return {**context, "title": "Begin", "tiles": tiles}


def _of_conversations(request: HttpRequest) -> list[dict[str, Any]]:
    address = reverse("admin:review_conversation_changelist")
    open_ones = Conversation.objects.filter(reviewed_at=None)
    mine = open_ones.filter(assigned_to=request.user)
    return [
        {
            "label": "gesprekken nog niet beoordeeld",
            "number": _counted(open_ones),
            "address": f"{address}?beoordeeld=nee",
        },
        {
            "label": "daarvan aan jou toegewezen",
            "number": _counted(mine),
            "address": f"{address}?beoordeeld=nee&toegewezen=ik",
        },
    ]


def _of_turns(request: HttpRequest) -> list[dict[str, Any]]:
    """What is to be judged, for who may; what is flagged leads others to the conversations."""
    flagged = {"label": "beurten gevlagd", "number": queue.counted("vlag", request.user)}
    if not request.user.has_perm("review.add_judgement"):
        return [{**flagged, "address": f"{reverse('admin:review_conversation_changelist')}?gevlagd=ja"}]
    instructive = {
        "label": "leerzame beurten",
        "number": queue.counted("alles", request.user),
        "address": queue.address_of("alles"),
    }
    return [instructive, {**flagged, "address": queue.address_of("vlag")}]


def _of_handoffs() -> list[dict[str, Any]]:
    address = reverse("admin:review_handoff_changelist")
    counts = Handoff.objects.aggregate(
        sent=Count("pk", filter=Q(status=HandoffStatus.SENT)), failed=Count("pk", filter=Q(status=HandoffStatus.FAILED))
    )
    return [
        {
            "label": "overdrachten om op te pakken",
            "number": counts["sent"],
            "address": f"{address}?status__exact={HandoffStatus.SENT}",
        },
        {
            "label": "overdrachten mislukt",
            "number": counts["failed"],
            "address": f"{address}?status__exact={HandoffStatus.FAILED}",
            "asks": counts["failed"] > 0,
        },
    ]


def _of_figures() -> dict[str, Any]:
    asked = Asked.of(QueryDict())
    return {
        "label": f"gesprekken in de {asked.words[0]}: overzicht",
        "number": shown(asked.statistics.count()),
        "address": reverse("dashboard"),
    }


def _counted(found: QuerySet[Conversation]) -> str:
    return CappedPaginator(found, 1).counted


def _last_read(request: HttpRequest) -> list[Conversation]:
    """The conversations that were read last, newest first; those that were erased since are left out."""
    looks = LogEntry.objects.filter(
        actor=request.user,
        action=LogEntry.Action.ACCESS,
        content_type=ContentType.objects.get_for_model(Conversation),
    )
    # Somebody reads a conversation more than once; enough looks to find five of them.
    codes = list(dict.fromkeys(looks.order_by("-timestamp").values_list("object_pk", flat=True)[: 10 * LAST_READ]))
    found = Conversation.objects.in_bulk(codes[: 2 * LAST_READ])
    return [found[code] for code in codes if code in found][:LAST_READ]
