"""Named reads of meters, shared by pages and exports."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from types import MappingProxyType

from django.db.models import QuerySet

from onboarding.meters.columns import Asset, asset_of
from onboarding.meters.models import Meter
from onboarding.portfolio.columns import (
    ShownColumn,
    display_value,
    export_cell,
    plain_cell,
    portal_columns,
    reading,
    with_assets,
    with_facts,
)
from onboarding.portfolio.provenance import ValueSource
from onboarding.uploads.editing import text_cell
from programs.schema import flatten, schema_for

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
_ALWAYS_EXPORTED = ("meter_id", "partner_reference")
_AT_ONCE = 2000  # meters


def export_table(
    meters: QuerySet[Meter], columns: Sequence[ShownColumn] = ()
) -> tuple[list[str], Iterator[list[object]]]:
    """Header and lines of an export, newest meter first, streamed from the database.

    The meter's ID and reference, then the chosen columns; with none chosen, every column.
    """
    newest = meters.order_by("-pk")
    read = reading(newest, columns) if columns else with_facts(newest)
    return export_header(columns), export_lines(read.iterator(chunk_size=_AT_ONCE), columns)


def export_header(columns: Sequence[ShownColumn] = ()) -> list[str]:
    """The keys that head an export; of all that the portal knows and every field of the catalogue, in sheet order, when
    no column is chosen."""
    if not columns:
        facts = (key for column in portal_columns() for key in column.header)
        return [*facts, *(column.key for column in schema_for().columns)]
    return [*_ALWAYS_EXPORTED, *(key for column in _beside_id(columns) for key in column.header)]


def export_lines(meters: Iterable[Meter], columns: Sequence[ShownColumn] = ()) -> Iterator[list[object]]:
    """Meters as lines in the order of `export_header`."""
    if not columns:
        yield from _whole_lines(meters)
        return
    chosen = [column.values for column in _beside_id(columns)]
    for meter, flat in with_assets(meters, columns):
        cells = chain.from_iterable(values(meter, flat) for values in chosen)
        yield [str(meter.pk), text_cell(meter.partner_reference), *cells]


def _whole_lines(meters: Iterable[Meter]) -> Iterator[list[object]]:
    columns, facts = schema_for().columns, portal_columns()
    for meter in meters:
        flat = flatten(asset_of(meter))
        known = chain.from_iterable(fact.values(meter, flat) for fact in facts)
        yield [*known, *(export_cell(column, flat.get(column.key)) for column in columns)]


def _beside_id(columns: Iterable[ShownColumn]) -> list[ShownColumn]:
    return [column for column in columns if column.key not in _ALWAYS_EXPORTED]


@dataclass(frozen=True, slots=True)
class Fact:
    """One value of a meter as its page shows it, and where it came from when that is to be said."""

    label: str
    value: object
    source: ValueSource | None = None


def sections_of(
    asset: Asset, sources: Mapping[str, ValueSource] = MappingProxyType({})
) -> list[tuple[str, list[Fact]]]:
    """An asset as sections of facts, in the catalogue's order; nothing that it holds is left out.

    sources: by field key.
    """
    schema = schema_for()
    flat = schema.flatten(asset)
    is_several = {key.partition(".1")[0] for key in flat if ".1" in key}  # lists with a second entry are numbered
    sections: dict[str, list[Fact]] = {}
    for column in schema.columns:
        if column.key in flat:
            label = column.label if column.key.partition(".0")[0] in is_several else column.name
            shown = display_value(column, flat.pop(column.key))
            sections.setdefault(column.section, []).append(Fact(label, shown, sources.get(column.key)))
    if flat:
        sections["Other"] = [Fact(key, plain_cell(value), sources.get(key)) for key, value in flat.items()]
    return list(sections.items())
