"""Examples with a fingerprint that is made anew of what changed."""

from collections.abc import Callable
from copy import deepcopy

import numpy as np
import pytest
from rasa.nlu.constants import TOKENS_NAMES
from rasa.nlu.tokenizers.tokenizer import Token
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, INTENT, METADATA, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message

from nlu.importer import Example


def example() -> Example:
    made = Example(Message({TEXT: "wie trekt de kar", INTENT: "bottleneck_rol", METADATA: {"intent": {"writer": 1}}}))
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
