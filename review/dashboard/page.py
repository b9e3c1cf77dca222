"""The dashboard as staff see it, and each of its tables as a file."""

from __future__ import annotations

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from review.audit import log_export
from review.dashboard.asked import Asked
from review.dashboard.figures import count
from review.dashboard.picture import Picture
from review.dashboard.pictures import pictures
from review.dashboard.sheet import as_sheet
from review.models import Statistic
from review.small_groups import LEAST


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """All pictures; none where all conversations together are a small group."""
    asked = _asked(request)
    number, drawn = _drawn(asked)
    context = {
        **admin.site.each_context(request),
        "title": "Overzicht",
        "asked": asked,
        "number": number,
        "pictures": drawn,
        "least": LEAST,
    }
    return TemplateResponse(request, "admin/review/dashboard/page.html", context)


@require_safe
def sheet(request: HttpRequest, name: str) -> HttpResponse:
    """The table of one picture as a file; the log says who has it."""
    asked = _asked(request)
    picture = next((picture for picture in _drawn(asked)[1] if picture.name == name), None)
    if picture is None:
        raise Http404
    log_export(Statistic, f"Cijfers: {picture.title} ({', '.join(asked.words)})", name)
    file = "-".join([name, *map(slugify, asked.words), f"{timezone.localdate():%Y-%m-%d}"])
    return HttpResponse(
        as_sheet(picture),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{file}.csv"'},
    )


def _asked(request: HttpRequest) -> Asked:
    if not request.user.has_perm("review.view_statistic"):
        raise PermissionDenied
    return Asked.of(request.GET)


def _drawn(asked: Asked) -> tuple[int, list[Picture]]:
    """How many conversations there are, and the pictures of them."""
    figures = count(asked)
    return figures.number, pictures(figures) if figures.number >= LEAST else []
