"""Examples with a fingerprint that is made anew of what changed."""

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path

import numpy as np
import pytest
from rasa.nlu.constants import TOKENS_NAMES
from rasa.nlu.tokenizers.tokenizer import Token
from rasa.shared.exceptions import YamlException
from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, INTENT, METADATA, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message

from nlu.importer import ANNOTATED, Example, Importer


def example() -> Example:
    made = Example.of(
        Message({TEXT: "wie trekt de kar", INTENT: "bottleneck_rol", METADATA: {"intent": {"writer": 1}}})
    )
    made.set(TOKENS_NAMES[TEXT], [Token("wie", 0), Token("trekt", 4, lemma="trekken")])
    return made


def add_features(made: Example) -> None:
    made.add_features(Features(np.ones((1, 2)), FEATURE_TYPE_SENTENCE, TEXT, "encoder"))


def test_alike_examples_are_the_same_one() -> None:
    assert example() == example()
    assert len({example(), example()}) == 1


@pytest.mark.parametrize(
    "change",
    [
        add_features,
        lambda made: made.set(TEXT, "wie trekt de wagen"),
        lambda made: made.set(INTENT, "give_answer"),
        lambda made: made.set(METADATA, {"intent": {"writer": 2}}),
        lambda made: made.set(TOKENS_NAMES[TEXT], [Token("wie", 0), Token("trekt", 4, lemma="trek")]),
        lambda made: made.set(
            TOKENS_NAMES[TEXT], [Token("wie", 0, data={"pos": "PRON"}), Token("trekt", 4, lemma="trekken")]
        ),
        lambda made: made.set("entities", []),
    ],
)
def test_every_change_gives_another_fingerprint(change: Callable[[Example], None]) -> None:
    made = example()
    before, copied = made.fingerprint(), deepcopy(made)
    change(made)
    assert made.fingerprint() != before
    assert copied.fingerprint() == before
    change(copied)
    assert copied == made


def test_a_list_that_grew_in_place_and_is_set_again_counts() -> None:
    made = example()
    entities: list[dict[str, str]] = []
    made.set("entities", entities)
    before = made.fingerprint()
    entities.append({"entity": "level", "value": "bestuur"})
    made.set("entities", entities)
    assert made.fingerprint() != before


def test_the_importer_gives_such_examples(tmp_path: Path) -> None:
    (tmp_path / "nlu.yml").write_text(
        'version: "3.1"\nnlu:\n- intent: greet\n  examples: |\n    - hallo\n    - goedemorgen\n'
    )
    found = Importer(training_data_paths=[str(tmp_path)]).get_nlu_data().training_examples
    assert {(type(one), one.get(TEXT)) for one in found} == {(Example, "hallo"), (Example, "goedemorgen")}


PLAIN = """version: "3.1"
nlu:
- intent: give_answer
  metadata: {writer: 1, themes: [geen_tijd, geld]}
  examples: |
    - ja: ik kom er "gewoon" niet aan toe 😅
    - no
"""


@pytest.mark.parametrize(
    "text",
    [
        PLAIN,
        PLAIN + "- synonym: bestuur\n  examples: |\n    - directie\n",
        PLAIN + "responses:\n  utter_hallo:\n  - text: hallo\n",
        'version: "3.1"\nnlu:\n- intent: greet\n  examples:\n  - text: hallo\n',
    ],
)
def test_a_file_is_read_as_rasa_reads_it(text: str, tmp_path: Path) -> None:
    (tmp_path / "nlu.yml").write_text(text)
    ours, theirs = (kind(training_data_paths=[str(tmp_path)]).get_nlu_data() for kind in (Importer, RasaFileImporter))
    assert [one.data for one in ours.training_examples] == [one.data for one in theirs.training_examples]
    assert (ours.responses, ours.entity_synonyms) == (theirs.responses, theirs.entity_synonyms)


@pytest.mark.parametrize("wrong", [PLAIN.replace("examples:", "exampels:"), PLAIN + "- intent: [\n", "nlu: hallo\n"])
def test_a_file_that_is_wrong_gives_an_error_that_names_it(wrong: str, tmp_path: Path) -> None:
    (tmp_path / "wrong.yml").write_text(wrong)
    with pytest.raises(YamlException, match=r"wrong\.yml"):
        Importer(training_data_paths=[str(tmp_path)]).get_nlu_data()


def test_annotated_words_are_kept_and_rasa_asks_for_no_extractor_of_its_own_nor_warns_of_a_word_with_two_values(
    tmp_path: Path, recwarn: pytest.WarningsRecorder
) -> None:
    both = '- de [nestor][{"entity": "level", "value": "bestuur"}, {"entity": "sector", "value": "zorg"}] dus\n'
    (tmp_path / "nlu.yml").write_text(PLAIN + f"    {both}")
    data = Importer(training_data_paths=[str(tmp_path)]).get_nlu_data()
    last = data.training_examples[-1]
    assert last.get(TEXT) == "de nestor dus"
    assert [(item["start"], item["end"], item["entity"], item["value"]) for item in last.get(ANNOTATED)] == [
        (3, 9, "level", "bestuur"),
        (3, 9, "sector", "zorg"),
    ]
    assert (data.entity_examples, data.entity_synonyms) == ([], {})
    assert [str(warning.message) for warning in recwarn] == []
