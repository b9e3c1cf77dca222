"""What had its time goes, from every database, and nothing else; a dry run says beforehand what that is."""

from __future__ import annotations

import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
import sqlalchemy as sa
from auditlog.models import LogEntry
from axes.models import AccessAttempt
from django import db
from django.contrib.admin.models import ADDITION
from django.contrib.admin.models import LogEntry as ListEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.utils import timezone
from sqlalchemy.engine import Engine

from review import nightly, retention
from review.models import (
    Cached,
    Conversation,
    Erasures,
    Example,
    Followed,
    Handoff,
    Label,
    Note,
    Purge,
    ReplyAddress,
    Statistic,
)
from review.models.handoff import HandoffStatus
from review.projection.following import Projection
from review.retention import look, purge
from storage import schema
from storage.schema import DAY, WRITES, conversations, events
from tests.review.projection.logs import PlainMask, append, log, store_log, user
from tests.review.projection.test_following import whole
from tools.model import ROOT

pytestmark = pytest.mark.usefixtures("review_database")
OLD = 29 * DAY


def fill(store: Engine) -> None:
    """One conversation that had its time, with a hand-off that was never sent, and one that has time left."""
    store_log(store, "old", whole("old"), written_at=time.time() - OLD)
    store_log(store, "new", whole("new"))
    Projection(store, PlainMask).step(everything=True, seconds=60)
    for found in Conversation.objects.all():
        Note.objects.create(conversation=found, text="let op")
        Example.objects.create(conversation=found, turn=found.turns.last(), text="ik mag niets", intent="mandaat")
    long_ago, person = timezone.now() - timedelta(days=800), User.objects.create_user("staf")
    for moment in (long_ago, timezone.now()):
        entry = LogEntry.objects.log_create(person, force_log=True, action=LogEntry.Action.ACCESS)
        LogEntry.objects.filter(pk=entry.pk).update(timestamp=moment)
        kind = ContentType.objects.get_for_model(Label)
        ListEntry.objects.create(user=person, content_type=kind, action_flag=ADDITION, action_time=moment)
        Purge.objects.filter(pk=Purge.objects.create(deleted={"log": 0}).pk).update(finished_at=moment)
        Session.objects.create(session_key=str(moment), expire_date=moment + timedelta(hours=1))
        attempt = AccessAttempt.objects.create(username=str(moment), ip_address="127.0.0.1", failures_since_start=1)
        AccessAttempt.objects.filter(pk=attempt.pk).update(attempt_time=moment)
        Statistic.objects.create(week=moment.date(), channel="website", reached=1)
        Erasures.objects.create(day=moment.date(), number=1)
        cache.set(f"somebody-{moment.year}", 1, (moment - timezone.now()).total_seconds() + 60)
    done = Handoff.objects.get(pk="new")
    done.status = HandoffStatus.DONE
    done.save()


def found(engine: Engine | None) -> dict[str, Any]:
    return {kind.name: expired and expired.number for kind, expired in look(engine)}


# One of each: there is one that had its time, and one that has time left.
EACH = {kind.name: 1 for kind in retention.KINDS}


def test_a_purge_deletes_what_the_dry_run_counted_and_nothing_that_has_time_left(store: Engine) -> None:
    fill(store)
    before, logged = found(store), LogEntry.objects.count()
    assert Conversation.objects.count() == 2  # a dry run deletes nothing
    assert found(None) == before  # what the pages say, which never read the store
    assert purge(store) == before == EACH
    assert set(found(store).values()) == {0}

    assert Conversation.objects.get().followed.sender_id == "new"
    assert [model.objects.count() for model in (Note, Handoff, Followed, Session, AccessAttempt)] == [1] * 5
    assert [model.objects.count() for model in (ListEntry, Erasures)] == [1, 1]
    assert LogEntry.objects.count() == logged - 1
    assert [key for (key,) in Cached.objects.values_list("cache_key")] == [f":1:somebody-{timezone.now().year}"]
    assert not ReplyAddress.objects.exists()  # of the new one the hand-off is done
    with store.connect() as connection:
        for table in (conversations, events):
            assert set(connection.execute(sa.select(table.c.sender_id)).scalars()) == {"new"}
    # Figures and examples outlive their conversation, and are nobody's.
    assert sorted(row.conversation is None for row in Statistic.objects.all()) == [False, True, True]
    assert [example.turn is None for example in Example.objects.order_by("id")].count(True) == 1
    assert Example.objects.count() == 2


