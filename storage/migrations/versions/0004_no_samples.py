"""PostgreSQL takes no samples of what was said: nothing is looked up by it, and they would outlive an erasure."""

from alembic import op

revision = "0004"
down_revision = "0003"

WORDS = {
    "events": ("data",),
    "conversations": ("checkpoint",),
    "erasures": ("replies",),
    "activities": ("activity", "offered"),
}


def upgrade() -> None:
    """Tell it so; SQLite takes none."""
    if op.get_context().dialect.name != "postgresql":
        return
    for table, columns in WORDS.items():
        for column in columns:
            # The type that it has: PostgreSQL then forgets what it sampled before.
            op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} TYPE text, ALTER COLUMN {column} SET STATISTICS 0")
