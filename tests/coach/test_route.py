import pytest

from coach.route import State, bottleneck_question, next_question, previous_question, step_of
from coach.steering import go_back
from coach.vocabulary import ORDER_OF_PRINCIPLES, Principle

KNOWN = {"bottleneck": "mandaat", "situation": "verhaal", "level": "management", "sector": ["zorg"]}
ALL_PRINCIPLES = {principle.value: "antwoord" for principle in Principle}
HARVESTED = {
    **KNOWN,
    **ALL_PRINCIPLES,
    "skipped": ["summary_check"],
    "first_step": "bellen",
    "step_when": "morgen",
    "step_with_whom": "de school",
}


def test_every_bottleneck_walks_all_four_principles() -> None:
    assert all(set(order) == set(Principle) for order in ORDER_OF_PRINCIPLES.values())


@pytest.mark.parametrize(
    ("slots", "question"),
    [
        ({}, "bottleneck"),
        ({"bottleneck": "rol"}, "situation"),
        ({"bottleneck": "rol", "situation": "x"}, "level"),
        ({"bottleneck": "rol", "situation": "x", "level": "bestuur"}, "sector"),
        ({**KNOWN}, "ondersteun_en_faciliteer"),
        ({**KNOWN, "bottleneck": "rol"}, "weeg_af_en_kies"),
        ({**KNOWN, "bottleneck": "structuur"}, "verbind_met_binnen"),
        ({**KNOWN, "current_principle": "gun_het_tijd"}, "gun_het_tijd"),
        ({**KNOWN, **ALL_PRINCIPLES}, "summary_check"),
        ({**KNOWN, "skipped": list(Principle)}, "first_step"),
        ({**KNOWN, "skipped": [*Principle, "first_step"]}, None),
        ({**KNOWN, "skipped": [*Principle, "first_step"], "second_bottleneck": "rol"}, "second_round"),
        ({**HARVESTED, "step_when": None}, "step_when"),
        ({**HARVESTED, "step_with_whom": None}, "step_with_whom"),
        (HARVESTED, "confidence"),
        ({**HARVESTED, "confidence": 6.0}, "confidence_raise"),
        ({**HARVESTED, "confidence": 10.0}, "rating"),
        ({**HARVESTED, "confidence": 10.0, "second_bottleneck": "rol"}, "second_round"),
        ({**HARVESTED, "confidence": 10.0, "sender_runs": True}, "handoff_consent"),
        ({**HARVESTED, "confidence": 10.0, "sender_runs": True, "handoff_consent": "no"}, "rating"),
        ({**HARVESTED, "confidence": 10.0, "handoff_consent": "yes"}, "reply_address"),
        ({**HARVESTED, "confidence": 10.0, "handoff_consent": "yes", "reply_address": "a@b.nl"}, "handoff_check"),
        ({**HARVESTED, "confidence": 10.0, "rating": 4.0}, "felt_heard"),
        ({**HARVESTED, "confidence": 10.0, "rating": 4.0, "felt_heard": "ja"}, None),
        ({"wish": "verbinden", "situation": "x", "level": "bestuur", "sector": ["zorg"]}, "verbind_met_binnen"),
        ({**KNOWN, **ALL_PRINCIPLES, "reopened": "gun_het_tijd"}, "gun_het_tijd"),
        (
            {**KNOWN, "ondersteun_en_faciliteer": "kort", "deepening": "ondersteun_en_faciliteer"},
            "ondersteun_en_faciliteer",
        ),
        ({**KNOWN, "pending_command": "stop"}, "confirmation"),
        ({**KNOWN, "paused": "danger"}, "continue_coaching"),
        ({**KNOWN, "outcome": "stopped"}, None),
    ],
)
def test_next_question(slots: dict, question: str | None) -> None:
    assert next_question(State(slots)) == question


def test_steps_count_what_is_closed() -> None:
    assert step_of(State(KNOWN), "ondersteun_en_faciliteer") == (1, 4)
    done = State({**KNOWN, "ondersteun_en_faciliteer": "x", "skipped": ["verbind_met_binnen"]})
    assert step_of(done, "weeg_af_en_kies") == (3, 4)


def test_going_back_follows_the_order_of_asking() -> None:
    opened = ["ondersteun_en_faciliteer", "gun_het_tijd"]
    state = State({**KNOWN, "opened": opened, "gun_het_tijd": "x", "current_principle": "gun_het_tijd"})
    assert previous_question(state) == "gun_het_tijd"
    assert previous_question(State(KNOWN)) is None


@pytest.mark.parametrize("skipped", [[], ["weeg_af_en_kies"], ["ondersteun_en_faciliteer", "gun_het_tijd"]])
def test_going_back_goes_on_back(skipped: list[str]) -> None:
    order = ["verbind_met_binnen", "weeg_af_en_kies", "ondersteun_en_faciliteer", "gun_het_tijd"]
    answers = {name: None if name in skipped else "x" for name in order}
    state = State({**KNOWN, **answers, "opened": order, "skipped": skipped})
    visited = []
    while (question := previous_question(state)) is not None:
        visited.append(question)
        state = state.with_slots(**go_back(state).changes)
        assert next_question(state) == question
    assert visited == order[::-1]


def test_at_most_two_clarifications_before_the_choice() -> None:
    asked = [bottleneck_question(State({"clarifications": float(number)})) for number in range(4)]
    assert asked == [
        "utter_ask_bottleneck",
        "utter_ask_clarification",
        "utter_ask_clarification",
        "utter_ask_choose_bottleneck",
    ]
    assert bottleneck_question(State({"proposed_bottleneck": "rol"})) == "utter_ask_bottleneck_fits"
    two = State({"proposed_bottleneck": "rol", "second_bottleneck": "mandaat"})
    assert bottleneck_question(two) == "utter_ask_which_first"
