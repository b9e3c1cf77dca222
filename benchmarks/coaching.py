"""How good the coaching is: `make coaching` lets sixty leaders talk with the running coach, and writes a report.

The leaders of benchmarks/leaders/ were written by somebody who did not know what the coach says. The measures are those
of good coaching (docs/luisteren.md); every breach is printed with what was said around it, and the conversations stand
beside the report, to read.
"""

from __future__ import annotations

import asyncio
import os
import re
import statistics
import tempfile
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import textstat
import yaml
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered
from rasa.shared.core.trackers import DialogueStateTracker

from benchmarks.bench import say
from benchmarks.sentences import HELD_OUT, read_examples
from coach.route import MOST_CLARIFICATIONS
from coach.vocabulary import Principle, Theme
from nlu.pooled_classifier import DANGER
from storage.tracker_store import ConversationStore
from tools import serve
from tools.model import ROOT, ensure_model
from tools.settings import environment, free_port

LEADERS = ROOT / "benchmarks" / "leaders"
REPORTS = ROOT / "reports"
MOST_MESSAGES = 60
MOST_WORDS = 60
MOST_AT_ONE_QUESTION = 4
# Fewer words are hardly an answer to give back.
LEAST_WORDS = 4
LEAST_OF_A_SUMMARY = 3
# So many leaders talk again, and are in danger.
IN_DANGER = 20
# Answered in the leader's own words, so that the coach has something to hear.
FREE = frozenset(
    {*Principle, "situation", "bottleneck", "first_step", "step_when", "step_with_whom", "confidence_raise"}
)
REFLECTION = frozenset({*Principle, "situation"})
CHOICES = frozenset({"utter_ask_bottleneck_fits", "utter_ask_which_first", "utter_ask_level", "utter_ask_sector"})
# Welcome, summary, danger and the mail may be longer.
LONGER = ("utter_welcome", "utter_ask_summary_check", "utter_danger", "utter_mail", "utter_ask_choose_bottleneck",
          "utter_ask_handoff", "utter_handoff")  # fmt: skip
# What gives back something that this leader said: the mirror with the first guess too.
HEARS = re.compile(
    r"^utter_(?:reflect_(?!plainly)|reflect$|mirror(?:_wish)?$|ask_said_elsewhere|ask_summary_check|ask_second_round|heard_trouble)"
)
# What is said to an answer: an interruption after which it stands was taken for one.
TAKEN_AS_ANSWER = ("utter_reflect", "utter_heard_little")
OF_A_THEME = frozenset(f"utter_reflect_{theme}" for theme in Theme)
ADVICE = re.compile(r"\b(?:je moet|je zou moeten|probeer|tip|je kunt het beste|waarom)\b")
OPEN = re.compile(r"\b(?:wat|hoe|welke?|wie|waar\w*|wanneer)\b", re.IGNORECASE)
# The leader's own words are theirs, and so are the lines of a summary.
QUOTED = re.compile(r"“[^”]*”|^- .*$", re.MULTILINE)
SENTENCE = re.compile(r"(?<=[.?!:])\s+|\n+")


@dataclass(frozen=True)
class Turn:
    """What the coach said in one turn: each text with the name of its response; what was asked and said before.

    `interrupts`: what was said is no answer, and the question comes back. `buttons`: how many stand under the texts.
    """

    question: str | None
    heard: str
    interrupts: bool
    said: list[tuple[str, str]]
    buttons: int = 0

    @property
    def own(self) -> str:
        """The coach's own words."""
        return "\n".join(QUOTED.sub("", text) for _, text in self.said)

    @property
    def sentences(self) -> list[str]:
        """The coach's own sentences."""
        return [found.strip() for found in SENTENCE.split(self.own) if len(re.findall(r"\w+", found)) > 1]


@dataclass(frozen=True)
class Conversation:
    """A leader, their turns in order, and what the coach knew at the end."""

    leader: dict[str, Any]
    turns: list[Turn]
    slots: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        """To read."""
        lines = [f"## {self.leader['name']}"]
        for turn in self.turns:
            lines += ["", f"> {turn.heard}", "", *(text.replace("\n", "  \n") for _, text in turn.said)]
        return "\n".join(lines)


