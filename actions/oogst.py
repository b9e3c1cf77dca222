"""The harvest: what the leader takes along, in their own words."""

from __future__ import annotations

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.conversation import state_of
from coach.summary import Summary


class ActionAskSummaryCheck(Action):
    """Shows the summary and asks whether it is right."""

    def name(self) -> str:
        """The name that Rasa's form calls."""
        return "action_ask_summary_check"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Say a line per principle that was answered."""
        dispatcher.utter_message(response="utter_ask_summary_check", summary=Summary.of(state_of(tracker)).lines())
        return []
