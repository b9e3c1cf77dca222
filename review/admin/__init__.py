"""What staff see, as pages of the admin."""

from review.admin import handoffs

__all__ = ["handoffs"]
