"""Pages of the list and the way from one conversation to the next, both fast however many there are."""

from __future__ import annotations

from functools import cached_property, reduce
from operator import or_
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest
from unfold.views import ChangeList

from review.admin.filters import Field
from review.models import Conversation

MOST_COUNTED = 1000
# Beyond it nobody turns pages; and a database knows no place as far as an address can ask for.
MOST_PAGES = 10_000


class CappedPaginator(Paginator):
    """Counts to `MOST_COUNTED`; with more, each page is asked for without knowing which is the last."""

    template_name = "admin/review/conversation/pages.html"

    @cached_property
    def count(self) -> int:
        """How many there are, at most one more than are counted."""
        return int(self.object_list.order_by().values("pk")[: MOST_COUNTED + 1].count())

    @property
    def counted(self) -> str:
        """How many there are, as staff read it."""
        return f"{MOST_COUNTED}+" if self.count > MOST_COUNTED else str(self.count)

    @property
    def num_pages(self) -> int:
        """How many pages there can be."""
        return MOST_PAGES if self.count > MOST_COUNTED else int(super().num_pages)

    @property
    def last_is_known(self) -> bool:
        """Whether the number of pages is more than a limit."""
        return self.count <= MOST_COUNTED

    def page(self, number: int) -> Any:
        """The rows of a page; none beyond the last."""
        if self.last_is_known:
            return super().page(number)
        number = self.validate_number(number)
        first = (number - 1) * self.per_page
        return self._get_page(self.object_list[first : first + self.per_page], number, self)


class ConversationList(ChangeList):
    """A page of the conversations that pass the filters."""

    result_list: Any

    def get_results(self, request: HttpRequest) -> None:
        """The rows; unfold need not say how many pass which filters.

        First their keys, from what they are sorted by alone: the way to a late page leads past all those before it.
        """
        super().get_results(request)
        keys = list(self.result_list.values_list("pk", flat=True))
        rows = self.root_queryset.select_related(*self.list_select_related).in_bulk(keys)
        self.result_list = [rows[key] for key in keys if key in rows]
        self.full_result_count = self.result_count

    @cached_property
    def fields(self) -> list[Field]:
        """The fields of all filters."""
        return [field for filter_ in self.filter_specs for field in filter_.fields]

    @cached_property
    def active(self) -> list[tuple[Field, str]]:
        """What is filtered by, with the address of the list without it."""
        return [(field, self.get_query_string(remove=[field.name])) for field in self.fields if field.shown]

    @property
    def without_query(self) -> str:
        """The address of the list without the words that are searched."""
        return str(self.get_query_string(remove=["q"]))

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What the form of the filters hands on: how the list is sorted."""
        return [(name, value) for name, value in self.params.items() if name == "o"]

    @property
    def has_next(self) -> bool:
        """Whether there is a page after this one; a full page of many may be the last."""
        if self.paginator.last_is_known:
            return bool(self.page_num < self.paginator.num_pages)
        return bool(len(self.result_list) == self.list_per_page)

    @property
    def previous_page(self) -> str:
        """The address of the page before."""
        return str(self.get_query_string({"p": self.page_num - 1}))

    @property
    def next_page(self) -> str:
        """The address of the page after."""
        return str(self.get_query_string({"p": self.page_num + 1}))


class Around(ChangeList):
    """The same list with the same filters, of which only the neighbours of one conversation are read."""

    def get_results(self, request: HttpRequest) -> None:
        """None."""
        self.ordering = self.get_ordering(request, self.queryset)
        self.result_count = 0
        self.result_list = self.queryset.none()

    def neighbours(self, conversation: Conversation) -> tuple[Conversation | None, Conversation | None]:
        """The one before and the one after it in the list's order, also where it passes the filters no more."""
        back = [_turned(name) for name in self.ordering]
        before = self.queryset.filter(_after(conversation, back)).order_by(*back).first()
        return before, self.queryset.filter(_after(conversation, self.ordering)).first()


def _turned(name: str) -> str:
    return name.removeprefix("-") if name.startswith("-") else f"-{name}"


def _after(conversation: Conversation, ordering: list[str]) -> Q:
    """Beyond `conversation` in that order, whose last field tells all conversations apart."""
    same, beyond = Q(), []
    for name in ordering:
        field = name.removeprefix("-")
        value = getattr(conversation, field)
        beyond.append(same & Q(**{f"{field}__{'lt' if name.startswith('-') else 'gt'}": value}))
        same &= Q(**{field: value})
    first = ordering[0].removeprefix("-")
    # Says the same once more, in the way in which an index can be used.
    bound = Q(**{f"{first}__{'lte' if ordering[0].startswith('-') else 'gte'}": getattr(conversation, first)})
    return bound & reduce(or_, beyond)
