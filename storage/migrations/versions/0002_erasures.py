"""A table that remembers for a day by which message a conversation was erased."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "erasures",
        sa.Column("sender_id", sa.String(255), primary_key=True),
        sa.Column("message_id", sa.String(255), primary_key=True),
        sa.Column("erased_at", sa.Float, nullable=False),
        sa.Column("replies", sa.Text, nullable=False),
    )
