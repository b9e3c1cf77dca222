"""What is hidden of what leaders type, what stays, and the same placeholder for the same thing in a conversation."""

import logging
import subprocess
import sys
import warnings
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import pytest
import spacy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pipelines import package

from benchmarks.masking import recall
from review.masking import ConversationMask, Kind, Masker, Span
from review.masking import dictionary as dictionary_module
from review.masking.dictionary import SAID, Dictionary, build, lists_of
from review.masking.numbers import is_bsn, is_iban, is_phone
from review.masking.spans import resolved
from review.masking.trained import TrainedNames
from tools.model import ROOT

HERE = Path(__file__).parent


def hidden(masker: Masker, text: str) -> list[tuple[str, str]]:
    return [(span.kind.value, text[span.start : span.end]) for span in masker.find(text)]


@pytest.mark.parametrize(("name", "touched"), [("development.yml", 0.01), ("development_second.yml", 0.02)])
def test_a_development_set_is_hidden_and_its_neutral_sentences_are_left(
    masker: Masker, name: str, touched: float
) -> None:
    scores = recall(masker, HERE / name)
    assert scores.recall >= 0.99, scores.missed
    assert len(scores.touched) <= touched * scores.neutral, scores.touched


@pytest.mark.parametrize(
    ("text", "kind", "span"),
    [
        ("mijn collega piet jansen zegt nooit iets", "NAAM", "piet jansen"),
        ("directeur van dijk houdt alles tegen", "NAAM", "van dijk"),
        ("mevrouw el idrissi wil niet meewerken", "NAAM", "el idrissi"),
        ("heb met Oluwaseun Adeyemi gesproken", "NAAM", "Oluwaseun Adeyemi"),
        ("we wonen in de kerkstraat 12a", "ADRES", "kerkstraat 12a"),
        ("stuur het naar 1234 ab", "POSTCODE", "1234 ab"),
        ("bel +31 (0)6 12 34 56 78", "TELEFOON", "+31 (0)6 12 34 56 78"),
        ("bel 0031-20-1234567", "TELEFOON", "0031-20-1234567"),
        ("mail j.jansen@school.education", "E-MAIL", "j.jansen@school.education"),
        ("zijn bsn is 1112.22.333", "BSN", "1112.22.333"),
        ("rekening nl91 abna 0417 1643 00", "IBAN", "nl91 abna 0417 1643 00"),
        ("hij is geboren op 3 maart 2014", "GEBOORTEDATUM", "3 maart 2014"),
        ("ze is jarig op 4 april", "GEBOORTEDATUM", "4 april"),
        ("het staat op linkedin.com/in/piet", "LINK", "linkedin.com/in/piet"),
        ("we zitten op obs de regenboog", "SCHOOL", "de regenboog"),
        ("het Stedelijk Lyceum doet niet mee", "SCHOOL", "Stedelijk Lyceum"),
    ],
)
def test_each_kind_is_hidden_with_its_placeholder(masker: Masker, text: str, kind: str, span: str) -> None:
    assert (kind, span) in hidden(masker, text)
    assert ConversationMask(masker, [text]).leader(text) == text.replace(span, f"[{kind}-1]")


@pytest.mark.parametrize(
    "text",
    [
        "de gemeente en Veilig Thuis zitten ook aan tafel",
        "het Netwerk Met Andere Ogen, info@netwerkmetandereogen.nl of www.netwerkmetandereogen.nl",
        "bel 112 of 113, of 0800-2000, 0800-0113, 0900-8844 en 0800-0432",
        "Weeg af en kies, Gun het tijd",
        "dinsdag 14 maart hebben we overleg",
        "in 2019 is dat afgesproken en 2019 is lang geleden",
        "de Jeugdwet en de Wet passend onderwijs",
        "groep 7 heeft 28 leerlingen en kost 25.000 euro",
        "de wethouder jeugd en de directeur willen niet",
        "Mark my words",
    ],
)
def test_what_names_nobody_stays(masker: Masker, text: str) -> None:
    assert hidden(masker, text) == []


@pytest.mark.parametrize(
    ("number", "holds"),
    [("111222333", True), ("1112.22.333", True), ("111222334", False), ("000000000", False), ("12", False)],
)
def test_a_bsn_passes_the_elfproef(number: str, holds: bool) -> None:
    assert is_bsn(number) is holds


