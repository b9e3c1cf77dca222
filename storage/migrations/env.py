"""Alembic's environment: runs on the connection, and in the transaction, that `storage.schema.migrate` gives it."""

from alembic import context

from storage.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
