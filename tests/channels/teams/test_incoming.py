"""What activities ask, one of each kind, and odd ones."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from channels.teams.incoming import (
    WELCOME,
    Asked,
    NoActivityError,
    activity_of,
    answer_of,
    asked_of,
    cleaned,
    is_removal,
    read_waiting,
    sender_of,
    waiting_of,
)
from channels.turn import START
from tests.channels.teams.connector import ACTIVITY, APP, TENANT

BOT, LEADER = {"id": f"28:{APP}"}, {"id": "29:leader"}
SUBMIT = {"text": None, "replyToId": "sent-1", "value": {"choice": "ab12"}}
ANOTHER_TENANT = "22222222-2222-3333-4444-555555555555"
GROUP = {"id": "19:groep@thread.v2", "conversationType": "groupChat", "isGroup": True, "tenantId": TENANT}
CHANNEL = {"id": "19:kanaal@thread.tacv2;messageid=1795845023938", "conversationType": "channel", "tenantId": TENANT}
EXECUTE = {
    "type": "invoke",
    "name": "adaptiveCard/action",
    "text": None,
    "replyToId": "sent-1",
    "value": {"action": {"type": "Action.Execute", "verb": "choose", "data": {"choice": "ab12"}}, "trigger": "manual"},
}


def ask(**told: Any) -> Asked | None:
    body = cleaned({**ACTIVITY, **told})
    return asked_of(activity_of(body), body)


def asked(**told: Any) -> Asked:
    found = ask(**told)
    assert found
    return found


def test_what_is_typed_is_said_under_the_activitys_own_id() -> None:
    said = asked()
    assert (said.text, said.key, said.message_id, said.choice, said.tell) == (
        "hallo",
        *2 * (ACTIVITY["id"],),
        None,
        None,
    )


def test_tenants_people_and_chats_are_conversations_of_their_own() -> None:
    def where(conversation: str, tenant: str) -> str:
        told = {**ACTIVITY["conversation"], "id": conversation, "tenantId": tenant}
        return asked(conversation=told, channelData={"tenant": {"id": tenant}}).sender

    senders = [where(chat, tenant) for chat in ("a:one", "a:two") for tenant in (TENANT, ANOTHER_TENANT)]
    assert len(set(senders)) == 4
    assert where("a:one", TENANT) == senders[0]
    assert all(sender.isalnum() and len(sender) == 64 for sender in senders)


def test_a_press_is_the_same_under_another_id_and_another_one_on_another_card() -> None:
    pressed = asked(**SUBMIT)
    assert (pressed.choice, pressed.text) == ("ab12", "")
    assert asked(**SUBMIT, id="another").key == pressed.key == pressed.message_id
    assert asked(**EXECUTE, id="third").key == pressed.key
    assert asked(**{**SUBMIT, "replyToId": "sent-2"}).key != pressed.key
    assert asked(**{**SUBMIT, "value": {"choice": "cd34"}}).key != pressed.key


def test_a_number_that_is_chosen_is_said() -> None:
    assert asked(text=None, replyToId="sent-1", value={"scale": "7"}).text == "7"


def test_a_number_that_names_no_card_is_no_answer_and_another_one_each_time() -> None:
    first, second = (asked(text=None, id=name, value={"scale": "7"}) for name in ("one", "two"))
    assert first.key != second.key
    assert first.chosen_on == "one"  # where nothing was ever offered


@pytest.mark.parametrize(
    "value", [{}, {"scale": ""}, {"scale": "/restart"}, {"choice": 7}, {"choice": ""}, {"verder": True}]
)
def test_where_nothing_was_chosen_the_leader_hears_so(value: dict[str, Any]) -> None:
    told = asked(text=None, replyToId="sent-1", value=value)
    assert (told.tell, told.text, told.choice) == ("utter_nothing_chosen", "", None)


def test_both_signs_of_an_installation_ask_for_one_welcome() -> None:
    added = asked(type="installationUpdate", action="add", text=None)
    member = asked(type="conversationUpdate", text=None, id="another", membersAdded=[LEADER, BOT])
    assert (added.key, added.text) == (member.key, member.text) == (WELCOME, START)
    # The turn is stored under the one that came first: after a removal another one follows.
    assert added.message_id != member.message_id


def test_an_app_that_is_removed_welcomes_again_later() -> None:
    body = cleaned({**ACTIVITY, "type": "installationUpdate", "action": "remove"})
    activity = activity_of(body)
    assert is_removal(activity)
    assert asked_of(activity, body) is None
    assert sender_of(activity, body) == asked(type="installationUpdate", action="add").sender


@pytest.mark.parametrize(
    "told",
    [
        {"type": "conversationUpdate", "membersAdded": [LEADER]},
        {"type": "conversationUpdate", "membersRemoved": [BOT]},
        {"type": "conversationUpdate", "membersAdded": [], "topicName": "Overleg"},
        {"type": "installationUpdate", "action": "add-upgrade"},
        {"type": "installationUpdate"},
        {"type": "messageReaction", "reactionsAdded": [{"type": "like"}], "replyToId": "sent-1"},
        {"type": "messageReaction", "reactionsRemoved": [{"type": "like"}]},
        {"type": "messageUpdate", "channelData": {"eventType": "undeleteMessage", "tenant": {"id": TENANT}}},
        {"type": "messageUpdate", "channelData": {"tenant": {"id": TENANT}}},
        {"type": "typing"},
        {"type": "endOfConversation", "code": "unknown"},
        {"type": "event", "name": "application/vnd.microsoft.readReceipt", "value": {"lastReadMessageId": "1"}},
        {"type": "event", "name": "application/vnd.microsoft.meetingStart"},
        {"type": "contactRelationUpdate", "action": "add"},
        {"type": "trace", "name": "x"},
        {"type": "handoff"},
        {"type": "command", "name": "x"},
        {"type": "somethingNew", "value": [1, 2]},
        {"type": "invoke", "name": "composeExtension/query", "value": {"commandId": "x"}},
        {"type": "invoke", "name": "signin/verifyState", "value": {"state": "x"}},
        {"type": "invoke", "name": "adaptiveCard/action", "value": "x"},
        {"type": "messageDelete", "conversation": GROUP},
        {"type": "messageUpdate", "conversation": GROUP, "channelData": {"eventType": "editMessage"}},
    ],
    ids=lambda told: f"{told['type']} {told.get('action') or told.get('name') or ''}",
)
def test_what_asks_nothing_is_taken_without_an_answer(told: dict[str, Any]) -> None:
    assert ask(**{"text": None, **told}) is None


def test_a_message_that_was_changed_or_deleted_is_told_of_once() -> None:
    change = {"type": "messageUpdate", "channelData": {"eventType": "editMessage", "tenant": {"id": TENANT}}}
    first = asked(**change, timestamp="2026-11-28T09:00:00Z")
    assert first.tell == "utter_message_was_changed"
    assert asked(**change, timestamp="2026-11-28T09:00:00Z").key == first.key
    assert asked(**change, timestamp="2026-11-28T09:00:05Z").key != first.key
    deleted = asked(type="messageDelete", channelData={"eventType": "softDeleteMessage", "tenant": {"id": TENANT}})
    assert deleted.tell == "utter_message_was_deleted"
    assert len({first.key, deleted.key, asked().key}) == 3


@pytest.mark.parametrize("conversation", [GROUP, CHANNEL, {**GROUP, "conversationType": None}])
@pytest.mark.parametrize("told", [{}, {"type": "installationUpdate", "action": "add"}, SUBMIT])
def test_where_others_read_nobody_is_coached(conversation: dict[str, Any], told: dict[str, Any]) -> None:
    invited = asked(**told, conversation=conversation)
    assert (invited.tell, invited.text, invited.choice) == ("utter_invite_to_personal_chat", "", None)


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("<at>Reflectiecoach</at> hallo", "hallo"),
        ("hallo <at>Reflectiecoach</at>", "hallo"),
        ("<at>Reflectiecoach</at>&nbsp;mijn vraag", "mijn vraag"),
        ("ik ging met <at>Sam</at> praten", "ik ging met Sam praten"),
        ('<at id="0">Sam</at> &amp; ik', "Sam & ik"),
        ("  hallo  ", "hallo"),
        ("de <attentie> van 3 < 4", "de <attentie> van 3 < 4"),
    ],
)
def test_a_mention_is_no_part_of_what_is_said(text: str, heard: str) -> None:
    entities = [
        {"type": "mention", "mentioned": {**BOT, "name": "Reflectiecoach"}, "text": "<at>Reflectiecoach</at>"},
        {"type": "mention", "mentioned": {"id": "29:sam", "name": "Sam"}, "text": "<at>Sam</at>"},
        {"type": "mention", "mentioned": {"id": "29:nobody"}},
        {"type": "mention"},
    ]
    assert asked(text=text, entities=entities).text == heard


def test_language_and_time_zone_are_taken_along_where_they_are_some() -> None:
    client = {"type": "clientInfo", "locale": "nl-NL", "timezone": "Europe/Amsterdam", "country": "NL"}
    assert asked(entities=[client]).metadata == {"locale": "nl-NL", "timezone": "Europe/Amsterdam"}
    assert asked(locale="fr-BE", localTimezone="Europe/Brussels").metadata == {
        "locale": "fr-BE",
        "timezone": "Europe/Brussels",
    }
    assert asked(locale="../etc/passwd", localTimezone="Mars/Olympus").metadata == {}
    odd = {"type": "clientInfo", "locale": ["nl"], "timezone": {"name": "Europe/Amsterdam"}}
    assert asked(entities=[odd]).metadata == {}


def test_while_it_waits_nobody_is_named() -> None:
    sam = {"id": "29:sam", "name": "Sam de Vries", "aadObjectId": "aad-of-sam"}
    told = {
        **ACTIVITY,
        "from": sam,
        "conversation": {**ACTIVITY["conversation"], "name": "Sam de Vries", "aadObjectId": "aad-of-sam"},
        "channelData": {"tenant": {"id": TENANT}, "source": {"name": "Sam de Vries"}},
        "entities": [{"type": "clientInfo", "locale": "nl-NL", "timezone": "Europe/Amsterdam"}],
    }
    for what in ({}, {"type": "conversationUpdate", "membersAdded": [sam, BOT]}, SUBMIT):
        body = cleaned({**told, **what})
        said = asked_of(activity_of(body), body)
        assert said
        stored = waiting_of(body, said)
        assert "Vries" not in stored
        assert "aad" not in stored
        address, again = read_waiting(stored)
        assert again == said
        assert activity_of(address).conversation.id == ACTIVITY["conversation"]["id"]


@pytest.mark.parametrize("stored", ["{}", '{"address": {}}', '{"address": {}, "asked": {"x": 1}}'])
def test_what_another_version_stored_is_said_to_be(stored: str) -> None:
    with pytest.raises(NoActivityError, match="stored otherwise"):
        read_waiting(stored)


def test_nulls_and_empty_text_are_nothing() -> None:
    blanks = dict.fromkeys(("locale", "replyToId", "attachments", "membersAdded", "localTimestamp", "summary"))
    said = asked(**blanks, topicName="", **{"from": {"id": "29:leader", "name": None, "role": ""}}, entities=[None, ""])
    assert said.text == "hallo"


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        "hallo",
        {},
        {**ACTIVITY, "type": ""},
        {**ACTIVITY, "type": 7},
        {**ACTIVITY, "id": None},
        {**ACTIVITY, "id": "a/../b"},
        {**ACTIVITY, "id": "x" * 300},
        {**ACTIVITY, "conversation": None},
        {**ACTIVITY, "conversation": {"id": "a?x=1#"}},
        {**ACTIVITY, "conversation": {"id": "x" * 2000}},
        {**ACTIVITY, "text": {"geheim": "geheim"}},
        {**ACTIVITY, "text": ["geheim"]},
        {**ACTIVITY, "timestamp": "gisteren"},
        {**ACTIVITY, "entities": [{"geheim": "x"}]},
        {**ACTIVITY, "channelId": 7},
        {**ACTIVITY, "from": "geheim"},
    ],
)
def test_what_is_no_activity_is_said_to_be_none_without_what_it_says(
    body: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(NoActivityError) as refused:
        activity_of(cleaned(body))
    assert "geheim" not in str(refused.value) + caplog.text


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda some: st.lists(some, max_size=3) | st.dictionaries(st.text(max_size=8), some, max_size=3),
    max_leaves=6,
)
FIELDS = st.sampled_from([*ACTIVITY, "value", "entities", "membersAdded", "channelData", "action", "name", "replyToId"])


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(FIELDS, ANYTHING, max_size=4), st.sampled_from(["message", "invoke", "messageUpdate", "event"]))
def test_no_activity_breaks_it(told: dict[str, Any], kind: str) -> None:
    body = {**ACTIVITY, **told, "type": kind}
    try:
        activity = activity_of(cleaned(body))
        asked_of(activity, cleaned(body))
        answer_of(activity)
    except NoActivityError:
        pass


@pytest.mark.parametrize(
    ("told", "status", "answer"),
    [
        (EXECUTE, 200, {"statusCode": 200}),
        ({"name": "signin/tokenExchange", "value": {"id": "x", "connectionName": "y"}}, 412, {"id": "x"}),
        ({"name": "signin/tokenExchange", "value": "x"}, 412, {"id": None}),
        ({"name": "signin/verifyState", "value": {"state": "x"}}, 200, {}),
        ({"name": "task/fetch", "value": {}}, 501, None),
        ({"name": "adaptiveCard/action", "value": {"action": None}}, 501, None),
        ({}, 501, None),
    ],
)
def test_an_invoke_is_answered_as_its_kind_asks(told: dict[str, Any], status: int, answer: Any) -> None:
    given_status, given_answer = answer_of(activity_of(cleaned({**ACTIVITY, **told, "type": "invoke"})))
    assert given_status == status
    assert given_answer == answer or answer.items() <= given_answer.items()
