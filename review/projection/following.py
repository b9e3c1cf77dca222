"""Follows the coach's store, conversation by conversation, into the review tables.

Never by the id of an event: ids are taken before they commit, and so commit out of order. A conversation is read anew
when its row in the store differs from what was read, and as a whole: what a word hides may only show in a later one.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from functools import partial

import sqlalchemy as sa
from django import db
from sqlalchemy.engine import Engine

from review.masking import ConversationMask, Masker
from review.models import Followed
from review.projection.covering import Hidden, MaskOf
from review.projection.forgetting import forget, wipe
from review.projection.reading import Rows, code_of, read
from review.projection.store import Position, Stored, positions, stored
from review.projection.writing import write
from review.vetting import vet
from storage.schema import erase

logger = logging.getLogger(__name__)

SECONDS_BETWEEN_LOOKS = 0.5
SECONDS_BETWEEN_COMPARISONS = 30
# Longer than a turn takes to be stored after its clock was read, with what the clocks of the coaches differ.
SECONDS_OF_OVERLAP = 30
# After this many seconds of reading, a look is taken at what is newer.
SECONDS_OF_A_STEP = 1
MOST_SECONDS_TO_WAIT = 30
AWAY = (sa.exc.SQLAlchemyError, db.Error)
# A row that the database refuses is the conversation's fault and not the database's.
REFUSED = (db.DataError, db.IntegrityError)


class Projection:
    """Keeps the review tables as the store is.

    `unknown` counts the events that were passed over, in what was read since the start.
    """

    def __init__(self, engine: Engine, mask_of: MaskOf) -> None:
        """Begin with nothing known; what was read before stands in the review database."""
        self.unknown = 0
        self._engine, self._mask_of = engine, mask_of
        self._newest = 0.0
        self._waiting: dict[str, Position] = {}
        self._tried = Counter[str]()
        self._removed = True  # also by one that was killed before it could wipe

    def step(self, *, everything: bool = False, seconds: float = SECONDS_OF_A_STEP) -> bool:
        """Read what changed, the newest first; returns whether some is left after `seconds`.

        Args:
            everything: compare all conversations, erase what staff asked for, and delete those that are gone; otherwise
                the newest ones.
            seconds: for how long conversations are read.

        Raises:
            sqlalchemy.exc.SQLAlchemyError, django.db.Error: a database is away; the next step goes on from here.
        """
        self._look(everything=everything)
        deadline = time.monotonic() + seconds
        while self._waiting:
            newest = max(self._waiting, key=lambda sender: (-self._tried[sender], self._waiting[sender][1]))
            self._tried[newest] += 1  # one that a database cannot bear does not hold up the others
            self._read(newest)
            del self._waiting[newest], self._tried[newest]
            if time.monotonic() > deadline:
                break
        return bool(self._waiting)

    def rebuild(self) -> int:
        """Read every conversation again, whatever was read before; returns how many.

        Raises:
            sqlalchemy.exc.SQLAlchemyError, django.db.Error: a database is away.
        """
        self._look(everything=True)
        found = positions(self._engine)
        for sender_id in found:
            self._read(sender_id)
        self._waiting.clear()
        return len(found)

    def _look(self, *, everything: bool) -> None:
        """Find what differs from what was read."""
        if everything:
            self._erase_what_was_asked()
            # Before the store: what was followed by now and is not there any more is gone.
            followed = _followed(Followed.objects.all())
            found = positions(self._engine)
            gone = [sender_id for sender_id in followed if sender_id not in found]
            self._removed |= bool(gone)
            forget(gone)
            if self._removed:
                self._removed = not wipe()
        else:
            found = positions(self._engine, self._newest - SECONDS_OF_OVERLAP)
            followed = _followed(Followed.objects.filter(pk__in=found))
        self._newest = max([self._newest, *(written_at for _, written_at in found.values())])
        self._waiting |= {sender: position for sender, position in found.items() if followed.get(sender) != position}

    def _erase_what_was_asked(self) -> None:
        """Erase in the store what staff asked to erase; what follows finds it gone."""
        asked = Followed.objects.filter(conversation__erase_asked_at__isnull=False)
        for sender_id in list(asked.values_list("pk", flat=True)):
            try:
                erase(self._engine, sender_id)
            except sa.exc.SQLAlchemyError as error:  # its rows may be gone all the same; what follows tells
                logger.error("An erasure in the store did not come to its end: %s", type(error).__name__)  # noqa: TRY400

    def _read(self, sender_id: str) -> None:
        """Read one conversation and write it; one that cannot be read is left as it is, until it changes."""
        found = stored(self._engine, sender_id)
        if found is None:
            return  # erased just now, or begun again: the next comparison tells
        try:
            self._removed |= write(found, self._rows(found))
        except AWAY as error:
            if not isinstance(error, REFUSED):
                raise
            self._pass_over(found, error)
        except Exception as error:  # noqa: BLE001 - whatever it holds, the other conversations go on
            self._pass_over(found, error)

    def _rows(self, found: Stored) -> Rows:
        code = code_of(found.sender_id, found.first_event_at)
        try:
            rows = read(code, found.events, self._mask_of)
        except Exception as error:  # noqa: BLE001 - whatever cannot be masked, a hand-off in it is not lost
            logger.error("A conversation cannot be masked: %s", type(error).__name__)  # noqa: TRY400
            rows = read(code, found.events, Hidden)
        self.unknown += rows.skipped
        return rows

    def _pass_over(self, found: Stored, error: Exception) -> None:
        """Remember it as read. An error's words may hold what was said, and a log keeps whatever is erased."""
        logger.error("A conversation cannot be read: %s", type(error).__name__)
        self._removed |= write(found, None)


def follow(engine: Engine, masker: Masker, stop: threading.Event) -> None:
    """Keep the review tables as the store is and look through new examples, until `stop` is set.

    A turn can be read within two seconds, what was erased disappears within a minute. A database that is away is
    said once and waited for.
    """
    projection = Projection(engine, partial(ConversationMask, masker))
    compared, pause, away = -float(SECONDS_BETWEEN_COMPARISONS), SECONDS_BETWEEN_LOOKS, ""
    while not stop.is_set():
        db.close_old_connections()
        try:
            everything = time.monotonic() - compared >= SECONDS_BETWEEN_COMPARISONS
            left = projection.step(everything=everything)
            vet(masker)
        except AWAY as error:
            kind = f"{'review database' if isinstance(error, db.Error) else 'store'} ({type(error).__name__})"
            if kind != away:
                logger.warning("Waiting for the %s.", kind)
            away, pause = kind, min(pause * 2, MOST_SECONDS_TO_WAIT)
        else:
            compared = time.monotonic() if everything else compared
            if away:
                logger.warning("The %s answers again.", away)
            away, pause = "", 0 if left else SECONDS_BETWEEN_LOOKS
        stop.wait(pause)


def _followed(found: db.models.QuerySet[Followed]) -> dict[str, Position]:
    rows = found.values_list("sender_id", "sequence", "written_at")
    return {sender_id: (sequence, written_at) for sender_id, sequence, written_at in rows}