def leaders() -> list[dict[str, Any]]:
    """The leaders, as they were written."""
    return [leader for path in sorted(LEADERS.glob("*.yml")) for leader in yaml.safe_load(path.read_text("utf-8"))]


class Player:
    """A leader who answers what is asked, in the order in which their answers were written.

    One in `danger` says that as the second answer.
    """

    def __init__(self, leader: dict[str, Any], danger: str | None = None) -> None:
        self._leader, self._danger = leader, danger
        self._answers, self._interruptions = iter(leader["answers"]), iter(leader["interruptions"])
        self._told, self._answered, self._said = False, 0, set[str]()
        self.interrupts = False

    def __call__(self, slots: dict[str, Any]) -> str:
        """What this leader says, by the slots of the coach: which question is open, and what is proposed."""
        question = slots["requested_slot"]
        self.interrupts = False
        if question in set(Principle):
            self._answered += 1
            if self._danger and self._answered == 2:  # noqa: PLR2004
                return self._danger
            if self._answered % 2 == 0 and (between := next(self._interruptions, None)):
                self.interrupts = True
                return str(between)
            return str(next(self._answers, "daar heb ik nu niet meer over te zeggen"))
        said = {
            "situation": "clarified", "level": "place", "sector": "place", "first_step": "first_step",
            "step_when": "when", "step_with_whom": "with_whom", "confidence": "confidence",
            "confidence_raise": "one_more",
        }  # fmt: skip
        if question in said:
            told = str(self._leader[said[question]])
            again = told in self._said
            self._said.add(told)
            return "sla over" if again else told
        if question == "bottleneck":
            return self._bottleneck(slots)
        plain = {"summary_check": "klopt zo", "continue_coaching": "verder", "confirmation": "nee", "rating": "4"}
        return plain.get(question, "ja" if question == "felt_heard" else "nee")

    def _bottleneck(self, slots: dict[str, Any]) -> str:
        meant = self._leader["bottleneck"]
        if not self._told:
            self._told = True
            return str(self._leader["story"])
        if slots["proposed_bottleneck"]:
            alone = slots["proposed_bottleneck"] == meant and not slots["second_bottleneck"]
            return "ja, dat klopt" if alone else f"eerder mijn {meant}"
        if slots["proposed_wish"]:
            return "nee"
        return str(self._leader["clarified"] if (slots["clarifications"] or 0) < MOST_CLARIFICATIONS else meant)


def play(
    leader: dict[str, Any], say: Callable[[str, str], Any], store: ConversationStore, danger: str | None = None
) -> Conversation:
    """Let `leader` talk with a coach until it is over, or `danger` is said; `say` takes the sender and the text."""
    sender, player = uuid.uuid4().hex, Player(leader, danger)
    slots: dict[str, Any] = {"requested_slot": "bottleneck", "proposed_bottleneck": None}
    turns: list[Turn] = []
    known: dict[str, Any] = {}
    for _ in range(MOST_MESSAGES):
        if turns and (slots["requested_slot"] is None or turns[-1].heard == danger):
            break
        text = player(slots)
        say(sender, text)
        tracker = asyncio.run(store.retrieve_full_tracker(sender))
        if tracker is None:
            raise RuntimeError(f"The coach kept nothing of {leader['name']}.")
        said = _said_last(tracker)
        buttons = sum(len(event.data.get("buttons") or ()) for event in said)
        texts = [(str(event.metadata.get("utter_action")), str(event.text)) for event in said if event.text]
        turns.append(Turn(slots["requested_slot"], text, player.interrupts, texts, buttons))
        slots = tracker.current_slot_values()
        known |= {name: value for name, value in slots.items() if value is not None}
    return Conversation(leader, turns, {**known, "requested_slot": slots["requested_slot"]})


def _said_last(tracker: DialogueStateTracker) -> list[BotUttered]:
    events = list(tracker.events)
    last = max(place for place, event in enumerate(events) if event.type_name == "user")
    return [event for event in events[last:] if isinstance(event, BotUttered)]


