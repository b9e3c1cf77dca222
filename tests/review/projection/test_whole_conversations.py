"""Conversations with a coach that really runs, followed turn by turn, come to what they come to from nothing."""

from __future__ import annotations

from itertools import zip_longest
from pathlib import Path

import pytest
import yaml

from review.models import Conversation, Followed, Handoff, Statistic, Turn
from review.projection.following import Projection
from storage.schema import open_database
from tests.conftest import Coach
from tests.conversations.talk import Talk
from tests.review.projection.logs import PlainMask, dump

TRANSCRIPTS = Path(__file__).parents[2] / "conversations"
PLAYED = ("handoff/taken_back_later", "recognising/two_at_once_and_one_is_chosen", "danger/what_was_none_is_taken_back")
BY_BUTTON = ["/greet", "/bottleneck_mandaat", "sla over", '/give_answer{"level": "management"}']


def transcript(path: str) -> list[str]:
    turns = yaml.safe_load((TRANSCRIPTS / f"{path}.yml").read_text(encoding="utf-8"))
    return [turn["leader"] for turn in turns]


def keep_only(senders: set[str]) -> None:
    """Leave out what other tests said to the same coach."""
    Conversation.objects.exclude(followed__in=senders).delete()
    Followed.objects.exclude(pk__in=senders).delete()
    Statistic.objects.filter(conversation=None).delete()


@pytest.mark.parametrize("kind", ["sqlite"])
def test_what_is_followed_of_a_running_coach_is_what_is_built_from_nothing(
    review_database: str, coach_with_sender: Coach
) -> None:
    store = open_database(f"sqlite:///{coach_with_sender.database}", 1)
    projection = Projection(store, PlainMask)
    scripts = [*map(transcript, PLAYED), BY_BUTTON]
    talks = [Talk(coach_with_sender) for _ in scripts]
    for texts in zip_longest(*scripts):
        for talk, text in zip(talks, texts, strict=True):
            if text:
                talk.say(text)
        projection.step(seconds=60)
    senders = {talk.sender for talk in talks}
    keep_only(senders)
    followed = dump()
    assert projection.unknown == 0

    taken_back, two_at_once, misread, by_button = (Conversation.objects.get(followed=talk.sender) for talk in talks)
    assert (taken_back.level, taken_back.sectors, taken_back.confidence) == ("management", ",jeugdhulp,", 10)
    assert Handoff.objects.get().status == "ingetrokken"
    assert (two_at_once.bottleneck, two_at_once.corrected) == ("mandaat", False)
    assert not misread.danger
    chosen = Turn.objects.filter(conversation=by_button).values_list("number", "said", "chosen")
    assert list(chosen)[::2] == [(0, "", False), (2, "sla over", False)]
    assert [said for _, said, was_chosen in chosen if was_chosen] == ["Mijn mandaat", "Management"]

    Followed.objects.all().delete()
    Conversation.objects.all().delete()
    Statistic.objects.all().delete()
    Projection(store, PlainMask).step(everything=True, seconds=60)
    keep_only(senders)
    assert dump() == followed
