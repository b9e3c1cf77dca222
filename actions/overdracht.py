"""The hand-off to the network, and the end of a round."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any

import yaml
from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.conversation import say_and_set, set_slots, state_of
from coach.closing import withdraw
from coach.route import NEW_ROUND, State
from coach.summary import Summary, mail_text, summary_mailto
from coach.vocabulary import Outcome

TEXTS = Path(__file__).parent.parent / "data/responses/overdracht.yml"


def mail_to_network() -> dict[str, str]:
    """Address, subject and text of the mail to the network, as editors wrote them."""
    mail = yaml.safe_load(TEXTS.read_text(encoding="utf-8"))["responses"]["utter_mail"][0]
    return {"to": mail["metadata"]["to"], "subject": mail["metadata"]["subject"], "text": mail["text"]}


def hand_off(dispatcher: CollectingDispatcher, state: State) -> dict[str, Any]:
    """Give the way to the network, the ready mail and the summary to keep, once a round; returns what changes."""
    if state["handed_off"]:
        return {}
    summary = Summary.of(state)
    dispatcher.utter_message(response="utter_hand_off")
    if summary:
        mail = mail_to_network()
        link = summary_mailto(mail["to"], mail["subject"], mail["text"], summary)
        dispatcher.utter_message(response="utter_mail_link", link=link)
        dispatcher.utter_message(json_message={"type": "summary", **summary.as_dict()})
    return {"handed_off": True}


class AskAfterHarvest(Action, ABC):
    """Asks a question of the end, after the way to the network was given."""

    @property
    @abstractmethod
    def question(self) -> str:
        """The slot that it asks for."""

    def name(self) -> str:
        """`action_ask_` and the slot."""
        return f"action_ask_{self.question}"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Ask."""
        changes = hand_off(dispatcher, state_of(tracker))
        dispatcher.utter_message(response=f"utter_ask_about_{self.question}")
        return set_slots(changes)


class ActionAskHandoffConsent(AskAfterHarvest):
    """Asks whether the coach may send the summary to the network."""

    question = "handoff_consent"


class ActionAskSecondRound(AskAfterHarvest):
    """Asks whether to go on with the other bottleneck."""

    question = "second_round"


class ActionAskRating(AskAfterHarvest):
    """Asks for a rating."""

    question = "rating"


class ActionAskHandoffCheck(Action):
    """Shows what would be sent, and asks for a yes."""

    def name(self) -> str:
        """The name that Rasa's form calls."""
        return "action_ask_handoff_check"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Keep exactly what is shown."""
        state, mail = state_of(tracker), mail_to_network()
        draft = {**mail, "text": mail_text(mail["text"], Summary.of(state))}
        dispatcher.utter_message(response="utter_handoff_text", mail=draft["text"])
        dispatcher.utter_message(response="utter_ask_about_handoff_check")
        return set_slots({"handoff_draft": draft})


class ActionWithdrawHandoff(Action):
    """Takes back a mail that the leader agreed to."""

    def name(self) -> str:
        """The name in the domain."""
        return "action_withdraw_handoff"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Say whether there was one."""
        return say_and_set(dispatcher, withdraw(state_of(tracker)))


class ActionHandOff(Action):
    """Ends a round: gives the way to the network where that was not done, and says goodbye."""

    def name(self) -> str:
        """The name in the domain."""
        return "action_hand_off"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Say what fits how the conversation ended, and make room for a new round."""
        state = state_of(tracker)
        outcome = Outcome(state["outcome"] or Outcome.COMPLETED)
        if outcome is Outcome.ERASED:
            mailed = state["handoff"] and not state["handoff"]["withdrawn"]
            dispatcher.utter_message(response="utter_erased", mailed_to=state["handoff"]["to"] if mailed else None)
            cleared = dict.fromkeys((*NEW_ROUND, "welcomed", "level", "sector", "handoff"))
            return set_slots({**cleared, "erase": True})
        summary = Summary.of(state)
        if outcome is Outcome.STOPPED:
            dispatcher.utter_message(response="utter_stopped_in_danger" if state["danger"] else "utter_stopped")
            if summary.lines_of_answers and not state["handed_off"]:
                dispatcher.utter_message(response="utter_summary", summary=summary.lines())
            elif state["danger"]:
                return set_slots(dict(NEW_ROUND))
        hand_off(dispatcher, state)
        dispatcher.utter_message(response="utter_goodbye")
        return set_slots(dict(NEW_ROUND))
