"""What staff see and do, model by model."""

from review.admin import conversations, handoffs, improving, labels, log, people, purges

__all__ = ["conversations", "handoffs", "improving", "labels", "log", "people", "purges"]
