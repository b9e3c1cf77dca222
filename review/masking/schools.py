"""Finds names of schools and day nurseries."""

from __future__ import annotations

from collections.abc import Iterator

from review.masking.spans import Kind, Span
from review.masking.tokens import Token
from review.masking.words import DERIVED, WORDS

SAID = ("school", "opvang", "centrum", "college", "lyceum", "locatie")
SHORTEST_STEM = 4
SHORTEST_NOUN = 6
VERB_ENDS = ("t", "de", "te", "en", "ig")
MOST_WORDS = 4


class SchoolFinder:
    """Finds the schools in the words of one text."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens

    def find(self) -> Iterator[Span]:
        """The names of schools, which may overlap; the type in front of a name is no part of it."""
        for place in range(len(self._tokens)):
            for found in (
                self._after_type(place),
                self._before_head(place),
                self._compound(place),
                self._bare(place),
                self._called(place),
            ):
                if found is not None:
                    yield Span(self._tokens[found[0]].start, self._tokens[found[1]].end, Kind.SCHOOL)

    def _after_type(self, place: int) -> tuple[int, int] | None:
        """The name after "obs", "basisschool", "kindcentrum" and the like."""
        word = self._tokens[place].plain
        pair = f"{self._tokens[place - 1].plain} {word}" if place else word
        strong = word in WORDS.strong_school_types or pair in WORDS.strong_school_types
        loose = word in WORDS.loose_school_types
        if not (strong or loose or word in WORDS.weak_school_types):
            return None
        start = place + 1
        token = self._at(start)
        if token is None or token.gap.strip(" \"'“”‘’,:"):
            return None
        with_article = token.plain in WORDS.school_articles
        name = self._at(start + with_article)
        if name is None or (with_article and not name.follows()):
            return None
        abbreviated = (
            with_article and word in WORDS.school_abbreviations and name.plain not in WORDS.not_school | WORDS.no_noun
        )
        led = with_article and word in WORDS.loose_school_types | WORDS.weak_school_types - {"school"}
        after = self._at(start + 2)
        rare = led and not name.is_everyday and not DERIVED.search(name.plain)
        ends = after is None or not after.follows() or after.plain in WORDS.no_noun
        if (
            not abbreviated
            and not (rare and ends)
            and not self._can_name(name, strong=strong or (loose and not name.is_ordinary), with_article=with_article)
        ):
            return None
        return start, self._last_word(start + with_article)

    @staticmethod
    def _can_name(name: Token, *, strong: bool, with_article: bool) -> bool:
        if name.plain in WORDS.school_names:
            return with_article or strong
        if name.plain in WORDS.not_school or name.plain in WORDS.doubtful_school or name.is_acronym:
            return name.has_capital and with_article
        if name.is_unknown and not with_article:
            return True
        if name.has_capital:
            return not name.is_everyday or with_article
        describes = with_article and name.plain in WORDS.school_descriptions
        if not strong or (name.is_everyday and not describes):
            return False
        if with_article or name.is_listed or not name.is_ordinary or name.plain in WORDS.honours:
            return True
        return (
            len(name.plain) >= SHORTEST_NOUN and not DERIVED.search(name.plain) and not name.plain.endswith(VERB_ENDS)
        )

    def _last_word(self, place: int) -> int:
        """The place of the last word of a name whose first word stands at `place`."""
        last = place
        while last - place < MOST_WORDS:
            token, before = self._at(last + 1), self._tokens[last]
            if token is None or (not token.follows() and not (token.gap == ". " and before.plain in WORDS.honours)):
                break
            goes_on = token.has_capital and not token.is_acronym
            describes = before.plain in WORDS.honours or (before.plain.endswith(("e", "en")) and last == place)
            if describes and before.plain not in WORDS.honours:
                describes = token.plain in WORDS.school_names or (
                    token.is_ordinary and token.plain not in WORDS.no_noun
                )
                describes = describes and before.plain not in WORDS.school_names and before.is_ordinary
            if not goes_on and not describes:
                further = self._at(last + 2)
                if not (
                    token.plain in {"van", "in", "de", "der", "den", "het", "en"}
                    and further
                    and further.has_capital
                    and further.follows()
                ):
                    break
                last += 1
            last += 1
        return last

    def _before_head(self, place: int) -> tuple[int, int] | None:
        """The name that ends in "College", "lyceum", "school"."""
        head = self._tokens[place]
        if head.plain not in WORDS.school_heads:
            return None
        start = place
        while start and place - start < MOST_WORDS and self._tokens[start].follows():
            before = self._tokens[start - 1]
            adjective = (
                before.plain in WORDS.school_adjectives
                and head.plain in WORDS.long_school_heads
                and before.plain not in WORDS.school_articles
            )
            unknown = (not before.is_ordinary and len(before.plain) >= SHORTEST_STEM and not before.is_acronym) or (
                before.is_listed and not before.is_everyday and head.plain in WORDS.long_school_heads
            )
            compound = (
                head.plain in WORDS.long_school_heads
                and len(before.plain) >= SHORTEST_NOUN
                and not (before.is_everyday or before.plain.endswith("e") or DERIVED.search(before.plain))
            )
            if not (
                before.has_capital
                or compound
                or adjective
                or unknown
                or (before.text[0].isupper() and before.plain in WORDS.school_adjectives - WORDS.school_articles)
            ):
                break
            if before.plain in WORDS.strong_school_types and not before.has_capital:
                break
            start -= 1
        if start == place:
            return None
        return start, self._last_word(place) if head.text[0].isupper() else place

    def _compound(self, place: int) -> tuple[int, int] | None:
        """A name written to its type: "Wilhelminaschool", "corderiuscollege"."""
        token = self._tokens[place]
        end = next((end for end in WORDS.compound_school_ends if token.plain.endswith(end)), None)
        if end is None or token.plain in WORDS.strong_school_types or token.plain in WORDS.everyday:
            return None
        stem = token.plain.removesuffix(end).rstrip("-")
        named = any(
            (each in WORDS.first_names or each in WORDS.surnames) and each not in WORDS.dictionary
            for each in (stem, stem.removesuffix("s"), stem.rsplit("-", 1)[-1])
        )
        written = token.text[0].isupper() or end in WORDS.long_school_heads
        if len(stem) < SHORTEST_STEM or not (named or (written and not WORDS.is_ordinary(stem))):
            return None
        start = place
        while start and (self._tokens[start].follows() or self._tokens[start].gap == ". "):
            before = self._tokens[start - 1]
            if before.plain not in WORDS.honours - {"de", "van"} and not before.has_capital:
                break
            start -= 1
        return start, place

    def _bare(self, place: int) -> tuple[int, int] | None:
        """A name of which only an article tells: "op de regenboog", "van De Wegwijzer"."""
        article, name = self._tokens[place], self._at(place + 1)
        if article.plain not in WORDS.school_articles or name is None or not name.follows() or name.is_acronym:
            return None
        known = name.plain in WORDS.school_names
        if self._is_called_alone(place):
            return place, self._last_word(place + 1)
        if article.has_capital and name.text[0].isupper() and (known or not name.is_surname) and not name.is_everyday:
            return place, self._last_word(place + 1)
        if not known or (name.plain in WORDS.not_school | WORDS.doubtful_school and not name.has_capital):
            return None
        before = self._at(place - 1)
        led = before is not None and article.follows() and before.plain in WORDS.school_where and not name.is_everyday
        return (place, self._last_word(place + 1)) if led or name.has_capital else None

    def _is_called_alone(self, place: int) -> bool:
        """Whether an article and a name on no list stand for a school: "op de bolderik", "met De Vier Winden"."""
        article, name = self._tokens[place : place + 2]
        before, after = self._at(place - 1), self._at(place + 2)
        if name.plain.endswith((*WORDS.institution_ends, *WORDS.sure_street_ends)):
            return False
        others = (WORDS.not_school, WORDS.functions, WORDS.proper, WORDS.places, WORDS.surnames)
        if any(name.plain in words for words in others):
            return False
        if article.opens:
            return name.has_capital and name.is_unknown
        led = before is not None and article.follows()
        if not led or before is None:
            return False
        if name.has_capital and before.plain in WORDS.school_where | WORDS.school_around:
            describes = name.plain in WORDS.school_descriptions and after is not None and after.has_capital
            abbreviated = name.text[:2].isupper()  # "de GGD-tak"
            plainly = name.is_ordinary and not abbreviated and not name.is_everyday and not DERIVED.search(name.plain)
            return name.is_unknown or describes or (plainly and before.plain in WORDS.school_where)
        if before.plain not in WORDS.school_where:
            return False
        if name.is_unknown and len(name.plain) >= SHORTEST_NOUN:
            return True
        return self._has_people(place - 2) and self._is_rare(name)

    def _has_people(self, place: int) -> bool:
        """Whether somebody who belongs to a school stands here: "de directeur (van de pendelaar)"."""
        who = self._at(place)
        return who is not None and (who.plain in WORDS.school_people or who.plain in WORDS.functions)

    @staticmethod
    def _is_rare(name: Token) -> bool:
        """Whether it is a Dutch noun that is not among those of every day: one that a school may be called after."""
        if name.is_everyday or name.plain.endswith("en"):
            return False
        return name.plain in WORDS.dictionary and not DERIVED.search(name.plain)

    def _called(self, place: int) -> tuple[int, int] | None:
        """The name after "heet": "die school heet nu het talent"."""
        if self._tokens[place].plain not in {"heet", "heette", "heten", "genaamd"}:
            return None
        school = any(
            token.plain.endswith(SAID) or token.plain in WORDS.strong_school_types
            for token in self._tokens[max(0, place - MOST_WORDS) : place]
        )
        start = place + 1
        while (token := self._at(start)) and token.plain in {
            "nu",
            "tegenwoordig",
            "voortaan",
            "inmiddels",
            "sindsdien",
        }:
            start += 1
        article, name = self._at(start), self._at(start + 1)
        if not school or article is None or name is None or article.plain not in WORDS.school_articles:
            return None
        return start, self._last_word(start + 1)

    def _at(self, place: int) -> Token | None:
        return self._tokens[place] if 0 <= place < len(self._tokens) else None
