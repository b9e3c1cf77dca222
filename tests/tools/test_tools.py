import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tools import model as model_tools
from tools import serve
from tools.model import ROOT
from tools.settings import HOST, free_port, port_from


def test_a_taken_port_is_one_clear_line(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        monkeypatch.setenv("RASA_PORT", str(taken.getsockname()[1]))
        with pytest.raises(SystemExit, match=r"cannot be used .* make run RASA_PORT=") as stopped:
            port_from("RASA_PORT", 5005)
    assert "\n" not in str(stopped.value)


@pytest.mark.parametrize("value", ["", "x", "0", "-1", "65536", "50 05"])
def test_a_port_that_is_none_is_said(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("RASA_PORT", value)
    with pytest.raises(SystemExit, match="a port from 1 to 65535 is needed"):
        port_from("RASA_PORT", 5005)


@pytest.fixture
def copy_of_sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("config.yml", "data/vocabulary.yml", "requirements/coach.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    monkeypatch.setattr(model_tools, "ROOT", tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", ["config.yml", "data/vocabulary.yml", "requirements/coach.txt"])
def test_a_changed_source_makes_a_model_stale(copy_of_sources: Path, name: str) -> None:
    before = model_tools.model_path()
    assert model_tools.model_path() == before
    with (copy_of_sources / name).open("a") as source:
        source.write("# changed\n")
    assert model_tools.model_path() != before


def test_without_a_file_of_examples_the_model_is_the_one_from_before_it_was_there(copy_of_sources: Path) -> None:
    before, file = model_tools.model_path(), copy_of_sources / "data" / "nlu" / "verbeteringen.yml"
    file.parent.mkdir()
    file.write_text("nlu: []\n")
    assert model_tools.model_path(without=file) == before != model_tools.model_path()


def test_another_spacy_model_makes_a_model_stale(copy_of_sources: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = model_tools.model_path()
    monkeypatch.setattr(model_tools.importlib.util, "find_spec", lambda name: object())
    monkeypatch.setattr(model_tools, "version", lambda name: "3.8.0")
    assert model_tools.model_path() != before


def setup_with_path(folder: Path, path: str, *, home: Path) -> subprocess.CompletedProcess[str]:
    """Runs set-up in a copy of its own files, with these programs only."""
    (folder / "tools").mkdir(parents=True)
    (folder / "requirements").mkdir()
    (folder / "tools" / "setup.sh").write_bytes((ROOT / "tools" / "setup.sh").read_bytes())
    (folder / "requirements" / "uv.txt").write_bytes((ROOT / "requirements" / "uv.txt").read_bytes())
    return subprocess.run(
        ["/bin/bash", "tools/setup.sh"],
        cwd=folder,
        env={"PATH": path, "HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def few_programs(tmp_path: Path) -> Path:
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("dirname", "mkdir", "tail", "rm", "timeout"):
        (programs / name).symlink_to(f"/usr/bin/{name}")
    return programs


def test_without_a_python_set_up_says_what_to_install(tmp_path: Path, few_programs: Path) -> None:
    result = setup_with_path(tmp_path / "project", str(few_programs), home=tmp_path)
    assert result.returncode == 1
    assert "no Python 3 found. On Debian or Ubuntu: apt-get install" in result.stderr


def test_without_the_venv_package_set_up_says_what_to_install(tmp_path: Path, few_programs: Path) -> None:
    """Debian's Python comes without the module that makes environments."""
    (few_programs / "python3").write_text("#!/bin/bash\nexit 1\n")
    (few_programs / "python3").chmod(0o755)
    result = setup_with_path(tmp_path / "project", str(few_programs), home=tmp_path)
    assert result.returncode == 1
    assert "Python cannot make an environment. On Debian or Ubuntu: apt-get install python3-venv" in result.stderr


def test_without_a_fitting_python_set_up_says_what_to_install(tmp_path: Path, few_programs: Path) -> None:
    (few_programs / "uv").write_text("#!/bin/bash\nexit 1\n")
    (few_programs / "uv").chmod(0o755)
    result = setup_with_path(tmp_path / "project", str(few_programs), home=tmp_path)
    assert result.returncode == 1
    assert "Python 3.12 or 3.13 is needed and could not be fetched. Install it" in result.stderr


def test_without_a_network_set_up_says_so(tmp_path: Path, few_programs: Path) -> None:
    (few_programs / "uv").write_text('#!/bin/bash\necho "error: could not resolve the index" >&2\nexit 2\n')
    (few_programs / "uv").chmod(0o755)
    environment = tmp_path / "project" / ".venv" / "bin"
    environment.mkdir(parents=True)
    (environment / "python").symlink_to(sys.executable)
    result = setup_with_path(tmp_path / "project", str(few_programs), home=tmp_path)
    assert result.returncode == 1
    assert "could not resolve the index" in result.stderr
    assert result.stderr.strip().endswith("the packages could not be installed; is there a network?")


def test_a_model_that_does_not_fit_is_one_clear_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    rubbish = tmp_path / "rubbish.tar.gz"
    rubbish.write_text("no model")
    settings = {
        **os.environ,
        "RASA_PORT": str(free_port()),
        "ACTIONS_PORT": str(free_port()),
        "DATABASE_URL": f"sqlite:///{tmp_path}/tracker.db",
    }
    start = f"import tools.serve as s, pathlib; s.ensure_model = lambda: pathlib.Path({str(rubbish)!r}); s.run()"
    command = [sys.executable, "-c", start]
    result = subprocess.run(
        command, cwd=ROOT, env=settings, capture_output=True, text=True, check=False, timeout=serve.READY_WITHIN
    )
    assert "train it anew: rm models/rubbish.tar.gz; make run" in result.stdout
