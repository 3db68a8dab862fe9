"""What a partner said about the columns of its sheets, kept for the next sheet with the same headers."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from django.db.models import QuerySet
from django.utils import timezone

from onboarding.spreadsheets.headers import normalized
from onboarding.uploads.layout import ColumnLayout
from onboarding.uploads.models import ColumnMemory
from portal.events.actors import Actor
from portal.events.domain import record

if TYPE_CHECKING:
    from portal.partners.models import Partner

_LOOKED_AT = 50  # the newest memories that may speak for a single header


def memories_of(partner: "Partner") -> QuerySet[ColumnMemory]:
    return ColumnMemory.objects.filter(partner=partner).order_by("-updated_at", "-pk")


def fingerprint_of(headers: Iterable[str]) -> str:
    """One text for a set of headers, whatever their order and spelling."""
    names = sorted({normalized(header) for header in headers} - {""})
    return hashlib.sha256("\n".join(names).encode()).hexdigest()


def recalled(partner: "Partner", headers: Sequence[str]) -> tuple[dict[str, str], dict[str, str]]:
    """What the partner said before: normalised header to target, and the constants of the same set of headers.

    The same set of headers speaks first; a single header of another sheet after it, the newest first.
    """
    columns: dict[str, str] = {}
    constants: dict[str, str] = {}
    names, fingerprint = {normalized(header) for header in headers}, fingerprint_of(headers)
    memories = list(memories_of(partner)[:_LOOKED_AT])
    same = ColumnMemory.objects.filter(partner=partner, fingerprint=fingerprint).first()
    if same is not None:
        constants = dict(same.constants)
        memories.insert(0, same)
    for memory in memories:
        for header, target in memory.columns.items():
            if header in names:
                columns.setdefault(header, target)
    return columns, constants


def remember(
    partner: "Partner", headers: Mapping[int, str], layout: ColumnLayout, *, file_name: str, by: Actor
) -> ColumnMemory:
    """Keep a choice for this set of headers; a newer answer replaces the older one."""
    columns = {normalized(header): (layout.columns or {}).get(index, "") for index, header in headers.items()}
    memory, _ = ColumnMemory.objects.update_or_create(
        partner=partner,
        fingerprint=fingerprint_of(headers.values()),
        defaults={
            "headers": list(headers.values()),
            "columns": {name: target for name, target in columns.items() if name},
            "constants": dict(layout.constants),
            "file_name": file_name,
            "changed_by": by.label[:200],
            "updated_at": timezone.now(),
        },
    )
    return memory


def change_memory(memory: ColumnMemory, columns: Mapping[str, str], constants: Mapping[str, str], *, by: Actor) -> None:
    """A person changes what is remembered. columns: normalised header to target."""
    memory.columns, memory.constants = dict(columns), dict(constants)
    memory.changed_by, memory.updated_at = by.label[:200], timezone.now()
    memory.save(update_fields=["columns", "constants", "changed_by", "updated_at"])
    record("columns.changed", subject=memory, partner=memory.partner, by=by, data={"columns": dict(columns)})


def forget(memory: ColumnMemory, *, by: Actor) -> None:
    """A person no longer wants it remembered."""
    record("columns.forgotten", subject=memory, partner=memory.partner, by=by, data={"columns": memory.columns})
    memory.delete()
