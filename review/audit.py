"""What is logged of what staff do: who read which conversation, and what they decided. Never a text."""

from __future__ import annotations

from auditlog.models import LogEntry
from auditlog.registry import auditlog
from django.contrib.auth.models import Group, User

from review.models import Conversation, Handoff, Label, Note, ReplyAddress


def register() -> None:
    """Name the fields whose changes are logged. A look is logged by the page itself."""
    auditlog.register(Conversation, include_fields=["assigned_to", "reviewed_at", "reviewed_by"], m2m_fields={"labels"})
    auditlog.register(Label, include_fields=["name"])
    auditlog.register(Note, include_fields=["conversation", "author"])
    auditlog.register(Handoff, include_fields=["status", "taken_up_by"])
    auditlog.register(ReplyAddress, include_fields=["handoff"])
    of_user = ["username", "is_active", "is_staff", "is_superuser"]
    auditlog.register(User, include_fields=of_user, m2m_fields={"groups"})
    auditlog.register(Group, include_fields=["name"], m2m_fields={"permissions"})


def note(person: User, what: str, was: str, became: str, by: User | None = None) -> None:
    """Log what happened to an account and stands in none of its fields; by whoever asks, or `by` before signing in."""
    LogEntry.objects.log_create(person, action=LogEntry.Action.UPDATE, changes={what: [was, became]}, actor=by)
