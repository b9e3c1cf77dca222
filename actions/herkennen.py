"""Recognising: from a first sentence to a bottleneck that the leader confirms."""

from __future__ import annotations

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.conversation import heard, set_now, state_of
from coach.fragment import fragment
from coach.route import bottleneck_question


class ActionAskBottleneck(Action):
    """Asks what the leader runs into, or whether what was heard fits."""

    def name(self) -> str:
        """The name that Rasa's form calls."""
        return "action_ask_bottleneck"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Give a new story back, and ask."""
        state = state_of(tracker)
        proposed = state["proposed_bottleneck"] or state["proposed_wish"]
        if proposed and set_now(tracker, "situation", "proposed_bottleneck", "proposed_wish"):
            words = fragment(state["situation"] or "")
            mirror = "utter_mirror_wish" if state["proposed_wish"] else "utter_mirror"
            dispatcher.utter_message(response=mirror if words else "utter_mirror_plainly", fragment=words)
        if heard(tracker).intent == "bottleneck_unclear" and state["clarifications"] == 1:
            dispatcher.utter_message(response="utter_heard_trouble")
        dispatcher.utter_message(response=bottleneck_question(state))
        return []
