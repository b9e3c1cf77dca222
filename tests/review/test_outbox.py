"""The outbox with a real mail server: each hand-off arrives, under one Message-ID, whatever fails."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone
from mail_server import MailServer
from waiting import wait_for

from review import outbox
from review.models import Conversation, Followed, Handoff
from review.models.handoff import HandoffStatus
from tools.settings import HOST, free_port

PATIENCE = 30  # seconds
ROUNDS = int(os.environ.get("ROUNDS", "1"))
NETWORK, SUBJECT, TEXT = "info@netwerkmetandereogen.nl", "Een samenvatting", "Ik ga er dinsdag over bellen – met Sanne."


@pytest.fixture
def mail(settings: Any) -> MailServer:
    """A mail server that does not run yet, and that the outbox sends to."""
    port = free_port()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = HOST, port, False
    return MailServer(port)


def new_handoff(**changes: Any) -> Handoff:
    code = uuid.uuid4().hex[:10]
    now = timezone.now()
    conversation = Conversation.objects.create(
        code=code, channel="website", started_at=now, last_at=now, messages=3, reached=6
    )
    Followed.objects.create(
        sender_id=f"sender-{code}", conversation=conversation, sequence=9, written_at=0.0, first_event_at=0.0
    )
    values = {"consented_at": now, "next_attempt_at": now, "text": "Ik ga er dinsdag over bellen – met [NAAM-1]."}
    return Handoff.objects.create(id=uuid.uuid4().hex, conversation=conversation, **{**values, **changes})


def agreed(sender_id: str, handoff_id: str) -> dict[str, Any]:
    """The hand-off as it stands in the store."""
    address = f"{handoff_id[:8]}@school.nl"
    return {"to": NETWORK, "subject": SUBJECT, "text": TEXT, "reply_address": address, "withdrawn": False}


def come_due(handoff: Handoff) -> None:
    """Let the time pass in which the hand-off waits or is held."""
    Handoff.objects.filter(pk=handoff.pk).update(next_attempt_at=timezone.now(), held_until=timezone.now())


def test_a_handoff_is_mailed_to_the_network_with_the_leader_to_reply_to(review_database: str, mail: MailServer) -> None:
    handoff = new_handoff()
    with mail.running():
        assert outbox.deliver_all_due(agreed) == 1
        assert outbox.deliver_all_due(agreed) == 0
    (sent,) = mail.taken
    assert (sent["To"], sent["Subject"], sent["Reply-To"]) == (NETWORK, SUBJECT, f"{handoff.id[:8]}@school.nl")
    assert sent["Message-ID"] == f"<{handoff.id}@overdracht.reflectiecoach>"
    assert sent.get_payload(decode=True).decode().strip() == TEXT
    handoff.refresh_from_db()
    assert (handoff.status, handoff.attempts, handoff.held_until) == (HandoffStatus.SENT, 1, None)
    assert handoff.sent_at


@pytest.mark.parametrize(
    ("attempts", "pause"),
    [(1, timedelta(minutes=1)), (2, timedelta(minutes=2)), (5, timedelta(minutes=16)), (9, timedelta(hours=4))],
)
def test_each_attempt_that_fails_waits_longer(attempts: int, pause: timedelta) -> None:
    assert outbox.pause_after(attempts) == pause


def test_it_is_tried_for_five_days() -> None:
    pauses = [outbox.pause_after(attempts) for attempts in range(1, outbox.MOST_ATTEMPTS)]
    assert timedelta(days=4, hours=20) < sum(pauses, timedelta()) < timedelta(days=5, hours=4)


def test_a_mail_server_that_is_away_or_refuses_is_tried_again(review_database: str, mail: MailServer) -> None:
    handoff = new_handoff()
    outbox.deliver_all_due(agreed)  # nobody listens
    handoff.refresh_from_db()
    assert (handoff.status, handoff.last_error) == (HandoffStatus.WAITING, "ConnectionRefusedError")
    assert handoff.next_attempt_at > timezone.now() + timedelta(seconds=50)
    assert outbox.deliver_all_due(agreed) == 0
    with mail.running():
        mail.answers.append("451 come back later")
        come_due(handoff)
        outbox.deliver_all_due(agreed)
        handoff.refresh_from_db()
        assert (handoff.attempts, handoff.last_error) == (2, "SMTPDataError")
        come_due(handoff)
        outbox.deliver_all_due(agreed)
    handoff.refresh_from_db()
    assert (handoff.status, handoff.last_error, len(mail.taken)) == (HandoffStatus.SENT, "", 1)


def test_after_the_last_attempt_staff_can_send_it_again(review_database: str, mail: MailServer) -> None:
    handoff = new_handoff(attempts=outbox.MOST_ATTEMPTS - 1)
    outbox.deliver_all_due(agreed)
    handoff.refresh_from_db()
    assert handoff.status == HandoffStatus.FAILED
    come_due(handoff)
    assert outbox.deliver_all_due(agreed) == 0
    outbox.send_again(handoff)
    with mail.running():
        assert outbox.deliver_all_due(agreed) == 1
    assert len(mail.taken) == 1


@pytest.mark.parametrize("withdrawn", [{"withdrawn": True, "text": ""}, None], ids=["withdrawn", "erased"])
def test_what_was_taken_back_is_not_sent(
    review_database: str, mail: MailServer, withdrawn: dict[str, Any] | None
) -> None:
    handoff = new_handoff()
    with mail.running():
        outbox.deliver_all_due(lambda *names: withdrawn and {**agreed(*names), **withdrawn})
    handoff.refresh_from_db()
    assert (handoff.status, mail.taken) == (HandoffStatus.WITHDRAWN, [])
    assert handoff.withdrawn_at


def test_what_is_taken_back_on_its_way_says_that_the_mail_is_there(review_database: str, mail: MailServer) -> None:
    handoff = new_handoff()

    def taken_back_now(*names: str) -> dict[str, Any]:
        Handoff.objects.update(status=HandoffStatus.WITHDRAWN, withdrawn_at=timezone.now())
        return agreed(*names)

    with mail.running():
        outbox.deliver_all_due(taken_back_now)
    handoff.refresh_from_db()
    assert (handoff.status, len(mail.taken)) == (HandoffStatus.WITHDRAWN, 1)
    assert handoff.sent_at


def test_a_store_that_is_away_loses_nothing(review_database: str, mail: MailServer) -> None:
    handoff = new_handoff()

    def away(*names: str) -> dict[str, Any]:
        raise ConnectionError

    with mail.running():
        outbox.deliver_all_due(away)
        come_due(handoff)
        outbox.deliver_all_due(agreed)
    assert len(mail.taken) == 1


def test_a_new_line_in_a_header_sends_nothing_and_stops_nothing(review_database: str, mail: MailServer) -> None:
    odd, good = new_handoff(), new_handoff()
    with mail.running():
        outbox.deliver_all_due(
            lambda sender, number: {
                **agreed(sender, number),
                **({"subject": "a\nBcc: x@y.nl"} if number == odd.id else {}),
            }
        )
    assert [sent["Message-ID"].split("@")[0] for sent in mail.taken] == [f"<{good.id}"]
    odd.refresh_from_db()
    assert odd.last_error == "BadHeaderError"


def test_without_an_address_nothing_counts_as_sent(review_database: str, mail: MailServer) -> None:
    handoff = new_handoff()
    with mail.running():
        outbox.deliver_all_due(lambda *names: {**agreed(*names), "to": ""})
    handoff.refresh_from_db()
    assert (handoff.status, handoff.last_error) == (HandoffStatus.WAITING, "ValueError")


def test_who_is_told_to_stop_begins_no_other_mail(review_database: str, mail: MailServer) -> None:
    stop = threading.Event()
    for _ in range(3):
        new_handoff()

    def stopped_meanwhile(*names: str) -> dict[str, Any]:
        stop.set()
        return agreed(*names)

    with mail.running():
        assert outbox.deliver_all_due(stopped_meanwhile, stop) == 1
    assert len(mail.taken) == 1


def test_the_words_of_an_error_are_kept_nowhere(
    review_database: str, mail: MailServer, caplog: pytest.LogCaptureFixture
) -> None:
    handoff = new_handoff()
    with mail.running():
        mail.answers.append(f"550 no thanks for {handoff.id[:8]}@school.nl")
        outbox.deliver_all_due(agreed)
    handoff.refresh_from_db()
    assert handoff.last_error == "SMTPDataError"
    assert "school.nl" not in caplog.text


def test_workers_beside_each_other_never_take_the_same(review_database: str) -> None:
    for _ in range(20):
        new_handoff()
    claimed: list[str] = []

    def work() -> None:
        while handoff := outbox.claim(timezone.now()):
            claimed.append(handoff.id)
        connections.close_all()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(claimed) == len(set(claimed)) == 20


WORKER = """
import json, sys, threading
import django
django.setup()
from datetime import timedelta
from review import outbox
agreed = json.loads(sys.argv[1])
outbox.HELD_FOR, outbox.LOOKS_EACH = timedelta(seconds=1), 0.05
outbox.pause_after = lambda attempts: timedelta(seconds=0.2)
outbox.run(lambda sender, number: agreed | {"reply_address": number + "@school.nl"}, threading.Event())
"""


@contextmanager
def worker_process(database: str, port: int) -> Iterator[Callable[[], None]]:
    """An outbox in a process of its own, with short times; gives what kills it, and begins it anew."""
    settings = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "review.settings",
        "REVIEW_DATABASE_URL": database,
        "REVIEW_MAIL_HOST": HOST,
        "REVIEW_MAIL_PORT": str(port),
        "REVIEW_MAIL_TLS": "off",
    }
    command = [sys.executable, "-c", WORKER, json.dumps(agreed("", "x"))]
    start = partial(subprocess.Popen, command, env=settings, stderr=subprocess.DEVNULL)
    processes = [start()]

    def kill_and_begin_anew() -> None:
        processes[-1].kill()
        processes[-1].wait()
        processes.append(start())

    try:
        yield kill_and_begin_anew
    finally:
        processes[-1].kill()
        processes[-1].wait()


def test_every_handoff_arrives_though_the_mail_server_goes_and_the_worker_is_killed(
    review_database: str, mail: MailServer
) -> None:
    """Down, back, refusing now and then, and the worker killed while the server has a mail and has not said so."""
    handoffs = {new_handoff().id for _ in range(40 * ROUNDS)}
    chance = random.Random(9)  # noqa: S311
    mail.seconds = 0.03
    mail.answers = ["451 later"] * 5
    kills = 0
    with worker_process(review_database, mail.controller.port) as kill_and_begin_anew:
        wait_for(Handoff.objects.filter(attempts__gt=0).exists, PATIENCE)  # nobody listens yet
        with mail.running():
            while Handoff.objects.exclude(status=HandoffStatus.SENT).exists():
                seen = len(mail.taken)
                wait_for(lambda seen=seen: len(mail.taken) >= seen + 8 or not _waiting(), PATIENCE)
                if kills < 4 * ROUNDS and _waiting():
                    time.sleep(chance.random() * 0.03)
                    kill_and_begin_anew()
                    kills += 1
    arrived = [sent["Message-ID"].strip("<>").split("@")[0] for sent in mail.taken]
    assert set(arrived) == handoffs
    assert kills == 4 * ROUNDS
    # Only a kill between the mail server's taking and our noting repeats one, under the same Message-ID.
    assert len(arrived) - len(handoffs) <= kills
    assert {sent["Reply-To"] for sent in mail.taken} == {f"{number}@school.nl" for number in handoffs}


def _waiting() -> bool:
    return bool(Handoff.objects.exclude(status=HandoffStatus.SENT).exists())
