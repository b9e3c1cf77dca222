"""The widget in a real browser, on the running coach: what a leader sees and does, and what must never happen."""

from __future__ import annotations

import json
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.channels.forging import KEY
from tests.widget.browser import HostPages, Visit, choose, host_pages, open_coach, said, say, settled
from tools import serve
from tools.browser import chromium
from tools.model import ROOT
from tools.settings import HOST, environment, free_port

STORY = "ik mag niks beslissen, alles moet eerst langs mijn directeur"
AXE = (ROOT / "widget/node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
SCREENS = ROOT / "reports" / "screens"
MANY = "100000/minute"
PANEL: ViewportSize = {"width": 1100, "height": 800}
SMALL: ViewportSize = {"width": 320, "height": 640}
LYING: ViewportSize = {"width": 640, "height": 320}
# The rest of a conversation after the story, from the first yes to the goodbye.
TO_THE_END = (
    "ja, dat klopt", "vorige week moest ik bij elk voorstel eerst terug naar kantoor", "management", "onderwijs",
    "ik kies voor de scholen in de wijk en laat de regiotafel even los", "sla over", "sla over", "sla over",
    "klopt zo", "ik bel mijn directeur", "dinsdag", "met mijn adjunct", "8", "een kwartier voorbereiding",
)  # fmt: skip


class Server:
    """A coach that can be stopped and started again, on one port and one database."""

    def __init__(self, model: Path, folder: Path, origins: str) -> None:
        self.port, actions_port = free_port(), free_port()
        self.address = f"http://{HOST}:{self.port}"
        rates = dict.fromkeys(
            (
                "WEBSITE_MESSAGES_OF_A_CONVERSATION",
                "WEBSITE_MESSAGES_OF_AN_ADDRESS",
                "WEBSITE_CONVERSATIONS_OF_AN_ADDRESS",
            ),
            MANY,
        )
        self._settings = {
            **environment(actions_port, self.port), **rates, "WEBSITE_KEYS": KEY,
            "DATABASE_URL": f"sqlite:///{folder}/tracker.db",
        }  # fmt: skip
        self._settings["WEBSITE_ORIGINS"] += f" {origins}"
        self._coach = serve.coach(self.port, model)
        self._processes = [self._run(serve.action_server(actions_port)), self._run(self._coach)]

    def _run(self, process: serve.Process) -> subprocess.Popen[bytes]:
        child = subprocess.Popen(
            process.command, cwd=ROOT, env=self._settings, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        serve.wait_until_ready([process])
        return child

    def stop(self) -> None:
        child = self._processes.pop()
        child.terminate()
        child.wait()

    def start(self) -> None:
        self._processes.append(self._run(self._coach))

    def end(self) -> None:
        while self._processes:
            self.stop()


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[HostPages]:
    with host_pages() as pages:
        yield pages


@pytest.fixture(scope="module")
def server(model: Path, tmp_path_factory: pytest.TempPathFactory, elsewhere: HostPages) -> Iterator[Server]:
    server = Server(model, tmp_path_factory.mktemp("widget"), elsewhere.origin)
    yield server
    server.end()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def visit(browser: Browser, server: Server) -> Iterator[Visit]:
    """One leader's browser. In the end the console was silent and nobody else was asked for anything."""
    with browser.new_context(viewport=PANEL, locale="nl-NL") as context:
        context.set_default_timeout(20_000)
        visit = Visit(context, server.address)
        yield visit
        assert visit.complaints == []
        assert all(host.startswith(f"{HOST}:") for host in visit.hosts)


def violations(page: Page) -> list[str]:
    """What axe finds against WCAG 2.2 AA, each with where."""
    page.evaluate(AXE)
    found = page.evaluate("tags => axe.run({runOnly: tags})", TAGS)
    return [f"{item['id']}: {item['nodes'][0]['html'][:120]}" for item in found["violations"]]


def test_a_whole_conversation_from_hello_to_the_network(visit: Visit) -> None:
    page = visit.page()
    open_coach(page)
    say(page, STORY)
    for text in TO_THE_END:
        say(page, text)
        if text == "onderwijs":
            expect(page.get_by_text("Stap 1 van 4", exact=True)).to_be_visible()
    summary = page.get_by_role("region", name="Dit neem je mee")
    expect(summary).to_contain_text("ik bel mijn directeur")
    expect(page.get_by_role("link", name="Mail je samenvatting naar het netwerk")).to_have_attribute(
        "href", re.compile("^mailto:info@netwerkmetandereogen.nl")
    )
    with visit.context.expect_page() as opened:
        summary.get_by_role("link", name="Bewaar of print").click()
    expect(opened.value.get_by_text("ik bel mijn directeur").first).to_be_visible()
    with page.expect_download() as download:
        summary.get_by_role("link", name="Zet in je agenda").click()
    assert download.value.suggested_filename == "eerste-stap.ics"
    assert visit.context.cookies() == []


def test_a_reload_in_the_middle_goes_on(visit: Visit) -> None:
    page = visit.page()
    open_coach(page)
    say(page, STORY)
    page.get_by_role("textbox", name="Je bericht").fill("half getypt")
    before = said(page)
    page.reload()
    open_again(page)
    assert said(page) == before
    expect(page.get_by_role("textbox", name="Je bericht")).to_have_value("half getypt")
    choose(page, "Ja, mandaat")
    assert len(said(page)) > len(before)


def open_again(page: Page) -> None:
    launcher = page.get_by_role("button", name="Praat met de coach")
    if launcher.is_visible():
        launcher.click()
    page.get_by_text("Waar loop je tegenaan?").wait_for()


def test_a_server_that_goes_down_and_comes_back_loses_no_word(visit: Visit, server: Server) -> None:
    page = visit.page()
    open_coach(page)
    server.stop()
    try:
        box = page.get_by_role("textbox", name="Je bericht")
        box.fill(STORY)
        box.press("Enter")
        expect(page.get_by_text("Er is geen verbinding.")).to_be_visible()
        assert STORY in said(page)
    finally:
        server.start()
    retry = page.get_by_role("button", name="Probeer opnieuw")
    deadline = time.monotonic() + 60
    while not page.get_by_role("button", name="Ja, mandaat").is_visible() and time.monotonic() < deadline:
        if retry.is_visible():
            retry.click()
        page.wait_for_timeout(200)
    settled(page)
    assert said(page).count(STORY) == 1
    assert page.get_by_role("button", name="Ja, mandaat").is_visible()


def test_without_a_connection_what_is_typed_waits_and_is_sent_once(visit: Visit) -> None:
    page = visit.page()
    open_coach(page)
    visit.context.set_offline(True)
    box = page.get_by_role("textbox", name="Je bericht")
    for text in (STORY, "ja dat klopt"):
        box.fill(text)
        box.press("Enter")
    expect(page.get_by_text("Er is geen verbinding.")).to_be_visible()
    visit.context.set_offline(False)
    page.get_by_text("plek").first.wait_for()
    settled(page)
    assert [text for text in said(page) if text in {STORY, "ja dat klopt"}] == [STORY, "ja dat klopt"]


def test_another_tab_begins_anew_unless_the_conversation_is_kept(visit: Visit) -> None:
    page = visit.page()
    open_coach(page)
    say(page, STORY)
    other = visit.page()
    open_coach(other)
    assert STORY not in said(other)
    other.close()
    page.get_by_role("button", name="Meer mogelijkheden").click()
    page.get_by_role("button", name="Bewaar mijn gesprek").click()
    page.get_by_text("Je gesprek staat nu op dit apparaat.").wait_for()
    second = visit.page()
    open_again(second)
    assert STORY in said(second)
    choose(second, "Ja, mandaat")
    page.bring_to_front()
    page.wait_for_function(
        "n => document.querySelector('reflectie-coach').shadowRoot.querySelectorAll('.words').length >= n",
        arg=len(said(second)),
    )
    assert said(page) == said(second)


def test_a_double_click_sends_once(visit: Visit) -> None:
    page = visit.page()
    open_coach(page)
    page.get_by_role("textbox", name="Je bericht").fill(STORY)
    page.get_by_role("button", name="Verstuur").dblclick()
    settled(page)
    assert said(page).count(STORY) == 1


def test_on_a_slow_network_it_says_that_the_answer_is_on_its_way(visit: Visit) -> None:
    page = visit.page()
    open_coach(page)
    slow = visit.context.new_cdp_session(page)
    slow.send("Network.enable")
    slow.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 2500, "downloadThroughput": 20_000, "uploadThroughput": 20_000},
    )
    box = page.get_by_role("textbox", name="Je bericht")
    box.fill(STORY)
    box.press("Enter")
    expect(page.locator("reflectie-coach .under-way")).to_be_visible()
    page.get_by_role("button", name="Ja, mandaat").wait_for()
    expect(page.locator("reflectie-coach .under-way")).to_be_hidden()


