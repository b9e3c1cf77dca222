from collections.abc import Callable
from typing import Any

import pytest
from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.commandos import (
    ActionAnswerQuestion,
    ActionChoosePrinciple,
    ActionGoBack,
    ActionPause,
    ActionRequestConfirmation,
    ActionSkipQuestion,
)
from actions.conversation import is_fresh
from actions.gevaar import ActionAskContinueCoaching, ActionPauseForDanger
from actions.herkennen import ActionAskBottleneck
from actions.oogst import ActionAskSummaryCheck
from actions.overdracht import ActionHandOff
from actions.reflectie import ActionAskOndersteunEnFaciliteer, ValidateReflectionForm
from coach.danger import SURE

NewTracker = Callable[..., Tracker]
KNOWN = {"bottleneck": "mandaat", "situation": "verhaal", "level": "management", "sector": ["zorg"], "welcomed": True}


def run(action: Action, tracker: Tracker) -> tuple[dict[str, Any], list[str], list[dict[str, Any]]]:
    """The slots that an action sets, the names of the responses it says, and those responses."""
    dispatcher = CollectingDispatcher()
    events = action.run(dispatcher, tracker, {})
    slots = {event["name"]: event["value"] for event in events}
    return slots, [message.get("response") for message in dispatcher.messages], dispatcher.messages


def test_an_answer_is_taken_and_the_next_question_named(new_tracker: NewTracker) -> None:
    tracker = new_tracker(
        "wij zetten twee uur per week iemand neer", requested_slot="ondersteun_en_faciliteer", **KNOWN
    )
    slots, said, _ = run(ValidateReflectionForm(), tracker)
    assert slots["ondersteun_en_faciliteer"] == "wij zetten twee uur per week iemand neer"
    assert slots["requested_slot"] == "verbind_met_binnen"
    assert said == ["utter_reflect"]


def test_what_was_already_said_to_a_principle_is_offered_as_done(new_tracker: NewTracker) -> None:
    before = {"said_elsewhere": {"ondersteun_en_faciliteer": "ze krijgen twee uur per week"}}
    slots, said, messages = run(ActionAskOndersteunEnFaciliteer(), new_tracker("x", **KNOWN, **before))
    assert said == ["utter_open_ondersteun_en_faciliteer", "utter_ask_said_elsewhere"]
    assert messages[-1]["answer"] == "ze krijgen twee uur per week"
    assert slots["ondersteun_en_faciliteer"] == "ze krijgen twee uur per week"
    assert slots["reopened"] == "ondersteun_en_faciliteer"


def test_a_principle_is_opened_briefly_where_much_was_said_already(new_tracker: NewTracker) -> None:
    explained = [{"event": "bot", "text": "", "metadata": {"utter_action": "utter_explain_gun_het_tijd"}}]
    _, said, messages = run(ActionAskOndersteunEnFaciliteer(), new_tracker("x", **KNOWN, events=explained))
    assert said == ["utter_open_briefly", "utter_ask_ondersteun_en_faciliteer"]
    assert messages[0]["principle"] == "ondersteun en faciliteer"


@pytest.mark.parametrize("theme", [None, "ongezegd"])
def test_the_deepening_question_fits_the_answer(new_tracker: NewTracker, theme: str | None) -> None:
    deepening = {"deepening": "ondersteun_en_faciliteer", "opened": ["ondersteun_en_faciliteer"], "theme": theme}
    _, said, _ = run(ActionAskOndersteunEnFaciliteer(), new_tracker("x", **KNOWN, **deepening))
    assert said == [f"utter_deepen_{theme or 'ondersteun_en_faciliteer'}"]


@pytest.mark.parametrize("intent", ["stop", "ask_privacy", "crisis", "skip"])
def test_an_interruption_leaves_the_form_nothing(new_tracker: NewTracker, intent: str) -> None:
    tracker = new_tracker("kort", intent, 0.95, requested_slot="gun_het_tijd", **KNOWN)
    assert run(ValidateReflectionForm(), tracker) == ({}, [], [])


def test_coming_back_from_an_interruption_takes_no_answer(new_tracker: NewTracker) -> None:
    interrupted = [{"event": "action", "name": "utter_privacy"}]
    tracker = new_tracker("wat gebeurt er met mijn gegevens", "ask_privacy", events=interrupted, **KNOWN)
    assert not is_fresh(tracker)
    assert run(ValidateReflectionForm(), tracker)[0] == {"requested_slot": "ondersteun_en_faciliteer"}


