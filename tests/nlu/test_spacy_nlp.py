"""The Dutch pipeline both ways; the trained one as a tiny package of that name, made here."""

import sys
from pathlib import Path

import pytest
import spacy
from pipelines import package
from rasa.engine.graph import ExecutionContext
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.nlu.model import InvalidModelError
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu import spacy_nlp
from nlu.spacy_nlp import SpacyNLP, available_pipeline


@pytest.fixture
def without_trained_pipeline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spacy_nlp, "TRAINED_PIPELINE", "nl_core_news_absent")


@pytest.fixture
def tiny_pipeline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """An installed spaCy package `nl_core_news_tiny`, version 3.8.0."""
    name = "nl_core_news_tiny"
    package(spacy.blank("nl"), tmp_path / "site", name)
    info = tmp_path / "site" / f"{name}-3.8.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 3.8.0\n")
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    monkeypatch.setattr(spacy_nlp, "TRAINED_PIPELINE", name)
    yield name
    sys.modules.pop(name, None)


@pytest.mark.usefixtures("without_trained_pipeline")
def test_the_blank_pipeline_has_dictionary_lemmas() -> None:
    assert available_pipeline().startswith("blank-nl-")
    doc = SpacyNLP.load_model(available_pipeline()).model("de afspraken werden gemaakt")
    assert [token.lemma_ for token in doc] == ["de", "afspraak", "worden", "maken"]


def test_the_trained_pipeline_is_taken_where_it_is_installed(tiny_pipeline: str) -> None:
    assert available_pipeline() == f"{tiny_pipeline}-3.8.0"
    model = SpacyNLP.load_model(available_pipeline())
    assert model.model.meta["version"] == "3.8.0"
    assert model.fingerprint() == f"{tiny_pipeline}-3.8.0"


@pytest.mark.usefixtures("without_trained_pipeline")
def test_a_model_never_runs_with_another_pipeline_than_it_was_trained_with(
    storage: LocalModelStorage, resource: Resource, context: ExecutionContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    component = SpacyNLP.create({}, storage, resource, context)
    component.train(TrainingData([]), component.provide())
    assert SpacyNLP.load({}, storage, resource, context).provide().model_name == available_pipeline()
    monkeypatch.setattr(spacy_nlp, "available_pipeline", lambda: "nl_core_news_sm-3.8.0")
    with pytest.raises(InvalidModelError, match=r"trained with .*make train"):
        SpacyNLP.load({}, storage, resource, context)


def test_another_pipeline_means_another_fingerprint(monkeypatch: pytest.MonkeyPatch) -> None:
    before = SpacyNLP.fingerprint_addon({})
    monkeypatch.setattr(spacy_nlp, "available_pipeline", lambda: "other")
    assert SpacyNLP.fingerprint_addon({}) != before