@pytest.mark.parametrize(
    ("number", "holds"),
    [
        ("NL91ABNA0417164300", True),
        ("nl91 abna 0417 1643 00", True),
        ("BE68 5390 0754 7034", True),
        ("NL92ABNA0417164300", False),
        ("NL91", False),
    ],
)
def test_an_iban_has_the_right_check_digits(number: str, holds: bool) -> None:
    assert is_iban(number) is holds


@pytest.mark.parametrize(
    ("number", "holds"),
    [
        ("0612345678", True),
        ("+31612345678", True),
        ("0612345", False),
        ("061234567", True),  # one digit too few, as people type it
        ("0800-2000", False),
        ("0800-2000123", True),
        ("03-04-2012 10", False),
    ],
)
def test_a_telephone_number_has_ten_digits_or_a_country(number: str, holds: bool) -> None:
    assert is_phone(number) is holds


def test_of_overlapping_spans_everything_is_hidden_once() -> None:
    text = "jan smit van obs de boom"
    spans = [Span(0, 8, Kind.NAME), Span(4, 24, Kind.NAME), Span(17, 24, Kind.SCHOOL)]
    assert resolved(spans, text) == [Span(0, 16, Kind.NAME), Span(17, 24, Kind.SCHOOL)]


def test_a_name_keeps_its_placeholder_in_every_message_and_case(masker: Masker) -> None:
    said = ["Jan Smit belde", "jan zei niets", "SMIT ook niet", "volgens jan smit wel"]
    mask = ConversationMask(masker, said)
    assert [mask.leader(text) for text in said] == [
        "[NAAM-1] belde",
        "[NAAM-1] zei niets",
        "[NAAM-1] ook niet",
        "volgens [NAAM-1] wel",
    ]


def test_a_first_name_of_two_people_is_neither_of_them(masker: Masker) -> None:
    said = ["Jan Smit belde", "Jan de Vries ook", "jan zei niets"]
    assert ConversationMask(masker, said).leader(said[2]) == "[NAAM-3] zei niets"


def test_a_name_is_hidden_in_what_was_said_before_it_was_known(masker: Masker) -> None:
    said = ["de oude storm wil niet", "mijn collega storm jansen dus"]
    mask = ConversationMask(masker, said)
    assert [mask.leader(text) for text in said] == ["de oude [NAAM-1] wil niet", "mijn collega [NAAM-1] dus"]


def test_a_number_has_one_placeholder_however_it_is_written(masker: Masker) -> None:
    said = ["bel 06-12345678", "of +31 6 12345678", "en rekening NL91 ABNA 0417 1643 00 of nl91abna0417164300"]
    mask = ConversationMask(masker, said)
    assert [mask.leader(text) for text in said] == [
        "bel [TELEFOON-1]",
        "of [TELEFOON-1]",
        "en rekening [IBAN-1] of [IBAN-1]",
    ]


def test_the_coach_is_hidden_where_it_quotes_the_leader_and_nowhere_else(masker: Masker) -> None:
    mask = ConversationMask(masker, ["mijn collega piet jansen van obs de klimop, 0612345678"])
    assert mask.coach(
        "Je collega Piet Jansen van De Klimop dus. Piets nummer is 06 12345678. Bel 0611111111 of Marie."
    ) == ("Je collega [NAAM-1] van [SCHOOL-1] dus. [NAAM-1] nummer is [TELEFOON-1]. Bel 0611111111 of Marie.")


def test_a_slot_value_gets_the_placeholder_of_the_message_that_it_is_a_part_of(masker: Masker) -> None:
    mask = ConversationMask(masker, ["ik overleg met directeur van dijk", "en met sanne"])
    assert mask.leader("van dijk") == "[NAAM-1]"
    assert mask.leader("Van Dijk en Sanne") == "[NAAM-1] en [NAAM-2]"
    assert mask.leader("en met Achmed") == "en met [NAAM]"


def test_nothing_said_hides_nothing(masker: Masker) -> None:
    assert ConversationMask(masker, []).coach("Waar loop je vast met Jan?") == "Waar loop je vast met Jan?"