@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_dry_run_tells_the_oldest_of_each_kind(store: Engine) -> None:
    fill(store)
    oldest = {kind.name: expired.oldest for kind, expired in look(store) if expired and expired.oldest}
    assert oldest.keys() == EACH.keys()
    assert timezone.now() - timedelta(days=30) < oldest["store"] < timezone.now() - timedelta(days=28)
    assert oldest["log"] < timezone.now() - timedelta(days=799)


def test_who_takes_a_conversation_up_again_keeps_it_with_everything(store: Engine) -> None:
    """The worker may have been down meanwhile: the store knows better."""
    rows = whole("a")
    store_log(store, "a", rows[:-2], written_at=time.time() - OLD)
    Projection(store, PlainMask).step()
    Note.objects.create(conversation=Conversation.objects.get(), text="let op")
    store_log(store, "a", rows[-2:])
    assert found(store)["conversations"] == 0
    purge(store)
    assert Note.objects.get().text == "let op"
    Projection(store, PlainMask).step()
    assert Note.objects.get().text == "let op"


@pytest.mark.parametrize("kind", ["postgresql"])  # SQLite has one writer at a time
def test_one_that_is_spoken_in_during_the_purge_stays(store: Engine) -> None:
    store_log(store, "a", whole("a"), written_at=time.time() - OLD)
    Projection(store, PlainMask).step()
    with ThreadPoolExecutor(1) as pool:
        with store.execution_options(**WRITES).begin() as connection:
            append(connection, "a", log(user("daar ben ik weer"))[2:])
            purging = pool.submit(_in_thread, store)
            time.sleep(0.5)  # it waits for the turn
            assert not purging.done()
        deleted = purging.result()
    assert (deleted["store"], deleted["conversations"]) == (0, 0)
    assert Conversation.objects.exists()


def _in_thread(store: Engine) -> Any:
    try:
        return purge(store)
    finally:
        db.connection.close()


@pytest.mark.parametrize("kind", ["sqlite"])
def test_what_the_store_purged_by_itself_goes_here_too_and_its_figures_stay(store: Engine) -> None:
    """As with `python -m storage purge`, while the worker was down."""
    fill(store)
    schema.purge(store, 28)
    Projection(store, PlainMask).step(everything=True)
    assert Conversation.objects.count() == 1
    assert Statistic.objects.count() == 4
    assert Erasures.objects.filter(day=timezone.localdate()).get().number == 1  # the one of `fill`


def test_a_kind_that_fails_is_said_and_the_others_go(store: Engine, caplog: pytest.LogCaptureFixture) -> None:
    fill(store)
    with store.execution_options(**WRITES).begin() as connection:
        connection.execute(sa.text("ALTER TABLE conversations RENAME TO away"))
    deleted = purge(store)
    of_conversations = {"store": None, "conversations": None, "handoffs": None}
    assert deleted == EACH | of_conversations
    assert Purge.objects.first().deleted == deleted
    assert "The purge of store failed" in caplog.text
    assert found(store) == dict.fromkeys(EACH, 0) | of_conversations


