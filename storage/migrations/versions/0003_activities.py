"""A table of what a channel has taken to answer, and of the answers that it sent."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "activities",
        sa.Column("sender_id", sa.String(255), primary_key=True),
        sa.Column("activity_key", sa.String(255), primary_key=True),
        sa.Column("taken_at", sa.Float, nullable=False),
        sa.Column("held_until", sa.Float),
        sa.Column("activity", sa.Text),
        sa.Column("sent_id", sa.String(255)),
        sa.Column("offered", sa.Text),
        sa.Index("activities_held_until", "held_until"),
    )
