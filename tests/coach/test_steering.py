import pytest

from coach.responding import respond
from coach.route import State
from coach.steering import (
    LEAST_IN_A_STORY,
    LEAST_IN_AN_ANSWER,
    answer_to,
    choose_principle,
    divide,
    go_back,
    returned,
    skip,
)
from tests.coach.messages import message

KNOWN = {
    "bottleneck": "mandaat", "situation": "verhaal", "level": "management", "sector": ["zorg"], "welcomed": True,
}  # fmt: skip
ANSWER = "ons jaarplan noemt het netwerk nu met naam en uren"


@pytest.mark.parametrize(
    ("text", "clauses", "asked", "rest"),
    [
        (f"{ANSWER}. wie kan dit lezen?", {"wie kan dit lezen": "ask_privacy"}, ["ask_privacy"], f"{ANSWER}."),
        (f"Wie kan dit lezen?? {ANSWER}", {"Wie kan dit lezen": "ask_privacy"}, ["ask_privacy"], ANSWER),
        (
            f"{ANSWER}, wie kan dit lezen? En door.",
            {"wie kan dit lezen": "ask_privacy"},
            ["ask_privacy"],
            f"{ANSWER}, En door.",
        ),
        (f"{ANSWER} (wie leest dit)", {ANSWER: "give_answer", "wie leest dit": "ask_privacy"}, ["ask_privacy"], ANSWER),
        (
            "sla maar over, maar wie leest dit eigenlijk?",
            {"sla maar over": "skip", "maar wie leest dit eigenlijk?": "ask_privacy"},
            ["skip", "ask_privacy"],
            "",
        ),
        # What somebody else says or asks is told, and "vraag:" is not.
        (
            f"{ANSWER}. ze zeggen: wie ben jij eigenlijk",
            {"wie ben jij eigenlijk": "ask_bot_identity"},
            [],
            f"{ANSWER}. ze zeggen: wie ben jij eigenlijk",
        ),
        (f"{ANSWER}. vraag: wie leest dit", {"wie leest dit": "ask_privacy"}, ["ask_privacy"], f"{ANSWER}. vraag"),
        # Bottlenecks and answers are what the rest is for, and going back is no part of an answer.
        (ANSWER, {"ons jaarplan": "bottleneck_rol", "met naam": "go_back"}, [], ANSWER),
    ],
)
def test_questions_and_commands_are_taken_out(text: str, clauses: dict[str, str], asked: list[str], rest: str) -> None:
    found, left = divide(message(text, clauses=clauses))
    assert found == asked
    assert left.text == rest


def test_an_answer_needs_a_surer_question_beside_it_than_a_story() -> None:
    doubtful = message(f"{ANSWER}. wie kan dit lezen?", clauses={"wie kan dit lezen?": "ask_privacy"})
    doubtful.clauses[0]["intent_ranking"][0]["confidence"] = (LEAST_IN_A_STORY + LEAST_IN_AN_ANSWER) / 2
    assert divide(doubtful)[0] == ["ask_privacy"]
    assert divide(doubtful, reflecting=True)[0] == []


def test_what_was_recognised_of_the_rest_stays_with_it() -> None:
    text = "wie kan dit lezen? ik ben bestuurder en ga daarover"
    entity = {"entity": "level", "value": "bestuur", "role": "self", "start": 26, "end": 36}
    rest = divide(message(text, entities=[entity], clauses={"wie kan dit lezen?": "ask_privacy"}))[1]
    assert [rest.text[item["start"] : item["end"]] for item in rest.entities] == ["bestuurder"]


def test_an_answer_with_a_question_is_taken_and_answered() -> None:
    asking = message(f"{ANSWER}. wie kan dit lezen?", clauses={"wie kan dit lezen?": "ask_privacy"})
    taken = respond(State(KNOWN), asking, 0)
    assert taken
    assert taken.changes["ondersteun_en_faciliteer"] == f"{ANSWER}."
    assert [name for name, _ in taken.said] == ["utter_reflect", "utter_privacy"]