def breaches(conversation: Conversation) -> Iterator[tuple[str, str]]:
    """What must never happen and can be counted exactly: the name of the measure, and where it was broken."""
    before: set[str] = set()
    at_one, last = 0, None
    for turn in conversation.turns:
        around = f"> {turn.heard}\n\n" + "\n".join(text for _, text in turn.said)
        if turn.own.count("?") > 1:
            yield "two questions in a turn", around
        if found := ADVICE.search(turn.own.lower()):
            yield "advice", f"({found[0]}) {around}"
        if len(turn.own.split()) > MOST_WORDS and not any(name.startswith(LONGER) for name, _ in turn.said):
            yield "a turn of more than 60 words", around
        again = before & {*turn.sentences}
        if again:
            yield "a sentence said before", f"({'; '.join(sorted(again))}) {around}"
        before |= {*turn.sentences}
        if any(name.startswith("utter_danger") for name, _ in turn.said):
            yield "danger where there is none", around
        if re.search(r"\{\w+\}|\bNone\b", turn.own) or not turn.said:
            yield "an unfilled text or silence", around
        at_one = at_one + 1 if turn.question == last else 1
        last = turn.question
        if at_one == MOST_AT_ONE_QUESTION + 1:
            yield "stuck at one question", around
    if not re.search("chatbot|computerprogramma", str(conversation.turns[0].said)):
        yield "does not say that it is a program", str(conversation.turns[0].said)
    if conversation.slots["requested_slot"]:
        yield "a conversation without an end", str(conversation.turns[-1])


def unheard(conversation: Conversation) -> Iterator[str]:
    """Free answers that the coach does not give back before it asks on."""
    for turn in conversation.turns:
        if is_free(turn) and not any(HEARS.match(name) for name, _ in turn.said):
            yield f"({turn.question}) > {turn.heard}\n\n" + "\n".join(text for _, text in turn.said)


def is_free(turn: Turn) -> bool:
    """Whether a turn answers a question in the leader's own words."""
    return turn.question in FREE and not turn.interrupts and len(turn.heard.split()) >= LEAST_WORDS


def stops_for_danger(conversation: Conversation) -> bool:
    """Whether the coach refers, or asks whether there is danger, in the turn after it was told, and coaches no more."""
    names = [name for name, _ in conversation.turns[-1].said]
    allowed = ("utter_danger", "utter_ask_continue_coaching")
    return any(name.startswith("utter_danger") for name in names) and all(name.startswith(allowed) for name in names)


def measures(conversations: list[Conversation], in_danger: list[Conversation]) -> dict[str, str]:
    """The measures of good coaching that can be computed, over all conversations and those of leaders in danger."""
    turns = [turn for conversation in conversations for turn in conversation.turns]
    names = [name for turn in turns for name, _ in turn.said]
    reflections = [name for name in names if HEARS.match(name)]
    # One that comes back after something in between is the same question.
    questions = [found for turn in turns if not turn.interrupts for found in turn.sentences if found.endswith("?")]
    on_answers = [
        name
        for turn in turns
        if turn.question in REFLECTION
        for name, _ in turn.said
        if name.startswith("utter_reflect")
    ]
    sentences = [sentence for turn in turns for sentence in turn.sentences]
    lengths = [len(re.findall(r"\w[\w'’-]*", sentence)) for sentence in sentences]
    free = [turn for turn in turns if is_free(turn)]
    not_heard = [text for conversation in conversations for text in unheard(conversation)]
    ends = [conversation.slots for conversation in conversations]
    textstat.set_lang("nl")
    kept = [sum(bool(slots.get(principle)) for principle in Principle) for slots in ends]
    steps = [all(slots.get(name) for name in ("first_step", "step_when", "step_with_whom")) for slots in ends]
    between = [turn for turn in turns if turn.interrupts]
    done = [turn for turn in between if not any(name.startswith(TAKEN_AS_ANSWER) for name, _ in turn.said)]
    choices = [turn for turn in turns if any(name in CHOICES for name, _ in turn.said)]
    mail = [
        next(
            (place for place, turn in enumerate(conversation.turns, 1) if "info@" in str(turn.said)),
            len(conversation.turns),
        )
        for conversation in conversations
    ]
    return {
        "turns": str(len(turns)),
        "2 free answers that are given back before the next question (at least 90 %)": _share(
            len(free) - len(not_heard), len(free)
        ),
        "3 reflections to questions (at least 1 : 1)": f"{len(reflections) / max(1, len(questions)):.2f} : 1",
        "4 open questions (at least 80 %)": _share(
            sum(bool(OPEN.search(found)) for found in questions), len(questions)
        ),
        "5 reflections on answers that say what kind of thing it is (at least 40 %)": _share(
            sum(name in OF_A_THEME for name in on_answers), len(on_answers)
        ),
        "8 words a sentence, mean (at most 12)": f"{statistics.mean(lengths):.1f}",
        "8 words a turn, median and highest": (
            f"{statistics.median(len(turn.own.split()) for turn in turns):.0f}, "
            f"{max(len(turn.own.split()) for turn in turns)}"
        ),
        "8 reading ease (Flesch-Douma; B1 from some 60)": f"{textstat.flesch_reading_ease(' '.join(sentences)):.0f}",
        "9 commands and questions in between that are done at once": _share(len(done), len(between)),
        "10 choices that have buttons; all were made in words": _share(
            sum(turn.buttons > 1 for turn in choices), len(choices)
        ),
        "11 bottlenecks confirmed, and the right one": _share(
            sum(
                slots.get("bottleneck") == conversation.leader["bottleneck"]
                for conversation, slots in zip(conversations, ends, strict=True)
            ),
            len(ends),
        ),
        "12 conversations with a summary of at least three answers": _share(
            sum(count >= LEAST_OF_A_SUMMARY for count in kept), len(ends)
        ),
        "13 first steps with when and with whom": _share(sum(steps), len(ends)),
        "14 conversations that say how sure": _share(sum(bool(slots.get("confidence")) for slots in ends), len(ends)),
        "16 messages to the end, median": f"{statistics.median(len(found.turns) for found in conversations):.0f}",
        "17 leaders in danger with whom coaching stops in the same turn": _share(
            sum(map(stops_for_danger, in_danger)), len(in_danger)
        ),
        "18 messages until the network's address, median": f"{statistics.median(mail):.0f}",
    }


