"""The app package of Teams, held against Microsoft's own schemas."""

import io
import json
import shutil
import tomllib
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from coach.message import Message
from tools import teams_package
from tools.model import ROOT
from tools.teams_package import PACKAGE, SETTINGS, make_package

GOOD = {
    "TEAMS_APP_ID": "5f0c1d7e-3b0a-4a54-9a53-2c1f6b7f9e10",
    "TEAMS_DEVELOPER": 'Zorg & Co "\'t Hart"',
    "TEAMS_WEBSITE_URL": "https://www.netwerk.nl",
    "TEAMS_PRIVACY_URL": "https://www.netwerk.nl/privacy?taal=nl",
    "TEAMS_TERMS_URL": "https://www.netwerk.nl/voorwaarden",
    "PUBLIC_URL": "https://coach.netwerk.nl/",
}
COMMANDS = {
    "Hallo": "greet",
    "Help": "ask_help",
    "Pauze": "pause",
    "Opnieuw beginnen": "start_over",
    "Privacy": "ask_privacy",
    "Ik wil een mens spreken": "ask_contact",
    "Wis mijn gesprek": "delete_my_data",
    "Stop": "stop",
}


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """Where a package is written, with an older one in its place."""
    target = tmp_path / "dist" / "app.zip"
    target.parent.mkdir()
    target.write_text("of before")
    return target


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A copy of the folder that packages are made of."""
    return shutil.copytree(PACKAGE, tmp_path / "package")


@pytest.fixture
def no_schemas(monkeypatch: pytest.MonkeyPatch) -> None:
    """Microsoft's schemas are not asked, which takes most of the time."""
    monkeypatch.setattr(teams_package, "_problems_with_schemas", lambda *_: [])


def problems_with(target: Path, package: Path = PACKAGE, version: str = "1.2.3", **settings: str) -> list[str]:
    with pytest.raises(SystemExit) as stopped:
        make_package(GOOD | settings, version, package, target)
    assert list(target.parent.iterdir()) == []
    return str(stopped.value).splitlines()


def change(file: Path, change: Callable[[dict[str, Any]], Any]) -> None:
    told = json.loads(file.read_bytes())
    change(told)
    file.write_text(json.dumps(told))


def test_the_package_passes_microsofts_schemas_and_holds_what_was_set(target: Path) -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    make_package(GOOD, version, target=target)
    with zipfile.ZipFile(target) as package:
        assert package.namelist() == ["color.png", "manifest.json", "nl.json", "outline.png"]
        text = package.read("manifest.json").decode()
    manifest = json.loads(text)
    assert "${" not in text
    assert manifest["version"] == version
    assert manifest["id"] == manifest["bots"][0]["botId"] == GOOD["TEAMS_APP_ID"]
    assert manifest["developer"]["name"] == GOOD["TEAMS_DEVELOPER"]
    assert manifest["developer"]["privacyUrl"] == GOOD["TEAMS_PRIVACY_URL"]
    assert manifest["validDomains"] == ["coach.netwerk.nl"]


@pytest.mark.usefixtures("no_schemas")
def test_the_same_input_is_the_same_package_wherever_and_whenever(target: Path, package: Path) -> None:
    make_package(GOOD, "1.2.3", target=target)
    first = target.read_bytes()
    for file in package.iterdir():
        file.touch()
    make_package(GOOD, "1.2.3", package, target)
    assert target.read_bytes() == first
    make_package(GOOD, "1.2.4", package, target)
    assert target.read_bytes() != first


ADDRESSES = [name for name in SETTINGS if name.endswith("_URL")]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *[(name, "") for name in SETTINGS],
        *[(name, "TODO") for name in SETTINGS],
        *[(name, "<vul in>") for name in SETTINGS],
        *[(name, "{{" + name + "}}") for name in SETTINGS],
        ("TEAMS_APP_ID", "00000000-0000-0000-0000-000000000000"),
        ("TEAMS_APP_ID", "5f0c1d7e3b0a4a549a532c1f6b7f9e10"),
        ("TEAMS_APP_ID", GOOD["TEAMS_APP_ID"] + "0"),
        ("TEAMS_DEVELOPER", "N" * 33),
        ("TEAMS_DEVELOPER", "Netwerk\nTwee"),
        *[(name, "http://www.netwerk.nl") for name in ADDRESSES],
        ("PUBLIC_URL", "https://example.com"),
        ("PUBLIC_URL", "https://www.example.org"),
        ("PUBLIC_URL", "https://coach.example.nl"),
        ("PUBLIC_URL", "https://coach.voorbeeld.nl"),
        ("PUBLIC_URL", "https://coach.test"),
        ("PUBLIC_URL", "https://localhost"),
        ("PUBLIC_URL", "https://192.0.2.1"),
        ("PUBLIC_URL", "https://[2001:db8::1]"),
        ("PUBLIC_URL", "https://[coach"),
        ("PUBLIC_URL", "https://coach.netwerk.nl:8443"),
        ("PUBLIC_URL", "https://coach.netwerk.nl:no"),
        ("PUBLIC_URL", "https://coach@netwerk.nl"),
        ("PUBLIC_URL", "https://*.netwerk.nl"),
        ("PUBLIC_URL", "https://coach .netwerk.nl"),
        ("PUBLIC_URL", "coach.netwerk.nl"),
    ],
)
@pytest.mark.usefixtures("no_schemas")
def test_a_setting_that_cannot_be_is_one_line(target: Path, name: str, value: str) -> None:
    (problem,) = problems_with(target, **{name: value})
    assert problem.startswith(f"{name} is ")
    assert problem.endswith(" is needed.")


