"""A store of the coach, for the worker that looks through examples beside following it."""

from tests.review.projection.conftest import store, store_url

__all__ = ["store", "store_url"]
