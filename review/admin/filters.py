"""What the list of conversations can be filtered by. Each filter is a few fields of one form (change_list.html)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any, ClassVar

from django.contrib.admin import ListFilter
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest
from django.utils import timezone

from review.admin.days import day_of, within
from review.models import Conversation, Flag, Judgement, Label
from review.models.conversation import Sector
from review.models.improving import JudgementState
from review.names import colleagues, name_of

type Conversations = QuerySet[Conversation]
type Options = Iterable[tuple[str, str]]
UNKNOWN = "geen"
ME = "ik"


@dataclass(frozen=True)
class Field:
    """A field of the form: a date, or one of the options."""

    name: str
    label: str
    value: str
    options: tuple[tuple[str, str], ...] = ()
    is_date: bool = False

    @property
    def shown(self) -> str:
        """The chosen value as staff read it; empty where nothing is chosen."""
        if self.is_date:
            day = day_of(self.value)
            return f"{day:%d-%m-%Y}" if day else ""
        return dict(self.options).get(self.value, "")


class Filter(ListFilter):
    """Reads its parameters from the address, in which they are Dutch. What is no value of it filters nothing."""

    parameters: ClassVar[tuple[str, ...]]

    def __init__(self, request: HttpRequest, params: dict[str, list[str]], model: Any, model_admin: Any) -> None:
        super().__init__(request, params, model, model_admin)
        for name in self.parameters:
            if name in params:
                self.used_parameters[name] = params.pop(name)[-1]

    def has_output(self) -> bool:
        """Always shown."""
        return True

    def expected_parameters(self) -> list[str]:
        """The names in the address."""
        return list(self.parameters)

    def value(self, name: str) -> str:
        """What was asked for, empty where nothing was."""
        return str(self.used_parameters.get(name, ""))


class Choice(Filter):
    """One of a few values."""

    options: ClassVar[Options] = ()
    field: ClassVar[str]

    @cached_property
    def fields(self) -> list[Field]:
        """The one field; asks the database for its options where they stand there."""
        (name,) = self.parameters
        return [Field(name, self.title, self.value(name), tuple(self.options))]

    def queryset(self, request: HttpRequest, conversations: Conversations) -> Conversations:
        """The conversations with the chosen value."""
        value = self.value(self.parameters[0])
        return self.chosen(conversations, value) if value else conversations

    def chosen(self, conversations: Conversations, value: str) -> Conversations:
        """The conversations with this value, which may be anything."""
        if value not in dict(self.options):
            return conversations
        return conversations.filter(**{self.field: "" if value == UNKNOWN else value})


def _of_field(name: str, parameter: str, *, unknown: str = "") -> type[Choice]:
    field = Conversation._meta.get_field(name)
    options = [(str(value), words) for value, words in field.choices]
    if unknown:
        options.append((UNKNOWN, unknown))
    values = {"title": field.verbose_name, "parameters": (parameter,), "field": name, "options": options}
    return type(parameter, (Choice,), values)


class _YesNo(Choice):
    options = (("ja", "ja"), ("nee", "nee"))

    def chosen(self, conversations: Conversations, value: str) -> Conversations:
        """Those that have it, or those that have it not."""
        return conversations.filter(**{self.field: value == "ja"}) if value in {"ja", "nee"} else conversations


def _yes_no(name: str, parameter: str) -> type[_YesNo]:
    title = Conversation._meta.get_field(name).verbose_name
    return type(parameter, (_YesNo,), {"title": title, "parameters": (parameter,), "field": name})


class Period(Filter):
    """When the last message came: lately, or from one day to another, both included."""

    title = "periode"
    parameters = ("periode", "van", "tot")
    options = (("1", "vandaag"), ("7", "laatste 7 dagen"), ("30", "laatste 30 dagen"), ("365", "laatste 365 dagen"))

    @cached_property
    def fields(self) -> list[Field]:
        """A choice and two dates."""
        return [
            Field("periode", "periode", self.value("periode"), self.options),
            Field("van", "van", self.value("van"), is_date=True),
            Field("tot", "tot en met", self.value("tot"), is_date=True),
        ]

    def queryset(self, request: HttpRequest, conversations: Conversations) -> Conversations:
        """Those whose last message came then."""
        if self.value("periode") in dict(self.options):
            first = timezone.localdate() - timedelta(days=int(self.value("periode")) - 1)
            conversations = within(conversations, "last_at", first, None)
        return within(conversations, "last_at", day_of(self.value("van")), day_of(self.value("tot")))


class InSector(Choice):
    """The leader may work in more than one."""

    title = "sector"
    parameters = ("sector",)
    options = (*Sector.choices, (UNKNOWN, "niet bekend"))

    def chosen(self, conversations: Conversations, value: str) -> Conversations:
        """Those with this sector among theirs."""
        if value == UNKNOWN:
            return conversations.filter(sectors="")
        return conversations.filter(sectors__contains=f",{value},") if value in Sector.values else conversations


class Rated(Choice):
    """In three groups, as few rate."""

    title = "waardering"
    parameters = ("waardering",)
    options = (("laag", "1 of 2"), ("midden", "3"), ("hoog", "4 of 5"), (UNKNOWN, "geen"))
    groups: ClassVar[dict[str, tuple[int, ...]]] = {"laag": (1, 2), "midden": (3,), "hoog": (4, 5)}

    def chosen(self, conversations: Conversations, value: str) -> Conversations:
        """Those that were rated so."""
        if value == UNKNOWN:
            return conversations.filter(rating=None)
        return conversations.filter(rating__in=self.groups[value]) if value in self.groups else conversations


class Reviewed(_YesNo):
    """Whether somebody marked it as reviewed."""

    title = "beoordeeld"
    parameters = ("beoordeeld",)

    def chosen(self, conversations: Conversations, value: str) -> Conversations:
        """Those that are, or those that are not."""
        return conversations.filter(reviewed_at__isnull=value == "nee") if value in {"ja", "nee"} else conversations


class AssignedTo(Choice):
    """Me, nobody, or a person."""

    title = "toegewezen aan"
    parameters = ("toegewezen",)

    @property
    def options(self) -> Options:  # type: ignore[override]
        """All who can sign in."""
        yield from ((ME, "mij"), (UNKNOWN, "niemand"))
        yield from ((str(person.pk), name_of(person)) for person in colleagues())

    def chosen(self, conversations: Conversations, value: str) -> Conversations:
        """Those that were given to that person."""
        if value == UNKNOWN:
            return conversations.filter(assigned_to=None)
        number = str(self.request.user.pk) if value == ME else value
        return conversations.filter(assigned_to=int(number)) if is_number(number) else conversations


class Labelled(Choice):
    """One of the network's labels."""

    title = "label"
    parameters = ("label",)

    @property
    def options(self) -> Options:  # type: ignore[override]
        """All labels."""
        return [(str(label.pk), label.name) for label in Label.objects.all()]

    def chosen(self, conversations: Conversations, value: str) -> Conversations:
        """Those with that label."""
        if not is_number(value):
            return conversations
        return conversations.filter(
            code__in=Conversation.labels.through.objects.filter(label=int(value)).values("conversation")
        )


