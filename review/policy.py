"""What a page may load and do, as a header; Django has one of its own from 6.0."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

# unfold sets colours in a style block and sizes in style attributes; scripts are files of our own alone.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)


class ContentSecurityPolicy:
    """Middleware that sets the header on each answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer with the header."""
        response = self.get_response(request)
        response.headers["Content-Security-Policy"] = POLICY
        return response
