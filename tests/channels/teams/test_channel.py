"""The channel of Teams on a running coach: whom it hears, what it answers, and that nothing is lost or said twice."""

from __future__ import annotations

import datetime
import json
import os
import signal
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from microsoft_agents.activity import Activity
from rasa.shared.exceptions import RasaException
from waiting import wait_for

from channels.teams.answering import FOR_GOOD, SECONDS_OF_TRYING_A_TURN
from channels.teams.channel import MOST_BYTES, SECONDS_BETWEEN_LOOKS, SECONDS_UNTIL_AN_ANSWER, TeamsInput
from channels.teams.incoming import sender_of
from channels.teams.settings import Settings
from storage.activities import SECONDS_OF_A_LEASE
from tests.channels.teams.connector import APP, FORBIDDEN, REFUSED, TENANT, token
from tests.channels.teams.microsoft import (
    SECRET,
    Message,
    Microsoft,
    Person,
    bearer,
    links,
    presses,
    running_microsoft,
    self_signed,
)
from tools import serve
from tools.settings import HOST, environment, free_port

STORY = "ik mag niks beslissen, alles moet eerst langs mijn directeur"
PATH = "/webhooks/teams/messages"


class Teams:
    """A coach in Teams whose processes can be stopped and started, and Microsoft around it."""

    def __init__(self, microsoft: Microsoft, model: Path, folder: Path, **settings: str) -> None:
        self.microsoft, self.database, self.log = microsoft, folder / "tracker.db", folder / "coach.log"
        actions_port, self.port = free_port(), free_port()
        stored = {"DATABASE_URL": f"sqlite:///{self.database}"}
        self._settings = {**environment(actions_port, self.port), **microsoft.settings(), **stored, **settings}
        self._folder, self._processes = folder, (serve.action_server(actions_port), serve.coach(self.port, model))
        self.stack = ExitStack()
        both = serve.running(list(self._processes), self._settings, folder)
        self.actions, self.coach = self.stack.enter_context(both)

    def start(self, which: int) -> Any:
        return self.stack.enter_context(serve.running([self._processes[which]], self._settings, self._folder))[0]

    def post(self, activity: dict[str, Any], headers: dict[str, str] | None = None, **how: Any) -> requests.Response:
        headers = bearer(self.microsoft.service) if headers is None else headers
        how = how or {"json": activity}
        return requests.post(f"http://{HOST}:{self.port}{PATH}", headers=headers, timeout=30, **how)

    def person(self) -> Person:
        return Person(self.microsoft.service)

    def say(self, person: Person, text: str | None = None, **what: Any) -> Message | None:
        """What a person does, and the last of what is answered to it."""
        activity = person.activity(**({"text": text} if text else {}), **what)
        assert self.post(activity).status_code == 200
        return self.answer_to(activity)

    def answer_to(self, activity: dict[str, Any]) -> Message | None:
        answers = self.microsoft.answers_to(activity["id"])
        assert len(answers) < 2
        return answers[0] if answers else None

    def press(self, person: Person, message: Message, title: str, **what: Any) -> Message | None:
        return self.say(person, replyToId=message.id, value=presses(message.card)[title], **what)

    def counts(self) -> dict[str, int]:
        with sqlite3.connect(self.database) as database:
            tables = ("events", "conversations", "activities")
            return {name: database.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in tables}  # noqa: S608

    def pending(self) -> int:
        with sqlite3.connect(self.database) as database:
            held = "SELECT count(*) FROM activities WHERE held_until IS NOT NULL"
            return int(database.execute(held).fetchone()[0])


@pytest.fixture(scope="module")
def microsoft(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Microsoft]:
    with running_microsoft(self_signed(tmp_path_factory.mktemp("certificate"))) as microsoft:
        yield microsoft


@pytest.fixture(scope="module")
def teams(microsoft: Microsoft, model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Teams]:
    teams = Teams(microsoft, model, tmp_path_factory.mktemp("teams"))
    with teams.stack:
        yield teams


@contextmanager
def nothing_done(teams: Teams) -> Iterator[None]:
    """Within the block nothing is run, stored or sent."""
    before, calls = teams.counts(), len(teams.microsoft.calls)
    yield
    assert teams.counts() == before
    assert len(teams.microsoft.calls) == calls


