"""A database of its own for each test."""

import uuid
from typing import Any

import sqlalchemy as sa


def new_postgres_database(server: Any) -> str:
    """The address of a new, empty database."""
    name = f"test_{uuid.uuid4().hex}"
    engine = sa.create_engine(server.get_uri(), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return str(server.get_uri(database=name))
