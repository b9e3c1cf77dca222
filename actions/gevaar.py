"""Danger: the coaching stops, the coach refers, and goes on only when the leader wants to."""

from __future__ import annotations

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.conversation import heard, set_slots, state_of
from coach.danger import danger_in
from coach.vocabulary import Pause


class ActionPauseForDanger(Action):
    """Stops the coaching."""

    def name(self) -> str:
        """The name in the domain."""
        return "action_pause_for_danger"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Refer at once, and remember that the coaching is paused."""
        danger = danger_in(heard(tracker).text)
        changes = {"danger": danger.kind.value, "danger_to": danger.to.value}
        dispatcher.utter_message(response="utter_danger", danger_now=danger.now, **changes)
        return set_slots({"paused": Pause.DANGER.value, "pending_command": None, **changes})


class ActionAskContinueCoaching(Action):
    """Waits for the leader to go on."""

    def name(self) -> str:
        """The name that Rasa's form calls."""
        return "action_ask_continue_coaching"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Say how to go on, with buttons."""
        dispatcher.utter_message(response="utter_ask_continue_coaching", paused=state_of(tracker)["paused"])
        return []