@pytest.mark.parametrize("made", REFUSED.values(), ids=REFUSED.keys())
def test_a_token_that_is_none_of_theirs_gets_401(teams: Teams, made: Callable[[], str]) -> None:
    with nothing_done(teams):
        header = made().encode("latin-1")
        answer = teams.post(teams.person().activity(text=STORY), {"Authorization": header} if header else {})
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(("made", "said"), FORBIDDEN.values(), ids=FORBIDDEN.keys())
def test_a_true_token_for_something_else_gets_403(teams: Teams, made: Callable[..., str], said: dict[str, Any]) -> None:
    with nothing_done(teams):
        answer = teams.post({**teams.person().activity(text=STORY), **said}, {"Authorization": f"Bearer {made()}"})
    assert answer.status_code == 403


def test_a_signed_service_that_is_not_microsofts_is_not_called(teams: Teams) -> None:
    elsewhere = "https://elders.example/"
    with nothing_done(teams):
        headers = {"Authorization": f"Bearer {token(serviceurl=elsewhere)}"}
        assert teams.post({**teams.person().activity(text=STORY), "serviceUrl": elsewhere}, headers).status_code == 403


@pytest.mark.parametrize(
    ("how", "status"),
    [
        ({"data": b"{", "headers": {}}, 400),
        ({"data": b"\xff\xfe", "headers": {}}, 400),
        ({"data": b"[]", "headers": {}}, 400),
        ({"data": b"null", "headers": {}}, 400),
        ({"data": b"[" * 100_000, "headers": {}}, 400),
        ({"data": b'{"text": "geheim"}', "headers": {"Content-Type": "text/plain"}}, 415),
        ({"data": b'{"text": "' + b"x" * MOST_BYTES + b'"}', "headers": {}}, 413),
    ],
)
def test_a_body_that_is_no_activity_is_refused(teams: Teams, how: dict[str, Any], status: int) -> None:
    headers = {**bearer(teams.microsoft.service), "Content-Type": "application/json", **how["headers"]}
    with nothing_done(teams):
        assert teams.post({}, headers, data=how["data"]).status_code == status


@pytest.mark.parametrize(
    "said",
    [
        {"text": ["geheim"]},
        {"text": {"geheim": 1}},
        {"timestamp": "geheim"},
        {"id": "a/../geheim"},
        {"type": None},
        {"conversation": {"id": "a?geheim", "tenantId": TENANT}},
    ],
)
def test_a_broken_activity_is_refused_and_not_logged(teams: Teams, said: dict[str, Any]) -> None:
    with nothing_done(teams):
        assert teams.post(teams.person().activity(**said)).status_code == 400
    assert "geheim" not in teams.log.read_text()


def test_only_posts_are_taken(teams: Teams) -> None:
    assert requests.get(f"http://{HOST}:{teams.port}{PATH}", timeout=10).status_code == 405


@pytest.mark.parametrize(
    "said",
    [
        {"type": "messageReaction", "reactionsAdded": [{"type": "like"}]},
        {"type": "typing"},
        {"type": "endOfConversation"},
        {"type": "event", "name": "application/vnd.microsoft.meetingStart"},
        {"type": "somethingNew"},
        {"type": "installationUpdate", "action": "remove-upgrade"},
        {"type": "conversationUpdate", "membersRemoved": [{"id": "29:x"}]},
    ],
    ids=lambda said: said["type"],
)
def test_what_asks_nothing_gets_200_and_no_answer(teams: Teams, said: dict[str, Any]) -> None:
    with nothing_done(teams):
        assert teams.post(teams.person().activity(**said)).status_code == 200


def test_an_app_that_is_added_welcomes_once_in_dutch_and_again_after_it_was_removed(teams: Teams) -> None:
    person, bot = teams.person(), {"id": f"28:{APP}"}

    def add() -> list[Message]:
        signs = (
            {"type": "installationUpdate", "action": "add"},
            {"type": "conversationUpdate", "membersAdded": [{"id": "29:x"}, bot]},
        )
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda sign: teams.post(person.activity(**sign)), signs))
        return teams.microsoft.of(person.conversation)

    (welcome,) = add()
    assert "computerprogramma" in str(welcome.card)
    assert len(presses(welcome.card)) == 4
    assert len(add()) == 1
    assert teams.post(person.activity(type="installationUpdate", action="remove")).status_code == 200
    assert len(add()) == 2


