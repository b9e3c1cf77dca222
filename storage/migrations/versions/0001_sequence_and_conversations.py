"""A sequence number and a message id for each event, and a row for each conversation.

Begins with an empty database, or with the one table of Rasa 3.6's own SQL store, whose events stay.
"""

import sqlalchemy as sa
from alembic import op

from storage.schema import BIG

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make or take over the tables."""
    connection = op.get_bind()
    inspector = sa.inspect(connection)
    if inspector.has_table("events"):
        _take_over_rasas_table(connection, inspector)
    else:
        op.create_table(
            "events",
            sa.Column("id", BIG, primary_key=True, autoincrement=True),
            sa.Column("sender_id", sa.String(255), nullable=False),
            sa.Column("type_name", sa.String(255), nullable=False),
            sa.Column("timestamp", sa.Float),
            sa.Column("intent_name", sa.String(255)),
            sa.Column("action_name", sa.String(255)),
            sa.Column("data", sa.Text),
            sa.Column("sequence", sa.Integer, nullable=False),
            sa.Column("message_id", sa.String(255)),
        )
    op.create_index("events_sequence", "events", ["sender_id", "sequence"], unique=True)
    op.create_index("events_message", "events", ["sender_id", "message_id"], unique=True)
    op.create_table(
        "conversations",
        sa.Column("sender_id", sa.String(255), primary_key=True),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("written_at", sa.Float, nullable=False),
        sa.Column("checkpoint_sequence", sa.Integer, nullable=False, server_default="0"),
        sa.Column("checkpoint", sa.Text),
    )
    op.create_index("conversations_written_at", "conversations", ["written_at"])
    op.execute(
        "INSERT INTO conversations (sender_id, sequence, written_at) "
        "SELECT sender_id, max(sequence), max(timestamp) FROM events GROUP BY sender_id"
    )


def _take_over_rasas_table(connection: sa.engine.Connection, inspector: sa.engine.reflection.Inspector) -> None:
    """Number the events of each conversation in the order in which Rasa stored them."""
    if connection.dialect.name == "postgresql":
        op.execute("SET LOCAL lock_timeout = '30s'")  # an old coach that still runs is an error, not a silence
    if "ix_events_sender_id" in {index["name"] for index in inspector.get_indexes("events")}:
        op.drop_index("ix_events_sender_id", "events")
    op.add_column("events", sa.Column("sequence", sa.Integer, nullable=False, server_default="0"))
    op.add_column("events", sa.Column("message_id", sa.String(255)))
    op.execute(
        "UPDATE events SET sequence = numbered.place FROM "
        "(SELECT id AS event, row_number() OVER (PARTITION BY sender_id ORDER BY id) AS place FROM events) AS numbered "
        "WHERE events.id = numbered.event"
    )
    if connection.dialect.name == "postgresql":
        # Rasa asks its sequence for each id; from here on the table does that itself.
        op.execute("ALTER TABLE events ALTER COLUMN id TYPE BIGINT")
        op.execute("ALTER TABLE events ALTER COLUMN id SET DEFAULT nextval('events_id_seq')")
        op.execute("ALTER TABLE events ALTER COLUMN sequence DROP DEFAULT")
