"""The form that leads a conversation: takes each answer, and asks what is open."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.forms import REQUESTED_SLOT
from rasa_sdk.types import DomainDict

from actions.conversation import heard, is_fresh, said_now, say_and_set, seconds_away, set_slots, state_of
from coach.fragment import shorten
from coach.message import Said, Taken
from coach.responding import respond
from coach.route import IN_BETWEEN, next_question, step_of
from coach.vocabulary import Pause, Principle

# What leads back to the open question by itself.
LEADS_BACK = frozenset({"utter_resumed", "utter_going_on", "utter_misread", "utter_repeated", "utter_answer_kept"})
# Beside an answer, this is enough to read before the next question.
TELLS_MORE = ("utter_explain_", "utter_example_", "utter_misread")


class ValidateReflectionForm(Action):
    """Takes the leader's message as the answer to the open question, unless it interrupts; then says what is next.

    Where it returns no event, Rasa's form steps back and the rule for the interruption applies.
    """

    def name(self) -> str:
        """The name that Rasa calls for the form."""
        return "validate_reflection_form"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Return what the message changes and the next question."""
        state = state_of(tracker)
        fresh = is_fresh(tracker)
        taken: Taken | None = Taken({})
        if fresh:
            taken = respond(state, heard(tracker), seconds_away(tracker))
        if taken is None and state[REQUESTED_SLOT]:
            return []
        taken = taken or Taken({})
        after = state.with_slots(**taken.changes)
        question = next_question(after)
        welcome: Said = []
        if (
            not state["welcomed"] and question and after["paused"] not in {Pause.DANGER, Pause.CHECK}
        ):  # danger comes before a welcome
            told = after.principles or after["proposed_bottleneck"] or after["proposed_wish"] or question in IN_BETWEEN
            welcome = [("utter_welcome_short" if told else "utter_welcome", {})]
            taken = Taken({**taken.changes, "welcomed": True}, taken.said)
        # After danger, going on is heard first.
        said = [*taken.said, *welcome] if state["paused"] else [*welcome, *taken.said]
        changes = say_and_set(dispatcher, Taken(taken.changes, said))
        if fresh and not changes:  # a form that sets nothing counts as one that did not understand
            changes = [SlotSet("asked", question)]
        return [*changes, SlotSet(REQUESTED_SLOT, question)]


class AskPrinciple(Action, ABC):
    """Asks the question of one principle: opened with a line when it is new, in other words when it comes back."""

    @property
    @abstractmethod
    def principle(self) -> Principle:
        """The principle that the question is about."""

    def name(self) -> str:
        """`action_ask_` and the principle."""
        return f"action_ask_{self.principle}"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Ask, and remember that this principle was opened and which question of it is open."""
        state = state_of(tracker)
        opened, answer = state.listed("opened"), state[self.principle]
        changes: dict[str, Any] = {"current_principle": self.principle.value}
        (step, total), title = step_of(state, self.principle), self.principle.title.lower()
        if self.principle not in opened:
            brief = any(name.startswith(TELLS_MORE) for name in said_now(tracker))
            opening = "utter_open_briefly" if brief else f"utter_open_{self.principle}"
            dispatcher.utter_message(response=opening, step=step, total=total, principle=title)
            changes["opened"] = [*opened, self.principle.value]
            if before := (state["said_elsewhere"] or {}).get(self.principle):
                dispatcher.utter_message(response="utter_ask_said_elsewhere", answer=before)
                return set_slots({**changes, self.principle.value: before, "reopened": self.principle.value})
        if state["reopened"] == self.principle:
            dispatcher.utter_message(response="utter_earlier_answer", answer=shorten(answer).rstrip(" ."))
        elif state["deepening"] == self.principle and is_fresh(tracker):
            dispatcher.utter_message(response=f"utter_deepen_{state['theme'] or self.principle}")
            return set_slots(changes)
        elif self.principle in opened and state["current_principle"] == self.principle:
            if not said_now(tracker) & LEADS_BACK:
                dispatcher.utter_message(response="utter_return")
        elif self.principle in opened:
            dispatcher.utter_message(response="utter_return_to", step=step, total=total, principle=title)
            changes["opened"] = [*(other for other in opened if other != self.principle), self.principle.value]
        dispatcher.utter_message(response=f"utter_ask_{self.principle}")
        return set_slots(changes)


class ActionAskWeegAfEnKies(AskPrinciple):
    """Asks about weighing and choosing."""

    principle = Principle.WEEG_AF_EN_KIES


class ActionAskOndersteunEnFaciliteer(AskPrinciple):
    """Asks about supporting and making possible."""

    principle = Principle.ONDERSTEUN_EN_FACILITEER


class ActionAskGunHetTijd(AskPrinciple):
    """Asks about giving it time."""

    principle = Principle.GUN_HET_TIJD


class ActionAskVerbindMetBinnen(AskPrinciple):
    """Asks about connecting with inside."""

    principle = Principle.VERBIND_MET_BINNEN
