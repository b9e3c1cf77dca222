"""What a channel has taken to answer: each activity once, whichever process takes it, and none forgotten by a crash.

A process takes an activity for some time, in which no other does (a lease). It gives it back when it cannot answer now,
and a process that dies gives it back by dying. Once the answer is sent, the row forgets what was said, and keeps by
which message it was answered, and for a while what that message offers to choose from.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.schema import activities, fingerprint
from storage.tracker_store import ConversationStore

SECONDS_OF_A_LEASE = 15


@dataclass
class Claim:
    """An activity that this process answers: in which conversation, what is the same when it comes again, what it says.

    `taken_at` is when it was first taken, and `held_until` until when no other process takes it.
    """

    sender_id: str
    key: str
    activity: str
    taken_at: float
    held_until: float

    @property
    def is_held(self) -> bool:
        """Whether no other process can have taken it."""
        return time.time() < self.held_until

    def is_row(self) -> Any:
        """The condition for its row."""
        return (activities.c.sender_id == self.sender_id) & (activities.c.activity_key == self.key)

    def is_erased_row(self) -> Any:
        """The condition for its row, when it was the one by which its conversation was erased."""
        return (activities.c.sender_id == fingerprint(self.sender_id)) & (activities.c.activity_key == self.key)


@dataclass(frozen=True)
class Offer:
    """A message that was sent, by its id, and the choices that it offers and nobody made yet."""

    sent_id: str
    offered: str


@dataclass(frozen=True)
class Before:
    """What comes before an activity: whether an older one still waits, and what was offered last."""

    is_waiting: bool
    offers: list[Offer]


class Activities:
    """The activities in the store of the conversations."""

    def __init__(self, store: ConversationStore) -> None:
        self._store = store

    async def take(self, sender_id: str, key: str, activity: str) -> Claim | None:
        """Take an activity; None where it is answered already or is being answered.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: the store is away or refuses; it is not taken.
            TimeoutError: the store does not answer.
        """
        now = time.time()
        claim = Claim(sender_id, key, activity, now, now + SECONDS_OF_A_LEASE)

        def write(connection: Connection) -> Claim | None:
            free = activities.c.held_until < now
            taken = sa.update(activities).where(claim.is_row(), free).values(held_until=claim.held_until)
            if connection.execute(taken).rowcount:
                found = sa.select(activities.c.taken_at).where(claim.is_row())
                claim.taken_at = connection.execute(found).scalar_one()
                return claim
            known = sa.or_(claim.is_row(), claim.is_erased_row())
            if connection.execute(sa.select(activities.c.taken_at).where(known)).first():
                return None
            row = {"sender_id": sender_id, "activity_key": key, "taken_at": now, "held_until": claim.held_until}
            connection.execute(sa.insert(activities).values(activity=activity, **row))
            return claim

        try:
            return await self._store.run(write, writes=True)
        except sa.exc.IntegrityError:  # another process was first
            return None

    async def take_over(self, most: int) -> list[Claim]:
        """Take activities that nobody holds any more, the oldest first, and of a conversation the oldest alone."""
        now = time.time()
        earlier = activities.alias()
        behind = sa.exists().where(
            earlier.c.sender_id == activities.c.sender_id,
            earlier.c.held_until.isnot(None),
            earlier.c.taken_at < activities.c.taken_at,
        )

        def write(connection: Connection) -> list[Claim]:
            left = sa.select(activities).where(activities.c.held_until < now, ~behind).order_by(activities.c.taken_at)
            claims = []
            for row in connection.execute(left.limit(most).with_for_update(skip_locked=True)).all():
                until = now + SECONDS_OF_A_LEASE
                claim = Claim(row.sender_id, row.activity_key, row.activity, row.taken_at, until)
                connection.execute(sa.update(activities).where(claim.is_row()).values(held_until=until))
                claims.append(claim)
            return claims

        return await self._store.run(write, writes=True)

    async def before(self, claim: Claim) -> Before:
        """What there is in the conversation before this activity."""
        mine = activities.c.sender_id == claim.sender_id
        older = sa.select(activities.c.taken_at).where(
            mine, activities.c.held_until.isnot(None), activities.c.taken_at < claim.taken_at
        )
        offered = sa.select(activities.c.sent_id, activities.c.offered).where(
            mine, activities.c.offered.isnot(None), activities.c.sent_id.isnot(None)
        )

        def read(connection: Connection) -> Before:
            offers = [Offer(row.sent_id, row.offered) for row in connection.execute(offered)]
            return Before(connection.execute(older).first() is not None, offers)

        return await self._store.run(read)

    async def renew(self, claim: Claim) -> None:
        """Hold it longer, unless another process took it over."""
        until = time.time() + SECONDS_OF_A_LEASE
        still = claim.is_row() & (activities.c.held_until == claim.held_until)
        held = sa.update(activities).where(still).values(held_until=until)
        if await self._store.run(lambda connection: connection.execute(held).rowcount, writes=True):
            claim.held_until = until

    async def give_back(self, claim: Claim, seconds: float) -> None:
        """Let it be taken again after so many seconds."""
        still = claim.is_row() & (activities.c.held_until == claim.held_until)
        left = sa.update(activities).where(still).values(held_until=time.time() + seconds)
        await self._store.run(lambda connection: connection.execute(left), writes=True)

    async def finish(
        self,
        claim: Claim,
        sent_id: str | None = None,
        offered: str | None = None,
        *,
        is_turn: bool = False,
        erased: bool = False,
    ) -> None:
        """Keep which message answered it, with what it offers to choose from, and forget what it says.

        With a turn the choices of earlier messages are over; when it was `erased` by this one, also whose it was.
        """
        done = {"held_until": None, "activity": None, "sent_id": sent_id, "offered": offered}

        def write(connection: Connection) -> None:
            if is_turn:
                before = (activities.c.sender_id == claim.sender_id) & activities.c.offered.isnot(None)
                connection.execute(sa.update(activities).where(before).values(offered=None))
            whose = {"sender_id": fingerprint(claim.sender_id)} if erased else {}
            connection.execute(sa.update(activities).where(claim.is_row()).values({**done, **whose}))

        await self._store.run(write, writes=True)
        if erased:
            self._store.wipe()

    async def forget(self, sender_id: str, key: str) -> None:
        """Let the same activity come as a new one."""
        gone = sa.delete(activities).where(activities.c.sender_id == sender_id, activities.c.activity_key == key)
        await self._store.run(lambda connection: connection.execute(gone), writes=True)
