"""The review tables follow the store: whatever order commits come in, whatever dies, whatever is erased."""

from __future__ import annotations

import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa
from django import db
from django.contrib.auth import get_user_model
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.engine import Engine
from waiting import wait_for

from review.models import Conversation, Followed, Handoff, Label, Note, ReplyAddress, Statistic, Turn
from review.models.handoff import HandoffStatus
from review.projection import following
from review.projection.following import Projection, follow
from review.projection.store import handoff_in_store
from storage.schema import WRITES, conversations, erase, events
from tests.review.projection.logs import PlainMask, append, dump, log, slots, store_log, user
from tests.review.projection.test_reading import AGREED, CONFIRMED, CONSENTED, GREETED, STORY, WITHDRAWN

pytestmark = pytest.mark.usefixtures("review_database")
WHOLE = log(GREETED, CONSENTED, *[event for event in WITHDRAWN if event not in CONSENTED])


@pytest.fixture
def projection(store: Engine) -> Projection:
    return Projection(store, PlainMask)


def forget_everything() -> None:
    for model in (Conversation, Followed, Statistic):
        model.objects.all().delete()


def said() -> list[str]:
    return list(Turn.objects.exclude(said="").values_list("said", flat=True))


def rebuilt(store: Engine) -> dict[str, Any]:
    """What the tables hold when they are built from nothing."""
    forget_everything()
    Projection(store, PlainMask).step(everything=True, seconds=60)
    return dump()


def whole(handoff: str) -> list[str]:
    """A conversation with a hand-off of this id."""
    return log(GREETED, CONSENTED[:-2], slots(handoff={**AGREED, "id": handoff}, handoff_check="yes"))


def clear(store: Engine) -> None:
    with store.execution_options(**WRITES).begin() as connection:
        for table in (conversations, events):
            connection.execute(sa.delete(table))


@settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sets(st.integers(1, len(WHOLE) - 1), max_size=6))
def test_a_conversation_that_is_followed_comes_to_the_same_as_one_that_is_read_at_once(
    store: Engine, cuts: set[int]
) -> None:
    clear(store)
    forget_everything()
    ends = [*sorted(cuts), len(WHOLE)]
    for start, end in zip([0, *ends], ends, strict=False):
        store_log(store, "a", WHOLE[start:end])
        Projection(store, PlainMask).step()
    followed = dump()
    assert followed["Turn"]
    assert followed["Statistic"]
    assert rebuilt(store) == followed
    assert Projection(store, PlainMask).rebuild() == 1
    assert dump() == followed


def test_a_conversation_appears_when_the_leader_says_something(store: Engine, projection: Projection) -> None:
    rows = log(GREETED, CONFIRMED)
    store_log(store, "a", rows[:5])
    projection.step()
    assert Followed.objects.get().conversation is None
    assert not Statistic.objects.exists()
    store_log(store, "a", rows[5:])
    projection.step()
    assert Followed.objects.get().conversation == Conversation.objects.get() == Statistic.objects.get().conversation
    assert said() == [STORY, "Ja, mandaat"]


def test_what_staff_added_stays_when_the_conversation_goes_on_and_when_it_is_rebuilt(
    store: Engine, projection: Projection
) -> None:
    rows = log(CONSENTED, user("dank je", "thank"))
    store_log(store, "a", rows[:-1])
    projection.step()
    found, turns = Conversation.objects.get(), set(Turn.objects.values_list("pk", flat=True))
    staff = get_user_model().objects.create_user("staf")
    label = Label.objects.create(name="bespreken")
    found.labels.add(label)
    Note.objects.create(conversation=found, author=staff, text="let op")
    Conversation.objects.update(assigned_to=staff, reviewed_by=staff)
    Handoff.objects.update(status=HandoffStatus.TAKEN_UP, attempts=3, taken_up_by=staff)
    store_log(store, "a", rows[-1:])
    projection.step()
    for _ in range(2):
        assert turns < set(Turn.objects.values_list("pk", flat=True))
        found = Conversation.objects.get()
        assert (found.assigned_to, found.reviewed_by, list(found.labels.all())) == (staff, staff, [label])
        assert found.notes.get().text == "let op"
        assert Handoff.objects.values_list("status", "attempts", "taken_up_by").get() == ("opgepakt", 3, staff.pk)
        assert Turn.objects.last().said == "dank je"
        projection.rebuild()


