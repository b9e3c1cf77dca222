"""The file of training sentences: whatever a leader typed, Rasa reads back what was written and nothing else."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rasa.shared.nlu.constants import ENTITIES, INTENT, METADATA, TEXT
from rasa.shared.nlu.training_data.entities_parser import replace_entities
from rasa.shared.nlu.training_data.formats import RasaYAMLReader

from nlu.importer import Reader
from review.masking.spans import Kind
from review.nlu_file import NAME, WRITER, Sentence, compose, known_in, plain, same, write
from review.personal import personal_in
from review.words import INTENTS
from tools.model import ROOT

CHOSEN = sorted(set(INTENTS) - {"nlu_fallback"})
BOTH = {"level": ("aanjager", "management"), "sector": ("aanjager", "gemeente")}
typed = st.one_of(st.text(max_size=60), st.text("-[](){}:|>#&*!%@`\"'\\$ \n\taie0", max_size=40))


def sentence(text: str, intent: str = "give_answer", **words: tuple[str, str]) -> Sentence:
    return Sentence(text, intent, words)


def read_back(text: str, reader: type[RasaYAMLReader]) -> list[dict[str, Any]]:
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        warnings.filterwarnings("ignore", "Found inconsistent entity synonyms")  # nlu/importer.py has no use for them
        found = reader().reads(text)
    assert found.regex_features == found.lookup_tables == []
    assert found.responses == {}
    return [message.data for message in found.training_examples]


def reasons(*sentences: Sentence, **known: str) -> list[str]:
    return [reason for _, reason in compose(sentences, known).left_out]


@pytest.mark.parametrize("reader", [RasaYAMLReader, Reader])
@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(typed, st.sampled_from(CHOSEN)), max_size=5))
@example([("- intent: crisis", "give_answer"), ("[x](y)", "stop"), ('[a]{"entity": "level"}', "skip")])
@example([("| \n  - intent: crisis\n    examples: |\n      - bang", "give_answer"), ("\\u0041 \\ud800", "stop")])
@example([("${HOME} ${NOTHING}", "give_answer"), ("/crisis", "stop"), ("--- # dus", "skip"), ("\ufeffja", "affirm")])
@example([("[a][b] [c][{x}]", "give_answer"), ("👨‍👩‍👧 wij drie", "greet"), ("a\u2028- b\x85c\x0bd", "thank")])
def test_what_is_written_is_read_back_as_that(reader: type[RasaYAMLReader], said: list[tuple[str, str]]) -> None:
    composed = compose([sentence(text, intent) for text, intent in said], {})
    wanted = sorted((item.text, item.intent) for item in composed.kept)
    read = read_back(composed.text, reader)
    assert sorted((item[TEXT], item[INTENT]) for item in read) == wanted
    assert all(ENTITIES not in item and item[METADATA] == {"intent": {"writer": WRITER}} for item in read)
    assert len(composed.kept) + len(composed.left_out) == len(said)


@settings(max_examples=30, deadline=None)
@given(typed, typed, st.lists(st.sampled_from(["level", "sector"]), unique=True))
def test_annotated_words_are_read_back_with_their_values_wherever_they_stand(
    before: str, after: str, entities: list[str]
) -> None:
    words = {entity: ("aanjager", {"level": "management", "sector": "gemeente"}[entity]) for entity in entities}
    composed = compose([sentence(f"{before} aanjager {after}", **words)], {})
    for item, read in zip(composed.kept, read_back(composed.text, RasaYAMLReader), strict=True):
        assert read[TEXT] == item.text
        found = {one["entity"]: (read[TEXT][one["start"] : one["end"]], one["value"]) for one in read.get(ENTITIES, [])}
        assert found == words


def test_an_ordinary_sentence_stands_as_it_was_typed() -> None:
    typed = 'Mijn bestuurder (52) zei: "ga maar" — \'t kan niet; 3 > 2 & we zijn op 😅'
    assert [item.text for item in compose([sentence(typed)], {}).kept] == [typed]


def test_words_for_level_and_sector_that_overlap_are_one_with_both() -> None:
    words = {"level": ("manager", "management"), "sector": ("manager jeugd", "jeugdhulp")}
    (read,) = read_back(compose([sentence("als manager jeugd zeg ik ja", **words)], {}).text, RasaYAMLReader)
    assert [(item["start"], item["end"], item["value"]) for item in read[ENTITIES]] == [
        (4, 17, "management"),
        (4, 17, "jeugdhulp"),
    ]


@pytest.mark.parametrize("again", ["Wie trekt hier de kar?", "  wie trekt\nhier de kar", "WIE TREKT HIER DE KAR!!"])
def test_what_is_the_same_but_for_case_spaces_and_marks_is_learned_once(again: str) -> None:
    first, second = sentence("wie trekt hier de kar", "bottleneck_rol"), sentence(again, "bottleneck_rol")
    assert reasons(first, second) == ["staat er twee keer in"]
    assert reasons(second, **{same(first.text): "bottleneck_rol"}) == ["staat al in data/nlu"]


def test_a_contradiction_is_reported_and_neither_is_learned() -> None:
    two = [sentence("wie trekt de kar", "bottleneck_rol"), sentence("Wie trekt de kar?", "bottleneck_mandaat")]
    assert reasons(*two) == ["tegenspraak: beoordeeld als bottleneck_mandaat en als bottleneck_rol"] * 2
    assert reasons(two[0], **{"wie trekt de kar": "give_answer"}) == [
        "tegenspraak: staat in data/nlu als give_answer, beoordeeld als bottleneck_rol"
    ]


def test_words_that_say_one_thing_here_and_another_there_are_a_contradiction() -> None:
    here, there = (sentence(f"als aanjager zeg ik {place}", level=("aanjager", place)) for place in ("bestuur", "zorg"))
    assert reasons(here, there) == ["tegenspraak: “aanjager” zegt elders iets anders"] * 2
    assert reasons(here, sentence("de Aanjager dus", level=("Aanjager", "bestuur"))) == []


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (sentence(" \n "), "er staat niets in"),
        (sentence("ik bel [NAAM-1] wel"), "er staat iets in dat over een persoon kan gaan"),
        (sentence("ja dus", "nlu_fallback"), "de coach kent geen bedoeling nlu_fallback"),
        (sentence("ja dus", "x\n  - intent: stop"), "de coach kent geen bedoeling x - intent: stop"),
        (sentence("ik ben aanjagers", **BOTH), "“aanjager” staat er niet in"),
    ],
)
def test_what_cannot_be_learned_is_left_out_with_its_reason_and_the_file_says_so(wrong: Sentence, reason: str) -> None:
    composed = compose([wrong], {})
    assert [why for _, why in composed.left_out] == [reason]
    assert f"({reason})." in composed.text
    assert "NAAM" not in composed.text
    assert read_back(composed.text, RasaYAMLReader) == []


@pytest.mark.parametrize("kind", list(Kind))
def test_every_placeholder_of_the_masker_tells_of_a_person(kind: Kind) -> None:
    assert personal_in(f"vraag het {kind}-1 maar")
    assert personal_in(f"vraag het [{kind}] maar")


@pytest.mark.parametrize(
    "text", ["mail a@b", "zie https://x", "www.voorbeeld.nl", "bel 06-12 34 56 78", "0800 - 2000 200"]
)
def test_an_address_or_a_long_number_tells_of_a_person(text: str) -> None:
    assert personal_in(text)


@pytest.mark.parametrize("text", ["een 8", "op 3 november 2026", "in 2025-2026", "wij (het team) dus", "groep 7/8"])
def test_an_ordinary_number_does_not(text: str) -> None:
    assert not personal_in(text)


def test_more_corrections_leave_the_lines_of_the_others_as_they_were() -> None:
    some = [sentence("b dus", "stop"), sentence("a dus", "stop"), sentence("c dus", "affirm")]
    before = compose(some, {}).text.splitlines()
    after = compose([sentence("aa dus", "stop"), *some[::-1]], {}).text.splitlines()
    assert [line for line in after if "aa dus" not in line] == before


def test_what_stands_elsewhere_in_the_folder_is_known_without_marks_and_the_own_file_is_not(tmp_path: Path) -> None:
    file = 'version: "3.1"\nnlu:\n- intent: stop\n  examples: |\n    - [klaar](done) nu, [x][{"entity": "level"}]!\n'
    (tmp_path / "commandos.yml").write_text(file)
    write(tmp_path, compose([sentence("ja dus")], {}))
    assert known_in(tmp_path) == {"klaar nu x": "stop"}
    assert {path.name for path in tmp_path.iterdir()} == {"commandos.yml", NAME}


def test_all_examples_of_the_coach_are_known() -> None:
    known = known_in(ROOT / "data" / "nlu")
    assert len(known) > 15_000
    assert known["ik wil stoppen"] == "stop"


@given(typed)
def test_marks_are_taken_off_as_rasa_takes_them_off(text: str) -> None:
    assert plain(text) == replace_entities(text)
