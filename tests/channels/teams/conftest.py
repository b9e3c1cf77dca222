"""What the tests of Teams share: a certificate, and Microsoft as they have it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from channels.teams import outgoing
from tests.channels.teams.microsoft import Microsoft, running_microsoft, self_signed


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for `localhost`, and its key."""
    return self_signed(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
def microsoft(certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> Iterator[Microsoft]:
    """Microsoft, trusted by this process, which waits shortly between its tries."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate[0]))
    monkeypatch.setattr(outgoing, "FIRST_PAUSE", 0.01)
    with running_microsoft(certificate) as there:
        yield there
