"""`manage.py restore`: a backup into an empty database, or into a temporary one to see whether it could be."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.operations.backups.databases import BackupError
from portal.operations.backups.restore import Report, drill, restore, restore_into


class Command(BaseCommand):
    help = "Restore a backup into the empty database and the place of stored files. Stop web and workers before."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("archive", type=Path)
        either = parser.add_mutually_exclusive_group()
        either.add_argument(
            "--into", metavar="NAME", help="A new database on the same server, or a new file of SQLite; without files."
        )
        either.add_argument(
            "--drill", action="store_true", help="Restore into a temporary database, compare, and remove it."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["archive"]
        try:
            if options["drill"]:
                report = drill(path)
            elif options["into"]:
                report = restore_into(path, options["into"])
            else:
                report = restore(path)
        except (BackupError, OSError) as error:
            raise CommandError(str(error)) from error
        tell(self, report)


def tell(command: BaseCommand, report: Report) -> None:
    """Print what was compared. Raises CommandError when anything differs."""
    held = report.manifest.contents
    sampled = sum(len(keys) for keys in held.samples.values())
    command.stdout.write(
        f"Compared: the rows of {len(held.tables)} tables by number, {sampled:,} random ones by content, seal "
        f"{held.seal}, {len(report.manifest.files):,} files by digest."
    )
    if report.waiting:
        command.stdout.write(
            f"{len(report.waiting)} migrations are missing. Run manage.py migrate, check_log and doctor: neither the "
            "event log nor the secrets were read."
        )
    if report.differences:
        raise CommandError("\n".join(report.differences))
    command.stdout.write("All is as it was backed up.")
