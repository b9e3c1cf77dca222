"""A worker that is killed in the middle leaves whole conversations, and the next goes on from there."""

from __future__ import annotations

import os
import subprocess
import sys
import time

from sqlalchemy.engine import Engine

from review.models import Conversation, Followed
from review.projection.following import Projection
from tests.review.projection.logs import PlainMask, dump, store_log
from tests.review.projection.test_following import rebuilt, whole
from tools.model import ROOT

MANY, AFTER = 40, 11
WORKER = """
import sys
import django
django.setup()
from review.projection.following import Projection
from storage.schema import open_database
from tests.review.projection.logs import PlainMask
Projection(open_database(sys.argv[1], 1), PlainMask).step(everything=True, seconds=60)
"""


def test_a_worker_that_is_killed_is_taken_over_by_the_next(store: Engine, store_url: str, review_database: str) -> None:
    for number in range(MANY):
        store_log(store, str(number), whole(str(number)))
    env = {**os.environ, "REVIEW_DATABASE_URL": review_database, "DJANGO_SETTINGS_MODULE": "review.settings"}
    worker = subprocess.Popen([sys.executable, "-c", WORKER, store_url], cwd=ROOT, env=env)
    deadline = time.monotonic() + 30
    while Followed.objects.count() < AFTER and time.monotonic() < deadline:
        time.sleep(0.002)
    worker.kill()
    worker.wait()
    assert AFTER <= Followed.objects.count() < MANY
    assert Conversation.objects.count() == Followed.objects.filter(conversation__isnull=False).count()
    Projection(store, PlainMask).step(seconds=60)
    followed = dump()
    assert Conversation.objects.count() == MANY
    assert rebuilt(store) == followed
