"""Whether a correction tells of a person: nothing that does is learned from."""

from __future__ import annotations

import logging
import threading
from typing import Any
from unittest.mock import Mock

import pytest
from django import db
from waiting import wait_for

from review.masking import Masker
from review.models import Example, Judgement, Statistic
from review.models.improving import JudgementState
from review.projection.following import follow
from review.statistics import refresh
from review.vetting import vet
from tests.review.improving.made import accepted

pytestmark = pytest.mark.usefixtures("review_database")
CLEAN = "wie trekt hier eigenlijk de kar, mijn team of het wijkteam?"


def states() -> list[str]:
    return list(Judgement.objects.order_by("pk").values_list("state", flat=True))


@pytest.mark.parametrize("kind", ["sqlite"])
@pytest.mark.parametrize(
    "text",
    [
        "ik heb Marieke de Vries gevraagd wie de kar trekt",
        "[NAAM-1] weet niet wie de kar trekt",
        "NAAM-1 weet niet wie de kar trekt",
        "mail het naar k.bos@school-voorbeeld.nl",
        "het staat op www.voorbeeld.nl",
        "bel me op 06 12345678",
        "bel 0800-2000-123 maar",
        "op basisschool De Klimop weet niemand wie de kar trekt",
    ],
)
def test_an_example_that_tells_of_a_person_is_deleted_and_its_judgement_returned(text: str, masker: Masker) -> None:
    accepted(text)
    vet(masker)
    assert not Example.objects.exists()
    assert states() == [JudgementState.RETURNED]


@pytest.mark.parametrize("kind", ["sqlite"])
def test_what_is_returned_counts_as_judged_no_more(masker: Masker) -> None:
    example = accepted("bel me op 06 12345678")
    refresh([example.conversation_id])
    assert Statistic.objects.get(conversation=example.conversation_id).judged_wrong == 1
    vet(masker)
    assert Statistic.objects.get(conversation=example.conversation_id).judged_wrong == 0


@pytest.mark.parametrize("kind", ["sqlite"])
@pytest.mark.parametrize("text", [CLEAN, "ik ben opgaveleider bij de gemeente", "een 8, en morgen bel ik Veilig Thuis"])
def test_an_example_that_tells_of_nobody_is_checked(text: str, masker: Masker) -> None:
    example = accepted(text)
    vet(masker)
    example.refresh_from_db()
    assert example.checked_at
    assert states() == [JudgementState.ACCEPTED]


class Told:
    """A masker that finds the word "Jan", and meanwhile does something."""

    def __init__(self, meanwhile: Any = lambda: None) -> None:
        self.looked: list[str] = []
        self._meanwhile = meanwhile

    def find(self, text: str) -> list[str]:
        self.looked.append(text)
        self._meanwhile()
        return ["Jan"] if "Jan" in text else []


def test_what_was_checked_is_not_looked_through_again() -> None:
    accepted("Jan dus", checked=True)
    accepted(CLEAN)
    masker = Told()
    vet(masker)
    vet(masker)
    assert masker.looked == [CLEAN]
    assert Example.objects.count() == 2


@pytest.mark.parametrize("was", [CLEAN, "Jan dus"])
def test_an_example_that_became_another_sentence_meanwhile_is_looked_through_once_more(was: str) -> None:
    example = accepted(was)
    vet(Told(lambda: Example.objects.filter(pk=example.pk).update(text="vraag het Jan")))
    assert [item.checked_at for item in Example.objects.all()] == [None]
    assert states() == [JudgementState.ACCEPTED]
    vet(Told())
    assert not Example.objects.exists()
    assert states() == [JudgementState.RETURNED]


def test_an_example_whose_conversation_is_gone_is_looked_through_too() -> None:
    for text in ("Jan dus", CLEAN):
        accepted(text).conversation.delete()
    vet(Told())
    assert [item.text for item in Example.objects.exclude(checked_at=None)] == [CLEAN]


def test_one_that_cannot_be_looked_through_is_not_learned_and_holds_up_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    accepted("een vreemde zin")
    with caplog.at_level(logging.ERROR):
        vet(Mock(find=Mock(side_effect=ValueError("een vreemde zin"))))
    assert states() == [JudgementState.RETURNED]
    assert "ValueError" in caplog.text
    assert "vreemde" not in caplog.text


def test_the_worker_does_so_within_seconds(store: Any) -> None:
    accepted(CLEAN)
    accepted("Jan dus")
    stop = threading.Event()

    def work() -> None:
        follow(store, Told(), stop)
        db.connections.close_all()

    worker = threading.Thread(target=work)
    worker.start()
    try:
        wait_for(lambda: not Example.objects.filter(checked_at=None).exists(), 5)
    finally:
        stop.set()
        worker.join()
    assert states() == [JudgementState.ACCEPTED, JudgementState.RETURNED]
