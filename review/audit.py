"""What is logged of what staff do: who read which conversation, and what they decided. Never a text."""

from __future__ import annotations

from typing import Any

from auditlog.models import LogEntry
from auditlog.registry import auditlog
from django.contrib.auth.models import Group, User
from django.db.models import Model

from review.models import Conversation, Example, Flag, Handoff, Judgement, Label, Note, ReplyAddress, Turn

# What auditlog has no number for: that somebody took it out of the app.
EXPORTED = 4


def register() -> None:
    """Name the fields whose changes are logged. A look is logged by the page itself."""
    of_conversation = ["assigned_to", "reviewed_at", "reviewed_by", "erase_asked_at"]
    auditlog.register(Conversation, include_fields=of_conversation, m2m_fields={"labels"})
    auditlog.register(Label, include_fields=["name"])
    auditlog.register(Note, include_fields=["conversation", "author"])
    auditlog.register(Handoff, include_fields=["status", "taken_up_by"])
    auditlog.register(ReplyAddress, include_fields=["handoff"])
    auditlog.register(Judgement, include_fields=["verdict", "state", "intent", "level", "sector"])
    auditlog.register(Flag, include_fields=["author"])
    auditlog.register(Example, include_fields=["intent", "recognised", "level", "sector", "checked_at", "exported_at"])
    of_user = ["username", "is_active", "is_staff", "is_superuser"]
    auditlog.register(User, include_fields=of_user, m2m_fields={"groups"})
    auditlog.register(Group, include_fields=["name"], m2m_fields={"permissions"})


def note(person: User, what: str, was: str, became: str, by: User | None = None) -> None:
    """Log what happened to an account and stands in none of its fields; by whoever asks, or `by` before signing in."""
    LogEntry.objects.log_create(person, action=LogEntry.Action.UPDATE, changes={what: [was, became]}, actor=by)


def log_export(thing: Model, **by: Any) -> None:
    """Log that somebody took this out of the app; `by` names who, where nobody is signed in."""
    LogEntry.objects.log_create(thing, force_log=True, action=EXPORTED, changes={}, **by)


def logged_as(code: str) -> list[str]:
    """What the log calls a conversation and what hangs on it, also what was taken away from it before."""
    turn, handoff = Turn(conversation_id=code), Handoff(conversation_id=code)
    things = (
        Conversation(code=code),
        handoff,
        ReplyAddress(handoff=handoff),
        Note(conversation_id=code),
        Judgement(turn=turn),
        Flag(turn=turn),
    )
    return [str(thing) for thing in things]
