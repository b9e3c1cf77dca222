"""The Dutch spaCy pipeline: the trained one where it is installed, otherwise the blank one with dictionary lemmas."""

from __future__ import annotations

import importlib.util
import logging
from importlib.metadata import version
from typing import Any

import simplemma
import spacy
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.model import InvalidModelError
from rasa.nlu.utils import spacy_utils
from rasa.nlu.utils.spacy_utils import SpacyModel
from rasa.shared.nlu.training_data.training_data import TrainingData
from spacy.language import Language
from spacy.tokens import Doc

from nlu.source import source_digest

logger = logging.getLogger(__name__)

TRAINED_PIPELINE = "nl_core_news_sm"


@Language.component("dutch_dictionary_lemmatizer")
def dutch_dictionary_lemmatizer(doc: Doc) -> Doc:
    """Give each token the lemma that simplemma's Dutch dictionary has for it, or its own text.

    spaCy's blank Dutch pipeline has no lemmas of its own; its look-up tables leave most words as they were.
    """
    for token in doc:
        token.lemma_ = simplemma.lemmatize(token.text, lang="nl")
    return doc


def available_pipeline() -> str:
    """The name and version of the pipeline this environment loads, such as `nl_core_news_sm-3.8.0`."""
    if importlib.util.find_spec(TRAINED_PIPELINE):
        return f"{TRAINED_PIPELINE}-{version(TRAINED_PIPELINE)}"
    return f"blank-nl-{spacy.about.__version__}-simplemma-{version('simplemma')}"


@DefaultV1Recipe.register(
    [DefaultV1Recipe.ComponentType.MODEL_LOADER, DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER],
    is_trainable=True,
    model_from="SpacyNLP",
)
class SpacyNLP(spacy_utils.SpacyNLP):
    """Rasa's SpacyNLP for Dutch, which says which pipeline it is and remembers it in the model.

    Named as Rasa's own: components that need spaCy's documents compare by name.
    """

    def __init__(
        self, model: SpacyModel, config: dict[str, Any], model_storage: ModelStorage, resource: Resource
    ) -> None:
        super().__init__(model, config)
        self._model_storage = model_storage
        self._resource = resource

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SpacyNLP:
        """The component with the pipeline that is available here."""
        return cls(cls.load_model(available_pipeline()), config, model_storage, resource)

    @staticmethod
    def load_model(spacy_model_name: str) -> SpacyModel:
        """Load the pipeline that `available_pipeline` named."""
        if spacy_model_name.startswith(TRAINED_PIPELINE):
            language = spacy.load(TRAINED_PIPELINE, disable=["parser", "ner"])
        else:
            language = spacy.blank("nl")
            language.add_pipe("dutch_dictionary_lemmatizer")
        logger.info("Dutch spaCy pipeline: %s", spacy_model_name)
        return SpacyModel(model=language, model_name=spacy_model_name)

    def train(self, training_data: TrainingData, model: SpacyModel) -> Resource:
        """Remember in the model which pipeline it is trained with."""
        with self._model_storage.write_to(self._resource) as directory:
            (directory / "pipeline").write_text(model.model_name, encoding="utf-8")
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> SpacyNLP:
        """The component as trained.

        Raises:
            InvalidModelError: the model was trained with another pipeline than is available here.
        """
        try:
            with model_storage.read_from(resource) as directory:
                trained_with = (directory / "pipeline").read_text(encoding="utf-8")
        except ValueError:  # the provider of the pipeline has no resource of its own, only the featurizer has
            return cls.create(config, model_storage, resource, execution_context)
        available = available_pipeline()
        if trained_with != available:
            raise InvalidModelError(
                f"This model was trained with the Dutch pipeline {trained_with}, but {available} is what this "
                "environment has. Train again (make train) or install that one."
            )
        return cls.create(config, model_storage, resource, execution_context)

    @staticmethod
    def fingerprint_addon(config: dict[str, Any]) -> str:
        """The pipeline with its version, and this module's source: another one means training again."""
        return f"{available_pipeline()}-{source_digest(__file__)}"

    @staticmethod
    def required_packages() -> list[str]:
        """The packages whose versions count for Rasa's cache."""
        return ["spacy", "simplemma"]
