from dataclasses import replace
from typing import Any

import pytest

from coach.danger import SURE, react
from coach.message import Message, Taken
from coach.route import CHOICE, NEW_ROUND, State, bottleneck_question, next_question
from coach.taking import decides, take
from tests.coach.messages import message

KNOWN = {"bottleneck": "mandaat", "situation": "verhaal", "level": "management", "sector": ["zorg"]}


def entity(name: str, value: str, role: str | None = None) -> dict[str, Any]:
    return {"entity": name, "value": value, "start": 0, "end": 0, **({"role": role} if role else {})}


def ranking(**certainties: float) -> list[dict[str, Any]]:
    return [{"name": f"bottleneck_{name}", "confidence": value} for name, value in certainties.items()]


def test_a_story_proposes_its_bottleneck_and_is_kept() -> None:
    story = message("ik mag aan die tafel niks beslissen zonder mijn baas", "bottleneck_mandaat")
    changes = take(State({}), story).changes
    assert changes["proposed_bottleneck"] == "mandaat"
    assert changes["situation"] == story.text


def test_two_close_bottlenecks_are_both_kept_and_the_other_survives_the_choice() -> None:
    two = message(
        "wie doet wat, en wie mag wat, ik weet het niet meer",
        "bottleneck_rol",
        0.4,
        ranking=ranking(rol=0.4, mandaat=0.35, structuur=0.1),
    )
    changes = take(State({}), two).changes
    assert (changes["proposed_bottleneck"], changes["second_bottleneck"]) == ("rol", "mandaat")
    chosen = take(State(changes), message("mandaat", "bottleneck_mandaat", entities=[entity("bottleneck", "mandaat")]))
    assert (chosen.changes["bottleneck"], chosen.changes["second_bottleneck"]) == ("mandaat", "rol")


def test_of_two_bottlenecks_the_one_told_first_comes_first() -> None:
    two = message(
        "niemand weet wie wat doet, en ik mag ook nog niks tekenen",
        "bottleneck_mandaat",
        0.6,
        ranking=ranking(mandaat=0.6, rol=0.3),
        clauses={"niemand weet wie wat doet": "bottleneck_rol", "ik mag ook nog niks tekenen": "bottleneck_mandaat"},
    )
    changes = take(State({}), two).changes
    assert (changes["proposed_bottleneck"], changes["second_bottleneck"]) == ("rol", "mandaat")
    no = message("nee, eerder mijn rol", "deny", entities=[entity("bottleneck", "rol")])
    assert take(State(changes), no).changes["bottleneck"] == "rol"


@pytest.mark.parametrize(
    ("certainties", "proposed"),
    [({"mandaat": 0.3, "rol": 0.1}, "mandaat"), ({"mandaat": 0.1}, None), ({"unclear": 0.4, "rol": 0.25}, None)],
)
def test_an_ordinary_answer_about_a_bottleneck_still_tells_of_it(certainties: dict, proposed: str | None) -> None:
    answer = message("ze kijken naar mij en ik kijk naar boven", "give_answer", 0.35, ranking=ranking(**certainties))
    assert take(State({}), answer).changes.get("proposed_bottleneck") == proposed


@pytest.mark.parametrize("text", ["ja", "klopt", "ja precies. ik ben manager bij jeugdhulp trouwens"])
def test_a_yes_confirms(text: str) -> None:
    assert take(State({"proposed_bottleneck": "rol"}), message(text, "affirm")).changes["bottleneck"] == "rol"


def test_of_two_that_were_named_none_is_lost_while_none_is_chosen() -> None:
    two = State({"proposed_bottleneck": "rol", "second_bottleneck": "mandaat"})
    after = two.with_slots(**take(two, message("een gezamenlijk potje", "bottleneck_unclear")).changes)
    assert (after["proposed_bottleneck"], after["second_bottleneck"]) == ("rol", "mandaat")


