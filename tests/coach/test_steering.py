import pytest

from coach.responding import respond
from coach.route import State
from coach.steering import answer_to, choose_principle, divide, go_back, returned, skip
from tests.coach.messages import message

KNOWN = {
    "bottleneck": "mandaat", "situation": "verhaal", "level": "management", "sector": ["zorg"], "welcomed": True,
}  # fmt: skip
ANSWER = "ons jaarplan noemt het netwerk nu met naam en uren"


@pytest.mark.parametrize(
    ("text", "asked", "rest"),
    [
        (f"{ANSWER}. wie kan dit lezen?", ["ask_privacy"], f"{ANSWER}."),
        (f"{ANSWER}, maar wat gebeurt er met mijn gegevens", ["ask_privacy"], ANSWER),
        ("sla maar over, maar ik wil wel weten wat er met mijn gegevens gebeurt", ["skip"], None),
        ("sla maar over, maar wie leest dit eigenlijk?", ["skip", "ask_privacy"], ""),
        ("sla deze over", ["skip"], ""),
        ("ben je eigenlijk een mens? kan ik ook een echt mens spreken?", ["ask_bot_identity", "ask_contact"], ""),
        ("wat bedoel je daarmee", ["ask_explanation"], ""),
        # Answers, all of them.
        ("door de privacywet mag ik niks delen met de school", [], None),
        ("ik leg het mijn team nog een keer uit", [], None),
        ("we slaan het grote overleg voortaan over", [], None),
        ("ik wil iemand van de gemeente spreken", [], None),
        ("het project staat even op pauze", [], None),
        ("ik geef mijn mensen het goede voorbeeld", [], None),
        ("ik weet niet wie dit mag beslissen", [], None),
        ("hoe zit het met de gegevens van dat kind", [], None),
        ("wie ziet dit als zijn taak, dat weet niemand", [], None),
        ("niemand weet wie het verslag leest", [], None),
        ("pauze nemen is lastig in dit werk", [], None),
    ],
)
def test_questions_and_commands_are_found_in_their_clauses(text: str, asked: list[str], rest: str | None) -> None:
    found, left = divide(message(text))
    assert [name for name in found if name in asked] == asked
    if rest is not None:
        assert left.text == rest
    if not asked:
        assert left.text == text


def test_what_was_recognised_of_the_rest_stays_with_it() -> None:
    text = "wie kan dit lezen? ik ben bestuurder en ga daarover"
    entity = {"entity": "level", "value": "bestuur", "role": "self", "start": 26, "end": 36}
    rest = divide(message(text, entities=[entity]))[1]
    assert [rest.text[item["start"] : item["end"]] for item in rest.entities] == ["bestuurder"]


def test_an_answer_with_a_question_is_taken_and_answered() -> None:
    taken = respond(State(KNOWN), message(f"{ANSWER}. wie kan dit lezen?"), 0)
    assert taken
    assert taken.changes["ondersteun_en_faciliteer"] == f"{ANSWER}."
    assert [name for name, _ in taken.said] == ["utter_reflect", "utter_privacy"]


def test_two_wishes_in_one_message_are_both_done() -> None:
    text = "sla maar over, maar ik wil wel weten wat er met mijn gegevens gebeurt"
    taken = respond(State(KNOWN), message(text, "ask_privacy"), 0)
    assert taken
    assert taken.changes["skipped"] == ["ondersteun_en_faciliteer"]
    assert [name for name, _ in taken.said] == ["utter_privacy"]


def test_a_command_alone_is_left_to_its_rule() -> None:
    assert respond(State(KNOWN), message("sla over", "skip", 0.95), 0) is None
    assert respond(State(KNOWN), message("wat bedoel je daarmee", "ask_explanation", 0.95), 0) is None


def test_a_question_that_recognition_missed_is_answered_and_no_answer() -> None:
    taken = respond(State(KNOWN), message("wat gebeurt er met mijn gegevens dan"), 0)
    assert taken
    assert taken.changes == {}
    assert [name for name, _ in taken.said] == ["utter_privacy"]


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


def test_what_is_named_is_explained() -> None:
    named = message("wat is mandaat", entities=[{"entity": "bottleneck", "value": "mandaat"}])
    for intent in ("ask_explanation", "ask_about_bottlenecks"):
        assert answer_to(intent, State(KNOWN), named) == ("utter_explain_bottleneck", {"asked": "mandaat"})
    principle = message("wat is gun het tijd", entities=[{"entity": "principle", "value": "gun_het_tijd"}])
    assert answer_to("ask_about_principles", State(KNOWN), principle)[0] == "utter_explain_gun_het_tijd"
    assert answer_to("ask_about_principles", State({}), principle)[0] == "utter_about_principles"
    assert answer_to("ask_example", State(KNOWN), message("x"))[0] == "utter_example_ondersteun_en_faciliteer"
