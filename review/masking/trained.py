"""The people that spaCy's trained Dutch pipeline finds, where that is installed."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Iterator
from typing import Any

from review.masking.spans import Kind, Span

PIPELINE = "nl_core_news_sm"
NEEDED = ("tok2vec", "ner")


class TrainedNames:
    """Entities with the label PERSON; none where the pipeline is not installed."""

    def __init__(self) -> None:
        self._pipeline: Any = None
        if importlib.util.find_spec(PIPELINE):
            self._pipeline = importlib.import_module(PIPELINE).load()
            self._pipeline.select_pipes(disable=[name for name in self._pipeline.pipe_names if name not in NEEDED])

    def find(self, text: str) -> Iterator[Span]:
        """The people in `text`."""
        if self._pipeline is not None:
            for entity in self._pipeline(text).ents:
                if entity.label_ == "PERSON":
                    yield Span(entity.start_char, entity.end_char, Kind.NAME)