@pytest.mark.parametrize(
    "text",
    [
        "het gaat toch meer over mijn rol",
        "bij nader inzien is mijn rol het probleem",
        "ik wil het liever over mijn rol hebben",
        "eigenlijk gaat het om mijn rol",
    ],
)
def test_a_leader_can_come_to_see_another_bottleneck_and_keeps_what_was_answered(text: str) -> None:
    start = text.index("rol")
    label = [{"entity": "bottleneck", "value": "rol", "start": start, "end": start + 3}]
    state = State({**KNOWN, "ondersteun_en_faciliteer": "wij geven uren", "current_principle": "verbind_met_binnen"})
    said = message(text, "bottleneck_rol", entities=label)
    assert decides(state, said)
    after = state.with_slots(**take(state, said).changes)
    assert (after["bottleneck"], after["current_principle"]) == ("rol", None)
    assert after["ondersteun_en_faciliteer"] == "wij geven uren"


@pytest.mark.parametrize("text", ["mijn rol is daar dat ik de agenda maak", "wat is mijn rol dan eigenlijk?"])
def test_an_answer_with_the_word_in_it_changes_no_bottleneck(text: str) -> None:
    start = text.index("rol")
    label = [{"entity": "bottleneck", "value": "rol", "start": start, "end": start + 3}]
    state = State({**KNOWN, "current_principle": "verbind_met_binnen"})
    assert "bottleneck" not in take(state, message(text, entities=label)).changes


@pytest.mark.parametrize("text", ["ja", "nee", "klopt"])
def test_a_yes_to_nothing_is_no_trouble_to_ask_on_about(text: str) -> None:
    assert take(State({}), message(text, "affirm")).changes == {}


def test_outside_the_task_between_two_questions_brings_the_choice_nearer() -> None:
    asked = State({"clarifications": 2.0})
    weather = message("wat voor weer wordt het", "out_of_scope")
    assert decides(asked, weather)
    assert take(asked, weather).changes == {"clarifications": 3.0}
    assert not decides(State({}), weather)
    assert not decides(State({"proposed_bottleneck": "rol"}), weather)


def test_a_correction_takes_one_turn() -> None:
    correction = message("nee, eerder mijn rol", "deny", entities=[entity("bottleneck", "rol")])
    assert take(State({"proposed_bottleneck": "mandaat"}), correction).changes["bottleneck"] == "rol"


def test_a_bare_no_takes_the_proposal_back() -> None:
    changes = take(State({"proposed_bottleneck": "mandaat"}), message("nee", "deny")).changes
    assert changes == {"proposed_bottleneck": None, "corrected": True}


def test_level_and_sector_are_taken_wherever_the_leader_says_them_of_themselves() -> None:
    said = message(
        "ik ben schoolleider", entities=[entity("level", "management", "self"), entity("sector", "onderwijs", "self")]
    )
    assert take(State({}), said).changes["level"] == "management"
    others = message("mijn bestuurder wil niet zomaar tekenen", entities=[entity("level", "bestuur", "other")])
    assert "level" not in take(State(KNOWN), others).changes


def test_the_place_is_no_answer_to_the_question_after_it() -> None:
    state = State({**KNOWN, "level": None, "sector": None})
    said = message(
        "ik ben ib'er op een basisschool",
        entities=[entity("level", "uitvoering", "self"), entity("sector", "onderwijs", "self")],
    )
    assert take(state, said).changes == {"level": "uitvoering", "sector": ["onderwijs"]}


def test_an_unknown_place_is_asked_only_once() -> None:
    assert take(State({**KNOWN, "level": None}), message("dat doet er niet toe")).changes == {"skipped": ["level"]}


def test_an_answer_is_kept_and_given_back() -> None:
    taken = take(State(KNOWN), message("Nou dat wij twee uur per week iemand op school neerzetten"))
    assert taken.changes == {"ondersteun_en_faciliteer": "Nou dat wij twee uur per week iemand op school neerzetten"}
    words = "dat wij twee uur per week iemand op school neerzetten"
    values = {"fragment": words, "turned": None, "asked": "ondersteun_en_faciliteer"}
    assert taken.said == [("utter_reflect", values)]