def test_erasing_clears_the_page_and_the_device(visit: Visit) -> None:
    page = visit.page()
    open_coach(page)
    say(page, STORY)
    page.get_by_role("button", name="Meer mogelijkheden").click()
    page.get_by_role("button", name="Wis mijn gesprek").click()
    page.get_by_role("button", name="Ja, wis mijn gesprek").click()
    page.get_by_text("Je gesprek is gewist.").wait_for()
    assert STORY not in said(page)
    kept = page.evaluate("JSON.stringify([{...sessionStorage}, {...localStorage}])")
    assert STORY not in kept
    assert "token" not in kept
    page.get_by_role("button", name="Begin een nieuw gesprek").click()
    page.get_by_text("Waar loop je tegenaan?").wait_for()


def test_all_of_it_by_keyboard(visit: Visit) -> None:
    page = visit.page()
    focused = "() => document.activeElement?.shadowRoot?.activeElement?.id"
    for _ in range(10):
        page.keyboard.press("Tab")
        if page.evaluate("() => document.activeElement?.tagName") == "REFLECTIE-COACH":
            break
    page.keyboard.press("Enter")
    page.get_by_text("Waar loop je tegenaan?").wait_for()
    assert page.evaluate(focused) == "input"
    page.keyboard.type("eerste regel")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type(STORY)
    page.keyboard.press("Enter")
    settled(page)
    assert f"eerste regel\n{STORY}" in said(page)
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    settled(page)
    page.keyboard.press("Escape")
    expect(page.get_by_role("textbox", name="Je bericht")).to_be_hidden()
    assert page.evaluate("() => document.activeElement?.tagName") == "REFLECTIE-COACH"


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "**vet** [x](javascript:alert(1))"]
)
def test_markup_stays_text(visit: Visit, text: str) -> None:
    page = visit.page()
    page.on("dialog", lambda dialog: visit.complaints.append("a script ran"))
    open_coach(page)
    say(page, text)
    say(page, f"dat zei ik dus: {text} tegen mijn directeur")
    assert text in said(page)
    inside = "document.querySelector('reflectie-coach').shadowRoot"
    assert page.evaluate(f"{inside}.querySelectorAll('[role=log] script, [role=log] img').length") == 0
    assert page.evaluate(f"{inside}.querySelectorAll('[href^=javascript]').length") == 0


