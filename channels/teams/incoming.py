"""What an activity of Teams asks of the coach: https://learn.microsoft.com/microsoftteams/platform/bots/bot-concepts."""

from __future__ import annotations

import hashlib
import html
import json
import logging
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from http import HTTPStatus
from typing import Any
from zoneinfo import available_timezones

from microsoft_agents.activity import Activity, ActivityTypes

from channels.teams.cards import CHOICE, SCALE
from channels.teams.trust import tenants_of
from channels.turn import START

# It writes what the leader typed with every activity that is none.
logging.getLogger("microsoft_agents.activity.activity").disabled = True

PERSONAL = "personal"
INVITATION = "utter_invite_to_personal_chat"
WELCOME = "welcome"
ADDED, REMOVED = "add", "remove"
# What a reply is addressed by.
ADDRESS = {
    "id": None,
    "channelId": None,
    "serviceUrl": None,
    "conversation": ("id", "tenantId", "conversationType", "isGroup"),
    "recipient": ("id", "name"),
    "from": ("id",),
}
LOCALE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")
AT = re.compile(r"</?at\b[^>]*>", re.IGNORECASE)
# They go into the addresses of replies, as they are; the second is kept in a column of the database.
CONVERSATION_ID = re.compile(r"[\w:.@;=+*!-]{1,1000}", re.ASCII)
ACTIVITY_ID = re.compile(r"[\w:.@;=+*!-]{1,200}", re.ASCII)
ZONES = available_timezones()


class NoActivityError(Exception):
    """A body that is no activity. It says why, without what it says."""


@dataclass(frozen=True)
class Asked:
    """What the coach is asked.

    `sender` is the conversation; `key` is the same when the same comes again; under `message_id` the turn is stored.
    A leader typed `text`, or chose it from the list on the message `chosen_on`, or pressed a `choice`; or else the
    channel itself says `tell`, one of its texts. `metadata` is what is known of the leader's language and time zone.
    """

    sender: str
    key: str
    message_id: str
    text: str = ""
    choice: str | None = None
    chosen_on: str | None = None
    tell: str | None = None
    metadata: dict[str, str] = field(default_factory=dict)


def cleaned(told: Any) -> dict[str, Any]:
    """A body without what the model does not take, and Teams may send: null and empty text.

    Raises:
        NoActivityError: it is no object.
    """
    if not isinstance(told, dict):
        raise NoActivityError("no object")
    body = {name: value if name == "value" else _without_blanks(value) for name, value in told.items()}
    body.pop("deliveryMode", None)  # the sender would choose how it is answered
    return {name: value for name, value in body.items() if not _is_blank(value)}


def activity_of(body: dict[str, Any]) -> Activity:
    """The activity that a body is.

    Raises:
        NoActivityError: it is none, or a reply to it has no address.
    """
    try:
        activity: Activity = Activity.model_validate(body)
    except Exception as error:  # noqa: BLE001 - the model raises all kinds, with what it was given
        raise NoActivityError(type(error).__name__) from None
    if not activity.type or not activity.conversation or not CONVERSATION_ID.fullmatch(activity.conversation.id or ""):
        raise NoActivityError("no type or conversation")
    if not ACTIVITY_ID.fullmatch(activity.id or ""):
        raise NoActivityError("no id")
    return activity


def _without_blanks(value: Any) -> Any:
    if isinstance(value, dict):
        kept = {name: _without_blanks(one) for name, one in value.items()}
        return {name: one for name, one in kept.items() if not _is_blank(one)}
    if isinstance(value, list):
        return [one for one in map(_without_blanks, value) if not _is_blank(one)]
    return value


def _is_blank(value: Any) -> bool:
    return value is None or value == ""


def asked_of(activity: Activity, body: Mapping[str, Any]) -> Asked | None:
    """What an activity asks; None where there is nothing to do, as with a thumb up, or a kind that nobody knows.

    Args:
        activity: as the model has it.
        body: as it came.
    """
    kind, given = activity.type, activity.value
    begins = _is_installation(activity)
    if not (begins or kind == ActivityTypes.message) and not _is_personal(activity):
        return None
    if begins:
        return _asked(activity, body, WELCOME, text=START)
    if kind == ActivityTypes.message_update and _event(activity) == "editMessage":
        return _asked(activity, body, _digest(kind, activity.id, _moment(body)), tell="utter_message_was_changed")
    if kind == ActivityTypes.message_delete:
        return _asked(activity, body, _digest(kind, activity.id), tell="utter_message_was_deleted")
    if kind == ActivityTypes.invoke and (data := pressed_on(activity)) is not None:
        return _submitted(activity, body, data)
    if kind == ActivityTypes.message and isinstance(given, Mapping) and not activity.text:
        return _submitted(activity, body, given)
    if kind == ActivityTypes.message:
        return _asked(activity, body, str(activity.id), text=_typed(activity))
    return None


def _is_personal(activity: Activity) -> bool:
    return activity.conversation.conversation_type in {None, PERSONAL} and not activity.conversation.is_group


def _event(activity: Activity) -> Any:
    """What happened to a message."""
    return activity.channel_data.get("eventType") if isinstance(activity.channel_data, Mapping) else None


