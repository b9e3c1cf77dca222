"""The cases of Rasa's own tests of its tracker stores (`tests/core/test_tracker_stores.py`) that apply to ours."""

import json
import logging
import traceback
import uuid
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from databases import new_postgres_database
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME, ACTION_RESTART_NAME, ACTION_SESSION_START_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    BotUttered,
    Event,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import ConnectionException
from rasa.utils.endpoints import EndpointConfig, read_endpoint_config

from storage import tracker_store
from storage.schema import events, export
from storage.tracker_store import ConversationStore
from tools.model import ROOT

OURS = "storage.tracker_store.ConversationStore"
FEW, MANY = 1, tracker_store.TURNS_BEFORE_CHECKPOINT + 5  # turns before and after a checkpoint is made

SESSION_START = [
    ActionExecuted(ACTION_SESSION_START_NAME, timestamp=10.25),
    SessionStarted(timestamp=11),
    ActionExecuted(ACTION_LISTEN_NAME, timestamp=12),
]
RESTARTED_CONVERSATION = [
    ActionExecuted(ACTION_SESSION_START_NAME, timestamp=1),
    SessionStarted(timestamp=2),
    ActionExecuted(ACTION_LISTEN_NAME, timestamp=3),
    UserUttered("hoi", {"name": "greet", "confidence": 0.87}, parse_data={"text_tokens": [[0, 3]]}, timestamp=4),
    SlotSet("situation", "verhaal", timestamp=13423.23434623),
    BotUttered("dag", metadata={"utter_action": "utter_greet"}, timestamp=1754000000.123457),
    ActionExecuted(ACTION_LISTEN_NAME, timestamp=6),
    UserUttered("/restart", timestamp=7),
    Restarted(timestamp=8),
    ActionExecuted(ACTION_RESTART_NAME, timestamp=9),
    *SESSION_START,
    UserUttered("opnieuw", timestamp=13),
]


@pytest.fixture
def store(address: str, domain: Domain) -> ConversationStore:
    return ConversationStore(domain, host=address)


async def save(store: ConversationStore, sender: str, said: list[Event]) -> DialogueStateTracker:
    tracker = DialogueStateTracker.from_events(sender, said, store.domain.slots)
    await store.save(tracker)
    return tracker


async def take_turn(store: ConversationStore, sender: str, text: str) -> None:
    tracker = await store.get_or_create_tracker(sender)
    reply = BotUttered(f"gehoord: {text}", metadata={"utter_action": f"utter_{text}"})
    for event in (UserUttered(text), reply, ActionExecuted(ACTION_LISTEN_NAME)):
        tracker.update(event)
    await store.save(tracker)


def texts(said: Any) -> list[str]:
    return [event.text for event in said if isinstance(event, UserUttered)]


def replies(said: Any) -> list[str]:
    return [event.metadata["utter_action"] for event in said if isinstance(event, BotUttered)]


def as_dicts(tracker: DialogueStateTracker | None) -> list[dict[str, Any]]:
    assert tracker
    return [event.as_dict() for event in tracker.events]


# Opening: `test_create_tracker_store_from_endpoints_file`, `..._with_host_argument_from_string`, `..._invalid_port`,
# `..._connection_error`, `..._logs_do_not_show_password`, `test_set_fail_safe_tracker_store_domain`.


