"""How long each kind of data is kept, and the purge of what had its time: one table, one function, every database.

A purge deletes what a dry run counts.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import batched
from typing import Any

from auditlog.context import disable_auditlog
from auditlog.models import LogEntry
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.admin.models import LogEntry as ListEntry
from django.contrib.sessions.models import Session
from django.db import Error
from django.db.models import Count, Min, Q, QuerySet
from django.utils import timezone
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from review.models import Cached, Erasures, Followed, Handoff, Purge, ReplyAddress, Statistic
from review.models.handoff import HandoffStatus
from review.projection.forgetting import forget, wipe
from review.projection.store import positions
from storage import schema

log = logging.getLogger(__name__)

AWAY = (Error, SQLAlchemyError)
AT_ONCE = 500  # keys in one question to a database


@dataclass(frozen=True)
class Expired:
    """What had its time: how many, and from when the oldest is; None where there is none."""

    number: int
    oldest: datetime | None = None


@dataclass(frozen=True)
class Term:
    """How long something is kept, in words, and the variable that says so."""

    words: str
    setting: str = ""


def _term(setting: str, days: float) -> Term:
    return Term("1 dag" if days == 1 else f"{days:g} dagen".replace(".", ","), setting)


OF_CONVERSATIONS = _term("RETENTION_DAYS", settings.RETENTION_DAYS)
OF_THE_LOG = _term("REVIEW_LOG_DAYS", settings.LOG_DAYS)
OF_FIGURES = _term("REVIEW_STATISTICS_DAYS", settings.STATISTICS_DAYS)
OF_ATTEMPTS = _term("", 1)
UNTIL_THE_NEXT = Term("tot de eerstvolgende opruiming")

# How many were deleted, by the name of their kind.
Deleted = dict[str, int]


@dataclass(frozen=True)
class Kind:
    """A kind of data: its `name` in `Purge.deleted`, how staff call it, and how long it is kept.

    `find` without the coach's store says what the worker last saw of it. `delete` is None where it goes with another
    kind.
    """

    name: str
    title: str
    term: Term
    find: Callable[[Engine | None], Expired]
    delete: Callable[[Engine], Deleted] | None = None


def _rows(name: str, title: str, term: Term, due: Callable[[], QuerySet[Any]], moment: str) -> Kind:
    """A kind that is a table: its rows that are `due`, each from the moment that a field of it names."""

    def find(engine: Engine | None) -> Expired:
        counted = due().aggregate(number=Count("pk"), oldest=Min(moment))
        return Expired(counted["number"], _moment_of(counted["oldest"]))

    def delete(engine: Engine) -> Deleted:
        with disable_auditlog():
            return {name: due().delete()[1].get(due().model._meta.label, 0)}

    return Kind(name, title, term, find, delete)


def _moment_of(day: date | None) -> datetime | None:
    """A moment as it is, a day as its beginning."""
    if day is None or isinstance(day, datetime):
        return day
    return datetime.combine(day, time(), timezone.get_default_timezone())


def _ago(days: float) -> datetime:
    now: datetime = timezone.now()
    return now - timedelta(days=days)


# Conversations: in the coach's store, then here, with everything that hangs on them.


def _old(engine: Engine | None) -> list[Followed]:
    """Those that were last written too long ago; with the store at hand, without what was spoken in since."""
    before = schema.had_its_time(settings.RETENTION_DAYS)
    old = list(Followed.objects.filter(written_at__lt=before))
    kept: Container[str] = positions(engine, before) if engine and old else ()
    return [followed for followed in old if followed.pk not in kept]


def _since(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _expired(old: Iterable[Followed]) -> Expired:
    moments = [followed.written_at for followed in old]
    return Expired(len(moments), _since(min(moments, default=None)))


def _in_the_store(engine: Engine | None) -> Expired:
    if engine is None:
        return _expired(_old(None))
    number, oldest = schema.expired(engine, settings.RETENTION_DAYS)
    return Expired(number, _since(oldest))


def _conversations(engine: Engine | None) -> Expired:
    return _expired(followed for followed in _old(engine) if followed.conversation_id)


def _handoffs_of(old: Iterable[Followed]) -> list[Handoff]:
    codes = [followed.conversation_id for followed in old if followed.conversation_id]
    found = Handoff.objects.defer("text")
    return [handoff for some in batched(codes, AT_ONCE) for handoff in found.filter(conversation__in=some)]


def _handoffs(engine: Engine | None) -> Expired:
    moments = [handoff.consented_at for handoff in _handoffs_of(_old(engine))]
    return Expired(len(moments), min(moments, default=None))


def _delete_conversations(engine: Engine) -> Deleted:
    """First in the store, which alone knows whether somebody speaks in one just now."""
    old = _old(engine)
    handoffs = _handoffs_of(old)
    stored = schema.purge(engine, settings.RETENTION_DAYS)
    still = positions(engine)
    gone = [followed for followed in old if followed.pk not in still]
    forget(followed.pk for followed in gone)
    codes = {followed.conversation_id for followed in gone if followed.conversation_id}
    handoffs = [handoff for handoff in handoffs if handoff.conversation_id in codes]
    if unsent := sum(handoff.status in {HandoffStatus.WAITING, HandoffStatus.FAILED} for handoff in handoffs):
        log.warning("%s hand-offs were never sent, and are gone with their conversations.", unsent)
    return {"store": stored, "conversations": len(codes), "handoffs": len(handoffs)}


KINDS = (
    # Before the conversations, with which the other addresses go.
    _rows(
        "addresses",
        "Antwoordadressen van overdrachten die afgerond of ingetrokken zijn",
        UNTIL_THE_NEXT,
        lambda: ReplyAddress.objects.filter(
            Q(handoff__status=HandoffStatus.DONE) | Q(handoff__withdrawn_at__isnull=False)
        ),
        "handoff__consented_at",
    ),
    Kind("store", "Gesprekken in de opslag van de coach", OF_CONVERSATIONS, _in_the_store, _delete_conversations),
    Kind(
        "conversations",
        "Gesprekken in de leesomgeving, met notities, oordelen, vlaggen en labels",
        OF_CONVERSATIONS,
        _conversations,
    ),
    Kind("handoffs", "Overdrachten van die gesprekken, ook als de mail nooit wegging", OF_CONVERSATIONS, _handoffs),
    _rows(
        "statistics",
        "Cijfers van gesprekken die er niet meer zijn",
        OF_FIGURES,
        lambda: Statistic.objects.filter(conversation=None, week__lt=_ago(settings.STATISTICS_DAYS).date()),
        "week",
    ),
    _rows(
        "erasures",
        "Hoeveel gesprekken er per dag gewist zijn",
        OF_FIGURES,
        lambda: Erasures.objects.filter(day__lt=_ago(settings.STATISTICS_DAYS).date()),
        "day",
    ),
    _rows(
        "log",
        "Logboek van wie wat las, veranderde of uitgaf",
        OF_THE_LOG,
        lambda: LogEntry.objects.filter(timestamp__lt=_ago(settings.LOG_DAYS)),
        "timestamp",
    ),
    _rows(
        "lists",
        "Logboek van Django zelf, over labels, groepen en accounts",
        OF_THE_LOG,
        lambda: ListEntry.objects.filter(action_time__lt=_ago(settings.LOG_DAYS)),
        "action_time",
    ),
    _rows(
        "purges",
        "Wat er eerder is opgeruimd",
        OF_THE_LOG,
        lambda: Purge.objects.filter(finished_at__lt=_ago(settings.LOG_DAYS)),
        "finished_at",
    ),
    _rows(
        "sessions",
        "Sessies van medewerkers die voorbij zijn",
        UNTIL_THE_NEXT,
        lambda: Session.objects.filter(expire_date__lt=timezone.now()),
        "expire_date",
    ),
    _rows(
        "cache",
        "Getelde verkeerde codes, en wie wat open had, als dat voorbij is",
        UNTIL_THE_NEXT,
        lambda: Cached.objects.filter(expires__lt=timezone.now()),
        "expires",
    ),
    _rows(
        "attempts",
        "Mislukte pogingen om in te loggen",
        OF_ATTEMPTS,
        lambda: AccessAttempt.objects.filter(attempt_time__lt=_ago(1)),
        "attempt_time",
    ),
)


def look(engine: Engine | None = None) -> list[tuple[Kind, Expired | None]]:
    """What a purge would delete now, kind by kind; None where it cannot be counted.

    Args:
        engine: the coach's store; without it, as on the pages, what the worker last saw of it is counted.
    """
    found: list[tuple[Kind, Expired | None]] = []
    for kind in KINDS:
        try:
            found.append((kind, kind.find(engine)))
        except AWAY:
            found.append((kind, None))
    return found


def purge(engine: Engine, noted: Purge | None = None) -> dict[str, int | None]:
    """Delete what had its time; returns how many of each kind, None where that failed. The others go on.

    Args:
        engine: the coach's store.
        noted: where it is written down, when that was begun already.

    Raises:
        django.db.Error: the review database is away.
    """
    noted = noted or Purge.objects.create()
    deleted: dict[str, int | None] = {kind.name: None for kind in KINDS}
    for kind in KINDS:
        try:
            deleted |= kind.delete(engine) if kind.delete else {}
        except AWAY as error:
            log.error("The purge of %s failed (%s).", kind.name, type(error).__name__)  # noqa: TRY400
    wipe()
    Purge.objects.filter(pk=noted.pk).update(deleted=deleted, finished_at=timezone.now())
    told = ", ".join(f"{name} {'failed' if number is None else number}" for name, number in deleted.items())
    log.info("Purged: %s.", told)
    return deleted
