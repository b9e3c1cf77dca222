"""The hand-off on the leader's behalf, the second bottleneck, the rating."""

from __future__ import annotations

import re
import uuid
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from email_validator import EmailNotValidError, validate_email

from coach.answer import is_brief, says_no, says_plain_yes, says_yes
from coach.confidence import read_number
from coach.message import Message, Said, Taken
from coach.route import NEW_ROUND, State
from coach.vocabulary import Bottleneck

# What ends a conversation that only a rating is asked of.
FAREWELLS = frozenset({"thank", "goodbye", "stop"})
HIGHEST_RATING = 5
# The middle of the rating.
ENOUGH = 3
_NOT_SENT = {"handoff_consent": "no", "reply_address": None, "handoff_draft": None}
_ADDRESS = re.compile(r"[^\s<>,;:()]+@[^\s<>,;:()]+")


@dataclass(frozen=True)
class Handoff:
    """A mail that the leader asked to be sent, recorded as one event: slot `handoff` set to `as_dict`.

    A sender picks it up by `id`, once, unless a later event sets `withdrawn`. `text` is exactly what the leader saw;
    `consented_at` is the moment of their yes (ISO 8601, UTC); `version` is that of this schema.
    """

    id: str
    to: str
    subject: str
    text: str
    reply_address: str
    consented_at: str
    withdrawn: bool = False
    version: int = 1

    @classmethod
    def agreed(cls, draft: dict[str, str], reply_address: str) -> Handoff:
        """A new one, agreed to now, of what was shown: `to`, `subject` and `text`."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        return cls(uuid.uuid4().hex, draft["to"], draft["subject"], draft["text"], reply_address, now)

    def as_dict(self) -> dict[str, Any]:
        """As it stands in the event."""
        return asdict(self)


def withdraw(state: State) -> Taken:
    """Take the mail back, with its text; what was sent already cannot be."""
    handoff = state["handoff"]
    if state["handoff_consent"] == "yes" and not state["handoff_check"]:  # before it was agreed to
        return Taken(_NOT_SENT, [("utter_handoff_not_sent", {})])
    if not handoff or handoff["withdrawn"]:
        return Taken({}, [("utter_nothing_to_withdraw", {})])
    kept = {**handoff, "withdrawn": True, "text": "", "reply_address": ""}
    return Taken({"handoff": kept, **_NOT_SENT}, [("utter_handoff_withdrawn", {})])


def take_handoff_consent(state: State, message: Message) -> Taken:
    """Only an explicit yes is one."""
    if says_plain_yes(message.text, message.intent):
        address = read_address(message.text)
        return Taken({"handoff_consent": "yes", **({"reply_address": address} if address else {})})
    return Taken({"handoff_consent": "no"}, [("utter_handoff_not_sent", {})])


def take_reply_address(state: State, message: Message) -> Taken:
    """An address to reply to; without one nothing is sent."""
    address = read_address(message.text)
    if address:
        return Taken({"reply_address": address})
    if refuses_offer(message) or "reply_address" in state.listed("deepened"):
        return Taken({"handoff_consent": "no"}, [("utter_handoff_not_sent", {})])
    return Taken({"deepened": [*state.listed("deepened"), "reply_address"]}, [("utter_no_address", {})])


def take_handoff_check(state: State, message: Message) -> Taken:
    """Record the mail after a plain yes to what was shown; another address changes it."""
    address = read_address(message.text)
    if address:
        return Taken({"reply_address": address})
    if says_plain_yes(message.text, message.intent) and is_brief(message.text) and state["handoff_draft"]:
        handoff = Handoff.agreed(state["handoff_draft"], state["reply_address"])
        changes = {"handoff": handoff.as_dict(), "handoff_check": "yes", "handoff_draft": None}
        return Taken(changes, [("utter_handoff_recorded", {})])
    return Taken(_NOT_SENT, [("utter_handoff_not_sent", {})])


def answers_offer(message: Message) -> bool:
    """Whether a message answers what is asked about sending the mail: yes, no, or an address."""
    agrees = says_yes(message.text, message.intent) or read_address(message.text) is not None
    return agrees or refuses_offer(message)


def refuses_offer(message: Message) -> bool:
    """Whether a message refuses the mail."""
    return says_no(message.text, message.intent) or "laat maar" in message.text.lower()


def read_address(text: str) -> str | None:
    """The first valid e-mail address in `text`, normalised; None without one."""
    for found in _ADDRESS.findall(text):
        try:
            return str(validate_email(found.strip(".\"'!?"), check_deliverability=False).normalized)
        except EmailNotValidError:
            continue
    return None


def take_second_round(state: State, message: Message) -> Taken:
    """Begin with the other bottleneck, or leave it."""
    second = state["second_bottleneck"]
    if says_no(message.text, message.intent) or not (
        says_yes(message.text, message.intent)
        or message.intent in {f"bottleneck_{second}", "resume"}
        or second in message.values("bottleneck")
    ):
        return Taken({"second_bottleneck": None}, [("utter_reflect_second_round", {"bottleneck": second})])
    passed_over = [name for name in state.listed("skipped") if name in {"level", "sector"}]  # and not asked again
    changes = {**NEW_ROUND, "skipped": passed_over or None, "bottleneck": Bottleneck(second).value}
    return Taken(changes, [("utter_second_round", {"bottleneck": second})])


def take_rating(state: State, message: Message) -> Taken:
    """From 1 to 5; anything else is passed over and not asked again, and thanks are an end."""
    if message.intent in FAREWELLS:
        return Taken({"skipped": [*state.listed("skipped"), "rating", "felt_heard"]})
    number = read_number(message.text)
    if number is None or number > HIGHEST_RATING:
        return Taken({"skipped": [*state.listed("skipped"), "rating"]})
    band = "high" if number > ENOUGH else "middle" if number == ENOUGH else "low"
    return Taken({"rating": float(number)}, [("utter_reflect_rating", {"number": int(number), "band": band})])


def take_felt_heard(state: State, message: Message) -> Taken:
    """In the leader's own words, or by button; thanks are an end."""
    if message.intent in FAREWELLS:
        return Taken({"skipped": [*state.listed("skipped"), "felt_heard"]})
    answer = next(iter(message.values("heard")), message.text)
    said: Said = []
    if says_no(answer, message.intent):
        said = [("utter_felt_unheard", {})]
    elif says_yes(answer, message.intent):
        said = [("utter_reflect_felt_heard", {})]
    return Taken({"felt_heard": answer}, said)
