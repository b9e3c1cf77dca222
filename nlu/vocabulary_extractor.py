"""Entities from word lists: level and sector of the speaker or of somebody else, bottleneck, principle."""

from __future__ import annotations

import json
import logging
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import (
    ENTITIES,
    ENTITY_ATTRIBUTE_END,
    ENTITY_ATTRIBUTE_ROLE,
    ENTITY_ATTRIBUTE_START,
    ENTITY_ATTRIBUTE_TYPE,
    ENTITY_ATTRIBUTE_VALUE,
    TEXT,
)
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from rasa.shared.utils.io import read_yaml

from nlu.importer import ANNOTATED
from nlu.source import source_digest

logger = logging.getLogger(__name__)

SELF, OTHER = "self", "other"
# What a word may end on beyond its last part: a plural, or a woman's form of a title.
PLURAL = r"(?P<plural>en|es|s|n|'s)?"
ENDING = rf"(?:{PLURAL}|e|ster|in|tje|trice)$"

# Where somebody starts to say who they are themselves, and where that clause ends.
SPEAKS_OF_SELF = re.compile(
    r"\b(?:ik ben|ben ik|ik werk|werk ik|ik zit|zit ik|ik leid|ik bestuur|ik geef|ik stuur|ik kom uit|ik run|ik sta"
    r"|ik doe|ik draai|ik hou|ik houd|ik zwaai|ik behandel|ik voorzit|ik rij|ik trek"
    r"|ik heb(?=[^.;,]* onder (?:me|mij)\b)"
    r"|(?<!vroeger )(?:bestuur|leid|stuur|geef|draai|doe) ik|(?:ben|werk|sta|zit|geef) (?:nu|sinds|sedert|al|inmiddels)"
    r"|(?<!het )(?<!dit )(?<!ons )(?<!mijn )werk (?:bij|in|op|als)|heb de leiding|zit zelf|gewoon de baas|maar nu"
    r"|wij zijn|we zijn|wij werken|we werken|wij van|werkzaam|mijn functie is|mijn rol is|(?:wij|ik),? als|namens"
    r"|vanuit (?:de|het|mijn|ons|onze)|bij ons (?:op|in|bij)|hier bij|hier een|spreekt met een|spreek je met"
    r"|ons|onze|mijn|(?<!werkt )als(?! (?:de|het|een|onze|mijn|die|dat|er|ze|hij|zij|wij|we|ik|je|jij|iemand)\b))\b"
)
_ENDS = (
    r"[.;:!?\n]|\b(?:maar|omdat|want|terwijl|waar|die|dat|(?<!ik ben )(?<!ben ik )dus|geen|niet"
    r"|(?<!stichting )(?<!organisatie )(?<!school )(?<!spreek je )met|tegen|naar|(?<!leiding )(?<!scepter )over|samen"
    r"|te|volgens|onder (?!me|mij)|vindt|wil|probeer|naast|boven|via|krijg|moet|zie|vraag|behandel|zonder|in plaats van"
    r"|en (?:de|het|mijn|onze|die|hij|zij|ze|wij|we|ik|moet|krijg|zie|behandel|word|loop|merk|vraag))\b"
)
CLAUSE_ENDS = re.compile(rf"{_ENDS}|, (?!(?:bij|in|op|van|basis|voor)\b)")
# A title that opens a message may be followed by its organisation after a comma, and not by somebody else.
OPENING_ENDS = re.compile(
    rf"{_ENDS}|, (?:de|het|een|mijn|mn|onze|ons|die|dat|ik|we|wij|en|maar|er|ze|hij|zij|dus|want)\b"
)
# "ons schoolbestuur wil niet": own organisation, but the function named is another's.
POSSESSIVE = re.compile(r"^(?:ons|onze|mijn)$")
# At home with somebody: the sector is the speaker's too, the functions are others'.
AT_OURS = re.compile(r"^(?:bij ons .*|hier bij)$")
GREETED = re.compile(
    r"\W*(?:(?:hoi|hallo|dag|goedemorgen|goedemiddag)\W+)?"
    r"(?:(?:k )?ben (?:een )?|sinds kort |(?:spreekt u |hier )?met (?:de |een )?"
    r"|waarnemend |ambulant |voormalig |loco|algemeen |beginnend |gewoon |nog steeds |lid (?:van de )?)?"
)
# "schoolleider hier", "Wethouder van een kleine gemeente": a title that opens the message, of whom nothing is told.
OPENS_WITH_TITLE = re.compile(
    r"(?!\s*(?:is|was|zijn|wil|willen|heeft|hebben|had|zegt|zei|moet|moeten|vindt|vinden|mag|mogen|zit|zitten|doet|doen"
    r"|gaat|gaan|kan|kunnen|werkt|werken|blijft|komt|komen|belt|bellen|stuurt|staat|weet|weten|wordt"
    r"|krijgt|denkt|denken|snapt|loopt|zou"
    r"|besluit|beslist|bepaalt|kijkt|kijken|wacht|ziet|zien|neemt|trekt)\b)"
)


