"""How a turn reads in Teams."""

from __future__ import annotations

from typing import Any

from channels.teams.cards import MOST_ACTIONS, chosen_message_of, invitation_of, message_of

TEXT = {"type": "text", "text": "Zo klinkt een knelpunt in het **mandaat**. Komt dat in de buurt?"}
OFFERS = {"type": "quick_replies", "replies": [{"choice": "ab12", "title": "Ja"}, {"choice": "cd34", "title": "Nee"}]}
SUMMARY = {
    "type": "summary",
    "lines": [{"title": "Gun het tijd", "words": "elke maand samen eten"}, {"title": "", "words": "en rust"}],
    "first_step": "ik bel mijn directeur",
    "page": "summary?link=a.b",
    "calendar": "first-step.ics?link=a.b",
}


def card_of(*replies: dict[str, Any], website: str = "") -> dict[str, Any]:
    message = message_of(replies, website)
    (attachment,) = message.attachments or []
    assert attachment.content_type == "application/vnd.microsoft.card.adaptive"
    # Text beside a card would be read twice.
    assert message.text is None
    assert message.summary
    content = dict(attachment.content)
    assert (content["type"], content["version"], content["lang"]) == ("AdaptiveCard", "1.2", "nl")
    assert content["fallbackText"] == message.summary
    assert len(content.get("actions", ())) <= MOST_ACTIONS
    return content


def test_words_alone_are_one_message_of_text() -> None:
    message = message_of([TEXT, {"type": "text", "text": "Vertel."}, {"type": "keep"}])
    assert message.text == f"{TEXT['text']}\n\nVertel."
    assert message.text_format == "markdown"
    assert message.attachments is None


def test_addresses_in_a_text_can_be_pressed() -> None:
    said = {"type": "text", "text": "Mail info@netwerkmetandereogen.nl of kijk op www.netwerkmetandereogen.nl."}
    linked = (
        "Mail [info@netwerkmetandereogen.nl](mailto:info@netwerkmetandereogen.nl) of kijk op "
        "[www.netwerkmetandereogen.nl](https://www.netwerkmetandereogen.nl)."
    )
    assert message_of([said]).text == linked
    assert card_of(said, OFFERS)["body"][0]["text"] == linked


def test_what_is_offered_can_be_pressed() -> None:
    content = card_of({"type": "progress", "step": 2, "total": 4}, TEXT, OFFERS)
    assert [part["text"] for part in content["body"]] == ["Stap 2 van 4", TEXT["text"]]
    assert [(action["type"], action["title"], action["data"]) for action in content["actions"]] == [
        ("Action.Submit", "Ja", {"choice": "ab12"}),
        ("Action.Submit", "Nee", {"choice": "cd34"}),
    ]


def test_more_than_teams_shows_is_a_list_to_choose_from() -> None:
    many = {"type": "quick_replies", "replies": [{"choice": str(n), "title": f"Keus {n}"} for n in range(7)]}
    link = {"type": "link", "title": "Mail", "url": "mailto:info@netwerkmetandereogen.nl"}
    content = card_of(TEXT, many, link)
    choices = content["body"][-1]
    assert (choices["type"], choices["id"]) == ("Input.ChoiceSet", "choice")
    assert [(choice["title"], choice["value"]) for choice in choices["choices"]] == [
        (f"Keus {n}", str(n)) for n in range(7)
    ]
    assert [action["title"] for action in content["actions"]] == ["Verder", "Mail"]


def test_a_summary_stands_on_its_card_with_what_can_be_done_with_it() -> None:
    content = card_of(TEXT, SUMMARY, OFFERS, website="https://coach.example/webhooks/website/")
    lines = [[part["text"] for part in container["items"]] for container in content["body"][1:]]
    assert lines == [
        ["Gun het tijd", "elke maand samen eten"],
        ["Ook dit", "en rust"],
        ["Je eerste stap", "ik bel mijn directeur"],
    ]
    links = [action["url"] for action in content["actions"] if action["type"] == "Action.OpenUrl"]
    assert links == [f"https://coach.example/webhooks/website/{SUMMARY[name]}" for name in ("page", "calendar")]
    assert [action["type"] for action in card_of(TEXT, SUMMARY, OFFERS)["actions"]] == ["Action.Submit"] * 2


def test_a_number_is_chosen_from_a_list() -> None:
    content = card_of(TEXT, {"type": "scale", "lowest": 1, "highest": 3})
    listed = content["body"][-1]
    assert (listed["type"], listed["id"]) == ("Input.ChoiceSet", "scale")
    assert [choice["value"] for choice in listed["choices"]] == ["1", "2", "3"]
    assert [(action["type"], action["title"]) for action in content["actions"]] == [("Action.Submit", "Verder")]


def test_a_card_that_was_answered_has_nothing_left_to_choose_from() -> None:
    link = {"type": "link", "title": "Mail", "url": "mailto:info@netwerkmetandereogen.nl"}
    scale = {"type": "scale", "lowest": 1, "highest": 3}
    (attachment,) = chosen_message_of([TEXT, OFFERS, link, scale], chosen="Ja").attachments or []
    assert [action["title"] for action in attachment.content["actions"]] == ["Mail"]
    assert [part["text"] for part in attachment.content["body"]] == [TEXT["text"], "Je koos: Ja"]
    (typed,) = chosen_message_of([TEXT, OFFERS]).attachments or []
    assert "actions" not in typed.content
    assert [part["text"] for part in typed.content["body"]] == [TEXT["text"]]


def test_an_invitation_leads_to_a_chat_with_the_bot() -> None:
    (attachment,) = invitation_of("Kom gerust.", "de-app").attachments or []
    (action,) = attachment.content["actions"]
    assert action["url"] == "https://teams.microsoft.com/l/chat/0/0?users=28:de-app"
