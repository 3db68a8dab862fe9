"""Named reads of meters, shared by page, export and API."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from django.db.models import QuerySet

from onboarding.meters.columns import Asset, asset_of
from onboarding.meters.models import Meter
from onboarding.meters.provenance import Source
from portal.partners.models import Partner
from programs.schema import schema_for

SORTS = {
    "newest": ("-pk", "Newest first"),
    "oldest": ("pk", "Oldest first"),
    "reference": ("partner_reference", "Reference, A to Z"),
    "-reference": ("-partner_reference", "Reference, Z to A"),
    "city": ("city", "City, A to Z"),
    "-city": ("-city", "City, Z to A"),
    "changed": ("-updated_at", "Last changed first"),
    "-changed": ("updated_at", "Last changed last"),
}
EXPORT_FIXED = ("meter_id", "enrollment_status", "created_by", "created_at", "updated_at")


def meters_of(partner: Partner) -> QuerySet[Meter]:
    return Meter.objects.filter(partner=partner)


def export_columns() -> list[str]:
    """The export's columns: what we know of the meter, then every field key of the catalogue, in sheet order."""
    return [*EXPORT_FIXED, *(column.key for column in schema_for().columns)]


def export_lines(meters: QuerySet[Meter]) -> Iterator[list[Any]]:
    """Meters as lines in the order of `export_columns`, streamed from the database."""
    schema = schema_for()
    keys = [column.key for column in schema.columns]
    for meter in meters.order_by("-pk").iterator(chunk_size=2000):
        flat = schema.flatten(asset_of(meter))
        fixed = [str(meter.pk), meter.enrollment_status, meter.created_by]
        times = [meter.created_at.isoformat(), meter.updated_at.isoformat()]
        yield [*fixed, *times, *(_cell(flat.get(key)) for key in keys)]


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else value.isoformat() if isinstance(value, date) else value


@dataclass(frozen=True, slots=True)
class Fact:
    """One value of a meter as its page shows it, and where it came from when that is to be said."""

    label: str
    value: Any
    source: Source | None = None


def sections_of(asset: Asset, sources: Mapping[str, Source] = MappingProxyType({})) -> list[tuple[str, list[Fact]]]:
    """An asset as sections of facts, in the catalogue's order; nothing that it holds is left out.

    sources: by field key.
    """
    schema = schema_for()
    flat = schema.flatten(asset)
    sections: dict[str, list[Fact]] = {}
    for column in schema.columns:
        if column.key in flat:
            value = _cell(flat.pop(column.key))
            labels = dict(column.choices)
            shown = labels.get(value, value) if isinstance(value, str) else value
            shown = f"{shown} {column.unit}".strip() if column.unit else shown
            sections.setdefault(column.section, []).append(Fact(column.label, shown, sources.get(column.key)))
    if flat:
        sections["Other"] = [Fact(key, _cell(value), sources.get(key)) for key, value in flat.items()]
    return list(sections.items())
