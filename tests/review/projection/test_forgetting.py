"""What is erased goes from every table, and leaves a counter; the log keeps that somebody did something."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from auditlog.models import LogEntry
from auditlog.signals import accessed
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection
from django.utils import timezone
from sqlalchemy.engine import Engine

from review.audit import EXPORTED
from review.models import (
    Conversation,
    Erasures,
    Example,
    Flag,
    Judgement,
    Label,
    Note,
    SavedView,
    Statistic,
    Turn,
)
from review.outbox import deliver_all_due
from review.projection import following, forgetting
from review.projection.following import Projection
from review.projection.forgetting import wipe
from review.projection.store import handoff_in_store
from storage import schema
from storage.schema import DAY, WRITES, erase
from tests.review.projection.logs import hiding, log, slots, store_log, user
from tests.review.projection.test_following import whole
from tests.review.projection.test_reading import AGREED, CONSENTED, GREETED

pytestmark = pytest.mark.usefixtures("review_database")
SENDER, HANDOFF = "5e4de2c1a0b94f6c8d7e6f5a4b3c2d1e", "0a1b2c3d4e5f60718293a4b5c6d7e8f9"
NAME, WORD, ADDRESS = "Berendina", "zandbakoverleg", "berendina@voorbeeld.nl"
TOLD = user(f"Ik ben {NAME} en het {WORD} loopt vast", "bottleneck_structuur")
OF_A_HANDOFF = slots(
    handoff={**AGREED, "id": HANDOFF, "text": f"{NAME} over het {WORD}", "reply_address": ADDRESS}, handoff_check="yes"
)
ROWS = log(GREETED, CONSENTED[:-2], TOLD, OF_A_HANDOFF)


@pytest.fixture
def projection(store: Engine) -> Projection:
    return Projection(store, hiding(NAME))


def work_on(found: Conversation) -> User:
    """Everything that staff can add to a conversation, and do with it."""
    person = User.objects.create_user("staf")
    turn = found.turns.last()
    found.labels.add(Label.objects.create(name="bespreken"))
    note = Note.objects.create(conversation=found, author=person, text=f"let op het {WORD}")
    Note.objects.create(conversation=found, author=person, text="weer weg").delete()
    Judgement.objects.create(turn=turn, verdict="wrong", intent="bottleneck_rol", author=person, example=WORD)
    Flag.objects.create(turn=turn, author=person, text=WORD)
    Example.objects.create(conversation=found, turn=turn, text=f"het {WORD} loopt vast", intent="bottleneck_rol")
    SavedView.objects.create(owner=person, name="die ene", query=f"q={found.code.lower()}")
    SavedView.objects.create(owner=person, name=f"kijk naar {found.code}", query="gevaar=ja")
    SavedView.objects.create(owner=person, name="andere", query="gevaar=ja")
    handoff = found.handoffs.get()
    for thing in (found, handoff, handoff.reply_address, note):
        accessed.send(type(thing), instance=thing)
    found.reviewed_at, found.reviewed_by = timezone.now(), person
    found.save()
    return person


def everything(store: Engine) -> str:
    """All rows of all tables of both databases."""
    rows = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608
            rows.append(f"{table} {cursor.fetchall()}")
        if connection.vendor == "postgresql":  # and the samples by which it plans
            cursor.execute("SELECT * FROM pg_stats WHERE schemaname = 'public'")
            rows.append(f"pg_stats {cursor.fetchall()}")
    with store.connect() as opened:
        for table in schema.metadata.tables:
            rows.append(f"{table} {opened.execute(sa.text(f'SELECT * FROM {table}')).all()}")  # noqa: S608
        if store.dialect.name == "postgresql":
            sampled = opened.execute(sa.text("SELECT * FROM pg_stats WHERE schemaname = 'public'")).all()
            rows.append(f"pg_stats {sampled}")
    return "\n".join(rows)


def lines_with(where: str, *sought: str) -> list[tuple[str, str]]:
    """Each table that holds something of it."""
    return [(line.split(" ")[0], word) for line in where.splitlines() for word in sought if word in line]


def counted() -> int:
    return sum(Erasures.objects.filter(day=timezone.localdate()).values_list("number", flat=True))


def test_nothing_of_what_was_erased_is_found_in_any_table_or_file_and_only_a_counter_is_left(
    kind: str, store: Engine, projection: Projection, tmp_path: Path
) -> None:
    for number in range(20):  # others, between which it stands
        store_log(store, f"other {number}", whole(f"other {number}"))
    store_log(store, SENDER, ROWS)
    projection.step(everything=True, seconds=60)
    found = Conversation.objects.get(followed=SENDER)
    work_on(found)
    schema.wipe(store)
    wipe()  # by which PostgreSQL takes samples of them
    sought = (NAME, WORD, ADDRESS, SENDER, found.code, found.code.lower(), HANDOFF)
    assert {word for _, word in lines_with(everything(store), *sought)} == set(sought)
    tables = dict(lines_with(everything(store), WORD))
    assert ("pg_stats" in tables) == (kind == "postgresql")
    assert tables.keys() >= {"events", "review_turn", "review_note", "review_judgement", "review_example"}
    entries = LogEntry.objects.count()

    erase(store, SENDER)
    projection.step(everything=True, seconds=60)
    assert lines_with(everything(store), *sought) == []
    if kind == "sqlite":
        files = [path for path in tmp_path.iterdir() if path.is_file()]
        assert {path.name for path in files} >= {"review.db", "store.db"}
        assert [(path.name, word) for path in files for word in sought if word.encode() in path.read_bytes()] == []
    assert counted() == 1
    assert Conversation.objects.count() == 20
    assert Statistic.objects.count() == 20
    assert [view.name for view in SavedView.objects.all()] == ["andere"]
    assert LogEntry.objects.count() == entries  # that they did something stays


def test_the_log_keeps_who_and_when_and_not_with_what(store: Engine, projection: Projection) -> None:
    store_log(store, SENDER, ROWS)
    projection.step()
    person = work_on(Conversation.objects.get())
    kept = ("actor", "timestamp", "action", "content_type")
    before = list(LogEntry.objects.order_by("id").values_list(*kept))
    erase(store, SENDER)
    projection.step(everything=True)
    assert list(LogEntry.objects.order_by("id").values_list(*kept)) == before
    of_it = LogEntry.objects.exclude(content_type__model__in=("user", "label", "example"))
    assert set(of_it.values_list("object_pk", "object_id")) == {("", None)}
    of_staff = LogEntry.objects.get(content_type__model="user")
    assert of_staff.object_pk == str(person.pk)


def test_its_entries_in_the_log_are_found_by_an_index(kind: str) -> None:
    """However long the log is: with a million entries it must not be read from end to end."""
    called = LogEntry.objects.filter(object_repr__in=["Gesprek A", "Notitie bij gesprek A"])
    with connection.cursor() as cursor:
        if kind == "postgresql":
            cursor.execute("SET enable_seqscan = off")  # few rows are read at once, whatever index there is
    assert "review_log_thing" in called.explain()


@pytest.mark.parametrize("again", [False, True], ids=["gone", "begun again"])
@pytest.mark.parametrize("age", [0, 29 * DAY], ids=["erased", "had its time"])
def test_figures_and_examples_outlive_a_conversation_that_had_its_time_and_no_other(
    store: Engine, projection: Projection, age: float, again: bool
) -> None:
    store_log(store, SENDER, ROWS, written_at=time.time() - age)
    projection.step(everything=True)
    found = Conversation.objects.get()
    work_on(found)
    erase(store, SENDER)
    if again:
        store_log(store, SENDER, log(user("Hallo weer"), began=1_795_000_000.0))
    projection.step(everything=True)
    assert found.code not in everything(store)
    assert Conversation.objects.count() == again
    kept = [model.objects.filter(conversation=None).count() for model in (Statistic, Example)]
    assert (kept, counted()) == (([1, 1], 0) if age else ([0, 0], 1))
    assert (Statistic.objects.count(), Example.objects.count()) == (kept[0] + again, kept[1])


@pytest.mark.parametrize("kind", ["sqlite"])
def test_who_said_nothing_is_not_counted(store: Engine, projection: Projection) -> None:
    store_log(store, SENDER, log())
    projection.step(everything=True)
    erase(store, SENDER)
    projection.step(everything=True)
    assert SENDER not in everything(store)
    assert counted() == 0


def test_a_store_that_is_back_where_it_was_counts_no_erasure(store: Engine, projection: Projection) -> None:
    store_log(store, SENDER, log(user("Hallo")))
    projection.step()
    assert Statistic.objects.exists()
    with store.execution_options(**WRITES).begin() as opened:
        schema.delete_conversation(opened, SENDER)
    store_log(store, SENDER, log(), written_at=time.time() - 60)
    projection.step(everything=True)
    assert not Conversation.objects.exists()
    assert not Statistic.objects.exists()
    assert counted() == 0


@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_hand_off_that_was_erased_is_not_mailed(store: Engine, projection: Projection, mailoutbox: list[Any]) -> None:
    store_log(store, SENDER, ROWS)
    projection.step()
    erase(store, SENDER)
    assert deliver_all_due(lambda sender, handoff: handoff_in_store(store, sender, handoff)) > 0
    assert mailoutbox == []


def test_what_staff_asked_to_erase_is_erased_in_the_store_and_here_and_tried_again_when_that_is_away(
    store: Engine, projection: Projection, monkeypatch: pytest.MonkeyPatch
) -> None:
    store_log(store, SENDER, ROWS, written_at=time.time() - 29 * DAY)  # asked for: erased, however old
    projection.step(everything=True)
    found = Conversation.objects.get()
    work_on(found)
    found.erase_asked_at = timezone.now()
    found.save()

    def away(*_: Any) -> None:
        raise sa.exc.OperationalError("", {}, Exception())

    with monkeypatch.context() as patch:
        patch.setattr(following, "erase", away)
        projection.step(everything=True)
    assert Conversation.objects.get().erase_asked_at
    projection.step(everything=True)
    assert lines_with(everything(store), WORD, SENDER, found.code, HANDOFF) == []
    assert counted() == 1
    assert LogEntry.objects.filter(action=LogEntry.Action.UPDATE).exists()


def test_a_file_that_cannot_be_wiped_holds_up_neither_the_erasure_nor_other_conversations(
    store: Engine, projection: Projection, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """As when another process holds the file, or the samples of a large table take too long."""

    def held(_: Any) -> None:
        raise sa.exc.OperationalError("", {}, Exception())

    store_log(store, SENDER, ROWS)
    projection.step(everything=True)
    Conversation.objects.update(erase_asked_at=timezone.now())
    store_log(store, "other", whole("other"))
    monkeypatch.setattr(schema, "wipe", held)
    projection.step(everything=True)
    assert Conversation.objects.get().followed.sender_id == "other"
    assert counted() == 1
    assert "An erasure in the store did not come to its end: OperationalError" in caplog.text


@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_review_file_without_room_to_be_wiped_holds_up_no_other_conversation(
    store: Engine, projection: Projection, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    store_log(store, SENDER, ROWS)
    projection.step(everything=True)
    erase(store, SENDER)
    store_log(store, "other", whole("other"))
    monkeypatch.setattr(forgetting, "REWRITE", ("VACUUM INTO '/nowhere/at/all.db'",))
    projection.step(everything=True)
    assert Conversation.objects.get().followed.sender_id == "other"
    assert "What was removed may still stand in the file (OperationalError)" in caplog.text


def _by_a_colleague(code: str) -> None:
    """On a connection of its own, as another process; it gives up when it has to wait."""
    turn = Turn.objects.filter(conversation=code).last()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '300ms'")
        Example.objects.create(conversation_id=code, turn=turn, text=f"het {WORD} loopt vast", intent="bottleneck_rol")
    except DatabaseError:
        pass
    finally:
        connection.close()


@pytest.mark.parametrize("kind", ["postgresql"])  # SQLite has one writer at a time
def test_what_a_colleague_accepts_during_the_erasure_does_not_outlive_it(
    store: Engine, projection: Projection, monkeypatch: pytest.MonkeyPatch
) -> None:
    store_log(store, SENDER, ROWS)
    projection.step(everything=True)
    code = Conversation.objects.get().code
    count = forgetting._count

    def meanwhile() -> None:
        with ThreadPoolExecutor(1) as pool:
            pool.submit(_by_a_colleague, code).result()
        count()

    monkeypatch.setattr(forgetting, "_count", meanwhile)
    erase(store, SENDER)
    projection.step(everything=True)
    assert not Conversation.objects.exists()
    assert not Example.objects.exists()


@pytest.mark.parametrize("kind", ["sqlite"])
def test_the_log_keeps_nothing_of_what_was_understood_in_it(store: Engine, projection: Projection) -> None:
    """Nor of an example that was taken away before."""
    store_log(store, SENDER, ROWS)
    projection.step(everything=True)
    work_on(Conversation.objects.get())
    Example.objects.get().delete()
    erase(store, SENDER)
    projection.step(everything=True)
    assert LogEntry.objects.filter(content_type__model="example").count() == 2  # made and taken away
    assert lines_with(everything(store), "bottleneck_rol") == []


@pytest.mark.parametrize("kind", ["sqlite"])
def test_all_that_is_kept_is_given_with_the_words_as_they_were_typed(
    store: Engine, store_url: str, projection: Projection, settings: Any
) -> None:
    settings.STORE_URL = store_url
    store_log(store, SENDER, ROWS)
    projection.step()
    code = Conversation.objects.get().code
    told = StringIO()
    call_command("access", code.lower(), stdout=told)
    given = told.getvalue()
    for kept in (
        f"Ik ben {NAME} en het {WORD}",
        "Ik ben [NAAM-1] en het",
        ADDRESS,
        f"{NAME} over het {WORD}",
        "parse_data",
    ):
        assert kept in given
    entry = LogEntry.objects.get(action=EXPORTED)
    assert entry.object_pk == code
    assert entry.actor_email.endswith("(opdracht)")


@pytest.mark.parametrize("kind", ["sqlite"])
def test_what_was_given_in_part_is_logged_too(
    store: Engine, store_url: str, projection: Projection, settings: Any
) -> None:
    """As through a pipe that ends before it has everything."""

    class Pipe(StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    settings.STORE_URL = store_url
    store_log(store, SENDER, ROWS)
    projection.step()
    code = Conversation.objects.get().code
    with pytest.raises(BrokenPipeError):
        call_command("access", code, stdout=Pipe())
    assert LogEntry.objects.get(action=EXPORTED).object_pk == code


@pytest.mark.parametrize("kind", ["sqlite"])
def test_what_cannot_be_given_is_said_in_one_line(
    store: Engine, store_url: str, projection: Projection, settings: Any, tmp_path: Path
) -> None:
    settings.STORE_URL = store_url
    store_log(store, SENDER, ROWS)
    projection.step()
    code = Conversation.objects.get().code
    with pytest.raises(CommandError, match="Er is geen gesprek 0000000000"):
        call_command("access", "0000000000")
    settings.STORE_URL = f"sqlite:///{tmp_path}/away/none.db"
    with pytest.raises(CommandError, match="niet bereikbaar"):
        call_command("access", code)
    settings.STORE_URL = ""
    with pytest.raises(CommandError, match="DATABASE_URL"):
        call_command("access", code)
    settings.STORE_URL = store_url
    erase(store, SENDER)
    with pytest.raises(CommandError, match="staat niet meer in de opslag"):
        call_command("access", code)
    assert not LogEntry.objects.filter(action=EXPORTED).exists()
