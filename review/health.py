"""Whether this process can do its work, for whatever keeps it running."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe


@login_not_required
@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """200 when the database answers, otherwise 503; nothing in it is about anybody."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return HttpResponse("De database antwoordt niet.\n", status=503, content_type="text/plain; charset=utf-8")
    return HttpResponse("In orde.\n", content_type="text/plain; charset=utf-8")
