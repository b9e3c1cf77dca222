"""Every choice can be clicked and typed, with the same result."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

HARVESTED = (
    "mijn mandaat", "sla over", "manager in de jeugdhulp", "een bedrag waar ik zelf over ga", "sla over", "sla over",
    "sla over", "klopt zo",
)  # fmt: skip
RATED = (*HARVESTED, "dinsdag vraag ik mijn directeur om honderd uur", "een 10")
# What was said until a choice is offered; each of its buttons is tried.
UNTIL = {
    "bottleneck": ("hallo",),
    "fits": ("ik mag aan die tafel niks toezeggen, alles moet eerst langs mijn directeur",),
    "which first": ("Ik weet niet wat mijn rol is en ik mag ook niets beslissen",),
    "wish": ("ik wil binnen en buiten beter met elkaar verbinden",),
    "level": ("mijn mandaat", "sla over"),
    "sector": ("mijn mandaat", "sla over", "manager"),
    "summary": HARVESTED[:-1],
    "stop": ("mijn mandaat", "stop"),
    "start over": ("mijn mandaat", "opnieuw beginnen"),
    "erase": ("mijn mandaat", "wis mijn gesprek"),
    "break": ("mijn mandaat", "pauze"),
    "danger": ("mijn mandaat", "ik denk dat een kind in mijn groep thuis geslagen wordt"),
    "rating": RATED,
    "felt heard": (*RATED, "4"),
}


def offered(coach: Any, until: tuple[str, ...]) -> tuple[str, list[dict[str, str]]]:
    """A conversation that has come to a choice, and the buttons of it."""
    sender = uuid.uuid4().hex
    for text in until:
        messages = coach.say(sender, text)
    return sender, [button for message in messages for button in message.get("buttons") or []]


@pytest.mark.parametrize("choice", UNTIL)
def test_typing_a_choice_does_what_clicking_does(choice: str, coach: Any) -> None:
    buttons = offered(coach, UNTIL[choice])[1]
    assert buttons
    for place, button in enumerate(buttons):
        heard = []
        for kind in ("payload", "title"):
            sender, again = offered(coach, UNTIL[choice])
            heard.append([message.get("text") for message in coach.say(sender, again[place][kind])])
        assert heard[0] == heard[1], f"{button['title']!r} at {choice}"
