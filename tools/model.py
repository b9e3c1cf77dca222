"""The trained model that fits this code and data: its name, and training it when it is not there."""

from __future__ import annotations

import hashlib
import importlib.util
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

from tools.settings import environment

ROOT = Path(__file__).resolve().parent.parent
# Everything a model is made from. The lock file stands for the versions of encoder and libraries. Of the texts that
# the coach says a model holds only the names: nlg/ reads them from their files.
SOURCES = (
    "config.yml",
    "domain.yml",
    "requirements/coach.txt",
    "data/*.yml",
    "data/nlu/*.yml",
    "data/rules/*.yml",
    "nlu/*.npz",
    "nlu/*.py",
    "compat/src/**/*.py",
)
SPACY_MODEL = "nl_core_news_sm"


def digest(without: Path | None = None) -> str:
    """Twelve hexadecimal digits that change when a source does, or the spaCy model that is installed.

    Args:
        without: a source that is not counted.
    """
    found = hashlib.sha256()
    for pattern in SOURCES:
        for path in sorted(set(ROOT.glob(pattern)) - {without}):
            found.update(path.relative_to(ROOT).as_posix().encode())
            found.update(path.read_bytes())
    for path in sorted(ROOT.glob("data/responses/*.yml")):
        found.update("".join(re.findall(r"^  utter_\w+:", path.read_text("utf-8"), re.MULTILINE)).encode())
    spacy_model = version(SPACY_MODEL) if importlib.util.find_spec(SPACY_MODEL) else "blank"
    found.update(spacy_model.encode())
    return found.hexdigest()[:12]


def model_path(without: Path | None = None) -> Path:
    """Where the model for this code and data, but for `without`, stands, or will stand."""
    return ROOT / "models" / f"reflectiecoach-{digest(without)}.tar.gz"


def ensure_model(without: Path | None = None) -> Path:
    """The path of the model that fits, trained now when it is missing.

    Args:
        without: a file of data/ that it is not trained on.

    Raises:
        SystemExit: training failed; its last lines were printed.
    """
    path = model_path(without)
    if path.exists():
        return path
    print(f"Training {path.name} (some three minutes the first time, fewer after that) ...", flush=True)
    command = [
        sys.executable, "-m", "rasa", "train", "--skip-validation",  # the tests validate, and it takes half a minute
        "--out", str(path.parent), "--fixed-model-name", path.name.split(".")[0],
        "--data", *map(str, sorted(set(ROOT.glob("data/*/*.yml")) - {without})),
    ]  # fmt: skip
    # Rasa reads the endpoints' ports while it trains, too.
    trained = subprocess.run(command, cwd=ROOT, env=environment(), capture_output=True, text=True, check=False)
    if trained.returncode or not path.exists():
        print("\n".join((trained.stdout + trained.stderr).strip().splitlines()[-15:]), file=sys.stderr)
        raise SystemExit("Training failed; the reason stands above.")
    return path


if __name__ == "__main__":
    print(f"Model: {ensure_model().relative_to(ROOT)}")