def test_a_thin_answer_is_deepened_once() -> None:
    first = take(State(KNOWN), message("weet niet", "unsure")).changes
    assert first == {"deepened": ["ondersteun_en_faciliteer"], "deepening": "ondersteun_en_faciliteer"}
    assert "ondersteun_en_faciliteer" in take(State({**KNOWN, **first}), message("te druk")).changes


@pytest.mark.parametrize(("command", "outcome"), [("stop", "stopped"), ("delete_my_data", "erased")])
def test_a_command_is_done_after_a_yes_only(command: str, outcome: str) -> None:
    state = State({**KNOWN, "pending_command": command})
    assert take(state, message("ja", "affirm")).changes["outcome"] == outcome
    assert take(state, message("nee", "deny")).changes == {"pending_command": None}
    assert take(state, message("hoezo dat dan")).changes == {"pending_command": None}


def test_starting_over_forgets_the_round_but_not_who_the_leader_is() -> None:
    taken = take(State({**KNOWN, "pending_command": "start_over"}), message("ja", "affirm"))
    assert taken.changes == dict.fromkeys(("bottleneck", "situation", "pending_command"))
    assert not {"level", "sector", "welcomed"} & set(NEW_ROUND)


def test_danger_waits_for_the_leader() -> None:
    state = State({**KNOWN, "paused": "danger"})
    assert take(state, message("en wat dan met die vergadering")).changes == {}
    assert take(state, message("verder", "resume")).changes == {"paused": None}
    assert take(state, message("nee", "deny")).changes["outcome"] == "stopped"
    for intent in ("ask_help", "ask_contact", "ask_explanation", "skip", "insult"):
        assert decides(state, message("moet ik nu bellen", intent))
        assert take(state, message("moet ik nu bellen", intent)).said == [("utter_danger_question", {})]
    assert not decides(state, message("ben je een mens", "ask_bot_identity"))
    for doubt in (
        "het is een vermoeden, ik heb niks gezien",
        "nee, ik weet het niet zeker",
        "ja maar misschien overdrijf ik",
    ):
        assert take(state, message(doubt, "unsure")).said == [("utter_danger_doubt", {})]
    # That the number was seen is no wish to go on.
    for seen in (message("ok dank je", "thank"), message("oké", "affirm")):
        assert decides(state, seen)
        assert take(state, seen) == Taken({})
    assert take(state, message("ja graag", "affirm")).changes == {"paused": None}


def test_after_a_break_an_answer_is_an_answer() -> None:
    taken = take(State({**KNOWN, "paused": "break"}), message("we hebben daar nu drie uur per week voor"))
    assert taken.changes["paused"] is None
    assert taken.changes["ondersteun_en_faciliteer"]


def test_confidence_is_asked_twice_at_most() -> None:
    state = State(
        {
            **KNOWN,
            "skipped": ["gun_het_tijd"],
            "weeg_af_en_kies": "x",
            "verbind_met_binnen": "x",
            "ondersteun_en_faciliteer": "x",
            "summary_check": "x",
            "first_step": "bellen",
            "step_when": "morgen",
            "step_with_whom": "de school",
        }
    )
    assert take(state, message("een zeven")).changes == {"confidence": 7.0, "band": "high"}
    first = take(state, message("geen idee", "unsure")).changes
    assert first == {"deepened": ["confidence"]}
    assert "confidence" in take(State({**state.slots, **first}), message("geen idee", "unsure")).changes["skipped"]