@pytest.mark.parametrize(
    ("text", "intent", "welcome"),
    [
        ("hallo", "greet", "utter_welcome"),
        ("ik mag niks beslissen aan die tafel", "bottleneck_mandaat", "utter_welcome_short"),
    ],
)
def test_the_first_turn_welcomes(new_tracker: NewTracker, text: str, intent: str, welcome: str) -> None:
    slots, said, _ = run(ValidateReflectionForm(), new_tracker(text, intent))
    assert slots["welcomed"] is True
    assert said[0] == welcome


def test_danger_comes_before_a_welcome(new_tracker: NewTracker) -> None:
    referred = [{"event": "action", "name": "action_pause_for_danger"}]
    slots, said, _ = run(ValidateReflectionForm(), new_tracker("x", "crisis", events=referred, paused="danger"))
    assert slots == {"requested_slot": "continue_coaching"}
    assert said == []


def test_a_principle_is_opened_once_and_comes_back_in_other_words(new_tracker: NewTracker) -> None:
    slots, said, messages = run(ActionAskOndersteunEnFaciliteer(), new_tracker("ja", **KNOWN))
    assert said == ["utter_open_ondersteun_en_faciliteer", "utter_ask_ondersteun_en_faciliteer"]
    assert (messages[0]["step"], messages[0]["total"]) == (1, 4)
    interrupted = [{"event": "action", "name": "utter_privacy"}]
    again = new_tracker("x", events=interrupted, **KNOWN, **slots)
    assert run(ActionAskOndersteunEnFaciliteer(), again)[1] == ["utter_return", "utter_ask_ondersteun_en_faciliteer"]
    thin = new_tracker("weet niet", "unsure", **KNOWN, **slots, deepening="ondersteun_en_faciliteer")
    assert run(ActionAskOndersteunEnFaciliteer(), thin)[1] == ["utter_deepen_ondersteun_en_faciliteer"]
    # Left for another, it comes after that one in the order of asking.
    elsewhere = {"opened": ["ondersteun_en_faciliteer", "gun_het_tijd"], "current_principle": "gun_het_tijd"}
    left = new_tracker("x", **{**KNOWN, **elsewhere, "gun_het_tijd": "samen eten"})
    slots, said, _ = run(ActionAskOndersteunEnFaciliteer(), left)
    assert said == ["utter_return_to", "utter_ask_ondersteun_en_faciliteer"]
    assert slots["opened"] == ["gun_het_tijd", "ondersteun_en_faciliteer"]


def test_a_story_is_mirrored_before_the_question(new_tracker: NewTracker) -> None:
    story = "het kost weken en de school haakt af"
    tracker = new_tracker(story, proposed_bottleneck="mandaat", situation=story)
    assert run(ActionAskBottleneck(), tracker)[1] == ["utter_ask_bottleneck_fits"]
    tracker.events.append(SlotSet("situation", story))
    _, said, messages = run(ActionAskBottleneck(), tracker)
    assert said == ["utter_mirror", "utter_ask_bottleneck_fits"]
    assert messages[0]["fragment"] == story


def test_a_complaint_is_heard_before_it_is_clarified(new_tracker: NewTracker) -> None:
    tracker = new_tracker("het loopt stroef", "bottleneck_unclear", clarifications=1.0)
    assert run(ActionAskBottleneck(), tracker)[1] == ["utter_heard_trouble", "utter_ask_clarification"]


@pytest.mark.parametrize(
    ("intent", "response"), [("ask_explanation", "utter_explain"), ("ask_example", "utter_example")]
)
def test_explanation_and_example_fit_the_open_question(new_tracker: NewTracker, intent: str, response: str) -> None:
    said = run(ActionAnswerQuestion(), new_tracker("x", intent, **KNOWN))[1]
    assert said == [f"{response}_ondersteun_en_faciliteer"]
    assert run(ActionAnswerQuestion(), new_tracker("x", intent))[2][0]["asked"] == "bottleneck"


def test_skipping(new_tracker: NewTracker) -> None:
    assert run(ActionSkipQuestion(), new_tracker(**KNOWN))[0]["skipped"] == ["ondersteun_en_faciliteer"]
    assert run(ActionSkipQuestion(), new_tracker())[:2] == ({}, ["utter_cannot_skip"])


def test_going_back(new_tracker: NewTracker) -> None:
    answered = {**KNOWN, "ondersteun_en_faciliteer": "x", "opened": ["ondersteun_en_faciliteer"]}
    slots, said, _ = run(ActionGoBack(), new_tracker(**answered))
    assert slots["reopened"] == "ondersteun_en_faciliteer"
    assert said == ["utter_gone_back"]
    assert run(ActionGoBack(), new_tracker())[:2] == ({}, ["utter_nothing_before"])