def _is_installation(activity: Activity) -> bool:
    if activity.type == ActivityTypes.installation_update:
        return activity.action == ADDED
    if activity.type != ActivityTypes.conversation_update:
        return False
    bot = activity.recipient.id if activity.recipient else None
    return any(member.id == bot for member in activity.members_added or ())


def waiting_of(body: Mapping[str, Any], asked: Asked) -> str:
    """What is stored until it is answered, as JSON: what is asked, and where the answer goes, by ids without names."""
    address = {
        name: body[name] if parts is None else {part: body[name][part] for part in parts if part in body[name]}
        for name, parts in ADDRESS.items()
        if name in body
    }
    return json.dumps({"asked": asdict(asked), "address": {"type": ActivityTypes.message, **address}})


def read_waiting(told: str) -> tuple[dict[str, Any], Asked]:
    """Where the answer goes, as an activity, and what is asked.

    Raises:
        NoActivityError: another version of this program stored it.
    """
    waiting = json.loads(told)
    try:
        return waiting["address"], Asked(**waiting["asked"])
    except (KeyError, TypeError) as error:
        raise NoActivityError(f"stored otherwise ({type(error).__name__})") from None


def sender_of(activity: Activity, body: Mapping[str, Any]) -> str:
    """The conversation, under a name that says nothing of who it is with; one for each tenant and chat."""
    tenant = " ".join(sorted(tenants_of(body)))
    return hashlib.sha256(f"{tenant}\n{activity.conversation.id}".encode()).hexdigest()


def is_removal(activity: Activity) -> bool:
    """Whether the app was removed: when it is added again, it welcomes again."""
    return activity.type == ActivityTypes.installation_update and activity.action == REMOVED


def pressed_on(activity: Activity) -> Mapping[str, Any] | None:
    """What was sent along with a press on a card, where that came as an invoke; None where it is another invoke."""
    action = activity.value.get("action") if isinstance(activity.value, Mapping) else None
    if activity.name != "adaptiveCard/action" or not isinstance(action, Mapping):
        return None
    data = action.get("data")
    return data if isinstance(data, Mapping) else {}


def answer_of(activity: Activity) -> tuple[int, Any]:
    """The status and body that an invoke is answered with.

    https://learn.microsoft.com/adaptive-cards/authoring-cards/universal-action-model#response-format
    """
    if pressed_on(activity) is not None:
        # What there is to say comes as a message of the chat.
        told = {"statusCode": 200, "type": "application/vnd.microsoft.activity.message", "value": "Gekozen"}
        return HTTPStatus.OK, told
    if activity.name == "signin/tokenExchange":  # nobody signs in here: Teams then asks no further
        given = activity.value if isinstance(activity.value, Mapping) else {}
        told = {name: given.get(name) for name in ("id", "connectionName")}
        return HTTPStatus.PRECONDITION_FAILED, {**told, "failureDetail": "This bot signs nobody in."}
    if str(activity.name).startswith("signin/"):
        return HTTPStatus.OK, {}
    return HTTPStatus.NOT_IMPLEMENTED, None


def _submitted(activity: Activity, body: Mapping[str, Any], data: Mapping[str, Any]) -> Asked:
    """What was pressed or chosen on a card; the same when it comes again under another id."""
    card = activity.reply_to_id or str(activity.id)
    key = _digest(card, data)
    choice, scale = data.get(CHOICE), data.get(SCALE)
    if isinstance(choice, str) and choice:
        return _asked(activity, body, key, choice=choice)
    if isinstance(scale, str) and scale.isdecimal():
        return _asked(activity, body, key, text=scale, chosen_on=card)
    # It is pressed again as it is.
    return _asked(activity, body, _digest(activity.id, data), tell="utter_nothing_chosen")


def _asked(activity: Activity, body: Mapping[str, Any], key: str, **asked: Any) -> Asked:
    sender = sender_of(activity, body)
    if not _is_personal(activity):
        # Nothing of what is said where others read is kept, and nobody is coached there.
        return Asked(sender, key, key, tell=INVITATION)
    return Asked(sender, key, str(activity.id) if key == WELCOME else key, metadata=_known_of(activity), **asked)


def _typed(activity: Activity) -> str:
    """What was typed, without the mention of the coach, and with others as they are called."""
    for mention in [entity for entity in activity.entities or () if entity.type == "mention"]:
        told = mention.model_dump()
        whole, mentioned = told.get("text"), told.get("mentioned") or {}
        if whole and activity.recipient and mentioned.get("id") == activity.recipient.id:
            activity.text = (activity.text or "").replace(str(whole), "")
    return html.unescape(AT.sub("", activity.text or "")).strip()


def _known_of(activity: Activity) -> dict[str, str]:
    """The leader's language and time zone, as far as they are told."""
    client: dict[str, Any] = {}
    for entity in activity.entities or ():
        if entity.type == "clientInfo":
            client = entity.model_dump()
    locale, zone = activity.locale or client.get("locale"), activity.local_timezone or client.get("timezone")
    known = {}
    if isinstance(locale, str) and LOCALE.fullmatch(locale):
        known["locale"] = locale
    if isinstance(zone, str) and zone in ZONES:
        known["timezone"] = zone
    return known


def _moment(body: Mapping[str, Any]) -> Any:
    return body.get("timestamp") or body.get("localTimestamp")


def _digest(*parts: Any) -> str:
    """A key out of what is the same when the same comes again."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
