"""Masks what leaders typed: names, addresses, numbers and the like become placeholders such as [NAAM-1]."""

from review.masking.conversation import ConversationMask
from review.masking.masker import Masker
from review.masking.spans import Kind, Span

__all__ = ["ConversationMask", "Kind", "Masker", "Span"]
