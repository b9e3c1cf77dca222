"""What is kept for how long, what was deleted last, and what the next purge deletes."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from review.admin.read_only import ReadOnlyAdmin
from review.models import Purge
from review.nightly import TOO_LONG, is_done
from review.retention import look


@admin.register(Purge)
class PurgeAdmin(ReadOnlyAdmin):
    """One page, to read."""

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The page."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        last = Purge.objects.first()
        deleted = last.deleted if last else {}
        ended = next((purge for purge in Purge.objects.all()[:100] if is_done(purge)), None)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Opruimen",
            "last": last,
            "failed": bool(last) and not is_done(last),
            "too_long_ago": ended is None or ended.finished_at < timezone.now() - TOO_LONG,
            "kinds": [
                {"kind": kind, "deleted": deleted.get(kind.name, "–"), "next": expired} for kind, expired in look()
            ],
        }
        return TemplateResponse(request, "admin/review/purge/page.html", context)