def test_an_answer_is_kept_when_the_whole_sounds_like_the_question_beside_it() -> None:
    asking = message(
        f"{ANSWER}. wordt dit bewaard?",
        "ask_privacy",
        0.97,
        clauses={ANSWER: "give_answer", "wordt dit bewaard": "ask_privacy"},
    )
    asking.clauses[1]["intent_ranking"][0]["confidence"] = (LEAST_IN_A_STORY + LEAST_IN_AN_ANSWER) / 2
    taken = respond(State(KNOWN), asking, 0)
    assert taken
    assert taken.changes["ondersteun_en_faciliteer"] == f"{ANSWER}."
    assert ("utter_privacy", {}) in taken.said


def test_two_wishes_in_one_message_are_both_done() -> None:
    text = "sla maar over, maar ik wil wel weten wat er met mijn gegevens gebeurt"
    clauses = {"sla maar over": "skip", "maar ik wil wel weten wat er met mijn gegevens gebeurt": "ask_privacy"}
    taken = respond(State(KNOWN), message(text, "ask_privacy", clauses=clauses), 0)
    assert taken
    assert taken.changes["skipped"] == ["ondersteun_en_faciliteer"]
    assert [name for name, _ in taken.said] == ["utter_privacy"]


def test_an_example_is_explanation_enough() -> None:
    text = "ik snap niet wat je bedoelt, geef eens een voorbeeld"
    clauses = {"ik snap niet wat je bedoelt": "ask_explanation", "geef eens een voorbeeld": "ask_example"}
    taken = respond(State(KNOWN), message(text, "ask_explanation", 0.95, clauses=clauses), 0)
    assert taken
    assert [name for name, _ in taken.said] == ["utter_example_ondersteun_en_faciliteer"]


def test_a_command_alone_is_left_to_its_rule() -> None:
    assert respond(State(KNOWN), message("sla over", "skip", 0.95), 0) is None
    assert respond(State(KNOWN), message("wat bedoel je daarmee", "ask_explanation", 0.95), 0) is None


def test_skipping_what_was_answered_keeps_it() -> None:
    answered = State({**KNOWN, "ondersteun_en_faciliteer": "x", "opened": ["ondersteun_en_faciliteer"]})
    again = answered.with_slots(**go_back(answered).changes)
    assert again["reopened"] == "ondersteun_en_faciliteer"
    kept = again.with_slots(**skip(again).changes)
    assert kept["ondersteun_en_faciliteer"] == "x"
    assert kept["reopened"] is None
    assert skip(State({})).changes == {}


def test_a_chosen_principle_that_was_answered_keeps_its_answer_until_there_is_another() -> None:
    state = State({**KNOWN, "gun_het_tijd": "samen eten", "opened": ["gun_het_tijd"]})
    named = message("gun het tijd", entities=[{"entity": "principle", "value": "gun_het_tijd"}])
    changes = choose_principle(state, named).changes
    assert "gun_het_tijd" not in changes
    assert changes["reopened"] == "gun_het_tijd"


@pytest.mark.parametrize(
    ("text", "intent", "paused"),
    [("hallo", "greet", "silence"), ("verder", "resume", "silence"), (ANSWER, "give_answer", None)],
)
def test_who_comes_back_hears_what_was_reached_unless_they_go_on(text: str, intent: str, paused: str | None) -> None:
    back = returned(State(KNOWN), message(text, intent))
    assert back.changes.get("paused") == paused
    response, values = back.said[0]
    if paused:
        assert (response, values["step"], values["principle"]) == ("utter_welcome_back", 1, "ondersteun en faciliteer")


def test_a_long_message_after_silence_that_is_hardly_a_greeting_is_an_answer() -> None:
    doubtful = message("ik heb erover nagedacht en ik wil honderd uur waar ik zelf over ga", "resume", 0.6)
    assert "paused" not in returned(State(KNOWN), doubtful).changes


def test_what_is_named_is_explained() -> None:
    named = message("wat is mandaat", entities=[{"entity": "bottleneck", "value": "mandaat"}])
    for intent in ("ask_explanation", "ask_about_bottlenecks"):
        assert answer_to(intent, State(KNOWN), named) == ("utter_explain_bottleneck", {"asked": "mandaat"})
    principle = message("wat is gun het tijd", entities=[{"entity": "principle", "value": "gun_het_tijd"}])
    assert answer_to("ask_about_principles", State(KNOWN), principle)[0] == "utter_explain_gun_het_tijd"
    assert answer_to("ask_about_principles", State({}), principle)[0] == "utter_about_principles"
    assert answer_to("ask_example", State(KNOWN), message("x"))[0] == "utter_example_ondersteun_en_faciliteer"
