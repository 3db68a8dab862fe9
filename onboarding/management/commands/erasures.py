"""Lists the erasures of customers, or repeats those that a restored database knows nothing of."""

from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from onboarding.privacy.domain import repeat
from onboarding.privacy.noted import Note, all_notes, from_lines, noted, unknown
from portal.events.actors import Actor
from portal.partners.models import Partner
from portal.problems import Refused


class Command(BaseCommand):
    help = "Prints every erasure of a customer, one JSON line each: IDs alone. --repeat: erase again after a restore."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--repeat", action="store_true", help="Queue again what this database does not know of.")
        parser.add_argument("--file", type=Path, help="Such lines; without it, those kept beside the stored files.")

    def handle(self, *args: object, **options: object) -> None:
        if not options["repeat"]:
            for note in self._read(all_notes):
                self.stdout.write(note.as_line(), ending="")
            return
        path = options["file"]
        given = (lambda: from_lines(path.read_text().splitlines())) if isinstance(path, Path) else noted
        notes = unknown(self._read(given))
        refused = [told for note in notes if (told := self._repeat(note))]
        queued = len(notes) - len(refused)
        self.stdout.write(f"{queued} {'erasure' if queued == 1 else 'erasures'} queued again.")
        if refused:
            raise CommandError("\n".join(refused))

    def _read(self, notes: Callable[[], list[Note]]) -> list[Note]:
        try:
            return notes()
        except (OSError, ValueError) as error:
            raise CommandError(str(error)) from error

    def _repeat(self, note: Note) -> str:
        """Returns why it cannot be repeated, "" otherwise."""
        try:
            repeat(note, by=Actor.system())
        except Partner.DoesNotExist:
            return f"{note.id}: the partner {note.partner} is not in this database."
        except Refused as refused:
            return "\n".join(f"{note.id}: {problem.text}" for problem in refused.problems)
        return ""
