"""What a leader takes along, in their own words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from coach.fragment import shorten
from coach.route import State

MOST_MAILTO_CHARACTERS = 2000
# The slot of what a leader added to the summary.
ADDITION = "addition"


@dataclass(frozen=True)
class Line:
    """One line: the slot that it comes from, its title ("Gun het tijd"; none for an addition), the leader's words."""

    slot: str
    title: str
    words: str

    def shown(self, most_words: int) -> str:
        """'- Gun het tijd: “...”', with at most `most_words` words."""
        words = f"“{shorten(self.words, most_words)}”"
        return f"- {self.title}: {words}" if self.title else f"- {words}"


@dataclass(frozen=True)
class Summary:
    """What a conversation came to: a line for each principle that was answered and for what was added, and the step.

    `topic`: the bottleneck or wish. `first_step`, `when` and `with_whom` are the leader's own words; the last two only
    where the step itself does not say them.
    """

    lines_of_answers: tuple[Line, ...] = ()
    topic: str | None = None
    first_step: str | None = None
    when: str | None = None
    with_whom: str | None = None

    @classmethod
    def of(cls, state: State) -> Summary:
        """The summary of what `state` holds; empty where nothing was confirmed."""
        lines = [Line(principle.value, principle.title, str(state[principle])) for principle in state.answered]
        if state[ADDITION]:
            lines.append(Line(ADDITION, "", str(state[ADDITION])))
        step = state["first_step"]
        when, whom = (state[name] if state[name] != step else None for name in ("step_when", "step_with_whom"))
        return cls(tuple(lines), state["bottleneck"] or state["wish"], step, when, whom if whom != when else None)

    def __bool__(self) -> bool:
        """Whether there is anything to take along."""
        return bool(self.lines_of_answers or self.first_step)

    def lines(self, most_words: int = 40) -> str:
        """A line per answer, each of at most `most_words` words."""
        return "\n".join(line.shown(most_words) for line in self.lines_of_answers)

    def step(self, most_words: int = 60) -> str:
        """The first step with what was said of it, on one line; empty where there is none."""
        told = [shorten(part, most_words) for part in (self.first_step, self.when, self.with_whom) if part]
        return "; ".join(told)

    def as_dict(self) -> dict[str, Any]:
        """Plain data, as it goes to a channel; `of_dict` reads it."""
        return {
            "lines": [[line.slot, line.title, line.words] for line in self.lines_of_answers],
            "topic": self.topic,
            "first_step": self.first_step,
            "when": self.when,
            "with_whom": self.with_whom,
        }

    @classmethod
    def of_dict(cls, data: dict[str, Any]) -> Summary:
        """What `as_dict` made.

        Raises:
            KeyError, TypeError, ValueError: `data` is something else.
        """
        lines = tuple(Line(slot, title, words) for slot, title, words in data["lines"])
        return cls(lines, data["topic"], data["first_step"], data["when"], data["with_whom"])


def mailto(address: str, subject: str, body: str) -> str:
    """A `mailto:` link (RFC 6068) with subject and body percent-encoded and lines ended by CRLF."""
    return f"mailto:{address}?subject={quote(subject)}&body={quote(body.replace(chr(10), chr(13) + chr(10)))}"


def mail_text(text: str, summary: Summary, most_words: int = 60) -> str:
    """The mail `text` with the summary at its `{summary}` and `{first_step}`; without them, without their paragraph."""
    values = {"summary": summary.lines(most_words), "first_step": summary.step(most_words)}
    missing = [f"{{{name}}}" for name, value in values.items() if not value]
    paragraphs = [part for part in text.split("\n\n") if not any(name in part for name in missing)]
    return "\n\n".join(paragraphs).format(**values)


def summary_mailto(address: str, subject: str, text: str, summary: Summary) -> str:
    """The longest `mailto:` under 2,000 characters with `summary` in `text`.

    Some mail programs and browsers cut a longer address off without a word.
    """
    for most_words in range(60, 0, -1):
        link = mailto(address, subject, mail_text(text, summary, most_words))
        if len(link) < MOST_MAILTO_CHARACTERS:
            return link
    return mailto(address, subject, mail_text(text, Summary()))
