"""The staff app with 100,000 conversations in PostgreSQL: how long its pages take.

`python -m benchmarks.review [number]` makes them first. A page is asked for in this process, through all of Django.
"""

from __future__ import annotations

import logging
import os
import statistics
import sys
import time
from collections.abc import Callable

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.review.settings")

import django
from django.db import connection, connections
from django.db.utils import ConnectionHandler
from django.test import Client

from tests.databases import new_postgres_database, postgres_server
from tools.settings import HOST

django.setup()  # before any model is imported

from django.contrib.auth import get_user_model  # noqa: E402
from django.core.management import call_command  # noqa: E402

from benchmarks.review_data import generate  # noqa: E402
from review.admin.queue import SCOPES  # noqa: E402
from review.models import Conversation, Label, Recognition, Turn  # noqa: E402
from review.settings import database  # noqa: E402

NUMBER = 100_000
ROUNDS = 20
MANY = 5_000  # of the queue, that were skipped
LIST = "/review/conversation/"
DASHBOARD = {
    "dashboard": "/overzicht/",
    "dashboard, everything": "/overzicht/?periode=alles",
    "dashboard, filtered": "/overzicht/?periode=52&kanaal=teams&niveau=bestuur&sector=zorg",
    "dashboard, a file of everything": "/overzicht/knelpunten-per-sector.csv?periode=alles",
}
# A word of many leaders, one of a few, two together, and words beside each other.
SEARCHES = {
    "frequent word": "gemeente",
    "rare word": "kerstvakantie",
    "two words": "gemeente mandaat",
    "phrase": '"mijn directeur"',
}


def addresses() -> dict[str, str]:
    """What is asked for, by what it is."""
    label = Label.objects.order_by("pk").first()
    filters = {
        "period": "periode=30", "from and until": "van=2026-01-01&tot=2026-06-30", "channel": "kanaal=teams",
        "bottleneck": "knelpunt=mandaat", "level": "niveau=bestuur", "sector": "sector=zorg", "reached": "gekomen=6",
        "handed off": "overgedragen=ja", "low confidence": "onzeker=ja", "corrected": "verbeterd=ja",
        "danger": "gevaar=ja", "rating": "waardering=laag", "reviewed": "beoordeeld=nee",
        "assigned to": "toegewezen=ik", "label": f"label={label.pk}",
        "flagged": "gevlagd=ja", "not judged": "oordeel=nog", "approved": "oordeel=goedgekeurd",
        "several": "knelpunt=rol&gevaar=ja&beoordeeld=nee",
    }  # fmt: skip
    late = Conversation.objects.count() * 95 // 100 // 50
    asked = {"list": "", f"page {late:,}": f"p={late}", "sorted by rating": "o=5", **filters}
    asked |= {f"search: {title}": f"q={words}" for title, words in SEARCHES.items()}
    pages = {title: f"{LIST}?{query}" for title, query in asked.items()}
    some = Conversation.objects.order_by("-last_at")[Conversation.objects.count() // 2]
    pages["conversation"] = f"{LIST}{some.pk}/change/"
    pages["conversation, within a filter"] = f"{LIST}{some.pk}/change/?_changelist_filters=gevaar%3Dja"
    pages["conversation, within a search"] = f"{LIST}{some.pk}/change/?_changelist_filters=q%3Dgemeente"
    pages["conversation, by its code"] = f"{LIST}?q={some.pk}"
    first, late = (Recognition.objects.order_by("-instructive", "pk")[place] for place in (0, MANY))
    pages |= {f"queue: {name}": f"/leerzaam/?van={name}" for name in SCOPES}
    pages |= {"queue, the second": f"/leerzaam/?na={first.pk}", f"queue, after {MANY:,}": f"/leerzaam/?na={late.pk}"}
    pages |= {"judgements": "/review/judgement/", "examples": "/review/example/"}
    return pages | DASHBOARD


def timed(work: Callable[[], object]) -> float:
    """How long it takes, in milliseconds."""
    start = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - start)


def measure(client: Client, address: str) -> list[float]:
    """Over the rounds, after one that counts for nothing.

    Raises:
        RuntimeError: it is no page.
    """
    if client.get(address).status_code != 200:  # noqa: PLR2004
        raise RuntimeError(address)
    return [timed(lambda: client.get(address)) for _ in range(ROUNDS)]


def main() -> None:
    """Make the conversations, ask for the pages, and print a table."""
    logging.disable(logging.INFO)
    number = int(sys.argv[1]) if len(sys.argv) > 1 else NUMBER
    with postgres_server() as server:
        del connections["default"]
        settings = ConnectionHandler({"default": database(new_postgres_database(server))}).settings["default"]
        connections.settings["default"] = settings
        call_command("migrate", verbosity=0)
        seconds = timed(lambda: generate(number)) / 1000
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        print(f"{number:,} conversations made in {seconds:.0f} s, with {Turn.objects.count():,} turns")
        client = Client(SERVER_NAME=HOST)
        # Who has a third of all that is assigned.
        bench = get_user_model().objects.order_by("pk")[0]
        get_user_model().objects.filter(pk=bench.pk).update(is_superuser=True)
        client.force_login(bench)
        print(f"\n{'page':<34} {'median':>9} {'p95':>9}")
        for title, page in addresses().items():
            times = measure(client, page)
            p95 = statistics.quantiles(times, n=20, method="inclusive")[-1]
            print(f"{title:<34} {statistics.median(times):>6.0f} ms {p95:>6.0f} ms", flush=True)
        connections["default"].close()


if __name__ == "__main__":
    main()
