"""What staff say of a turn: that it was understood, or what it should have been; and a flag for a colleague.

An accepted correction makes an example to learn from. The worker looks whether there is anything personal in it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from django.contrib.auth.models import AbstractUser
from django.db import transaction

from review.guidelines import guidelines
from review.models import Example, Flag, Judgement, Turn
from review.models.improving import JudgementState, Verdict
from review.nlu_file import place_of
from review.personal import personal_in
from review.placeholders import in_ordinary_words
from review.statistics import refresh

MOST_IN_AN_EXAMPLE = Example._meta.get_field("text").max_length
MOST_OF_WORDS = Example._meta.get_field("level_words").max_length
MOST_IN_A_FLAG = Flag._meta.get_field("text").max_length
BRACKETS = re.compile(r"\[[^\]]*\]?|\]")


@dataclass(frozen=True)
class Correction:
    """What the coach should have made of a message; `level` and `sector` are empty where that was right.

    The words that tell the level and the sector stand in `example`, the sentence to learn from.
    """

    intent: str = ""
    level: str = ""
    level_words: str = ""
    sector: str = ""
    sector_words: str = ""
    example: str = ""


class NotAcceptedError(Exception):
    """A correction that cannot be kept so; `problems` says why, in a line for each field of it."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__(", ".join(problems))
        self.problems = problems


def begin_of_correction(turn: Turn) -> Correction:
    """What a correction of `turn` begins with: what was judged of it, or else what was recognised.

    Args:
        turn: with a recognition.
    """
    recognised = turn.recognition.intent if turn.recognition.intent in guidelines().intents else ""
    judged = getattr(turn, "judgement", None)
    if judged is None or judged.verdict == Verdict.RIGHT:
        return Correction(intent=recognised, example=in_ordinary_words(turn.said))
    return Correction(
        judged.intent or recognised,
        judged.level,
        judged.level_words,
        judged.sector,
        judged.sector_words,
        judged.example or in_ordinary_words(turn.said),
    )


@transaction.atomic
def judge_right(*, turn: Turn, author: AbstractUser) -> None:
    """Say that a turn was understood; nothing is to be learned of it."""
    Example.objects.filter(turn=turn).delete()
    _judge(turn, author, Verdict.RIGHT, JudgementState.ACCEPTED, Correction())


@transaction.atomic
def save_draft(*, turn: Turn, author: AbstractUser, correction: Correction) -> None:
    """Keep a correction for later; what was learned of this turn before is taken away.

    Raises:
        NotAcceptedError: something in it is no value, or too long.
    """
    correction = _tidied(correction)
    if problems := _no_values(correction):
        raise NotAcceptedError(problems)
    Example.objects.filter(turn=turn).delete()
    _judge(turn, author, Verdict.WRONG, JudgementState.DRAFT, _changes(turn, correction))


@transaction.atomic
def accept(*, turn: Turn, author: AbstractUser, correction: Correction) -> None:
    """Say what a turn should have been, and make or change its example.

    Raises:
        NotAcceptedError: it changes nothing, is not complete, or the sentence may tell of a person.
    """
    correction = _tidied(correction)
    changes = _changes(turn, correction)
    if problems := _no_values(correction) or _obstacles(correction, changes):
        raise NotAcceptedError(problems)
    _judge(turn, author, Verdict.WRONG, JudgementState.ACCEPTED, changes)
    learned = {name: value for name, value in vars(changes).items() if name != "example"}
    Example.objects.update_or_create(
        turn=turn,
        defaults={
            **learned,
            "conversation_id": turn.conversation_id,
            "text": correction.example,
            "intent": correction.intent,
            "recognised": turn.recognition.intent,
            "accepted_by": author,
            "checked_at": None,
            "exported_at": None,
        },
    )


@transaction.atomic
def take_back(*, turn: Turn) -> None:
    """As if nobody had judged a turn."""
    Judgement.objects.filter(turn=turn).delete()
    Example.objects.filter(turn=turn).delete()
    refresh([turn.conversation_id])


@transaction.atomic
def withdraw(*, example: Example) -> None:
    """Let an example not be learned from; its judgement waits as a draft."""
    judged = Judgement.objects.filter(turn=example.turn_id).first()
    if judged:
        judged.state = JudgementState.DRAFT
        judged.save(update_fields=["state", "saved_at"])
        refresh([judged.turn.conversation_id])
    example.delete()


