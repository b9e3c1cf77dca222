"""A worker that is killed in the middle leaves whole conversations, and the next goes on from there."""

from __future__ import annotations

import os
import subprocess
import sys

from sqlalchemy.engine import Engine
from waiting import wait_for

from review.models import Conversation, Followed
from review.projection.following import Projection
from tests.review.projection.logs import PlainMask, dump, store_log
from tests.review.projection.test_following import rebuilt, whole
from tools.model import ROOT

MANY, AFTER = 40, 11
WORKER = """
import sys, time
import django
django.setup()
from review.projection.following import Projection
from storage.schema import open_database
from tests.review.projection.logs import PlainMask
def slowly(said):
    time.sleep(0.03)  # so that it is killed in the middle, however busy the machine is
    return PlainMask(said)
Projection(open_database(sys.argv[1], 1), slowly).step(everything=True, seconds=60)
"""


def test_a_worker_that_is_killed_is_taken_over_by_the_next(store: Engine, store_url: str, review_database: str) -> None:
    for number in range(MANY):
        store_log(store, str(number), whole(str(number)))
    env = {**os.environ, "REVIEW_DATABASE_URL": review_database, "DJANGO_SETTINGS_MODULE": "review.settings"}
    worker = subprocess.Popen([sys.executable, "-c", WORKER, store_url], cwd=ROOT, env=env)
    wait_for(lambda: Followed.objects.count() >= AFTER, 30)
    worker.kill()
    worker.wait()
    assert AFTER <= Followed.objects.count() < MANY
    assert Conversation.objects.count() == Followed.objects.filter(conversation__isnull=False).count()
    Projection(store, PlainMask).step(seconds=60)
    followed = dump()
    assert Conversation.objects.count() == MANY
    assert rebuilt(store) == followed
