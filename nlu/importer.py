"""Reads the files of examples once a training, and keeps what is costly to find of each."""

from __future__ import annotations

from typing import Any

import yaml
from rasa.nlu.tokenizers.tokenizer import Token
from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.constants import ENTITIES
from rasa.shared.nlu.training_data.formats import RasaYAMLReader
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from rasa.shared.utils.common import cached_method
from rasa.shared.utils.io import deep_container_fingerprint, get_text_hash

# What a topic of examples has, and nothing else where it is plain.
_OF_A_TOPIC = frozenset({"intent", "metadata", "examples"})
# Where an example keeps the words of it that are annotated, shaped as Rasa's entities. Under Rasa's own name it would
# ask for one of its own extractors, at every training and validation; nlu/vocabulary_extractor.py learns from these.
ANNOTATED = "annotated"


def _fingerprint(value: Any) -> str:
    """As Rasa's, but of a text's tokens at once: it takes that of each part of each token."""
    if isinstance(value, list) and value and isinstance(value[0], Token):
        tokens = [(token.text, token.start, token.end, token.lemma, sorted(token.data.items())) for token in value]
        return str(get_text_hash(repr(tokens)))
    return str(deep_container_fingerprint(value))


class Example(Message):
    """A message whose fingerprint is made anew of what changed alone, and whose copy shares what is only replaced.

    Rasa takes the fingerprint of every example a dozen times in a training, of all that is known of it, and copies all
    of it four times; that takes longer than learning from them.
    """

    @classmethod
    def of(cls, message: Message) -> Example:
        """An example with what `message` has, in a dictionary and lists of its own."""
        return cls(message.data, set(message.output_properties), message.time, list(message.features))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._fingerprints: dict[str, tuple[Any, str]] = {}

    def __deepcopy__(self, memo: dict[int, Any]) -> Example:
        """Another example with the same values."""
        copied = Example.of(self)
        copied._fingerprints = dict(self._fingerprints)
        return copied

    def set(self, prop: str, info: Any, add_to_output: bool = False) -> None:
        """Set a property; its value may be the old one, changed in place."""
        self._fingerprints.pop(prop, None)
        super().set(prop, info, add_to_output)

    def fingerprint(self) -> str:
        """Another one when something is set to another value, or a feature was added; not the one that Rasa makes."""
        for name, value in self.data.items():
            known = self._fingerprints.get(name)
            if known is None or known[0] is not value:
                self._fingerprints[name] = (value, _fingerprint(value))
        parts = [f"{name}:{self._fingerprints[name][1]}" for name in sorted(self.data)]
        return str(get_text_hash(" ".join([*parts, *(feature.fingerprint() for feature in self.features)])))


def _plain_topics(text: str) -> list[dict[str, Any]] | None:
    """The topics of a file with nothing in it but intents and their examples; None for any other."""
    try:
        content = yaml.load(text, yaml.CSafeLoader)
    except yaml.YAMLError:
        return None
    topics = content.get("nlu") if isinstance(content, dict) and content.keys() == {"version", "nlu"} else None
    plain = isinstance(topics, list) and all(
        isinstance(topic, dict) and topic.keys() <= _OF_A_TOPIC and isinstance(topic.get("examples"), str)
        for topic in topics
    )
    return topics if plain else None


class _NoSynonyms(dict[str, str]):
    """Takes none. Rasa makes an annotated word a synonym of its value, and warns of a word with two."""

    def __setitem__(self, word: str, value: str) -> None:
        pass


class Reader(RasaYAMLReader):
    """Rasa's own, which reads each file four times in slow ways, for what is not plain or is wrong."""

    def reads(self, text: str, **more: Any) -> TrainingData:
        """The examples in `text`. Errors: Rasa's, with the line."""
        topics = _plain_topics(text)
        if topics is None:
            return super().reads(text, **more)
        self.entity_synonyms = _NoSynonyms()
        self._parse_nlu(topics)
        return TrainingData(self.training_examples)


class Importer(RasaFileImporter):
    """Rasa's own, which reads all examples three times in a training; that takes longer than learning from them."""

    @cached_method
    def _read(self) -> TrainingData:
        found = TrainingData().merge(*(Reader().read(path) for path in self._nlu_files))
        found.training_examples = [Example.of(message) for message in found.training_examples]
        for example in found.training_examples:
            if ENTITIES in example.data:
                example.data[ANNOTATED] = example.data.pop(ENTITIES)
        return found

    def get_nlu_data(self, language: str | None = None) -> TrainingData:
        """All examples, in Dutch whatever the caller asks for: some of Rasa's calls ask for English."""
        return self._read()
