"""A browser in which staff work, and the table of pages that every check visits."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page

PASSWORD = "een lange zin om mee in te loggen"  # noqa: S105
ROOT = Path(__file__).parents[2]
AXE = ROOT / "widget/node_modules/axe-core/axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
DESKTOP, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


def nothing(page: Page) -> None:
    """Look at the page as it comes."""


def filters(page: Page) -> None:
    """Open the sheet with the filters."""
    page.locator(".filter-open-button").click()
    page.locator("#changelist-filter").wait_for()


def keys(page: Page) -> None:
    """Show the keys that work here."""
    page.keyboard.press("Shift+?")
    page.get_by_role("dialog", name="Toetsen").wait_for()


def tables(page: Page) -> None:
    """Unfold the tables below the pictures."""
    for summary in page.locator("figure summary").all():
        summary.click()


def correction(page: Page) -> None:
    """Open the correction of the first turn that can have one, with the place."""
    page.get_by_role("link", name="Verbeter", exact=True).first.click()
    page.locator("summary", has_text="Niveau of sector").click()
    page.locator("summary", has_text="Antwoorden").click()


def problems(page: Page) -> None:
    """Send a correction that cannot be accepted."""
    page.get_by_label("Voorbeeldzin").fill("[NAAM-1]")
    page.get_by_role("button", name="Keur goed").click()
    page.locator(".review-problem").first.wait_for()


@dataclass(frozen=True)
class Shown:
    """A page that staff see: where it is, and what to do there before it is looked at."""

    name: str
    path: str
    do: Callable[[Page], None] = nothing
    signed_in: bool = True
    status: int = 200


# Each is looked at by day and by night, wide and narrow (test_pages.py).
PAGES = (
    Shown("sign-in", "/inloggen/", signed_in=False),
    Shown("start", "/"),
    Shown("keys", "/", keys),
    Shown("dashboard", "/overzicht/", tables),
    Shown("dashboard without figures", "/overzicht/?sector=kinderopvang"),
    Shown("conversations", "/review/conversation/"),
    Shown("conversation", "/review/conversation/AB12CD/change/", correction),
    Shown("queue", "/leerzaam/", problems),
    Shown("judgements", "/review/judgement/"),
    Shown("examples", "/review/example/"),
    Shown("example, taken away", "/review/example/1/delete/"),
    Shown("hand-offs", "/review/handoff/"),
    Shown("hand-off", "/review/handoff/one/change/"),
    Shown("labels", "/review/label/"),
    Shown("label", "/review/label/add/"),
    Shown("staff", "/auth/user/"),
    Shown("member of staff", "/auth/user/add/"),
    Shown("account", "/auth/user/1/change/"),
    Shown("group", "/auth/group/add/"),
    Shown("log", "/auditlog/logentry/"),
    Shown("filters", "/auditlog/logentry/", filters),
    Shown("erase", "/review/conversation/AB12CD/wissen/"),
    Shown("purges", "/review/purge/"),
    Shown("own password", "/password_change/"),
    Shown("second step", "/tweede-stap/"),
    Shown("not there", "/bestaat-niet/", status=404),
)


@dataclass(frozen=True)
class Office:
    """What there is to read, and who of staff comes to read it."""

    fill: Callable[[], None]
    name: str


@dataclass
class Desk:
    """A browser of one member of staff: what its console says is kept."""

    context: BrowserContext
    address: str
    complaints: list[str] = field(default_factory=list)

    def page(self) -> Page:
        """A new tab."""
        page = self.context.new_page()
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        return page

    def sign_in(self, page: Page, name: str, password: str = PASSWORD) -> None:
        """By the form, as staff do."""
        page.goto(f"{self.address}/inloggen/")
        page.get_by_label("Gebruikersnaam").fill(name)
        page.get_by_label("Wachtwoord").fill(password)
        page.get_by_role("button", name="Inloggen").click()

    def _hear(self, message: Any) -> None:
        # A refused or failed request is told by the browser itself, whatever the page does with it.
        if message.type in {"error", "warning"} and not message.text.startswith("Failed to load resource"):
            self.complaints.append(message.text)


def violations(page: Page) -> list[str]:
    """What axe finds against WCAG 2.2 AA, each with where."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("tags => axe.run({runOnly: tags, resultTypes: ['violations']})", TAGS)
    return [f"{item['id']}: {node['html'][:160]}" for item in found["violations"] for node in item["nodes"][:3]]


def texts(page: Page) -> set[str]:
    """All that stands on the page or is read out, piece by piece."""
    pieces = page.evaluate(
        """() => {
          const found = [document.title];
          const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
          while (walk.nextNode()) {
            const node = walk.currentNode;
            if (node.nodeType === Node.ELEMENT_NODE)
              found.push(...["title", "placeholder", "aria-label", "alt"].map((name) => node.getAttribute(name)));
            else if (!node.parentElement.closest("script, style, .material-symbols-outlined")) found.push(node.data);
          }
          return found.filter(Boolean);
        }"""
    )
    return {" ".join(re.sub(r"[\s:*]+", " ", piece).split()) for piece in pieces}
