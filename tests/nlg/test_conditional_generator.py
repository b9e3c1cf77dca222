import itertools
import os
import re
from pathlib import Path
from typing import Any

import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered
from rasa.shared.core.slots import AnySlot
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from coach.danger import Kind, To
from nlg.conditional_generator import ROOT, ConditionalResponseGenerator


def condition(**values: str) -> list[dict[str, Any]]:
    return [{"type": "slot", "name": name, "value": value} for name, value in values.items()]


RESPONSES = {
    "utter_x": [
        {"text": "gewoon"},
        {"text": "rol", "condition": condition(bottleneck="rol")},
        {"text": "rol en bestuur", "condition": condition(bottleneck="rol", level="bestuur")},
        {"text": "zorg", "condition": condition(sector="zorg")},
        {"text": "ook gewoon {naam}"},
    ],
    "utter_y": [{"text": "zonder woorden"}, {"text": "in jouw woorden: {fragment}"}],
}


@pytest.fixture
def generator() -> ConditionalResponseGenerator:
    domain = Domain.from_dict({"responses": RESPONSES, "version": "3.1"})
    return ConditionalResponseGenerator(None, domain)


def tracker(said: tuple[int, ...] = (), **slots: Any) -> DialogueStateTracker:
    made = DialogueStateTracker("x", [AnySlot(name, [{}], initial_value=value) for name, value in slots.items()])
    for variation in said:
        made.update(BotUttered("", metadata={"utter_action": "utter_x", "variation": variation}))
    return made


@pytest.mark.parametrize(
    ("slots", "said", "text"),
    [
        ({}, (), "gewoon"),
        ({"bottleneck": "rol"}, (), "rol"),
        ({"bottleneck": "rol", "level": "bestuur"}, (), "rol en bestuur"),
        ({"bottleneck": "rol", "level": "bestuur"}, (2,), "rol"),
        ({"bottleneck": "rol", "level": "bestuur"}, (2, 1), "gewoon"),
        ({"bottleneck": "rol", "level": "bestuur"}, (2, 1, 0), "rol en bestuur"),
        ({"bottleneck": "rol", "level": "bestuur", "naam": "x"}, (2, 1), "ook gewoon x"),
        ({"sector": ["onderwijs", "zorg"]}, (), "zorg"),
        ({"sector": ["onderwijs"]}, (), "gewoon"),
    ],
)
async def test_choice(generator: Any, slots: dict, said: tuple[int, ...], text: str) -> None:
    response = await generator.generate("utter_x", tracker(said, **slots), "rest")
    assert response["text"] == text


@pytest.fixture(scope="module")
def danger_texts() -> Domain:
    return Domain.load([str(ROOT / "data/responses/gevaar.yml")])


# Whom each kind of danger is referred to, in every text of it.
NUMBERS = {
    Kind.HOME: "0800-2000|112",
    Kind.SUICIDE: "113",
    Kind.COLLEAGUE: "0900-111 31 11|0800-2000",
    Kind.VIOLENCE: "112|0900-8844",
    Kind.UNCLEAR: "0800-2000",
}
NOT_FOR = {Kind.SUICIDE: "Veilig Thuis", Kind.VIOLENCE: "meldcode"}


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("to", To)
@pytest.mark.parametrize("now", [True, False])
@pytest.mark.parametrize("name", ["utter_danger", "utter_danger_question", "utter_stopped_in_danger"])
async def test_danger_is_referred_to_the_right_place_however_often(
    danger_texts: Domain, name: str, kind: Kind, to: To, now: bool
) -> None:
    generator, said = ConditionalResponseGenerator(None, danger_texts), []
    for _ in range(5):
        heard = DialogueStateTracker("x", [])
        for variation in said:
            heard.update(BotUttered("", metadata={"utter_action": name, "variation": variation}))
        values = {"danger": kind.value, "danger_to": to.value, "danger_now": now}
        response = await generator.generate(name, heard, "rest", **values)
        assert re.search(NUMBERS[kind], response["text"])
        if kind in NOT_FOR:
            assert NOT_FOR[kind] not in response["text"]
        if to == To.LEADER:
            assert "blijf erbij" not in response["text"]
        said.append(response["variation"])


async def test_values_are_filled_and_conditions_stay_out_of_the_message(generator: Any) -> None:
    response = await generator.generate("utter_x", tracker((0,)), "rest", naam="0 x {y}")
    assert response == {"text": "ook gewoon 0 x {y}", "variation": 4}
    assert RESPONSES["utter_x"][4]["text"] == "ook gewoon {naam}"


@pytest.mark.parametrize(
    ("fragment", "text"), [("dat is het", "in jouw woorden: dat is het"), (None, "zonder woorden")]
)
async def test_a_text_that_takes_in_more_comes_first_but_only_when_it_is_whole(
    generator: Any, fragment: str | None, text: str
) -> None:
    response = await generator.generate("utter_y", tracker(), "rest", fragment=fragment)
    assert response["text"] == text


async def test_an_unknown_response_is_none(generator: Any) -> None:
    assert await generator.generate("utter_unknown", tracker(), "rest") is None


async def test_a_changed_text_is_said_at_once_and_a_broken_one_changes_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "groet.yml"
    in_the_model = Domain.from_dict({"responses": {"utter_x": [{"text": "uit het model"}]}, "version": "3.1"})
    generator = ConditionalResponseGenerator(EndpointConfig(texts=str(tmp_path)), in_the_model)

    clock = itertools.count()

    async def said_after(content: str) -> str:
        file.write_text(content)
        os.utime(file, ns=(0, next(clock)))
        return str((await generator.generate("utter_x", tracker(), "rest"))["text"])

    assert await said_after('version: "3.1"\nresponses: {utter_x: [{text: eerst}]}') == "eerst"
    assert await said_after('version: "3.1"\nresponses: {utter_x: [{text: daarna}]}') == "daarna"
    assert await said_after('version: "3.1"\nresponses: {utter_x: [{text: "kapot}]}') == "daarna"
    assert "groet.yml" in caplog.text
    assert await said_after('version: "3.1"\nresponses: {utter_y: [{text: iets anders}]}') == "uit het model"