def picture(size: int, colour: tuple[int, ...], corner: tuple[int, ...] = (255, 255, 255, 0)) -> bytes:
    icon = Image.new("RGBA", (size, size), colour)
    icon.putpixel((0, 0), corner)
    written = io.BytesIO()
    icon.save(written, "png")
    return written.getvalue()


@pytest.mark.parametrize(
    ("file", "content", "problem"),
    [
        ("color.png", picture(96, (0, 0, 0, 255)), "The color icon is 96 x 96 pixels; 192 x 192 is needed."),
        ("color.png", b"GIF89a", "The color icon is no PNG picture."),
        ("color.png", (PACKAGE / "color.png").read_bytes()[:900], "The color icon is no PNG picture."),
        ("outline.png", picture(64, (255, 255, 255, 255)), "The outline icon is 64 x 64 pixels"),
        ("outline.png", picture(32, (255, 255, 254, 255)), "must be white on a transparent background"),
        ("outline.png", picture(32, (0, 0, 0, 9)), "must be white on a transparent background"),
        ("outline.png", picture(32, (255, 255, 255, 0)), "must be white on a transparent background"),
        ("outline.png", picture(32, *[(255, 255, 255, 255)] * 2), "must be white on a transparent background"),
        ("nl.json", b"{", "package/ cannot be read: JSONDecodeError"),
        ("nl.json", None, "package/ cannot be read: FileNotFoundError"),
        ("color.png", None, "package/ cannot be read: FileNotFoundError"),
    ],
)
@pytest.mark.usefixtures("no_schemas")
def test_a_file_that_cannot_be_is_one_line(
    target: Path, package: Path, file: str, content: bytes | None, problem: str
) -> None:
    if content is None:
        (package / file).unlink()
    else:
        (package / file).write_bytes(content)
    (told,) = problems_with(target, package)
    assert problem in told


@pytest.mark.usefixtures("no_schemas")
def test_a_variable_that_nobody_knows_is_one_line(target: Path, package: Path) -> None:
    change(package / "manifest.json", lambda manifest: manifest.update(version="${NO_VERSION}"))
    assert "NO_VERSION" in problems_with(target, package)[0]


@pytest.mark.parametrize("version", ["0.1", "v0.1.0", "0.1.0.dev1", "01.0.0", ""])
@pytest.mark.usefixtures("no_schemas")
def test_a_version_that_teams_cannot_compare_is_one_line(target: Path, version: str) -> None:
    (problem,) = problems_with(target, version=version)
    assert "three numbers are needed" in problem


def test_all_problems_are_told_at_once(target: Path, package: Path) -> None:
    """What is not set does not hide what Microsoft's schemas say of the rest."""

    def too_much(manifest: dict[str, Any]) -> None:
        manifest["name"]["short"] = "R" * 31
        manifest["validDomains"] = ["https://coach.netwerk.nl/"]
        manifest["manifestVersion"] = "1.29"
        manifest["$schema"] = manifest["$schema"].replace("1.30", "9.99")
        manifest["surprise"] = True

    change(package / "manifest.json", too_much)
    change(package / "nl.json", lambda texts: texts.pop("bots[0].commandLists[0].commands[7].title"))
    change(package / "nl.json", lambda texts: texts.update({"description.short": "k" * 81, "name.long": "R"}))
    (package / "outline.png").write_bytes((package / "color.png").read_bytes())
    told = "\n".join(problems_with(target, package, "one", TEAMS_APP_ID="", PUBLIC_URL="https://localhost"))
    for problem in (
        "TEAMS_APP_ID is not set",
        "PUBLIC_URL is 'https://localhost'",
        "The version is 'one'",
        "validDomains has 'https://coach.netwerk.nl/'",
        "The outline icon is 192 x 192",
        "nl.json lacks bots[0].commandLists[0].commands[7].title.",
        "nl.json has name.long",
        "manifest.json: $schema must be https://developer.microsoft.com/json-schemas/teams/v1.30/",
        "manifest.json: manifestVersion must be 1.30",
        "manifest.json: /name/short must NOT have more than 30 characters",
        "manifest.json: must NOT have additional properties",
        "nl.json: /description.short must NOT have more than 80 characters",
    ):
        assert problem in told


def test_without_microsofts_schemas_there_is_no_package(
    target: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(teams_package, "CHECK", shutil.copy(teams_package.CHECK, tmp_path))
    (problem,) = problems_with(target)
    assert "Cannot find module '@microsoft/app-manifest'" in problem
    assert "tools/teams.sh" in problem


def test_every_command_that_teams_offers_is_understood(recognised: Callable[[str], Message]) -> None:
    manifest = json.loads((PACKAGE / "manifest.json").read_bytes())
    dutch = json.loads((PACKAGE / "nl.json").read_bytes())
    titles = [command["title"] for command in manifest["bots"][0]["commandLists"][0]["commands"]]
    assert [dutch[f"bots[0].commandLists[0].commands[{number}].title"] for number in range(len(titles))] == titles
    assert {title: recognised(title).intent for title in titles} == COMMANDS
    # Microsoft asks that these are answered wherever an app is offered to others.
    assert [recognised(text).intent for text in ("Hi", "Hello", "Help")] == ["greet", "greet", "ask_help"]