@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_hand_off_that_never_went_out_is_told_without_its_name(
    store: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    fill(store)
    code = Conversation.objects.get(followed="old").code
    purge(store)
    assert "1 hand-offs were never sent" in caplog.text
    assert code not in caplog.text


@pytest.mark.parametrize("kind", ["sqlite"])
def test_the_command_shows_what_it_would_do_and_does_it(store: Engine, store_url: str, settings: Any) -> None:
    settings.STORE_URL = store_url
    fill(store)
    told = StringIO()
    call_command("purge", "--dry-run", stdout=told)
    lines = told.getvalue().splitlines()
    assert len(lines) == len(retention.KINDS)
    assert "1  Gesprekken in de opslag van de coach (28 dagen), de oudste van" in lines[1]
    assert Conversation.objects.count() == 2
    call_command("purge", stdout=StringIO())
    assert Conversation.objects.count() == 1
    settings.STORE_URL = ""
    with pytest.raises(CommandError, match="DATABASE_URL"):
        call_command("purge")


@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_store_that_is_away_makes_the_command_fail(store_url: str, settings: Any) -> None:
    """Its tables were never made."""
    settings.STORE_URL = store_url
    for options in ((), ("--dry-run",)):
        with pytest.raises(CommandError, match="Niet alles is gelukt"):
            call_command("purge", *options, stdout=StringIO())


RIGHTS = ("GRANT SELECT, DELETE ON events, conversations, erasures, activities", "GRANT UPDATE ON conversations")


@pytest.mark.parametrize("kind", ["postgresql"])
def test_in_the_store_the_worker_needs_no_more_rights_than_the_handbook_says(store: Engine, store_url: str) -> None:
    told = (ROOT / "docs" / "leesomgeving.md").read_text(encoding="utf-8")
    with store.begin() as connection:
        connection.execute(sa.text("CREATE ROLE leesworker LOGIN"))
        for right in RIGHTS:
            assert f"{right} TO leesworker;" in told
            connection.execute(sa.text(f"{right} TO leesworker"))
    as_worker = schema.open_database(str(sa.engine.make_url(store_url).set(username="leesworker")), 1)
    try:
        for sender, age in (("old", OLD), ("new", 0)):
            store_log(store, sender, whole(sender), written_at=time.time() - age)
        projection = Projection(as_worker, PlainMask)
        projection.step(everything=True, seconds=60)
        assert purge(as_worker)["store"] == 1
        Conversation.objects.update(erase_asked_at=timezone.now())
        projection.step(everything=True)
        assert schema.expired(store, 1e-9)[0] == 0
        with pytest.raises(sa.exc.ProgrammingError):
            store_log(as_worker, "other", whole("other"))
    finally:
        as_worker.dispose()
        with store.begin() as connection:
            connection.execute(sa.text("DROP OWNED BY leesworker"))
            connection.execute(sa.text("DROP ROLE leesworker"))


NIGHT = datetime(2026, 11, 28, 2, 0, tzinfo=UTC)  # three o'clock in the Netherlands


@pytest.mark.parametrize(
    ("last", "deleted", "now", "due"),
    [
        (None, {}, NIGHT, True),
        (NIGHT - timedelta(minutes=1), {"log": 0}, NIGHT, True),
        (NIGHT, {"log": 0}, NIGHT + timedelta(hours=23), False),
        (NIGHT - timedelta(hours=20), {"log": 0}, NIGHT - timedelta(minutes=1), False),
        (NIGHT - timedelta(days=3), {"log": 0}, NIGHT + timedelta(hours=9), True),  # it was down at night
        (NIGHT, {"log": None}, NIGHT + timedelta(minutes=59), False),
        (NIGHT, {"log": None}, NIGHT + timedelta(minutes=61), True),  # a kind failed
        (NIGHT, {}, NIGHT + timedelta(minutes=61), True),  # it was killed
        # Summer time begins and ends: three o'clock is another moment, and comes once.
        (datetime(2026, 3, 29, 0, 59, tzinfo=UTC), {"log": 0}, datetime(2026, 3, 29, 1, 0, tzinfo=UTC), True),
        (datetime(2026, 10, 24, 1, 0, tzinfo=UTC), {"log": 0}, datetime(2026, 10, 25, 1, 59, tzinfo=UTC), False),
        (datetime(2026, 10, 24, 1, 0, tzinfo=UTC), {"log": 0}, datetime(2026, 10, 25, 2, 0, tzinfo=UTC), True),
    ],
)
@pytest.mark.parametrize("kind", ["sqlite"])
def test_it_is_due_once_a_night_and_sooner_after_trouble(
    last: datetime | None, deleted: dict[str, Any], now: datetime, due: bool
) -> None:
    if last:
        Purge.objects.filter(pk=Purge.objects.create(deleted=deleted).pk).update(finished_at=last)
    assert nightly.is_due(now) == due


def test_of_workers_beside_each_other_one_purges(store: Engine) -> None:
    start = threading.Barrier(4)

    def work(_: int) -> bool:
        start.wait()
        try:
            return nightly.purge_when_due(store, timezone.now())
        finally:
            db.connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(work, range(4))) == 1
    assert Purge.objects.get().deleted == dict.fromkeys(EACH, 0)


@pytest.mark.parametrize("kind", ["sqlite"])
def test_the_worker_purges_by_itself_and_waits_for_a_database_that_is_away(
    store: Engine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    monkeypatch.setattr(nightly, "LOOKS_EACH", 0.01)
    stop, looks = threading.Event(), iter([True, True, False])
    due = nightly.is_due

    def is_due(now: datetime) -> bool:
        if next(looks, False):
            raise db.OperationalError
        stop.set()
        return due(now)

    monkeypatch.setattr(nightly, "is_due", is_due)
    nightly.run(store, stop)
    assert caplog.text.count("The purge waits for the database") == 1
    assert "Purged: " in caplog.text
    assert Purge.objects.count() == 1
