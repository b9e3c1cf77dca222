"""Corrections that are checked and learned: what is refused, and what the report says is worse."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.improvement import Change, Judged, judgement
from benchmarks.sentences import HELD_OUT, read_examples
from review.nlu_file import NAME, Sentence, compose
from tools import improve

BEGIN = 'version: "3.1"\nnlu:\n'
GOOD = compose([Sentence("wij zijn met ons drieën en niemand noteert iets", "bottleneck_structuur", {})], {}).text
BAD = {
    "": "",
    "no YAML": "nlu: [",
    "no examples": "hallo allemaal\n",
    "bytes": b"\xff\xfe\x00",
    "another kind": "version: '3.1'\nresponses:\n  utter_x:\n  - text: x\n",
    "a rule": BEGIN + "- rule: x\n  steps: []\n",
    "a lookup": BEGIN + "- lookup: x\n  examples: |\n    - y\n",
    "no dash": BEGIN + "- intent: stop\n  examples: |\n    stop maar\n",
    "a value": BEGIN + '- intent: stop\n  examples: |\n    - ik [baas]{"entity": "level", "value": "directie"}\n',
    "an entity": BEGIN + '- intent: stop\n  examples: |\n    - ik [baas]{"entity": "rank", "value": "bestuur"}\n',
    "no JSON": BEGIN + "- intent: stop\n  examples: |\n    - ik [baas]{entity}\n",
}


@pytest.fixture
def untouched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where data/nlu would be written; nothing is trained."""
    monkeypatch.setattr(improve, "TRAINING", tmp_path)
    monkeypatch.setattr(improve, "FILE", tmp_path / NAME)
    monkeypatch.setattr(improve, "REPORT", tmp_path / "report.md")
    monkeypatch.setattr(improve, "ensure_model", lambda **_: pytest.fail("it trains"))
    return tmp_path


@pytest.mark.parametrize("content", BAD.values(), ids=BAD)
def test_bad_input_is_one_clear_line_and_changes_nothing(untouched: Path, content: str | bytes) -> None:
    file = untouched / "in.txt"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(SystemExit, match=r"in\.txt is geen bestand met verbeteringen") as stopped:
        improve.main([str(file)])
    assert "\n" not in str(stopped.value)
    assert list(untouched.iterdir()) == [file]


def test_a_file_that_is_not_there_is_said(untouched: Path) -> None:
    with pytest.raises(SystemExit, match=r"^.*weg\.yml is er niet\.$"):
        improve.main([str(untouched / "weg.yml")])
    with pytest.raises(SystemExit, match=rf"^.*{NAME} is er niet\.$"):
        improve.main([])


def test_what_is_measured_on_or_contradicts_the_lists_is_reported_and_not_learned() -> None:
    held_out = read_examples(HELD_OUT / "intents.yml")
    long = next(item for item in held_out if len(item.text.split()) > 12)
    learned = Sentence("wij zijn met ons drieën en niemand noteert iets", "bottleneck_structuur", {})
    place = "ik ben schoolleider op een basisschool en onze bestuurder vindt er wat van"
    copied = [Sentence(text, "give_answer", {}) for text in (long.text.upper() + "!", f"{long.text} hoor", place)]
    title = Sentence("als wethouder noteer ik dat drie keer", "give_answer", {"level": ("wethouder", "uitvoering")})
    composed = improve.checked([*copied, title, learned])
    assert [item.text for item in composed.kept] == [learned.text]
    assert [reason for _, reason in composed.left_out] == [
        *["hiermee wordt gemeten"] * 3,
        "tegenspraak: data/vocabulary.yml zegt iets anders van deze woorden",
    ]
    assert composed.text == GOOD


@pytest.mark.parametrize("before", [None, "# zoals het was\n"])
def test_when_training_fails_the_data_stay_as_they_were(
    untouched: Path, monkeypatch: pytest.MonkeyPatch, before: str | None
) -> None:
    file = untouched / NAME
    if before:
        file.write_text(before)

    def fails(without: Path | None = None) -> Path:
        if without:
            return untouched
        assert file.read_text() == GOOD
        raise SystemExit("Training failed.")

    monkeypatch.setattr(improve, "ensure_model", fails)
    monkeypatch.setattr(improve, "checked", lambda sentences: compose(sentences, {}))
    source = untouched / "in.txt"
    source.write_text(GOOD)
    with pytest.raises(SystemExit, match="Training failed"):
        improve.main([str(source)])
    assert (file.read_text() if file.exists() else None) == before


def judged(*right: bool) -> list[Judged]:
    return [Judged("een zin", "rol", "rol" if is_right else "mandaat", is_right) for is_right in right]


def test_worse_is_where_more_is_lost_than_won_and_chance_is_said() -> None:
    before, after = judged(*[True] * 5, False), judged(*[False] * 5, True)
    same, lost = Change.between(before, before), Change.between(before, after)
    assert (len(lost.lost), len(lost.won), lost.worse, same.worse) == (5, 1, True, False)
    assert lost.by_chance == pytest.approx(7 / 64)
    assert Change.between(after, before).worse is False
    assert judgement({"gevaar": lost, "bedoelingen": same}) == (
        "Slechter: gevaar (5 verloren, 1 gewonnen; toeval geeft dit in 11 van de 100 gevallen)."
    )
    assert judgement({"gevaar": same}) == "Niets slechter: nergens meer zinnen verloren dan gewonnen."