MESSAGES = st.sampled_from(
    ["jan belde", "Jan Smit en Sanne", "jan de vries wil niet", "de vries van obs de regenboog", "bel 06 12345678",
     "smit mailt",
     "mail jan@smit.nl", "sanne smit", "op De Regenboog", "wethouder bakker", "Piet Bakker", "de bakker om de hoek"]
)  # fmt: skip


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(said=st.lists(MESSAGES, max_size=6), more=st.lists(MESSAGES, max_size=3))
def test_placeholders_stay_when_more_is_said(masker: Masker, said: list[str], more: list[str]) -> None:
    """What a message hid keeps its placeholder; what it did not hide yet may become hidden."""
    first, later = ConversationMask(masker, said), ConversationMask(masker, said + more)
    for text in said:
        for span in masker.find(text):
            part = text[span.start : span.end]
            assert first.leader(part) == later.leader(part)
        assert first.leader(text) == ConversationMask(masker, said).leader(text)


def test_spacy_is_not_needed(masker: Masker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("review.masking.trained.PIPELINE", "nl_core_news_absent")
    assert list(TrainedNames().find("Jan Smit belde")) == []


@pytest.fixture
def tiny_pipeline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An installed package nl_core_news_sm, for which "krullemuis" is a person and "vergaderzaal" a place."""
    name = "nl_core_news_sm"
    nlp = spacy.blank("nl")
    ruler = nlp.add_pipe("entity_ruler", name="ner")
    ruler.add_patterns([{"label": "PERSON", "pattern": "krullemuis"}, {"label": "GPE", "pattern": "vergaderzaal"}])
    package(nlp, tmp_path, name)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield
    sys.modules.pop(name, None)


@pytest.mark.usefixtures("tiny_pipeline")
def test_people_that_spacy_finds_are_hidden_where_it_is_installed(
    masker: Masker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(masker, "_trained", TrainedNames())
    assert hidden(masker, "daarna kwam krullemuis in de vergaderzaal") == [("NAAM", "krullemuis")]


class _Built:
    """Stands in for deduce: writes its lists, and can be killed while it does."""

    def __init__(self, *, killed: bool) -> None:
        self.killed, self.times = killed, 0

    def __call__(self, folder: Path) -> None:
        self.times += 1
        (folder / "cache").mkdir(parents=True, exist_ok=True)
        lists = folder / "cache" / "lookup_structs.pickle"
        if not lists.exists():
            lists.write_text("half" if self.killed else "whole")
        if self.killed:
            raise KeyboardInterrupt


def test_a_build_that_is_killed_leaves_nothing_half(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    killed, whole = _Built(killed=True), _Built(killed=False)
    monkeypatch.setattr(dictionary_module, "_deduce", killed)
    with pytest.raises(KeyboardInterrupt):
        Dictionary(tmp_path)
    assert not lists_of(tmp_path).exists()
    monkeypatch.setattr(dictionary_module, "_deduce", whole)
    Dictionary(tmp_path)
    assert (lists_of(tmp_path) / "cache" / "lookup_structs.pickle").read_text() == "whole"
    assert sorted(path.name for path in tmp_path.iterdir()) == [version("deduce"), "lock"]
    Dictionary(tmp_path)
    assert whole.times == 3  # once to build, and twice to load


def test_another_version_of_deduce_builds_its_own_lists(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dictionary_module, "_deduce", _Built(killed=False))
    said: list[str] = []
    build(tmp_path, said.append)
    build(tmp_path, said.append)
    assert said == [SAID]
    monkeypatch.setattr(dictionary_module, "version", lambda name: "99")
    build(tmp_path, said.append)
    assert said == [SAID, SAID]
    assert sorted(path.name for path in tmp_path.iterdir()) == [version("deduce"), "99", "lock"]


def test_loading_leaves_logging_and_warnings_as_they_were() -> None:
    code = (
        "import logging, warnings; before = list(warnings.filters)\n"
        "from review.masking.dictionary import left_alone\n"
        "with left_alone():\n    import deduce\n"
        "root = logging.getLogger(); assert (root.level, root.handlers) == (logging.WARNING, [])\n"
        "assert warnings.filters == before"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_no_log_and_no_warning_has_anything_of_a_text(masker: Masker, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        mask = ConversationMask(masker, ["krulsnor jansen woont op kerkweg 4"])
        mask.leader("krulsnor jansen en Marie Curie")
        mask.coach("Krulsnor")
    assert caplog.records == []
    assert warned == []


def test_masking_imports_neither_django_nor_rasa() -> None:
    code = "import sys, review.masking; assert not {'django', 'rasa', 'rasa_sdk', 'spacy', 'deduce'} & set(sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
