"""The tables of the conversation store, and what is done to them outside a turn. Imports no Rasa.

`events` is the log: what Rasa's own SQL store writes, with a sequence number per conversation and the id of the
message. `conversations` has a row for each: how far its log goes, when it was last written, and a checkpoint to read
from instead of from the beginning. It is derived from the log and can be rebuilt. `erasures` remembers for a day by
which message a conversation was erased and what the coach replied, so that this message, sent again, begins no new one;
whose it was stands there as a `fingerprint` alone. `activities` has a row for each activity of Teams: what it says
until it is answered, and then which message answered it (storage/activities.py).
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import time
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy.engine import Connection, Engine, make_url
from sqlalchemy.pool import QueuePool

SECONDS_TO_CONNECT = 3
SECONDS_OF_A_STATEMENT = 5
SECONDS_FOR_A_CONNECTION = 3
DAY = 24 * 60 * 60
PURGED_AT_ONCE = 500
# Any number that nothing else in the database takes a lock on.
MIGRATION_LOCK = 5_306_021
# A connection that only leads its transactions to write; SQLite then takes its write lock at the beginning.
WRITES = {"writes": True}
OUTSIDE_TRANSACTIONS = {"outside_transactions": True}
# Writes the file of SQLite anew, and empties its write-ahead log.
REWRITE = ("VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)")

metadata = sa.MetaData()
# SQLite numbers rows by itself only where the key is its plain integer.
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

events = sa.Table(
    "events",
    metadata,
    sa.Column("id", BIG, primary_key=True, autoincrement=True),
    sa.Column("sender_id", sa.String(255), nullable=False),
    sa.Column("type_name", sa.String(255), nullable=False),
    sa.Column("timestamp", sa.Float),
    sa.Column("intent_name", sa.String(255)),
    sa.Column("action_name", sa.String(255)),
    sa.Column("data", sa.Text),
    sa.Column("sequence", sa.Integer, nullable=False),
    sa.Column("message_id", sa.String(255)),
    sa.Index("events_sequence", "sender_id", "sequence", unique=True),
    sa.Index("events_message", "sender_id", "message_id", unique=True),
)

conversations = sa.Table(
    "conversations",
    metadata,
    sa.Column("sender_id", sa.String(255), primary_key=True),
    sa.Column("sequence", sa.Integer, nullable=False),
    sa.Column("written_at", sa.Float, nullable=False),
    sa.Column("checkpoint_sequence", sa.Integer, nullable=False, server_default="0"),
    sa.Column("checkpoint", sa.Text),
    sa.Index("conversations_written_at", "written_at"),
)

erasures = sa.Table(
    "erasures",
    metadata,
    sa.Column("sender_id", sa.String(255), primary_key=True),
    sa.Column("message_id", sa.String(255), primary_key=True),
    sa.Column("erased_at", sa.Float, nullable=False),
    sa.Column("replies", sa.Text, nullable=False),
)

activities = sa.Table(
    "activities",
    metadata,
    sa.Column("sender_id", sa.String(255), primary_key=True),
    sa.Column("activity_key", sa.String(255), primary_key=True),
    sa.Column("taken_at", sa.Float, nullable=False),
    sa.Column("held_until", sa.Float),
    sa.Column("activity", sa.Text),
    sa.Column("sent_id", sa.String(255)),
    sa.Column("offered", sa.Text),
    sa.Index("activities_held_until", "held_until"),
)
ANSWERED = activities.c.held_until.is_(None)


def open_database(
    url: str | None, pool_size: int = 5, seconds_for_a_connection: float = SECONDS_FOR_A_CONNECTION
) -> Engine:
    """An engine for a SQLite file (`sqlite:///path`) or PostgreSQL (`postgresql://user@host/name`).

    At most `pool_size` connections are open at once. Connecting, waiting for a connection and a statement each have a
    time-out. Errors never carry what was written: they end up in logs.

    Raises:
        ValueError: `url` is neither.
    """
    try:
        address = make_url(url or "")
    except (sa.exc.ArgumentError, ValueError):  # they repeat the address, with its password
        message = "The database's address cannot be read; it begins with sqlite:/// or postgresql://."
        raise ValueError(message) from None
    shared: dict[str, Any] = {
        "pool_size": pool_size,
        "max_overflow": 0,
        "pool_timeout": seconds_for_a_connection,
        "hide_parameters": True,
        "future": True,
    }
    # Another driver would be missing, which Rasa takes for a store that is not there, and goes on in memory.
    if address.drivername in {"sqlite", "sqlite+pysqlite"} and address.database not in {None, "", ":memory:"}:
        return _open_sqlite(address, shared)
    if address.drivername in {"postgresql", "postgresql+psycopg2"}:
        settings = {
            "connect_timeout": SECONDS_TO_CONNECT,
            "options": f"-c statement_timeout={SECONDS_OF_A_STATEMENT}s {address.query.get('options', '')}",
            # A server that is gone without a word is noticed within half a minute.
            "keepalives_idle": 10,
            "keepalives_interval": 5,
            "keepalives_count": 3,
            "tcp_user_timeout": 20_000,
        }
        return sa.create_engine(address, pool_pre_ping=True, connect_args=settings, **shared)
    raise ValueError(
        f"{address.drivername} is no database for conversations: take postgresql://, or sqlite:/// with a file."
    )


def _open_sqlite(address: sa.engine.URL, shared: dict[str, Any]) -> Engine:
    """An engine for a file: readers beside a writer (WAL), each commit on disk before it counts."""
    connect_args = {"timeout": SECONDS_OF_A_STATEMENT, "check_same_thread": False}
    engine = sa.create_engine(address, poolclass=QueuePool, connect_args=connect_args, **shared)

    @sa.event.listens_for(engine, "connect")
    def prepare(connection: Any, record: Any) -> None:
        connection.isolation_level = None  # transactions begin below, and nowhere behind our back
        _write_ahead(connection)
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA secure_delete=ON")
        record.info["file"] = _identity(address.database)

    @sa.event.listens_for(engine, "checkout")
    def check_file(connection: Any, record: Any, proxy: Any) -> None:
        # A file that was removed or replaced goes on taking writes that nobody will read.
        if record.info["file"] != _identity(address.database):
            raise sa.exc.DisconnectionError("the database file is another one")

    @sa.event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        if not options.get("outside_transactions"):
            connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("writes") else "BEGIN")

    return engine


def _write_ahead(connection: Any) -> None:
    """Switch the file to a write-ahead log; a new file that another is switching just now refuses without waiting."""
    deadline = time.monotonic() + SECONDS_OF_A_STATEMENT
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return


def _identity(path: str | None) -> tuple[int, int] | None:
    """Which file stands at `path`; None where there is none, or where it is memory."""
    try:
        found = os.stat(path or "")
    except OSError:
        return None
    return found.st_dev, found.st_ino


def migrate(engine: Engine) -> None:
    """Bring the tables to their newest shape: once, also when several processes start together.

    An empty database gets its tables; one of Rasa's own keeps its conversations.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: the database is away, or busy for too long.
    """
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with engine.execution_options(**WRITES).begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})")
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def fingerprint(sender_id: str) -> str:
    """What stands for a conversation that is erased: to be recognised, and not to be traced back."""
    return hashlib.sha256(sender_id.encode()).hexdigest()


def delete_conversation(connection: Connection, sender_id: str) -> int:
    """Delete all there is of a conversation, in the transaction of `connection`; returns how many events.

    An activity that waits for its answer stays until then: it may be the one that asked for this.
    """
    connection.execute(sa.delete(conversations).where(conversations.c.sender_id == sender_id))
    connection.execute(sa.delete(erasures).where(erasures.c.sender_id == fingerprint(sender_id)))
    connection.execute(sa.delete(activities).where(activities.c.sender_id == sender_id, ANSWERED))
    return int(connection.execute(sa.delete(events).where(events.c.sender_id == sender_id)).rowcount)


def erase(engine: Engine, sender_id: str) -> int:
    """Erase one conversation; returns how many events it had.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: the store is away or refuses; nothing is erased then.
    """
    with engine.execution_options(**WRITES).begin() as connection:
        erased = delete_conversation(connection, sender_id)
    wipe(engine)
    return erased


def wipe(engine: Engine) -> None:
    """Let what was deleted stand nowhere in the database any more, after its rows are gone.

    In a SQLite file: `secure_delete` leaves some of it in pages that were divided, and the write-ahead log keeps what
    was written before, so both are written anew. In PostgreSQL: the samples by which it plans are taken anew, where the
    table has any rows left, and the bytes are used again by itself; who does not own the tables leaves both to it.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: another process holds the file for too long, or it takes too long.
    """
    statements = REWRITE if engine.dialect.name == "sqlite" else [f"ANALYZE {', '.join(metadata.tables)}"]
    with engine.execution_options(**OUTSIDE_TRANSACTIONS).connect() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
        connection.commit()


def had_its_time(days: float) -> float:
    """Before this moment (seconds since 1970) a conversation was last written that is kept no longer.

    Raises:
        ValueError: `days` is not above zero.
    """
    if not days > 0:
        raise ValueError(f"Conversations are kept for more than zero days, not {days}.")
    return time.time() - days * DAY


def expired(engine: Engine, days: float) -> tuple[int, float | None]:
    """How many conversations `purge` would erase now, and when the oldest was last written (seconds since 1970).

    Raises:
        ValueError: `days` is not above zero.
        sqlalchemy.exc.SQLAlchemyError: the store is away.
    """
    written_at = conversations.c.written_at
    counted = sa.select(sa.func.count(), sa.func.min(written_at)).where(written_at < had_its_time(days))
    with engine.connect() as connection:
        number, oldest = connection.execute(counted).one()
    return number, oldest


def purge(engine: Engine, days: float) -> int:
    """Erase the conversations in which nothing was said for `days` days; returns how many.

    Some at a time, each batch in one transaction. A conversation that is spoken in meanwhile waits, and begins anew.
    Erasures are forgotten after a day, and so are activities that belong to no conversation.

    Raises:
        ValueError: `days` is not above zero.
        sqlalchemy.exc.SQLAlchemyError: the store is away or refuses; nothing is erased then.
    """
    old = sa.select(conversations.c.sender_id).where(conversations.c.written_at < had_its_time(days))
    homeless = ~sa.exists().where(conversations.c.sender_id == activities.c.sender_id)
    with engine.execution_options(**WRITES).begin() as connection:
        connection.execute(sa.delete(erasures).where(erasures.c.erased_at < time.time() - DAY))
        connection.execute(sa.delete(activities).where(activities.c.taken_at < time.time() - DAY, homeless))
    erased = 0
    while True:
        with engine.execution_options(**WRITES).begin() as connection:
            batch = list(connection.execute(old.limit(PURGED_AT_ONCE).with_for_update()).scalars())
            for table in (events, conversations):
                connection.execute(sa.delete(table).where(table.c.sender_id.in_(batch)))
            connection.execute(sa.delete(activities).where(activities.c.sender_id.in_(batch), ANSWERED))
        erased += len(batch)
        if len(batch) < PURGED_AT_ONCE:
            break
    wipe(engine)
    return erased


def rebuild(engine: Engine) -> None:
    """Forget all checkpoints: each conversation is read from its beginning once, and gets a new one.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: the store is away or refuses.
    """
    with engine.execution_options(**WRITES).begin() as connection:
        connection.execute(sa.update(conversations).values(checkpoint=None, checkpoint_sequence=0))


def ping(engine: Engine) -> None:
    """Ask the database for an answer.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: there is none.
    """
    with engine.connect() as connection:
        connection.exec_driver_sql("SELECT 1")


def export(engine: Engine, sender_id: str) -> list[str]:
    """All events of one conversation in their order, each as the JSON that Rasa stored.

    Raises:
        ValueError: there is no such conversation.
        sqlalchemy.exc.SQLAlchemyError: the store is away.
    """
    log = sa.select(events.c.data).where(events.c.sender_id == sender_id).order_by(events.c.sequence)
    with engine.connect() as connection:
        found = list(connection.execute(log).scalars())
    if not found:
        raise ValueError("There is no such conversation.")
    return found
