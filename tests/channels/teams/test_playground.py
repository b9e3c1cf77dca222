"""Whole conversations in Microsoft 365 Agents Playground, from the installation to the hand-off.

Two people talk at the same time, each in a tenant of their own, under the same ids. They do so once, outside
(tests/channels/teams/playground.py), and these tests read the record of it.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.channels.teams.connector import APP
from tests.channels.teams.microsoft import card_of, links, presses
from tests.channels.teams.playground import CLI
from tools.model import ROOT

SECONDS = 300
ADDRESS = "info@netwerkmetandereogen.nl"
PAGES = "https://coach.example/webhooks/website/"
NAMESPACES = (["unshare", "-n"], ["unshare", "-rn"])


def namespace() -> list[str]:
    """What runs a command where the network is not."""
    for command in NAMESPACES if shutil.which("unshare") else ():
        if subprocess.run([*command, "true"], capture_output=True, check=False).returncode == 0:
            return command
    pytest.fail(
        "The Playground runs in a network namespace: have `unshare` (util-linux), and be root or allow `unshare -rn`.",
        pytrace=False,
    )


@pytest.fixture(scope="module")
def record(model: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What each of the two did, step by step, and what came of it."""
    if not CLI.exists():
        pytest.fail("Microsoft 365 Agents Playground is not there: run `make setup`.", pytrace=False)
    folder = tmp_path_factory.mktemp("playground")
    command = [*namespace(), sys.executable, "-m", "tests.channels.teams.playground", str(folder)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS, check=False)
    if ran.returncode:
        pytest.fail(f"The conversations broke off; their logs are in {folder}.\n{ran.stderr[-3000:]}", pytrace=False)
    return dict(json.loads((folder / "record.json").read_text("utf-8")))


@pytest.fixture(params=["mia", "sam"])
def steps(record: dict[str, Any], request: pytest.FixtureRequest) -> list[dict[str, Any]]:
    """The steps of one of them."""
    return list(record[request.param])


def said(frame: dict[str, Any]) -> str:
    """All that a message shows."""
    return json.dumps(frame["message"], ensure_ascii=False)


def the_step(steps: list[dict[str, Any]], did: str) -> dict[str, Any]:
    return next(step for step in steps if step["did"].startswith(did))


def the_message(steps: list[dict[str, Any]], did: str) -> dict[str, Any]:
    """The message, the only one, that came of a step."""
    (frame,) = the_step(steps, did)["messages"]
    return dict(frame["message"])


def test_who_installs_it_is_welcomed_once(steps: list[dict[str, Any]]) -> None:
    installed = the_step(steps, "install")
    assert sorted(one["type"] for one in installed["exchanges"]) == ["conversationUpdate", "installationUpdate"]
    (welcome,) = installed["messages"]
    assert "geen mens" in said(welcome)
    assert list(presses(card_of(welcome["message"])))[:3] == ["Mijn rol", "Onze structuur", "Mijn mandaat"]


def test_what_is_said_or_pressed_is_taken_and_answered_with_one_message(steps: list[dict[str, Any]]) -> None:
    turns = [step for step in steps if step["did"].startswith(("say", "press"))]
    assert len(turns) > 12
    for step in turns:
        assert [exchange["status"] for exchange in step["exchanges"]] == [200], step["did"]
        assert len(step["messages"]) == 1, step["did"]
        (frame,) = step["messages"]
        assert bool(frame["message"].get("text")) != bool(frame["message"]["attachments"]), "text beside a card"


def test_an_answer_leaves_nothing_to_press_on_the_message_before(steps: list[dict[str, Any]]) -> None:
    open_cards: list[str] = []
    for step in steps:
        if not step["did"].startswith(("install", "say", "press")) or "denk je mee" in step["did"]:
            continue
        changed = [frame["message"] for frame in step["updates"]]
        assert [message["messageId"] for message in changed] == open_cards, step["did"]
        for message in changed:
            assert presses(card_of(message)) == {}
            chosen = step["did"].removeprefix("press ")
            assert (f"Je koos: {chosen}" in str(message)) == step["did"].startswith("press"), step["did"]
        shown = step["messages"][0]["message"]
        open_cards = [shown["messageId"]] if presses(card_of(shown)) else []


