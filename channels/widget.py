"""The widget's file, and a page to try it on."""

from __future__ import annotations

import base64
import gzip
import hashlib
from html import escape
from http import HTTPStatus
from pathlib import Path

from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, html, raw

BUNDLE = Path(__file__).parent.parent / "widget" / "dist" / "widget.js"
PAGES = Path(__file__).parent / "pages"
YEAR = 365 * 24 * 60 * 60
# Any website may load the file; which may talk with the coach is decided where it talks.
FILE = {
    "Vary": "Accept-Encoding",
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "X-Content-Type-Options": "nosniff",
}
# The strictest policy that a website could have: the widget works under it.
PAGE = {
    "Cache-Control": "no-cache",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    ),
}


def add_widget(routes: Blueprint) -> None:
    """Add the routes of the widget: `widget.js`, the same under a name that changes with it, and the page.

    The first is asked for anew each time, the second is kept for a year. Both come packed to a browser that can unpack.

    Raises:
        FileNotFoundError: the widget was not built.
    """
    bundle = BUNDLE.read_bytes()
    packed = gzip.compress(bundle, mtime=0)
    named = f"widget.{hashlib.sha256(bundle).hexdigest()[:12]}.js"
    integrity = f"sha384-{base64.b64encode(hashlib.sha384(bundle).digest()).decode()}"
    page = (PAGES / "demo.html").read_text(encoding="utf-8")
    tag = f'W/"{named}"'  # weak: the same file, packed or not

    def script(request: Request, kept: str) -> HTTPResponse:
        headers = {**FILE, "Cache-Control": kept, "ETag": tag}
        if tag in request.headers.get("If-None-Match", ""):
            return raw(b"", HTTPStatus.NOT_MODIFIED, headers)
        body = bundle
        if "gzip" in map(str.strip, request.headers.get("Accept-Encoding", "").split(",")):
            body, headers["Content-Encoding"] = packed, "gzip"
        return raw(body, headers=headers, content_type="text/javascript; charset=utf-8")

    @routes.get("/widget.js")
    async def newest(request: Request) -> HTTPResponse:
        return script(request, "no-cache")

    @routes.get(f"/{named}")
    async def this_one(request: Request) -> HTTPResponse:
        return script(request, f"public, max-age={YEAR}, immutable")

    @routes.get("/")
    async def demo(request: Request) -> HTTPResponse:
        address = f"{request.scheme}://{request.host}{request.path}"
        filled = page.replace("{widget}", named).replace("{integrity}", integrity).replace("{address}", escape(address))
        return html(filled, headers=PAGE)

    @routes.get("/demo.css")
    async def style(request: Request) -> HTTPResponse:
        return raw((PAGES / "demo.css").read_bytes(), headers=PAGE, content_type="text/css; charset=utf-8")