def test_rasa_opens_our_store_from_the_endpoints_as_it_is(
    address: str, domain: Domain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", address)
    monkeypatch.setenv("ACTIONS_PORT", "5055")
    endpoint = read_endpoint_config(str(ROOT / "endpoints.yml"), "tracker_store")
    # A store that lacks something is replaced by one in memory, and one that is not all async is wrapped.
    assert type(TrackerStore.create(endpoint, domain)) is ConversationStore


@pytest.mark.parametrize(
    ("options", "error"), [({"pool_size": "$POOL"}, ValueError), ({"login_db": "postgres"}, TypeError)]
)
def test_an_option_that_means_nothing_is_refused_at_the_start(
    options: dict[str, str], error: type[Exception], domain: Domain, tmp_path: Path
) -> None:
    with pytest.raises(error):
        TrackerStore.create(EndpointConfig(f"sqlite:///{tmp_path}/x.db", type=OURS, **options), domain)


@pytest.mark.parametrize("url", ["postgresql://leader:geheim@127.0.0.1:1/x", "sqlite:////absent/x.db"])
def test_a_database_that_is_away_at_the_start_is_an_error_that_tells_no_password(
    url: str, domain: Domain, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG), pytest.raises(ConnectionException) as refused:
        TrackerStore.create(EndpointConfig(url, type=OURS), domain)
    assert "geheim" not in caplog.text + "".join(traceback.format_exception(refused.value))


async def test_a_store_that_gets_its_domain_later_fills_the_slots_of_that(address: str, domain: Domain) -> None:
    store = ConversationStore(None, host=address)
    store.domain = domain
    await save(store, "leader", [SlotSet("situation", "verhaal")])
    tracker = await store.retrieve("leader")
    assert tracker
    assert tracker.get_slot("situation") == "verhaal"


# What comes back: `test_tracker_serialisation`, `test_dynamo_tracker_floats`, `..._with_token_serialisation`,
# `test_sql_tracker_store_retrieve_full_tracker`, `test_sql_get_or_create_full_tracker_...`.


async def test_every_event_comes_back_as_it_was_to_the_digits_of_its_time(store: ConversationStore) -> None:
    saved = await save(store, "leader", RESTARTED_CONVERSATION)
    full = await store.retrieve_full_tracker("leader")
    assert full == saved
    assert as_dicts(full) == as_dicts(await store.retrieve("leader")) == as_dicts(saved)
    with store._engine.connect() as connection:
        times = list(connection.execute(sa.select(events.c.timestamp).order_by(events.c.sequence)).scalars())
    assert times == [event.timestamp for event in RESTARTED_CONVERSATION]


@pytest.mark.parametrize("listens", [True, False])
async def test_a_full_tracker_of_nobody_is_new_and_listens_where_asked(store: ConversationStore, listens: bool) -> None:
    tracker = await store.get_or_create_full_tracker("leader", append_action_listen=listens)
    assert tracker.sender_id == "leader"
    assert list(tracker.events) == ([ActionExecuted(ACTION_LISTEN_NAME)] if listens else [])


@pytest.mark.parametrize("turns", [FEW, MANY])
async def test_a_full_tracker_goes_on_where_the_conversation_stands(store: ConversationStore, turns: int) -> None:
    said = [str(number) for number in range(turns)]
    for text in said:
        await take_turn(store, "leader", text)
    tracker = await store.get_or_create_full_tracker("leader", append_action_listen=False)
    assert texts(tracker.events) == said
    tracker.update(UserUttered("verder"))
    await store.save(tracker)
    full, tail = await store.retrieve_full_tracker("leader"), await store.retrieve("leader")
    assert full
    assert tail
    assert texts(full.events) == [*said, "verder"]
    # A checkpoint remembers which response was given, so that none is missing or doubled where the log takes over.
    assert replies(tail.events) == replies(full.events) == [f"utter_{text}" for text in said]


# Sessions: `test_restart_after_retrieval_from_tracker_store`, `test_tracker_store_retrieve_with(out)_session_...`,
# `..._with_events_from_previous_sessions`, `test_sql_additional_events_with_session_start`. Rasa's store leaves out
# what was before the last session; ours gives it along, and it must not count.


async def test_a_restart_stands_where_it_stood(store: ConversationStore) -> None:
    saved = await save(store, "leader", [*RESTARTED_CONVERSATION[:9], ActionExecuted(ACTION_LISTEN_NAME)])
    found = await store.retrieve("leader")
    assert found
    assert found.idx_after_latest_restart() == saved.idx_after_latest_restart() == 9


@pytest.mark.parametrize("turns", [FEW, MANY])
@pytest.mark.parametrize("beginning", [SESSION_START, [Restarted()]], ids=["session", "restart"])
async def test_what_was_before_the_last_session_or_restart_is_kept_and_does_not_count(
    store: ConversationStore, beginning: list[Event], turns: int
) -> None:
    await save(store, "leader", [UserUttered("vroeger"), SlotSet("situation", "verhaal"), *beginning])
    await save(store, "other", [SessionStarted()])
    for number in range(turns):
        await take_turn(store, "leader", str(number))
    found, full = await store.retrieve("leader"), await store.retrieve_full_tracker("leader")
    assert found
    assert full
    assert texts(full.events) == ["vroeger", *map(str, range(turns))]
    assert "vroeger" not in texts(found.applied_events())
    assert texts(found.applied_events())[-1] == str(turns - 1)
    assert found.get_slot("situation") is None


async def test_after_several_sessions_only_what_is_new_is_added(store: ConversationStore) -> None:
    saved = await save(store, "leader", [*SESSION_START, UserUttered("een"), *SESSION_START])
    tracker = await store.retrieve("leader")
    assert tracker
    tracker.update(UserUttered("twee"))
    await store.save(tracker)
    log = [json.loads(data) for data in export(store._engine, "leader")]
    assert log[:-1] == as_dicts(saved)
    assert log[-1]["text"] == "twee"


# `test_tracker_event_diff_engine_event_difference`.


async def test_a_broker_gets_each_event_once_and_in_order(address: str, domain: Domain) -> None:
    class Broker:
        def __init__(self) -> None:
            self.published: list[dict[str, Any]] = []

        def publish(self, event: dict[str, Any]) -> None:
            self.published.append(event)

    broker = Broker()
    store = ConversationStore(domain, broker, address)  # type: ignore[arg-type]
    for text in ("een", "twee"):
        await take_turn(store, "leader", text)
    log = [json.loads(data) for data in export(store._engine, "leader")]
    assert broker.published == [{"sender_id": "leader", **event} for event in log]


@pytest.mark.parametrize("url", ["postgresql+asyncpg://leader@127.0.0.1:1/x", "sqlite+aiosqlite:///x.db", None])
def test_rasa_does_not_go_on_in_memory_when_our_store_does_not_open(url: str | None, domain: Domain) -> None:
    with pytest.raises(ValueError, match="database"):
        TrackerStore.create(EndpointConfig(url, type=OURS), domain)


def test_an_address_that_cannot_be_read_tells_no_password(domain: Domain) -> None:
    password = uuid.uuid4().hex
    with pytest.raises(ValueError, match="cannot be read") as refused:
        TrackerStore.create(EndpointConfig(f"postgresql:/leader:{password}@127.0.0.1/x", type=OURS), domain)
    assert password not in "".join(traceback.format_exception(refused.value))


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///", "sqlite:///:memory:"])
def test_a_database_in_memory_is_refused(url: str, domain: Domain) -> None:
    with pytest.raises(ValueError, match="sqlite"):
        ConversationStore(domain, host=url)


async def test_the_options_of_a_postgresql_address_are_kept(postgres: Any, domain: Domain) -> None:
    address = new_postgres_database(postgres)
    engine = sa.create_engine(address)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE SCHEMA coach"))
    engine.dispose()
    url = sa.engine.make_url(address).update_query_dict({"options": "-csearch_path=coach"})
    store = ConversationStore(domain, host=url.render_as_string(hide_password=False))
    with store._engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT current_schema()").scalar() == "coach"
        assert connection.exec_driver_sql("SHOW statement_timeout").scalar() == "5s"


async def test_a_tracker_that_forgets_events_is_refused(domain: Domain, tmp_path: Path) -> None:
    store = ConversationStore(domain, host=f"sqlite:///{tmp_path}/x.db")
    tracker = await store.get_or_create_tracker("leader", max_event_history=3)
    with pytest.raises(ValueError, match="forgets"):
        await store.save(tracker)
