"""Chooses among the variations of a response: the most specific first, and none twice while there is another."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import RasaException
from rasa.utils.endpoints import EndpointConfig

logger = logging.getLogger(__name__)
Variation = dict[str, Any]
ROOT = Path(__file__).parent.parent
_BLANK = re.compile(r"\{(\w+)\}")


def holds(condition: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
    """Whether a slot has the value that `condition` asks for; a list slot, whether it is among its values."""
    value = values.get(condition["name"])
    return condition["value"] in value if isinstance(value, list) else value == condition["value"]


def blanks_of(variation: Variation) -> set[str]:
    """The names of the values that a text leaves room for."""
    return set(_BLANK.findall(str(variation.get("text", ""))))


def most_specific_first(variations: Iterable[Variation], values: Mapping[str, Any]) -> list[tuple[int, Variation]]:
    """The variations that fit, with their index: most conditions first, then most values taken in, then by the file.

    One fits when all its conditions hold and every value that its text leaves room for is known.
    """
    fitting = [
        (index, variation)
        for index, variation in enumerate(variations)
        if all(holds(condition, values) for condition in variation.get("condition", []))
        and all(values.get(name) is not None for name in blanks_of(variation))
    ]
    return sorted(fitting, key=lambda item: (-len(item[1].get("condition", [])), -len(blanks_of(item[1]))))


class ConditionalResponseGenerator(TemplatedNaturalLanguageGenerator):
    """Rasa's generator with a choice that is the same each time.

    Rasa's own picks at random and lets any condition win. What was said already stands in the conversation's events:
    each utterance carries the index of its variation, so that a restart or another worker chooses alike.
    """

    def __init__(self, endpoint_config: EndpointConfig, domain: Domain) -> None:
        super().__init__(domain.responses)
        texts = endpoint_config.kwargs.get("texts") if endpoint_config else None
        self._folder = ROOT / texts if texts else None
        self._read_at: dict[Path, float] = {}
        self._texts: dict[str, list[Variation]] = {}
        if self._folder:
            self._read(self._folder)  # takes seconds, which the first leader would wait

    def _variations(self, utter_action: str) -> list[Variation]:
        """The variations of a response as they stand in the files now, or else in the model.

        A changed text needs no training. Where the files cannot be read, the texts of before stay.
        """
        if self._folder is None:
            return list(self.responses.get(utter_action, []))
        self._read(self._folder)
        return self._texts.get(utter_action) or self.responses.get(utter_action, [])

    def _read(self, folder: Path) -> None:
        """Take over the texts of the files where one of them changed; the old ones stay where they cannot be read."""
        try:
            read_at = {path: path.stat().st_mtime for path in folder.glob("*.yml")}
            if read_at != self._read_at:
                self._read_at = read_at
                self._texts = Domain.load([str(path) for path in sorted(read_at)]).responses
        except (RasaException, OSError) as error:
            logger.error("The texts were not taken over: %s", error)  # noqa: TRY400 - a line for editors

    async def generate(
        self, utter_action: str, tracker: DialogueStateTracker, output_channel: str, **kwargs: Any
    ) -> dict[str, Any] | None:
        """The filled response for `utter_action`; None where the domain has none that fits.

        Args:
            utter_action: the name of the response.
            tracker: the conversation; its slots are what conditions look at, and what fills placeholders.
            output_channel: the name of the channel; texts do not differ by channel.
            kwargs: values beside the slots, which go before them.
        """
        values = {**tracker.current_slot_values(), **kwargs}
        fitting = most_specific_first(self._variations(utter_action), values)
        if not fitting:
            return None
        said = [
            event.metadata.get("variation")
            for event in tracker.events
            if isinstance(event, BotUttered) and event.metadata.get("utter_action") == utter_action
        ]
        # Unsaid ones first; after that, the one whose last time is longest ago.
        last_said = {index: position for position, index in enumerate(said)}
        index, variation = min(fitting, key=lambda item: last_said.get(item[0], -1))
        content = {key: value for key, value in variation.items() if key not in {"condition", "channel"}}
        return {**self._fill_response(deepcopy(content), values), "variation": index}