@pytest.mark.parametrize(
    ("text", "intent", "outcome"),
    [
        ("zeker niet", "deny", None),
        ("ja nee, toch maar niet", "affirm", None),
        ("ja, maar eerst wil ik weten waar het overleg nu eigenlijk over gaat", "affirm", None),
        ("wis het nu maar", "delete_my_data", "erased"),
    ],
)
def test_erasing_takes_a_plain_yes_or_the_same_wish_again(text: str, intent: str, outcome: str | None) -> None:
    state = State({**KNOWN, "pending_command": "delete_my_data"})
    taken = take(state, message(text, intent))
    assert taken.changes["pending_command"] is None
    assert taken.changes.get("outcome") == outcome


@pytest.mark.parametrize("intent", ["delete_my_data", "go_back", "resume"])
def test_what_answers_a_question_asked_back_is_no_new_command(intent: str) -> None:
    assert decides(State({**KNOWN, "pending_command": "delete_my_data"}), message("x", intent))
    assert not decides(State({**KNOWN, "pending_command": "delete_my_data"}), message("x", "ask_privacy"))


def test_after_a_break_a_long_no_is_an_answer() -> None:
    taken = take(
        State({**KNOWN, "paused": "break"}), message("nee, mijn bestuurder wil daar nooit uren voor geven", "deny")
    )
    assert "outcome" not in taken.changes
    assert taken.changes["ondersteun_en_faciliteer"] == "nee, mijn bestuurder wil daar nooit uren voor geven"


@pytest.mark.parametrize("question", ["situation", "first_step"])
def test_no_answer_is_asked_once_more_and_then_left_open(question: str) -> None:
    principles = ("weeg_af_en_kies", "ondersteun_en_faciliteer", "gun_het_tijd", "verbind_met_binnen")
    slots = {
        **KNOWN,
        **dict.fromkeys(principles, "x"),
        "summary_check": "x",
        "situation": None if question == "situation" else "x",
    }
    unknown = message("weet ik niet", "unsure")
    first = take(State(slots), unknown).changes
    assert first == {"deepened": [question]}
    assert take(State({**slots, **first}), unknown).changes == {"skipped": [question]}


def test_what_it_is_not_is_no_choice() -> None:
    text = "nee, het is niet mijn rol"
    label = {**entity("bottleneck", "rol"), "start": text.index("mijn rol")}
    taken = take(State({"proposed_bottleneck": "mandaat"}), message(text, "deny", entities=[label]))
    assert taken.changes.get("bottleneck") is None


def test_doubt_about_a_step_is_a_step() -> None:
    principles = ("weeg_af_en_kies", "ondersteun_en_faciliteer", "gun_het_tijd", "verbind_met_binnen")
    state = State({**KNOWN, **dict.fromkeys(principles, "x"), "summary_check": "x"})
    step = message("hm misschien m'n manager vragen om een uurtje", "unsure")
    assert take(state, step).changes == {"first_step": step.text, "step_with_whom": step.text}


@pytest.mark.parametrize("text", ["wat is je advies?", "snap je wel wat voor werk ik doe?"])
def test_a_question_to_the_coach_is_no_answer(text: str) -> None:
    taken = take(State(KNOWN), message(text))
    assert taken.changes == {}
    assert [response for response, _ in taken.said] == ["utter_not_for_me"]


def test_a_question_without_a_you_may_be_an_answer() -> None:
    text = "wie gaat er over dat geld als het tussen de gemeente en de school in ligt?"
    assert take(State(KNOWN), message(text)).changes["ondersteun_en_faciliteer"] == text


def test_what_is_still_not_known_after_deepening_is_not_kept() -> None:
    unknown = message("weet ik echt niet", "unsure")
    first = take(State(KNOWN), unknown).changes
    taken = take(State({**KNOWN, **first}), unknown)
    assert taken.changes == {"skipped": ["ondersteun_en_faciliteer"], "deepening": None}


