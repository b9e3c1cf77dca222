"""Words of a text with their places, and what is known of each."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from review.masking.words import WORDS, plain

WORD = re.compile(r"(?<![\w@])(?:v\.\s?d\.|v/d|['’]t(?!\w)|[^\W\d_]+(?:[’'`-][^\W\d_]+)*)(?![\w@])", re.IGNORECASE)
POSSESSIVE = re.compile(r"['’`]s$", re.IGNORECASE)
SENTENCE_END = re.compile(r"[.!?:;\n•>\"“”][\s\"'“‘(*-]*$")
LONGEST_ABBREVIATION = 6
SHORTEST_UNKNOWN = 4  # letters of a word that is taken for a name because nothing is known of it


@dataclass
class Token:
    """A word: where it stands, and what is known of it apart from its neighbours."""

    text: str
    start: int
    end: int
    opens: bool  # it begins a sentence, so that its capital says nothing
    gap: str  # what stands between it and the word before

    @cached_property
    def plain(self) -> str:
        """The word in lower case without accents and without a possessive 's."""
        return plain(POSSESSIVE.sub("", self.text))

    @cached_property
    def is_acronym(self) -> bool:
        """Whether it is all capitals, as abbreviations are."""
        return self.text.isupper() and 1 < len(self.text) <= LONGEST_ABBREVIATION

    @cached_property
    def has_capital(self) -> bool:
        """Whether it has a capital that means something."""
        return self.text[0].isupper() and not self.opens and not self.is_acronym

    @cached_property
    def is_ordinary(self) -> bool:
        """Whether it is an ordinary Dutch word."""
        return WORDS.is_ordinary(self.plain)

    @cached_property
    def is_first_name(self) -> bool:
        """Whether it is on the list of first names, each part of it."""
        return all(part in WORDS.first_names for part in self.plain.split("-") if part)

    @cached_property
    def is_surname(self) -> bool:
        """Whether it is on the list of surnames, each part of it or without a particle written to it."""
        parts = [part for part in re.split(r"[-'’`]", self.plain) if part]
        return all(part in WORDS.surnames or part in WORDS.particles for part in parts) and len(self.plain) > 1

    @property
    def is_listed(self) -> bool:
        """Whether it is a name by the lists."""
        return self.is_first_name or self.is_surname

    @cached_property
    def is_unknown(self) -> bool:
        """Whether it is no word, place or abbreviation that is known, nor a word with a typing error in it."""
        if self.is_ordinary or self.is_acronym or len(self.plain) < SHORTEST_UNKNOWN:
            return False
        if self.plain in WORDS.places or self.plain in WORDS.proper or self.text[:2].isupper():
            return False
        return not WORDS.is_mistyped(self.plain)

    @property
    def is_everyday(self) -> bool:
        """Whether it is too common to be a name even beside one."""
        return self.plain in WORDS.everyday

    def follows(self) -> bool:
        """Whether nothing but a space stands between the word before and this one."""
        return self.gap.strip(" \u00a0") == "" and self.gap != ""


def tokens_of(text: str) -> list[Token]:
    """The words of `text`, in order."""
    tokens: list[Token] = []
    # Who writes in capitals only has no capitals that say something.
    shouted = text.upper() == text
    end = 0
    for match in WORD.finditer(text):
        gap = text[end : match.start()]
        opens = shouted or not tokens or bool(SENTENCE_END.search(gap) and not _abbreviation(tokens[-1], gap))
        word = match[0].lower() if shouted else match[0]
        tokens.append(Token(word, match.start(), match.end(), opens, gap))
        end = match.end()
    return tokens


def _abbreviation(token: Token, gap: str) -> bool:
    """Whether the full stop in `gap` belongs to an initial or a title."""
    return gap.strip() == "." and (len(token.text) == 1 or token.plain in WORDS.abbreviated)
