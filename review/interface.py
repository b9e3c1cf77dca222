"""How the staff app looks and what its menu holds, as unfold reads it from the settings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy

Asked = Callable[[HttpRequest], Any]


def _file(path: str) -> Asked:
    return lambda request: static(path)


def _page(title: str, icon: str, model: str, *, permission: str = "") -> dict[str, Any]:
    """An entry of the menu: the list of a model, for those with the permission, or else for administrators."""

    def allowed(request: HttpRequest) -> bool:
        return bool(request.user.has_perm(permission) if permission else request.user.is_superuser)

    return {
        "title": title,
        "icon": icon,
        "link": reverse_lazy(f"admin:{model}_changelist"),
        "permission": allowed,
    }


def _queue(request: HttpRequest) -> bool:
    return bool(request.user.has_perms(("review.view_conversation", "review.add_judgement")))


def environment(request: HttpRequest) -> list[str] | None:
    """A label beside the title where nothing is real."""
    return ["proefomgeving", "warning"] if settings.DEVELOPMENT else None


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Reflectiecoach",
    "SITE_HEADER": "Reflectiecoach",
    "SITE_SUBHEADER": "Meelezen en opvolgen",
    "SITE_URL": None,
    "SITE_ICON": _file("review/icon.svg"),
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": _file("review/icon.svg")}],
    "SHOW_HISTORY": False,  # the log has it
    "SHOW_VIEW_ON_SITE": False,
    "ENVIRONMENT": environment,
    "DASHBOARD_CALLBACK": "review.start.overview",
    "STYLES": [_file("review/theme.css"), _file("review/review.css")],
    "SCRIPTS": [_file("review/alpine.js"), _file("review/keys.js")],
    "SIDEBAR": {
        "navigation": [
            {
                "title": "Gesprekken",
                "items": [
                    {"title": "Begin", "icon": "home", "link": reverse_lazy("admin:index")},
                    {
                        "title": "Overzicht",
                        "icon": "bar_chart",
                        "link": reverse_lazy("dashboard"),
                        "permission": lambda request: request.user.has_perm("review.view_statistic"),
                    },
                    _page("Gesprekken", "forum", "review_conversation", permission="review.view_conversation"),
                    _page("Overdrachten", "forward_to_inbox", "review_handoff", permission="review.view_handoff"),
                ],
            },
            {
                "title": "Verbeteren",
                "items": [
                    {
                        "title": "Leerzaam",
                        "icon": "school",
                        "link": reverse_lazy("queue"),
                        "permission": _queue,
                    },
                    _page("Oordelen", "fact_check", "review_judgement", permission="review.view_judgement"),
                    _page("Verbeteringen", "edit_note", "review_example", permission="review.view_example"),
                ],
            },
            {
                "title": "Beheer",
                "items": [
                    _page("Medewerkers", "person", "auth_user", permission="auth.view_user"),
                    _page("Groepen", "group", "auth_group"),
                    _page("Labels", "label", "review_label", permission="review.view_label"),
                    _page("Logboek", "history", "auditlog_logentry", permission="auditlog.view_logentry"),
                    _page("Opruimen", "auto_delete", "review_purge", permission="review.view_purge"),
                ],
            },
        ],
    },
}
