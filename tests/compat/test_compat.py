"""What compat/ promises: Rasa runs without TensorFlow, and says so where TensorFlow would be needed."""

import importlib
import json
import os
import pty
import select
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sanic
import sanic.response
from jsonschema import ValidationError
from rasa.core.actions.action import RemoteAction
from reflectiecoach_compat.absent import TensorFlowMissing

from tools import serve
from tools.model import ROOT
from tools.settings import environment, free_port


def test_names_of_tensorflow_resolve_and_using_one_says_what_to_do() -> None:
    tensorflow = importlib.import_module("tensorflow")
    layers = importlib.import_module("tensorflow.keras.layers")
    assert layers.Dense is layers.Dense
    assert isinstance(type("Own", (tensorflow.Module,), {}), type)
    with pytest.raises(TensorFlowMissing, match=r"config\.yml"):
        layers.Dense(3)
    assert issubclass(TensorFlowMissing, ImportError)


def test_diet_in_the_configuration_fails_with_the_clear_error(tmp_path: Path) -> None:
    (tmp_path / "config.yml").write_text(
        "recipe: default.v1\nlanguage: nl\nassistant_id: x\n"
        "pipeline:\n- name: WhitespaceTokenizer\n- name: CountVectorsFeaturizer\n- name: DIETClassifier\n"
    )
    (tmp_path / "nlu.yml").write_text(
        'version: "3.1"\nnlu:\n- intent: a\n  examples: |\n    - een\n    - twee\n'
        "- intent: b\n  examples: |\n    - drie\n    - vier\n"
    )
    command = [sys.executable, "-m", "rasa", "train", "nlu", "-c", "config.yml", "-u", "nlu.yml"]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120)
    assert result.returncode != 0
    assert "needs TensorFlow, which this project leaves out" in result.stdout + result.stderr


def test_rasa_test_evaluates_a_bot(tmp_path: Path) -> None:
    """`rasa test` plays its stories and its examples against a model trained here."""
    files = {
        "config.yml": "recipe: default.v1\nlanguage: nl\nassistant_id: x\npipeline:\n- name: WhitespaceTokenizer\n"
        "- name: CountVectorsFeaturizer\n- name: LogisticRegressionClassifier\npolicies:\n- name: RulePolicy\n",
        "domain.yml": 'version: "3.1"\nintents: [greet, goodbye]\n'
        "responses: {utter_greet: [{text: hallo}], utter_goodbye: [{text: dag}]}\n",
        "data/nlu.yml": 'version: "3.1"\nnlu:\n- intent: greet\n  examples: |\n    - hallo\n    - hallo daar\n'
        "- intent: goodbye\n  examples: |\n    - tot ziens\n    - tot morgen\n",
        "data/rules.yml": 'version: "3.1"\nrules:\n'
        "- rule: Greet\n  steps: [{intent: greet}, {action: utter_greet}]\n"
        "- rule: Say goodbye\n  steps: [{intent: goodbye}, {action: utter_goodbye}]\n",
        "tests/test_stories.yml": 'version: "3.1"\nstories:\n- story: Hello and goodbye\n  steps:\n'
        "  - {user: hallo, intent: greet}\n  - {action: utter_greet}\n"
        "  - {user: tot ziens, intent: goodbye}\n  - {action: utter_goodbye}\n",
    }
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content)
    for command in (["train"], ["test", "--stories", "tests", "--fail-on-prediction-errors"]):
        result = subprocess.run(
            [sys.executable, "-m", "rasa", *command], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert result.returncode == 0, result.stdout + result.stderr
    report = json.loads((tmp_path / "results" / "story_report.json").read_text())
    assert report["accuracy"] == 1.0
    assert json.loads((tmp_path / "results" / "intent_report.json").read_text())["accuracy"] == 1.0


def test_more_than_one_worker_is_refused_with_what_to_do() -> None:
    with pytest.raises(RuntimeError, match="start more processes behind a proxy"):
        sanic.Sanic("two_workers").run(workers=2)


def test_the_repairs() -> None:
    assert np.VisibleDeprecationWarning is np.exceptions.VisibleDeprecationWarning
    assert sanic.Sanic.run.__name__ == "run"
    assert hasattr(sanic.Sanic.run, "__wrapped__")
    answer = sanic.response.stream(lambda response: None, content_type="text/event-stream")
    assert answer.content_type == "text/event-stream"


@pytest.mark.parametrize(
    ("answer", "fits"),
    [
        ({"events": [{"event": "slot", "name": "level", "value": "bestuur"}], "responses": [{}]}, True),
        ({"events": [{"event": "no such event"}], "responses": []}, False),
        ({"events": [{"event": "slot"}], "responses": []}, False),
        ({"events": [], "responses": "hallo"}, False),
    ],
)
def test_an_answer_of_the_action_server_is_still_validated(answer: dict[str, Any], fits: bool) -> None:
    action = RemoteAction("action_any", None)
    if fits:
        assert action._validate_action_result(answer)
    else:
        with pytest.raises(ValidationError):
            action._validate_action_result(answer)


def test_usage_reports_are_off() -> None:
    command = [sys.executable, "-c", "import os; print(os.environ['RASA_TELEMETRY_ENABLED'])"]
    clean = {name: value for name, value in os.environ.items() if name != "RASA_TELEMETRY_ENABLED"}
    assert subprocess.run(command, env=clean, capture_output=True, text=True, check=True).stdout == "false\n"


def test_a_loaded_model_is_trained(coach: Any, sender: str) -> None:
    """Rasa's classifier loads untrained, with a debug line only, when it does not trust a stored type."""
    told = coach.say(sender, "ik mag niks beslissen aan die tafel, alles gaat eerst terug naar mijn bestuurder")
    assert any("**mandaat**" in message.get("text", "") for message in told)


def test_rasa_shell_answers_in_a_terminal(model: Path, tmp_path: Path) -> None:
    """`rasa shell` streams its replies, which needs the repaired `sanic.response.stream`."""
    actions_port = free_port()
    settings = {**environment(actions_port), "DATABASE_URL": f"sqlite:///{tmp_path}/tracker.db", "TERM": "dumb"}
    command = [sys.executable, "-m", "rasa", "shell", "-m", str(model), "-p", str(free_port())]
    controller, terminal = pty.openpty()
    with (
        serve.running([serve.action_server(actions_port)], settings),
        subprocess.Popen(command, cwd=ROOT, env=settings, stdin=terminal, stdout=terminal, stderr=terminal) as shell,
    ):
        seen, typed, deadline = "", False, time.monotonic() + 90
        try:
            while "computerprogramma" not in seen and time.monotonic() < deadline:
                if select.select([controller], [], [], 0.5)[0]:
                    seen += os.read(controller, 65536).decode(errors="replace")
                if not typed and "Your input" in seen:
                    os.write(controller, b"hallo\r")
                    typed = True
        finally:
            shell.terminate()
    assert "computerprogramma" in seen, seen[-2000:]
