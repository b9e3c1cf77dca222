"""Who may have an account, and from which address somebody signs in."""

from __future__ import annotations

from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest

from coach.addresses import address_of


class ClosedAdapter(DefaultAccountAdapter):
    """Nobody signs up by themselves: an administrator makes the accounts."""

    error_messages: ClassVar = {
        **DefaultAccountAdapter.error_messages,
        **dict.fromkeys(
            ("too_many_login_attempts", "rate_limited"),
            "Je vulde te vaak een verkeerde code in. Wacht een half uur, of vraag een beheerder.",
        ),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Wrong passwords are counted by axes."""

    def get_client_ip(self, request: HttpRequest) -> str:
        """As axes counts it."""
        return client_address(request) or "unknown"


def client_address(request: HttpRequest) -> str | None:
    """The address that asks, as far as our own proxies (REVIEW_PROXIES) tell it; None on a socket without one.

    Of IPv6 the first of its network of 64 bits, for that is what one household or school is given.
    """
    told = request.headers.get("X-Forwarded-For", "")
    return address_of(request.META.get("REMOTE_ADDR", ""), told, settings.PROXIES).partition("/")[0] or None
