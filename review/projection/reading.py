"""The rows that a conversation's events come to, masked."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from coach.route import AFTER_HARVEST, HARVEST
from coach.vocabulary import Pause, Principle
from review.models import Conversation, ConversationText, Handoff, Recognition, Reflection, ReplyAddress, Turn
from review.models.conversation import Bottleneck, FeltHeard, Reached
from review.models.handoff import HandoffStatus
from review.projection.correction import Proposal
from review.projection.covering import Cover, MaskOf
from review.projection.recognition import (
    CRISIS,
    instructive,
    is_unsure,
    level_of,
    message_of,
    recognition_of,
    sectors_of,
)
from review.projection.turns import Exchange, Log, Round, Slots
from review.projection.values import items, mapping, text, texts, whole

# A principle is opened or come back to: the response that says so carries the step (channels/replies.py).
STEPS = ("utter_open_", "utter_return_to")
# Crockford's: no letter that reads as a digit or as another.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CHARACTERS_OF_A_CODE = 10
BITS_OF_A_CHARACTER = 5
AT_THE_HARVEST = ("summary_check", *HARVEST, *AFTER_HARVEST)
IN_DANGER = (Pause.DANGER.value, Pause.CHECK.value)
# What the coach says when the leader told that there was no danger.
TAKEN_BACK = "utter_misread"
MOST_OF_AN_ADDRESS = 254
MOST_OF_AN_ID = 64


@dataclass
class Rows:
    """What stands in the review tables of one conversation, not saved yet.

    `conversation` is None while the leader has said nothing, and everything else is empty then. `skipped`: how many
    events were passed over because they are not known.
    """

    conversation: Conversation | None = None
    words: ConversationText | None = None
    turns: list[Turn] = field(default_factory=list)
    recognitions: list[Recognition] = field(default_factory=list)
    reflections: list[Reflection] = field(default_factory=list)
    handoffs: list[Handoff] = field(default_factory=list)
    addresses: list[ReplyAddress] = field(default_factory=list)
    skipped: int = 0


def code_of(sender_id: str, first_event_at: float) -> str:
    """The ten characters by which staff call a conversation: the same after a rebuild, and they tell nothing of it."""
    digest = hashlib.sha256(f"{sender_id} {first_event_at!r}".encode()).digest()
    bits = int.from_bytes(digest) >> (len(digest) * 8 - CHARACTERS_OF_A_CODE * BITS_OF_A_CHARACTER)
    places = range(CHARACTERS_OF_A_CODE - 1, -1, -1)
    return "".join(ALPHABET[(bits >> place * BITS_OF_A_CHARACTER) % len(ALPHABET)] for place in places)


def read(code: str, events: Iterable[Any], mask_of: MaskOf) -> Rows:
    """What the conversation `code` comes to.

    Args:
        code: its `code_of`.
        events: each event as JSON, from the first on, in their order; what is none or is not known is passed over.
        mask_of: makes the mask, given all that the leader typed.
    """
    log = Log.of(events)
    if not any(exchange.said for exchange in log.exchanges):
        return Rows(skipped=log.skipped)
    return _Reading(code, log, Cover(log, mask_of)).rows


class _Reading:
    """The rows of one conversation, made turn by turn."""

    def __init__(self, code: str, log: Log, cover: Cover) -> None:
        self._log, self._cover = log, cover
        self._conversation = Conversation(code=code)
        self._steps: dict[str, tuple[int | None, int | None]] = {}
        self._proposal = Proposal()
        # Each time that the coaching stopped for danger, and whether that stands.
        self._alarms: list[bool] = []
        # Of each recognition, whether the coach could not tell which bottleneck it was.
        self._unsure: list[bool] = []
        self.rows = Rows(self._conversation, skipped=log.skipped)
        for exchange in log.exchanges:
            self._read_turn(exchange)
        for recognition, unsure in zip(self.rows.recognitions, self._unsure, strict=True):
            recognition.instructive = instructive(recognition, unsure=unsure)  # a later turn may refuse it
        for number_of_round, ended in enumerate(self._rounds(), start=1):
            self._read_reflections(number_of_round, ended.slots)
        self._read_handoffs()
        self._read_conversation()

    def _rounds(self) -> list[Round]:
        """The rounds in which something was confirmed or opened."""
        return [ended for ended in self._log.rounds if _settled(ended.slots) or ended.slots.get("opened")]

    def _read_turn(self, exchange: Exchange) -> None:
        principle, step, steps = self._place(exchange)
        turn = Turn(
            conversation=self._conversation,
            number=self._number(exchange),
            said_at=_time(exchange.at),
            said=self._cover.leader(exchange.said) if exchange.typed else self._cover.coach(exchange.said),
            chosen=exchange.chosen,
            question=text(exchange.before.get("requested_slot"), 40),
            principle=principle,
            step=step,
            steps=steps,
            replies=[reply for event in exchange.replies if (reply := self._reply(event))],
        )
        recognition = None
        crisis = False
        if exchange.typed and exchange.message:
            message = message_of(exchange.message)
            crisis = message.intent == CRISIS
            self._unsure.append(is_unsure(exchange, message))
            recognition = recognition_of(turn, message, self._proposal.proposed_in(exchange))
            self.rows.recognitions.append(recognition)
        turn.corrected_from, turn.corrected_to = self._proposal.take(exchange, recognition)
        self._heed_danger(exchange, crisis=crisis)
        self.rows.turns.append(turn)

    def _number(self, exchange: Exchange) -> int:
        """From 1; 0 for a first turn in which the leader said nothing."""
        if not self.rows.turns:
            return 1 if exchange.said else 0
        return int(self.rows.turns[-1].number) + 1

    def _place(self, exchange: Exchange) -> tuple[str, int | None, int | None]:
        """The principle that is open after the replies, its step and of how many."""
        if exchange.ends_round:
            self._steps = {}
        principle = text(exchange.after.get("requested_slot"))
        if principle not in set(Principle):
            return "", None, None
        for event in exchange.replies:
            metadata = mapping(event.get("metadata"))
            if text(metadata.get("utter_action")).startswith(STEPS):
                self._steps[principle] = whole(metadata.get("step"), 1, 99), whole(metadata.get("total"), 1, 99)
        return principle, *self._steps.get(principle, (None, None))

    def _reply(self, event: dict[str, Any]) -> dict[str, Any] | None:
        """A reply as staff read it; None for links and data, which hold the leader's words in other shapes."""
        buttons = items(mapping(event.get("data")).get("buttons"))
        reply = {
            "text": self._cover.coach(text(event.get("text"))),
            "response": text(mapping(event.get("metadata")).get("utter_action")),
            "options": [self._cover.coach(text(mapping(button).get("title"))) for button in buttons],
        }
        return reply if reply["text"] or reply["options"] else None

    def _heed_danger(self, exchange: Exchange, *, crisis: bool) -> None:
        stopped = exchange.changes.get("paused") in IN_DANGER or exchange.changes.get("danger")
        if (crisis or stopped) and exchange.before.get("paused") not in IN_DANGER:
            self._alarms.append(True)
        if self._alarms and TAKEN_BACK in exchange.responses():
            self._alarms[-1] = False

    def _read_reflections(self, number_of_round: int, slots: Slots) -> None:
        elsewhere = mapping(slots.get("said_elsewhere"))
        deepened, skipped = texts(slots.get("deepened")), texts(slots.get("skipped"))
        answers = {name: text(slots.get(name)) or text(elsewhere.get(name)) for name in Principle}
        opened = [name for name in texts(slots.get("opened")) if name in set(Principle)]
        also = [name.value for name in Principle if answers[name] or name in skipped]
        for position, principle in enumerate(dict.fromkeys([*opened, *also]), start=1):
            self.rows.reflections.append(
                Reflection(
                    conversation=self._conversation,
                    round=number_of_round,
                    position=position,
                    principle=principle,
                    bottleneck=_bottleneck(slots.get("bottleneck")),
                    answer=self._cover.leader(answers[Principle(principle)]),
                    deepened=principle in deepened,
                    skipped=principle in skipped and not answers[Principle(principle)],
                )
            )

    def _read_handoffs(self) -> None:
        """One for each id: as it was agreed to, and when that was taken back."""
        agreed: dict[str, Handoff] = {}
        for at, value in self._log.handoffs:
            key = text(value.get("id"))
            if not 0 < len(key) <= MOST_OF_AN_ID:
                continue
            if key not in agreed:
                consented = _consented(value.get("consented_at"), at)
                agreed[key] = Handoff(
                    id=key,
                    conversation=self._conversation,
                    consented_at=consented,
                    next_attempt_at=consented,
                    text=self._cover.leader(text(value.get("text"))),
                )
                address = text(value.get("reply_address"), MOST_OF_AN_ADDRESS)
                if address:
                    self.rows.addresses.append(ReplyAddress(handoff=agreed[key], address=address))
            if value.get("withdrawn") is True and agreed[key].withdrawn_at is None:
                agreed[key].withdrawn_at = _time(at)
                agreed[key].status = HandoffStatus.WITHDRAWN
        self.rows.handoffs = list(agreed.values())

    def _read_conversation(self) -> None:
        said = [exchange for exchange in self._log.exchanges if exchange.said]
        known, typed = [ended.slots for ended in self._log.rounds], [item for item in said if item.typed]
        with_step = _last(known, "first_step")
        found = self._conversation
        found.channel = text((said[0].message or {}).get("input_channel"), 20)
        found.started_at, found.last_at = _time(self._log.exchanges[0].at), _time(said[-1].at)
        found.messages = len(said)
        found.bottleneck = _bottleneck(_last(known, "bottleneck").get("bottleneck"))
        found.level, found.sectors = level_of(known[-1].get("level")), sectors_of(known[-1].get("sector"))
        found.reached = self._reached()
        found.uncertain = any(self._unsure)
        found.corrected = any(turn.corrected_from for turn in self.rows.turns)
        found.danger = any(self._alarms)
        found.handed_off = any(handoff.withdrawn_at is None for handoff in self.rows.handoffs)
        found.rating = whole(_last(known, "rating").get("rating"), 1, 5)
        heard = text(_last(known, "felt_heard").get("felt_heard")).strip().lower()
        found.felt_heard = heard if heard in FeltHeard.values else ""
        for name in ("first_step", "step_when", "step_with_whom"):
            setattr(found, name, self._cover.leader(text(with_step.get(name))))
        found.confidence = whole(with_step.get("confidence"), 1, 10)
        masked = [self._cover.leader(item.said) for item in typed]
        self.rows.words = ConversationText(conversation=found, text="\n".join(masked))

    def _reached(self) -> Any:
        """The furthest that any round came (`Reached`)."""
        rounds = self._rounds()
        if any(ended.completed for ended in rounds):
            return Reached.COMPLETED
        if any(ended.slots.get("first_step") for ended in rounds):
            return Reached.STEP
        asked = [item.after.get("requested_slot") for item in self._log.exchanges]
        if any(question in AT_THE_HARVEST for question in asked):
            return Reached.HARVEST
        if any(ended.slots.get("opened") for ended in rounds):
            return Reached.REFLECTING
        return Reached.RECOGNISED if rounds else Reached.TOLD


def _settled(slots: Slots) -> bool:
    return bool(slots.get("bottleneck") or slots.get("wish"))


def _bottleneck(value: Any) -> str:
    return value if isinstance(value, str) and value in Bottleneck.values else ""


def _last(rounds: list[Slots], name: str) -> Slots:
    """The last round in which a slot had a value."""
    return next((slots for slots in reversed(rounds) if slots.get(name)), {})


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _consented(value: Any, otherwise: float) -> datetime:
    try:
        found = datetime.fromisoformat(text(value))
    except ValueError:
        return _time(otherwise)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
