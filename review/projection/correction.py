"""What a leader corrects: the bottleneck or wish that the coach proposed or began with, the level, the sector."""

from __future__ import annotations

from review.models import Recognition
from review.projection.recognition import level_of, sectors_of
from review.projection.turns import Exchange, Slots
from review.projection.values import text

SETTLED = ("bottleneck", "wish")
PROPOSED = ("proposed_bottleneck", "proposed_wish")
MOST_OF_A_TERM = 40


class Proposal:
    """Follows which message the coach's last proposal came from."""

    def __init__(self) -> None:
        self._from: Recognition | None = None

    @staticmethod
    def proposed_in(exchange: Exchange) -> str:
        """The bottleneck that is proposed because of a message; empty where none is, or where it is settled at once."""
        changes = exchange.changes
        return "" if _named(changes, SETTLED) else text(changes.get("proposed_bottleneck"))

    def take(self, exchange: Exchange, recognition: Recognition | None) -> tuple[str, str]:
        """What a turn corrects, from and to; both empty where nothing, `to` where the leader only said no.

        The recognition that led to a proposal which the leader does not take is marked as refused.
        """
        before, changes = exchange.before, exchange.changes
        settled, proposed = _named(before, SETTLED), _named(before, PROPOSED)
        now = _named(changes, SETTLED) or _named(changes, PROPOSED)
        # Of two that were proposed together, either is what was proposed.
        candidates = (settled,) if settled else (proposed, text(before.get("second_bottleneck")))
        corrected = ("", "")
        if (settled or proposed) and now and now not in candidates:
            corrected = (settled or proposed, now)
        elif proposed and not settled and changes.get("corrected") is True:
            corrected = (proposed, "")
        if self._from and corrected[0]:
            self._from.refused = True
            self._from = None
        if exchange.ends_round:
            self._from = None
        elif _named(changes, PROPOSED) and not _named(changes, SETTLED):
            self._from = recognition
        return corrected if corrected[0] else _place_corrected(before, changes)


def _named(slots: Slots, names: tuple[str, ...]) -> str:
    return next((found for name in names if (found := text(slots.get(name), MOST_OF_A_TERM))), "")


def _place_corrected(before: Slots, changes: Slots) -> tuple[str, str]:
    """A level or sector that was known already, and is another now."""
    levels = level_of(before.get("level")), level_of(changes.get("level"))
    sectors = _sectors(before), _sectors(changes)
    return next((pair for pair in (levels, sectors) if all(pair) and pair[0] != pair[1]), ("", ""))


def _sectors(slots: Slots) -> str:
    return sectors_of(slots.get("sector")).strip(",").replace(",", ", ")[:MOST_OF_A_TERM]
