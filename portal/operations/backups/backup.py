"""Making a backup."""

import os
import tarfile
import tempfile
from datetime import UTC
from pathlib import Path

from django.db import connection
from django.utils import timezone

from portal.events.chain import seal_log
from portal.operations.backups.archive import FORMAT, ArchiveWriter, Manifest
from portal.operations.backups.contents import contents
from portal.operations.backups.databases import BackupError, dump_to
from portal.operations.checks import unapplied_migrations
from portal.storage.file_names import named_files
from portal.storage.files import open_file, size_of


def make_backup(target: Path) -> tuple[Path, Manifest]:
    """Write database and stored files into one new archive, of mode 0600; returns its path and manifest.

    target: the file, or a folder in which it is named by the time. The portal can run meanwhile. The database is of one
    moment. Files are copied after it and never change once they are stored, so they cover every row. Nothing is left
    behind when it fails. Raises BackupError, OSError.
    """
    now = timezone.now().astimezone(UTC)
    path = target / f"portal-{now:%Y%m%dT%H%M%SZ}.tar" if target.is_dir() else target
    if path.exists():
        raise BackupError(f"{path} is there already. Name a file that is not.")
    if waiting := unapplied_migrations():
        raise BackupError(f"The database is older than the code: {waiting[0]} is not applied. Run: manage.py migrate")
    seal_log()
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".portal-backup-") as folder:
        draft = Path(folder, "archive")
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            with tarfile.open(fileobj=file, mode="w") as tar:
                manifest = _write(ArchiveWriter(tar), Path(folder, "database"), made_at=now.isoformat())
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)
    return path, manifest


def _write(archive: ArchiveWriter, copy: Path, *, made_at: str) -> Manifest:
    with dump_to(copy):
        held, names = contents(), named_files()
    archive.add_database(copy)
    missing = []
    for name in sorted(names):
        try:
            with open_file(name) as file:
                archive.add_file(name, file, size_of(name))
        except FileNotFoundError:
            missing.append(name)
    manifest = Manifest(
        format=FORMAT,
        made_at=made_at,
        engine=connection.vendor,
        contents=held,
        digests=archive.digests,
        missing=missing,
    )
    archive.finish(manifest)
    return manifest