def test_links_stay_where_a_choice_was_made(record: dict[str, Any]) -> None:
    """The rating stands on the card of the summary, which is still to be mailed and kept."""
    (changed,) = the_step(record["mia"], "press 4")["updates"]
    before = the_message(record["mia"], "say een kwartier")
    assert links(card_of(changed["message"])) == links(card_of(before))


def test_confidence_is_chosen_from_a_list_of_ten(record: dict[str, Any]) -> None:
    asked = presses(card_of(the_message(record["mia"], "say met mijn adjunct")))
    assert list(asked) == [str(number) for number in range(1, 11)]
    assert asked["8"]["scale"] == "8"
    assert "Een 8" in the_message(record["mia"], "press 8")["text"]


@pytest.mark.parametrize(
    ("who", "last", "first_step"),
    [("mia", "say een kwartier", "ik bel mijn directeur"), ("sam", "say als ik het eerst", "ik vraag morgen")],
)
def test_it_goes_from_hello_to_the_hand_off(record: dict[str, Any], who: str, last: str, first_step: str) -> None:
    handed = card_of(the_message(record[who], last))
    shown = json.dumps(handed, ensure_ascii=False)
    for part in (ADDRESS, "www.netwerkmetandereogen.nl", "Je eerste stap", first_step):
        assert part in shown
    mail, page, calendar = links(handed).values()
    assert mail.startswith(f"mailto:{ADDRESS}?subject=")
    assert page.startswith(f"{PAGES}summary?link=")
    assert calendar.startswith(f"{PAGES}first-step.ics?link=")


def test_two_people_in_two_tenants_do_not_mix(record: dict[str, Any]) -> None:
    for who, own, others in (("mia", "paarse gebouw", "groene schuur"), ("sam", "groene schuur", "paarse gebouw")):
        frames = "\n".join(said(frame) for step in record[who] for frame in step["seen"] if "message" in frame)
        assert own in frames
        assert others not in frames


def test_who_waits_sees_that_the_coach_is_typing(record: dict[str, Any]) -> None:
    slow = the_step(record["mia"], "say manager")
    assert slow["exchanges"][0]["seconds"] > 1
    assert [frame["action"] for frame in slow["seen"]][:2] == ["typing", "createMessage"]
    quick = [step for who in record.values() for step in who if all(one["seconds"] < 0.4 for one in step["exchanges"])]
    assert len(quick) > 10
    assert [step["did"] for step in quick if step["typing"]] == []


def test_where_others_read_it_invites_to_a_chat_and_coaches_nobody(record: dict[str, Any]) -> None:
    invitations = [step for step in record["sam"] if step["did"].startswith("say denk je mee")]
    assert len(invitations) == 2
    for step, where in zip(invitations, ("19:group@", "19:channel@"), strict=True):
        (frame,) = step["messages"]
        assert frame["actionConversationId"].startswith(where)
        card = card_of(frame["message"])
        assert presses(card) == {}
        (link,) = links(card).values()
        assert link == f"https://teams.microsoft.com/l/chat/0/0?users=28:{APP}"
        assert "persoonlijk gesprek" in said(frame)
        assert "schuur" not in said(frame)


def test_a_message_that_was_changed_or_deleted_is_told(record: dict[str, Any]) -> None:
    assert "aangepast" in the_message(record["mia"], "edit")["text"]
    assert "weggehaald" in the_message(record["mia"], "delete")["text"]


@pytest.mark.parametrize("did", ["react", "unknown", "unknown event"])
def test_what_asks_nothing_is_taken_in_silence(record: dict[str, Any], did: str) -> None:
    step = next(step for step in record["mia"] if step["did"] == did)
    assert [exchange["status"] for exchange in step["exchanges"]] == [200]
    assert step["seen"] == []


def test_an_invoke_is_answered_in_its_own_form(record: dict[str, Any]) -> None:
    (executed,) = the_step(record["mia"], "execute")["exchanges"]
    told = json.loads(executed["body"])
    assert (executed["status"], told["statusCode"]) == (200, 200)
    assert told["type"].startswith("application/vnd.microsoft.")
    assert "voorbij" in the_message(record["mia"], "execute")["text"]
    (unknown,) = the_step(record["mia"], "unknown invoke")["exchanges"]
    assert unknown["status"] == 501
