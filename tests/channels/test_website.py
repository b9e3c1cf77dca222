"""The website's channel as a browser sees it, on the running coach."""

from __future__ import annotations

import gzip
import socket
import sqlite3
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any

import jwt
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, settings

from channels.bodies import MOST_BYTES, MOST_SECONDS, OPENAPI
from channels.website import Settings
from channels.widget import BUNDLE
from tests.channels.forging import BEFORE, FORGED, KEY, forged
from tests.conftest import Coach, running_coach
from tools.settings import HOST

STORY = "ik mag niks beslissen, alles moet eerst langs mijn directeur"
MANY = "100000/minute"
MOST_BYTES_OF_THE_WIDGET = 45 * 1024


class Website:
    """A browser on one website: its requests, and what is stored of them."""

    def __init__(self, coach: Coach) -> None:
        self.coach = coach
        self.address = f"http://{HOST}:{coach.port}/webhooks/website"
        self.origin = f"http://{HOST}:{coach.port}"

    def ask(self, method: str, path: str, token: str | None = None, **how: Any) -> requests.Response:
        headers = {"Origin": self.origin, **({"Authorization": f"Bearer {token}"} if token else {})}
        headers |= how.pop("headers", {})
        return requests.request(method, f"{self.address}/{path}", headers=headers, timeout=30, **how)

    def start(self, **body: Any) -> dict[str, Any]:
        answer = self.ask("POST", "session", json=body)
        assert answer.status_code == 201
        return dict(answer.json())

    def say(self, token: str, text: str, message_id: str | None = None) -> dict[str, Any]:
        answer = self.ask("POST", "messages", token, json={"id": message_id or str(uuid.uuid4()), "text": text})
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def choose(self, token: str, choice: str) -> requests.Response:
        return self.ask("POST", "messages", token, json={"id": str(uuid.uuid4()), "choice": choice})

    def stored(self) -> tuple[Any, ...]:
        with sqlite3.connect(self.coach.database) as database:
            return tuple(
                database.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608
                for table in ("events", "conversations", "erasures")
            )


@pytest.fixture(scope="module")
def site(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Website]:
    rates = dict.fromkeys(("WEBSITE_MESSAGES_OF_AN_ADDRESS", "WEBSITE_CONVERSATIONS_OF_AN_ADDRESS"), MANY)
    keys = f"{KEY},{BEFORE}"  # the second is the one before, during a rotation
    with running_coach(model, tmp_path_factory.mktemp("website"), WEBSITE_KEYS=keys, **rates) as coach:
        yield Website(coach)


def texts(turn: dict[str, Any]) -> str:
    return "\n".join(reply["text"] for reply in turn["replies"] if reply["type"] == "text")


def offered(turn: dict[str, Any]) -> dict[str, str]:
    return {
        reply["title"]: reply["choice"]
        for replies in turn["replies"]
        if replies["type"] == "quick_replies"
        for reply in replies["replies"]
    }


def test_a_session_begins_with_the_welcome(site: Website) -> None:
    session = site.start()
    (welcome,) = session["turns"]
    assert welcome["said"] is None
    assert "chatbot" in texts(welcome)
    assert len(offered(welcome)) == 4
    assert not session["kept"]


def test_a_message_is_answered_and_the_same_one_again_gets_the_same_answer(site: Website) -> None:
    token, message_id = site.start()["token"], str(uuid.uuid4())
    turn = site.say(token, STORY, message_id)
    assert turn["said"] == STORY
    assert "mandaat" in texts(turn)
    stored = site.stored()
    assert site.say(token, STORY, message_id) == turn
    assert site.say(token, STORY, message_id.upper()) == turn
    assert site.stored() == stored