def raise_flag(*, turn: Turn, author: AbstractUser, text: str) -> None:
    """Let a colleague look at a turn, and say why; the words may be empty.

    Raises:
        NotAcceptedError: they are too many, or a colleague was quicker.
    """
    text = " ".join(text.replace("\0", "").split())
    if len(text) > MOST_IN_A_FLAG:
        raise NotAcceptedError({"text": f"Houd de reden kort: hooguit {MOST_IN_A_FLAG} tekens."})
    if not Flag.objects.get_or_create(turn=turn, defaults={"author": author, "text": text})[1]:
        raise NotAcceptedError({"text": "Er staat al een vlag bij deze beurt. Haal die eerst weg."})


def lower_flag(*, turn: Turn) -> None:
    """Take the flag of a turn away."""
    Flag.objects.filter(turn=turn).delete()


def _judge(turn: Turn, author: AbstractUser, verdict: Any, state: Any, changes: Correction) -> None:
    standing = {"author": author, "verdict": verdict, "state": state, **vars(changes)}
    Judgement.objects.update_or_create(turn=turn, defaults=standing)
    refresh([turn.conversation_id])


def _tidied(correction: Correction) -> Correction:
    """On one line each, without signs that no database keeps; told words as they stand in the sentence."""
    values = {name: " ".join(value.replace("\0", "").split()) for name, value in vars(correction).items()}
    tidied = Correction(**values)
    return replace(
        tidied,
        level_words=_standing(tidied.level_words, tidied.example) or tidied.level_words,
        sector_words=_standing(tidied.sector_words, tidied.example) or tidied.sector_words,
    )


def _standing(words: str, sentence: str) -> str:
    """Whole words as a sentence has them; empty where they do not stand in it."""
    place = place_of(words, sentence)
    return sentence[slice(*place)] if place else ""


def _changes(turn: Turn, correction: Correction) -> Correction:
    """Without what was recognised already."""
    recognised = turn.recognition
    if correction.intent == recognised.intent:
        correction = replace(correction, intent="")
    if correction.level and correction.level == recognised.level:
        correction = replace(correction, level="", level_words="")
    if correction.sector and correction.sector in recognised.sectors.split(","):
        correction = replace(correction, sector="", sector_words="")
    return correction


def _no_values(correction: Correction) -> dict[str, str]:
    """What cannot be kept at all, not even as a draft."""
    problems = {}
    if correction.intent and correction.intent not in guidelines().intents:
        problems["intent"] = "Deze bedoeling kent de coach niet. Kies er een uit de lijst."
    for name, choices in (("level", guidelines().levels), ("sector", guidelines().sectors)):
        value = getattr(correction, name)
        if value and value not in {choice.name for choice in choices}:
            problems[name] = "Kies er een uit de lijst."
        if len(getattr(correction, f"{name}_words")) > MOST_OF_WORDS:
            problems[f"{name}_words"] = f"Neem hooguit {MOST_OF_WORDS} tekens over."
    if len(correction.example) > MOST_IN_AN_EXAMPLE:
        over = len(correction.example) - MOST_IN_AN_EXAMPLE
        problems["example"] = f"Maak de zin korter: hooguit {MOST_IN_AN_EXAMPLE} tekens, er zijn er {over} te veel."
    return problems


def _obstacles(correction: Correction, changes: Correction) -> dict[str, str]:
    """Why nothing can be learned of it."""
    problems = {}
    if not correction.intent:
        problems["intent"] = "Kies wat de leider bedoelde."
    elif not any((changes.intent, changes.level, changes.sector)):
        problems["intent"] = (
            "Zo verandert er niets. Kies een andere bedoeling, een niveau of een sector. Was het goed, kies dan Klopt."
        )
    for name, (said, that) in {"level": ("het niveau", "dat"), "sector": ("de sector", "die")}.items():
        value, words = getattr(correction, name), getattr(correction, f"{name}_words")
        if words and not value:
            problems[name] = f"Kies {said} {that} bij “{words}” hoort."
        elif value and not words:
            problems[f"{name}_words"] = f"Neem de woorden over die {said} zeggen."
        elif value and not _standing(words, correction.example):
            problems[f"{name}_words"] = f"“{words}” staat niet zo in de voorbeeldzin."
    if problem := _personal(correction.example):
        problems["example"] = problem
    return problems


def _personal(example: str) -> str:
    """What of a sentence cannot be learned from; the worker looks closer."""
    if not example:
        return "Schrijf een voorbeeldzin: zoals een leider het zou zeggen."
    if found := BRACKETS.search(example):
        return f"Zet gewone woorden in de plaats van “{found[0]}”."
    return personal_in(example)
