"""Where the page and the calendar file of a summary are: addresses that are signed, and so open to who holds them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from channels.replies import Reply, moment_of
from channels.tokens import Keys
from coach.document import as_calendar
from coach.summary import Summary

# What the token of such an address is for.
LINK = "summary"
HERE = ZoneInfo("Europe/Amsterdam")


def addresses(
    keys: Keys, seconds: float, sender: str, message_id: str, responses: list[Reply]
) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """What gives the `page` and `calendar` of a summary, from the website's channel on.

    Args:
        keys: sign the addresses.
        seconds: for how long they work.
        sender: the conversation.
        message_id: the message that the summary answers.
        responses: the turn, in Rasa's shape; a calendar counts from the day on which it was said.
    """

    def of_summary(summary: dict[str, Any]) -> dict[str, Any]:
        link = keys.sign(LINK, sender, seconds, turn=message_id).text
        calendar = as_calendar(Summary.of_dict(summary), moment_of(responses).astimezone(HERE).date())
        return {"page": f"summary?link={link}", "calendar": f"first-step.ics?link={link}" if calendar else None}

    return of_summary
