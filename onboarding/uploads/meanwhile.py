"""What became of a meter between the check of a row and its writing, so that a refused row can be decided anew."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from onboarding.meters.columns import asset_of
from onboarding.meters.models import Meter
from onboarding.uploads.corrections.rows import RowEditor, as_shown
from onboarding.uploads.models import RowOutcome, Upload, UploadRow
from onboarding.uploads.shown_values import label_of
from programs.schema import Schema


@dataclass(frozen=True, slots=True)
class ValueMeanwhile:
    """One value that somebody changed: as it was at the check, as it is now, and what the row has; "" for none."""

    label: str
    at_check: str
    now: str
    in_file: str


@dataclass(frozen=True, slots=True)
class MeterMeanwhile:
    """What changed in the meter of one row. is_gone: the meter is not there any more."""

    is_gone: bool
    values: list[ValueMeanwhile] = field(default_factory=list)


def changed_meanwhile(upload: Upload, rows: Iterable[UploadRow], schema: Schema) -> dict[int, MeterMeanwhile]:
    """What changed in the meters of the rows that were refused while they were written, by row number.

    Rows of new meters are not among them. No query when there is no such row, and a fixed number otherwise.
    """
    refused = RowOutcome.PROCESSING_ERROR.value
    stale = [row for row in rows if row.result == refused and row.meter_version is not None and row.asset is not None]
    if not stale:
        return {}
    meters = Meter.objects.filter(partner=upload.partner_id, pk__in=[row.meter_id for row in stale]).in_bulk()
    cells = RowEditor(upload).cells_of(stale)
    return {
        row.number: _of_row(row, meters.get(row.meter_id) if row.meter_id else None, cells[row.number], schema)
        for row in stale
    }


def _of_row(row: UploadRow, meter: Meter | None, cells: Mapping[str, object], schema: Schema) -> MeterMeanwhile:
    if meter is None:
        return MeterMeanwhile(is_gone=True)
    before, now = schema.flatten(row.asset or {}), schema.flatten(asset_of(meter))
    before |= {key: old for key, (old, _) in (row.changes or {}).items()}
    keys = (column.key for column in schema.columns if before.get(column.key) != now.get(column.key))
    return MeterMeanwhile(
        is_gone=False,
        values=[
            ValueMeanwhile(
                label_of(schema.column(key)),
                as_shown(before.get(key)),
                as_shown(now.get(key)),
                as_shown(cells.get(key)),
            )
            for key in keys
        ],
    )
