"""What must hold at every question of the conversation, whatever a leader does there: the measures of good coaching.

Each question is reached as a leader reaches it, over HTTP; the store tells which one is open.
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from coach.vocabulary import Bottleneck, Principle
from tests.conftest import Coach
from tests.conversations.talk import Talk

STORY = "ik mag aan die tafel niks toezeggen, alles moet eerst langs mijn directeur"
ANSWERS = {
    "ondersteun_en_faciliteer": "twee uur per week iemand op school neerzetten",
    "verbind_met_binnen": "mijn directeur hoort het pas als ik iets nodig heb",
    "weeg_af_en_kies": "deze wijk gaat voor, dat hebben we met de school afgesproken",
    "gun_het_tijd": "we eten elke maand samen een broodje op school",
}
# One way through the whole conversation, with the question that each message answers.
WAY: tuple[tuple[str, str], ...] = (
    ("bottleneck", STORY), ("bottleneck", "ja"), ("level", "manager"), ("sector", "jeugdhulp"), *ANSWERS.items(),
    ("summary_check", "klopt zo"), ("first_step", "ik vraag om een bedrag"), ("step_when", "dinsdag"),
    ("step_with_whom", "met mijn directeur"), ("confidence", "een 6"), ("confidence_raise", "als mijn collega meegaat"),
    ("handoff_consent", "ja"), ("reply_address", "leider@school.nl"), ("handoff_check", "ja"),
    ("rating", "4"), ("felt_heard", "ja"),
)  # fmt: skip
# The questions that another way leads to.
ASIDE = {
    "situation": ("mijn mandaat",),
    "second_round": (
        "Ik weet niet wat mijn rol is en ik mag ook niets beslissen", "mandaat", "sla over", "sla over",
        ANSWERS["ondersteun_en_faciliteer"], "sla over", "sla over", "sla over", "klopt zo",
        "dinsdag vraag ik mijn directeur om honderd uur", "een 10", "nee",
    ),
}  # fmt: skip
QUESTIONS = [*dict.fromkeys(question for question, _ in WAY), *ASIDE]
# What is asked or said at any moment, and leaves the open question as it was.
IN_PASSING = (
    "uitleg", "geef eens een voorbeeld", "herhaal de vraag", "help", "ik wil iemand van het netwerk spreken",
    "ben je een robot?", "wat gebeurt er met mijn gegevens?", "wat is netwerk met andere ogen?",
    "wat zijn de knelpunten?", "welke principes zijn er?", "hallo", "wat een waardeloze bot",
    "what is the weather like",
)  # fmt: skip
ASKED_BACK = ("stop", "opnieuw beginnen", "wis mijn gesprek")
AT_THE_END = ("rating", "felt_heard")  # where "stop" is simply the end
DANGER = "ik ben bang dat een kind in mijn groep thuis geslagen wordt"
ADDRESS = "info@netwerkmetandereogen.nl"


REACHED: dict[tuple[str, str], Talk] = {}


async def come_to(coach: Coach, question: str) -> Talk:
    """A conversation in which `question` is open; the way to it is gone once."""
    key = (str(coach.database), question)
    if key not in REACHED:
        talk = Talk(coach)
        way = list(ASIDE.get(question, ()))
        if not way:
            asked = [step for step, _ in WAY]
            before = asked.index(question, 1) if question == "bottleneck" else asked.index(question)
            way = [answer for _, answer in WAY[:before]]
        for text in way:
            talk.say(text)
        assert await talk.slot() == question
        REACHED[key] = talk
    return await REACHED[key].forked()


@pytest.mark.parametrize("question", QUESTIONS)
async def test_at_every_question_all_can_be_asked_and_the_question_comes_back(
    question: str, coach_with_sender: Any
) -> None:
    talk = await come_to(coach_with_sender, question)
    for text in IN_PASSING:
        talk.say(text)
        assert await talk.slot() == question, text
    talk.say("pauze")
    assert await talk.slot() == "continue_coaching"
    talk.say("verder")
    assert await talk.slot() == question
    for text in ASKED_BACK[question in AT_THE_END :]:
        talk.say(text)
        assert await talk.slot() == "confirmation", text
        talk.say("nee")
        assert await talk.slot() == question, text


@pytest.mark.parametrize("question", [question for question in QUESTIONS if question != "bottleneck"])
async def test_every_question_but_the_first_can_be_passed_over_in_one_turn(
    question: str, coach_with_sender: Any
) -> None:
    talk = await come_to(coach_with_sender, question)
    talk.say("sla over")
    assert await talk.slot() != question


@pytest.mark.parametrize("question", [*ANSWERS, "first_step", "step_when", "step_with_whom"])
async def test_an_answer_can_be_given_again(question: str, coach_with_sender: Coach) -> None:
    talk = await come_to(coach_with_sender, question)
    talk.say(dict(WAY)[question])
    talk.say("terug")
    assert await talk.slot() == question
    talk.say("volgende week donderdag praat ik erover met de wethouder")
    assert "donderdag" in await talk.slot(question)


@pytest.mark.parametrize("question", QUESTIONS)
async def test_danger_stops_the_coaching_in_the_same_turn(question: str, coach_with_sender: Coach) -> None:
    talk = await come_to(coach_with_sender, question)
    said = "\n".join(message.get("text") or "" for message in talk.say(DANGER))
    assert "112" in said
    assert "0800-2000" in said
    assert "?" not in said
    assert await talk.slot() == "continue_coaching"
    talk.say("verder")
    assert await talk.slot() == question


@pytest.mark.parametrize("noise", ["asdfgh", "vertel een mop", "weet ik niet"])
@pytest.mark.parametrize("question", QUESTIONS)
async def test_after_two_misunderstandings_comes_a_choice_or_a_person_or_the_next_question(
    question: str, noise: str, coach_with_sender: Any
) -> None:
    talk = await come_to(coach_with_sender, question)
    replies = [talk.say(noise) for _ in range(3)]
    went_on = await talk.slot() != question
    offered = any(message.get("buttons") for message in replies[-1]) or ADDRESS in str(replies[-1])
    assert went_on or offered


async def test_misunderstandings_of_any_kind_count_together(coach: Coach) -> None:
    talk = Talk(coach)
    talk.say("het loopt gewoon niet lekker")
    for text in ("vertel een mop", "tja"):
        replies = talk.say(text)
    assert [button["title"] for message in replies for button in message.get("buttons", [])][:3] == [
        "Rol", "Structuur", "Mandaat",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "first",
    [
        STORY, "hallo", "ja", "het loopt niet", "stop", "pauze", "wis mijn gesprek", "dankjewel", "sla over",
        "asdfgh", "what is the weather", "wat een waardeloze bot", "ik wil een mens spreken", "mijn rol", "tot ziens",
        "ik wil binnen en buiten beter verbinden", DANGER, "ik wil niet meer leven", "help", "uitleg", "terug",
        "mijn collega heeft een kind betast", "een ouder staat hier met een mes",
    ],
)  # fmt: skip
def test_whatever_comes_first_the_coach_says_that_it_is_a_program(first: str, coach: Coach) -> None:
    said = "\n".join(message.get("text") or "" for message in Talk(coach).say(first))
    assert re.search("chatbot|computerprogramma", said)


@pytest.mark.parametrize("question", QUESTIONS)
async def test_asked_at_any_moment_it_says_that_it_is_a_program(question: str, coach_with_sender: Coach) -> None:
    talk = await come_to(coach_with_sender, question)
    replies = talk.say("praat ik hier met een mens?")
    assert re.search("chatbot|programma", str(replies))
    assert {key for message in replies for key in message} <= {"recipient_id", "text", "buttons", "custom"}


OTHERS = [(first, second) for first in Bottleneck for second in Bottleneck if first != second]
STORIES = {
    "rol": "het is nooit duidelijk wie bij ons de kar trekt, ik of de gemeente",
    "structuur": "elk overleg heeft zijn eigen formulier en zijn eigen regio, niks past op elkaar",
    "mandaat": STORY,
}
NAMED = {"rol": "mijn rol", "structuur": "onze structuur", "mandaat": "mijn mandaat"}
MEANT = {
    "rol": "wie wat doet",
    "structuur": "geld",
    "mandaat": "wie mag beslissen",
}


@pytest.mark.parametrize(("heard", "meant"), OTHERS)
@pytest.mark.parametrize("words", ["nee, eerder {named}", "{named}", "nee", "dat bedoel ik niet, het gaat om {meant}"])
async def test_what_was_heard_is_confirmed_first_and_corrected_in_one_turn(
    heard: str, meant: str, words: str, coach: Any
) -> None:
    talk = Talk(coach)
    talk.say(STORIES[heard])
    assert await talk.slot("bottleneck") is None
    assert await talk.slot("proposed_bottleneck") == heard
    said = words.format(named=NAMED[meant], meant=MEANT[meant])
    talk.say(said)
    if words == "nee":
        assert await talk.slot("proposed_bottleneck") is None
        assert await talk.slot("bottleneck") is None
    else:
        assert meant in {await talk.slot("bottleneck"), await talk.slot("proposed_bottleneck")}


@pytest.mark.parametrize("principle", list(Principle))
async def test_another_principle_can_be_chosen_by_its_name(principle: Principle, coach: Coach) -> None:
    talk = await come_to(coach, "situation")
    talk.say(f"ik wil naar {principle.title.lower()}")
    assert await talk.slot() in {"situation", "level", principle}
    talk.say("sla over")
    talk.say("sla over")
    talk.say("sla over")
    assert await talk.slot() == principle