# A word of this many letters that is one letter away from a known one is that one, misspelled.
LONG = 9


def one_less(word: str) -> list[str]:
    """`word` without each of its letters in turn: what words one letter apart, or with two swapped, have in common."""
    return [word[:index] + word[index + 1 :] for index in range(len(word))]


# An entity, and the values that a word has of it.
Meaning = tuple[str, tuple[str, ...]]
# What annotated words of examples say: {words: {entity: value}}.
Learned = dict[str, dict[str, str]]


@dataclass(frozen=True)
class Mention:
    """One word of the lists in a text, from `start` up to `end`, and what it stands for."""

    start: int
    end: int
    entity: str
    values: tuple[str, ...]
    plural: bool

    def over(self, other: Mention) -> bool:
        """Whether both say the same kind of thing of a word that they share."""
        return self.entity == other.entity and self.start < other.end and other.start < self.end


class Vocabulary:
    """The word lists of `data/vocabulary.yml`: whole words as one pattern, and parts that words are compounded of.

    "-manager" is the last part of a compound or the whole, "jeugdzorg-" the first, "-school-" any: Dutch makes new
    function titles and names of organisations every day. What was learned of examples stands between: what the lists
    have as whole words it does not change, but it is surer than the parts.
    """

    def __init__(self, lists: dict[str, Any], learned: Mapping[str, Mapping[str, str]] | None = None) -> None:
        """Compile `lists`, and what was `learned` beside them.

        Raises:
            InvalidConfigException: a list is missing or is not shaped as in `data/vocabulary.yml`.
        """
        self._meanings: dict[str, list[Meaning]] = {}
        try:
            for title in lists["titles"]:
                for word in title["words"]:
                    self._add(word, "level", [title["level"]])
                    self._add(word, "sector", title["sector"])
            for entity, section in (
                ("level", "levels"),
                ("sector", "sectors"),
                ("bottleneck", "bottlenecks"),
                ("principle", "principles"),
            ):
                for value, words in lists[section].items():
                    for word in words:
                        self._add(word, entity, [value])
        except (KeyError, TypeError, AttributeError) as error:
            raise InvalidConfigException(f"The word lists are not shaped as expected: {error!r}.") from error
        longest_first = sorted(self._meanings, key=len, reverse=True)
        self._pattern = _whole(word for word in longest_first if "-" not in {word[0], word[-1]})
        self._parts = [
            (
                re.compile(
                    ("" if word[0] == "-" else "^") + re.escape(word.strip("-")) + ("" if word[-1] == "-" else ENDING)
                ),
                word,
            )
            for word in longest_first
            if "-" in {word[0], word[-1]}
        ]
        self._shortened = {
            part: word
            for word in longest_first
            if len(word) >= LONG and word.isalpha() and self._meanings[word][0][0] in {"level", "sector"}
            for part in one_less(word)
        }
        self._learned: dict[str, list[Meaning]] = {
            words: [(entity, (value,)) for entity, value in told.items()] for words, told in (learned or {}).items()
        }
        self._learned_pattern = _whole(sorted(self._learned, key=len, reverse=True))

    def _add(self, word: str, entity: str, values: Iterable[str]) -> None:
        self._meanings.setdefault(word.lower(), []).append((entity, tuple(values)))

    def mentions(self, text: str) -> Iterator[Mention]:
        """The mentions in `text`, in their order."""
        found = list(_said(text, self._pattern, self._meanings))
        learned = _said(text, self._learned_pattern, self._learned)
        found += [mention for mention in learned if not any(mention.over(listed) for listed in found)]
        for word in re.finditer(r"[\w-]+", text.lower()):
            known = {item.entity for item in found if item.start < word.end() and word.start() < item.end}
            for part, name in self._parts:
                if inside := part.search(word.group()):
                    plural = bool(inside.groupdict().get("plural"))
                    for entity, values in self._meanings[name]:
                        if entity not in known:
                            known.add(entity)
                            found.append(Mention(word.start(), word.end(), entity, values, plural))
            if word.group() not in self._meanings:
                missed = [meaning for meaning in self._misspelled(word.group()) if meaning[0] not in known]
                for entity, values in missed:
                    found.append(Mention(word.start(), word.end(), entity, values, plural=False))
        yield from sorted(found, key=lambda item: item.start)

    def _misspelled(self, word: str) -> list[Meaning]:
        """What the function title or organisation that `word` is one letter away from stands for, if any."""
        if len(word) < LONG:
            return []
        meant = next((self._shortened[part] for part in [word, *one_less(word)] if part in self._shortened), None)
        return self._meanings[meant] if meant else []

    def contradicted_by(self, words: str, entity: str, value: str) -> bool:
        """Whether the lists have a whole word in `words` that says another value of `entity`."""
        listed = [mention for mention in _said(words, self._pattern, self._meanings) if mention.entity == entity]
        return any(value not in mention.values for mention in listed)


