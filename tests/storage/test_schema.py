"""The tables, how they came about, and what operators do to them."""

import asyncio
import json
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from databases import new_postgres_database
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, SlotSet, UserUttered
from waiting import wait_for

from storage import tracker_store
from storage.__main__ import main
from storage.schema import (
    DAY,
    conversations,
    erase,
    erasures,
    events,
    expired,
    export,
    metadata,
    migrate,
    open_database,
    purge,
)
from storage.tracker_store import ConversationStore
from tools.model import ROOT


async def converse(store: ConversationStore, sender: str, *texts: str) -> None:
    for text in texts:
        tracker = await store.get_or_create_tracker(sender, append_action_listen=False)
        tracker.update(UserUttered(text))
        await store.save(tracker)


@pytest.mark.parametrize("url", ["", "geen adres", "mysql://x@y/z"])
def test_an_address_that_is_none_of_ours_is_said(url: str) -> None:
    with pytest.raises(ValueError, match="sqlite"):
        open_database(url)


def test_the_migrations_make_the_tables_that_the_code_knows(address: str) -> None:
    engine = open_database(address)
    migrate(engine)
    migrate(engine)
    inspector = sa.inspect(engine)
    for table in metadata.tables.values():
        assert {column["name"] for column in inspector.get_columns(table.name)} == set(table.columns.keys())
        assert {index["name"] for index in inspector.get_indexes(table.name)} >= {index.name for index in table.indexes}


def test_several_processes_may_start_on_an_empty_database(address: str) -> None:
    command = [sys.executable, "-m", "storage", "--database", address, "migrate"]
    started = [subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) for _ in range(4)]
    assert [(process.wait(60), process.stderr.read() if process.stderr else "") for process in started] == [(0, "")] * 4


def test_a_new_file_that_another_is_writing_is_waited_for(tmp_path: Path) -> None:
    file = tmp_path / "conversations.db"
    other = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")  # without a write-ahead log yet: SQLite refuses to switch at once
    free = threading.Timer(0.5, other.close)
    free.start()
    migrate(open_database(f"sqlite:///{file}"))
    assert not free.is_alive()


async def test_a_database_of_rasas_own_keeps_its_conversations(address: str, domain: Domain) -> None:
    url = sa.engine.make_url(address)
    if url.get_backend_name() == "sqlite":
        rasas = SQLTrackerStore(domain, dialect="sqlite", db=url.database)
    else:
        rasas = SQLTrackerStore(domain, dialect="postgresql", host=address)
    for text in ("een", "twee", "drie"):
        for sender in ("a", "b"):
            tracker = await rasas.get_or_create_tracker(sender, append_action_listen=False)
            tracker.update(UserUttered(f"{sender} {text}"))
            tracker.update(SlotSet("situation", text))
            await rasas.save(tracker)
    store = ConversationStore(domain, host=address)
    for sender in ("a", "b"):
        tracker = await store.retrieve(sender)
        assert tracker
        assert tracker.events == (await rasas.retrieve(sender)).events
        assert tracker.get_slot("situation") == "drie"
    await converse(store, "a", "vier")
    assert [json.loads(data).get("text") for data in export(store._engine, "a")][-1] == "vier"
    with store._engine.connect() as connection:
        numbers = connection.execute(
            sa.select(events.c.sequence).where(events.c.sender_id == "a").order_by(events.c.id)
        ).scalars()
        assert list(numbers) == list(range(1, 8))


async def test_purging_takes_what_nobody_spoke_in_and_nothing_else(address: str, domain: Domain) -> None:
    store = ConversationStore(domain, host=address)
    await converse(store, "old", "een", "twee")
    await converse(store, "new", "een")
    with store._engine.begin() as connection:
        old = sa.update(conversations).where(conversations.c.sender_id == "old")
        connection.execute(old.values(written_at=time.time() - 29 * DAY))
    assert purge(store._engine, 28) == 1
    assert list(await store.keys()) == ["new"]
    assert await store.retrieve_full_tracker("old") is None
    assert purge(store._engine, 28) == 0
    with pytest.raises(ValueError, match="more than zero"):
        purge(store._engine, 0)


async def test_erasing_takes_one_conversation(address: str, domain: Domain) -> None:
    store = ConversationStore(domain, host=address)
    await converse(store, "a", "een", "twee")
    await converse(store, "b", "een")
    assert erase(store._engine, "a") == 2
    assert erase(store._engine, "a") == 0
    assert list(await store.keys()) == ["b"]


async def test_postgresql_samples_nothing_of_what_was_said(postgres: Any, domain: Domain) -> None:
    address = new_postgres_database(postgres)
    engine = open_database(address)
    await converse(ConversationStore(domain, host=address), "a", "het ligt bij de wijktafel", "ja")
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(sa.text("ANALYZE"))
        sampled = connection.execute(sa.text("SELECT * FROM pg_stats WHERE schemaname = 'public'")).all()
    assert "events" in str(sampled)
    assert "wijktafel" not in str(sampled)