@pytest.mark.parametrize("word", ["Hi", "Hello", "Help", "hallo"])
def test_what_a_store_tries_is_answered_in_dutch(teams: Teams, word: str) -> None:
    answer = teams.say(teams.person(), word)
    assert answer
    assert " je " in str(answer.shown)


def test_the_same_activity_many_times_is_answered_once(teams: Teams) -> None:
    person = teams.person()
    activity = person.activity(text=STORY)
    with ThreadPoolExecutor(8) as pool:
        assert {answer.status_code for answer in pool.map(teams.post, [activity] * 8)} == {200}
    wait_for(lambda: teams.answer_to(activity), 10)
    before = teams.counts()
    assert teams.post(activity).status_code == 200
    assert teams.counts() == before
    assert teams.answer_to(activity)


def test_a_press_under_another_id_is_answered_once_and_the_card_shows_what_was_chosen(teams: Teams) -> None:
    person = teams.person()
    card = teams.say(person, STORY)
    assert card
    pressed = {"replyToId": card.id, "value": presses(card.card)["Ja, mandaat"]}
    answer = teams.say(person, **pressed)
    assert answer
    said = teams.microsoft.of(person.conversation)
    assert teams.say(person, **pressed) is None
    assert teams.microsoft.of(person.conversation) == said
    assert presses(card.card) == {}
    assert "Je koos: Ja, mandaat" in str(card.card)


def test_a_card_is_over_once_its_question_is_answered_and_only_then(teams: Teams) -> None:
    person = teams.person()
    first = teams.say(person, STORY)
    assert first
    titles = presses(first.card)
    second = teams.say(person, "ja, dat klopt")
    assert second
    assert presses(first.card) == {}
    assert "Je koos" not in str(first.card)
    late = teams.say(person, replyToId=first.id, value=titles["Iets anders"])
    assert late
    assert "voorbij" in late.shown["text"]
    nothing = teams.say(person, replyToId=second.id, value={"x": "y"})
    assert nothing
    assert "nog geen keuze" in nothing.shown["text"]
    # What was only said beside the conversation leaves its question open.
    assert teams.press(person, second, next(iter(presses(second.card))))


def test_where_others_read_the_coach_invites_and_keeps_nothing(teams: Teams) -> None:
    person = teams.person()
    group = {"id": "19:groep@thread.v2", "conversationType": "groupChat", "isGroup": True, "tenantId": TENANT}
    before = teams.counts()
    invited = teams.say(person, f"<at>Reflectiecoach</at> {STORY}", conversation=group)
    assert invited
    assert list(links(invited.card).values()) == [f"https://teams.microsoft.com/l/chat/0/0?users=28:{APP}"]
    assert teams.counts() == {**before, "activities": before["activities"] + 1}


def test_a_message_that_is_not_taken_leaves_its_question_open(teams: Teams) -> None:
    person = teams.person()
    card = teams.say(person, STORY)
    assert card
    assert teams.say(person, "x" * 2001)
    assert teams.press(person, card, "Ja, mandaat")


def test_a_number_of_another_card_is_no_answer(teams: Teams) -> None:
    person = teams.person()
    card = teams.say(person, STORY)
    assert card
    before = teams.counts()["events"]
    late = teams.say(person, replyToId="sent-long-ago", value={"scale": "7"})
    assert late
    assert "voorbij" in late.shown["text"]
    assert teams.counts()["events"] == before


def test_nothing_chosen_is_told_as_often_as_it_is_pressed(teams: Teams) -> None:
    person = teams.person()
    for _ in range(2):
        assert teams.say(person, replyToId="sent-1", value={"scale": ""})


def test_what_an_open_card_offers_is_kept_without_what_the_leader_said(teams: Teams) -> None:
    person = teams.person()
    teams.say(person, "de buurt heet Klaverland, en alles moet eerst langs mijn directeur")
    with sqlite3.connect(teams.database) as database:
        kept = [row[0] for row in database.execute("SELECT offered FROM activities WHERE offered IS NOT NULL")]
    assert any("langs mijn directeur" in one for one in kept)  # the coach gives it back
    assert not any("Klaverland" in one for one in kept)