def test_who_only_says_where_they_work_has_not_answered_yet() -> None:
    text = "ik ben trouwens wethouder in een kleine gemeente"
    entities = [
        {**entity("level", "bestuur", "self"), "start": 16, "end": 25},
        {**entity("sector", "gemeente", "self"), "start": 40, "end": 48},
    ]
    for state in (State({"bottleneck": "mandaat", "situation": "verhaal"}), State({})):
        taken = take(state, message(text, "bottleneck_rol", entities=entities))
        assert taken.changes == {"level": "bestuur", "sector": ["gemeente"]}
    story = "als wethouder mag ik niks beslissen"
    told = message(story, "bottleneck_mandaat", entities=[{**entities[0], "start": 4, "end": 13}])
    assert take(State({}), told).changes["proposed_bottleneck"] == "mandaat"


def test_doubt_about_a_proposal_keeps_it_and_asks_again() -> None:
    doubt = message("hm, rol? weet ik niet hoor", "unsure", entities=[entity("bottleneck", "rol")])
    taken = take(State({"proposed_bottleneck": "rol"}), doubt)
    assert taken.changes == {"clarifications": 1.0}
    assert [response for response, _ in taken.said] == ["utter_doubt_heard"]
    # Nobody is asked for ever: then the three are explained.
    again = State({"proposed_bottleneck": "rol", "clarifications": 2.0})
    assert next_question(again.with_slots(**take(again, doubt).changes)) == "bottleneck"
    assert bottleneck_question(again.with_slots(**take(again, doubt).changes)) == CHOICE


def test_who_chooses_none_of_the_three_begins_somewhere() -> None:
    state = State({"clarifications": 3.0, "welcomed": True})
    ranking = [{"name": "give_answer", "confidence": 0.4}, {"name": "bottleneck_structuur", "confidence": 0.1}]
    vague = Message("tja", "unsure", 0.9, [], ranking)
    again = take(state, vague)
    assert again.changes == {"clarifications": 4.0}
    begun = take(state.with_slots(**again.changes), vague)
    assert begun.changes["bottleneck"] == "structuur"
    assert begun.said == [("utter_begin_somewhere", {"bottleneck": "structuur"})]
    skipped = Message("sla over", "skip", 0.9, [], ranking)
    assert decides(state, skipped)
    assert take(state, skipped).changes["bottleneck"] == "structuur"


def test_what_is_told_instead_of_a_place_is_heard() -> None:
    state = State({**KNOWN, "level": None})
    taken = take(state, message("ik huil soms in de auto"))
    assert "ik huil soms in de auto" in taken.changes["situation"]
    assert taken.said == [("utter_story_heard", {})]
    assert take(state, message("management")).said == []


def test_after_a_story_or_the_other_of_the_two_a_place_is_asked_once_more() -> None:
    state = State({**KNOWN, "level": None, "sector": None})
    for instead in (
        message("ik huil soms in de auto"),
        message("basisschool", entities=[entity("sector", "onderwijs")]),
    ):
        after = state.with_slots(**take(state, instead).changes)
        assert next_question(after) == "level"
        assert take(after, message("ik huil ook op de fiets")).changes["skipped"] == ["level"]
    heard = take(state, message("basisschool", entities=[entity("sector", "onderwijs")]))
    assert [response for response, _ in heard.said] == ["utter_reflect_place"]
    others = message("dat ligt bij de gemeente", entities=[entity("sector", "gemeente", "other")])
    taken = take(state.with_slots(sector=["zorg"]), others)
    assert (taken.changes, taken.said) == ({"skipped": ["level"]}, [])


def test_a_place_is_given_back_also_when_more_is_told_with_it() -> None:
    state = State({**KNOWN, "level": None})
    text = "ik leid een cluster, honderdtwintig mensen onder me en nul handtekeningen"
    taken = take(state, message(text, entities=[entity("level", "management")]))
    assert text in taken.changes["situation"]
    assert [response for response, _ in taken.said] == ["utter_reflect_place"]