def _whole(words: Iterable[str]) -> re.Pattern[str]:
    """Any of `words` as a whole word; of two that begin alike the first. "Zorgen" are worries, not a sector."""
    either = "|".join(map(re.escape, words)) or "(?!)"
    return re.compile(rf"(?<![\w-])(?!zorgen\b)({either}){PLURAL}(?![\w-])")


def _said(text: str, pattern: re.Pattern[str], meanings: Mapping[str, list[Meaning]]) -> Iterator[Mention]:
    """What the whole words of `pattern` that stand in `text` mean."""
    for match in pattern.finditer(text.lower()):
        for entity, values in meanings[match.group(1)]:
            yield Mention(match.start(), match.end(), entity, values, bool(match["plural"]))


def learned_of(examples: Iterable[Message], vocabulary: Vocabulary, values: Mapping[str, Iterable[str]]) -> Learned:
    """What the annotated words of `examples` say beside the lists of `vocabulary`.

    What the lists have they say: an annotation that contradicts them tells nothing, nor do two that contradict each
    other. Both are logged.

    Args:
        examples: as nlu/importer.py gives them.
        vocabulary: the lists.
        values: of each entity those that there are.

    Raises:
        InvalidConfigException: an annotation has another entity or value.
    """
    told: dict[tuple[str, str], set[str]] = defaultdict(set)
    for example in examples:
        for item in example.get(ANNOTATED) or []:
            words = str(example.get(TEXT))[item[ENTITY_ATTRIBUTE_START] : item[ENTITY_ATTRIBUTE_END]]
            entity, value = item[ENTITY_ATTRIBUTE_TYPE], item[ENTITY_ATTRIBUTE_VALUE]
            if value not in values.get(entity, ()):
                raise InvalidConfigException(f"“{words}” is annotated as {entity} {value}; there is no such {entity}.")
            told[words.lower(), entity].add(value)
    learned: Learned = defaultdict(dict)
    for (words, entity), said in sorted(told.items()):
        value, *others = sorted(said)
        if others:
            logger.warning("“%s” is annotated as %s %s: nothing is learned of it.", words, entity, sorted(said))
        elif vocabulary.contradicted_by(words, entity, value):
            logger.warning("“%s” is annotated as %s %s; data/vocabulary.yml says otherwise.", words, entity, value)
        else:
            learned[words][entity] = value
    return dict(learned)


@dataclass(frozen=True)
class Span:
    """Where a speaker says who they are; `of_theirs`: of their organisation, so that a function named is another's."""

    start: int
    end: int
    of_theirs: bool = False
    next_to_it: bool = False


def self_spans(text: str) -> list[Span]:
    """Where in lower-case `text` the speaker says who they are."""
    spans = []
    for match in SPEAKS_OF_SELF.finditer(text):
        clause = CLAUSE_ENDS.search(text, match.end())
        end = clause.start() if clause else len(text)
        possessive = bool(POSSESSIVE.match(match.group()))
        # "Ik bestuur" says who they are and what they are at once.
        start = match.end() if possessive else match.start()
        spans.append(Span(start, end, possessive or bool(AT_OURS.match(match.group())), possessive))
    return spans


def opening_span(text: str, mentions: list[Mention]) -> list[Span]:
    """The clause that a title opens a message with; none where none does."""
    opening = GREETED.match(text)
    start = opening.end() if opening else 0
    for mention in mentions:
        if mention.start == start and OPENS_WITH_TITLE.match(text[mention.end :]):
            end = OPENING_ENDS.search(text, mention.end)
            return [Span(start, end.start() if end else len(text))]
    return []


