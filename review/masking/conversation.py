"""Masks the texts of one conversation, each thing under the same placeholder wherever it is said."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from review.masking.masker import STAYS, Masker
from review.masking.spans import Kind, Span, resolved
from review.masking.words import WORDS, fold

# Of these the characters count and not the spaces, dots and dashes between them.
COMPACT = frozenset({Kind.IBAN, Kind.BSN, Kind.PHONE, Kind.POSTCODE})
COUNTRY = re.compile(r"^(?:0031|31(?=\d{9}$)|0)0?")
BEFORE_NUMBER = r"(?<![\w+])(?:\(?(?:\+|00)31\)?[\s.-]{0,2}(?:\(0\)\s?)?|\+|00|\(?0\)?[\s.-]{0,2})"
POSSESSIVE = re.compile(r"['’`]s$")
WORD = re.compile(r"\w+")


def form_of(text: str, kind: Kind) -> str:
    """What makes two spans the same thing: the folded words, or the characters of a number."""
    words = WORD.findall(POSSESSIVE.sub("", fold(text)))
    if kind is Kind.PHONE:
        return COUNTRY.sub("", "".join(words))
    if kind in COMPACT:
        return "".join(words)
    if kind is Kind.SCHOOL and len(words) > 1 and words[0] in {"de", "het", "t", "den"}:
        words = words[1:]
    return " ".join(words)


class _Register:
    """The placeholders given so far, in the order in which their things were said."""

    def __init__(self) -> None:
        self._given: dict[str, str] = {}  # form to placeholder
        self._kinds: dict[str, Kind] = {}  # form to kind
        self._owners: dict[str, list[str]] = {}  # part of a name to the placeholders of the names it is part of
        self._whole: set[str] = set()  # placeholders of which a first name with a surname is known
        self._count: Counter[Kind] = Counter()

    def add(self, form: str, kind: Kind) -> None:
        """Give a thing its placeholder, if it has none."""
        if not form or form in self._given:
            return
        parts = _parts(form) if kind is Kind.NAME else []
        placeholder = self._shared(form, parts) if kind is Kind.NAME else None
        if placeholder is None:
            self._count[kind] += 1
            placeholder = f"[{kind}-{self._count[kind]}]"
        self._given[form] = placeholder
        self._kinds[form] = kind
        if parts:
            self._whole.add(placeholder)
        for part in parts:
            owners = self._owners.setdefault(part, [])
            if placeholder not in owners:
                owners.append(placeholder)

    def _shared(self, form: str, parts: list[str]) -> str | None:
        """The placeholder of the one person whose name this is a part of, or that is a part of this."""
        owners = self._owners.get(form, [])
        if len(owners) == 1:
            return owners[0]
        alone = {self._given[part] for part in parts if part in self._given and self._kinds[part] is Kind.NAME}
        alone -= self._whole
        return alone.pop() if len(alone) == 1 else None

    def placeholder(self, form: str) -> str | None:
        """The placeholder of a form, or of the first person who has it as a part of the name."""
        return self._given.get(form) or next(iter(self._owners.get(form, [])), None)

    def forms(self) -> dict[str, Kind]:
        """All that has a placeholder, longest first."""
        forms = dict.fromkeys(self._owners, Kind.NAME) | self._kinds
        return dict(sorted(forms.items(), key=lambda item: (-len(item[0]), item[0])))


class ConversationMask:
    """Masks the texts of one conversation.

    The numbers of placeholders follow the order in which things are said, so that they stay when more is said.

    Args:
        masker: finds what is to be hidden.
        said: everything that the leader typed in this conversation, in order.
    """

    def __init__(self, masker: Masker, said: Sequence[str]) -> None:
        self._masker = masker
        self._register = _Register()
        for text in said:
            for span in masker.find(text):
                self._register.add(form_of(text[span.start : span.end], span.kind), span.kind)
        self._kinds = self._register.forms()
        self._known = re.compile("|".join(_pattern(form, kind) for form, kind in self._kinds.items()))

    def leader(self, text: str) -> str:
        """A text of the leader, or a part of one, with placeholders.

        What is found in it that was not found in what the leader said has a placeholder without a number.
        """
        return self._replaced(text, [*self._masker.find(text), *self._echoes(text)])

    def coach(self, text: str) -> str:
        """A text of the coach, in which only what the leader's texts hid is hidden."""
        return self._replaced(text, list(self._echoes(text)))

    def _echoes(self, text: str) -> Iterator[Span]:
        """Where `text` says what this conversation hides, in whatever case."""
        if not self._kinds:
            return
        stays = [match.span() for match in STAYS.finditer(fold(text))]
        for match in self._known.finditer(fold(text)):
            start, end = match.span()
            form = self._form_in(text[start:end])
            common = form in WORDS.everyday and not text[start].isupper()
            if form is not None and not common and not any(first <= start and end <= last for first, last in stays):
                yield Span(start, end, self._kinds[form])

    def _form_in(self, text: str) -> str | None:
        """The known form that a piece of text has."""
        for kind in (Kind.NAME, Kind.SCHOOL, Kind.PHONE, Kind.BSN):
            form = form_of(text, kind)
            for each in (form, form.removesuffix("s")):
                if each in self._kinds:
                    return each
        return None

    def _replaced(self, text: str, spans: list[Span]) -> str:
        pieces, end = [], 0
        for span in resolved(spans, text):
            pieces += [text[end : span.start], self._placeholder(text[span.start : span.end], span.kind)]
            end = span.end
        return "".join([*pieces, text[end:]])

    def _placeholder(self, text: str, kind: Kind) -> str:
        form = self._form_in(text)
        if form is None and self._kinds:
            # A span that grew by what is around it: the longest that is known within it.
            within = (self._form_in(match[0]) for match in self._known.finditer(fold(text)))
            form = max((each for each in within if each), key=len, default=None)
        return (form and self._register.placeholder(form)) or f"[{kind}]"


def _parts(form: str) -> list[str]:
    """The first name and the surname, with and without its particles, of a whole name."""
    words = form.split()
    if len(words) == 1 or words[0] in WORDS.particles:
        bare = _without_particles(words)
        return [] if bare == words or not bare else [" ".join(bare)]
    rest = words[1:]
    parts = [words[0], " ".join(rest), " ".join(_without_particles(rest))]
    return [part for part in dict.fromkeys(parts) if len(part) > 1 and part not in WORDS.particles]


def _without_particles(words: list[str]) -> list[str]:
    start = next((place for place, word in enumerate(words) if word not in WORDS.particles), len(words))
    return words[start:]


def _pattern(form: str, kind: Kind) -> str:
    """What a form looks like in a folded text."""
    if kind is Kind.PHONE:
        return BEFORE_NUMBER + r"[\s./()–-]{0,3}".join(form) + r"(?!\d)"
    if kind in COMPACT:
        return r"(?<!\w)" + r"[\s.-]{0,2}".join(map(re.escape, form)) + r"(?!\w)"
    words = r"\W{1,3}".join(map(re.escape, form.split()))
    # "De Regenboog" has its article in the name, "het Stedelijk Lyceum" has not.
    own_article = kind is Kind.SCHOOL and not form.endswith(tuple(WORDS.school_heads))
    article = r"(?:(?:de|het|'t)\s+)?" if own_article else ""
    genitive = r"(?:['’`]?s)?" if kind is Kind.NAME else ""
    return rf"(?<!\w){article}{words}{genitive}(?!\w)"
