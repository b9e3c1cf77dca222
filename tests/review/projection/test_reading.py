"""What staff read of a conversation, from its events."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coach.route import NEW_ROUND
from coach.vocabulary import Principle
from review.models.conversation import Reached
from review.projection.reading import ALPHABET, code_of, read
from review.projection.recognition import OF_A_REFUSAL
from tests.review.projection.logs import (
    BEGAN,
    Event,
    PlainMask,
    action,
    bot,
    hiding,
    log,
    read_log,
    slots,
    user,
)

GREETED = [user("/greet", "greet"), bot("Welkom.", "utter_welcome"), *slots(requested_slot="bottleneck")]
STORY = "ik mag niks beslissen"
PROPOSED = [
    user(STORY, "bottleneck_mandaat"),
    *slots(proposed_bottleneck="mandaat", situation=STORY),
    bot(
        "Past **mandaat**?", "utter_ask_bottleneck_fits", {"Ja, mandaat": "/affirm", "Nee, mijn rol": "/bottleneck_rol"}
    ),
]
CONFIRMED = [*PROPOSED, user("/affirm", "affirm", 1.0), *slots(bottleneck="mandaat", requested_slot="level")]
OPENED = [
    *CONFIRMED,
    user("manager in de zorg"),
    *slots(level="management", sector=["zorg"], requested_slot="ondersteun_en_faciliteer"),
    bot("**Stap 1 van 4**", "utter_open_ondersteun_en_faciliteer", step=1, total=4),
    bot("Met welke ruimte?", "utter_ask_ondersteun_en_faciliteer"),
    *slots(current_principle="ondersteun_en_faciliteer", opened=["ondersteun_en_faciliteer"]),
]
ANSWERED = [
    *OPENED,
    user("mijn directeur denkt mee"),
    *slots(ondersteun_en_faciliteer="mijn directeur denkt mee", requested_slot="verbind_met_binnen"),
    bot("**Stap 2 van 4**", "utter_open_verbind_met_binnen", step=2, total=4),
    *slots(opened=["ondersteun_en_faciliteer", "verbind_met_binnen"]),
    user("sla over", "skip"),
    *slots(skipped=["verbind_met_binnen"], requested_slot="summary_check"),
]
STEPPED = [
    *ANSWERED,
    user("dinsdag bel ik Karin"),
    *slots(first_step="dinsdag bel ik Karin", step_when="dinsdag bel ik Karin", requested_slot="confidence"),
    user("een 8"),
    *slots(confidence=8.0, requested_slot="rating"),
    user('/give_answer{"rating": "4"}', certainty=1.0),
    *slots(rating=4.0, requested_slot="felt_heard"),
    user("Ja"),
    *slots(felt_heard="Ja", requested_slot=None),
]
ENDED = [*STEPPED, action("action_hand_off"), bot("Dag!", "utter_goodbye"), *slots(**NEW_ROUND)]
AGREED = {
    "id": "h1", "to": "info@x.nl", "subject": "Verder", "text": "Beste, dinsdag bel ik Karin", "version": 1,
    "reply_address": "petra@school.nl", "consented_at": "2026-11-28T12:00:00+00:00", "withdrawn": False,
}  # fmt: skip
ADDRESS_GIVEN = [
    *STEPPED,
    *slots(requested_slot="reply_address"),
    user("Dat is Petra@School.NL."),
    *slots(reply_address="Petra@school.nl", handoff_draft={"text": "Beste"}),
    bot("Dit gaat weg, met Petra@school.nl als antwoordadres:\n\nBeste, dinsdag bel ik Karin", "utter_handoff_text"),
]
CONSENTED = [*ADDRESS_GIVEN, user("ja", "affirm"), *slots(handoff=AGREED, handoff_check="yes")]
WITHDRAWN = [
    *CONSENTED,
    user("trek mijn mail in", "withdraw_consent"),
    *slots(handoff={**AGREED, "withdrawn": True, "text": "", "reply_address": ""}, reply_address=None),
]


def conversation(*parts: Event | list[Event]) -> Any:
    return read_log(*parts).conversation


def test_nothing_is_kept_while_the_leader_has_said_nothing() -> None:
    rows = read_log(GREETED)
    assert (rows.conversation, rows.words, rows.turns) == (None, None, [])


def test_a_conversation_begins_at_nought_where_the_coach_speaks_first_and_at_one_where_the_leader_does() -> None:
    assert [(turn.number, turn.said) for turn in read_log(GREETED, PROPOSED).turns] == [(0, ""), (1, STORY)]
    assert [turn.number for turn in read_log(PROPOSED, CONFIRMED).turns][:2] == [1, 2]


def test_a_turn_holds_the_replies_with_what_they_offer() -> None:
    (_, turn) = read_log(GREETED, PROPOSED).turns
    options = ["Ja, mandaat", "Nee, mijn rol"]
    assert turn.replies == [{"text": "Past **mandaat**?", "response": "utter_ask_bottleneck_fits", "options": options}]
    assert turn.question == "bottleneck"


def test_a_chosen_button_reads_as_its_title_and_was_not_recognised() -> None:
    rows = read_log(CONFIRMED)
    assert [(turn.said, turn.chosen) for turn in rows.turns] == [(STORY, False), ("Ja, mandaat", True)]
    assert [recognition.turn.number for recognition in rows.recognitions] == [1]
    assert rows.words
    assert rows.words.text == STORY


def test_a_command_that_is_typed_is_a_turn_like_any_other() -> None:
    rows = read_log(CONFIRMED, user("stop", "stop"))
    assert (rows.turns[-1].said, rows.recognitions[-1].intent) == ("stop", "stop")


def test_the_open_principle_and_its_step_stand_until_another_is_opened() -> None:
    turns = read_log(
        OPENED, user("hm"), bot("Vertel.", "utter_deepen"), user("nou"), *slots(requested_slot="level")
    ).turns
    places = [(turn.principle, turn.step, turn.steps) for turn in turns[-3:]]
    assert places == [("ondersteun_en_faciliteer", 1, 4), ("ondersteun_en_faciliteer", 1, 4), ("", None, None)]


def test_a_recognition_holds_what_the_coach_heard() -> None:
    ranking = [
        {"name": name, "confidence": confidence}
        for name, confidence in (("a", 0.5), ("crisis", 0.4), ("b", 0.3), ("c", 0.2), ("d", 0.1), ("e", 0.05))
    ]
    places = [
        {"entity": "level", "value": "bestuur", "role": "other", "start": 0, "end": 2},
        {"entity": "level", "value": "management", "role": "self", "start": 0, "end": 2},
        {"entity": "sector", "value": "zorg", "role": "self", "start": 0, "end": 2},
    ]
    heard = {"themes": {"wachten": 0.7, "geld": 0.6}, "danger": {"kind": {"home": 0.9}, "now": {}}, "entities": places}
    (found,) = read_log(user("iets", "a", 0.5, ranking=ranking, **heard)).recognitions
    assert (found.confidence, found.margin) == (0.5, pytest.approx(0.2))
    assert found.ranking == [["a", 0.5], ["crisis", 0.4], ["b", 0.3], ["c", 0.2], ["d", 0.1]]
    assert (found.level, found.sectors, found.themes) == ("management", ",zorg,", {"wachten": 0.7})
    assert (found.danger, found.fallback) == ({"kind": {"home": 0.9}}, False)


def test_what_was_not_understood_makes_a_conversation_uncertain() -> None:
    lost = user("grmbl", "nlu_fallback", 0.0)
    assert read_log(lost).recognitions[0].fallback
    assert conversation(lost).uncertain
    assert not conversation(CONFIRMED, lost).uncertain  # not while a bottleneck is looked for


@pytest.mark.parametrize(("other", "uncertain"), [(0.1, False), (0.5, True)])
def test_a_story_of_which_no_bottleneck_is_likely_enough_makes_it_uncertain(other: float, *, uncertain: bool) -> None:
    ranking = [{"name": "bottleneck_rol", "confidence": 0.5}, {"name": "bottleneck_unclear", "confidence": other}]
    assert conversation(user("iets", "bottleneck_rol", 0.5, ranking=ranking)).uncertain is uncertain


NO = user("nee", "deny")


@pytest.mark.parametrize(
    ("parts", "corrected", "refused"),
    [
        ([PROPOSED, NO, slots(proposed_bottleneck=None, corrected=True)], ("mandaat", ""), True),
        ([PROPOSED, NO, slots(bottleneck="rol", proposed_bottleneck="rol")], ("mandaat", "rol"), True),
        ([PROPOSED, NO, slots(proposed_bottleneck="rol")], ("mandaat", "rol"), True),
        ([PROPOSED, NO, slots(proposed_bottleneck=None, proposed_wish="verbinden")], ("mandaat", "verbinden"), True),
        ([CONFIRMED, NO, slots(bottleneck="rol", proposed_bottleneck="rol")], ("mandaat", "rol"), True),
        ([PROPOSED, slots(second_bottleneck="rol"), NO, slots(bottleneck="rol")], ("", ""), False),
        ([PROPOSED, user("ja", "affirm"), slots(bottleneck="mandaat")], ("", ""), False),
        ([PROPOSED, user("weet niet", "unsure"), slots(clarifications=1.0)], ("", ""), False),
        ([OPENED, user("bestuurder"), slots(level="bestuur")], ("management", "bestuur"), False),
        ([OPENED, user("zorg en school"), slots(sector=["onderwijs", "zorg"])], ("zorg", "onderwijs, zorg"), False),
    ],
)
def test_what_the_leader_corrects_is_told_from_and_to(
    parts: list[list[Event]], corrected: tuple[str, str], *, refused: bool
) -> None:
    rows = read_log(*parts)
    assert (rows.turns[-1].corrected_from, rows.turns[-1].corrected_to) == corrected
    assert rows.recognitions[0].proposed == "mandaat"
    assert rows.recognitions[0].refused is refused
    assert (rows.recognitions[0].instructive >= OF_A_REFUSAL) is refused
    assert rows.conversation
    assert rows.conversation.corrected is bool(corrected[0])


def test_a_bottleneck_that_is_named_at_once_was_not_proposed() -> None:
    (found,) = read_log(user("mijn rol"), slots(bottleneck="rol", proposed_bottleneck="rol")).recognitions
    assert (found.proposed, found.refused) == ("", False)


DANGER = [user("een kind wordt geslagen", "crisis"), *slots(paused="danger", danger="home")]
CHECK = [user("het doet pijn", "crisis", 0.5), *slots(paused="check", set_aside={"text": "het doet pijn"})]
MISREAD = [user("nee, verkeerd begrepen"), bot("We gaan verder.", "utter_misread"), *slots(paused=None)]


@pytest.mark.parametrize(
    ("parts", "danger"),
    [
        ([DANGER], True),
        ([CHECK], True),
        ([DANGER, user("verder", "resume"), slots(paused=None, danger=None)], True),
        ([DANGER, MISREAD], False),
        ([CHECK, MISREAD], False),
        ([DANGER, user("verder", "resume"), slots(paused=None, danger=None), CHECK, MISREAD], True),
        ([user("een 8")], False),
    ],
)
def test_danger_stands_until_the_leader_takes_it_back(parts: list[list[Event]], *, danger: bool) -> None:
    assert conversation(*parts).danger is danger


@pytest.mark.parametrize(
    ("parts", "reached"),
    [
        (PROPOSED, Reached.TOLD),
        (CONFIRMED, Reached.RECOGNISED),
        (OPENED, Reached.REFLECTING),
        (ANSWERED, Reached.HARVEST),
        (STEPPED, Reached.STEP),
        (ENDED, Reached.COMPLETED),
        ([*STEPPED, *slots(outcome="stopped"), action("action_hand_off"), *slots(**NEW_ROUND)], Reached.STEP),
    ],
)
def test_how_far_a_conversation_came(parts: list[Event], reached: int) -> None:
    assert conversation(parts).reached == reached


def test_a_conversation_keeps_what_its_rounds_came_to() -> None:
    again = [user("mijn rol"), *slots(bottleneck="rol", proposed_bottleneck="rol")]
    found = conversation(GREETED, ENDED, again)
    assert (found.channel, found.messages, found.bottleneck) == ("website", 10, "rol")
    assert (found.level, found.sectors) == ("management", ",zorg,")
    assert (found.first_step, found.step_when, found.step_with_whom) == (*["dinsdag bel ik Karin"] * 2, "")
    assert (found.confidence, found.rating, found.felt_heard) == (8, 4, "ja")
    assert found.started_at == datetime.fromtimestamp(BEGAN + 2, UTC)
    assert found.last_at > found.started_at


def test_felt_heard_in_other_words_is_no_choice() -> None:
    assert conversation(user("best wel hoor"), slots(felt_heard="best wel hoor")).felt_heard == ""


def test_each_round_has_its_reflections_as_they_stood_at_its_end() -> None:
    changed = slots(ondersteun_en_faciliteer="mijn directeur gaat mee", deepened=["ondersteun_en_faciliteer"])
    second = {**NEW_ROUND, "bottleneck": "rol"}
    parts = [
        ANSWERED,
        changed,
        user("nu mijn rol"),
        slots(**second),
        bot("Nu je rol."),
        slots(opened=["weeg_af_en_kies"]),
    ]
    elsewhere = slots(weeg_af_en_kies="ik kies", said_elsewhere={"gun_het_tijd": "dat duurt een jaar"})
    rows = read_log(*parts, user("ik kies"), elsewhere)
    found = [
        (item.round, item.position, item.principle, item.bottleneck, item.answer, item.deepened, item.skipped)
        for item in rows.reflections
    ]
    assert found == [
        (1, 1, "ondersteun_en_faciliteer", "mandaat", "mijn directeur gaat mee", True, False),
        (1, 2, "verbind_met_binnen", "mandaat", "", False, True),
        (2, 1, "weeg_af_en_kies", "rol", "ik kies", False, False),
        (2, 2, "gun_het_tijd", "rol", "dat duurt een jaar", False, False),
    ]
    assert not any(turn.corrected_from for turn in rows.turns)


def test_a_hand_off_is_kept_as_it_was_agreed_to_with_its_address_apart() -> None:
    rows = read_log(CONSENTED)
    (handoff,), (address,) = rows.handoffs, rows.addresses
    assert (handoff.id, handoff.text, handoff.status) == ("h1", AGREED["text"], "wacht")
    assert handoff.consented_at == handoff.next_attempt_at == datetime(2026, 11, 28, 12, tzinfo=UTC)
    assert (address.handoff_id, address.address) == ("h1", "petra@school.nl")
    assert rows.conversation
    assert rows.conversation.handed_off


def test_one_that_was_taken_back_is_no_hand_off_any_more() -> None:
    rows = read_log(WITHDRAWN)
    assert rows.handoffs[0].withdrawn_at
    assert rows.handoffs[0].status == "ingetrokken"
    assert rows.conversation
    assert not rows.conversation.handed_off


def test_every_hand_off_is_kept_and_not_the_last_alone() -> None:
    second = {**AGREED, "id": "h2", "consented_at": "morgen"}
    rows = read_log(WITHDRAWN, user("ja", "affirm"), slots(handoff=second))
    assert [(handoff.id, handoff.withdrawn_at is None) for handoff in rows.handoffs] == [("h1", False), ("h2", True)]


def test_the_reply_address_shows_nowhere_even_where_the_masker_misses_it() -> None:
    rows = read_log(WITHDRAWN)
    shown = json.dumps([[turn.said, turn.replies] for turn in rows.turns]) + (rows.words.text if rows.words else "")
    assert "school.nl" not in shown.lower()
    assert "Dat is [ANTWOORDADRES]" in shown


def test_the_mask_learns_from_all_that_was_typed_and_from_nothing_else() -> None:
    masks: list[PlainMask] = []

    def mask_of(said: Any) -> PlainMask:
        masks.append(PlainMask(said))
        return masks[-1]

    read_log(GREETED, CONFIRMED, user("manager"), mask_of=mask_of)
    assert [mask.said for mask in masks] == [[STORY, "manager"]]


def test_the_leaders_words_are_masked_wherever_they_stand() -> None:
    quoting = [
        bot("Dus: “dinsdag bel ik Karin”. Klopt Karin?", "utter_reflect", {"Ja, Karin": "/affirm"}),
        bot(None, "utter_mail_link", custom={"type": "link", "url": "mailto:x?body=Karin"}),
        bot(None, custom={"type": "summary", "lines": [["first_step", "", "Karin"]]}),
        user("/affirm", "affirm"),
    ]
    principle = slots(gun_het_tijd="tijd voor Karin", said_elsewhere={"weeg_af_en_kies": "Karin kiest"})
    rows = read_log(CONSENTED, principle, quoting, mask_of=hiding("Karin"))
    everything = [rows.conversation, rows.words, *rows.turns, *rows.recognitions, *rows.reflections, *rows.handoffs]
    shown = repr([vars(row) for row in everything])
    assert "Karin" not in shown
    assert rows.turns[-1].said == "Ja, [NAAM-1]"
    assert [(reply["text"], reply["options"]) for reply in rows.turns[-2].replies] == [
        ("Dus: “dinsdag bel ik [NAAM-1]”. Klopt [NAAM-1]?", ["Ja, [NAAM-1]"])
    ]


def test_what_is_not_known_is_passed_over_and_counted() -> None:
    known = log(CONFIRMED)
    unknown = [json.dumps({"event": "stack", "update": "[]"}), "geen json", "[]", "null", json.dumps({"text": "x"})]
    rows = read("CODE", [*known[:4], *unknown, *known[4:]], PlainMask)
    assert rows.skipped == len(unknown)
    assert [vars(turn)["said"] for turn in rows.turns] == [turn.said for turn in read("CODE", known, PlainMask).turns]


JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from([-1e300, "\0", "\ud800", 10**400]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)
PATHS = [
    ("event",), ("timestamp",), ("text",), ("input_channel",), ("metadata",), ("metadata", "step"), ("name",),
    ("value",), ("metadata", "utter_action"), ("data",), ("data", "buttons"), ("parse_data",), ("parse_data", "intent"),
    ("parse_data", "intent", "name"), ("parse_data", "intent", "confidence"), ("parse_data", "intent_ranking"),
    ("parse_data", "entities"), ("parse_data", "clauses"), ("parse_data", "themes"), ("parse_data", "danger"),
    ("value", "id"), ("value", "consented_at"), ("value", "text"), ("value", "reply_address"), ("value", "withdrawn"),
]  # fmt: skip
WHOLE = [json.loads(row) for row in log(GREETED, WITHDRAWN, DANGER, MISREAD, ENDED)]


def _replace(inner: Any, path: tuple[str, ...], value: Any) -> None:
    """Put `value` at the path's end, where there is a place for it."""
    for step in path[:-1]:
        inner = inner.get(step) if isinstance(inner, dict) else None
    if isinstance(inner, dict):
        inner[path[-1]] = value


@settings(deadline=None, max_examples=150)
@given(st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.sampled_from(PATHS), JUNK), max_size=6))
def test_whatever_stands_in_an_event_a_conversation_can_be_read(changes: list[tuple[int, Any, Any]]) -> None:
    changed = json.loads(json.dumps(WHOLE))
    for place, path, junk in changes:
        _replace(changed[place], path, junk)
    rows = read("CODE", [json.dumps(event) for event in changed], PlainMask)
    assert rows.conversation
    assert rows.conversation.reached in Reached.values
    assert {item.principle for item in rows.reflections} <= set(Principle)


def test_a_code_is_ten_characters_that_cannot_be_confused_and_tells_a_new_beginning() -> None:
    codes = {code_of(sender, began) for sender in ("a", "b") for began in (BEGAN, BEGAN + 1)}
    assert len(codes) == 4
    assert all(len(code) == 10 and set(code) <= set(ALPHABET) for code in codes)
    assert not set("OILU") & set(ALPHABET)
    assert code_of("a", BEGAN) == code_of("a", BEGAN)
