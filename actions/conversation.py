"""What the actions share: reading a conversation from Rasa's tracker, saying, and setting slots."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.settings import SENDER_RUNS
from coach.message import Message, Taken
from coach.route import State

FORM = "reflection_form"


def heard(tracker: Tracker) -> Message:
    """The last message of the leader."""
    return Message.of(tracker.latest_message)


def state_of(tracker: Tracker) -> State:
    """What is known in the conversation, and whether a mail can be sent on the leader's behalf."""
    return State({**tracker.slots, "sender_runs": SENDER_RUNS})


def is_fresh(tracker: Tracker) -> bool:
    """Whether the last message still waits to be taken: nothing but the form has run since the leader sent it."""
    for event in reversed(tracker.events):
        if event["event"] == "user":
            return True
        if event["event"] == "action" and event["name"] != FORM:
            return False
    return False


def set_now(tracker: Tracker, *slots: str) -> bool:
    """Whether the last message changed one of `slots`."""
    for event in reversed(tracker.events):
        if event["event"] == "user":
            return False
        if event["event"] == "slot" and event["name"] in slots:
            return True
    return False


def said_now(tracker: Tracker) -> set[str]:
    """The names of the responses that were said since the last message."""
    said: set[str] = set()
    for event in reversed(tracker.events):
        if event["event"] == "user":
            break
        if event["event"] == "bot":
            said.add((event.get("metadata") or {}).get("utter_action", ""))
    return said


def seconds_away(tracker: Tracker) -> float:
    """How long before their last message the leader was last heard; zero at the first message."""
    moments = [event.get("timestamp") or 0.0 for event in tracker.events if event["event"] == "user"]
    return moments[-1] - moments[-2] if len(moments) > 1 else 0.0


def set_slots(changes: dict[str, Any]) -> list[EventType]:
    """An event per slot."""
    return [SlotSet(name, value) for name, value in changes.items()]


def say_and_set(dispatcher: CollectingDispatcher, taken: Taken) -> list[EventType]:
    """Say what is to be said; returns the events of what changes."""
    for response, values in taken.said:
        dispatcher.utter_message(response=response, **values)
    return set_slots(taken.changes)
