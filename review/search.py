"""Searching what leaders said and staff noted; the migration 0002 makes the index of each kind of database."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.db import connection
from django.db.models import BooleanField, QuerySet
from django.db.models.expressions import RawSQL

from review.models import Conversation, ConversationText, Note

CODE = re.compile(r"[0-9A-Z]{10}")
# More says nothing more about what is looked for.
MOST_TERMS = 20
_TERM = re.compile(r'(?P<minus>-?)(?:"(?P<phrase>[^"]*)(?:"|$)|(?P<word>[^\s"]+))')


@dataclass(frozen=True)
class Term:
    """Words that stand beside each other; or that must not be there at all."""

    words: tuple[str, ...]
    quoted: bool
    without: bool


def terms(typed: str) -> list[Term]:
    """What is asked for: all words, "words between quotes" as they stand, -word for what must not be there.

    Signs that are no word, emoji among them, are left out.
    """
    found = []
    for match in _TERM.finditer(typed):
        quoted = match["phrase"] is not None
        if words := tuple(re.findall(r"\w+", match["phrase"] if quoted else match["word"])):
            found.append(Term(words, quoted, bool(match["minus"])))
    return found[:MOST_TERMS]


def search(conversations: QuerySet[Conversation], typed: str) -> QuerySet[Conversation]:
    """Those that hold what was typed, in the leader's words or in a note; or the one that has that code."""
    if CODE.fullmatch(code := typed.strip().upper()) and conversations.filter(code=code).exists():
        return conversations.filter(code=code)
    asked = terms(typed)
    if all(term.without for term in asked):
        return conversations.none()
    return conversations.filter(code__in=_said(typed, asked).union(_noted(asked), all=True))


def _said(typed: str, asked: list[Term]) -> QuerySet[ConversationText, str]:
    # Nothing typed stands in the SQL itself.
    if connection.vendor == "postgresql":
        matches = RawSQL("searchable @@ websearch_to_tsquery('dutch', %s)", (typed.replace("\0", ""),), BooleanField())
        said = ConversationText.objects.filter(matches)
    else:
        rows = RawSQL("SELECT rowid FROM review_words WHERE review_words MATCH %s", (_fts5(asked),))
        said = ConversationText.objects.filter(id__in=rows)
    return said.values_list("conversation", flat=True)


def _noted(asked: list[Term]) -> QuerySet[Note, str]:
    """There are few notes: each is read."""
    notes = Note.objects.order_by()
    for term in asked:
        part = {"text__icontains": " ".join(term.words)}
        notes = notes.exclude(**part) if term.without else notes.filter(**part)
    return notes.values_list("conversation", flat=True)


def _fts5(asked: list[Term]) -> str:
    """FTS5 knows no Dutch: words that were not quoted are found by how they begin."""

    def written(term: Term) -> str:
        return f'"{" ".join(term.words)}"' + "*" * (not term.quoted)

    wanted = " ".join(written(term) for term in asked if not term.without)
    return " NOT ".join([f"({wanted})", *(written(term) for term in asked if term.without)])
