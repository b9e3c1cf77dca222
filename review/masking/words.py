"""The word lists: this package's own, and the first names, surnames and places that come with deduce."""

from __future__ import annotations

import importlib.util
import re
import unicodedata
from functools import lru_cache
from pathlib import Path

import yaml

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


def _own(name: str) -> frozenset[str]:
    lines = (HERE / name).read_text(encoding="utf-8").splitlines()
    return frozenset(plain(line) for line in lines if not line.startswith("#"))


def _of_deduce(name: str) -> frozenset[str]:
    """A list of deduce, read as the text file that it is: importing deduce sets up logging for everybody."""
    spec = importlib.util.find_spec("deduce")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("deduce")
    path = Path(spec.submodule_search_locations[0]) / "data" / "lookup" / "src" / name / "items.txt"
    return frozenset(plain(line.strip()) for line in path.read_text(encoding="utf-8").splitlines() if line.strip())


class Words:
    """All lists; every word in them is `plain`."""

    def __init__(self) -> None:
        data = yaml.safe_load((HERE / "words.yml").read_text(encoding="utf-8"))
        self.ordinary = _own("ordinary.txt")
        self.everyday = _own("everyday.txt")
        self.first_names = _of_deduce("names/lst_first_name") | frozenset(map(plain, data["more_first_names"]))
        self.whole_surnames = _of_deduce("names/lst_interfix_surname")  # with their particles
        self.surnames = _of_deduce("names/lst_surname") | frozenset(
            name.rsplit(" ", 1)[-1] for name in [*self.whole_surnames, *map(plain, data["more_surnames"])]
        )
        self.places = _of_deduce("locations/lst_placename/lst_residence")
        self.stays: list[str] = data["stays"]
        for name, kind in Words.__annotations__.items():
            if kind == "frozenset[str]":
                setattr(self, name, frozenset(map(plain, data[name])))
        self.strong_school_types: list[str] = data["school_types"]["strong"]
        self.loose_school_types: list[str] = data["school_types"]["loose"]
        self.weak_school_types: list[str] = data["school_types"]["weak"]
        self.street_ends: list[str] = data["street_ends"]
        self.sure_street_ends: list[str] = data["sure_street_ends"]

    particles: frozenset[str]
    opening_particles: frozenset[str]
    titles: frozenset[str]
    cues: frozenset[str]
    functions: frozenset[str]
    talking: frozenset[str]
    doubtful: frozenset[str]
    person_verbs: frozenset[str]
    articles: frozenset[str]
    two_letters: frozenset[str]
    no_noun: frozenset[str]
    spoken: frozenset[str]
    honours: frozenset[str]
    no_street: frozenset[str]
    school_heads: frozenset[str]
    school_adjectives: frozenset[str]
    school_names: frozenset[str]
    not_school: frozenset[str]
    doubtful_school: frozenset[str]
    school_descriptions: frozenset[str]
    school_abbreviations: frozenset[str]

    @lru_cache(maxsize=20_000)  # noqa: B019 (one instance, for the life of the process)
    def is_ordinary(self, word: str) -> bool:
        """Whether `word` is Dutch: listed, derived as Dutch derives, or put together from two listed words."""
        if word in self.ordinary or word in self.everyday:
            return True
        if word in self.first_names or word in self.surnames:
            return False
        if DERIVED.search(word) or ("-" in word and all(part in self.ordinary for part in word.split("-"))):
            return True
        return any(
            self._part(word[:cut]) and word[cut:] in self.ordinary
            for cut in range(SHORTEST_PART, len(word) - SHORTEST_PART + 1)
        )

    def _part(self, word: str) -> bool:
        return word in self.ordinary or (word.endswith("s") and word[:-1] in self.ordinary)


WORDS = Words()