HOSTILE = """* { all: unset !important; font-size: 40px !important; color: lime !important; }
* { display: inline !important; }
reflectie-coach { width: 3px !important; } div, button, p { transform: rotate(3deg) !important; }"""


def test_a_page_with_hostile_style_and_a_strict_policy(visit: Visit, server: Server, elsewhere: HostPages) -> None:
    coach = server.address
    elsewhere.pages["/hostile.css"] = ({"Content-Type": "text/css"}, HOSTILE)
    elsewhere.pages["/"] = (
        {
            "Content-Security-Policy": f"default-src 'none'; script-src {coach}; style-src 'self'; "
            f"connect-src {coach}; require-trusted-types-for 'script'; "
            "trusted-types dompurify lit-html 'allow-duplicates'"
        },
        f"""<!doctype html><html lang="nl"><title>Elders</title><link rel="stylesheet" href="/hostile.css">
        <script type="module" src="{coach}/webhooks/website/widget.js" crossorigin></script>
        <h1>Elders</h1><reflectie-coach></reflectie-coach></html>""",
    )
    page = visit.page(elsewhere.origin + "/")
    open_coach(page)
    say(page, STORY)
    box = page.get_by_role("textbox", name="Je bericht").bounding_box()
    assert box is not None
    assert box["width"] > 150
    size = page.get_by_text("Waar loop je tegenaan?").evaluate("node => getComputedStyle(node).fontSize")
    assert 14 <= float(size.removesuffix("px")) <= 20


