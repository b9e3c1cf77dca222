"""The figures of a conversation: derived from what the review tables hold, at every step that changes them."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from review import outbox
from review.models import Conversation, Followed, Handoff, Judgement, Recognition, Reflection, Statistic, Turn
from review.models.conversation import Reached
from review.models.handoff import HandoffStatus
from review.models.improving import JudgementState, Verdict
from review.models.keeping import Outcome
from review.statistics import refresh, week_of

pytestmark = pytest.mark.usefixtures("review_database")
ONE_KIND = pytest.mark.parametrize("kind", ["sqlite"])
BEGAN = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)


def new(code: str = "AB12CD", **values: Any) -> Conversation:
    standing = {"channel": "website", "started_at": BEGAN, "last_at": BEGAN, "messages": 3, "reached": 1, **values}
    return Conversation.objects.create(code=code, **standing)


def recognise(conversation: Conversation, number: int, **values: Any) -> Turn:
    turn = Turn.objects.create(conversation=conversation, number=number, said_at=BEGAN, said="tekst")
    Recognition.objects.create(turn=turn, **{"intent": "give_answer", "confidence": 0.5, "margin": 0.1, **values})
    return turn


def reflect(conversation: Conversation, principle: str, number_of_round: int = 1, **values: Any) -> None:
    position = conversation.reflections.count() + 1
    Reflection.objects.create(
        conversation=conversation, round=number_of_round, position=position, principle=principle, **values
    )


def agree(conversation: Conversation, name: str = "one", **values: Any) -> Handoff:
    standing = {"consented_at": BEGAN, "next_attempt_at": BEGAN, "text": "", **values}
    return Handoff.objects.create(id=name, conversation=conversation, **standing)


def figures(conversation: Conversation) -> Statistic:
    refresh([conversation.pk])
    return Statistic.objects.get(conversation=conversation)


@ONE_KIND
def test_what_stands_in_the_conversation_is_taken_over() -> None:
    values = {
        "channel": "teams", "bottleneck": "mandaat", "level": "bestuur", "sectors": ",zorg,gemeente,",
        "reached": Reached.STEP, "rating": 4, "felt_heard": "ja", "corrected": True,
    }  # fmt: skip
    found = figures(new(**values))
    assert {name: getattr(found, name) for name in values} == values
    assert (found.typed, found.handed_off, found.gun_het_tijd) == (0, False, Outcome.NOT_REACHED)


@pytest.mark.parametrize(
    ("moment", "monday"),
    [
        ("2026-11-25T12:00+00:00", "2026-11-23"),
        ("2026-11-22T22:59+00:00", "2026-11-16"),
        ("2026-11-22T23:00+00:00", "2026-11-23"),  # past midnight in Amsterdam
        ("2026-07-05T22:00+00:00", "2026-07-06"),  # in summer an hour earlier
        ("2027-01-01T12:00+00:00", "2026-12-28"),
    ],
)
@ONE_KIND
def test_a_week_begins_on_a_monday_in_the_netherlands(moment: str, monday: str) -> None:
    assert str(week_of(datetime.fromisoformat(moment))) == monday


def test_what_was_typed_is_counted_with_how_sure_the_coach_was() -> None:
    conversation = new()
    for number, (confidence, fallback) in enumerate([(0.9, False), (0.25, True), (0.5, False)], start=1):
        recognise(conversation, number, confidence=confidence, fallback=fallback)
    found = figures(conversation)
    assert (found.typed, found.confidence, found.fallbacks) == (3, pytest.approx(1.65), 1)


def test_of_what_staff_say_only_what_is_accepted_counts() -> None:
    conversation = new()
    said = [
        (Verdict.RIGHT, JudgementState.ACCEPTED), (Verdict.RIGHT, JudgementState.ACCEPTED),
        (Verdict.WRONG, JudgementState.ACCEPTED), (Verdict.WRONG, JudgementState.DRAFT),
        (Verdict.WRONG, JudgementState.RETURNED),
    ]  # fmt: skip
    for number, (verdict, state) in enumerate(said, start=1):
        Judgement.objects.create(turn=recognise(conversation, number), verdict=verdict, state=state)
    found = figures(conversation)
    assert (found.judged_right, found.judged_wrong, found.typed) == (2, 1, 5)


@ONE_KIND
def test_each_principle_has_its_outcome_and_of_two_rounds_the_better_one() -> None:
    conversation = new()
    reflect(conversation, "weeg_af_en_kies", answer="ja", deepened=True)
    reflect(conversation, "gun_het_tijd")
    reflect(conversation, "verbind_met_binnen", skipped=True)
    found = figures(conversation)
    assert (found.weeg_af_en_kies, found.gun_het_tijd, found.verbind_met_binnen, found.ondersteun_en_faciliteer) == (
        Outcome.DEEPENED, Outcome.UNANSWERED, Outcome.SKIPPED, Outcome.NOT_REACHED,
    )  # fmt: skip
    reflect(conversation, "weeg_af_en_kies", 2, answer="ja")
    reflect(conversation, "gun_het_tijd", 2, skipped=True)
    reflect(conversation, "verbind_met_binnen", 2, answer="ja")
    found = figures(conversation)
    assert (found.weeg_af_en_kies, found.gun_het_tijd, found.verbind_met_binnen) == (
        Outcome.DEEPENED, Outcome.SKIPPED, Outcome.ANSWERED,
    )  # fmt: skip


@ONE_KIND
def test_the_first_hand_off_that_stands_tells_how_long_a_leader_waited() -> None:
    conversation = new()
    agree(conversation, "a", withdrawn_at=BEGAN)
    assert not figures(conversation).handed_off
    agree(conversation, "c", consented_at=BEGAN + timedelta(days=9))
    agree(conversation, "b", taken_up_at=BEGAN + timedelta(hours=5), done_at=BEGAN + timedelta(hours=30, minutes=30))
    found = figures(conversation)
    assert (found.handed_off, found.taken_up_after, found.done_after) == (True, 5.0, 30.5)


def test_made_again_they_are_the_same_and_what_is_gone_or_was_never_there_is_passed_over() -> None:
    conversations = [new("AAAAAA"), new("BBBBBB", reached=2)]
    refresh(["AAAAAA", "BBBBBB", "NERGENS"])
    before = list(Statistic.objects.order_by("pk").values())
    refresh(["AAAAAA", "BBBBBB"])
    assert list(Statistic.objects.order_by("pk").values()) == before
    assert len(before) == 2
    conversations[1].delete()
    refresh(["BBBBBB"])
    assert Statistic.objects.filter(conversation=None, reached=2).count() == 1
    refresh([])


@ONE_KIND
def test_many_ask_the_database_no_more_than_one() -> None:
    for number in range(20):
        conversation = new(f"CODE{number}")
        recognise(conversation, 1)
        agree(conversation, f"{number}")
    refresh(["CODE0"])
    for codes in (["CODE0"], [f"CODE{number}" for number in range(20)]):
        with CaptureQueriesContext(connection) as asked:
            refresh(codes)
        assert len([query for query in asked if "review_" in query["sql"]]) == 6


@ONE_KIND
def test_a_hand_off_that_the_outbox_finds_taken_back_is_none() -> None:
    conversation = new()
    handoff = agree(conversation)
    Followed.objects.create(sender_id="s", conversation=conversation, sequence=1, written_at=0.0, first_event_at=0.0)
    assert figures(conversation).handed_off
    assert outbox.claim(timezone.now()).pk == handoff.pk
    outbox.deliver(handoff, lambda sender, name: {"withdrawn": True})
    assert not Statistic.objects.get(conversation=conversation).handed_off


@pytest.mark.parametrize("kind", ["postgresql"])
def test_two_who_change_a_conversation_at_once_lose_nothing_of_each_other() -> None:
    """The worker reads on while staff finish a hand-off."""
    conversation = new()
    agree(conversation)
    refresh([conversation.pk])
    changed, go_on = threading.Event(), threading.Event()

    def follow() -> None:
        with transaction.atomic():
            Conversation.objects.update(reached=Reached.COMPLETED)
            refresh([conversation.pk])
            changed.set()
            go_on.wait(10)
        connection.close()

    worker = threading.Thread(target=follow)
    worker.start()
    assert changed.wait(10)
    threading.Timer(0.2, go_on.set).start()
    with transaction.atomic():
        Handoff.objects.update(status=HandoffStatus.TAKEN_UP, taken_up_at=BEGAN + timedelta(hours=2))
        refresh([conversation.pk])
    worker.join()
    found = Statistic.objects.get()
    assert (found.reached, found.taken_up_after) == (Reached.COMPLETED, 2.0)
