"""Walks through conversations at random, and looks at what must hold in every turn."""

from __future__ import annotations

import os
import random
from collections import Counter

import pytest

from coach.vocabulary import Principle
from tests.conftest import Coach
from tests.conversations.talk import Talk

WALKS = int(os.environ.get("ROUNDS", "1")) * 2
TURNS = 200
STORIES = (
    "ik mag aan die tafel niks toezeggen, alles moet eerst langs mijn directeur",
    "het is nooit duidelijk wie bij ons de kar trekt, ik of de gemeente",
    "elk overleg heeft zijn eigen formulier en zijn eigen regio, niks past op elkaar",
    "Ik weet niet wat mijn rol is en ik mag ook niets beslissen",
    "het loopt gewoon niet lekker",
    "ik wil binnen en buiten beter met elkaar verbinden",
)
ANSWERS = (
    "we spreken elke maand met de school af over kinderen die thuis zitten",
    "mijn mensen krijgen er uren voor, al staan die nergens op papier",
    "ik heb dat eigenlijk nog nooit aan mijn directeur gevraagd",
    "de wethouder wil snel resultaat en de scholen willen eerst rust",
    "we zijn gestopt met dat grote overleg en bellen elkaar nu gewoon",
    "ik neem mijn bestuur mee naar de wijk, zodat ze zien waar het over gaat",
    "volgende week dinsdag bespreek ik het met mijn collega van de gemeente",
)
SHORT = ("ja", "nee", "weet ik niet", "misschien", "ok", "7", "klopt zo", "te druk")
COMMANDS = (
    "uitleg", "voorbeeld", "herhaal", "sla over", "terug", "pauze", "verder", "ander principe", "help",
    "opnieuw beginnen", "stop", "gun het tijd", "wat is mandaat?",
)  # fmt: skip
QUESTIONS = (
    "wie ben jij eigenlijk", "wat gebeurt er met mijn gegevens", "wie kan dit lezen", "wat is netwerk met andere ogen",
    "ik wil iemand spreken", "welke principes zijn er", "wat zijn de knelpunten",
    "sla maar over, maar ik wil wel weten wat er met mijn gegevens gebeurt",
)  # fmt: skip
NOISE = (
    "asdfgh",
    "???",
    "😀",
    "what is the weather",
    "hallo",
    "dankjewel",
    "wat een stomme bot",
    "vertel een mop",
    ".",
)
ADDRESS = "info@netwerkmetandereogen.nl"


def next_message(which: random.Random, buttons: list[str]) -> str:
    """What a restless leader would send now: mostly an answer or a button, often something else."""
    kinds = [ANSWERS, STORIES, SHORT, COMMANDS, QUESTIONS, NOISE, *([buttons] if buttons else [])]
    weights = [9, 2, 3, 3, 2, 2, *([6] if buttons else [])]
    return which.choice(which.choices(kinds, weights)[0])


@pytest.mark.parametrize("seed", range(WALKS))
async def test_whatever_comes_the_coach_answers_and_loses_nothing(seed: int, coach: Coach) -> None:
    which = random.Random(seed)  # noqa: S311 - a walk that can be walked again
    talk = Talk(coach)
    buttons: list[str] = []
    kept = Counter[str]()
    for turn in range(TURNS):
        asked = await talk.slot()
        text = next_message(which, buttons)
        where = f"turn {turn} of walk {seed}, {text!r} to {asked}"
        buttons = [button["payload"] for message in talk.say(text) for button in message.get("buttons") or []]
        if asked in set(Principle) and text in ANSWERS:
            assert text in str(await talk.slot(asked)), f"an answer was lost in {where}"
            kept[asked] += 1
        if turn % 25 == 24:
            assert ADDRESS in str(talk.say("ik wil een mens spreken")), f"no person within reach after {where}"
            buttons = []
    assert kept, "a walk without answers shows nothing"
    ways = [talk.say(text) for text in ("stop", "ja", "ik wil een mens spreken")]
    assert ADDRESS in str(ways)
