"""What goes to Teams, against a connector and an identity provider that the tests run."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from microsoft_agents.activity import Activity
from microsoft_agents.hosting.core import ClaimsIdentity, TeamsConnectorClient

from channels.teams import outgoing
from channels.teams.outgoing import AUDIENCE, MOST_TRIES, Calls, Clients, Hosts, Tokens, retry_after, tokens_for
from tests.channels.teams.connector import APP, TENANT
from tests.channels.teams.microsoft import SECRET, Microsoft
from tools.settings import HOST, free_port

SAID = Activity(type="message", text="Waar loop je tegenaan?")


@pytest.fixture
def tokens(microsoft: Microsoft) -> Tokens:
    return tokens_for(APP, TENANT, SECRET, login=microsoft.login)


@pytest.fixture
async def client(microsoft: Microsoft, tokens: Tokens) -> AsyncIterator[TeamsConnectorClient]:
    calls = Calls(Hosts((microsoft.service,)))
    identity = ClaimsIdentity({"aud": APP}, "Bearer")
    client = await Clients(tokens, calls).create_connector_client(None, identity, microsoft.service, AUDIENCE)
    yield client
    await client.close()
    await calls.close()


async def test_a_message_goes_under_the_bots_own_token(microsoft: Microsoft, client: TeamsConnectorClient) -> None:
    sent = await client.conversations.send_to_conversation("a:conversation", SAID)
    assert sent.id == "sent-1"
    assert microsoft.calls == [("POST", "/emea/v3/conversations/a:conversation/activities", "Bearer token-1")]
    (asked,) = microsoft.asked
    assert (asked["client_id"], asked["client_secret"]) == (APP, SECRET)
    assert (asked["grant_type"], asked["scope"]) == ("client_credentials", "https://api.botframework.com/.default")


async def test_what_is_refused_for_now_is_sent_again(microsoft: Microsoft, client: TeamsConnectorClient) -> None:
    microsoft.answers = [(429, {"Retry-After": "0"}), (412, {}), (502, {})]
    assert (await client.conversations.send_to_conversation("a:1", SAID)).id == f"sent-{MOST_TRIES}"


@pytest.mark.parametrize(("status", "tries"), [(429, MOST_TRIES), (504, MOST_TRIES), (400, 1), (403, 1), (500, 1)])
async def test_what_stays_refused_is_given_up(
    microsoft: Microsoft, client: TeamsConnectorClient, status: int, tries: int
) -> None:
    microsoft.answers = [(status, {})] * 9
    with pytest.raises(aiohttp.ClientResponseError) as refused:
        await client.conversations.send_to_conversation("a:1", SAID)
    assert (refused.value.status, len(microsoft.calls)) == (status, tries)


async def test_a_service_that_is_not_there_is_tried_again(tokens: Tokens, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outgoing, "FIRST_PAUSE", 0.2)
    service, said = f"http://{HOST}:{free_port()}", []

    async def answer(request: web.Request) -> web.Response:
        said.append(await request.json())
        return web.json_response({"id": "sent"}, status=201)

    app = web.Application()
    app.router.add_post("/{path:.*}", answer)
    calls = Calls(Hosts((service,)))
    async with calls.session(service) as session:
        asking = asyncio.create_task(session.post("v3/conversations/a/activities", json={"text": "hallo"}))
        await asyncio.sleep(0.1)
        async with TestServer(app, host=HOST, port=int(service.rsplit(":", 1)[1])):
            assert (await asking).status == 201
    await calls.close()
    assert said == [{"text": "hallo"}]


async def test_no_other_host_is_called_nor_by_a_redirect(microsoft: Microsoft, client: TeamsConnectorClient) -> None:
    microsoft.answers = [(307, {"Location": "https://elders.example/v3/conversations"})]
    with pytest.raises(aiohttp.ClientError, match="may not be called"):
        await client.conversations.send_to_conversation("a:1", SAID)
    async with Calls(Hosts()).session("https://elders.example") as session:
        with pytest.raises(aiohttp.ClientError, match="may not be called"):
            await session.post("v3/conversations", json={})


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("https://smba.trafficmanager.net/emea/", True),
        ("https://api.botframework.com/", True),
        ("http://smba.trafficmanager.net/emea/", False),
        ("https://smba.trafficmanager.net.elders.example/", False),
        ("https://elders-smba.trafficmanager.net/", False),
        ("https://smba.trafficmanager.net@elders.example/", False),
        ("https://anybody.blob.core.windows.net/", False),
        ("https://anybody.sharepoint.com/", False),
        ("http://localhost:56150/_connector", True),
        ("http://localhost:56151/_connector", False),
        ("https://localhost:56150/", False),
        ("http://somebody@localhost:56150/", False),
        ("http://169.254.169.254/", False),
        ("nonsense", False),
        ("", False),
    ],
)
def test_only_microsofts_hosts_and_the_emulator_are_called(address: str, allowed: bool) -> None:
    assert Hosts(("http://localhost:56150",)).is_allowed(address) is allowed


async def test_many_turns_ask_for_one_token_and_keep_it_until_its_end(microsoft: Microsoft, tokens: Tokens) -> None:
    many = await asyncio.gather(*(tokens.token() for _ in range(50)))
    assert set(many) == {"token-1"}
    assert len(microsoft.asked) == 1


async def test_a_token_is_replaced_before_its_end(microsoft: Microsoft, tokens: Tokens) -> None:
    microsoft.seconds = 200
    first, second = [await tokens.token() for _ in range(2)]
    assert (first, second) == ("token-1", "token-2")


async def test_a_certificate_takes_the_place_of_the_secret(microsoft: Microsoft) -> None:
    shown, kept = (path.read_text() for path in microsoft.certificate)
    certificate = {"public_certificate": shown, "private_key": kept}
    tokens = tokens_for(APP, TENANT, certificate=certificate, login=microsoft.login)
    assert await tokens.token() == "token-1"
    (asked,) = microsoft.asked
    assert "client_secret" not in asked
    assert asked["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


async def test_an_identity_provider_that_is_away_is_said_in_seconds_and_asked_again(
    microsoft: Microsoft, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens = tokens_for(APP, TENANT, SECRET, login=f"https://localhost:{free_port()}/{TENANT}")
    with pytest.raises(outgoing.NoTokenError, match="is away"):
        await asyncio.wait_for(tokens.token(), 15)
    monkeypatch.setattr(tokens._msal_configuration, "AUTHORITY", microsoft.login)
    assert await tokens.token() == "token-1"


async def test_a_long_conversation_id_stays_whole(microsoft: Microsoft, client: TeamsConnectorClient) -> None:
    conversation = "a:" + "x" * 400
    await client.conversations.send_to_conversation(conversation, SAID)
    assert microsoft.calls[0][1] == f"/emea/v3/conversations/{conversation}/activities"


async def test_who_waits_for_a_token_that_is_not_given_waits_for_one_question(
    microsoft: Microsoft, tokens: Tokens
) -> None:
    tokens._msal_configuration.AUTHORITY = f"https://localhost:{free_port()}/{TENANT}"
    waiting = await asyncio.wait_for(asyncio.gather(*(tokens.token() for _ in range(20)), return_exceptions=True), 15)
    assert {type(one) for one in waiting} == {outgoing.NoTokenError}
    assert len({id(one) for one in waiting}) == 1


async def test_a_token_is_kept_to_its_end_when_no_other_is_given(
    microsoft: Microsoft, tokens: Tokens, monkeypatch: pytest.MonkeyPatch
) -> None:
    microsoft.seconds = 200
    assert await tokens.token() == "token-1"

    async def refuse(*args: object) -> None:
        raise KeyError("token_endpoint")

    monkeypatch.setattr(tokens, "_get_access_token", refuse)
    assert await tokens.token() == "token-1"
    tokens._ends_at = 0
    with pytest.raises(outgoing.NoTokenError, match="KeyError"):
        await tokens.token()


async def test_a_service_that_wants_to_be_left_alone_for_long_is(
    microsoft: Microsoft, client: TeamsConnectorClient
) -> None:
    microsoft.answers.append((429, {"Retry-After": "60"}))
    with pytest.raises(aiohttp.ClientResponseError) as refused:
        await client.conversations.send_to_conversation("a:chat", SAID)
    assert retry_after(refused.value.headers) == 60
    assert len(microsoft.calls) == 1
