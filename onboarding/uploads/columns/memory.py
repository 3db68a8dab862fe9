"""What a partner said about the columns of its sheets, kept for the next sheet with the same headers."""

import hashlib
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from django.db.models import QuerySet

from onboarding.spreadsheets.headers import normalized
from onboarding.uploads.layout import ColumnLayout
from onboarding.uploads.models import ColumnMemory
from portal.events.actors import Actor
from portal.events.domain import record
from portal.web import clock

if TYPE_CHECKING:
    from portal.partners.models import Partner

_LOOKED_AT = 50  # the newest memories of other sheets that may raise a question


def memories_of(partner: "Partner") -> QuerySet[ColumnMemory]:
    return ColumnMemory.objects.filter(partner=partner).order_by("-updated_at", "-pk")


def fingerprint_of(headers: Iterable[str]) -> str:
    """One text for a set of headers, whatever their order and spelling."""
    names = sorted({normalized(header) for header in headers} - {""})
    return hashlib.sha256("\n".join(names).encode()).hexdigest()


def recalled(partner: "Partner", headers: Iterable[str]) -> ColumnMemory | None:
    """What the partner said of exactly this set of headers; a header alone means another thing in another sheet."""
    return ColumnMemory.objects.filter(partner=partner, fingerprint=fingerprint_of(headers)).first()


def matched_elsewhere(partner: "Partner", headers: Iterable[str]) -> dict[str, str]:
    """Normalised header to what the newest other sheet with such a header had in it. Worth a question, no answer."""
    names, fingerprint = {normalized(header) for header in headers}, fingerprint_of(headers)
    targets: dict[str, str] = {}
    for memory in memories_of(partner).exclude(fingerprint=fingerprint)[:_LOOKED_AT]:
        for header, target in memory.columns.items():
            if header in names and target:
                targets.setdefault(header, target)
    return targets


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
            "joined": list(layout.joined),
            "values": layout.as_json()["values"],
            "file_name": file_name,
            "changed_by": by.label[:200],
            "updated_at": clock.now(),
        },
    )
    return memory


def change_memory(memory: ColumnMemory, columns: Mapping[str, str], constants: Mapping[str, str], *, by: Actor) -> None:
    """A person changes what is remembered. columns: normalised header to target."""
    memory.columns, memory.constants = dict(columns), dict(constants)
    memory.changed_by, memory.updated_at = by.label[:200], clock.now()
    memory.save(update_fields=["columns", "constants", "changed_by", "updated_at"])
    record("columns.changed", subject=memory, partner=memory.partner, by=by, data={"columns": dict(columns)})


def forget(memory: ColumnMemory, *, by: Actor) -> None:
    """A person no longer wants it remembered."""
    record("columns.forgotten", subject=memory, partner=memory.partner, by=by, data={"columns": memory.columns})
    memory.delete()
