"""A backup is whole and of one moment; what is restored from it is what was there, and nothing is written over."""

import io
import json
import os
import stat
import tarfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.db import connection, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from onboarding.meters.models import Meter
from onboarding.portfolio.exports.models import Export, ExportState
from portal.events import witness
from portal.events.actors import Actor
from portal.events.chain import seal_log
from portal.events.domain import record
from portal.events.models import Event, Seal
from portal.operations.backups import databases
from portal.operations.backups.backup import make_backup
from portal.operations.backups.databases import BackupError, create_database, default_database
from portal.operations.backups.restore import Report, drill, restore, restore_into
from portal.partners.models import Partner
from portal.storage.file_names import FileNameField, file_name_fields
from portal.storage.files import open_file, remove, store
from portal.webhooks.models import WebhookEndpoint
from tests import database
from tests.onboarding.connect import builders

CONTENT = b"reference,kW\nhome-1,5\n"
SYSTEM = Actor(kind="system", id="test", label="Test")


@pytest.fixture
def names(tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """Makes the names of databases that are gone afterwards."""
    made = []

    def name(what: str) -> str:
        made.append(f"{what}_{database.RUN}_{os.getpid()}" if database.SERVER else str(tmp_path / f"{what}.sqlite3"))
        return made[-1]

    yield name
    if database.SERVER:
        for each in made:
            database.on_server(f"DROP DATABASE IF EXISTS {each} WITH (FORCE)")


@pytest.fixture
def portal(
    db: None, template: Path | str, names: Callable[[str], str], tmp_path: Path, settings: Any
) -> Iterator[Partner]:
    """A database of its own that commits, with 12 meters, sealed events, a secret and a file that a row names."""
    settings.DATA_DIR, settings.MEDIA_ROOT = tmp_path, tmp_path / "files"
    settings.SEAL_FILE = tmp_path / "last_seal"
    name = names("portal")
    if isinstance(template, Path):
        Path(name).write_bytes(template.read_bytes())
    else:
        database.on_server(f"CREATE DATABASE {name} TEMPLATE {template}")
    with default_database(name):
        acme = Partner.objects.create(name="Acme Energy", slug="acme")
        for number in range(12):
            record("meter.created", subject=builders.meter(acme, f"home-{number}"), partner=acme, by=SYSTEM)
        WebhookEndpoint.objects.create(partner=acme, receiver_url="https://acme.example/hook", secret="whsec_hidden")
        stored = store([CONTENT], folder="exports", suffix=".csv", limit=100)
        Export.objects.create(
            partner=acme, actor=SYSTEM.as_json(), meters=12, columns=2, state=ExportState.DONE, file=stored.name
        )
        store([b"no row names it"], folder="exports", suffix=".csv", limit=100)
        seal_log()
        yield acme


def file_name() -> str:
    return Export.objects.get().file


def changed(archive: Path, *, member: str, content: bytes) -> Path:
    """A copy of the archive in which one member has another content."""
    copy = archive.with_name("changed.tar")
    with tarfile.open(archive) as old, tarfile.open(copy, "w") as new:
        for entry in old:
            data = content if entry.name == member else old.extractfile(entry).read()  # type: ignore[union-attr]  # each is a file
            entry.size = len(data)
            new.addfile(entry, io.BytesIO(data))
    return copy


def with_manifest(archive: Path, change: Callable[[dict[str, Any]], object]) -> Path:
    with tarfile.open(archive) as tar:
        manifest = json.load(tar.extractfile("manifest.json"))  # type: ignore[arg-type]  # each is a file
    change(manifest)
    return changed(archive, member="manifest.json", content=json.dumps(manifest).encode())


@pytest.fixture
def archive(portal: Partner, tmp_path: Path) -> Path:
    return make_backup(tmp_path / "backup.tar")[0]


@pytest.mark.usefixtures("portal")
def test_backup_is_one_closed_file_with_what_rows_name(tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()

    path, manifest = make_backup(folder)

    assert list(folder.iterdir()) == [path]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert manifest.files == [file_name()]
    assert manifest.contents.tables[Meter._meta.db_table] == 12
    assert len(manifest.contents.samples[Meter._meta.db_table]) == 10
    assert manifest.contents.digest == Seal.objects.latest("number").digest
    assert b"ENCRYPTION" not in path.read_bytes()


@pytest.mark.usefixtures("portal")
def test_events_are_sealed_before_they_are_copied(portal: Partner, tmp_path: Path) -> None:
    record("partner.changed", subject=portal, partner=portal, by=SYSTEM)

    _, manifest = make_backup(tmp_path / "backup.tar")

    assert manifest.contents.digest == Seal.objects.get(last_id=Event.objects.latest("pk").pk).digest


@pytest.mark.usefixtures("portal")
def test_failed_backup_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(name: str) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr("portal.operations.backups.backup.open_file", full)
    before = set(tmp_path.iterdir())

    with pytest.raises(OSError, match="No space left"):
        make_backup(tmp_path / "backup.tar")

    assert {path for path in set(tmp_path.iterdir()) - before if "sqlite3" not in path.name} == set()


@pytest.mark.usefixtures("portal")
def test_backup_writes_over_nothing(tmp_path: Path) -> None:
    (tmp_path / "backup.tar").write_text("mine")

    with pytest.raises(BackupError, match="there already"):
        make_backup(tmp_path / "backup.tar")

    assert (tmp_path / "backup.tar").read_text() == "mine"


def test_restored_portal_is_the_one_that_was_backed_up(
    archive: Path, names: Callable[[str], str], tmp_path: Path, settings: Any
) -> None:
    name, ids, kept = names("restored"), set(Meter.objects.values_list("pk", flat=True)), file_name()
    settings.MEDIA_ROOT = tmp_path / "other"
    create_database(name)

    with default_database(name):
        report = restore(archive)

        assert (report.differences, report.waiting) == ([], [])
        assert set(Meter.objects.values_list("pk", flat=True)) == ids
        assert WebhookEndpoint.objects.get().secret == "whsec_hidden"
        with open_file(kept) as file:
            assert file.read() == CONTENT
        assert Partner.objects.create(name="Next", slug="next").pk


def test_drill_compares_and_leaves_nothing(archive: Path, tmp_path: Path) -> None:
    before = set(tmp_path.iterdir())

    report = drill(archive)

    assert (report.differences, report.waiting) == ([], [])
    assert {path for path in set(tmp_path.iterdir()) - before if "sqlite3-" not in path.name} == set()
    if database.SERVER:
        with closing(psycopg.connect(database.SERVER)) as server:
            assert server.execute("SELECT 1 FROM pg_database WHERE datname LIKE 'drill_%'").fetchall() == []


def test_drill_tells_every_difference(archive: Path) -> None:
    def falsify(manifest: dict[str, Any]) -> None:
        held, table = manifest["contents"], Meter._meta.db_table
        held["tables"][table] += 1
        held["samples"][table] = dict.fromkeys(list(held["samples"][table])[:1], "0")
        held["digest"] = "0"

    told = drill(with_manifest(archive, falsify)).differences

    assert [text.split()[:2] for text in told] == [
        ["Table", "onboarding_meter"],
        ["Row", told[1].split()[1]],
        ["The", "event"],
    ]
    with pytest.raises(CommandError, match="12 rows instead of 13"):
        call_command("restore", with_manifest(archive, falsify), drill=True, stdout=io.StringIO())


def test_drill_reads_the_event_log(portal: Partner, tmp_path: Path) -> None:
    models.QuerySet(Event).filter(verb="meter.created").update(verb="meter.altered")

    report = drill(make_backup(tmp_path / "backup.tar")[0])

    assert report.differences == ["The event log is not as it was sealed: 12 findings."]


def test_later_seals_that_this_machine_remembers_are_no_difference(portal: Partner, archive: Path) -> None:
    record("partner.changed", subject=portal, partner=portal, by=SYSTEM)
    seal_log()

    assert witness.kept() == witness.End(*Seal.objects.values_list("number", "digest").latest("number"))
    assert drill(archive).differences == []


def test_drill_tries_the_encryption_keys(archive: Path, settings: Any) -> None:
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]

    assert drill(archive).differences == [
        "Secrets in portal.WebhookEndpoint.secret cannot be read with ENCRYPTION_KEYS."
    ]


def test_restoring_writes_over_no_database(archive: Path) -> None:
    with pytest.raises(BackupError, match="not empty"):
        restore(archive)

    assert Meter.objects.count() == 12


def test_restoring_into_a_new_database_leaves_files_alone(archive: Path, names: Callable[[str], str]) -> None:
    name, kept = names("beside"), file_name()
    remove(kept)

    report: Report = restore_into(archive, name)

    assert report.differences == []
    with pytest.raises(FileNotFoundError):
        open_file(kept)
    with pytest.raises(BackupError, match=r"already|exists"):
        restore_into(archive, name)


@pytest.mark.parametrize("member", ["database", "file"])
def test_damaged_archive_is_refused(archive: Path, names: Callable[[str], str], member: str) -> None:
    name, member = names("restored"), f"files/{file_name()}" if member == "file" else member
    create_database(name)

    with default_database(name):
        with pytest.raises(BackupError, match="damaged"):
            restore(changed(archive, member=member, content=b"other"))
        assert connection.introspection.table_names() == []


def test_truncated_archive_is_refused(archive: Path) -> None:
    archive.write_bytes(archive.read_bytes()[: archive.stat().st_size // 2])

    with pytest.raises(BackupError):
        drill(archive)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (lambda manifest: manifest["contents"]["migrations"].append("portal.9999_later"), "no portal.9999_later"),
        (lambda manifest: manifest.update(format=2), "newer version"),
        (lambda manifest: manifest.update(engine="oracle"), "is of oracle"),
        (lambda manifest: manifest["digests"].update({"files/../../etc/x": "0"}), "outside"),
        (lambda manifest: manifest.pop("contents"), "no backup of the portal"),
    ],
)
def test_archive_of_another_kind_is_refused(
    archive: Path, change: Callable[[dict[str, Any]], object], text: str
) -> None:
    with pytest.raises(BackupError, match=text):
        drill(with_manifest(archive, change))


def test_database_older_than_the_code_is_not_backed_up(archive: Path) -> None:
    [(app, name)] = MigrationLoader(None).graph.leaf_nodes("portal")
    MigrationRecorder(connection).record_unapplied(app, name)

    with pytest.raises(BackupError, match=f"portal.{name} is not applied"):
        make_backup(archive.with_name("older.tar"))


def test_missing_file_is_told(portal: Partner, tmp_path: Path) -> None:
    name, told = file_name(), io.StringIO()
    remove(name)

    call_command("backup", tmp_path / "backup.tar", drill=True, stdout=io.StringIO(), stderr=told)

    assert told.getvalue() == f"1 files that rows name were missing: {name}, …\n"


def test_missing_programs_of_postgresql_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda *_: None)

    with pytest.raises(BackupError, match="pg_dump is missing"):
        databases._run("pg_dump")


def test_every_column_that_names_a_file_is_known() -> None:
    """Those of new models too: whatever is called like one is one."""
    called_so = {
        (model, field.name)
        for model, field in every_text_field()
        if field.name in {"file", "logo", "photo"} or field.name.endswith(("stored_name", "errors_name", "lines_name"))
    }

    assert called_so - {(model, field.name) for model, field in file_name_fields()} == set()
    assert len(called_so) >= 10


def every_text_field() -> Iterator[tuple[type[models.Model], models.Field]]:
    from django.apps import apps

    for model in apps.get_models():
        for field in model._meta.local_concrete_fields:
            if isinstance(field, models.CharField | FileNameField):
                yield model, field
