"""Who the staff are, and how they are called on the pages."""

from __future__ import annotations

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractUser
from django.db.models import QuerySet


def colleagues() -> QuerySet[AbstractUser]:
    """All who can sign in here."""
    return get_user_model().objects.filter(is_active=True, is_staff=True).order_by("first_name", "username")


def name_of(person: AbstractUser | None) -> str:
    """The full name, or what the person signs in with; empty for nobody."""
    return (person.get_full_name() or person.get_username()) if person else ""