def test_a_changed_and_a_deleted_message_are_told_of_once(teams: Teams) -> None:
    person = teams.person()
    teams.say(person, STORY)
    for kind, event, word in (
        ("messageUpdate", "editMessage", "aangepast"),
        ("messageDelete", "softDeleteMessage", "weggehaald"),
    ):
        told = person.activity(type=kind, channelData={"eventType": event, "tenant": {"id": TENANT}})
        assert [teams.post(told).status_code for _ in range(2)] == [200, 200]
        answer = teams.answer_to(told)
        assert answer
        assert word in answer.shown["text"]


def test_an_invoke_is_answered_with_a_body(teams: Teams) -> None:
    person = teams.person()
    card = teams.say(person, STORY)
    assert card
    action = {"type": "Action.Execute", "verb": "choose", "data": presses(card.card)["Ja, mandaat"]}
    invoke = person.activity(
        type="invoke", name="adaptiveCard/action", replyToId=card.id, value={"action": action, "trigger": "manual"}
    )
    assert teams.post(invoke).json()["statusCode"] == 200
    assert teams.answer_to(invoke)
    assert presses(card.card) == {}
    assert teams.post(person.activity(type="invoke", name="signin/verifyState", value={})).json() == {}
    assert teams.post(person.activity(type="invoke", name="task/fetch", value={})).status_code == 501


def test_a_picture_without_words_and_a_text_that_is_too_long_are_answered(teams: Teams) -> None:
    person = teams.person()
    picture = {"contentType": "image/png", "contentUrl": "https://elders.example/foto.png"}
    for what, word in (({"attachments": [picture]}, "geen tekst"), ({"text": "x" * 2001}, "langer dan")):
        answer = teams.say(person, **what)
        assert answer
        assert word in answer.shown["text"]


def test_an_erased_conversation_leaves_nothing_of_what_was_said(teams: Teams) -> None:
    person = teams.person()
    teams.say(person, "mijn directeur heet Hendrikus en ik mag niks beslissen")
    asked = teams.say(person, "wis mijn gesprek")
    assert asked
    yes = next(title for title in presses(asked.card) if title.startswith("Ja"))
    pressed = person.activity(replyToId=asked.id, value=presses(asked.card)[yes])
    assert teams.post(pressed).status_code == 200
    gone = teams.answer_to(pressed)
    assert gone
    assert presses(asked.card) == {}
    sender = sender_of(Activity.model_validate(body := person.activity()), body)

    def left() -> list[str]:
        files = {path.name: path.read_bytes() for path in teams.database.parent.glob(f"{teams.database.name}*")}
        return [name for name, held in files.items() for word in ("Hendrikus", sender) if word.encode() in held]

    wait_for(lambda: not left(), 10)
    assert teams.post(pressed).status_code == 200  # the same press again is known, though not whose it was
    assert teams.answer_to(pressed) == gone
    assert teams.say(person, STORY)
    assert left()  # under the same name as before


def test_language_and_time_zone_are_kept_with_what_is_said(teams: Teams) -> None:
    assert teams.say(
        teams.person(), "in Maaseik mag ik niks beslissen", locale="nl-BE", localTimezone="Europe/Brussels"
    )
    with sqlite3.connect(teams.database) as database:
        rows = database.execute("SELECT data FROM events WHERE type_name = 'user' AND data LIKE '%Maaseik%'").fetchall()
    ((told,),) = rows
    metadata = json.loads(told)["metadata"]
    assert (metadata["locale"], metadata["timezone"]) == ("nl-BE", "Europe/Brussels")


def test_nothing_that_is_typed_is_logged_and_nobody_is_named_in_the_database(teams: Teams) -> None:
    person = teams.person()
    teams.say(person, "de school heet Zonneroos en daar mag ik niks beslissen")
    assert "Zonneroos" not in teams.log.read_text()
    with sqlite3.connect(teams.database) as database:
        stored = str(list(database.iterdump()))
    assert "Zonneroos" in stored
    for known in (person.conversation, f"29:person-{person.number}", f"Persoon {person.number}"):
        assert f'"{known}"' not in stored


