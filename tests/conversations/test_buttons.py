"""Every choice can be clicked and typed, with the same result."""

from __future__ import annotations

import pytest
import yaml

from storage.schema import DAY
from tests.conftest import Coach
from tests.conversations.talk import Talk
from tools.model import ROOT

STORY = "ik mag aan die tafel niks toezeggen, alles moet eerst langs mijn directeur"
TWO = "Ik weet niet wat mijn rol is en ik mag ook niets beslissen"
TWO_PRINCIPLES = "mijn mensen krijgen vier uur per week en mijn bestuur staat erachter, het staat in ons jaarplan"
HARVESTED = ("mandaat", "sla over", "manager in de jeugdhulp", "een bedrag waar ik zelf over ga", *["sla over"] * 3)
STEPPED = (*HARVESTED, "klopt zo", "dinsdag vraag ik mijn directeur om honderd uur", "een 10")
# What was said, and for how many days nothing, until a response offers a choice; each of its buttons is tried.
UNTIL: dict[str, tuple[str | int, ...]] = {
    "utter_ask_bottleneck": ("hallo",),
    "utter_ask_bottleneck_fits": (STORY,),
    "utter_ask_wish_fits": ("ik wil binnen en buiten beter met elkaar verbinden",),
    "utter_ask_which_first": (TWO,),
    "utter_ask_choose_bottleneck": ("het loopt niet", "tja, eigenlijk altijd wel", "geen idee eigenlijk"),
    "utter_ask_correction": (STORY, "nee"),
    "utter_ask_level": ("mijn mandaat", "sla over"),
    "utter_ask_sector": ("mijn mandaat", "sla over", "manager"),
    "utter_ask_confirmation stop": ("mijn mandaat", "stop"),
    "utter_ask_confirmation start_over": ("mijn mandaat", "opnieuw beginnen"),
    "utter_ask_confirmation erase": ("mijn mandaat", "wis mijn gesprek"),
    "utter_ask_continue_coaching pauze": ("mijn mandaat", "pauze"),
    "utter_ask_continue_coaching gevaar": ("mijn mandaat", "ik denk dat een kind in mijn groep thuis geslagen wordt"),
    "utter_ask_continue_coaching stilte": (TWO, *HARVESTED[:4], 3, "hallo"),
    "utter_ask_said_elsewhere": ("mandaat", "sla over", "manager in de jeugdhulp", TWO_PRINCIPLES),
    "utter_ask_summary_check": (TWO, *HARVESTED),
    "utter_ask_about_handoff_consent": (TWO, *STEPPED),
    "utter_ask_about_handoff_check": (TWO, *STEPPED, "ja", "leider@school.nl"),
    "utter_ask_about_second_round": (TWO, *STEPPED, "nee"),
    "utter_ask_about_rating": (TWO, *STEPPED, "nee", "nee"),
    "utter_ask_felt_heard": (TWO, *STEPPED, "nee", "nee", "4"),
}
CHOICES = {
    name: [[button["title"] for button in variation["buttons"]] for variation in variations]
    for path in (ROOT / "data/responses").glob("*.yml")
    for name, variations in yaml.safe_load(path.read_text(encoding="utf-8"))["responses"].items()
    if all(variation.get("buttons") for variation in variations)
}


def test_every_response_that_offers_a_choice_is_tried() -> None:
    assert {name.split()[0] for name in UNTIL} == set(CHOICES)


@pytest.mark.parametrize("name", UNTIL)
async def test_typing_a_choice_does_what_clicking_does(name: str, coach_with_sender: Coach) -> None:
    talk = Talk(coach_with_sender)
    messages = []
    for step in UNTIL[name]:
        if isinstance(step, int):
            coach_with_sender.let_pass(talk.sender, step * DAY)
        else:
            messages = talk.say(step)
    buttons = [button for message in messages for button in message.get("buttons") or []]
    assert [button["title"] for button in buttons] in CHOICES[name.split(maxsplit=1)[0]]
    for button in buttons:
        clicked, typed = await talk.forked(), await talk.forked()
        heard = [clicked.say(button["payload"]), typed.say(button["title"])]
        texts = [[message.get("text") for message in messages] for messages in heard]
        assert texts[0] == texts[1], button["title"]