def test_a_hand_off_that_is_taken_back_before_it_went_is_not_sent_and_its_address_is_gone(
    store: Engine, projection: Projection
) -> None:
    store_log(store, "a", log(CONSENTED))
    projection.step()
    assert ReplyAddress.objects.get().address == AGREED["reply_address"]
    store_log(store, "a", log(WITHDRAWN)[-2:])
    projection.step()
    assert Handoff.objects.get().status == HandoffStatus.WITHDRAWN
    assert Handoff.objects.get().withdrawn_at
    assert not ReplyAddress.objects.exists()


@pytest.mark.parametrize(
    ("before", "after"),
    [(HandoffStatus.SENT, HandoffStatus.WITHDRAWN), (HandoffStatus.TAKEN_UP, HandoffStatus.TAKEN_UP)],
)
def test_one_that_is_taken_back_after_it_went_asks_nobody_to_follow_it_up(
    store: Engine, projection: Projection, before: HandoffStatus, after: HandoffStatus
) -> None:
    store_log(store, "a", log(CONSENTED))
    projection.step()
    Handoff.objects.update(status=before)
    store_log(store, "a", log(WITHDRAWN)[-2:])
    projection.step()
    assert Handoff.objects.get().status == after
    assert Handoff.objects.get().withdrawn_at
    assert ReplyAddress.objects.exists() == (after != HandoffStatus.WITHDRAWN)


def test_the_mail_reads_its_text_from_the_store(store: Engine) -> None:
    store_log(store, "a", log(CONSENTED, slots(handoff={**AGREED, "id": "h2"})))
    assert handoff_in_store(store, "a", "h1") == AGREED
    assert handoff_in_store(store, "a", "h3") is None
    store_log(store, "a", log(WITHDRAWN)[-2:])
    withdrawn = handoff_in_store(store, "a", "h1")
    assert withdrawn
    assert withdrawn["withdrawn"] is True
    erase(store, "a")
    assert handoff_in_store(store, "a", "h2") is None


def test_a_conversation_that_was_erased_disappears_with_everything_that_was_added(
    store: Engine, projection: Projection
) -> None:
    for sender in ("a", "b"):
        store_log(store, sender, whole(sender))
    projection.step()
    assert Handoff.objects.count() == 2
    for found in Conversation.objects.all():
        Note.objects.create(conversation=found, text="let op")
    erase(store, "a")
    projection.step(everything=True)
    assert [followed.sender_id for followed in Followed.objects.all()] == ["b"]
    assert Handoff.objects.get().id == "b"
    assert [model.objects.count() for model in (Conversation, Note, Handoff)] == [1, 1, 1]


def test_one_that_was_erased_and_begun_again_is_another(store: Engine, projection: Projection) -> None:
    store_log(store, "a", log(CONFIRMED))
    projection.step()
    old = Conversation.objects.get()
    Note.objects.create(conversation=old, text="let op")
    erase(store, "a")
    store_log(store, "a", log(CONFIRMED, began=1_795_000_000.0))  # as long as before, and on SQLite with the same ids
    projection.step()
    assert Conversation.objects.get().code != old.code
    assert not Note.objects.exists()


