"""The hand-offs: which wait, which were sent, and who follows them up."""

from __future__ import annotations

from typing import Any

from auditlog.signals import accessed
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from review import outbox
from review.admin.days import DaysFilter
from review.models import Handoff, ReplyAddress
from review.models.handoff import HandoffStatus
from review.names import name_of
from review.statistics import refresh
from review.templatetags.wording import moment

# What staff can do with a hand-off, by where it stands: the name of the step and what its button says.
STEPS: dict[Any, tuple[tuple[str, str], ...]] = {
    HandoffStatus.SENT: (("take_up", "Ik pak dit op"),),
    HandoffStatus.FAILED: (("send_again", "Opnieuw versturen"), ("take_up", "Ik pak dit op")),
    HandoffStatus.TAKEN_UP: (("finish", "Afronden"), ("leave", "Teruggeven")),
    HandoffStatus.DONE: (("take_up", "Weer openen"),),
}
SHOW_ADDRESS = "show_address"


@admin.register(Handoff)
class HandoffAdmin(ModelAdmin):
    """A list, and a page with the summary, the state and the next step."""

    list_display = ("conversation_code", "shown_status", "consented", "sent", "given_to")
    list_display_links = ("conversation_code",)
    list_filter = (
        ("status", ChoicesDropdownFilter),
        ("consented_at", DaysFilter),
    )
    list_filter_submit = True
    list_select_related = ("taken_up_by",)
    list_per_page = 50
    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A hand-off comes out of a conversation alone."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Handoff | None = None) -> bool:
        """It goes with its conversation."""
        return False

    @display(description="gesprek", ordering="conversation")
    def conversation_code(self, handoff: Handoff) -> str:
        """The conversation that it came out of."""
        return str(handoff.conversation_id)

    @display(
        description="status",
        ordering="status",
        label={
            HandoffStatus.WAITING: "info",
            HandoffStatus.SENT: "warning",
            HandoffStatus.FAILED: "danger",
            HandoffStatus.TAKEN_UP: "primary",
            HandoffStatus.DONE: "success",
            HandoffStatus.WITHDRAWN: "default",
        },
    )
    def shown_status(self, handoff: Handoff) -> tuple[str, str]:
        """Where it stands, as a coloured word."""
        return handoff.status, handoff.get_status_display()

    @display(description="toestemming", ordering="consented_at")
    def consented(self, handoff: Handoff) -> str:
        """When the leader agreed."""
        return str(moment(handoff.consented_at))

    @display(description="verstuurd", ordering="sent_at")
    def sent(self, handoff: Handoff) -> str:
        """When the mail went."""
        return str(moment(handoff.sent_at)) if handoff.sent_at else "nog niet"

    @display(description="opgepakt door", ordering="taken_up_by")
    def given_to(self, handoff: Handoff) -> str:
        """Who looks after it."""
        return name_of(handoff.taken_up_by) or "niemand"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Handoff]:
        """Without the texts, which the list does not show."""
        return super().get_queryset(request).defer("text")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The page of one hand-off; a POST takes the step that it names."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        handoff = self.get_object(request, object_id)
        if handoff is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        step = request.POST.get("step")
        may_change, may_see_address = self.has_change_permission(request, handoff), may_see_addresses(request)
        if step and step != SHOW_ADDRESS:
            if not may_change:
                raise PermissionDenied
            take(handoff.pk, step, request)
            return redirect(request.path)
        address = address_of(handoff, request) if step == SHOW_ADDRESS else None
        accessed.send(Handoff, instance=handoff)
        return TemplateResponse(
            request,
            "admin/review/handoff/page.html",
            {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "original": handoff,
                "title": str(handoff),
                "handoff": handoff,
                "taken_up_by": name_of(handoff.taken_up_by),
                "steps": STEPS.get(handoff.status, ()) if may_change else (),
                "may_see_address": may_see_address,
                "show_address": SHOW_ADDRESS,
                "address": address,
            },
        )


def may_see_addresses(request: HttpRequest) -> bool:
    """Whether this person has the right to see where a leader wants the answer."""
    return bool(request.user.has_perm("review.view_replyaddress"))


def address_of(handoff: Handoff, request: HttpRequest) -> str:
    """Where the leader wants the answer; the look is logged. Empty when there is none (any more).

    Raises:
        PermissionDenied: this person has no right to it.
    """
    if not may_see_addresses(request):
        raise PermissionDenied
    found = ReplyAddress.objects.filter(handoff=handoff).first()
    if found is None:
        return ""
    accessed.send(ReplyAddress, instance=found)
    return str(found.address)


@transaction.atomic
def take(code: str, step: str, request: HttpRequest) -> None:
    """Take a step with a hand-off, if it still stands where the step begins: a colleague may be quicker."""
    handoff = Handoff.objects.select_for_update().get(pk=code)
    if step not in dict(STEPS.get(handoff.status, ())):
        messages.warning(request, "Deze overdracht is intussen veranderd. Kijk nog eens.")
        return
    now = timezone.now()
    if step == "send_again":
        outbox.send_again(handoff)
        messages.success(request, "De mail wordt opnieuw verstuurd.")
        return
    if step == "take_up":
        handoff.status, handoff.taken_up_by = HandoffStatus.TAKEN_UP, request.user
        # Opened again: the leader waited until the first time.
        handoff.taken_up_at, handoff.done_at = handoff.taken_up_at or now, None
        messages.success(request, "Je hebt deze overdracht opgepakt.")
    elif step == "finish":
        handoff.status, handoff.done_at = HandoffStatus.DONE, now
        messages.success(request, "Deze overdracht is afgerond.")
    else:
        handoff.status = HandoffStatus.SENT if handoff.sent_at else HandoffStatus.FAILED
        handoff.taken_up_by = handoff.taken_up_at = None
        messages.success(request, "Deze overdracht ligt weer open voor je collega's.")
    handoff.save(update_fields=["status", "taken_up_by", "taken_up_at", "done_at"])
    refresh([handoff.conversation_id])
