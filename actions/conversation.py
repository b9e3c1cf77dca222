"""What the actions share: reading a conversation from Rasa's tracker."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet

from coach.message import Message
from coach.route import State

FORM = "reflection_form"


def heard(tracker: Tracker) -> Message:
    """The last message of the leader."""
    message = tracker.latest_message
    intent = message.get("intent") or {}
    return Message(
        text=(message.get("text") or "").strip(),
        intent=intent.get("name") or "nlu_fallback",
        certainty=float(intent.get("confidence") or 0.0),
        entities=message.get("entities") or [],
        ranking=message.get("intent_ranking") or [],
    )


def state_of(tracker: Tracker) -> State:
    """What is known in the conversation."""
    return State(dict(tracker.slots))


def is_fresh(tracker: Tracker) -> bool:
    """Whether the last message still waits to be taken: nothing but the form has run since the leader sent it."""
    for event in reversed(tracker.events):
        if event["event"] == "user":
            return True
        if event["event"] == "action" and event["name"] != FORM:
            return False
    return False


def set_slots(changes: dict[str, Any]) -> list[EventType]:
    """An event per slot."""
    return [SlotSet(name, value) for name, value in changes.items()]
