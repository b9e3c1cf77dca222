"""`python -m review rebuild`."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings
from sqlalchemy.engine import Engine

from review.management.commands import rebuild
from review.models import Conversation, Turn
from review.projection.following import Projection
from tests.review.projection.logs import PlainMask, dump, store_log
from tests.review.projection.test_following import whole

pytestmark = pytest.mark.usefixtures("review_database")


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the masker, which takes seconds and a gigabyte to load."""
    monkeypatch.setattr(rebuild, "Masker", lambda folder: None)
    monkeypatch.setattr(rebuild, "ConversationMask", lambda masker, said: PlainMask(said))


def call() -> str:
    out = StringIO()
    call_command("rebuild", stdout=out)
    return out.getvalue()


def test_it_makes_again_what_was_changed_or_lost_and_twice_is_once(
    store: Engine, store_url: str, settings: Settings
) -> None:
    settings.STORE_URL = store_url
    for sender in ("a", "b"):
        store_log(store, sender, whole(sender))
    Projection(store, PlainMask).step()
    followed = dump()
    Conversation.objects.update(bottleneck="rol", first_step="")
    Turn.objects.filter(number=2).delete()
    Turn.objects.update(said="anders")
    for _ in range(2):
        assert call() == "2 gesprekken opnieuw opgebouwd.\n"
        assert dump() == followed


@pytest.mark.parametrize("kind", ["sqlite"])
@pytest.mark.parametrize(("url", "says"), [("", "DATABASE_URL"), ("sqlite:////nergens/x.db", "niet bereikbaar")])
def test_without_a_store_it_says_so(settings: Settings, url: str, says: str) -> None:
    settings.STORE_URL = url
    with pytest.raises(CommandError, match=says):
        call()