ASIDE = {
    "text": "ik slaap er niet van, thuis is het ook niks",
    "entities": [],
    "ranking": [{"name": "crisis", "confidence": 0.4}],
}
CHECKED = State({**KNOWN, "paused": "check", "set_aside": ASIDE})


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("nee, het gaat over mijn werk", "deny"),
        ("nee", "deny"),
        ("verder", "resume"),
        ("zo bedoelde ik het niet", "unsure"),
    ],
)
def test_what_was_no_danger_is_taken_as_the_answer_it_was(text: str, intent: str) -> None:
    taken = take(CHECKED, message(text, intent))
    assert taken.changes["ondersteun_en_faciliteer"] == ASIDE["text"]
    assert (taken.changes["paused"], taken.changes["set_aside"]) == (None, None)
    assert taken.said[0] == ("utter_misread", {})


def test_after_the_check_nobody_is_told_that_it_is_outside_the_task() -> None:
    outside = {**ASIDE, "ranking": [{"name": name, "confidence": 0.4} for name in ("crisis", "out_of_scope", "unsure")]}
    taken = take(State({"paused": "check", "set_aside": outside}), message("nee, ik ben gewoon moe", "deny"))
    assert taken.said == [("utter_misread", {})]


def test_two_bottlenecks_are_still_two_after_the_check() -> None:
    text = "ik word er naar van, niemand weet wie de kar trekt en ik mag niks beslissen"
    clauses = {"niemand weet wie de kar trekt": "bottleneck_rol", "en ik mag niks beslissen": "bottleneck_mandaat"}
    told = message(text, "crisis", 0.4, ranking=ranking(rol=0.5, mandaat=0.01), clauses=clauses)
    asked = react(State({}), told).changes
    taken = take(State(asked), message("nee", "deny"))
    assert (taken.changes["proposed_bottleneck"], taken.changes["second_bottleneck"]) == ("rol", "mandaat")


def test_what_is_told_instead_of_a_no_is_added_to_it() -> None:
    taken = take(CHECKED, message("het zijn de overleggen die me opbreken, elke week weer"))
    assert taken.changes["ondersteun_en_faciliteer"].endswith("elke week weer")
    assert taken.changes["ondersteun_en_faciliteer"].startswith("ik slaap er niet van")


OF_A_CHILD = {"kind": {"home": 0.8, "suicide": 0.2}, "to": {"child": 0.9}, "now": {"true": 0.7}}


@pytest.mark.parametrize(("text", "intent"), [("ja", "affirm"), ("ik weet het niet zeker", "unsure")])
def test_a_yes_or_a_doubt_refers_to_who_can_help_with_what_was_told(text: str, intent: str) -> None:
    told = replace(message("hij kwam weer zonder jas", "crisis", SURE - 0.1), danger=OF_A_CHILD)
    asked = react(State(KNOWN), told).changes
    taken = take(State({**KNOWN, **asked}), message(text, intent))
    assert taken.changes["paused"] == "danger"
    assert taken.said == [("utter_danger", {"danger": "home", "danger_to": "child", "danger_now": True})]


def test_what_is_told_after_the_check_adds_to_what_was_told_before() -> None:
    told = replace(message("hij kwam weer zonder jas", "crisis", SURE - 0.1), danger=OF_A_CHILD)
    more = replace(message("en hij zegt dat hij dood wil", "crisis", 0.9), danger={"kind": {"suicide": 0.9}})
    said = react(State({**KNOWN, **react(State(KNOWN), told).changes}), more).said
    assert said == [("utter_danger", {"danger": "suicide", "danger_to": "child", "danger_now": True})]


def test_a_vague_word_more_of_danger_does_not_undo_what_is_known() -> None:
    known = State({**KNOWN, "paused": "danger", "danger": "suicide", "danger_to": "leader"})
    said = react(known, message("ik kan niet meer", "crisis", 0.9)).said
    assert said == [("utter_danger", {"danger": "suicide", "danger_to": "leader", "danger_now": False})]


def test_who_stops_at_the_check_is_let_go() -> None:
    assert take(CHECKED, message("stop", "stop")).changes["outcome"] == "stopped"
