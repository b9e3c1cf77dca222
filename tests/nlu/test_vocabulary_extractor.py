from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from rasa.engine.graph import ExecutionContext
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.importer import Importer
from nlu.vocabulary_extractor import Vocabulary, VocabularyExtractor

CONFIG = VocabularyExtractor.get_default_config()


@pytest.fixture
def extractor(storage: LocalModelStorage, resource: Resource, context: ExecutionContext) -> VocabularyExtractor:
    return VocabularyExtractor.create(CONFIG, storage, resource, context)


def own(extractor: VocabularyExtractor, text: str) -> set[str]:
    return {item["value"] for item in extractor.extract(text) if item.get("role") == "self"}


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("ik ben schoolleider", {"management", "onderwijs"}),
        ("Ik ben wethouder in een kleine gemeente", {"bestuur", "gemeente"}),
        ("ib'er", {"uitvoering", "onderwijs"}),
        ("wijkteamcoach hier", {"uitvoering", "jeugdhulp"}),
        ("bestuurder van een zorginstelling", {"bestuur", "zorg"}),
        ("ik werk als locatiemanager kinderopvang", {"management", "kinderopvang"}),
        ("ja precies. ik ben manager bij jeugdhulp trouwens", {"management", "jeugdhulp"}),
        ("ik zie als schoolleider vooral haast", {"management", "onderwijs"}),
        ("ik kom uit de kinderopvang", {"kinderopvang"}),
        ("op mijn school werkt dat anders", {"onderwijs"}),
        ("als teamleider in de kinderopvang zie ik dat anders", {"management", "kinderopvang"}),
        # Words that stand in no list, by their parts.
        ("ik ben jeugdzorgmanager", {"management", "jeugdhulp"}),
        ("kwaliteitsmedewerkster op een vrijeschool", {"uitvoering", "onderwijs"}),
        ("Ik bestuur een peutergroep of tien", {"bestuur", "kinderopvang"}),
        ("ik geef leiding aan een streekziekenhuis", {"management", "zorg"}),
        ("afdelingshoofd, gemeente Zwolle", {"management", "gemeente"}),
        # Many of a function are those that somebody leads, and one's own function comes first.
        ("ik stuur veertien leerkrachten en drie onderwijsassistenten aan", {"management", "onderwijs"}),
        ("ik heb een team van wijkverpleegkundigen onder me", {"management", "zorg"}),
        ("directeur van een pleegzorgorganisatie, bestuurder boven mij", {"management", "jeugdhulp"}),
        ("vroeger stond ik voor de klas, nu bestuur ik een scholenkoepel", {"bestuur", "onderwijs"}),
        # One letter away.
        ("ben jeugdbeschermr bij een GI", {"uitvoering", "jeugdhulp"}),
        ("ik werk als verpleegkundgie", {"uitvoering", "zorg"}),
        # The title tells the sector best, and home is where the functions are others'.
        ("ik ben jeugdarts op vier scholen", {"uitvoering", "zorg"}),
        ("bij ons op school regelt de zorgcoördinator dat", {"onderwijs"}),
    ],
)
def test_the_speakers_own_place(extractor: VocabularyExtractor, text: str, place: set[str]) -> None:
    assert own(extractor, text) == place


@pytest.mark.parametrize(
    "text",
    [
        "mijn bestuurder wil niet",
        "mijn man werkt als huisarts",
        "mijn collega bij de gemeente",
        "de wethouder belde gisteren",
        "als de directeur ja zegt gaan we door",
        "het kost weken en de school haakt af",
        "ik moet terug naar mijn directeur",
        "ik ben geen schoolleider",
        "ik loop vast met mijn zorgen",
        "schoolleider wil niet meewerken",
        "onze ib'er is ziek",
        "ik overleg met een schoolleider over de opvang",
        "",
    ],
)
def test_somebody_elses_place_is_not_the_speakers(extractor: VocabularyExtractor, text: str) -> None:
    assert own(extractor, text) == set()


def test_labels_and_principles(extractor: VocabularyExtractor) -> None:
    assert [item["value"] for item in extractor.extract("nee, eerder mijn rol")] == ["rol"]
    assert [item["value"] for item in extractor.extract("mag ik eerst Gun het tijd")] == ["gun_het_tijd"]


def test_the_lists_travel_with_the_model(
    extractor: VocabularyExtractor, storage: LocalModelStorage, resource: Resource, context: ExecutionContext
) -> None:
    extractor.train(TrainingData([]))
    loaded = VocabularyExtractor.load({"vocabulary": "gone.yml"}, storage, resource, context)
    message = Message({TEXT: "schoolleider"})
    loaded.process([message])
    assert {item["extractor"] for item in message.get(ENTITIES)} == {"VocabularyExtractor"}


def test_another_word_means_another_fingerprint(tmp_path: Path) -> None:
    lists = tmp_path / "lists.yml"
    lists.write_text("a")
    before = VocabularyExtractor.fingerprint_addon({"vocabulary": str(lists)})
    lists.write_text("b")
    assert VocabularyExtractor.fingerprint_addon({"vocabulary": str(lists)}) != before
    assert VocabularyExtractor.fingerprint_addon({}) == VocabularyExtractor.fingerprint_addon(CONFIG)