def test_choosing_a_principle(new_tracker: NewTracker) -> None:
    named = [{"entity": "principle", "value": "gun_het_tijd"}]
    slots, said, _ = run(ActionChoosePrinciple(), new_tracker("gun het tijd", entities=named, **KNOWN))
    assert slots["current_principle"] == "gun_het_tijd"
    assert said == ["utter_principle_chosen"]
    assert run(ActionChoosePrinciple(), new_tracker("een ander", **KNOWN))[:2] == ({}, ["utter_about_principles"])


@pytest.mark.parametrize(
    ("intent", "command"),
    [("stop", "stop"), ("goodbye", "stop"), ("start_over", "start_over"), ("delete_my_data", "delete_my_data")],
)
def test_what_cannot_be_undone_is_asked_back(new_tracker: NewTracker, intent: str, command: str) -> None:
    assert run(ActionRequestConfirmation(), new_tracker("x", intent))[0] == {"pending_command": command}


def test_a_break(new_tracker: NewTracker) -> None:
    assert run(ActionPause(), new_tracker())[0] == {"paused": "break", "pending_command": None}
    assert run(ActionAskContinueCoaching(), new_tracker(paused="break"))[2][0]["paused"] == "break"


def test_danger_refers_and_pauses(new_tracker: NewTracker) -> None:
    told = {"kind": {"suicide": 0.9}, "to": {"child": 0.8}}
    heard = new_tracker("een leerling wil niet meer leven", "crisis", danger_told=told)
    slots, said, messages = run(ActionPauseForDanger(), heard)
    assert slots == {
        **dict.fromkeys(("pending_command", "set_aside")),
        "paused": "danger",
        "danger": "suicide",
        "danger_to": "child",
    }
    assert said == ["utter_danger"]
    assert messages[0]["danger"] == "suicide"


def test_what_may_be_danger_is_asked_first(new_tracker: NewTracker) -> None:
    text = "ik huil elke dag in de auto"
    slots, said, _ = run(ActionPauseForDanger(), new_tracker(text, "crisis", SURE - 0.1))
    assert (slots["paused"], slots["set_aside"]["text"], said) == ("check", text, ["utter_danger_check"])
    again = new_tracker("en thuis is het ook niet veilig", "crisis", SURE - 0.1, **slots)
    assert run(ActionPauseForDanger(), again)[1] == ["utter_danger"]


def test_the_summary_holds_their_words(new_tracker: NewTracker) -> None:
    messages = run(ActionAskSummaryCheck(), new_tracker(**KNOWN, gun_het_tijd="elke maand samen eten"))[2]
    assert messages[0]["summary"] == "- Gun het tijd: “elke maand samen eten”"


def test_the_hand_off_gives_a_ready_mail_and_makes_room(new_tracker: NewTracker) -> None:
    tracker = new_tracker(**KNOWN, gun_het_tijd="elke maand samen eten", first_step="maandag bellen")
    slots, said, messages = run(ActionHandOff(), tracker)
    assert said == ["utter_hand_off", "utter_mail_link", None, "utter_goodbye"]
    assert messages[2]["custom"]["first_step"] == "maandag bellen"
    assert "elke%20maand%20samen%20eten" in messages[1]["link"]
    assert slots["bottleneck"] is None
    assert "level" not in slots


def test_a_stopped_conversation_gets_what_there_is(new_tracker: NewTracker) -> None:
    tracker = new_tracker(**KNOWN, gun_het_tijd="elke maand samen eten", outcome="stopped")
    assert run(ActionHandOff(), tracker)[1][:2] == ["utter_stopped", "utter_summary"]
    nothing = run(ActionHandOff(), new_tracker(outcome="stopped"))[1]
    assert nothing == ["utter_stopped", "utter_hand_off", "utter_goodbye"]


def test_an_erased_conversation_leaves_nothing(new_tracker: NewTracker) -> None:
    slots, said, _ = run(ActionHandOff(), new_tracker(**KNOWN, outcome="erased"))
    assert said == ["utter_erased"]
    assert slots["erase"] is True
    assert slots["level"] is None


@pytest.mark.parametrize(("withdrawn", "mailed_to"), [(False, "info@netwerkmetandereogen.nl"), (True, None)])
def test_who_erases_hears_that_a_mail_that_arrived_stays(
    new_tracker: NewTracker, withdrawn: bool, mailed_to: str | None
) -> None:
    handoff = {"id": "one", "to": "info@netwerkmetandereogen.nl", "withdrawn": withdrawn}
    tracker = new_tracker(**KNOWN, outcome="erased", handoff=handoff)
    assert run(ActionHandOff(), tracker)[2][0]["mailed_to"] == mailed_to
