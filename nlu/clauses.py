"""Clauses of a message as messages of their own, for what stands in one part of it alone.

A leader tells of two bottlenecks in one breath, or asks beside the story who can read it. The whole then sounds like
one thing or the other; the clauses say both. They go along the pipeline behind their message, with the words that they
have and without a sentence vector, which would double the time; `nlu.pooled_classifier` gathers what they tell.
"""

from __future__ import annotations

import re
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.constants import TOKENS_NAMES
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

CLAUSES = "clauses"
CLAUSE_OF = "clause_of"
START, END = "start", "end"
# Fewer words say nothing alone: they belong to what stands before them.
LEAST_WORDS = 3
_BETWEEN = re.compile(
    r"\s*[.!?;,:()\n]+\s*|\s+(?=(?:en|maar|want|terwijl|waardoor|omdat|dus|alleen|of|ondertussen|intussen|tegelijk|bovendien"
    r"|daarnaast|plus|zodat|waarbij|behalve)\b)"
)


def spans(text: str) -> list[tuple[int, int]]:
    """Where the clauses of `text` start and end, in their order; whatever stands between them belongs to none."""
    found: list[tuple[int, int]] = []
    start = 0
    for end, after in [*((gap.start(), gap.end()) for gap in _BETWEEN.finditer(text)), (len(text), len(text))]:
        words = len(text[start:end].split())
        if found and words and min(words, len(text[slice(*found[-1])].split())) < LEAST_WORDS:
            found[-1] = (found[-1][0], end)
        elif words:
            found.append((start, end))
        start = after
    return found


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class ClauseSplitter(GraphComponent):
    """Adds behind each message of several clauses these clauses, to be recognised; not while training."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> ClauseSplitter:
        """The component; it learns nothing."""
        return cls()

    @classmethod
    def required_components(cls) -> list[type]:
        """A tokenizer, for the lemmas of the clauses."""
        return [Tokenizer]

    def process(self, messages: list[Message]) -> list[Message]:
        """The messages, and behind them the clauses of those that have several."""
        return messages + [clause for message in messages for clause in _clauses_of(message)]


def _clauses_of(message: Message) -> list[Message]:
    text = message.get(TEXT) or ""
    found = spans(text)
    tokens = message.get(TOKENS_NAMES[TEXT]) or []
    return [
        Message(
            {
                TEXT: text[start:end],
                TOKENS_NAMES[TEXT]: [token for token in tokens if start <= token.start < end],
                CLAUSE_OF: message,
                START: start,
                END: end,
            }
        )
        for start, end in (found if len(found) > 1 else [])
    ]