def test_the_same_message_twice_at_once_runs_once(site: Website) -> None:
    token, message_id = site.start()["token"], str(uuid.uuid4())
    with ThreadPoolExecutor(8) as pool:
        turns = list(pool.map(lambda _: site.say(token, STORY, message_id), range(8)))
    assert all(turn == turns[0] for turn in turns)
    history = site.ask("GET", "messages", token).json()["turns"]
    assert [turn["said"] for turn in history] == [None, STORY]


def test_a_reload_shows_all_that_was_said_and_a_new_token_goes_on(site: Website) -> None:
    session = site.start()
    turn = site.say(session["token"], STORY)
    again = site.ask("POST", "session", session["token"], json={})
    assert again.status_code == 200
    assert again.json()["turns"] == [*session["turns"], turn]
    assert site.ask("GET", "messages", session["token"]).json()["turns"] == again.json()["turns"]
    assert site.say(again.json()["token"], "ja, dat klopt")["replies"]


def test_only_what_is_offered_can_be_chosen_and_reads_as_its_title(site: Website) -> None:
    token = site.start()["token"]
    first = site.say(token, STORY)
    choice = offered(first)["Ja, mandaat"]
    chosen = site.choose(token, choice)
    assert chosen.json()["said"] == "Ja, mandaat"
    assert "/" not in choice
    stored = site.stored()
    for gone in (choice, "affirm", "/affirm"):
        refused = site.choose(token, gone)
        assert (refused.status_code, refused.json()["type"]) == (409, "choice-not-offered")
    assert site.stored() == stored
    assert site.ask("GET", "messages", token).json()["turns"][-1] == chosen.json()


def test_an_id_belongs_to_one_message(site: Website) -> None:
    token, message_id = site.start()["token"], str(uuid.uuid4())
    turn = site.say(token, STORY, message_id)
    yes, no = (offered(turn)[title] for title in ("Ja, mandaat", "Nee, eerder onze structuur"))
    chosen = site.ask("POST", "messages", token, json={"id": (second := str(uuid.uuid4())), "choice": yes})
    stored = site.stored()
    for body in (
        {"id": message_id, "text": "iets anders"},
        {"id": message_id, "choice": yes},
        {"id": second, "choice": no},
        {"id": second, "text": "ja"},
    ):
        refused = site.ask("POST", "messages", token, json=body)
        assert (refused.status_code, refused.json()["type"]) == (409, "id-used")
    assert site.say(token, f" /{STORY} ", message_id) == turn
    again = site.ask("POST", "messages", token, json={"id": second, "choice": yes})
    assert again.json() == chosen.json()
    assert site.stored() == stored


def test_a_yes_to_one_question_is_no_yes_to_another(site: Website) -> None:
    token = site.start()["token"]
    yes = offered(site.say(token, STORY))["Ja, mandaat"]
    asked = site.say(token, "wis mijn gesprek")
    assert len(offered(asked)) == 2
    assert site.choose(token, yes).status_code == 409
    assert site.say(token, "nee")["replies"]


@pytest.mark.parametrize(
    "text",
    ["/affirm", "/greet", '/delete_my_data{"a": 1}', " / /restart", "/\u00a0/greet", "/\r/affirm", "\u2003/\v/affirm"],
)
def test_what_is_typed_is_text_whatever_it_looks_like(site: Website, text: str) -> None:
    token = site.start()["token"]
    site.say(token, STORY)
    turn = site.say(token, text)
    assert turn["said"] == text.rsplit("/", maxsplit=1)[-1]
    assert not turn["erased"]
    assert site.ask("GET", "messages", token).json()["turns"][-1] == turn
    with sqlite3.connect(site.coach.database) as database:
        ((heard,),) = database.execute("SELECT data FROM events WHERE message_id = ?", (turn["id"],))
    assert '"text": "/' not in heard


