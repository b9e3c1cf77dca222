"""Stands in for `keras`; see `reflectiecoach_compat.absent`."""

from reflectiecoach_compat import absent

__version__ = "0.0.0+absent"

absent.install(__name__)
