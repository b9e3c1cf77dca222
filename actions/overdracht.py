"""The hand-off to the network, and the end of a round."""

from __future__ import annotations

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.conversation import set_slots, state_of
from coach.summary import Summary, summary_mailto
from coach.taking import NEW_ROUND
from coach.vocabulary import Outcome


class ActionHandOff(Action):
    """Gives the leader the way to the network and says goodbye."""

    def name(self) -> str:
        """The name in the domain."""
        return "action_hand_off"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Say what fits how the conversation ended, and make room for a new round."""
        state = state_of(tracker)
        outcome = Outcome(state["outcome"] or Outcome.COMPLETED)
        if outcome is Outcome.ERASED:
            dispatcher.utter_message(response="utter_erased")
            return set_slots({**NEW_ROUND, "welcomed": None, "level": None, "sector": None, "erase": True})
        summary = Summary.of(state)
        if outcome is Outcome.STOPPED:
            dispatcher.utter_message(response="utter_stopped")
            if summary.answers:
                dispatcher.utter_message(response="utter_summary", summary=summary.lines())
        dispatcher.utter_message(response="utter_hand_off")
        if summary.answers or summary.first_step:
            mail = domain["responses"]["utter_mail"][0]
            link = summary_mailto(mail["metadata"]["to"], mail["metadata"]["subject"], mail["text"], summary)
            dispatcher.utter_message(response="utter_mail_link", link=link)
        dispatcher.utter_message(response="utter_goodbye")
        return set_slots(dict(NEW_ROUND))
