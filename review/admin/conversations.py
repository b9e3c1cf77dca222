"""The list of conversations and the page of one."""

from __future__ import annotations

from copy import copy
from typing import Any
from urllib.parse import urlencode

from auditlog.signals import accessed
from django.contrib import admin, messages
from django.contrib.admin.exceptions import DisallowedModelAdminLookup
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin
from unfold.decorators import display
from unfold.views import ChangeList

from review.admin import on_request, saved_views, staff, turns
from review.admin.filters import FILTERS, is_number
from review.admin.paging import Around, CappedPaginator, ConversationList
from review.chat import read
from review.guidelines import guidelines
from review.models import Conversation, Flag, Label, Turn
from review.models.improving import JudgementState
from review.names import colleagues, name_of
from review.search import search
from review.templatetags.wording import moment
from review.words import PRINCIPLES, in_words

PRESERVED = "_changelist_filters"
# In the address: the turn whose correction is open.
CORRECT = "verbeter"


@admin.register(Conversation)
class ConversationAdmin(ModelAdmin):
    """Made by the worker alone: staff read, and decide what becomes of it."""

    list_display = ("conversation", "about", "how_far", "signals", "stars_given", "given_to", "is_reviewed")
    list_filter = FILTERS
    list_per_page = 50
    list_max_show_all = 0
    list_fullwidth = True
    list_disable_select_all = True
    list_select_related = ("assigned_to", "reviewed_by")
    ordering = ("-last_at", "code")
    paginator = CappedPaginator
    show_full_result_count = False
    search_fields = ("code",)  # get_search_results searches more
    actions = ("mark_reviewed", "assign_to_me")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody's."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Conversation | None = None) -> bool:
        """Nobody's: what is erased is erased in the store."""
        return False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """The filters alone: Django's own lookups reach which conversation of the store this is (`Followed`)."""
        return lookup in saved_views.SAVED

    def get_queryset(self, request: HttpRequest) -> QuerySet[Conversation]:
        """Each with `stars`, by which those without a rating can be sorted too, and whether a turn of it is flagged."""
        conversations = super().get_queryset(request).prefetch_related("labels")
        flagged = Exists(Flag.objects.filter(turn__conversation=OuterRef("pk")))
        return conversations.annotate(stars=Coalesce("rating", 0), flagged=flagged)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Conversation], search_term: str
    ) -> tuple[QuerySet[Conversation], bool]:
        """Those that hold the words."""
        return (search(queryset, search_term) if search_term.strip() else queryset), False

    def get_urls(self) -> list[Any]:
        """With those of the saved views, and of what a leader may ask for."""
        own = [
            path("<slug:code>/wissen/", self.admin_site.admin_view(on_request.erase), name="review_conversation_erase"),
            path(
                "<slug:code>/inzage/", self.admin_site.admin_view(on_request.export), name="review_conversation_export"
            ),
            path("weergaven/", self.admin_site.admin_view(saved_views.save), name="review_savedview_save"),
            path(
                "weergaven/<int:number>/",
                self.admin_site.admin_view(saved_views.remove),
                name="review_savedview_remove",
            ),
        ]
        return [*own, *super().get_urls()]

    # The list.

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """A page of it; on the page of a conversation only what is around that."""
        return Around if request.resolver_match.url_name == "review_conversation_change" else ConversationList

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The list; the address says only what was filled in."""
        if any(not value for value in request.GET.values()):
            return HttpResponseRedirect("?" + saved_views.filled_in(request.GET).urlencode())
        views = saved_views.shown_to(request.user, request.GET)
        context = {"title": "Gesprekken", "subtitle": None, "views": views}
        return super().changelist_view(request, {**context, **(extra_context or {})})

    @display(description="Gesprek", ordering="last_at")
    def conversation(self, conversation: Conversation) -> SafeString:
        """When it was, its code and its channel."""
        return format_html(
            '<span class="review-when">{}</span><span class="review-under">{} · {}</span>',
            moment(conversation.last_at), conversation.code, conversation.get_channel_display(),
        )  # fmt: skip

    @display(description="Knelpunt", ordering="bottleneck")
    def about(self, conversation: Conversation) -> SafeString:
        """What it is about, and where the leader works."""
        place = [conversation.get_level_display(), *filter(None, conversation.sectors.split(","))]
        return format_html(
            '{}<span class="review-under">{}</span>',
            conversation.get_bottleneck_display() or "nog niet bekend", " · ".join(filter(None, place)),
        )  # fmt: skip

    @display(description="Gekomen tot", ordering="reached")
    def how_far(self, conversation: Conversation) -> SafeString:
        """Up to where, in how many messages."""
        several = "bericht" if conversation.messages == 1 else "berichten"
        return format_html(
            '{}<span class="review-under">{} {}</span>',
            conversation.get_reached_display(), conversation.messages, several,
        )  # fmt: skip

    @display(description="Opvallend")
    def signals(self, conversation: Conversation) -> SafeString:
        """What asks for attention, and the labels."""
        return render_to_string("admin/review/conversation/signals.html", {"conversation": conversation})

    @display(description="Waardering", ordering="stars")
    def stars_given(self, conversation: Conversation) -> str:
        """Of five."""
        return f"{conversation.rating} van 5" if conversation.rating else "–"

    @display(description="Toegewezen aan")
    def given_to(self, conversation: Conversation) -> str:
        """Who looks after it."""
        return name_of(conversation.assigned_to) or "niemand"

    @display(description="Beoordeeld")
    def is_reviewed(self, conversation: Conversation) -> SafeString:
        """When, and by whom."""
        if not conversation.reviewed_at:
            return SafeString("nog niet")
        return format_html(
            '{}<span class="review-under">{}</span>',
            moment(conversation.reviewed_at), name_of(conversation.reviewed_by),
        )  # fmt: skip

    @admin.action(description="Zet op beoordeeld", permissions=["change"])
    def mark_reviewed(self, request: HttpRequest, conversations: QuerySet[Conversation]) -> None:
        """Those of one page at most; one by one, as each is logged."""
        chosen = list(conversations[: self.list_per_page])
        for conversation in chosen:
            staff.review(request, conversation, reviewed=True)
        messages.success(request, f"{_counted(len(chosen))} op beoordeeld gezet.")

    @admin.action(description="Wijs toe aan mij", permissions=["change"])
    def assign_to_me(self, request: HttpRequest, conversations: QuerySet[Conversation]) -> None:
        """Those of one page at most; one by one, as each is logged."""
        chosen = list(conversations[: self.list_per_page])
        for conversation in chosen:
            staff.assign(conversation, request.user)
        messages.success(request, f"{_counted(len(chosen))} aan jou toegewezen.")

    # One conversation.

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The page of a conversation; what is posted to it changes one thing, and leads back to it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        conversation = (
            self.get_queryset(request).select_related("assigned_to", "reviewed_by").filter(pk=object_id).first()
        )
        if conversation is None:
            messages.warning(request, "Dat gesprek is er niet. Misschien is het gewist.")
            return HttpResponseRedirect(reverse("admin:review_conversation_changelist"))
        form = None
        if request.method == "POST" and request.POST.get("change") in turns.CHANGES:
            turn = turns.posted_turn(request)
            form = turns.change(request, turn)
            if form is None:
                return HttpResponseRedirect(f"{request.path}{_kept(request)}#beurt-{turn.number}")
        elif request.method == "POST":
            staff.change(request, conversation)
            return HttpResponseRedirect(request.get_full_path())
        elif request.user.has_perm("review.add_judgement"):
            form = _asked_form(request, conversation)
        accessed.send(Conversation, instance=conversation)
        page = self._page(request, conversation, form)
        return TemplateResponse(request, "admin/review/conversation/page.html", page)

    def _page(self, request: HttpRequest, conversation: Conversation, form: turns.Form | None) -> dict[str, Any]:
        before, after = self._around(request).neighbours(conversation)
        filters = request.GET.get(PRESERVED, "")
        labels = list(conversation.labels.all())
        notes = list(conversation.notes.select_related("author"))
        for note in notes:
            note.by = name_of(note.author)
        reflections = list(conversation.reflections.all())
        for reflection in reflections:
            reflection.title = in_words(reflection.principle, PRINCIPLES)
        return {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": conversation,
            "title": str(conversation),
            "conversation": conversation,
            "sectors": [sector for sector in conversation.sectors.split(",") if sector],
            "turns": read(conversation),
            "form": form,
            "guidelines": guidelines() if form else None,
            "correct": f"{_kept(request, to_come=True)}{CORRECT}=",
            "reflections": reflections,
            "handoffs": conversation.handoffs.all(),
            "notes": notes,
            "labels": labels,
            "other_labels": Label.objects.exclude(pk__in=[label.pk for label in labels]),
            "people": [(person.pk, name_of(person)) for person in colleagues()],
            "assignee": name_of(conversation.assigned_to),
            "reviewer": name_of(conversation.reviewed_by),
            "may_change": self.has_change_permission(request),
            "previous": before and _address(before, filters),
            "next": after and _address(after, filters),
            "list": reverse("admin:review_conversation_changelist") + (f"?{filters}" if filters else ""),
            "own_address": request.build_absolute_uri(_address(conversation, "")),
        }

    def _around(self, request: HttpRequest) -> Any:
        """The list that one came from; the whole one where its filters cannot be read."""
        asked = copy(request)
        asked.GET = QueryDict(request.GET.get(PRESERVED, ""))
        try:
            return self.get_changelist_instance(asked)
        except (IncorrectLookupParameters, DisallowedModelAdminLookup):
            asked.GET = QueryDict()
            return self.get_changelist_instance(asked)


def _asked_form(request: HttpRequest, conversation: Conversation) -> turns.Form | None:
    """The form that the address asks for; otherwise that of a turn whose example came back."""
    recognised = Turn.objects.filter(conversation=conversation, recognition__isnull=False)
    recognised = recognised.select_related("recognition", "judgement")
    asked = request.GET.get(CORRECT, "")
    if is_number(asked):
        found = recognised.filter(pk=int(asked)).first()
    else:
        found = recognised.filter(judgement__state=JudgementState.RETURNED).first()
    return turns.form_of(found) if found else None


def _kept(request: HttpRequest, *, to_come: bool = False) -> str:
    """What of the address stays: the list that one came from. `to_come`: something is added to it."""
    filters = request.GET.get(PRESERVED, "")
    kept = f"?{urlencode({PRESERVED: filters})}" if filters else ""
    return (f"{kept}&" if kept else "?") if to_come else kept


def _address(conversation: Conversation, filters: str) -> str:
    address = str(reverse("admin:review_conversation_change", args=[conversation.pk]))
    return f"{address}?{urlencode({PRESERVED: filters})}" if filters else address


def _counted(number: int) -> str:
    return "1 gesprek is" if number == 1 else f"{number} gesprekken zijn"
