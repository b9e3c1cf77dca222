"""What is logged of what staff do: who read which conversation, and what they decided. Never a text."""

from __future__ import annotations

import getpass

from auditlog.models import LogEntry
from auditlog.registry import auditlog
from django.contrib.auth.models import Group, User
from django.contrib.contenttypes.models import ContentType
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
    # Not what it says: nothing in the log tells of which conversation it was, and it outlives that.
    auditlog.register(Example, include_fields=["accepted_by", "checked_at", "exported_at"])
    of_user = ["username", "is_active", "is_staff", "is_superuser"]
    auditlog.register(User, include_fields=of_user, m2m_fields={"groups"})
    auditlog.register(Group, include_fields=["name"], m2m_fields={"permissions"})


def note(person: User, what: str, was: str, became: str, **by: User | str | None) -> None:
    """Log what happened to an account and stands in none of its fields.

    By whoever asks; by the `actor` before signing in, and by the `actor_email` where a command asks.
    """
    LogEntry.objects.log_create(person, action=LogEntry.Action.UPDATE, changes={what: [was, became]}, **by)


def log_export(kind: type[Model], what: str, key: str = "", by: str | None = None) -> None:
    """Log that something was taken out of the app, never a text of it.

    Args:
        kind: of the things that were.
        what: as staff read it in the log.
        key: of the thing, where it was one.
        by: who did, where nobody is signed in; auditlog knows who is.
    """
    of_kind = ContentType.objects.get_for_model(kind)
    LogEntry.objects.create(content_type=of_kind, object_pk=key, object_repr=what, action=EXPORTED, actor_email=by)


def whoever_runs_this() -> str:
    """Who gives a command on the server, as the log has it."""
    return f"{getpass.getuser()} (opdracht)"


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
