"""The masker, loaded once: deduce's lists take five seconds to load, and two minutes to build the first time."""

import pytest

from review.masking import Masker
from tools.model import ROOT


@pytest.fixture(scope="session")
def masker() -> Masker:
    return Masker(ROOT / "models" / "deduce")