def test_erasing_leaves_nothing_and_a_late_message_begins_nothing(site: Website) -> None:
    before = site.stored()
    token = site.start()["token"]
    late = str(uuid.uuid4())
    site.say(token, STORY, late)
    assert site.ask("DELETE", "conversation", token).status_code == 204
    assert site.stored() == before
    assert site.ask("DELETE", "conversation", token).status_code == 204
    for method, body in (("GET", None), ("POST", {"id": late, "text": STORY})):
        assert site.ask(method, "messages", token, json=body).status_code == 404
    assert site.stored() == before
    assert site.ask("POST", "session", token, json={}).status_code == 201


def test_a_leader_who_has_it_erased_in_words_is_told_and_the_client_too(site: Website) -> None:
    token = site.start()["token"]
    site.say(token, STORY)
    asked = site.say(token, "wis mijn gesprek")
    turn = site.choose(token, next(iter(offered(asked).values()))).json()
    assert turn["erased"]
    assert "gewist" in texts(turn)
    assert site.ask("GET", "messages", token).status_code == 404


def test_beginning_again_is_told(site: Website) -> None:
    token = site.start()["token"]
    for text in (STORY, "ja, dat klopt", "vorige week moest ik terug naar kantoor"):
        site.say(token, text)
    asked = site.say(token, "opnieuw")
    assert {"type": "started_over"} not in asked["replies"]
    assert {"type": "started_over"} in site.choose(token, offered(asked)["Ja, opnieuw"]).json()["replies"]


def test_a_break_is_the_moment_to_keep_the_conversation(site: Website) -> None:
    token = site.start()["token"]
    site.say(token, STORY)
    assert {"type": "keep"} in site.say(token, "pauze")["replies"]
    kept = site.ask("POST", "session", token, json={"keep": True}).json()
    days = (datetime.fromisoformat(kept["expires_at"]).timestamp() - time.time()) / 86400
    assert kept["kept"]
    assert 27.9 < days <= 28


def test_the_summary_can_be_printed_and_the_first_step_put_in_a_calendar(site: Website) -> None:
    token = site.start()["token"]
    turns = [
        site.say(token, text)
        for text in (
            STORY, "ja, dat klopt", "vorige week moest ik bij elk voorstel eerst terug naar kantoor", "management",
            "onderwijs", "ik kies voor de scholen in de wijk en laat de regiotafel even los", "sla over", "sla over",
            "sla over", "klopt zo", "ik bel mijn directeur", "dinsdag", "met mijn adjunct", "8",
            "een kwartier voorbereiding", "nee",
        )
    ]  # fmt: skip
    assert {"type": "progress", "step": 1, "total": 4} in [reply for turn in turns for reply in turn["replies"]]
    history = site.ask("GET", "messages", token).json()["turns"]
    (summary,) = (reply for turn in history for reply in turn["replies"] if reply["type"] == "summary")
    assert summary["first_step"] == "ik bel mijn directeur"
    assert any(
        reply["type"] == "link" and reply["url"].startswith("mailto:") for turn in turns for reply in turn["replies"]
    )
    page, calendar = (site.ask("GET", summary[name]) for name in ("page", "calendar"))
    assert "ik bel mijn directeur" in page.text
    assert page.headers["Content-Type"].startswith("text/html")
    assert page.headers["Cache-Control"] == "no-store"
    assert "SUMMARY:ik bel mijn directeur" in calendar.text
    assert calendar.headers["Content-Type"].startswith("text/calendar")
    assert site.ask("GET", f"summary?link={token}").status_code == 401
    site.ask("DELETE", "conversation", token)
    assert site.ask("GET", summary["page"]).status_code == 404


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED)
@pytest.mark.parametrize(
    ("method", "path"), [("POST", "messages"), ("GET", "messages"), ("DELETE", "conversation"), ("POST", "session")]
)
def test_a_forged_token_opens_nothing(site: Website, forge: Callable[[], str], method: str, path: str) -> None:
    stored = site.stored()
    body = {"id": str(uuid.uuid4()), "text": STORY} if path == "messages" else {}
    headers = {"Authorization": f"Bearer {forge()}"}
    refused = site.ask(method, path, headers=headers, json=body if method == "POST" else None)
    assert refused.status_code == 401
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert refused.headers["WWW-Authenticate"] == "Bearer"
    assert site.stored() == stored


