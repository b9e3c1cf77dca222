"""Finds names of people as they are typed in a chat: without capitals, after a cue, next to another name."""

from __future__ import annotations

from collections.abc import Iterator

from review.masking.spans import Kind, Span
from review.masking.tokens import SHORTEST_UNKNOWN, Token
from review.masking.words import WORDS

SHORTEST_SURNAME = 5  # letters of a surname that stands alone in lower case
MOST_PARTICLES = 3
MOST_SURNAMES = 3
VERB_ENDS = ("t", "de", "te", "den", "ten", "en")


class NameFinder:
    """Finds the names in the words of one text."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens

    def find(self) -> Iterator[Span]:
        """The names, which may overlap."""
        names = list(self._single())
        names += [name for found in names for name in self._beside(*found)]
        for first, last in names:
            yield Span(self._tokens[first].start, self._tokens[last].end, Kind.NAME)

    def _single(self) -> Iterator[tuple[int, int]]:
        """Every name as the places of its first and its last word."""
        for place, token in enumerate(self._tokens):
            if self._is_first_name(token) or self._is_doubtful_name(place) or self._is_unknown_person(place):
                yield place, self._with_surname(place)
            elif self._are_unknown_capitals(place):
                yield place, place + 1
            elif self._is_initial(place):
                last = self._surname(place + 1, after_name=True)
                if last is not None:
                    yield place, last
            yield from self._after_cue(place)
            last = self._lone_surname(place)
            if last is not None:
                yield place, last

    @staticmethod
    def _is_first_name(token: Token) -> bool:
        if not token.is_first_name or len(token.plain) < 2 or token.is_acronym:  # noqa: PLR2004
            return False
        return not token.is_ordinary or (token.has_capital and not token.is_everyday)

    def _is_unknown_person(self, place: int) -> bool:
        """Whether an unknown word stands where a person does: before a verb for persons, after "met" or "heb"."""
        token, before, after = self._tokens[place], self._at(place - 1), self._at(place + 1)
        if not token.is_unknown:
            return False
        led = before is None or token.opens or not token.follows() or before.plain in WORDS.leads
        acts = after is not None and after.follows() and after.plain in WORDS.person_verbs
        if token.has_capital:
            return led or acts
        return led and (acts or (before is not None and token.follows() and not token.opens))

    def _is_apposition(self, place: int) -> bool:
        """Whether a name stands between commas or brackets behind what somebody is: "de voorzitter, Ton, woont"."""
        token, after = self._tokens[place], self._at(place + 1)
        if token.gap not in {", ", " ("} or (after is not None and after.gap[:1] not in {",", ")", "."}):
            return False
        if token.has_capital and token.is_first_name:
            return True
        somebody = any(each.plain in WORDS.cues | WORDS.functions for each in self._tokens[max(0, place - 4) : place])
        return somebody and not token.is_everyday and (token.is_first_name or token.is_unknown)

    def _is_doubtful_name(self, place: int) -> bool:
        """Whether a first name that is also a word is a person's here: it does what people do, or is talked with."""
        token, before = self._tokens[place], self._at(place - 1)
        if self._is_apposition(place):
            return True
        doubtful = token.plain in WORDS.doubtful
        if not (doubtful or (token.is_first_name and not token.is_everyday)):
            return False
        if before and before.plain in WORDS.articles and token.follows():
            return False
        after = self._at(place + 1)
        verbs = WORDS.person_verbs if doubtful else WORDS.speaking_verbs
        acts = after is not None and after.follows() and after.plain in verbs
        talked_with = doubtful and before is not None and before.plain in WORDS.talking and token.follows()
        return talked_with or (acts and not (before and before.is_listed and token.follows()))

    def _are_unknown_capitals(self, place: int) -> bool:
        """Whether two words with capitals stand here that are no Dutch words: a name that is on no list."""
        first, second = self._tokens[place], self._at(place + 1)
        if second is None or not second.follows() or not second.has_capital or not first.text[0].isupper():
            return False
        return not any(word.is_ordinary or word.is_acronym or word.plain in WORDS.places for word in (first, second))

    def _is_initial(self, place: int) -> bool:
        token, after = self._tokens[place], self._at(place + 1)
        return len(token.text) == 1 and after is not None and after.gap in {".", ". "}

    def _after_cue(self, place: int) -> Iterator[tuple[int, int]]:
        """The name after a title, a function, a relation or a word of talking."""
        cue = self._tokens[place]
        start = place + 1
        if cue.plain in WORDS.naming and (after := self._at(start)) is not None:
            start += after.plain in {"is", "was"}
        token = self._at(start)
        if token is None or token.plain in {"in", "op", "aan"}:
            return
        title = cue.plain in WORDS.titles or f"{cue.plain}." in WORDS.titles
        if title and token.gap in {".", ". "}:
            pass
        elif not token.follows():
            told = cue.plain in WORDS.naming and (token.is_unknown or token.is_listed)
            if token.gap not in {": ", ", "} or not (token.has_capital or told):
                return
        if title or cue.plain in WORDS.cues or cue.plain in WORDS.functions:
            last = self._surname(start, after_name=title)
            if last is not None:
                yield start, self._with_surname(last)
            elif self._may_be_name(token) and token.plain not in WORDS.particles:
                yield start, self._with_surname(start)
        elif cue.plain in WORDS.talking and self._is_talked_with(start):
            yield start, self._with_surname(start)

    def _is_talked_with(self, place: int) -> bool:
        token = self._tokens[place]
        if token.is_ordinary or not self._may_be_name(token):
            return False
        after = self._at(self._with_surname(place) + 1)
        return token.has_capital or token.is_listed or after is None or after.plain in WORDS.spoken

    def _beside(self, first: int, last: int) -> Iterator[tuple[int, int]]:
        """Names that "en", "of" or a comma ties to this one."""
        place = last + 1
        after = self._at(place)
        if after is not None and after.plain in {"en", "of"} and after.follows():
            place += 1
        elif after is None or after.gap not in {", ", " & ", " + ", "/"}:
            place = -1
        beside = self._at(place)
        if beside is not None and self._may_be_name(beside) and self._stands_apart(place):
            yield place, self._with_surname(place)
        tie, before = self._at(first - 1), self._at(first - 2)
        if tie is None or before is None or tie.plain != "en" or not tie.follows():
            return
        owner = self._at(first - 3)
        owned = owner is not None and before.follows() and owner.plain in WORDS.articles
        if owned and owner is not None and owner.plain == "dat" and before.is_listed:
            owned = False  # "dat" is a conjunction here
        if self._may_be_name(before) and not owned:
            yield first - 2, first - 2

    def _stands_apart(self, place: int) -> bool:
        """Whether the word is no verb of the next clause: it is a listed name or an unknown word."""
        token = self._tokens[place]
        return token.is_first_name or token.has_capital or not token.plain.endswith(VERB_ENDS)

    def _lone_surname(self, place: int) -> int | None:
        """A surname by itself, with its particles: "jansen", "de vries", "van den berg"."""
        token = self._tokens[place]
        if token.plain in WORDS.opening_particles:
            word = self._after_particles(place)
            name = self._at(word)
            if (
                name is None
                or word == place
                or name.is_acronym
                or (name.is_everyday and not (name.is_surname and word > place + 1))
            ):
                return None
            particles = [each.plain for each in self._tokens[place:word]]
            if self._is_whole_surname(place, word):
                return word
            if self._are_sure(place, word) and (name.is_surname or not name.is_ordinary):
                return word
            plainly = particles[0] in WORDS.surname_openers
            if plainly and self._is_surname_alone(name) and not (len(particles) == 1 and name.is_first_name):
                return word
            return None
        return place if self._is_surname_alone(token) else None

    def _is_whole_surname(self, place: int, word: int) -> bool:
        """Whether it is a listed surname though its last word is Dutch, said of a person: "zoals van dalen die"."""
        if self._tokens[place].plain != "van" or not self._tokens[word].is_surname or self._tokens[word].is_everyday:
            return False
        before, after = self._at(place - 1), self._at(word + 1)
        spoken_of = before is not None and before.plain in WORDS.talking | {"zoals", "door"}
        return spoken_of or (after is not None and after.follows() and after.plain in WORDS.speaking_verbs)

    def _are_sure(self, place: int, word: int) -> bool:
        """Whether the particles from `place` up to `word` are those of names alone: "van der", "el"."""
        particles = [token.plain for token in self._tokens[place:word]]
        return particles[0] in WORDS.sure_particles or (particles[0] == "van" and particles[-1] in {"den", "der"})

    @staticmethod
    def _is_surname_alone(token: Token) -> bool:
        if not token.is_surname or token.plain in WORDS.places or len(token.plain) < SHORTEST_SURNAME:
            return False
        return not token.is_ordinary and not token.is_acronym

    def _with_surname(self, place: int) -> int:
        """The place where the name ends that begins with a first name at `place`."""
        last = place
        for _ in range(MOST_SURNAMES):
            further = self._surname(last + 1, after_name=True)
            if further is None:
                break
            last = further
        seat, of = self._at(last + 1), self._at(last + 2)
        if (
            seat is not None
            and seat.plain in {"tot", "thoe"}
            and of is not None
            and self._tokens[last].text[0].isupper()
        ):
            return last + 2 if of.has_capital else last
        initial = self._at(last + 1)
        if initial is not None and len(initial.text) == 1 and initial.follows() and initial.plain not in {"u", "n"}:
            after = self._at(last + 2)
            if after is None or after.gap.startswith("."):
                return last + 1
        return last

    def _surname(self, place: int, *, after_name: bool) -> int | None:
        """The place where a surname ends that begins at `place`, with its particles; None when there is none."""
        token = self._at(place)
        if token is None or not (token.follows() or (len(self._tokens[place - 1].text) == 1 and token.gap[:1] == ".")
                                 or self._is_titled(place)):  # fmt: skip
            return None
        word = self._after_particles(place)
        name = self._at(word)
        if name is None or name.is_acronym or (word > place and not name.follows()):
            return None
        if word > place:
            return word if self._fits_particles(place, word, after_name=after_name) else None
        if not after_name:
            return None
        return word if self._fits_first_name(name) else None

    def _is_titled(self, place: int) -> bool:
        token, before = self._tokens[place], self._tokens[place - 1]
        return token.gap in {".", ". "} and f"{before.plain}." in WORDS.titles

    def _after_particles(self, place: int) -> int:
        """The place of the word after the particles that begin at `place`, or `place` itself."""
        if self._tokens[place].plain not in WORDS.opening_particles:
            return place
        end = place + 1
        while end < place + MOST_PARTICLES and (token := self._at(end)) and token.follows():
            if token.plain not in WORDS.particles:
                break
            end += 1
        return end

    def _fits_particles(self, place: int, word: int, *, after_name: bool) -> bool:
        name = self._tokens[word]
        if name.is_everyday:
            if not after_name and [token.plain for token in self._tokens[place:word]] == ["van", "de"]:
                return False
            whole = " ".join(token.plain for token in self._tokens[place : word + 1])
            return whole in WORDS.whole_surnames or (
                name.is_surname and (name.has_capital or self._tokens[word - 1].plain in {"den", "der"})
            )
        if not after_name and word == place + 1:
            of_somebody = name.is_first_name and self._tokens[place].plain == "van"  # "de moeder van Yusuf"
        else:
            # "de peuter van de buren"
            of_somebody = not after_name and name.is_ordinary and self._tokens[word - 1].plain in {"de", "het"}
        if of_somebody:
            return False
        if name.is_surname:
            return True
        sure = self._tokens[place].plain in {"ter", "ten"} or self._are_sure(place, word)
        if after_name and (sure or name.has_capital):
            return True
        if self._tokens[place].plain in WORDS.sure_particles or self._tokens[place].plain == "ben":
            return name.is_first_name or not name.is_ordinary
        first_name = name.is_first_name and not name.has_capital
        if first_name or name.is_ordinary or self._tokens[place].plain in {"in", "op"}:
            return False
        return after_name and len(name.plain) >= SHORTEST_UNKNOWN

    @staticmethod
    def _fits_first_name(name: Token) -> bool:
        """Whether the word after a first name or a title belongs to the name."""
        if name.is_everyday or name.is_acronym:
            return False
        if name.is_listed:
            return True
        if name.is_ordinary or len(name.plain) < 2:  # noqa: PLR2004
            return False
        if name.has_capital:
            return True
        return len(name.plain) >= SHORTEST_UNKNOWN and not name.plain.endswith(VERB_ENDS)

    @staticmethod
    def _may_be_name(token: Token) -> bool:
        """Whether the word can be a name where one is expected."""
        if token.is_acronym or len(token.plain) < 2:  # noqa: PLR2004
            return False
        if token.is_everyday:
            return token.has_capital and token.is_listed
        if token.is_listed:
            return True
        return not token.is_ordinary and len(token.plain) >= SHORTEST_UNKNOWN

    def _at(self, place: int) -> Token | None:
        return self._tokens[place] if 0 <= place < len(self._tokens) else None
