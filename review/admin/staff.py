"""What staff change about a conversation: who looks after it, its labels and notes, and that it was reviewed.

Each change is a posted form whose button is called `change`; the page shows only what somebody may do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.models import AbstractUser
from django.core.exceptions import BadRequest, PermissionDenied
from django.db import transaction
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone

from review.admin.filters import is_number
from review.models import Conversation, Label, Note
from review.names import colleagues, name_of

MOST_IN_A_NOTE = Note._meta.get_field("text").max_length
MOST_IN_A_LABEL = Label._meta.get_field("name").max_length


def change(request: HttpRequest, conversation: Conversation) -> None:
    """Do what was posted, and say so.

    Raises:
        BadRequest: nothing that can be done was posted.
        PermissionDenied: this person may not do it.
    """
    wanted = CHANGES.get(request.POST.get("change", ""))
    if wanted is None:
        raise BadRequest
    if not request.user.has_perm(f"review.{wanted.permission}"):
        raise PermissionDenied
    with transaction.atomic():
        done, said = wanted.make(request, conversation)
    (messages.success if done else messages.warning)(request, said)


def assign(conversation: Conversation, person: AbstractUser | None) -> None:
    """Let `person`, or nobody, look after it."""
    conversation.assigned_to = person
    conversation.save(update_fields=["assigned_to"])


def review(request: HttpRequest, conversation: Conversation, *, reviewed: bool) -> None:
    """Mark it as reviewed, or not; who did so first stays."""
    if reviewed == bool(conversation.reviewed_at):
        return
    conversation.reviewed_at = timezone.now() if reviewed else None
    conversation.reviewed_by = request.user if reviewed else None
    conversation.save(update_fields=["reviewed_at", "reviewed_by"])


# Whether it was done, and what to say about it.
Outcome = tuple[bool, str]


def _assign(request: HttpRequest, conversation: Conversation) -> Outcome:
    chosen = request.POST.get("person", "")
    person = get_object_or_404(colleagues(), pk=_number(chosen)) if chosen else None
    assign(conversation, person)
    return True, f"Toegewezen aan {name_of(person)}." if person else "Aan niemand meer toegewezen."


def _review(request: HttpRequest, conversation: Conversation) -> Outcome:
    reviewed = request.POST.get("reviewed") == "yes"
    review(request, conversation, reviewed=reviewed)
    return True, "Op beoordeeld gezet." if reviewed else "Niet meer op beoordeeld."


def _add_label(request: HttpRequest, conversation: Conversation) -> Outcome:
    name = " ".join(request.POST.get("label", "").split())
    if not name or len(name) > MOST_IN_A_LABEL:
        return False, f"Geef het label een naam van hooguit {MOST_IN_A_LABEL} tekens."
    label = Label.objects.filter(name__iexact=name).first()
    if label is None and not request.user.has_perm("review.add_label"):
        return False, "Dit label is er nog niet, en je mag geen labels maken. Kies een ander."
    label = label or Label.objects.create(name=name)
    conversation.labels.add(label)
    return True, f"Label “{label}” toegevoegd."


def _remove_label(request: HttpRequest, conversation: Conversation) -> Outcome:
    label = get_object_or_404(Label, pk=_number(request.POST.get("label", "")))
    conversation.labels.remove(label)
    return True, f"Label “{label}” weggehaald."


def _add_note(request: HttpRequest, conversation: Conversation) -> Outcome:
    text = request.POST.get("text", "").replace("\0", "").strip()
    if not text or len(text) > MOST_IN_A_NOTE:
        return False, f"Schrijf een notitie van hooguit {MOST_IN_A_NOTE} tekens."
    Note.objects.create(conversation=conversation, author=request.user, text=text)
    return True, "Notitie toegevoegd."


def _delete_note(request: HttpRequest, conversation: Conversation) -> Outcome:
    note = get_object_or_404(Note, pk=_number(request.POST.get("note", "")), conversation=conversation)
    if note.author_id != request.user.pk:
        raise PermissionDenied
    note.delete()
    return True, "Notitie verwijderd."


@dataclass(frozen=True)
class _Change:
    permission: str
    make: Callable[[HttpRequest, Conversation], Outcome]


CHANGES = {
    "assign": _Change("change_conversation", _assign),
    "review": _Change("change_conversation", _review),
    "add_label": _Change("change_conversation", _add_label),
    "remove_label": _Change("change_conversation", _remove_label),
    "add_note": _Change("add_note", _add_note),
    "delete_note": _Change("delete_note", _delete_note),
}


def _number(posted: str) -> int:
    """The key of a row.

    Raises:
        BadRequest: it is none.
    """
    if is_number(posted):
        return int(posted)
    raise BadRequest
