from pathlib import Path

import pytest
from rasa.engine.graph import ExecutionContext
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

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
