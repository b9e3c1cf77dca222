"""What a leader may ask of the network: to have a conversation erased everywhere, and to get what is kept of it."""

from __future__ import annotations

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from review.access import as_html
from review.audit import log_export
from review.models import Conversation


def erase(request: HttpRequest, code: str) -> HttpResponse:
    """A page to confirm it; then the worker erases it in the coach's store, and whatever hangs on it goes along."""
    if not request.user.has_perm("review.erase_conversation"):
        raise PermissionDenied
    conversation = get_object_or_404(Conversation, pk=code)
    if request.method == "POST" and request.POST.get("sure") == "yes":
        if conversation.erase_asked_at is None:
            conversation.erase_asked_at = timezone.now()
            conversation.save(update_fields=["erase_asked_at"])
        messages.success(request, "Het gesprek wordt gewist. Binnen een minuut is het weg.")
        return redirect("admin:review_conversation_changelist")
    if request.method == "POST":
        messages.warning(request, "Er is niets gewist. Zet eerst een vinkje als je het zeker weet.")
    context = {
        **admin.site.each_context(request),
        "opts": Conversation._meta,
        "original": conversation,
        "title": f"Gesprek {code} overal wissen",
        "conversation": conversation,
    }
    return TemplateResponse(request, "admin/review/conversation/erase.html", context)


@require_POST
def export(request: HttpRequest, code: str) -> HttpResponse:
    """A file with all that the staff app keeps of it."""
    if not request.user.has_perm("review.export_conversation"):
        raise PermissionDenied
    conversation = get_object_or_404(Conversation, pk=code)
    answer = HttpResponse(as_html(conversation), content_type="text/html; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="gesprek-{code}.html"'
    log_export(Conversation, str(conversation), conversation.code)
    return answer


VIEWS = (("wissen", "erase", erase), ("inzage", "export", export))
