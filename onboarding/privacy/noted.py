"""Erasures noted outside the database, with IDs alone: a backup that is restored brings customers back who were erased
after it was made, and these notes tell who.

The notes are one stored file, a JSON object a line. What is lost to another worker that writes at the same moment is
there again after the next erasure: each writes all that the database knows.
"""

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Final
from uuid import UUID

from onboarding.privacy.models import CustomerErasure
from portal.problems import shown
from portal.storage import files

NAME: Final = "erasures.jsonl"


@dataclass(frozen=True, slots=True)
class Note:
    """One erasure: its ID, the partner's, and those of the customer's meters and connections."""

    id: UUID
    partner: UUID
    meters: tuple[UUID, ...]
    connections: tuple[UUID, ...]
    with_intervals: bool

    @classmethod
    def of(cls, erasure: CustomerErasure) -> "Note":
        meters, connections = map(UUID, erasure.meters), map(UUID, erasure.connections)
        return cls(erasure.pk, erasure.partner_id, tuple(meters), tuple(connections), erasure.with_intervals)

    @classmethod
    def from_line(cls, line: str) -> "Note":
        """Raises ValueError for a line that is no note."""
        try:
            data = json.loads(line)
            return cls(
                UUID(data["id"]),
                UUID(data["partner"]),
                tuple(map(UUID, data["meters"])),
                tuple(map(UUID, data["connections"])),
                data["with_intervals"] is True,
            )
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise ValueError(f"This line is no note of an erasure: {shown(line.strip())}") from error

    def as_line(self) -> str:
        return json.dumps(asdict(self), default=str) + "\n"


def from_lines(lines: Iterable[str]) -> list[Note]:
    """Raises ValueError for a line that is no note."""
    return [Note.from_line(line) for line in lines if line.strip()]


def noted() -> list[Note]:
    """What is noted; nothing before the first erasure."""
    try:
        with files.open_file(NAME) as file:
            return from_lines(file.read().decode().splitlines())
    except FileNotFoundError:
        return []


def all_notes() -> list[Note]:
    """Every erasure that the database knows of or that is noted.

    A note stays as it was first written: when it was repeated, an older database may have lacked meters that another
    backup has.
    """
    in_database = map(Note.of, CustomerErasure.objects.iterator())
    notes = {note.id: note for note in (*in_database, *noted())}
    return [notes[pk] for pk in sorted(notes)]


def note_all() -> None:
    """Write what the database knows beside what is noted already."""
    notes = all_notes()
    with files.drafted(NAME, mark=str(os.getpid())) as draft:
        for note in notes:
            draft.file.write(note.as_line().encode())
        draft.keep()


def unknown(notes: Iterable[Note]) -> list[Note]:
    """Those that the database knows nothing of: it is older."""
    known = set(CustomerErasure.objects.values_list("pk", flat=True))
    return [note for note in notes if note.id not in known]
