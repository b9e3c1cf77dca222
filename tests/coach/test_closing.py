from typing import Any

import pytest

from coach.closing import Handoff, read_address, withdraw
from coach.message import Message
from coach.route import State, next_question
from coach.taking import decides, take
from tests.coach.messages import message

DRAFT = {"to": "info@netwerkmetandereogen.nl", "subject": "Verder praten", "text": "Beste mensen, dit kwam eruit."}
DONE = {
    "bottleneck": "rol", "situation": "x", "level": "bestuur", "sector": ["zorg"], "gun_het_tijd": "samen eten",
    "weeg_af_en_kies": "x", "verbind_met_binnen": "x", "ondersteun_en_faciliteer": "x", "skipped": ["summary_check"],
    "first_step": "morgen bel ik de school", "step_when": "x", "step_with_whom": "x", "confidence": 10.0,
}  # fmt: skip
OFFERED = {**DONE, "sender_runs": True}


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("petra@school.nl", "petra@school.nl"),
        ("mail maar naar Petra.Jansen@School.nl, graag", "Petra.Jansen@school.nl"),
        ("<petra@school.nl>", "petra@school.nl"),
        ("petra@school.nl.", "petra@school.nl"),
        ("petra@school", None),
        ("petra bij school punt nl", None),
        ("@school.nl", None),
        ("a@b.nl\nBcc: iedereen@school.nl", "a@b.nl"),
        ("", None),
    ],
)
def test_an_address(text: str, address: str | None) -> None:
    assert read_address(text) == address


def test_nothing_is_recorded_without_two_yeses_and_an_address() -> None:
    offered = State(OFFERED)
    assert next_question(offered) == "handoff_consent"
    yes = take(offered, message("ja graag", "affirm")).changes
    asked = State({**OFFERED, **yes})
    assert next_question(asked) == "reply_address"
    given = take(asked, message("petra@school.nl", "ask_contact")).changes
    shown = State({**OFFERED, **yes, **given, "handoff_draft": DRAFT})
    assert next_question(shown) == "handoff_check"
    assert shown["handoff"] is None
    sent = take(shown, message("ja", "affirm")).changes
    recorded = sent["handoff"]
    assert recorded["text"] == DRAFT["text"]
    assert recorded["reply_address"] == "petra@school.nl"
    assert set(recorded) == set(Handoff.__dataclass_fields__)
    assert next_question(State({**shown.slots, **sent})) == "rating"


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("nee", "deny"),
        ("hm", "unsure"),
        ("ja, maar eerst nog wat anders over mijn overleg", "affirm"),
        ("", "nlu_fallback"),
    ],
)
def test_anything_but_a_plain_yes_sends_nothing_and_forgets_the_address(text: str, intent: str) -> None:
    shown = State({**OFFERED, "handoff_consent": "yes", "reply_address": "petra@school.nl", "handoff_draft": DRAFT})
    changes = take(shown, message(text, intent)).changes
    assert "handoff" not in changes
    assert changes["reply_address"] is None
    assert next_question(State({**shown.slots, **changes})) == "rating"


def test_an_address_is_asked_twice_at_most() -> None:
    asked = State({**OFFERED, "handoff_consent": "yes"})
    first = take(asked, message("petra bij school punt nl"))
    assert [name for name, _ in first.said] == ["utter_no_address"]
    second = take(State({**asked.slots, **first.changes}), message("dat zei ik toch"))
    assert second.changes["handoff_consent"] == "no"


def test_a_mail_is_taken_back_with_its_words() -> None:
    handoff = Handoff.agreed(DRAFT, "petra@school.nl").as_dict()
    taken = withdraw(State({"handoff": handoff}))
    kept = taken.changes["handoff"]
    assert kept["withdrawn"] is True
    assert kept["id"] == handoff["id"]
    assert (kept["text"], kept["reply_address"]) == ("", "")
    assert [name for name, _ in withdraw(State({"handoff": kept})).said] == ["utter_nothing_to_withdraw"]
    assert [name for name, _ in withdraw(State({})).said] == ["utter_nothing_to_withdraw"]


