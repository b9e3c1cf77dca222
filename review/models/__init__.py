"""What the staff app keeps: what it made of the conversations, the hand-offs, and what staff add."""

from review.models.conversation import Conversation, ConversationText, Recognition, Reflection, Turn
from review.models.following import Followed
from review.models.handoff import Handoff, ReplyAddress
from review.models.staff import Label, Note, SavedView

__all__ = [
    "Conversation",
    "ConversationText",
    "Followed",
    "Handoff",
    "Label",
    "Note",
    "Recognition",
    "Reflection",
    "ReplyAddress",
    "SavedView",
    "Turn",
]
