"""Everything that was typed, masked; the address for the reply hidden whether or not the masker knows it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Protocol

from review.projection.turns import Log
from review.projection.values import mapping, text

REPLY_ADDRESS = "[ANTWOORDADRES]"
UNREADABLE = "[VERBORGEN]"
_WITH_AT = re.compile(r"[^\s<>,;:()]+@[^\s<>,;:()]+")


class Mask(Protocol):
    """What hides persons in the texts of one conversation (`review.masking.ConversationMask`)."""

    def leader(self, text: str) -> str:
        """What the leader typed, masked."""

    def coach(self, text: str) -> str:
        """What the coach said, with what it repeats of the leader's masked."""


class Hidden:
    """Hides everything: of a conversation that cannot be masked its hand-offs must still go out."""

    def __init__(self, said: Sequence[str]) -> None:
        """Learn nothing."""

    def leader(self, text: str) -> str:
        """Nothing of it."""
        return UNREADABLE

    coach = leader


# Makes a mask of everything that the leader typed, in order.
MaskOf = Callable[[Sequence[str]], Mask]


class Cover:
    """The mask of one conversation, with its reply addresses taken out first."""

    def __init__(self, log: Log, mask_of: MaskOf) -> None:
        """Learn from the whole conversation what is to be hidden in it."""
        addresses = "|".join(re.escape(address) for address in sorted(_addresses(log), key=len, reverse=True))
        self._address = re.compile(addresses, re.IGNORECASE) if addresses else None
        self._mask = mask_of([self._without_address(exchange.said) for exchange in log.exchanges if exchange.typed])

    def leader(self, value: str) -> str:
        """The leader's words, masked."""
        return text(self._mask.leader(self._without_address(value))) if value else ""

    def coach(self, value: str) -> str:
        """The coach's words, with what they repeat of the leader's masked."""
        return text(self._mask.coach(self._without_address(value))) if value else ""

    def _without_address(self, value: str) -> str:
        return self._address.sub(REPLY_ADDRESS, value) if self._address else value


def _addresses(log: Log) -> set[str]:
    """Each reply address that was held, and as it was typed (the coach keeps it normalised)."""
    found = {text(handoff.get("reply_address")) for _, handoff in log.handoffs}
    for exchange in log.exchanges:
        held = text(exchange.changes.get("reply_address"))
        typed = _WITH_AT.findall(exchange.said) if held and exchange.typed else []
        found |= {held, text(mapping(exchange.changes.get("handoff")).get("reply_address"))}
        found |= {word.strip(".\"'!?") for word in typed}
    return {address for address in found if "@" in address}