def test_a_token_of_the_key_before_goes_on_under_the_new_one(site: Website) -> None:
    token = site.start()["token"]
    subject = jwt.decode(token, options={"verify_signature": False})["sub"]
    again = site.ask("POST", "session", forged(BEFORE, sub=subject), json={})
    assert again.status_code == 200
    assert jwt.decode(again.json()["token"], KEY, ["HS256"], audience="conversation")["sub"] == subject


def test_what_is_somebody_elses_is_not_given(site: Website) -> None:
    """A message's id and a summary's link are of one conversation; another's token gives nothing of it."""
    mine, other, message_id = site.start()["token"], site.start()["token"], str(uuid.uuid4())
    site.say(mine, STORY, message_id)
    turn = site.say(other, "wij zijn met te veel aan tafel", message_id)
    assert turn["said"] == "wij zijn met te veel aan tafel"
    assert STORY not in str(site.ask("GET", "messages", other).json())
    subject = jwt.decode(other, options={"verify_signature": False})["sub"]
    link = forged(sub=subject, aud="summary", turn=message_id)
    assert site.ask("GET", f"summary?link={link}").status_code == 404


def test_a_signed_token_of_a_conversation_that_never_was_opens_nothing(site: Website) -> None:
    stored = site.stored()
    assert site.ask("POST", "messages", forged(), json={"id": str(uuid.uuid4()), "text": STORY}).status_code == 404
    assert site.stored() == stored


