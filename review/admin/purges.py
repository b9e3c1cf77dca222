"""What is kept for how long, what was deleted last, and what the next purge deletes."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from unfold.admin import ModelAdmin

from review.models import Purge
from review.nightly import TOO_LONG, is_done
from review.retention import look


@admin.register(Purge)
class PurgeAdmin(ModelAdmin):
    """One page, to read."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """The worker's alone."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody's."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody's: it goes when it had its time."""
        return False

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """There is no page of one."""
        raise Http404

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
