"""A turn of the coach as one message of Teams: text alone, or an Adaptive Card where there is something to press.

The replies are those that the website gets (channels/replies.py). A card keeps to version 1.2, the newest that Teams
shows on a phone: https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/what-are-cards.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from microsoft_agents.activity import Activity, ActivityTypes, Attachment, ContentTypes
from microsoft_teams.cards import (
    AdaptiveCard,
    Choice,
    ChoiceSetInput,
    Container,
    OpenUrlAction,
    SubmitAction,
    TextBlock,
)

from channels.replies import Reply

# More actions than this Teams does not show; then they are a list to choose from.
MOST_ACTIONS = 6
# Where what was chosen stands in what Teams sends back.
CHOICE, SCALE = "choice", "scale"
ON = "Verder"
SITE = re.compile(r"(?<![\w/@.-])www(?:\.[\w-]+)+\b")
MAIL = re.compile(r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b")

Replies = Sequence[Reply]


def text_message_of(text: str) -> Activity:
    """The message that says a text."""
    return Activity(type=ActivityTypes.message, text=_linked(text), text_format="markdown")


def invitation_of(text: str, app_id: str) -> Activity:
    """The message that invites whoever reads it to a chat with the coach alone.

    For the address of a chat with a bot: https://learn.microsoft.com/microsoftteams/platform/concepts/build-and-test/deep-link-teams.
    """
    open_chat = OpenUrlAction(
        title="Praat persoonlijk verder", url=f"https://teams.microsoft.com/l/chat/0/0?users=28:{app_id}"
    )
    return _shown(text, [TextBlock(text=text, wrap=True)], [open_chat])


def _linked(text: str) -> str:
    """A text whose addresses can be pressed: Teams makes no links of its own on a card."""
    return MAIL.sub(r"[\g<0>](mailto:\g<0>)", SITE.sub(r"[\g<0>](https://\g<0>)", text))


def is_offer(replies: Replies) -> bool:
    """Whether there is something to choose from."""
    return any(reply["type"] in {"quick_replies", "scale"} for reply in replies)


def title_of(replies: Replies, answer: str) -> str:
    """How a choice, or a number of a scale, is called; empty where there is no such thing."""
    for reply in replies:
        for offer in reply.get("replies", ()):
            if offer["choice"] == answer:
                return str(offer["title"])
        if reply["type"] == "scale" and answer in _numbers(reply):
            return answer
    return ""


def message_of(replies: Replies, website: str = "") -> Activity:
    """The message that says what is replied in a turn.

    Args:
        replies: as channels/replies.py gives them.
        website: the public address of the website's channel, with a slash behind it, where a summary's page and
            calendar are; without it they are left out.
    """
    if {reply["type"] for reply in replies} <= {"text", "keep", "started_over"}:
        return text_message_of(_said(replies))
    body = [part for reply in replies for part in _body(reply)]
    offers = [offer for reply in replies if reply["type"] == "quick_replies" for offer in reply["replies"]]
    links = _open_links(replies, website)
    actions: list[Any] = [SubmitAction(title=offer["title"], data={CHOICE: offer["choice"]}) for offer in offers]
    if len(actions) + len(links) > MOST_ACTIONS:
        listed = [Choice(title=offer["title"], value=offer["choice"]) for offer in offers]
        body.append(ChoiceSetInput(id=CHOICE, style="compact", placeholder="Kies een antwoord", choices=listed))
        actions = [SubmitAction(title=ON)]
    if any(reply["type"] == "scale" for reply in replies):
        actions.append(SubmitAction(title=ON))
    return _shown(_said(replies), body, actions + links)


def chosen_message_of(replies: Replies, website: str = "", chosen: str = "") -> Activity:
    """What takes the place of a message once the leader answered: the same, with nothing left to choose from.

    `chosen` is the title of what they chose, where they did not type.
    """
    body = [part for reply in replies if reply["type"] != "scale" for part in _body(reply)]
    if chosen:
        body.append(TextBlock(text=f"Je koos: {chosen}", wrap=True, is_subtle=True))
    return _shown(_said(replies), body, _open_links(replies, website))


def _said(replies: Replies) -> str:
    """By this a card is announced, and it is shown where a card cannot be."""
    return "\n\n".join(reply["text"] for reply in replies if reply["type"] == "text") or "Reflectiecoach"


def _open_links(replies: Replies, website: str) -> list[Any]:
    links = [link for reply in replies for link in _links(reply, website)]
    return [OpenUrlAction(title=title, url=url) for title, url in links]


def _numbers(scale: Reply) -> list[str]:
    return [str(number) for number in range(scale["lowest"], scale["highest"] + 1)]


def _shown(said: str, body: list[Any], actions: list[Any]) -> Activity:
    card = AdaptiveCard(version="1.2", lang="nl", fallback_text=said, body=body, actions=actions or None)
    content = card.model_dump(mode="json", exclude_none=True)
    attachment = Attachment(content_type=ContentTypes.adaptive_card, content=content)
    return Activity(type=ActivityTypes.message, attachments=[attachment], summary=said)


def _body(reply: Reply) -> Iterable[Any]:
    """What a reply puts on a card."""
    match reply["type"]:
        case "progress":
            yield TextBlock(text=f"Stap {reply['step']} van {reply['total']}", is_subtle=True, size="Small")
        case "text":
            yield TextBlock(text=_linked(reply["text"]), wrap=True)
        case "scale":
            listed = [Choice(title=number, value=number) for number in _numbers(reply)]
            yield ChoiceSetInput(id=SCALE, style="compact", placeholder="Kies een cijfer", choices=listed)
        case "summary":
            lines = [(line["title"] or "Ook dit", line["words"]) for line in reply["lines"]]
            if reply["first_step"]:
                lines.append(("Je eerste stap", reply["first_step"]))
            for title, words in lines:
                heading = TextBlock(text=title, wrap=True, weight="Bolder")
                yield Container(items=[heading, TextBlock(text=words, wrap=True, spacing="None")])


def _links(reply: Reply, website: str) -> Iterable[tuple[str, str]]:
    """The titles and addresses that a reply leads to."""
    match reply["type"]:
        case "link":
            yield reply["title"], reply["url"]
        case "summary" if website:
            yield "Bewaar of print", website + reply["page"]
            if reply["calendar"]:
                yield "Zet in je agenda", website + reply["calendar"]