def test_the_privacy_statement_of_the_page_opens_in_a_tab_of_its_own(
    visit: Visit, server: Server, elsewhere: HostPages
) -> None:
    elsewhere.pages["/privacy"] = ({}, "<!doctype html><title>Privacy</title><h1>Zo gaan we met je gegevens om</h1>")
    elsewhere.pages["/coach"] = (
        {},
        f"""<!doctype html><html lang="nl"><title>Elders</title>
        <script type="module" src="{server.address}/webhooks/website/widget.js" crossorigin></script>
        <reflectie-coach privacy="/privacy"></reflectie-coach></html>""",
    )
    page = visit.page(elsewhere.origin + "/coach")
    open_coach(page)
    with visit.context.expect_page() as opened:
        page.get_by_role("link", name="Privacy").click()
    expect(opened.value.get_by_role("heading")).to_have_text("Zo gaan we met je gegevens om")
    assert opened.value.evaluate("[window.opener, document.referrer]") == [None, ""]


def test_the_host_page_does_not_move(visit: Visit) -> None:
    page = visit.page()
    page.get_by_role("button", name="Praat met de coach").wait_for()
    shift = page.evaluate(
        "() => new Promise(done => { let total = 0;"
        " new PerformanceObserver(list => { for (const entry of list.getEntries()) total += entry.value; })"
        ".observe({type: 'layout-shift', buffered: true}); setTimeout(() => done(total), 300); })"
    )
    assert shift == 0


def more(page: Page, *names: str) -> None:
    """Open the menu and click one thing after another."""
    for name in ("Meer mogelijkheden", *names):
        page.get_by_role("button", name=name, exact=True).click()


def refused(page: Page, status: int, text: str, **headers: str) -> None:
    """Say something that the channel refuses: as these states are hard to come by, the refusal is made up here."""
    problem = {"type": "about:blank", "title": "", "status": status, "detail": "Dat lukt nu niet."}
    page.route(
        "**/messages",
        lambda route: route.fulfill(
            status=status,
            body=json.dumps(problem),
            headers={"Content-Type": "application/problem+json", **headers},
        ),
    )
    open_coach(page)
    page.get_by_role("textbox", name="Je bericht").fill(STORY)
    page.get_by_role("button", name="Verstuur").click()
    page.get_by_text(text).first.wait_for()


def part_of_the_page(page: Page) -> None:
    page.evaluate(
        "() => { const coach = document.querySelector('reflectie-coach');"
        " coach.mode = 'inline'; coach.style.display = 'block'; coach.style.blockSize = '30rem'; }"
    )
    page.get_by_text("Waar loop je tegenaan?").wait_for()
    say(page, STORY)


def name_statement(page: Page) -> None:
    page.evaluate("document.querySelector('reflectie-coach').privacy = '/privacy'")


def to_the_end(page: Page) -> None:
    open_coach(page)
    for text in (STORY, *TO_THE_END):
        say(page, text)


