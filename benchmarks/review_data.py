"""Made-up conversations straight into the review tables, as many as are asked for, the same ones for the same seed.

What leaders say are examples of data/nlu, what the coach says are responses of data/responses, so that there are real
words to search for. Django must be set up before this is imported.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from itertools import batched
from pathlib import Path
from typing import Any

import yaml
from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone

from coach.vocabulary import ORDER_OF_PRINCIPLES, Bottleneck, Theme
from review.models import (
    Conversation,
    ConversationText,
    Example,
    Flag,
    Handoff,
    Judgement,
    Label,
    Note,
    Recognition,
    Reflection,
    Turn,
)
from review.models.conversation import FeltHeard, Level, Reached, Sector
from review.models.handoff import HandoffStatus
from review.models.improving import JudgementState, Verdict
from review.nlu_file import plain
from review.placeholders import in_ordinary_words
from review.projection.recognition import instructive
from review.statistics import refresh

DATA = Path(__file__).parent.parent / "data"
AT_ONCE = 2000
DAYS = 400
LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
PEOPLE = (("fatima", "Fatima", "Yilmaz"), ("henk", "Henk", "de Boer"), ("noor", "Noor", "Visser"))
LABELS = ("voorbeeld voor de training", "nabellen", "coach begreep het niet", "mooi gesprek", "jeugdbescherming")
REMARKS = ("Mooi voorbeeld van mandaat.", "Hier vroeg de coach te vroeg door.", "Besproken in het overleg.")
WHEN = ("morgen na het overleg", "volgende week dinsdag", "vrijdagochtend", "voor het eind van de maand")
WITH_WHOM = ("met mijn directeur", "met [NAAM-1] van [SCHOOL-1]", "met de wijkcoach", "met mijn team")
WORDS_FOR = {"step_when": WHEN, "step_with_whom": WITH_WHOM}
OTHERS = ("bottleneck_unclear", "ask_help", "unsure", "out_of_scope", "affirm", "deny")
# After how many messages a leader leaves, and how often: about eight on average.
LENGTHS = {1: 8, 2: 8, 3: 8, 4: 8, 5: 10, 7: 12, 9: 12, 11: 12, 14: 10, 15: 12}
REACHED = (
    (14, Reached.COMPLETED), (9, Reached.STEP), (8, Reached.HARVEST), (4, Reached.REFLECTING), (2, Reached.RECOGNISED),
)  # fmt: skip
LEVEL_SAID = 3
CHOSEN = "chosen"
# How much of the conversations, or of the messages that are typed.
UNCERTAIN, CORRECTED, DANGER, ASSIGNED, REVIEWED, NOTED, HANDED_OFF = 0.2, 0.1, 0.005, 0.3, 0.4, 0.03, 0.3
DEEPENED = 0.3
JUDGED, FLAGGED = 0.03, 0.002
# The slots by which the coach chooses its words here.
ABOUT = {"bottleneck", "proposed_bottleneck"}


@cache
def examples() -> dict[str, list[str]]:
    """What leaders say, by intent."""
    found: dict[str, list[str]] = defaultdict(list)
    for file in sorted((DATA / "nlu").glob("*.yml")):
        for entry in yaml.load(file.read_text(), yaml.CSafeLoader)["nlu"]:
            lines = str(entry.get("examples", "")).splitlines()
            found[entry.get("intent", "")] += [plain(line.removeprefix("- ")) for line in lines]
    return dict(found)


@cache
def responses() -> dict[str, list[tuple[str, list[str]]]]:
    """What the coach says and which buttons stand below it, by response; those that repeat words are left out."""
    found: dict[str, list[tuple[str, list[str]]]] = defaultdict(list)
    for file in sorted((DATA / "responses").glob("*.yml")):
        for name, variations in yaml.load(file.read_text(), yaml.CSafeLoader)["responses"].items():
            for variation in variations:
                text = str(variation.get("text", ""))
                if "{" in text.replace("{step}", "").replace("{total}", ""):
                    continue
                about = next((c["value"] for c in variation.get("condition", ()) if c["name"] in ABOUT), "")
                titles = [button["title"] for button in variation.get("buttons", ())]
                found[f"{name}/{about}"].append((text, titles))
    return dict(found)


@dataclass(frozen=True)
class Step:
    """What the leader says, as a kind of example or chosen, and what the coach says to it and asks then."""

    said: str
    replies: tuple[str, ...]
    asks: str
    principle: int = 0


def script(bottleneck: Bottleneck) -> list[Step]:
    """A whole conversation, as most go."""
    opens = [(f"utter_open_{principle}", f"utter_ask_{principle}") for principle in ORDER_OF_PRINCIPLES[bottleneck]]
    return [
        Step("", ("utter_welcome", "utter_ask_bottleneck"), "bottleneck"),
        Step(f"bottleneck_{bottleneck}", ("utter_mirror_plainly", "utter_ask_bottleneck_fits"), "bottleneck"),
        Step(CHOSEN, ("utter_bottleneck_confirmed", "utter_ask_level"), "level"),
        Step(CHOSEN, ("utter_ask_sector",), "sector"),
        Step(CHOSEN, opens[0], "principle", 1),
        Step("give_answer", ("utter_reflect_plainly", *opens[1]), "principle", 2),
        Step("give_answer", ("utter_reflect_plainly", *opens[2]), "principle", 3),
        Step("give_answer", ("utter_reflect_plainly", *opens[3]), "principle", 4),
        Step("give_answer", ("utter_reflect_summary", "utter_ask_first_step"), "first_step"),
        Step("give_answer", ("utter_ask_step_when",), "step_when"),
        Step("give_answer", ("utter_reflect_step_when", "utter_ask_step_with_whom"), "step_with_whom"),
        Step("give_answer", ("utter_reflect_step_with_whom", "utter_ask_confidence"), "confidence"),
        Step("give_answer", ("utter_ask_about_rating",), "rating"),
        Step(CHOSEN, ("utter_ask_felt_heard",), "felt_heard"),
        Step(CHOSEN, ("utter_goodbye",), ""),
        Step("thank", ("utter_welcome_thanks",), ""),
    ]


@dataclass
class Made:
    """The rows of some conversations."""

    conversations: list[Conversation] = field(default_factory=list)
    texts: list[ConversationText] = field(default_factory=list)
    turns: list[Turn] = field(default_factory=list)
    recognitions: list[Recognition] = field(default_factory=list)
    reflections: list[Reflection] = field(default_factory=list)
    handoffs: list[Handoff] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    judgements: list[Judgement] = field(default_factory=list)
    flags: list[Flag] = field(default_factory=list)
    labelled: list[tuple[str, int]] = field(default_factory=list)

    def store(self) -> None:
        """Insert them all."""
        Conversation.objects.bulk_create(self.conversations)
        ConversationText.objects.bulk_create(self.texts)
        Turn.objects.bulk_create(self.turns)
        of_turns: list[Any] = [*self.recognitions, *self.judgements, *self.flags]
        for row in of_turns:
            row.turn_id = row.turn.pk
        Recognition.objects.bulk_create(self.recognitions)
        Reflection.objects.bulk_create(self.reflections)
        Handoff.objects.bulk_create(self.handoffs)
        Note.objects.bulk_create(self.notes)
        Judgement.objects.bulk_create(self.judgements)
        Example.objects.bulk_create(_example(judged) for judged in self.judgements if judged.intent)
        Flag.objects.bulk_create(self.flags)
        through = Conversation.labels.through
        through.objects.bulk_create(through(conversation_id=code, label_id=label) for code, label in self.labelled)
        refresh([conversation.code for conversation in self.conversations])


def _example(judged: Judgement) -> Example:
    """What was accepted of a correction and looked over."""
    return Example(
        turn=judged.turn, conversation=judged.turn.conversation, text=judged.example, intent=judged.intent,
        recognised="give_answer", accepted_by=judged.author, checked_at=judged.turn.said_at,
    )  # fmt: skip


class Maker:
    """Makes one conversation after the other."""

    def __init__(self, seed: int, now: datetime) -> None:
        self.random = random.Random(seed)  # noqa: S311 - the same ones for the same seed
        self.judging = random.Random(seed)  # noqa: S311 - so that the conversations stay the same whatever is judged
        self.now = now
        self.people = [
            get_user_model().objects.get_or_create(
                username=name, defaults={"first_name": first, "last_name": last, "is_staff": True}
            )[0]
            for name, first, last in PEOPLE
        ]
        self.labels = [Label.objects.get_or_create(name=name)[0] for name in LABELS]

    def make(self, made: Made) -> None:
        """Add one conversation to what was made."""
        draw = self.random
        length = draw.choices(list(LENGTHS), list(LENGTHS.values()))[0]
        bottleneck = draw.choice(list(Bottleneck))
        started = self.now - timedelta(days=draw.random() * DAYS, minutes=60)
        conversation = Conversation(
            code="".join(draw.choices(LETTERS, k=10)),
            channel=draw.choices(("website", "teams", "rest"), (70, 29, 1))[0],
            started_at=started,
            last_at=started + timedelta(seconds=90 * length),
            messages=length,
            bottleneck=bottleneck.value if length > 1 else "",
            level=draw.choice(list(Level)) if length >= LEVEL_SAID else "",
            reached=next((reached for least, reached in REACHED if length >= least), Reached.TOLD),
            uncertain=draw.random() < UNCERTAIN,
        )
        said = list(self._say(conversation, bottleneck, length, made))
        made.conversations.append(conversation)
        made.texts.append(ConversationText(conversation=conversation, text="\n".join(said)))
        self._staff(conversation, made)

    def _say(self, conversation: Conversation, bottleneck: Bottleneck, length: int, made: Made) -> Iterator[str]:
        """The turns up to `length`, each with what the coach says to it; gives what was typed."""
        order = ORDER_OF_PRINCIPLES[bottleneck]
        before = Step("", (), "")
        for number, step in enumerate(script(bottleneck)[: length + 1]):
            at = conversation.started_at + timedelta(seconds=90 * number)
            turn = Turn(conversation=conversation, number=number, said_at=at, question=before.asks)
            turn.replies = [self._reply(name, bottleneck, step) for name in step.replies]
            if step.principle:
                turn.principle, turn.step, turn.steps = order[step.principle - 1].value, step.principle, len(order)
            if number:
                self._answer(turn, step, before, conversation, made)
                if not turn.chosen:
                    yield turn.said
            made.turns.append(turn)
            before = step
        for position, principle in enumerate(order[: max(length - 3, 0)]):
            made.reflections.append(
                Reflection(
                    conversation=conversation, position=position, principle=principle.value,
                    bottleneck=bottleneck.value, answer=self.random.choice(examples()["give_answer"]),
                    deepened=self.random.random() < DEEPENED,
                )
            )  # fmt: skip

    def _reply(self, name: str, bottleneck: Bottleneck, step: Step) -> dict[str, Any]:
        found = responses()
        text, titles = self.random.choice(found.get(f"{name}/{bottleneck}") or found[f"{name}/"])
        return {"text": text.format(step=step.principle, total=4), "response": name, "options": titles}

    def _answer(self, turn: Turn, step: Step, before: Step, conversation: Conversation, made: Made) -> None:
        """What the leader says in the turn, and what that says about the conversation."""
        draw = self.random
        options = made.turns[-1].replies[-1]["options"]
        if step.said == CHOSEN or (options and before.asks == "sector"):
            turn.said, turn.chosen = options[0], True
            if before.asks == "bottleneck" and draw.random() < CORRECTED:
                turn.said, turn.corrected_from, turn.corrected_to = (
                    options[1],
                    before.said[11:],
                    conversation.bottleneck,
                )
                conversation.corrected = made.recognitions[-1].refused = True
                made.recognitions[-1].instructive = instructive(made.recognitions[-1], unsure=False)
            if before.asks == "rating":
                turn.said = draw.choice("1233445555")
                conversation.rating = int(turn.said)
            if before.asks == "felt_heard":
                turn.said = draw.choice(options)
                conversation.felt_heard = FeltHeard(turn.said.lower())
            if before.asks == "sector":
                turn.said = draw.choice(list(Sector)).capitalize()
                conversation.sectors = f",{turn.said.lower()},"
            return
        turn.said = draw.choice(WORDS_FOR.get(before.asks) or examples()[step.said])
        if before.asks in {"first_step", "step_when", "step_with_whom"}:
            setattr(conversation, before.asks, turn.said)
        if before.asks == "confidence":
            turn.said = str(draw.randint(4, 10))
            conversation.confidence = int(turn.said)
        recognition = self._recognised(turn, step.said, conversation)
        made.recognitions.append(recognition)
        recognition.instructive = instructive(recognition, unsure=conversation.uncertain and turn.number == 1)
        self._judge(turn, made)

    def _recognised(self, turn: Turn, intent: str, conversation: Conversation) -> Recognition:
        draw = self.random
        sure = draw.uniform(0.3, 0.6) if conversation.uncertain else draw.uniform(0.7, 1)
        second = draw.uniform(0, 1 - sure)
        others = draw.sample(OTHERS, 4)
        ranking = [[intent, sure], *([other, second / 2**place] for place, other in enumerate(others))]
        recognition = Recognition(turn=turn, intent=intent, confidence=sure, margin=sure - second, ranking=ranking)
        if intent == "give_answer":
            recognition.themes = {theme.value: draw.uniform(0.5, 1) for theme in draw.sample(list(Theme), 2)}
        if turn.number == 1:
            recognition.proposed = intent.removeprefix("bottleneck_")
        if turn.number > 1 and draw.random() < DANGER:
            turn.said = draw.choice(examples()["crisis"])
            recognition.intent, conversation.danger = "crisis", True
            recognition.danger = {"kind": {"home": 0.8}, "to": {"child": 0.9}, "now": {"true": 0.1, "false": 0.9}}
        return recognition

    def _judge(self, turn: Turn, made: Made) -> None:
        """What staff said of it: mostly that it was right, and otherwise that it was something else."""
        draw = self.judging
        if draw.random() < FLAGGED:
            made.flags.append(Flag(turn=turn, author=draw.choice(self.people), text=draw.choice(REMARKS)))
        if draw.random() >= JUDGED:
            return
        judged = Judgement(
            turn=turn, author=draw.choice(self.people), verdict=Verdict.RIGHT, state=JudgementState.ACCEPTED
        )
        if draw.random() < UNCERTAIN:
            judged.verdict, judged.intent = Verdict.WRONG, draw.choice(OTHERS)
            judged.example = in_ordinary_words(turn.said)[:500]
        made.judgements.append(judged)

    def _staff(self, conversation: Conversation, made: Made) -> None:
        """What staff did with it, and what the leader had sent."""
        draw, later = self.random, conversation.last_at + timedelta(hours=5)
        if draw.random() < ASSIGNED:
            conversation.assigned_to = draw.choice(self.people)
        if draw.random() < REVIEWED:
            conversation.reviewed_at, conversation.reviewed_by = later, draw.choice(self.people)
        if draw.random() < NOTED:
            made.notes.append(
                Note(conversation=conversation, author=draw.choice(self.people), text=draw.choice(REMARKS))
            )
            made.labelled.append((conversation.code, draw.choice(self.labels).pk))
        if conversation.reached >= Reached.STEP and draw.random() < HANDED_OFF:
            conversation.handed_off = True
            status = draw.choice((HandoffStatus.SENT, HandoffStatus.TAKEN_UP, HandoffStatus.DONE))
            taken_up_at = later + timedelta(hours=draw.uniform(0, 70))
            made.handoffs.append(
                Handoff(
                    id=f"{draw.getrandbits(128):032x}", conversation=conversation, consented_at=conversation.last_at,
                    next_attempt_at=conversation.last_at, text=conversation.first_step,
                    status=status, sent_at=later,
                    taken_up_at=None if status == HandoffStatus.SENT else taken_up_at,
                    done_at=taken_up_at + timedelta(hours=9) if status == HandoffStatus.DONE else None,
                )
            )  # fmt: skip


def generate(number: int, seed: int = 1, now: datetime | None = None) -> None:
    """Store that many conversations, with their figures; their last messages lie in the `DAYS` before `now`."""
    maker = Maker(seed, now or timezone.now())
    for batch in batched(range(number), AT_ONCE):
        made = Made()
        for _ in batch:
            maker.make(made)
        with transaction.atomic():
            made.store()
