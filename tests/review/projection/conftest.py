"""A store of the coach beside the review database, of the same kind."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from databases import new_postgres_database
from sqlalchemy.engine import Engine

from storage.schema import migrate, open_database


@pytest.fixture
def store_url(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if kind == "sqlite":
        return f"sqlite:///{tmp_path}/store.db"
    return new_postgres_database(request.getfixturevalue("postgres"))


@pytest.fixture
def store(store_url: str) -> Iterator[Engine]:
    """The coach's store, empty."""
    engine = open_database(store_url, 4)
    migrate(engine)
    yield engine
    engine.dispose()