@pytest.mark.parametrize("how", ["erase", "purge", "leader"])
async def test_of_what_was_erased_no_byte_stays_in_the_file(how: str, tmp_path: Path, domain: Domain) -> None:
    store = ConversationStore(domain, host=f"sqlite:///{tmp_path}/x.db")
    for number in range(60):  # among others, in pages that are divided
        texts = [f"verhaal {number} {turn} " * 20 for turn in range(3)]
        await converse(store, f"leider {number}", *texts)
    gone = [f"leider {number}" for number in range(0, 60, 7)]
    for sender in gone:
        await converse(store, sender, f"geheim van {sender}")

    def left() -> set[str]:
        held = b"".join(path.read_bytes() for path in tmp_path.iterdir())
        return {sender for sender in gone if sender.encode() + b'"' in held or f"geheim van {sender}".encode() in held}

    assert left() == set(gone)
    if how == "purge":
        with store._engine.begin() as connection:
            old = sa.update(conversations).where(conversations.c.sender_id.in_(gone))
            connection.execute(old.values(written_at=time.time() - 29 * DAY))
        assert expired(store._engine, 28)[0] == purge(store._engine, 28) == len(gone)
    for sender in gone if how != "purge" else ():
        if how == "erase":
            erase(store._engine, sender)
        else:
            await store.erase(sender)
    wait_for(lambda: not left(), 10)


async def test_who_was_erased_stands_with_the_message_as_a_fingerprint_alone(address: str, domain: Domain) -> None:
    store = ConversationStore(domain, host=address)
    tracker = await store.get_or_create_tracker("leider", append_action_listen=False)
    tracker.update(UserUttered("wis alles", input_channel="website"))
    tracker.events[-1].message_id = "een"
    tracker.update(BotUttered("Gewist."))
    tracker.update(SlotSet("erase", True))
    await store.save(tracker)
    replies = await store.handled("leider", "een")
    assert replies
    assert replies[0]["text"] == "Gewist."
    with store._engine.connect() as connection:
        assert "leider" not in str(connection.execute(sa.select(erasures)).all())


async def test_a_file_that_is_held_is_said_to_hold_what_was_erased(
    tmp_path: Path, domain: Domain, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def held(engine: object) -> None:
        raise sa.exc.OperationalError("", {}, Exception())

    monkeypatch.setattr(tracker_store, "wipe", held)
    store = ConversationStore(domain, host=f"sqlite:///{tmp_path}/x.db")
    await converse(store, "leider", "hallo")
    await store.erase("leider")
    assert list(await store.keys()) == []
    await asyncio.sleep(0.1)
    assert "may still stand in the file until the next purge: OperationalError" in caplog.text


async def test_the_commands(address: str, domain: Domain, capsys: pytest.CaptureFixture[str]) -> None:
    await converse(ConversationStore(domain, host=address), "leader", "hallo")
    assert main(["--database", address, "export", "leader"]) == 0
    assert json.loads(capsys.readouterr().out)["text"] == "hallo"
    assert main(["--database", address, "purge", "--days", "1"]) == 0
    assert capsys.readouterr().out == "0 conversations erased\n"
    assert main(["--database", address, "erase", "leader"]) == 0
    assert capsys.readouterr().out == "1 events erased\n"
    assert main(["--database", address, "export", "leader"]) == 1
    assert capsys.readouterr().err == "export failed: There is no such conversation.\n"


async def test_conversations_are_kept_for_as_long_as_the_environment_says(
    address: str, domain: Domain, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    await converse(ConversationStore(domain, host=address), "leader", "hallo")
    monkeypatch.setenv("RETENTION_DAYS", "1e-12")
    assert main(["--database", address, "purge"]) == 0
    assert capsys.readouterr().out == "1 conversations erased\n"
    monkeypatch.setenv("RETENTION_DAYS", "soon")
    with pytest.raises(SystemExit):
        main(["--database", address, "purge"])
    assert "invalid float value: 'soon'" in capsys.readouterr().err


def test_a_command_without_a_database_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    with pytest.raises(SystemExit):
        main(["purge"])
    assert "set DATABASE_URL or give --database" in capsys.readouterr().err
    assert main(["--database", f"sqlite:///{tmp_path}/away/x.db", "purge"]) == 1
    assert "purge failed" in capsys.readouterr().err


async def test_a_database_file_that_was_replaced_is_an_error_and_not_written_to(tmp_path: Path, domain: Domain) -> None:
    """A removed file goes on taking writes of those who have it open; nobody would read them again."""
    store = ConversationStore(domain, host=f"sqlite:///{tmp_path}/x.db")
    await converse(store, "leader", "een")
    for file in tmp_path.iterdir():
        file.unlink()
    with pytest.raises(sa.exc.SQLAlchemyError):
        await converse(store, "leader", "twee")
