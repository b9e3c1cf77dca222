"""What the training sentences cover, and what in them is like another or like a held-out one."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import numpy as np
import yaml
from sklearn.feature_extraction.text import TfidfVectorizer

from benchmarks.sentences import BOTTLENECKS, Example
from nlu.vocabulary_extractor import Vocabulary
from tools.model import ROOT

LONG = 30
# Of so many words on, a sentence that shares so much of its letters with another is nearly the same one.
WORDS, NEARLY_THE_SAME = 4, 0.75
_LABEL_WORDS = re.compile(
    r"\b(?:rol|rollen|taak|taken|structuur|structuren|regels?|mandaat|mandaten|bevoegd\w*|beslis\w*|besluit\w*)\b"
)
_REGISTERS = {
    "capitals": re.compile(r"^[^a-z]*[A-Z][^a-z]*[A-Z][^a-z]*$"),
    "chat spelling": re.compile(
        r"\b(?:ff|mn|zn|idd|iig|ipv|svp|aub|wrm|nie|ni|t|n|k|gwn|thx|tnx|pff+)\b", re.IGNORECASE
    ),
    "Flemish": re.compile(
        r"\b(?:ge|gij|uwe?|nen|amai|ne|zijt|efkes|precies|allez?|ons moe|goesting|kweenie)\b", re.IGNORECASE
    ),
    "no capital, no full stop": re.compile(r"^[a-z][^.!?]*$"),
    "question": re.compile(r"\?"),
}


def near(examples: list[Example], others: list[Example]) -> list[tuple[Example, Example]]:
    """Each of `examples` with the one of `others` that it nearly is: the cosine of their letters in threes to fives.

    Rare letters count as much as others: weighed by how rare they are, likeness would change with every example added.
    """
    long, others = ([one for one in found if len(one.text.split()) >= WORDS] for found in (examples, others))
    if not long:
        return []
    vectorizer = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), use_idf=False, sublinear_tf=True).fit(
        example.text for example in [*long, *others]
    )
    first, second = (vectorizer.transform([example.text for example in found]) for found in (long, others))
    found = []
    for start in range(0, len(long), 500):
        likeness = (first[start : start + 500] @ second.T).toarray()
        for row, values in enumerate(likeness):
            nearest = int(np.argmax(np.where([long[start + row] is other for other in others], 0, values)))
            if values[nearest] >= NEARLY_THE_SAME and others[nearest] is not long[start + row]:
                found.append((long[start + row], others[nearest]))
    return found


def data_report(training: list[Example], held_out: list[Example]) -> list[str]:
    """Lines on the number of examples per intent, and for the bottlenecks on place, length, register and likeness."""
    counts = Counter(example.intent for example in training)
    lines = ["| intent | examples | writers |", "|---|---|---|"]
    for intent in sorted(counts):
        writers = {example.writer for example in training if example.intent == intent}
        lines.append(f"| {intent} | {counts[intent]} | {len(writers)} |")
    stories = [example for example in training if example.intent in BOTTLENECKS]
    words = Vocabulary(yaml.safe_load((ROOT / "data" / "vocabulary.yml").read_text(encoding="utf-8")))
    places: Counter[str] = Counter()
    for example in stories:
        found = {(mention.entity, value) for mention in words.mentions(example.text) for value in mention.values}
        places.update(f"{entity} {value}" for entity, value in found if entity in {"level", "sector"})
    lengths = [len(example.text.split()) for example in stories]
    lines += ["", f"Of the {len(stories)} sentences that tell of one bottleneck:", ""]
    lines += [f"- {name} is mentioned in {count}" for name, count in sorted(places.items())]
    lines += [
        f"- longer than {LONG} words: {_share(length > LONG for length in lengths)}",
        f"- without the label word or its obvious synonym: "
        f"{_share(not _LABEL_WORDS.search(example.text.lower()) for example in stories)}",
        *(
            f"- {name}: {_share(bool(words.search(item.text)) for item in stories)}"
            for name, words in _REGISTERS.items()
        ),
    ]
    alike = near(training, training)
    copied = near(training, held_out)
    lines += ["", f"Nearly the same as another training sentence: {len(alike)}; as a held-out one: {len(copied)}."]
    lines += [f"- {first.text} | {second.text}" for first, second in [*copied, *alike[:20]]]
    return lines


def _share(values: Any) -> str:
    found = list(values)
    return f"{sum(found) / len(found):.2f}"
