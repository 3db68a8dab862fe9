"""Restoring a backup, and trying it in a database that is removed again."""

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from portal.events.chain import check_log
from portal.operations.backups.archive import Archive, Manifest, open_archive, pieces
from portal.operations.backups.contents import differences, tables
from portal.operations.backups.databases import (
    BackupError,
    create_database,
    default_database,
    load_from,
    temporary_database,
)
from portal.operations.checks import unapplied_migrations
from portal.security.rotation import fields_with_lost_secrets
from portal.storage.files import drafted

_SECRETS_TRIED: Final = 100  # of each field


@dataclass(frozen=True, slots=True)
class Report:
    """What a restored database was found to be. differences: from the backup, a sentence each. waiting: migrations that
    it still needs; while there are any, neither its event log nor its secrets were read."""

    manifest: Manifest
    differences: list[str]
    waiting: list[str]


def restore(path: Path) -> Report:
    """Fill the empty database and the place of stored files from a backup, and compare. Stop web and workers before.

    Raises BackupError before anything is written when the database is not empty, or the archive is damaged or newer.
    """
    with open_archive(path) as archive:
        _accept(archive)
        if present := tables():
            raise BackupError(
                f"The database is not empty: it has {len(present)} tables. Restore into a new one, or use --into."
            )
        _load(archive)
        for name in archive.manifest.files:
            with archive.open_file(name) as file, drafted(name, mark="restored") as draft:
                for piece in pieces(file):
                    draft.file.write(piece)
                draft.keep()
        return _report(archive.manifest)


def restore_into(path: Path, name: str) -> Report:
    """Restore the database alone into a new one of that name (SQLite: a new file), and compare. Stored files stay as
    they are. Raises BackupError."""
    with open_archive(path) as archive:
        _accept(archive)
        create_database(name)
        with default_database(name):
            _load(archive)
            return _report(archive.manifest)


def drill(path: Path) -> Report:
    """Restore the database into a temporary one, compare, and remove it; check every file in the archive. Raises
    BackupError."""
    with open_archive(path) as archive, _folder() as folder:
        _accept(archive)
        with temporary_database(Path(folder)) as name, default_database(name):
            _load(archive)
            return _report(archive.manifest)


def _folder() -> "tempfile.TemporaryDirectory[str]":
    return tempfile.TemporaryDirectory(dir=settings.DATA_DIR, prefix="restore-")


def _accept(archive: Archive) -> None:
    """Refuse an archive that this code or this kind of database cannot take, or that was damaged."""
    manifest = archive.manifest
    if manifest.engine != connection.vendor:
        raise BackupError(f"This backup is of {manifest.engine}, and the database is {connection.vendor}.")
    loader = MigrationLoader(None)
    known = set(loader.disk_migrations).union(*(migration.replaces for migration in loader.disk_migrations.values()))
    newer = [name for name in manifest.contents.migrations if tuple(name.split(".", 1)) not in known]
    if newer:
        raise BackupError(f"This backup is of a newer version: the code has no {newer[0]}. Install that version.")
    if faults := archive.faults():
        raise BackupError(f"The archive was damaged: {faults[0]} In all {len(faults)} of its parts.")


def _load(archive: Archive) -> None:
    with _folder() as folder:
        copy = Path(folder, "database")
        archive.copy_database(copy)
        load_from(copy)


def _report(manifest: Manifest) -> Report:
    told, waiting = differences(manifest.contents), unapplied_migrations()
    if not waiting:
        if findings := check_log(is_restored=True).findings:
            told.append(f"The event log is not as it was sealed: {len(findings)} findings.")
        told += [
            f"Secrets in {field} cannot be read with ENCRYPTION_KEYS."
            for field in fields_with_lost_secrets(sample=_SECRETS_TRIED)
        ]
    return Report(manifest, told, waiting)
