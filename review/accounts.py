"""Who may have an account, and from which address somebody signs in."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest

from coach.addresses import address_of


class ClosedAdapter(DefaultAccountAdapter):
    """Nobody signs up by themselves: an administrator makes the accounts."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """As axes counts it."""
        return client_address(request) or "unknown"


def client_address(request: HttpRequest) -> str | None:
    """The address that asks, as far as our own proxies (REVIEW_PROXIES) tell it; None on a socket without one.

    Of IPv6 the first of its network of 64 bits, for that is what one household or school is given.
    """
    told = request.headers.get("X-Forwarded-For", "")
    return address_of(request.META.get("REMOTE_ADDR", ""), told, settings.PROXIES).partition("/")[0] or None