def test_who_has_everything_erased_hears_so_also_when_the_connector_is_away(teams: Teams) -> None:
    person = teams.person()
    teams.say(person, STORY)
    asked = teams.say(person, "wis mijn gesprek")
    assert asked
    yes = next(title for title in presses(asked.card) if title.startswith("Ja"))
    pressed = person.activity(replyToId=asked.id, value=presses(asked.card)[yes])
    with teams.microsoft.away():
        assert teams.post(pressed).status_code == 200
    assert teams.post(pressed).status_code == 200
    wait_for(lambda: teams.answer_to(pressed), 30)
    time.sleep(SECONDS_BETWEEN_LOOKS + 1)
    assert teams.answer_to(pressed)


def test_what_failed_at_first_is_answered_before_what_came_after(teams: Teams) -> None:
    person = teams.person()
    first, second = person.activity(text=STORY), person.activity(text="ja, dat klopt")
    teams.actions.kill()
    teams.actions.wait()
    assert teams.post(first).status_code == 200
    teams.actions = teams.start(0)
    assert teams.post(second).status_code == 200
    wait_for(lambda: teams.answer_to(second), 30)
    assert [message.answers for message in teams.microsoft.of(person.conversation)] == [first["id"], second["id"]]


def test_who_is_asked_to_do_it_again_can(teams: Teams) -> None:
    person = teams.person()
    card = teams.say(person, STORY)
    assert card
    pressed = {"replyToId": card.id, "value": presses(card.card)["Ja, mandaat"]}
    teams.actions.kill()
    teams.actions.wait()
    first = person.activity(**pressed)
    assert teams.post(first).status_code == 200
    with sqlite3.connect(teams.database) as database:
        longer_ago = "UPDATE activities SET taken_at = taken_at - ? WHERE held_until IS NOT NULL"
        database.execute(longer_ago, (SECONDS_OF_TRYING_A_TURN,))
    failed = wait_for(lambda: teams.answer_to(first), 20)
    assert "Er ging iets mis" in failed.shown["text"]
    teams.actions = teams.start(0)
    assert teams.say(person, **pressed)


def test_what_the_connector_refuses_for_now_is_said_once(teams: Teams) -> None:
    teams.microsoft.answers += [(429, {"Retry-After": "1"}), (502, {}), (412, {})]
    assert teams.say(teams.person(), STORY)


@pytest.mark.parametrize("status", [403, 404])
def test_what_the_connector_refuses_for_good_is_not_tried_again(teams: Teams, status: int) -> None:
    assert status in FOR_GOOD
    teams.microsoft.answers.append((status, {}))
    assert teams.say(teams.person(), STORY) is None
    assert teams.pending() == 0


def test_a_connector_that_is_away_gets_the_answer_when_it_is_back(teams: Teams) -> None:
    person = teams.person()
    activity = person.activity(text=STORY)
    with teams.microsoft.away():
        assert teams.post(activity).status_code == 200
        assert teams.pending() == 1
    wait_for(lambda: teams.answer_to(activity), 30)
    wait_for(lambda: teams.pending() == 0, 5)
    assert len(teams.microsoft.of(person.conversation)) == 1


def test_a_turn_that_takes_long_is_answered_in_time_and_said_later(teams: Teams) -> None:
    person = teams.person()
    activity = person.activity(text=STORY)
    os.kill(teams.actions.pid, signal.SIGSTOP)
    try:
        start = time.monotonic()
        assert teams.post(activity).status_code == 200
        assert SECONDS_UNTIL_AN_ANSWER - 1 < time.monotonic() - start < SECONDS_UNTIL_AN_ANSWER + 2
    finally:
        os.kill(teams.actions.pid, signal.SIGCONT)
    wait_for(lambda: teams.answer_to(activity), 40)
    assert teams.microsoft.typing[person.conversation] > 1


def test_an_activity_that_a_crash_cut_short_is_answered_once(teams: Teams) -> None:
    activity = teams.person().activity(text=STORY)
    os.kill(teams.actions.pid, signal.SIGSTOP)
    with ThreadPoolExecutor(1) as pool:
        sent = pool.submit(teams.post, activity)
        wait_for(teams.pending, 10)
        teams.coach.kill()
        assert isinstance(sent.exception(30), requests.ConnectionError)
    os.kill(teams.actions.pid, signal.SIGCONT)
    teams.coach.wait()
    teams.coach = teams.start(1)
    wait_for(lambda: teams.answer_to(activity), SECONDS_OF_A_LEASE + 20)
    wait_for(lambda: teams.pending() == 0, 5)
    assert teams.post(activity).status_code == 200
    assert teams.answer_to(activity)