def test_a_missing_or_misshapen_list_is_said(
    storage: LocalModelStorage, resource: Resource, context: ExecutionContext
) -> None:
    with pytest.raises(InvalidConfigException, match="cannot be read"):
        VocabularyExtractor.create({"vocabulary": "gone.yml"}, storage, resource, context)
    with pytest.raises(InvalidConfigException, match="not shaped"):
        Vocabulary({"titles": [{"level": "bestuur"}]})


ANNOTATED = """version: "3.1"
nlu:
- intent: give_answer
  examples: |
    - ik ben [gangmaker]{"entity": "level", "value": "management"} in het dorp
    - als [nestor][{"entity": "level", "value": "bestuur"}, {"entity": "sector", "value": "zorg"}] zeg ik ja
"""


@pytest.fixture
def taught(
    storage: LocalModelStorage, resource: Resource, context: ExecutionContext, tmp_path: Path
) -> Callable[[str], VocabularyExtractor]:
    """An extractor, loaded after it was trained on a file of examples."""

    def teach(examples: str) -> VocabularyExtractor:
        (tmp_path / "nlu.yml").write_text(examples)
        data = Importer(training_data_paths=[str(tmp_path / "nlu.yml")]).get_nlu_data()
        VocabularyExtractor.create(CONFIG, storage, resource, context).train(data)
        return VocabularyExtractor.load(CONFIG, storage, resource, context)

    return teach


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("Ik ben GANGMAKER voor drie dorpen", {"management"}),
        ("nestor hier", {"bestuur", "zorg"}),
        ("wij zijn gangmakers", {"management"}),
        # Somebody else's, or another word.
        ("mijn gangmaker wil niet", set()),
        ("ik ben hulpgangmaker", set()),
    ],
)
def test_an_annotated_word_is_learned_and_travels_with_the_model(
    taught: Callable[[str], VocabularyExtractor], text: str, place: set[str]
) -> None:
    assert own(taught(ANNOTATED), text) == place


def test_without_annotations_nothing_is_learned(
    taught: Callable[[str], VocabularyExtractor], extractor: VocabularyExtractor
) -> None:
    plain = taught(ANNOTATED.replace("[", "").replace("]", "").replace("{", "").replace("}", ""))
    assert own(plain, "ik ben gangmaker") == set()
    held_out = yaml.safe_load(Path("benchmarks/held_out/places.yml").read_text())
    found = [list(plain.extract(sentence["text"])) for sentence in held_out]
    assert found == [list(extractor.extract(sentence["text"])) for sentence in held_out]


def one(words: str, **values: str) -> str:
    told = "".join(f'    - dat is de [{words}]{{"entity": "{name}", "value": "{values[name]}"}}\n' for name in values)
    return f'version: "3.1"\nnlu:\n- intent: give_answer\n  examples: |\n{told}'


@pytest.mark.parametrize("words", ["wethouder", "wethouder van de oppositie"])
def test_what_the_lists_say_of_a_title_is_not_changed_and_that_is_logged(
    taught: Callable[[str], VocabularyExtractor], words: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert own(taught(one(words, level="uitvoering")), f"ik ben {words}") == {"bestuur", "gemeente"}
    assert f"“{words}” is annotated as level uitvoering; data/vocabulary.yml says otherwise." in caplog.text


def test_what_the_lists_guess_from_a_part_is_bettered(
    taught: Callable[[str], VocabularyExtractor], extractor: VocabularyExtractor
) -> None:
    assert own(extractor, "ik ben jeugdzorgmanager") == {"management", "jeugdhulp"}
    assert own(taught(one("jeugdzorgmanager", level="bestuur")), "ik ben jeugdzorgmanager") == {"bestuur", "jeugdhulp"}


def test_a_word_inside_what_was_learned_keeps_what_it_says(taught: Callable[[str], VocabularyExtractor]) -> None:
    learned = taught(one("aanjager op de school", level="management"))
    assert own(learned, "ik ben aanjager op de school") == {"management", "onderwijs"}


def test_of_two_annotations_that_contradict_each_other_nothing_is_learned(
    taught: Callable[[str], VocabularyExtractor], caplog: pytest.LogCaptureFixture
) -> None:
    both = ANNOTATED + '    - en [Gangmaker]{"entity": "level", "value": "bestuur"} ben ik\n'
    assert own(taught(both), "ik ben gangmaker") == set()
    assert "nothing is learned of it" in caplog.text


@pytest.mark.parametrize("values", [{"level": "directie"}, {"place": "management"}])
def test_an_annotation_that_means_nothing_is_said(
    taught: Callable[[str], VocabularyExtractor], values: dict[str, str]
) -> None:
    with pytest.raises(InvalidConfigException, match="“aanjager” is annotated as"):
        taught(one("aanjager", **values))
