"""Real databases for the store's tests: a SQLite file, and a PostgreSQL server that the tests start."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from databases import new_postgres_database, postgres_server
from rasa.shared.core.domain import Domain

from tools.model import ROOT


@pytest.fixture(scope="session")
def postgres() -> Iterator[Any]:
    """The server on which most tests make their databases."""
    with postgres_server() as server:
        yield server


@pytest.fixture(scope="module")
def mortal_postgres() -> Iterator[Any]:
    """A server to freeze and kill."""
    with postgres_server() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A new, empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/conversations.db"
    return new_postgres_database(request.getfixturevalue("postgres"))


@pytest.fixture(scope="session")
def domain() -> Domain:
    return Domain.load(str(ROOT / "domain.yml"))