def test_without_a_network_at_the_start_it_runs_and_hears_teams_once_there_is_one(
    microsoft: Microsoft, model: Path, tmp_path: Path
) -> None:
    class Moved(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(302)
            self.send_header("Location", microsoft.metadata)
            self.end_headers()

    port = free_port()
    away = {"TEAMS_METADATA": f"http://{HOST}:{port}/", "TEAMS_LOGIN": f"https://localhost:{free_port()}/{TENANT}"}
    teams = Teams(microsoft, model, tmp_path, **away)
    with teams.stack:
        activity = teams.person().activity(text=STORY)
        refused = teams.post(activity)
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "2")
        told = "Teams cannot be answered: the identity provider is away"
        wait_for(lambda: told in teams.log.read_text(), 20)
        with HTTPServer((HOST, port), Moved) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            wait_for(lambda: teams.post(activity).status_code == 200, 15)
            server.shutdown()
        # It is kept until the bot can sign in.
        assert teams.pending() == 1


def credentials(**told: str) -> dict[str, str]:
    return {"app_id": APP, "tenant": TENANT, "secret": SECRET, "keys": "k" * 32, **told}


def test_without_an_app_id_teams_is_off_and_says_so(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    channel = TeamsInput.from_credentials(credentials(app_id=""))
    assert caplog.messages == ["Teams is off: TEAMS_APP_ID is not set."]
    assert not channel.blueprint(None).routes


@pytest.mark.parametrize(
    ("told", "line"),
    [
        ({"app_id": "mijn app"}, "TEAMS_APP_ID is 'mijn app'"),
        ({"tenant": ""}, "TEAMS_TENANT_ID is ''"),
        ({"tenants": f"{TENANT}, school"}, "TEAMS_OTHER_TENANTS is 'school'"),
        ({"secret": ""}, "either TEAMS_SECRET or TEAMS_CERTIFICATE"),
        ({"certificate": "x.pem"}, "either TEAMS_SECRET or TEAMS_CERTIFICATE"),
        ({"secret": "", "certificate": "/nergens/x.pem"}, "TEAMS_CERTIFICATE is no PEM file"),
        ({"keys": "kort"}, "at least 32 bytes"),
        ({"days": "veel"}, "RETENTION_DAYS is 'veel'"),
        ({"services": "localhost"}, "TEAMS_SERVICES is 'localhost'"),
        ({"public_url": "coach.voorbeeld.nl"}, "PUBLIC_URL is 'coach.voorbeeld.nl'"),
    ],
)
def test_a_setting_that_is_wrong_is_one_clear_line(told: dict[str, str], line: str) -> None:
    with pytest.raises(RasaException, match=r"^[^\n]+$") as refused:
        TeamsInput.from_credentials(credentials(**told))
    assert line in str(refused.value)
    assert SECRET not in str(refused.value)


def certificate_of_another(folder: Path) -> bytes:
    """A certificate whose key is another one."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "CA")])
    now = datetime.datetime.now(datetime.UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(now).not_valid_after(now + datetime.timedelta(days=1))
    return made.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)


def test_a_certificate_is_read_with_its_key(tmp_path: Path) -> None:
    certificate, key = self_signed(tmp_path)
    with pytest.raises(ValueError, match="no PEM file"):
        Settings.of(credentials(secret="", certificate=str(key)))
    both = tmp_path / "both.pem"
    issuer = certificate_of_another(tmp_path)
    both.write_bytes(key.read_bytes() + certificate.read_bytes() + issuer)
    settings = Settings.of(credentials(secret="", certificate=str(both)))
    assert settings
    # The issuer's comes along, and is not what the bot signs with.
    assert (settings.tokens._certificate or {})["public_certificate"].strip() == certificate.read_text().strip()
    both.write_bytes(key.read_bytes() + issuer + certificate.read_bytes())
    with pytest.raises(ValueError, match="is not the private key's"):
        Settings.of(credentials(secret="", certificate=str(both)))
