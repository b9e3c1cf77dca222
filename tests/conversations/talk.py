"""A conversation with a running coach, as the tests of conversations lead it, and what holds in every turn of one."""

from __future__ import annotations

import re
import uuid
from functools import cache
from typing import Any

from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker

from storage.tracker_store import ConversationStore
from tests.conftest import Coach
from tools.model import ROOT

MOST_WORDS = 60
# Welcome, summary and danger may be longer.
LONGER = re.compile(r"Welkom\.|in jouw woorden:|wat je vertelde:|112|113|knelpunten naast elkaar|als antwoordadres:")
# A mail is read again, whole, after its address changed.
SHOWN_AGAIN = re.compile(r"^(?:Dit|Zo) gaat (?:het )?naar info@|^Dit is de mail nu", re.MULTILINE)
# What a leader said is their own, and so are the lines of a summary.
QUOTED = re.compile(r"“[^”]*”|^- .*$", re.MULTILINE)
SENTENCE = re.compile(r"(?<=[.?!])\s+|\n+")


def sentences(texts: list[str]) -> set[str]:
    """The coach's own sentences."""
    own = [sentence.strip() for text in texts for sentence in SENTENCE.split(QUOTED.sub("", text))]
    return {sentence for sentence in own if re.search(r"\w", sentence)}


def check_turn(messages: list[dict[str, Any]], before: list[str]) -> list[str]:
    """What holds in every turn; returns the texts."""
    assert messages, "silence"
    texts = [message["text"] for message in messages if message.get("text")]
    together = "\n".join(texts)
    own = QUOTED.sub("", together)
    assert own.count("?") <= 1, f"more than one question: {together}"
    assert not re.search(r"\{[a-z_]+\}|\bNone\b", together), f"an unfilled placeholder: {together}"
    assert LONGER.search(together) or len(own.split()) <= MOST_WORDS, f"too long: {together}"
    again = set(texts) & set(before) if not SHOWN_AGAIN.search(together) else set()
    assert not again, f"said twice in a row: {again}"
    return texts


@cache
def domain() -> Domain:
    """The coach's domain."""
    return Domain.load(str(ROOT / "domain.yml"))


class Talk:
    """A conversation with the coach, and the question that is open in it."""

    def __init__(self, coach: Coach) -> None:
        self.coach, self.sender, self.before = coach, uuid.uuid4().hex, list[str]()
        self.store = ConversationStore(domain(), host=f"sqlite:///{coach.database}")

    def say(self, text: str) -> list[dict[str, Any]]:
        """Send a message; what holds in every turn holds in its replies."""
        messages = self.coach.say(self.sender, text)
        self.before = check_turn(messages, self.before)
        return list(messages)

    async def slot(self, name: str = "requested_slot") -> Any:
        """A slot as it is stored."""
        tracker = await self.store.retrieve(self.sender)
        return tracker.get_slot(name) if tracker else None

    async def forked(self) -> Talk:
        """A conversation that has gone the same way, and goes on by itself."""
        fork = Talk(self.coach)
        tracker = await self.store.retrieve_full_tracker(self.sender)
        assert tracker
        events, slots = list(tracker.events), self.store.domain.slots
        await self.store.save(DialogueStateTracker.from_events(fork.sender, events, slots))
        fork.before = list(self.before)
        return fork
