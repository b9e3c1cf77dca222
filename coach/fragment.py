"""A fragment of the leader's own words, to show that they were heard."""

from __future__ import annotations

import re
from pathlib import Path

from coach.second_person import JOINS, VERBS_OF_THE_LEADER

MOST_WORDS = 15
LEAST_WORDS = 3
# From so many words on, a clause says something of its own, or what somebody will do.
WORDS_THAT_SAY, WORDS_THAT_DO = 8, 4

# Where a sentence falls into clauses; a clause is taken whole or not at all. "Ook maar" and "maar gewoon" begin none.
_CLAUSES = re.compile(
    r"[.!?]+(?=\s|$)|[;\n]+|\s[-–—]\s"
    r"|(?<!\book)(?<!\balleen)(?<!\bnog)(?<!\bdan)(?<!\bzo)(?<!\bzolang)(?<!\btoch)(?<!\bgewoon)(?<!\bhet)(?<!\bdat)"
    r"\s(?=maar\s(?!(?:gewoon|wat|weer|een|één|eens|even|half|zelf|net|twee|drie|vier|zo|door|af)\b))"
    r"|,\s(?!(?:zoals|namelijk|bijvoorbeeld|oftewel|dus (?:de|het|een|mijn|onze))\b)"
)
_MARKUP = re.compile(r"<[^>]*>|[{}\[\]<>*_`“”\"]")
_PERSONAL = re.compile(r"@|https?:|www\.|\d{6,}|\b\d{4}\s?[a-zA-Z]{2}\b")
# A capital inside a clause is often a name, and so is one at its beginning, but of an ordinary word: one that leaders
# write without a capital elsewhere. Abbreviations (GGZ) are none.
_NAME_INSIDE = re.compile(r"(?<=\s)[A-ZÀ-Ý][a-zà-ÿ]+")
_FIRST_WORD = re.compile(r"[A-ZÀ-Ý][a-zà-ÿ]+\b")
_ORDINARY = frozenset((Path(__file__).parent.parent / "data" / "zinsbegin.txt").read_text(encoding="utf-8").split())
# Cut short, by the leader or by a comma inside.
_UNFINISHED = re.compile(
    r"^of\b|\b(?:de|een|en|of|maar|omdat|als|mijn|zo'n|onze|deze|want|terwijl|(?:als|dat|of) (?:ik|je|we|wij|ze))$",
    re.IGNORECASE,
)
# Verbs that end a clause whose beginning is missing ("hun eigen formulier hebben"), unless it has a verb before.
_LAST_VERB = frozenset(
    {
        "hebben", "heeft", "had", "hadden", "zijn", "is", "was", "waren", "worden", "wordt", "werd", "moeten", "moet",
        "kunnen", "kan", "willen", "wil", "mogen", "mag", "gaan", "gaat", "doen", "doet", "zitten", "zit", "staan",
        "staat", "krijgen", "krijgt", "komen", "komt",
    }
)  # fmt: skip
_VERB_BEFORE = (
    _LAST_VERB | VERBS_OF_THE_LEADER | {"zou", "zouden", "zullen", "laten", "laat", "te"} | JOINS - {"en", "dan", "dus"}
)
_OPENING = re.compile(
    r"^(?:(?:nou|ja|nee|tja|ach|eh+|uh+m*|hmm+|goh|allee|kijk|en|maar|want)\b[\s,]*"
    # Without these the words behind them would stand in the wrong order, but before a subject.
    r"|(?:dus|eerlijk gezegd|eigenlijk)\b(?:,\s*|\s+(?=(?:ik|we|wij|het|er|dat|de|een|mijn|onze)\b)))+",
    re.IGNORECASE,
)


def clean(text: str) -> str:
    """`text` on one line, without markup and without what a response would take for its own placeholders."""
    return re.sub(r"\s+", " ", _MARKUP.sub(" ", text)).strip()


def _has_name(clause: str) -> bool:
    first = _FIRST_WORD.match(clause)
    return bool(_NAME_INSIDE.search(clause)) or (first is not None and first[0].lower() not in _ORDINARY)


def is_quotable(clause: str) -> bool:
    """Whether a clause can be given back: neither cut short nor too long, and with nothing personal in it."""
    words = clause.split()
    return (
        LEAST_WORDS <= len(words) <= MOST_WORDS
        and not _PERSONAL.search(clause)
        and not _UNFINISHED.search(clause)
        and not _is_a_tail([word.lower() for word in words])
        and not _has_name(clause)
        and any(character.isalpha() for character in clause)
    )


def _is_a_tail(words: list[str]) -> bool:
    return words[-1] in _LAST_VERB and _VERB_BEFORE.isdisjoint(words[:-1])


def fragment(text: str, about: re.Pattern[str] | None = None, *, first: bool = False) -> str | None:
    """The clause of `text` to give back, at most 15 words and in the leader's own words; None where none fits.

    The one in which `about` is found; otherwise the last that says something, for people come to the point at the end,
    or the `first`, for what they will do they say at once.
    """
    clauses = [_OPENING.sub("", clean(clause)).strip(" ,.-") for clause in _CLAUSES.split(text)]
    quotable = [clause for clause in clauses if is_quotable(clause)]
    if not quotable:
        return None
    if about and (found := [clause for clause in quotable if about.search(clause.lower())]):
        quotable = found[:1]
    enough = WORDS_THAT_DO if first else WORDS_THAT_SAY
    best = max(quotable if first else reversed(quotable), key=lambda clause: min(len(clause.split()), enough))
    return best[0].lower() + best[1:] if not best[:2].isupper() else best


def shorten(text: str, most_words: int = 25) -> str:
    """`text` cleaned and at most `most_words` words long, with an ellipsis where something was left out.

    It ends with a clause where one ends past the middle.
    """
    words = clean(text).split()
    if len(words) <= most_words:
        return " ".join(words)
    ends = [place for place in range(most_words // 2, most_words) if words[place][-1] in ".,;!?"]
    kept = words[: ends[-1] + 1] if ends else words[:most_words]
    return " ".join(kept).rstrip(".,;") + " ..."
