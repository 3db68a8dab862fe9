"""`manage.py backup`: database and stored files in one archive, while the portal runs."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.management.commands.restore import tell
from portal.operations.backups.backup import make_backup
from portal.operations.backups.databases import BackupError
from portal.operations.backups.restore import drill


class Command(BaseCommand):
    help = "Write the database and the stored files into one new archive. ENCRYPTION_KEYS and SECRET_KEY are not in it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("target", type=Path, help="The file, or a folder in which it is named by the time.")
        parser.add_argument(
            "--drill", action="store_true", help="Also restore it into a temporary database, and compare."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            path, manifest = make_backup(options["target"])
        except (BackupError, OSError) as error:
            raise CommandError(str(error)) from error
        rows, held = sum(manifest.contents.tables.values()), manifest.contents
        self.stdout.write(f"{path}: {rows:,} rows in {len(held.tables)} tables, {len(manifest.files):,} files.")
        self.stdout.write(f"The last seal, to be kept elsewhere: {held.digest or 'none yet'}")
        if manifest.missing:
            self.stderr.write(f"{len(manifest.missing):,} files that rows name were missing: {manifest.missing[0]}, …")
        self.stdout.write("ENCRYPTION_KEYS and SECRET_KEY are not in it. Keep them elsewhere.")
        if options["drill"]:
            try:
                tell(self, drill(path))
            except (BackupError, OSError) as error:
                raise CommandError(str(error)) from error
