"""From accepted corrections to a file of data/nlu, by a command or as a download."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from auditlog.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from django.urls import reverse
from rasa.shared.nlu.constants import INTENT, TEXT

from nlu.importer import ANNOTATED, Importer
from review import nlu_file
from review.audit import EXPORTED, whoever_runs_this
from review.models import Example
from review.nlu_file import NAME
from tests.review.improving.made import accepted

COMMANDS = 'version: "3.1"\nnlu:\n- intent: stop\n  examples: |\n    - ik stop ermee\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """As data/nlu is."""
    made = tmp_path / "nlu"
    made.mkdir()
    (made / "commandos.yml").write_text(COMMANDS)
    return made


def exported(folder: Path) -> str:
    """What the command says."""
    said = StringIO()
    call_command("export_examples", str(folder), stdout=said)
    return said.getvalue()


def learned(folder: Path) -> list[tuple[str, str]]:
    data = Importer(training_data_paths=[str(folder / NAME)]).get_nlu_data()
    return [(message.get(TEXT), message.get(INTENT)) for message in data.training_examples]


@pytest.mark.usefixtures("review_database")
def test_what_was_checked_is_written_and_it_is_said_what_was_left_out_and_why(folder: Path) -> None:
    accepted("wie trekt hier de kar", checked=True)
    accepted("nog niet nagekeken")
    accepted("Ik stop ermee!", "stop", checked=True)
    accepted("ik  stop ermee", "pause", checked=True)
    accepted("de ene", "stop", checked=True)
    accepted("de ene", "skip", checked=True)
    title = {"level": "management", "level_words": "opgaveleider"}
    accepted("ik ben opgaveleider", "give_answer", checked=True, **title)
    assert exported(folder).splitlines() == [
        f"Verbeteringen in {folder / NAME}: 2.",
        "Weggelaten: “de ene” (tegenspraak: beoordeeld als skip en als stop).",
        "Weggelaten: “de ene” (tegenspraak: beoordeeld als skip en als stop).",
        "Weggelaten: “ik stop ermee” (tegenspraak: beoordeeld als pause en als stop).",
        "Weggelaten: “Ik stop ermee!” (tegenspraak: beoordeeld als pause en als stop).",
    ]
    assert learned(folder) == [("wie trekt hier de kar", "bottleneck_rol"), ("ik ben opgaveleider", "give_answer")]
    (message,) = Importer(training_data_paths=[str(folder / NAME)]).get_nlu_data().training_examples[1:]
    assert [(item["entity"], item["value"]) for item in message.get(ANNOTATED)] == [("level", "management")]
    assert (folder / "commandos.yml").read_text() == COMMANDS


@pytest.mark.django_db
def test_the_file_is_written_anew_and_when_a_sentence_went_out_first_stays(folder: Path) -> None:
    first = accepted("wie trekt hier de kar", checked=True)
    accepted("ik stop ermee", "stop", checked=True)
    assert "staat al in data/nlu" in exported(folder)
    first.refresh_from_db()
    when = first.exported_at
    assert [item.text for item in Example.objects.exclude(exported_at=None)] == [first.text]
    accepted("een tweede", checked=True)
    exported(folder)
    first.refresh_from_db()
    assert first.exported_at == when
    assert len(learned(folder)) == 2
    first.delete()
    exported(folder)
    assert learned(folder) == [("een tweede", "bottleneck_rol")]
    Example.objects.all().delete()
    exported(folder)
    assert learned(folder) == []


@pytest.mark.django_db
def test_a_folder_that_is_not_there_or_cannot_be_used_is_one_line_and_nothing_is_recorded(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    example = accepted("wie trekt hier de kar", checked=True)
    with pytest.raises(CommandError, match=r"^De map .*weg is er niet\.$"):
        exported(folder / "weg")
    (folder / "kapot.yml").write_text("nlu: [\n")
    with pytest.raises(CommandError, match=r"^In .* staat een bestand dat niet te lezen is; er is niets geschreven\.$"):
        exported(folder)
    (folder / "kapot.yml").unlink()
    (folder / NAME).write_text("zoals het was")
    monkeypatch.setattr(nlu_file.Path, "replace", lambda *paths: (_ for _ in ()).throw(PermissionError(13, "Nee")))
    with pytest.raises(CommandError, match=r"^In .* kan niet worden geschreven: Nee\.$"):
        exported(folder)
    assert (folder / NAME).read_text() == "zoals het was"
    example.refresh_from_db()
    assert example.exported_at is None
    assert not LogEntry.objects.filter(action=EXPORTED).exists()
    assert {path.name for path in folder.iterdir()} == {"commandos.yml", NAME}


@pytest.fixture
def exporter(colleague: User) -> User:
    colleague.user_permissions.add(Permission.objects.get(codename="export_example"))
    return colleague


def test_the_download_is_the_same_text_as_the_command_writes(
    as_colleague: Client, exporter: User, tmp_path: Path
) -> None:
    accepted("wie trekt hier de kar, 't team?", checked=True)
    accepted("[NAAM-1]", checked=True)
    answer = as_colleague.post(reverse("export_examples"))
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/yaml; charset=utf-8"
    assert answer["Content-Disposition"] == f'attachment; filename="{NAME}"'
    exported(tmp_path)
    assert answer.content.decode() == (tmp_path / NAME).read_text(encoding="utf-8")
    assert Example.objects.filter(exported_at=None).count() == 1


def test_each_export_is_logged_by_whom_and_how_many_and_without_a_text(
    as_colleague: Client, exporter: User, folder: Path
) -> None:
    accepted("wie trekt hier de kar", checked=True)
    LogEntry.objects.all().delete()
    as_colleague.post(reverse("export_examples"))
    exported(folder)
    by_command, by_staff = LogEntry.objects.order_by("-pk")
    assert (by_staff.actor, by_command.actor_email) == (exporter, whoever_runs_this())
    for entry in (by_command, by_staff):
        assert (entry.action, entry.object_repr) == (EXPORTED, "verbeteringen: 1")
        assert "kar" not in str(vars(entry))


def test_it_is_for_those_with_the_right_alone_and_only_by_a_posted_form(
    as_colleague: Client, colleague: User, client: Client
) -> None:
    accepted("wie trekt hier de kar", checked=True)
    address = reverse("export_examples")
    assert as_colleague.post(address).status_code == 403
    assert as_colleague.get(address).status_code == 405
    assert client.post(address).status_code == 302
    assert not Example.objects.exclude(exported_at=None).exists()


def test_an_export_is_told_in_the_log(as_administrator: Client) -> None:
    as_administrator.post(reverse("export_examples"))
    page = as_administrator.get(reverse("admin:auditlog_logentry_changelist"))
    assert "verbeteringen: 0" in page.content.decode()
