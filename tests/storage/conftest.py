"""What the store's tests share."""

from collections.abc import Iterator
from typing import Any

import pytest
from databases import postgres_server
from rasa.shared.core.domain import Domain

from tools.model import ROOT


@pytest.fixture(scope="module")
def mortal_postgres() -> Iterator[Any]:
    """A server to freeze and kill."""
    with postgres_server() as server:
        yield server


@pytest.fixture(scope="session")
def domain() -> Domain:
    return Domain.load(str(ROOT / "domain.yml"))