def role_of(mention: Mention, text: str, spans: list[Span], functions: set[int]) -> str:
    """Whether `mention` is about the speaker (SELF) or somebody else (OTHER); `functions` begin where a level does."""
    for span in spans:
        if not span.start <= mention.start < span.end:
            continue
        # "Ik stuur tien leerkrachten aan": many of a function are not the one who speaks.
        if mention.entity == "level" and mention.plural and not text.startswith(("wij", "we"), span.start):
            continue
        theirs = mention.entity == "sector" and mention.start not in functions
        beside = not span.next_to_it or not text[span.start : mention.start].strip()
        if not span.of_theirs or (theirs and beside):
            return SELF
    return OTHER


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class VocabularyExtractor(GraphComponent, EntityExtractorMixin):
    """Finds words of the lists and adds them as entities.

    `level` and `sector` carry a role: `self` where the speaker says it of themselves ("ik ben schoolleider"), `other`
    where somebody else is meant ("mijn bestuurder wil niet"). The lists are stored in the model, and beside them what
    the examples say of words that are in no list, by their annotations.
    """

    def __init__(self, vocabulary: Vocabulary, lists: str, model_storage: ModelStorage, resource: Resource) -> None:
        self._vocabulary = vocabulary
        self._lists = lists
        self._model_storage = model_storage
        self._resource = resource

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`vocabulary`: the file with the lists, relative to the working directory."""
        return {"vocabulary": "data/vocabulary.yml"}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> VocabularyExtractor:
        """The component with the lists of the file.

        Raises:
            InvalidConfigException: the file is missing or is not shaped as expected.
        """
        try:
            lists = Path(config["vocabulary"]).read_text(encoding="utf-8")
        except OSError as error:
            raise InvalidConfigException(f"The word lists cannot be read: {error}.") from error
        return cls(Vocabulary(read_yaml(lists)), lists, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> VocabularyExtractor:
        """The component with the lists of the model, and what it learned."""
        with model_storage.read_from(resource) as directory:
            lists = (directory / "vocabulary.yml").read_text(encoding="utf-8")
            learned = json.loads((directory / "learned.json").read_text(encoding="utf-8"))
        return cls(Vocabulary(read_yaml(lists), learned), lists, model_storage, resource)

    @staticmethod
    def fingerprint_addon(config: dict[str, Any]) -> str:
        """Digests of the lists and of this module's source: another one means training again."""
        # Rasa's training hooks call this with the configuration as written, without the defaults.
        vocabulary = {**VocabularyExtractor.get_default_config(), **config}["vocabulary"]
        return f"{source_digest(vocabulary)}-{source_digest(__file__)}"

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from what is annotated, and store it in the model with the lists.

        Raises:
            InvalidConfigException: an annotation has an entity or a value that the lists do not have.
        """
        lists = read_yaml(self._lists)
        values = {"level": lists["levels"], "sector": lists["sectors"]}
        learned = learned_of(training_data.training_examples, self._vocabulary, values)
        with self._model_storage.write_to(self._resource) as directory:
            (directory / "vocabulary.yml").write_text(self._lists, encoding="utf-8")
            (directory / "learned.json").write_text(json.dumps(learned, ensure_ascii=False), encoding="utf-8")
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the entities found to those that each message has."""
        for message in messages:
            entities = list(self.extract(message.get(TEXT) or ""))
            message.set(ENTITIES, message.get(ENTITIES, []) + self.add_extractor_name(entities), add_to_output=True)
        return messages

    def extract(self, text: str) -> Iterator[dict[str, Any]]:
        """The entities in `text`, with character offsets into it."""
        lowered = text.lower()
        mentions = list(self._vocabulary.mentions(text))
        spans = self_spans(lowered) + opening_span(lowered, mentions)
        functions = {mention.start for mention in mentions if mention.entity == "level"}
        roles = [role_of(mention, lowered, spans, functions) for mention in mentions]
        # Who says two functions of themselves says their own first.
        own = [
            mention.start
            for mention, role in zip(mentions, roles, strict=True)
            if role == SELF and mention.entity == "level"
        ]
        # A title that tells the sector tells it best: a doctor of schools is no teacher.
        titled = {
            mention.start
            for mention, role in zip(mentions, roles, strict=True)
            if mention.entity == "sector" and role == SELF and mention.start in functions
        }
        for mention, said in zip(mentions, roles, strict=True):
            beside = titled and mention.entity == "sector" and mention.start not in titled
            later = mention.entity == "level" and mention.start != min(own, default=mention.start)
            role = OTHER if beside or later else said
            for value in mention.values:
                entity: dict[str, Any] = {
                    ENTITY_ATTRIBUTE_TYPE: mention.entity,
                    ENTITY_ATTRIBUTE_START: mention.start,
                    ENTITY_ATTRIBUTE_END: mention.end,
                    ENTITY_ATTRIBUTE_VALUE: value,
                }
                if mention.entity in {"level", "sector"}:
                    entity[ENTITY_ATTRIBUTE_ROLE] = role
                yield entity
