"""The way round, for real: what the coach heard wrong is corrected, exported and trained, and heard right."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command

from review.judging import Correction, accept
from review.masking import Masker
from review.models import Example
from review.vetting import vet
from tests.review.improving.made import a_turn
from tools.model import ROOT

NOT_COPIED = shutil.ignore_patterns(
    ".*", "__pycache__", "node_modules", "dist", "docs", "models", "reports", "tests", "widget", "*.db*"
)
WRONG = "ik heb het gevoel dat ik overal bij zit en nergens van ben"
WITH_A_TITLE = "als opgaveleider loop ik er steeds tegenaan dat ik niets mag toezeggen"


@pytest.fixture
def project(model: Path, tmp_path: Path) -> Path:
    """A copy of this one, with its model, and the vectors of its examples, which take most of a training."""
    folder = tmp_path / "project"
    shutil.copytree(ROOT, folder, ignore=NOT_COPIED)
    (folder / "models").mkdir()
    shutil.copy(model, folder / "models")
    (folder / ".rasa" / "cache").mkdir(parents=True)
    for file in (ROOT / ".rasa" / "cache").glob("vectors-*.npz"):
        shutil.copy(file, folder / ".rasa" / "cache")
    return folder


def test_what_was_heard_wrong_is_corrected_exported_and_trained_and_heard_right_and_nothing_is_worse(
    project: Path, masker: Masker, administrator: User
) -> None:
    said = Correction(intent="bottleneck_rol", example=WRONG)
    title = Correction("bottleneck_mandaat", level="management", level_words="opgaveleider", example=WITH_A_TITLE)
    name = Correction(intent="bottleneck_rol", example="Marieke de Vries weet niet wie de kar trekt")
    for correction, heard in ((said, "give_answer"), (title, "bottleneck_mandaat"), (name, "give_answer")):
        accept(turn=a_turn(correction.example, heard), author=administrator, correction=correction)
    vet(masker)
    assert Example.objects.count() == 2
    call_command("export_examples", str(project / "data" / "nlu"))

    improve = [sys.executable, "-m", "tools.improve"]
    settings = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    told = subprocess.run(improve, cwd=project, env=settings, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout + told.stderr
    report = (project / "reports" / "verbetering.md").read_text(encoding="utf-8")
    print(report)
    lines = report.splitlines()
    assert f"| {WRONG} | een antwoord op de vraag | knelpunt rol | knelpunt rol | ja |" in lines
    before, after = "knelpunt mandaat; niets", "knelpunt mandaat; management"
    assert f"| {WITH_A_TITLE} | {before} | {after} | {after} | ja |" in lines
    assert "- niveau en sector: 0 verloren, 0 gewonnen" in lines
    assert lines[-1] == "Niets slechter: nergens meer zinnen verloren dan gewonnen."