MESSAGE = {"id": "3b9d3bb8-9a4b-4b64-8cf3-0d5a6d8f1b11", "text": "hallo"}
ABUSE: dict[str, tuple[dict[str, Any], int]] = {
    "another website": ({"json": MESSAGE, "headers": {"Origin": "https://elders.example"}}, 403),
    "a website that looks like it": ({"json": MESSAGE, "headers": {"Origin": f"http://{HOST}"}}, 403),
    "a page without a website": ({"json": MESSAGE, "headers": {"Origin": "null"}}, 403),
    "no token": ({"json": MESSAGE, "headers": {"Authorization": ""}}, 401),
    "another scheme": ({"json": MESSAGE, "headers": {"Authorization": "Basic eDp5"}}, 401),
    "somebody else's id": ({"json": MESSAGE | {"sender": "somebody"}}, 422),
    "no id": ({"json": {"text": "hallo"}}, 422),
    "an id that is none": ({"json": MESSAGE | {"id": "1"}}, 422),
    "no text": ({"json": {"id": MESSAGE["id"]}}, 422),
    "text and choice": ({"json": MESSAGE | {"choice": "x"}}, 422),
    "nothing in the text": ({"json": MESSAGE | {"text": " \n"}}, 422),
    "nothing but slashes": ({"json": MESSAGE | {"text": "// /"}}, 422),
    "text of another type": ({"json": MESSAGE | {"text": ["a"]}}, 422),
    "a text that is too long": ({"json": MESSAGE | {"text": "x" * 2001}}, 422),
    "a list": ({"json": [MESSAGE]}, 422),
    "no JSON": ({"data": b"{", "headers": {"Content-Type": "application/json"}}, 400),
    "no UTF-8": ({"data": b'{"a": "\xff"}', "headers": {"Content-Type": "application/json"}}, 400),
    "half a character": (
        {
            "data": b'{"id": "%s", "text": "\\ud83d"}' % MESSAGE["id"].encode(),
            "headers": {"Content-Type": "application/json"},
        },
        400,
    ),
    "depth": ({"data": b"[" * 15_000, "headers": {"Content-Type": "application/json"}}, 400),
    "a form": ({"data": {"id": MESSAGE["id"], "text": "hallo"}}, 415),
    "too much": ({"json": {**MESSAGE, "text": "x" * MOST_BYTES}}, 413),
    "too much in parts": (
        {"data": iter([b"x" * 1024] * 64), "headers": {"Content-Type": "application/json"}},
        413,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("how", "status"), ABUSE.values(), ids=ABUSE)
def test_abuse_is_refused_and_nothing_of_it_stored(site: Website, how: dict[str, Any], status: int) -> None:
    token = site.start()["token"]
    stored = site.stored()
    refused = site.ask("POST", "messages", token, **how)
    assert refused.status_code == status, refused.text
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert refused.json()["status"] == status
    assert refused.json()["detail"]
    assert ("Access-Control-Allow-Origin" in refused.headers) == (status != 403)
    assert site.stored() == stored


def test_a_connection_goes_on_after_what_it_asked_was_refused(site: Website) -> None:
    """A body that was refused unread is not taken for the beginning of the next request."""
    token = site.start()["token"]
    with requests.Session() as kept:
        for refused in ({"headers": {"Authorization": "x"}}, {"data": "x" * 5000}, {"json": {"text": "x" * 5000}}) * 4:
            headers = {"Authorization": f"Bearer {token}", **refused.get("headers", {})}
            said = {"json": MESSAGE, **refused, "headers": headers}
            assert kept.post(f"{site.address}/messages", timeout=30, **said).status_code in {401, 415, 422}
            assert kept.get(
                f"{site.address}/messages", headers=headers | {"Authorization": f"Bearer {token}"}, timeout=30
            ).ok


@pytest.mark.parametrize(("method", "path"), [("GET", "messages"), ("POST", "session"), ("DELETE", "conversation")])
def test_a_flood_of_one_conversation_waits_and_another_goes_on(site: Website, method: str, path: str) -> None:
    token, other = site.start()["token"], site.start()["token"]
    body = {} if method == "POST" else None
    answers = [site.ask(method, path, token, json=body) for _ in range(32)]
    assert [answer.status_code for answer in answers].count(429) == 2
    assert int(answers[-1].headers["Retry-After"]) >= 1
    assert site.say(other, STORY)["replies"]


@pytest.mark.parametrize(
    ("method", "path", "status", "allowed"),
    [
        ("GET", "elsewhere", 404, ()),
        ("POST", "elsewhere/further", 404, ()),
        ("GET", "session", 405, ("POST",)),
        ("PUT", "messages", 405, ("GET", "POST")),
        ("POST", "widget.js", 405, ("GET",)),
    ],
)
def test_a_path_or_method_that_there_is_not(
    site: Website, method: str, path: str, status: int, allowed: tuple[str, ...]
) -> None:
    refused = site.ask(method, path)
    assert (refused.status_code, refused.headers["Content-Type"]) == (status, "application/problem+json")
    assert refused.json()["status"] == status
    assert refused.headers["Access-Control-Allow-Origin"] == site.origin
    assert set(allowed) <= set(refused.headers.get("Allow", "").split(", "))


def test_a_body_that_trickles_in_is_not_waited_for(site: Website) -> None:
    token, stored = site.start()["token"], site.stored()
    head = (
        f"POST /webhooks/website/messages HTTP/1.1\r\nHost: {HOST}\r\nAuthorization: Bearer {token}\r\n"
        "Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"
    )
    with socket.create_connection((HOST, site.coach.port), timeout=MOST_SECONDS + 20) as connection:
        connection.sendall(head.encode())
        answer = connection.recv(4096).decode()
    assert answer.startswith("HTTP/1.1 408")
    assert "application/problem+json" in answer
    assert site.stored() == stored


def test_the_widget_comes_packed_and_is_kept(site: Website) -> None:
    whole = BUNDLE.read_bytes()
    with requests.get(f"{site.address}/widget.js", headers={"Accept-Encoding": "gzip"}, stream=True, timeout=30) as got:
        packed = got.raw.read(decode_content=False)
    assert gzip.decompress(packed) == whole
    assert len(packed) < MOST_BYTES_OF_THE_WIDGET
    assert (got.headers["Content-Encoding"], got.headers["Vary"]) == ("gzip", "Accept-Encoding")
    plain = requests.get(f"{site.address}/widget.js", headers={"Accept-Encoding": "identity"}, timeout=30)
    assert plain.content == whole
    assert "Content-Encoding" not in plain.headers
    kept = requests.get(f"{site.address}/widget.js", headers={"If-None-Match": got.headers["ETag"]}, timeout=30)
    assert (kept.status_code, kept.content) == (304, b"")
    named = got.headers["ETag"].split('"')[1]
    forever = requests.get(f"{site.address}/{named}", timeout=30)
    assert forever.content == whole
    assert "immutable" in forever.headers["Cache-Control"]


def test_a_browser_is_told_which_website_may_ask(site: Website) -> None:
    asked = site.ask("OPTIONS", "messages", headers={"Access-Control-Request-Method": "POST"})
    assert asked.status_code == 204
    assert asked.headers["Access-Control-Allow-Origin"] == site.origin
    assert "Authorization" in asked.headers["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Credentials" not in asked.headers
    other = site.ask("OPTIONS", "messages", headers={"Origin": "https://elders.example"})
    assert other.status_code == 403
    assert "Access-Control-Allow-Origin" not in other.headers


def test_nobodys_text_or_token_is_logged(site: Website) -> None:
    token = site.start()["token"]
    site.say(token, "wij vergaderen op zolder met elf paarse stoelen")
    logged = "\n".join(log.read_text() for log in site.coach.logs)
    assert "paarse" not in logged
    assert token not in logged


def test_with_the_action_server_away_it_is_not_now_and_nothing_of_it_is_logged_or_stored(
    model: Path, tmp_path: Path
) -> None:
    with running_coach(model, tmp_path, WEBSITE_KEYS=KEY) as coach:
        site = Website(coach)
        token, message_id = site.start()["token"], str(uuid.uuid4())
        stored = site.stored()
        coach.action_server.kill()
        body = {"id": message_id, "text": "wij vergaderen op zolder met elf paarse stoelen"}
        refused = site.ask("POST", "messages", token, json=body)
        assert (refused.status_code, refused.headers["Content-Type"]) == (503, "application/problem+json")
        assert int(refused.headers["Retry-After"]) >= 1
        assert site.stored() == stored
        logged = "\n".join(log.read_text() for log in coach.logs)
        assert "abandoned" in logged
        for secret in ("paarse", token, message_id):
            assert secret not in logged + refused.text


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({}, "32 bytes"),
        ({"keys": "short"}, "32 bytes"),
        ({"keys": KEY, "origins": "*"}, "no origin"),
        ({"keys": KEY, "origins": "www.example.nl"}, "no origin"),
        ({"keys": KEY, "origins": "https://www.example.nl/chat"}, "no origin"),
        ({"keys": KEY, "proxies": "nonsense"}, "nonsense"),
        ({"keys": KEY, "unknown": "1"}, "unknown"),
        ({"keys": KEY, "days": "x"}, "float"),
    ],
)
def test_a_setting_that_cannot_be_read_stops_the_channel(told: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Settings.of(told)


@pytest.fixture
def described(site: Website) -> Any:
    """The description, for a client that has a session."""
    schema = schemathesis.openapi.from_path(str(OPENAPI))
    schema.config.update(base_url=site.address)

    @schema.auth()
    class OfASession:
        def get(self, case: Any, context: Any) -> str:
            return str(site.start()["token"])

        def set(self, case: Any, data: str, context: Any) -> None:
            case.headers["Authorization"] = f"Bearer {data}"

    return schema


@schemathesis.pytest.from_fixture("described").parametrize()
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_answer_is_as_the_description_says(case: Any) -> None:
    case.call_and_validate()
