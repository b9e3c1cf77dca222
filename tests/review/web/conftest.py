"""A conversation to read, and staff who may do this or that."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils import timezone

from review.models import Conversation, ConversationText, Turn

ALL_RIGHTS = ("add_label", "view_conversation", "change_conversation", "add_note", "delete_note")


@pytest.fixture
def new_conversation() -> Callable[..., Conversation]:
    """Makes a conversation by its code; each new one is a minute older, unless it is told when."""
    made = 0

    def make(code: str, *, words: str = "", **values: Any) -> Conversation:
        nonlocal made
        made += 1
        at = values.pop("at", None) or timezone.now() - timedelta(minutes=made)
        standing = {"channel": "website", "messages": 3, "reached": 1, "started_at": at, "last_at": at, **values}
        conversation = Conversation.objects.create(code=code, **standing)
        ConversationText.objects.create(conversation=conversation, text=words)
        return conversation

    return make


@pytest.fixture
def new_turn() -> Callable[..., Turn]:
    """Adds a turn to a conversation."""

    def make(conversation: Conversation, number: int, said: str = "", *replies: dict[str, Any], **values: Any) -> Turn:
        at = datetime(2026, 3, 2, 13, number, tzinfo=UTC)
        return Turn.objects.create(
            conversation=conversation, number=number, said=said, said_at=at, replies=list(replies), **values
        )

    return make


@pytest.fixture
def sign_in(client: Client) -> Callable[..., User]:
    """Signs in somebody of staff with these rights; with all of them where none are named."""

    def make(*rights: str, name: str = "fatima") -> User:
        person = User.objects.create_user(name, first_name=name.capitalize(), is_staff=True)
        person.user_permissions.set(Permission.objects.filter(codename__in=rights or ALL_RIGHTS))
        client.force_login(person)
        return person

    return make
