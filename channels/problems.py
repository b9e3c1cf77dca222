"""Errors of an HTTP interface as problem details (RFC 9457). They hold no text of a leader and no id."""

from __future__ import annotations

from http import HTTPStatus

from sanic.response import HTTPResponse, json


class ProblemError(Exception):
    """A request that is not done: its status, and in Dutch why, for a leader to read."""

    def __init__(self, status: HTTPStatus, detail: str, kind: str = "about:blank", retry_after: int | None = None):
        """Say why.

        Args:
            status: the HTTP status.
            detail: in Dutch, what a leader can do.
            kind: a name for programs, where the status alone does not say it.
            retry_after: after how many seconds the same request may be sent again.
        """
        super().__init__(kind)
        self.status, self.detail, self.kind, self.retry_after = status, detail, kind, retry_after

    def response(self) -> HTTPResponse:
        """The response to send."""
        body = {"type": self.kind, "title": self.status.phrase, "status": int(self.status), "detail": self.detail}
        headers = {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}
        if self.status is HTTPStatus.UNAUTHORIZED:
            headers["WWW-Authenticate"] = "Bearer"
        return json(body, int(self.status), headers, content_type="application/problem+json")
