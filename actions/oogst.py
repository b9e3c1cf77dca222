"""The harvest: what the leader takes along, in their own words."""

from __future__ import annotations

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.conversation import state_of
from coach.summary import Summary
from coach.vocabulary import Principle


class ActionAskSummaryCheck(Action):
    """Shows the summary and asks whether it is right, or asks for the new words of one line."""

    def name(self) -> str:
        """The name that Rasa's form calls."""
        return "action_ask_summary_check"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Say a line per principle that was answered."""
        state = state_of(tracker)
        line = state["correcting"]
        if line in set(Principle):
            dispatcher.utter_message(response="utter_ask_line", title=Principle(line).title.lower())
        elif line:
            dispatcher.utter_message(response="utter_ask_addition")
        else:
            dispatcher.utter_message(response="utter_ask_summary_check", summary=Summary.of(state).lines())
        return []
