"""A spaCy package as `spacy package` makes it."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def package(nlp: Any, folder: Path, name: str, version: str = "3.8.0") -> None:
    """Write the pipeline `nlp` into `folder` as a Python package `name` that can be imported from there."""
    place = folder / name
    place.mkdir(parents=True)
    nlp.meta.update(name=name.partition("_")[2], version=version, lang=name.partition("_")[0])
    nlp.to_disk(place / f"{name}-{version}")
    (place / "meta.json").write_text((place / f"{name}-{version}" / "meta.json").read_text())
    (place / "__init__.py").write_text(
        "from spacy.util import load_model_from_init_py\n"
        "def load(**overrides):\n    return load_model_from_init_py(__file__, **overrides)\n"
    )
