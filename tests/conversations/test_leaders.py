"""A tenth of the simulated leaders talk with the coach: what can be counted exactly never happens."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks.coaching import breaches, leaders, play
from storage.tracker_store import ConversationStore
from tests.conftest import Coach
from tests.conversations.talk import domain

# What recognition does wrong now and then is measured and not exact.
MEASURED = {"danger where there is none"}


@pytest.mark.parametrize("leader", leaders()[::10], ids=lambda leader: leader["name"])
def test_a_leader_is_led_to_the_end_without_a_breach(leader: dict[str, Any], coach: Coach) -> None:
    store = ConversationStore(domain(), host=f"sqlite:///{coach.database}")
    conversation = play(leader, coach.say, store)
    assert [breach for breach in breaches(conversation) if breach[0] not in MEASURED] == []
    assert conversation.slots["rating"]
