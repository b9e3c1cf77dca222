"""The lists of what staff judged, and of what the coach learns from it."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter
from unfold.decorators import display

from review import judging
from review.chat import should_be
from review.guidelines import guidelines
from review.models import Example, Judgement, Turn
from review.models.improving import JudgementState, Verdict
from review.names import name_of
from review.templatetags.wording import moment
from review.words import INTENTS, in_words


class IntentFilter(DropdownFilter):
    """What a message should have been taken for."""

    title = "bedoeling"
    parameter_name = "bedoeling"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Each intent by its words."""
        return [(choice.name, choice.words) for choice in guidelines().intents.values()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Those with the one that was chosen."""
        return queryset.filter(intent=self.value()) if self.value() else queryset


class CheckedFilter(DropdownFilter):
    """How far an example is on its way to the coach."""

    title = "stand"
    parameter_name = "stand"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """From accepted to exported."""
        return [("wacht", "wordt nagekeken"), ("klaar", "nagekeken, nog niet uitgevoerd"), ("uit", "uitgevoerd")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Those that are as far as that."""
        if self.value() == "wacht":
            return queryset.filter(checked_at=None)
        if self.value() == "klaar":
            return queryset.filter(checked_at__isnull=False, exported_at=None)
        return queryset.filter(exported_at__isnull=False) if self.value() == "uit" else queryset


class _OfTurns(ModelAdmin):
    """A list of which each row is about a turn, and is changed there."""

    list_display_links = None
    list_filter_submit = True
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        """It is made at a turn."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """It is changed at its turn."""
        return False

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """The turn in its conversation."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = self.get_object(request, object_id)
        if found is None or found.turn is None:
            messages.warning(request, "Het gesprek waar dit uit komt is er niet meer.")
            return HttpResponseRedirect(reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"))
        return HttpResponseRedirect(_address(found.turn))


@admin.register(Judgement)
class JudgementAdmin(_OfTurns):
    """What staff said of turns."""

    list_display = ("where", "shown_state", "recognised_as", "should_have_been", "by", "saved")
    list_filter: ClassVar = [("state", ChoicesDropdownFilter), ("verdict", ChoicesDropdownFilter), IntentFilter]
    list_select_related = ("author",)
    ordering = ("-saved_at", "pk")  # by the turn itself every turn would be sorted
    search_fields = ("turn__conversation__code__iexact",)
    search_help_text = "Code van een gesprek"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Judgement]:
        """The turns of a page apart: to join them all is to read all of them."""
        return super().get_queryset(request).prefetch_related("turn__recognition")

    def has_delete_permission(self, request: HttpRequest, obj: Judgement | None = None) -> bool:
        """It is taken back at its turn."""
        return False

    @display(description="gesprek")
    def where(self, judgement: Judgement) -> SafeString:
        """The turn that it is about."""
        return _link(judgement.turn)

    @display(
        description="oordeel",
        ordering="state",
        label={
            Verdict.RIGHT: "success",
            JudgementState.DRAFT: "warning",
            JudgementState.ACCEPTED: "success",
            JudgementState.RETURNED: "danger",
        },
    )
    def shown_state(self, judgement: Judgement) -> tuple[str, str]:
        """Right, or where its correction stands."""
        if judgement.verdict == Verdict.RIGHT:
            return judgement.verdict, judgement.get_verdict_display()
        return judgement.state, judgement.get_state_display()

    @display(description="herkend als")
    def recognised_as(self, judgement: Judgement) -> str:
        """What the coach took it for."""
        recognition = getattr(judgement.turn, "recognition", None)
        return in_words(recognition.intent, INTENTS) if recognition else "–"

    @display(description="moest zijn", ordering="intent")
    def should_have_been(self, judgement: Judgement) -> str:
        """What is other than it was recognised."""
        return ", ".join(should_be(judgement)) or "–"

    @display(description="van", ordering="author")
    def by(self, judgement: Judgement) -> str:
        """Who judged last."""
        return name_of(judgement.author) or "een oud-collega"

    @display(description="bewaard op", ordering="saved_at")
    def saved(self, judgement: Judgement) -> str:
        """When."""
        return str(moment(judgement.saved_at))


@admin.register(Example)
class ExampleAdmin(_OfTurns):
    """What the coach learns from; where it may be taken away, each row has the way to that."""

    list_display = ("sentence", "becomes", "stand", "accepted", "where", "away")
    list_filter: ClassVar = [CheckedFilter, IntentFilter]
    list_select_related = ("accepted_by",)
    search_fields = ("conversation__code__iexact",)
    search_help_text = "Code van een gesprek"
    list_before_template = "admin/review/example/export.html"
    delete_confirmation_template = "admin/review/example/delete.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Example]:
        """The turns of a page apart, as with the judgements."""
        return super().get_queryset(request).prefetch_related("turn")

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        """Without the way to take it away for who may not."""
        may_delete = self.has_delete_permission(request)
        return tuple(name for name in self.list_display if name != "away" or may_delete)

    def delete_model(self, request: HttpRequest, obj: Example) -> None:
        """Its judgement waits as a draft then."""
        judging.withdraw(example=obj)

    @display(description="zin", ordering="text")
    def sentence(self, example: Example) -> SafeString:
        """As the coach learns it."""
        return format_html('<span class="review-sentence" dir="auto">{}</span>', example.text)

    @display(description="was → wordt", ordering="intent")
    def becomes(self, example: Example) -> SafeString:
        """What the coach took it for, and what it is."""
        place = [value for value in (example.level, example.sector) if value]
        return format_html(
            '{} <span aria-label="wordt">→</span> {}<span class="review-under">{}</span>',
            in_words(example.recognised, INTENTS), in_words(example.intent, INTENTS), " · ".join(place),
        )  # fmt: skip

    @display(description="stand", label={"wacht": "info", "klaar": "success", "uit": "default"})
    def stand(self, example: Example) -> tuple[str, str]:
        """Whether it was looked over, and whether the coach has it."""
        if example.checked_at is None:
            return "wacht", "wordt nagekeken"
        return ("uit", "uitgevoerd") if example.exported_at else ("klaar", "nagekeken")

    @display(description="goedgekeurd", ordering="accepted_at")
    def accepted(self, example: Example) -> SafeString:
        """When, and by whom."""
        return format_html(
            '{}<span class="review-under">{}</span>',
            moment(example.accepted_at), name_of(example.accepted_by) or "een oud-collega",
        )  # fmt: skip

    @display(description="gesprek")
    def where(self, example: Example) -> SafeString:
        """The turn that it comes from, while that is there."""
        return _link(example.turn) if example.turn else SafeString("niet meer bewaard")

    @display(description="weghalen")
    def away(self, example: Example) -> SafeString:
        """The page that asks whether that is meant."""
        address = reverse("admin:review_example_delete", args=[example.pk])
        return format_html('<a class="frame-link" href="{}">Haal weg</a>', address)


def _address(turn: Turn) -> str:
    return f"{reverse('admin:review_conversation_change', args=[turn.conversation_id])}#beurt-{turn.number}"


def _link(turn: Turn) -> SafeString:
    html = '<a class="frame-link" href="{}">{}, beurt {}</a>'
    return format_html(html, _address(turn), turn.conversation_id, turn.number)
