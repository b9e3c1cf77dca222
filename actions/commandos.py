"""Commands that a leader can give at any moment: explain, skip, back, another principle, a break, stop."""

from __future__ import annotations

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.conversation import heard, say_and_set, set_slots, state_of
from coach import steering
from coach.message import Taken
from coach.vocabulary import Command


class ActionAnswerQuestion(Action):
    """Explains or illustrates what the leader asks about: a bottleneck, a principle, or the open question."""

    def name(self) -> str:
        """The name in the domain."""
        return "action_answer_question"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Say it; the form then asks the question again."""
        message = heard(tracker)
        said = steering.answer_to(message.intent, state_of(tracker), message)
        return say_and_set(dispatcher, Taken({}, [said]))


class ActionSkipQuestion(Action):
    """Passes over the open question."""

    def name(self) -> str:
        """The name in the domain."""
        return "action_skip_question"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Close the open question; the bottleneck alone cannot be passed over."""
        return say_and_set(dispatcher, steering.skip(state_of(tracker)))


class ActionGoBack(Action):
    """Opens the question before again."""

    def name(self) -> str:
        """The name in the domain."""
        return "action_go_back"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Ask it next; say so where there is none."""
        return say_and_set(dispatcher, steering.go_back(state_of(tracker)))


class ActionChoosePrinciple(Action):
    """Takes the principle that the leader wants now."""

    def name(self) -> str:
        """The name in the domain."""
        return "action_choose_principle"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Make the named principle the next question."""
        return say_and_set(dispatcher, steering.choose_principle(state_of(tracker), heard(tracker)))


class ActionPause(Action):
    """Lets the conversation rest until the leader goes on."""

    def name(self) -> str:
        """The name in the domain."""
        return "action_pause"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Remember that the conversation rests."""
        return say_and_set(dispatcher, steering.pause())


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
