"""What a leader takes along, in their own words."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from coach.fragment import shorten
from coach.route import State

MOST_MAILTO_CHARACTERS = 2000


@dataclass(frozen=True)
class Summary:
    """The answers of a conversation: one per principle that was answered, what was added, and the first step."""

    answers: tuple[tuple[str, str], ...]
    addition: str | None
    first_step: str | None

    @classmethod
    def of(cls, state: State) -> Summary:
        """The summary of what `state` holds; empty where no bottleneck was confirmed."""
        principles = state.principles if state["bottleneck"] else ()
        return cls(
            tuple((principle.title, str(state[principle])) for principle in principles if state[principle]),
            state["summary_check"],
            state["first_step"],
        )

    def lines(self, most_words: int = 25) -> str:
        """A line per answer, each of at most `most_words` words: '- Gun het tijd: “...”'."""
        lines = [f"- {title}: “{shorten(words, most_words)}”" for title, words in self.answers]
        if self.addition:
            lines.append(f"- “{shorten(self.addition, most_words)}”")
        return "\n".join(lines)


def mailto(address: str, subject: str, body: str) -> str:
    """A `mailto:` link (RFC 6068) with subject and body percent-encoded and lines ended by CRLF."""
    return f"mailto:{address}?subject={quote(subject)}&body={quote(body.replace(chr(10), chr(13) + chr(10)))}"


def summary_mailto(address: str, subject: str, body: str, summary: Summary) -> str:
    """The longest `mailto:` under 2,000 characters with `summary` in `body`, at its `{summary}` and `{first_step}`.

    Some mail programs and browsers cut a longer address off without a word.
    """
    most_words = 60
    while True:
        step = shorten(summary.first_step or "-", most_words)
        link = mailto(address, subject, body.format(summary=summary.lines(most_words), first_step=step))
        if len(link) < MOST_MAILTO_CHARACTERS or not most_words:
            return link
        most_words -= 1
