"""What the staff app keeps: what it made of the conversations, the hand-offs, what staff add, and figures."""

from review.models.conversation import Conversation, ConversationText, Recognition, Reflection, Turn
from review.models.following import Followed
from review.models.handoff import Handoff, ReplyAddress
from review.models.improving import Example, Flag, Judgement
from review.models.keeping import Cached, Erasures, Purge, Statistic
from review.models.staff import Label, Note, SavedView

__all__ = [
    "Cached",
    "Conversation",
    "ConversationText",
    "Erasures",
    "Example",
    "Flag",
    "Followed",
    "Handoff",
    "Judgement",
    "Label",
    "Note",
    "Purge",
    "Recognition",
    "Reflection",
    "ReplyAddress",
    "SavedView",
    "Statistic",
    "Turn",
]
