"""A sheet-driven action in one file, as CONTRIBUTING.md shows it: set the customer group of each meter."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from onboarding.bulk.handlers import ActionResult
from onboarding.bulk.models import BulkAction, BulkResult, BulkRow
from onboarding.bulk.sheets.known_meters import KnownMeters
from onboarding.bulk.sheets.reading import METER_COLUMNS, METER_ID, REFERENCE, SheetColumns, SheetRow, no_meter_column
from onboarding.bulk.sheets.spec import SheetAction, SheetRowResult, refuse_repeated_meters
from onboarding.meters.domain import MeterChange, change_meters
from onboarding.meters.models import Meter
from onboarding.spreadsheets.headers import HeaderSpec
from portal.events.actors import Actor
from portal.partners.models import Partner
from portal.problems import Problem


def _missing(columns: Collection[str]) -> list[str]:
    return no_meter_column(columns) + ([] if "group" in columns else ["which group it belongs to"])


class SetGroups(SheetAction[str]):
    """Put each meter into the customer group in its row."""

    kind = "set_groups"
    label = "Set customer groups"
    slug = "groups"
    list_hint = "Another group for each meter?"
    heading = "Set customer groups"
    lead = "Say which customer group each meter belongs to. Nothing is changed until you confirm."
    guide = "Fill in the column group; a meter without one stays as it is."
    columns = SheetColumns(
        (*METER_COLUMNS, HeaderSpec("group", "Group", ("customer group",))),
        marker="group",
        missing=_missing,
        code="REFERENCE_COLUMNS_MISSING",
    )
    header = (METER_ID, REFERENCE, "group")
    widths = (38, 32, 24)
    shown_columns = (("group", "Group"),)

    def validate_rows(self, partner: Partner | None, rows: Sequence[SheetRow]) -> Sequence[SheetRowResult[str]]:
        assert partner is not None
        meters, results = KnownMeters(partner, rows), []
        for row in rows:
            meter, problems = meters.named(row)
            group = row.text("group")
            if len(group) > 64:
                problems.append(Problem("GROUP_NOT_ACCEPTED", "group", group[:100]))
            results.append(SheetRowResult(row, meter, group, changes=bool(group), problems=problems))
        refuse_repeated_meters(results)
        return results

    def stored(self, result: SheetRowResult[str]) -> Mapping[str, Any]:
        return {"details": {"group": result.request}}

    def written(self, row: BulkRow) -> Mapping[str, str]:
        return row.details or {}

    def apply(
        self, action: BulkAction, rows: Sequence[BulkRow], meters: Mapping[UUID, Meter]
    ) -> Sequence[ActionResult]:
        changes = [MeterChange(meters[row.meter], {"customer_group": self.written(row)["group"]}) for row in rows]
        change_meters(changes, verb="meter.grouped", partner=action.owner, by=Actor.from_json(action.actor))
        return [ActionResult(BulkResult.CHANGED) for _ in rows]