def test_a_file_that_could_not_be_wiped_is_wiped_by_the_next_comparison(
    store: Engine, projection: Projection, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcomes = [True, False, True]  # at the start, which is when another may have been killed; then it is held
    monkeypatch.setattr(following, "wipe", lambda: outcomes.pop(0))
    projection.step(everything=True)
    store_log(store, "a", log(CONFIRMED))
    projection.step(everything=True)
    erase(store, "a")
    for _ in range(3):
        projection.step(everything=True)
    assert outcomes == []


def test_a_store_that_is_back_where_it_was_is_read_anew(store: Engine, projection: Projection) -> None:
    rows = log(CONSENTED)
    store_log(store, "a", rows)
    projection.step()
    clear(store)
    store_log(store, "a", rows[:8], written_at=time.time() - 3600)
    Projection(store, PlainMask).step(everything=True)
    assert Followed.objects.get().sequence == 8
    assert said() == [STORY, "Ja, mandaat"]


def test_of_a_conversation_that_cannot_be_masked_all_is_hidden_and_its_hand_off_goes_out(
    store: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    def mask_of(heard: Any) -> PlainMask:
        raise ValueError(*heard)

    store_log(store, "a", log(CONSENTED))
    assert not Projection(store, mask_of).step()
    assert Handoff.objects.values_list("id", "status", "text").get() == ("h1", HandoffStatus.WAITING, "[VERBORGEN]")
    assert ReplyAddress.objects.get().address == AGREED["reply_address"]
    assert set(said()) == {"[VERBORGEN]"}
    assert (len(caplog.records), STORY in caplog.text) == (1, False)


def test_a_conversation_that_cannot_be_written_is_told_without_its_name_and_the_others_go_on(
    store: Engine, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = following.write

    def write(stored: Any, rows: Any) -> bool:
        if rows and "geheim" in rows.words.text:
            raise db.DataError(rows.words.text)
        return original(stored, rows)

    monkeypatch.setattr(following, "write", write)
    store_log(store, "a", log(user("geheim")))
    store_log(store, "b", log(user("openbaar")))
    projection = Projection(store, PlainMask)
    assert not projection.step()
    assert said() == ["openbaar"]
    followed = Followed.objects.get(pk="a")
    assert (followed.conversation, followed.sequence) == (None, 3)
    assert "geheim" not in caplog.text
    assert len(caplog.records) == 1
    projection.step()
    assert len(caplog.records) == 1  # not tried again until it changes


def test_unknown_events_are_counted_and_do_not_stop_it(store: Engine, projection: Projection) -> None:
    store_log(store, "a", [*log(CONFIRMED), '{"event": "stack_updated"}', "{", None])
    projection.step()
    assert projection.unknown == 3
    assert said() == [STORY, "Ja, mandaat"]


def test_what_is_newest_is_read_first_when_there_is_much(store: Engine, projection: Projection) -> None:
    for place, sender in enumerate(["old", "new", "older"]):
        store_log(store, sender, log(user(sender)), written_at=[200.0, 300.0, 100.0][place])
    order = []
    while projection.step(seconds=0):
        order.append(set(said()))
    assert order == [{"new"}, {"new", "old"}]
    assert len(said()) == 3


@pytest.mark.parametrize("kind", ["postgresql"])  # SQLite has one writer at a time
def test_turns_that_commit_out_of_order_are_all_read(store: Engine, projection: Projection) -> None:
    """Ids are taken before they commit: who goes by the highest seen would pass over the slower writer's."""
    with store.execution_options(**WRITES).begin() as slow:
        append(slow, "slow", log(user("langzaam")))
        store_log(store, "quick", log(user("snel")))
        projection.step()
        assert said() == ["snel"]
    projection.step()
    assert sorted(said()) == ["langzaam", "snel"]


def test_many_writers_at_once_lose_nothing(kind: str, store: Engine, projection: Projection) -> None:
    writers, turns = 4, 8

    def converse(number: int) -> None:
        for turn in range(turns):
            rows = log(user(f"{number} {turn}"), began=1_790_000_000.0 + 10 * turn)
            with store.execution_options(**WRITES).begin() as connection:
                append(connection, str(number), rows)
                time.sleep(0.01 * ((number + turn) % 3) if kind == "postgresql" else 0)

    with ThreadPoolExecutor(writers) as pool:
        done = [pool.submit(converse, number) for number in range(writers)]
        reading = Projection(sa.create_engine(store.url, future=True), PlainMask)
        while not all(each.done() for each in done):
            reading.step()
        for each in done:
            each.result()
        reading.step()
    assert len(said()) == writers * turns
    followed = dump()
    assert rebuilt(store) == followed


def test_a_rebuild_beside_the_worker_comes_to_the_same(store: Engine) -> None:
    for number in range(6):
        store_log(store, str(number), whole(str(number)))

    def rebuild(_: int) -> None:
        try:
            Projection(store, PlainMask).rebuild()
        finally:
            db.connection.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(rebuild, range(2)))
    followed = dump()
    assert Conversation.objects.count() == 6
    assert rebuilt(store) == followed


def test_it_follows_within_two_seconds_and_waits_for_a_store_that_is_away(
    store: Engine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(following, "ConversationMask", lambda masker, heard: PlainMask(heard))
    monkeypatch.setattr(following, "SECONDS_BETWEEN_LOOKS", 0.05)
    caplog.set_level(logging.INFO)
    stop = threading.Event()

    def run() -> None:
        follow(store, None, stop)  # type: ignore[arg-type]
        db.connection.close()

    worker = threading.Thread(target=run)
    worker.start()
    try:
        store_log(store, "a", log(user("eerst")))
        wait_for(lambda: said() == ["eerst"], 2)
        with store.execution_options(**WRITES).begin() as connection:
            connection.execute(sa.text("ALTER TABLE conversations RENAME TO away"))
        wait_for(lambda: "Waiting for the store" in caplog.text, 10)
        time.sleep(0.3)
        with store.execution_options(**WRITES).begin() as connection:
            connection.execute(sa.text("ALTER TABLE away RENAME TO conversations"))
        store_log(store, "a", log(user("daarna")))
        wait_for(lambda: said() == ["eerst", "daarna"], 10)
        wait_for(lambda: "answers again" in caplog.text, 10)
    finally:
        stop.set()
        worker.join()
    assert caplog.text.count("Waiting for the store") == 1