class Flagged(_YesNo):
    """Whether a turn is flagged for a colleague."""

    title = "gevlagd"
    parameters = ("gevlagd",)

    def chosen(self, conversations: Conversations, value: str) -> Conversations:
        """Those with a flag, or those without."""
        if value not in {"ja", "nee"}:
            return conversations
        flagged = Q(code__in=Flag.objects.order_by().values("turn__conversation"))
        return conversations.filter(flagged if value == "ja" else ~flagged)


class Judged(Choice):
    """What staff said of a turn."""

    title = "oordeel"
    parameters = ("oordeel",)
    states: ClassVar[dict[str, str]] = {str(label): value for value, label in JudgementState.choices}
    options = (("nog", "nog niet"), *((label, label) for label in states))

    def chosen(self, conversations: Conversations, value: str) -> Conversations:
        """Those with a judgement that stands so, or without any."""
        judged = Judgement.objects.order_by().values("turn__conversation")
        if value == "nog":
            # Asked of each conversation until the page is full: there are many, and few of them are judged.
            first = judged.filter(turn__conversation=OuterRef("pk"))[:1]
            return conversations.alias(judged=Subquery(first)).filter(judged=None)
        known = value in self.states
        return conversations.filter(code__in=judged.filter(state=self.states[value])) if known else conversations


FILTERS = (
    Period,
    _of_field("channel", "kanaal"),
    _of_field("bottleneck", "knelpunt", unknown="niet bekend"),
    _of_field("level", "niveau", unknown="niet bekend"),
    InSector,
    _of_field("reached", "gekomen"),
    _yes_no("handed_off", "overgedragen"),
    _yes_no("uncertain", "onzeker"),
    _yes_no("corrected", "verbeterd"),
    _yes_no("danger", "gevaar"),
    Rated,
    Reviewed,
    AssignedTo,
    Labelled,
    Flagged,
    Judged,
)


def is_number(value: str) -> bool:
    """Whether a database can look it up as one."""
    return value.isascii() and value.isdecimal() and len(value) < len(str(2**31))