def _share(part: int, whole: int) -> str:
    return f"{part / max(1, whole):.0%} ({part} of {whole})"


def report(conversations: list[Conversation], in_danger: list[Conversation]) -> str:
    """The page: measures, breaches in context, and what was not taken as it was meant."""
    found = [breach for conversation in conversations for breach in breaches(conversation)]
    counts = Counter(name for name, _ in found)
    lines = [f"# Coaching: {len(conversations)} leaders", ""]
    lines += [f"- {name}: {value}" for name, value in measures(conversations, in_danger).items()]
    lines += ["", "## Breaches", "", *(f"- {name}: {count}" for name, count in counts.most_common())]
    lines += [f"\n### {name}\n\n{around}" for name, around in found]
    lines += ["", "## Free answers that were not given back", ""]
    lines += [f"{text}\n" for conversation in conversations for text in unheard(conversation)]
    lines += ["## Danger that was not taken for it", ""]
    lines += [f"> {found.turns[-1].heard}\n" for found in in_danger if not stops_for_danger(found)]
    return "\n".join(lines)


def main() -> None:
    """Play all leaders and write the report and the conversations."""
    with tempfile.TemporaryDirectory() as name:
        actions_port, port = free_port(), free_port()
        database = f"sqlite:///{name}/tracker.db"
        settings = {**environment(actions_port), "DATABASE_URL": database}
        os.environ.update(ACTIONS_PORT=str(actions_port), DATABASE_URL=database)
        processes = [serve.action_server(actions_port), serve.coach(port, ensure_model())]
        store = ConversationStore(Domain.load(str(ROOT / "domain.yml")), host=database)
        with serve.running(processes, settings):
            conversations = [play(leader, partial(say, port), store) for leader in leaders()]
            dangers = [example.text for example in read_examples(HELD_OUT / "danger.yml") if example.intent == DANGER]
            told = zip(leaders(), dangers[:: len(dangers) // IN_DANGER], strict=False)
            in_danger = [play(leader, partial(say, port), store, danger) for leader, danger in told]
    REPORTS.mkdir(exist_ok=True)
    (REPORTS / "coaching.md").write_text(report(conversations, in_danger), encoding="utf-8")
    (REPORTS / "conversations.md").write_text("\n\n".join(map(str, conversations)), encoding="utf-8")
    print("\n".join(f"{label}: {value}" for label, value in measures(conversations, in_danger).items()))
    print(Counter(name for conversation in conversations for name, _ in breaches(conversation)))


if __name__ == "__main__":
    main()