def test_the_second_bottleneck_begins_a_round_that_remembers_the_place() -> None:
    state = State({**DONE, "second_bottleneck": "mandaat"})
    assert next_question(state) == "second_round"
    after = State({**state.slots, **take(state, message("ja graag", "affirm")).changes})
    assert (after["bottleneck"], after["level"], after["gun_het_tijd"]) == ("mandaat", "bestuur", None)
    assert next_question(after) == "situation"
    # A place that was passed over is not asked again.
    silent = state.with_slots(sector=None, skipped=["summary_check", "sector"])
    assert silent.with_slots(**take(silent, message("ja", "affirm")).changes).listed("skipped") == ("sector",)
    left = State({**state.slots, **take(state, message("nee, genoeg", "deny")).changes})
    assert next_question(left) == "rating"


def test_a_no_to_a_second_round_ends_it_and_a_command_behind_a_no_stays_one() -> None:
    state = State({**DONE, "second_bottleneck": "mandaat"})
    assert decides(state, message("nee, dit is genoeg", "stop"))
    assert not decides(state, message("nee, wis mijn gegevens", "delete_my_data"))
    assert not decides(state, message("stop", "stop"))


@pytest.mark.parametrize(
    ("text", "rating"),
    [("4", 4.0), ("een vijf", 5.0), ("ik geef het een 3", 3.0), ("prima gesprek", None), ("11", None)],
)
def test_a_rating(text: str, rating: float | None) -> None:
    changes = take(State(DONE), message(text)).changes
    assert changes.get("rating") == rating
    assert next_question(State({**DONE, **changes})) == "felt_heard"


@pytest.mark.parametrize("intent", ["thank", "goodbye", "stop"])
def test_thanks_end_a_conversation_of_which_only_the_rating_is_left(intent: str) -> None:
    assert decides(State(DONE), message("dankjewel", intent))
    assert next_question(State({**DONE, **take(State(DONE), message("dankjewel", intent)).changes})) is None


@pytest.mark.parametrize(
    ("said", "entities", "kept", "answer"),
    [
        ("nee, niet echt", [], None, "utter_felt_unheard"),
        (
            '/give_answer{"heard": "nee"}',
            [{"entity": "heard", "value": "nee", "start": 0, "end": 5}],
            "nee",
            "utter_felt_unheard",
        ),
        ("nee, ik had het gevoel een formulier in te vullen", [], None, "utter_felt_unheard"),
        ("ja hoor", [], None, "utter_reflect_felt_heard"),
        ("het ging wel", [], None, None),
    ],
)
def test_whether_they_felt_heard_is_kept_in_words(
    said: str, entities: list[dict[str, Any]], kept: str | None, answer: str | None
) -> None:
    taken = take(State({**DONE, "rating": 4.0}), Message(said, "give_answer", 1.0, entities, []))
    assert taken.changes["felt_heard"] == (kept or said)
    assert [response for response, _ in taken.said] == ([answer] if answer else [])


def test_a_yes_without_an_address_is_asked_once_more() -> None:
    asked = State({**OFFERED, "handoff_consent": "yes"})
    taken = take(asked, message("ok ik zoek het even op", "affirm"))
    assert [response for response, _ in taken.said] == ["utter_no_address"]
    assert take(asked, message("jan@school.nl!")).changes == {"reply_address": "jan@school.nl"}


def test_a_mail_is_taken_back_before_it_was_agreed_to() -> None:
    shown = State({**OFFERED, "handoff_consent": "yes", "reply_address": "jan@school.nl", "handoff_draft": DRAFT})
    assert withdraw(shown).changes == {"handoff_consent": "no", "reply_address": None, "handoff_draft": None}
