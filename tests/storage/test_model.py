"""The store and the lock against a simple reference: a list of texts per conversation."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from storage.lock_store import ConversationLockStore
from storage.schema import erase
from storage.tracker_store import ConversationChangedError, ConversationStore
from tools.model import ROOT

DOMAIN = Domain.load(str(ROOT / "domain.yml"))
SENDERS = st.sampled_from(["a", "b"])
STORES = st.integers(0, 1)


class Conversations(RuleBasedStateMachine):
    """Two stores on one database, as two processes have; a tracker that one holds may have grown old."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.folder = tempfile.TemporaryDirectory()
        address = f"sqlite:///{Path(self.folder.name)}/x.db"
        self.stores = [ConversationStore(DOMAIN, host=address) for _ in range(2)]
        self.lock = ConversationLockStore(None)
        self.expected: dict[str, list[tuple[str, str]]] = {"a": [], "b": []}
        self.held: dict[str, tuple[DialogueStateTracker, int, int]] = {}
        self.epoch = {"a": 0, "b": 0}
        self.count = 0

    def run(self, work: Any) -> Any:
        return self.loop.run_until_complete(work)

    def add_turn(self, tracker: DialogueStateTracker) -> tuple[str, str]:
        self.count += 1
        text, message_id = f"text {self.count}", f"id {self.count}"
        tracker.update(UserUttered(text, message_id=message_id))
        tracker.update(SlotSet("situation", text))
        tracker.update(BotUttered(f"heard {text}", metadata={"utter_action": "utter_x", "variation": self.count % 2}))
        tracker.update(ActionExecuted("action_listen"))
        return text, message_id

    @rule(sender=SENDERS, store=STORES)
    def take_a_turn(self, sender: str, store: int) -> None:
        async def turn() -> tuple[str, str]:
            async with self.lock.lock(sender):
                tracker = await self.stores[store].get_or_create_tracker(sender)
                said = self.add_turn(tracker)
                await self.stores[store].save(tracker)
                return said

        self.expected[sender].append(self.run(turn()))

    @rule(sender=SENDERS, turns=st.integers(2, 6))
    def take_several_at_once(self, sender: str, turns: int) -> None:
        async def turn(number: int) -> tuple[str, str]:
            async with self.lock.lock(sender):
                tracker = await self.stores[number % 2].get_or_create_tracker(sender)
                said = self.add_turn(tracker)
                await self.stores[number % 2].save(tracker)
                return said

        async def at_once() -> list[tuple[str, str]]:
            return await asyncio.gather(*(turn(number) for number in range(turns)))

        self.expected[sender] += self.run(at_once())

    @rule(sender=SENDERS, store=STORES)
    def read_and_hold(self, sender: str, store: int) -> None:
        tracker = self.run(self.stores[store].retrieve(sender))
        if tracker:
            self.held[sender] = (tracker, store, len(self.expected[sender]))
            self.epoch[sender] = 0

    @precondition(lambda self: self.held)
    @rule(sender=SENDERS)
    def write_what_was_held(self, sender: str) -> None:
        if sender not in self.held:
            return
        tracker, store, length = self.held.pop(sender)
        current = length == len(self.expected[sender]) and not self.epoch[sender]
        said = self.add_turn(tracker)
        try:
            self.run(self.stores[store].save(tracker))
        except ConversationChangedError:
            assert not current
        else:
            assert current
            self.expected[sender].append(said)

    @rule(sender=SENDERS)
    def erase_a_conversation(self, sender: str) -> None:
        erase(self.stores[0]._engine, sender)
        self.expected[sender] = []
        self.epoch[sender] += 1

    @invariant()
    def what_is_stored_is_what_was_said(self) -> None:
        for sender, said in self.expected.items():
            store = self.stores[self.count % 2]
            full = self.run(store.retrieve_full_tracker(sender))
            tail = self.run(store.retrieve(sender))
            assert (full is None) == (tail is None) == (not said)
            if full:
                assert [event.text for event in full.events if isinstance(event, UserUttered)] == [t for t, _ in said]
                assert full.current_slot_values() == tail.current_slot_values()
                replies = self.run(store.handled(sender, said[-1][1]))
                assert [reply["text"] for reply in replies or []] == [f"heard {said[-1][0]}"]

    def teardown(self) -> None:
        self.loop.close()
        for store in self.stores:
            store._engine.dispose()
        self.folder.cleanup()


TestConversations = Conversations.TestCase
TestConversations.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
