"""The staff app's settings in the tests: as in development, in a database of their own."""

import os

os.environ.update(
    REVIEW_DEVELOPMENT="on",
    REVIEW_SECRET="a secret for the tests alone, and long enough to be taken",  # noqa: S106
    REVIEW_DATABASE_URL="sqlite:///review-of-the-tests.db",  # pytest-django takes one in memory instead
)

from review.settings import *  # noqa: F403 - the environment comes first

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # quick: nothing in the tests is a secret
