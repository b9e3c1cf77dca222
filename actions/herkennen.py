"""Recognising: from a first sentence to a bottleneck that the leader confirms."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.conversation import heard, set_now, set_slots, state_of
from coach.fragment import fragment
from coach.route import bottleneck_question
from coach.second_person import turned

# What tells of trouble, and not yet of which.
UNCLEAR = frozenset({"bottleneck_unclear", "give_answer"})


class ActionAskBottleneck(Action):
    """Asks what the leader runs into, or whether what was heard fits."""

    def name(self) -> str:
        """The name that Rasa's form calls."""
        return "action_ask_bottleneck"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Give a new story back, and ask."""
        state = state_of(tracker)
        proposed = state["proposed_bottleneck"] or state["proposed_wish"]
        changes: dict[str, Any] = {}
        if proposed and set_now(tracker, "situation", "proposed_bottleneck", "proposed_wish"):
            words = fragment(state["situation"] or "")
            mirror = "utter_mirror_wish" if state["proposed_wish"] else "utter_mirror"
            said = turned(words) if words else None
            dispatcher.utter_message(response=mirror if words else "utter_mirror_plainly", fragment=words, turned=said)
            changes["story"] = state["story"] or words
        message = heard(tracker)
        if not proposed and message.intent in UNCLEAR and state["clarifications"]:
            words = fragment(message.text)
            if state["clarifications"] == 1 or not words:
                dispatcher.utter_message(response="utter_heard_trouble")
            else:
                dispatcher.utter_message(response="utter_reflect", fragment=words, turned=turned(words))
        dispatcher.utter_message(response=bottleneck_question(state))
        return set_slots(changes)
