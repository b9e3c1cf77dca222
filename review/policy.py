"""What a page may load and do, and that it is kept nowhere, as headers of every answer."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

# Scripts and styles are files of our own: nothing is evaluated.
# The one style in a page is a line of unfold's admin/change_list.html.
OF_THE_LIST = "'sha256-qYKkU7EofkVsEss99tX5zBhWPZ8G52q0LYh78i/kJVs='"
POLICY = (
    f"default-src 'none'; script-src 'self'; style-src 'self' {OF_THE_LIST}; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
UNUSED = "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"


class Protection:
    """Middleware that sets the headers, also on errors and on files.

    Files say for themselves how long they keep; any other page may show what was said in a conversation, and is stored
    by no browser and no proxy.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer with the headers."""
        response = self.get_response(request)
        response.headers["Content-Security-Policy"] = POLICY
        response.headers["Permissions-Policy"] = UNUSED
        response.headers.setdefault("Cache-Control", "no-store")
        return response
