"""Commands that a leader can give at any moment: explain, skip, back, another principle, a break, stop."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.conversation import heard, set_slots, state_of
from coach.route import next_question, previous_question
from coach.vocabulary import Command, Pause, Principle

# What the leader has to answer or refuse; passing over it would leave the conversation nowhere.
CANNOT_SKIP = frozenset({None, "bottleneck", "confirmation", "continue_coaching"})


class SayAboutQuestion(Action, ABC):
    """Says something about the open question: of its principle where it has one, otherwise of the question itself."""

    @property
    @abstractmethod
    def response(self) -> str:
        """What the names of its responses begin with."""

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Say it; the form then asks the question again."""
        question = next_question(state_of(tracker))
        on_principle = question in set(Principle)
        response = f"{self.response}_{question}" if on_principle else self.response
        dispatcher.utter_message(response=response, asked=question)
        return []


class ActionExplain(SayAboutQuestion):
    """Explains what the open question is about."""

    response = "utter_explain"

    def name(self) -> str:
        """The name in the domain."""
        return "action_explain"


class ActionGiveExample(SayAboutQuestion):
    """Gives an example for the open question."""

    response = "utter_example"

    def name(self) -> str:
        """The name in the domain."""
        return "action_give_example"


class ActionSkipQuestion(Action):
    """Passes over the open question."""

    def name(self) -> str:
        """The name in the domain."""
        return "action_skip_question"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Close the open question without an answer; the bottleneck alone cannot be passed over."""
        state = state_of(tracker)
        question = next_question(state)
        if question in CANNOT_SKIP:
            dispatcher.utter_message(response="utter_cannot_skip")
            return []
        dispatcher.utter_message(response="utter_skipped")
        return set_slots({"skipped": [*state.listed("skipped"), question]})


class ActionGoBack(Action):
    """Opens the question before again."""

    def name(self) -> str:
        """The name in the domain."""
        return "action_go_back"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Forget the answer before, so that it is asked next; say so where there is none."""
        state = state_of(tracker)
        question = previous_question(state)
        if question is None:
            dispatcher.utter_message(response="utter_nothing_before")
            return []
        dispatcher.utter_message(response="utter_gone_back")
        changes: dict[str, Any] = {
            question: None,
            "skipped": [other for other in state.listed("skipped") if other != question],
        }
        if question in set(Principle):
            changes["current_principle"] = question
        return set_slots(changes)


class ActionChoosePrinciple(Action):
    """Takes the principle that the leader wants now."""

    def name(self) -> str:
        """The name in the domain."""
        return "action_choose_principle"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Make the named principle the next question; without one, or before there is a bottleneck, say how it goes."""
        state = state_of(tracker)
        named = heard(tracker).values("principle")
        if not named or not state["bottleneck"]:
            dispatcher.utter_message(response="utter_about_principles")
            return []
        dispatcher.utter_message(response="utter_principle_chosen")
        return set_slots(
            {
                named[0]: None,
                "current_principle": named[0],
                "opened": [other for other in state.listed("opened") if other != named[0]],
                "skipped": [other for other in state.listed("skipped") if other != named[0]],
            }
        )


class ActionPause(Action):
    """Lets the conversation rest until the leader goes on."""

    def name(self) -> str:
        """The name in the domain."""
        return "action_pause"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Remember that the conversation rests."""
        return set_slots({"paused": Pause.BREAK.value})


class ActionRequestConfirmation(Action):
    """Remembers what the leader wants, so that the form asks it back before it is done."""

    def name(self) -> str:
        """The name in the domain."""
        return "action_request_confirmation"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Keep the command; a goodbye on the way is a wish to stop."""
        intent = heard(tracker).intent
        command = Command.STOP if intent == "goodbye" else Command(intent)
        return set_slots({"pending_command": command.value})
