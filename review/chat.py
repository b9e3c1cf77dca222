"""A conversation as it is read: its turns, and what was recognised in each, in plain words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from coach.danger import LEAST_FOR_NOW, LEAST_TO_TELL
from review.models import Conversation, Flag, Judgement, Recognition, Turn
from review.models.improving import JudgementState, Verdict
from review.names import name_of
from review.words import DANGERS, IN_DANGER, INTENTS, PRINCIPLES, QUESTIONS, THEMES, in_words


@dataclass(frozen=True)
class Likely:
    """Something recognised, and how sure in percent."""

    words: str
    percent: int


@dataclass(frozen=True)
class Recognised:
    """What the coach made of a typed message."""

    best: Likely
    others: list[Likely]
    fallback: bool
    margin: int  # percentage points
    question: str
    themes: list[Likely]
    heard: list[str]
    proposed: str
    refused: bool
    danger: list[str]


@dataclass(frozen=True)
class Judged:
    """What a member of staff said of a turn; `should_be` is empty where it was right."""

    right: bool
    draft: bool
    returned: bool
    should_be: list[str]
    example: str
    by: str
    at: datetime


@dataclass(frozen=True)
class Flagged:
    """A flag, from whom and why."""

    why: str
    by: str
    at: datetime


@dataclass(frozen=True)
class Reply:
    """A message of the coach; `divider` is what stands above it where a principle begins."""

    text: str
    options: list[str]
    divider: str = ""


@dataclass(frozen=True)
class Said:
    """One turn; `key` is its row's."""

    key: int
    number: int
    at: datetime
    text: str
    chosen: bool
    replies: list[Reply]
    recognised: Recognised | None = None
    corrected: tuple[str, str] | None = None
    judged: Judged | None = None
    flag: Flagged | None = None
    # The button that the leader chose after these replies.
    next_chosen: str = ""


def read(conversation: Conversation, numbers: range | None = None) -> list[Said]:
    """All turns, or those with these numbers, with one look-up however many there are."""
    found = conversation.turns.select_related("recognition", "judgement__author", "flag__author")
    turns = list(found.filter(number__in=numbers) if numbers else found)
    said, open_ = [], ("", None)
    for number, turn in enumerate(turns):
        following = turns[number + 1] if number + 1 < len(turns) else None
        divider = _divider(turn) if (turn.principle, turn.step) != open_ else ""
        open_ = (turn.principle, turn.step)
        said.append(_said(turn, divider, following.said if following and following.chosen else ""))
    return said


def _said(turn: Turn, divider: str, next_chosen: str) -> Said:
    recognition = getattr(turn, "recognition", None)
    return Said(
        turn.pk,
        turn.number,
        turn.said_at,
        turn.said,
        turn.chosen,
        _replies(turn, divider),
        _recognised(turn, recognition) if recognition else None,
        (turn.corrected_from, turn.corrected_to) if turn.corrected_from or turn.corrected_to else None,
        _judged(turn.judgement) if hasattr(turn, "judgement") else None,
        _flagged(turn.flag) if hasattr(turn, "flag") else None,
        next_chosen,
    )


def _judged(judgement: Judgement) -> Judged:
    return Judged(
        judgement.verdict == Verdict.RIGHT,
        judgement.state == JudgementState.DRAFT,
        judgement.state == JudgementState.RETURNED,
        should_be(judgement),
        judgement.example,
        name_of(judgement.author),
        judgement.saved_at,
    )


def should_be(judgement: Judgement) -> list[str]:
    """What a message should have been taken for, in words."""
    place = {"niveau": judgement.level, "sector": judgement.sector}
    told = [f"{title} {value}" for title, value in place.items() if value]
    return [in_words(judgement.intent, INTENTS), *told] if judgement.intent else told


def _flagged(flag: Flag) -> Flagged:
    return Flagged(flag.text, name_of(flag.author), flag.raised_at)


def _divider(turn: Turn) -> str:
    if not turn.principle:
        return ""
    title = in_words(turn.principle, PRINCIPLES)
    return f"Stap {turn.step} van {turn.steps}: {title}" if turn.step and turn.steps else title


def _replies(turn: Turn, divider: str) -> list[Reply]:
    """The divider stands where the principle is opened: what comes before is about what was said."""
    opens = [reply["response"].startswith("utter_open_") for reply in turn.replies]
    above = opens.index(True) if True in opens else 0
    return [
        Reply(reply["text"], reply["options"], divider if number == above else "")
        for number, reply in enumerate(turn.replies)
    ]


def _recognised(turn: Turn, recognition: Recognition) -> Recognised:
    ranking = [Likely(in_words(name, INTENTS), _percent(value)) for name, value in recognition.ranking]
    best = Likely(in_words(recognition.intent, INTENTS), _percent(recognition.confidence))
    themes = sorted(recognition.themes.items(), key=lambda theme: -theme[1])
    heard = [recognition.level, *recognition.sectors.split(",")]
    return Recognised(
        best,
        [other for other in ranking if other.words != best.words and other.percent],
        recognition.fallback,
        _percent(recognition.margin),
        in_words(turn.question, {**QUESTIONS, **PRINCIPLES}),
        [Likely(in_words(name, THEMES), _percent(value)) for name, value in themes],
        [word for word in heard if word],
        recognition.proposed,
        recognition.refused,
        _danger(recognition.danger),
    )


def _danger(heard: dict[str, dict[str, float]]) -> list[str]:
    """What the danger is, for whom, and whether it is now, as far as the coach was sure enough."""
    told = [_likeliest(heard.get("kind", {}), DANGERS), _likeliest(heard.get("to", {}), IN_DANGER)]
    if heard.get("now", {}).get("true", 0) >= LEAST_FOR_NOW:
        told.append("nu")
    return [words for words in told if words]


def _likeliest(values: dict[str, float], words: dict[Any, str]) -> str:
    name = max(values, key=values.__getitem__, default="")
    return in_words(name, words) if values.get(name, 0) >= LEAST_TO_TELL else ""


def _percent(probability: float) -> int:
    return round(100 * probability)
