"""Danger: the coaching stops, the coach refers, and goes on only when the leader wants to."""

from __future__ import annotations

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.conversation import heard, say_and_set, state_of
from coach.danger import react


class ActionPauseForDanger(Action):
    """Stops the coaching."""

    def name(self) -> str:
        """The name in the domain."""
        return "action_pause_for_danger"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Refer at once, or ask first; the coaching waits."""
        return say_and_set(dispatcher, react(state_of(tracker), heard(tracker)))


class ActionAskContinueCoaching(Action):
    """Waits for the leader to go on."""

    def name(self) -> str:
        """The name that Rasa's form calls."""
        return "action_ask_continue_coaching"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Say how to go on, with buttons."""
        dispatcher.utter_message(response="utter_ask_continue_coaching", paused=state_of(tracker)["paused"])
        return []
