"""Reads the files of examples once a training."""

from __future__ import annotations

from typing import Any

from rasa.nlu.tokenizers.tokenizer import Token
from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from rasa.shared.utils.common import cached_method
from rasa.shared.utils.io import deep_container_fingerprint, get_text_hash


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

    def __init__(self, message: Message) -> None:
        """The example that `message` is."""
        super().__init__(message.data, set(message.output_properties), message.time, list(message.features))
        self._fingerprints: dict[str, tuple[Any, str]] = {}

    def __deepcopy__(self, memo: dict[int, Any]) -> Example:
        """Another example with the same values."""
        copied = Example(self)
        copied._fingerprints = dict(self._fingerprints)
        return copied

    def fingerprint(self) -> str:
        """Rasa's contract: another one when something is set to another value, or a feature was added."""
        for name, value in self.data.items():
            known = self._fingerprints.get(name)
            if known is None or known[0] is not value:
                self._fingerprints[name] = (value, _fingerprint(value))
        parts = [f"{name}:{self._fingerprints[name][1]}" for name in sorted(self.data)]
        return str(get_text_hash(" ".join([*parts, *(feature.fingerprint() for feature in self.features)])))


class Importer(RasaFileImporter):
    """Rasa's own, which reads all examples three times in a training; that takes longer than learning from them."""

    @cached_method
    def _read(self) -> TrainingData:
        found = super().get_nlu_data("nl")
        found.training_examples = [Example(message) for message in found.training_examples]
        return found

    def get_nlu_data(self, language: str | None = None) -> TrainingData:
        """All examples, in Dutch whatever the caller asks for: some of Rasa's calls ask for English."""
        return self._read()
