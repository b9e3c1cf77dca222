"""Every address of the staff app, as Django knows them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

# For whoever is not signed in.
OPEN = {"account_login", "account_inactive", "health", "microsoft", "microsoft_callback"}


def _patterns(resolver: URLResolver, before: str = "") -> Iterator[tuple[str, str]]:
    """Each address of the app with its name, with 1 where anything can stand."""
    for pattern in resolver.url_patterns:
        path = before + _filled(pattern)
        if isinstance(pattern, URLPattern):
            yield path, pattern.name or ""
        else:
            yield from _patterns(pattern, path)


def _filled(pattern: URLPattern | URLResolver) -> str:
    told = pattern.pattern
    if not hasattr(told, "_route"):  # an expression: the admin's way to an app, and its last resort
        return "auth/" if "app_label" in told.regex.groupindex else "anything/"
    return re.sub(r"<(?:\w+:)?\w+>", "1", str(told))


ADDRESSES = sorted({(f"/{path}", name) for path, name in _patterns(get_resolver()) if path != "anything/"})
