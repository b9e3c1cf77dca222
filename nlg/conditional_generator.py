"""Chooses among the variations of a response: the most specific first, and none twice while there is another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from typing import Any

from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

Variation = dict[str, Any]


def holds(condition: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
    """Whether a slot has the value that `condition` asks for; a list slot, whether it is among its values."""
    value = values.get(condition["name"])
    return condition["value"] in value if isinstance(value, list) else value == condition["value"]


def most_specific_first(variations: Iterable[Variation], values: Mapping[str, Any]) -> list[tuple[int, Variation]]:
    """The variations whose conditions all hold, with their index: most conditions first, then in the file's order."""
    fitting = [
        (index, variation)
        for index, variation in enumerate(variations)
        if all(holds(condition, values) for condition in variation.get("condition", []))
    ]
    return sorted(fitting, key=lambda item: -len(item[1].get("condition", [])))


class ConditionalResponseGenerator(TemplatedNaturalLanguageGenerator):
    """Rasa's generator with a choice that is the same each time.

    Rasa's own picks at random and lets any condition win. What was said already stands in the conversation's events:
    each utterance carries the index of its variation, so that a restart or another worker chooses alike.
    """

    def __init__(self, endpoint_config: EndpointConfig, domain: Domain) -> None:
        super().__init__(domain.responses)

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
        fitting = most_specific_first(self.responses.get(utter_action, []), values)
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