STATES: dict[str, Callable[[Page], None]] = {
    "gesloten": lambda page: None,
    "welkom": lambda page: (open_coach(page), name_statement(page)),
    "gesprek": lambda page: (open_coach(page), say(page, STORY)),
    "menu": lambda page: (open_coach(page), more(page)),
    "wissen": lambda page: (open_coach(page), more(page, "Wis mijn gesprek")),
    "gewist": lambda page: (
        open_coach(page),
        more(page, "Wis mijn gesprek", "Ja, wis mijn gesprek"),
        page.get_by_text("Je gesprek is gewist.").wait_for(),
    ),
    "bewaard": lambda page: (
        open_coach(page),
        more(page),
        page.get_by_role("button", name="Bewaar mijn gesprek").click(),
        page.get_by_text("Je gesprek staat nu op dit apparaat.").wait_for(),
    ),
    "pauze": lambda page: (open_coach(page), say(page, STORY), say(page, "pauze")),
    "mislukt": lambda page: refused(page, 503, "Niet verstuurd", **{"Retry-After": "120"}),
    "druk": lambda page: refused(page, 503, "Het is druk.", **{"Retry-After": "50"}),
    "geweigerd": lambda page: refused(page, 422, "Pas je bericht aan"),
    "in_de_pagina": part_of_the_page,
    "gevaar": lambda page: (open_coach(page), say(page, "ik wil niet meer leven")),
    "te_lang": lambda page: (
        open_coach(page),
        name_statement(page),
        page.get_by_role("textbox", name="Je bericht").fill("x" * 2100),
    ),
    "zonder_verbinding": lambda page: (
        open_coach(page),
        page.context.set_offline(True),
        page.get_by_role("textbox", name="Je bericht").fill(STORY),
        page.get_by_role("button", name="Verstuur").click(),
        page.get_by_text("Er is geen verbinding.").wait_for(),
    ),
    "samenvatting": to_the_end,
    "afdruk": lambda page: (
        to_the_end(page),
        page.goto(page.get_by_role("link", name="Bewaar of print").get_attribute("href") or ""),
    ),
}


@pytest.mark.parametrize("state", STATES)
def test_every_state_is_accessible_in_light_and_dark_and_on_a_small_screen(visit: Visit, state: str) -> None:
    page = visit.page()
    page.emulate_media(reduced_motion="reduce")
    STATES[state](page)
    SCREENS.mkdir(parents=True, exist_ok=True)
    for scheme in ("light", "dark"):
        for name, size in (("", PANEL), ("_320", SMALL), ("_liggend", LYING)):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            page.set_viewport_size(size)
            page.wait_for_timeout(50)
            page.screenshot(path=SCREENS / f"{state}_{scheme}{name}.png")
            assert violations(page) == []
            width = page.evaluate("document.documentElement.scrollWidth")
            assert width <= size["width"]


# WCAG 2.2, 1.4.12: what a reader may set without losing anything.
SPACING = "* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }"


@pytest.mark.parametrize("size", [PANEL, SMALL], ids=["panel", "320"])
def test_with_wider_text_and_forced_colours_nothing_is_cut_off(visit: Visit, size: ViewportSize) -> None:
    page = visit.page()
    page.set_viewport_size(size)
    page.emulate_media(forced_colors="active", reduced_motion="reduce")
    open_coach(page)
    say(page, STORY)
    cut_off = page.evaluate(
        """style => {
          const root = document.querySelector('reflectie-coach').shadowRoot;
          const sheet = new CSSStyleSheet();
          sheet.replaceSync(style);
          root.adoptedStyleSheets.push(sheet);
          return [...root.querySelectorAll('button, p, h2, .words, .choice')]
            .filter(node => node.checkVisibility() && !node.closest('.hidden, [hidden]'))
            .filter(node => node.scrollWidth > node.clientWidth + 1 && getComputedStyle(node).display !== 'inline')
            .map(node => node.outerHTML.slice(0, 100));
        }""",
        SPACING,
    )
    assert cut_off == []
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    assert violations(page) == []
    page.screenshot(path=SCREENS / f"ruime_tekst_{size['width']}.png")
