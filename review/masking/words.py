"""The word lists: this package's own, simplemma's Dutch dictionary, and the names and places that come with deduce."""

from __future__ import annotations

import importlib.util
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml
from simplemma.strategies import DefaultDictionaryFactory

HERE = Path(__file__).parent
# Beginnings and ends that Dutch gives to its own words, and hardly to a name.
DERIVED = re.compile(
    r"(?:heid|heden|lijke?|lijks|schap|schappen|tie|ties|isch|ische|baar|bare|loos|loze|zaam|zame|iteit|iteiten|ering"
    r"|eren|eert|eerde|eerden|eerd|ingen|stelling|ende|kunde|kundige|matig|matige|achtig|achtige|voudig|waarts|gewijs"
    r"|werker|werkers|werk|groep|groepen|plan|plannen|punt|punten|team|teams|zorg|hulp|gesprek|overleg|school|traject"
    r"|organisatie|commissie|beleid|raad|dienst|jes|tje|tjes|pje)$"
    r"|^(?:ver|ont|her|be|ge)[a-z]{3,}(?:t|de|te|en|d)$"
)
PLAIN_LETTERS = {"ı": "i", "ø": "o", "Ø": "o", "ł": "l", "Ł": "l", "đ": "d"}  # that do not come apart
LETTERS = "abcdefghijklmnopqrstuvwxyz"
SHORTEST_PART = 4  # of a compound; shorter parts are found in too many names


def plain(word: str) -> str:
    """The word in lower case without accents, as people type names."""
    return word.lower() if word.isascii() else fold(word)


def fold(text: str) -> str:
    """The text in lower case without accents, each character in its place."""
    return "".join(map(_folded, text))


@lru_cache(maxsize=4096)
def _folded(letter: str) -> str:
    lower = PLAIN_LETTERS.get(letter) or unicodedata.normalize("NFD", letter.lower())
    return lower[0]


@dataclass(frozen=True, eq=False)
class Words:
    """All lists; every word in them is `plain`. What those of words.yml are for is said there."""

    stays: frozenset[str]
    particles: frozenset[str]
    opening_particles: frozenset[str]
    sure_particles: frozenset[str]
    surname_openers: frozenset[str]
    titles: frozenset[str]
    abbreviated: frozenset[str]
    cues: frozenset[str]
    naming: frozenset[str]
    functions: frozenset[str]
    talking: frozenset[str]
    spoken: frozenset[str]
    doubtful: frozenset[str]
    person_verbs: frozenset[str]
    speaking_verbs: frozenset[str]
    leads: frozenset[str]
    articles: frozenset[str]
    two_letters: frozenset[str]
    strong_school_types: frozenset[str]
    loose_school_types: frozenset[str]
    weak_school_types: frozenset[str]
    school_abbreviations: frozenset[str]
    school_heads: frozenset[str]
    long_school_heads: frozenset[str]
    compound_school_ends: frozenset[str]
    school_articles: frozenset[str]
    school_people: frozenset[str]
    school_where: frozenset[str]
    school_around: frozenset[str]
    institution_ends: frozenset[str]
    school_adjectives: frozenset[str]
    school_names: frozenset[str]
    not_school: frozenset[str]
    doubtful_school: frozenset[str]
    school_descriptions: frozenset[str]
    no_noun: frozenset[str]
    honours: frozenset[str]
    street_ends: frozenset[str]
    sure_street_ends: frozenset[str]
    street_leads: frozenset[str]
    street_articles: frozenset[str]
    no_street: frozenset[str]
    units: frozenset[str]
    numbered: frozenset[str]

    dictionary: frozenset[str]  # of simplemma, with what it lacks
    proper: frozenset[str]  # of simplemma, with a capital: countries, languages, peoples, and names too
    everyday: frozenset[str]
    first_names: frozenset[str]
    surnames: frozenset[str]
    whole_surnames: frozenset[str]  # with their particles
    places: frozenset[str]

    @lru_cache(maxsize=20_000)  # noqa: B019 (one instance, for the life of the process)
    def is_ordinary(self, word: str) -> bool:
        """Whether `word` is Dutch: listed, derived as Dutch derives, or put together from two listed words."""
        if word in self.dictionary:
            return True
        if word in self.first_names or word in self.surnames:
            return False
        if DERIVED.search(word) or ("-" in word and all(part in self.dictionary for part in word.split("-"))):
            return True
        return any(
            (word[:cut] in self.dictionary or word[:cut].removesuffix("s") in self.dictionary)
            and word[cut:] in self.dictionary
            for cut in range(SHORTEST_PART, len(word) - SHORTEST_PART + 1)
        )

    @lru_cache(maxsize=20_000)  # noqa: B019 (as above)
    def is_mistyped(self, word: str) -> bool:
        """Whether one letter more, less or other, or two the other way round, make it a word of every day."""
        cuts = [(word[:cut], word[cut:]) for cut in range(len(word) + 1)]
        near = {left + right[1:] for left, right in cuts} | {left + right[1::-1] + right[2:] for left, right in cuts}
        for left, right in cuts:
            near |= {f"{left}{letter}{right}" for letter in LETTERS} | {
                f"{left}{letter}{right[1:]}" for letter in LETTERS
            }
        return not near.isdisjoint(self.everyday)


def _load() -> Words:
    lists = yaml.safe_load((HERE / "words.yml").read_text(encoding="utf-8"))
    own = {name: frozenset(map(plain, words)) for name, words in lists.items()}
    more_first_names, more_surnames, rather_names = map(own.pop, ("more_first_names", "more_surnames", "rather_names"))
    everyday = _of_file(HERE / "everyday.txt")
    whole_surnames = _of_deduce("names/lst_interfix_surname")
    last_words = {name.rsplit(" ", 1)[-1] for name in whole_surnames | more_surnames}
    forms = DefaultDictionaryFactory().get_dictionary("nl")
    lacking = _of_file(HERE / "ordinary.txt")
    return Words(
        **own,
        dictionary=(frozenset(plain(form) for form in forms if form == form.lower()) - rather_names)
        | lacking
        | everyday,
        proper=frozenset(plain(form) for form in forms if form != form.lower()),
        everyday=everyday,
        first_names=_of_deduce("names/lst_first_name") | more_first_names,
        surnames=_of_deduce("names/lst_surname") | last_words,
        whole_surnames=whole_surnames,
        places=_of_deduce("locations/lst_placename/lst_residence"),
    )


def _of_file(path: Path) -> frozenset[str]:
    lines = map(str.strip, path.read_text(encoding="utf-8").splitlines())
    return frozenset(plain(line) for line in lines if line and not line.startswith("#"))


def _of_deduce(name: str) -> frozenset[str]:
    """A list of deduce, read as the text file that it is: importing deduce sets up logging for everybody."""
    spec = importlib.util.find_spec("deduce")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("deduce")
    return _of_file(Path(spec.submodule_search_locations[0]) / "data" / "lookup" / "src" / name / "items.txt")


WORDS = _load()
