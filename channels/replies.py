"""What the coach says in a turn, as the typed replies of channels/website.openapi.yaml."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from rasa.shared.core.events import BotUttered, Event, UserUttered

from channels.turn import START, choice_of
from coach.vocabulary import Pause

Reply = dict[str, Any]
# A principle is opened or come back to: the response that says so carries the step.
STEPS = ("utter_open_", "utter_return_to")
# The conversation waits for a leader who takes a break, and may want to go on another day.
WAITS = ("utter_ask_continue_coaching", Pause.BREAK)
# Answered with a number, or in words.
SCALES = {"utter_ask_confidence": (1, 10)}
ERASED, STARTED_OVER = "utter_erased", "utter_started_over"


def turn_of(
    message_id: str, said: str | None, responses: list[Reply], addresses: Callable[[Any], dict[str, Any]]
) -> Reply:
    """A turn: the leader's message and the replies to it, out of Rasa's responses.

    `addresses` gives the `page` and `calendar` of a summary, by the summary's own data.
    """
    names = [str(response.get("utter_action", "")) for response in responses]
    replies = [reply for response in responses for reply in _replies_of(response, message_id)]
    for reply in replies:
        if reply["type"] == "summary":
            reply.update(addresses(reply.pop("data")))
    return {
        "id": message_id,
        "said": said,
        "at": moment_of(responses).isoformat(timespec="seconds"),
        "replies": replies,
        "erased": ERASED in names,
    }


def moment_of(responses: list[Reply]) -> datetime:
    """When the coach said this; now, where it was said outside a turn."""
    moments = [response["timestamp"] for response in responses if response.get("timestamp")]
    return datetime.fromtimestamp(moments[0], UTC) if moments else datetime.now(UTC)


def turns_of(events: Iterable[Event]) -> Iterator[tuple[str, str | None, list[Reply]]]:
    """The turns of a conversation: the id of each message, what was said (None at the start), Rasa's responses.

    A chosen button reads as its title.
    """
    message: UserUttered | None = None
    titles: dict[str, str] = {}
    responses: list[Reply] = []
    for event in events:
        if isinstance(event, UserUttered):
            if message:
                yield _turn(message, titles, responses)
                titles = _titles(responses)
            message, responses = event, []
        elif isinstance(event, BotUttered):
            responses.append(event.message())
    if message:
        yield _turn(message, titles, responses)


def _turn(message: UserUttered, titles: dict[str, str], responses: list[Reply]) -> tuple[str, str | None, list[Reply]]:
    text = message.text or ""
    return message.message_id, None if text == START else titles.get(text, text), responses


def _titles(responses: Iterable[Reply]) -> dict[str, str]:
    """The titles of the buttons that were offered, by their payload."""
    return {button["payload"]: button["title"] for response in responses for button in response.get("buttons") or ()}


def _replies_of(response: Reply, message_id: str) -> Iterator[Reply]:
    name, custom = str(response.get("utter_action", "")), response.get("custom") or {}
    if name.startswith(STEPS) and response.get("step"):
        yield {"type": "progress", "step": response["step"], "total": response["total"]}
    if name == STARTED_OVER:
        yield {"type": "started_over"}
    if response.get("text"):
        yield {"type": "text", "text": response["text"]}
    if buttons := response.get("buttons"):
        offered = [{"choice": choice_of(button["payload"], message_id), "title": button["title"]} for button in buttons]
        yield {"type": "quick_replies", "replies": offered}
    if name in SCALES:
        lowest, highest = SCALES[name]
        yield {"type": "scale", "lowest": lowest, "highest": highest}
    if (name, response.get("paused")) == WAITS:
        yield {"type": "keep"}
    if custom.get("type") == "link":
        yield {"type": "link", "title": custom["title"], "url": custom["url"]}
    if custom.get("type") == "summary":
        yield {
            "type": "summary",
            "lines": [{"title": title, "words": words} for _, title, words in custom["lines"]],
            "first_step": custom["first_step"],
            "data": custom,
        }
