"""What a leader does in a browser, and pages of others that show the widget."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from playwright.sync_api import BrowserContext, Page

from tools.settings import HOST


@dataclass
class HostPages:
    """A website with pages of its own, on another origin than the coach: each path gives (headers, HTML)."""

    server: ThreadingHTTPServer
    pages: dict[str, tuple[dict[str, str], str]] = field(default_factory=dict)

    @property
    def origin(self) -> str:
        return f"http://{HOST}:{self.server.server_port}"


@contextmanager
def host_pages() -> Iterator[HostPages]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            headers, body = pages.pages.get(self.path, ({}, ""))
            self.send_response(200 if body else 404)
            for name, value in {"Content-Type": "text/html; charset=utf-8", **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *args: Any) -> None:
            """Nothing."""

    server = ThreadingHTTPServer((HOST, 0), Handler)
    pages = HostPages(server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield pages
    finally:
        server.shutdown()
        server.server_close()


@dataclass
class Visit:
    """A leader with a browser: what the console says and which hosts are asked is kept."""

    context: BrowserContext
    address: str
    complaints: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)

    def page(self, path: str = "/webhooks/website/") -> Page:
        """A new tab, at a path of the coach or an address of its own."""
        page = self.context.new_page()
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self.hosts.add(request.url.split("/")[2]))
        page.goto(path if path.startswith("http") else self.address + path)
        return page

    def _hear(self, message: Any) -> None:
        # A refused or failed request is told by the browser itself, whatever the page does with it.
        if message.type in {"error", "warning"} and not message.text.startswith("Failed to load resource"):
            self.complaints.append(message.text)


def open_coach(page: Page) -> None:
    """Open the panel and wait for the welcome."""
    page.get_by_role("button", name="Praat met de coach").click()
    page.get_by_text("Waar loop je tegenaan?").wait_for()


def say(page: Page, text: str) -> None:
    """Type and send, and wait until the answer is there."""
    page.get_by_role("textbox", name="Je bericht").fill(text)
    page.get_by_role("textbox", name="Je bericht").press("Enter")
    settled(page)


def choose(page: Page, title: str) -> None:
    """Click a quick reply, and wait until the answer is there."""
    page.get_by_role("button", name=title, exact=True).click()
    settled(page)


def settled(page: Page) -> None:
    """Wait until nothing is under way."""
    page.wait_for_function(
        "() => { const root = document.querySelector('reflectie-coach').shadowRoot;"
        " return root.querySelector('.under-way').hidden && !root.querySelector('.state'); }"
    )


def said(page: Page) -> list[str]:
    """All that stands in the conversation, message by message."""
    return [words.strip() for words in page.locator("reflectie-coach [role=log] .words").all_inner_texts()]
