"""What people of Leap record, as a sheet: each row a meter and what holds of it, an activation, or the end of one."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any, Final, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from onboarding.bulk.handlers import ActionResult, register
from onboarding.bulk.models import BulkAction, BulkResult, BulkRow
from onboarding.bulk.sheets.known_meters import READ, KnownMeter
from onboarding.bulk.sheets.reading import METER_ID, SheetColumns, SheetRow
from onboarding.bulk.sheets.spec import SheetAction, SheetRowResult
from onboarding.meters.models import Meter
from onboarding.participation.zones import zones_of
from onboarding.spreadsheets.headers import HeaderSpec
from onboarding.staff.domain import (
    CAN_BE_RECORDED,
    RecordResult,
    activate,
    end_activation,
    record_checks,
)
from portal.events.actors import Actor
from portal.partners.models import Partner
from portal.partners.queries import of_real_partners
from portal.problems import Problem, shown
from portal.storage.ids import as_uuid
from portal.web import clock
from portal.web.days import Reading, day_or_moment, read_moment
from programs.deadlines import over_at
from programs.models import ActionType, DeliveryPeriod, Program

Named = TypeVar("Named", Program, DeliveryPeriod)
ACTIVATE, END = "ACTIVATE", "END"
_SPECS: Final = tuple(
    HeaderSpec(key, label, names)
    for key, label, names in (
        (METER_ID, "Leap meter ID", ("meter", "meter uuid")),
        ("what", "What", ("action type", "action_type", "item", "deed")),
        ("holds", "Holds", ("result", "yes or no")),
        ("program", "Program", ("program identifier", "program_identifier")),
        ("period", "Delivery period", ("delivery period", "delivery_period")),
        ("code", "Code", ("market code",)),
        ("note", "Note", ("reason", "why")),
        ("from", "From", ("active from", "valid from")),
        ("until", "Until", ("to", "active until", "valid to")),
        ("market_group_id", "Market group ID", ("vpp id",)),
        ("market_group_name", "Market group", ("market group name", "vpp")),
    )
)
_LABELS: Final = {spec.key: spec.label for spec in _SPECS}
_PLACE = ("postal_code", "state")
_MOMENT = timedelta(microseconds=1)
_YES, _NO = {"yes", "y", "true", "1", "ok", "passed"}, {"no", "n", "false", "0", "failed"}


def _missing(columns: Collection[str]) -> list[str]:
    wanted = {METER_ID: "which meter each row is for", "what": "what to do"}
    return [words for key, words in wanted.items() if key not in columns]


@dataclass(frozen=True, slots=True)
class LeapAction:
    """What a row records: an item of the checklist, ACTIVATE or END, with the arguments of its verb."""

    what: str
    arguments: Mapping[str, Any]

    @property
    def about(self) -> tuple[object, ...]:
        """What it is about: two rows about the same would contradict each other, or say it twice."""
        what = ACTIVATE if self.what == END else self.what
        return what, self.arguments.get("program"), self.arguments.get("period")


def label_of(what: str) -> str:
    return {ACTIVATE: "Activate", END: "End the activation"}.get(what) or f"Record: {ActionType(what).label}"


class RecordLeapActions(SheetAction[LeapAction]):
    """Record what the rows say, all of them or none. The meters are of any partner; the page is the admin's."""

    kind = "leap_actions"
    label = "Record Leap’s actions"
    at_once = None
    columns = SheetColumns(_SPECS, "what", _missing, "STAFF_COLUMNS_MISSING", is_strict=True)
    header = tuple(_LABELS)
    widths = (38, *[20] * (len(_SPECS) - 1))
    most_rows = 5_000
    is_all_or_none = True
    shown_columns = (("what", "Action"),)

    def validate_rows(self, partner: Partner | None, rows: Sequence[SheetRow]) -> Sequence[SheetRowResult[LeapAction]]:
        rows = [row for row in rows if any(row.text(key) for key in row.cells)]
        keys = {pk for row in rows if (pk := as_uuid(row.meter_id))}
        meters = of_real_partners(Meter.objects.filter(pk__in=keys)).only(*READ, *_PLACE)
        reader = _RowReader({meter.pk: meter for meter in meters})
        results, first_rows = [], dict[tuple[Any, ...], int]()
        for row in rows:
            result = reader.read(row)
            if result.meter and result.request:
                first = first_rows.setdefault((result.meter.pk, *result.request.about), row.number)
                if first != row.number:
                    result.problems.append(Problem("STAFF_ROW_REPEATED", context={"row": first}))
            results.append(result)
        return results

    def stored(self, result: SheetRowResult[LeapAction]) -> Mapping[str, object]:
        written = {key: text for key in result.row.cells if (text := result.row.text(key))}
        return {"details": written | {"action": result.request.what if result.request else ""}}

    def written(self, row: BulkRow) -> Mapping[str, str]:
        return row.details or {}

    def apply(
        self, action: BulkAction, rows: Sequence[BulkRow], meters: Mapping[UUID, Meter]
    ) -> Sequence[ActionResult]:
        """Rows that are alike are done together. What the clock or the catalogue has against a row by now is said."""
        by, results = Actor.from_json(action.actor), dict[int, ActionResult]()
        reader = _RowReader(meters)
        alike: dict[str, list[tuple[BulkRow, LeapAction]]] = {}
        for row in rows:
            now = reader.read(SheetRow(row.number or 0, dict(row.details or {})))
            if now.request is None or now.problems:
                results[row.pk] = ActionResult(BulkResult.REFUSED, now.problems)
                continue
            arguments = sorted(now.request.arguments.items(), key=lambda item: item[0])
            alike.setdefault(f"{now.request.what} {arguments!r}", []).append((row, now.request))
        for group in alike.values():
            done = _record(group[0][1], [meters[row.meter] for row, _ in group], by=by)
            left = {pk: ActionResult(BulkResult.REFUSED, [_for_sheet(problem)]) for pk, problem in done.left.items()}
            results |= {row.pk: left.get(row.meter, ActionResult(BulkResult.CHANGED)) for row, _ in group}
        return [results[row.pk] for row in rows]


def _for_sheet(problem: Problem) -> Problem:
    """What a sheet can do about it: activating what is not eligible is asked for in the list alone."""
    code = "STAFF_NOT_ELIGIBLE" if problem.code == "NOT_ELIGIBLE_TO_ACTIVATE" else problem.code
    return Problem(code, problem.field, problem.value, problem.context)


def _record(request: LeapAction, meters: Sequence[Meter], *, by: Actor) -> RecordResult:
    arguments = dict(request.arguments)
    if request.what == ACTIVATE:
        return activate(meters, arguments.pop("period"), by=by, **arguments)
    if request.what == END:
        return end_activation(meters, arguments.pop("period"), by=by, **arguments)
    return record_checks(meters, request.what, by=by, **arguments)


class _RowReader:
    """Reads rows against the catalogue as it is now; collects everything that is wrong with a row."""

    def __init__(self, meters: Mapping[UUID, Meter]) -> None:
        self._meters = meters
        self._programs = {program.identifier: program for program in Program.objects.all()}
        self._periods = {period.name: period for period in DeliveryPeriod.objects.select_related("program")}

    def read(self, row: SheetRow) -> SheetRowResult[LeapAction]:
        result = SheetRowResult[LeapAction](row)
        pk = as_uuid(row.meter_id)
        meter = self._meters.get(pk) if pk else None
        result.meter = KnownMeter.of(meter) if meter else None
        if result.meter is None:
            code = "STAFF_METER_UNKNOWN" if row.meter_id else "STAFF_METER_MISSING"
            result.problems.append(Problem(code, METER_ID, shown(row.meter_id)))
        what = _what(result)
        if what:
            result.request = LeapAction(what, self._arguments(what, result))
        result.changes = not result.problems
        return result

    def _arguments(self, what: str, result: SheetRowResult[LeapAction]) -> dict[str, Any]:
        row, problems = result.row, result.problems
        period = self._named("period", self._periods, result)
        program = self._named("program", self._programs, result)
        note = _text("note", 300, result)
        program = program or (period.program if period else None)
        begins = self._moment("from", Reading.BEGINS, program, result)
        ends = self._moment("until", Reading.CLOSES, program, result)
        if what in {ACTIVATE, END} and period is None and not row.text("period"):
            problems.append(Problem("STAFF_PERIOD_MISSING", "period"))
        if period and program and period.program_id != program.pk:
            facts = {"period": str(period), "program": str(program)}
            problems.append(Problem("STAFF_PERIOD_OF_OTHER_PROGRAM", "period", context=facts))
        if ends and ends <= (begins or (ends - _MOMENT if what == END else clock.now())):
            problems.append(Problem("STAFF_ENDS_BEFORE_IT_BEGINS", "until"))
        if what == ACTIVATE and ends:
            problems.append(Problem("STAFF_ACTIVATION_WITH_END", "until"))
        days = {"period": str(period), "days": period.days_text} if period else {}
        since = begins or (max(period.starts_at, clock.now()) if period else None)
        if what == ACTIVATE and period and since and not period.runs_at(since):
            problems.append(Problem("STAFF_STARTS_OUTSIDE_PERIOD", "from", context=days))
        if what == ACTIVATE:
            group = row.text("market_group_id")
            if group and as_uuid(group) is None:
                problems.append(Problem("STAFF_GROUP_NOT_UUID", "market_group_id", shown(group)))
            named = {
                "market_group_id": as_uuid(group),
                "market_group_name": _text("market_group_name", 128, result),
            }
            return {"period": period, "active_from": begins, "note": note, **named}
        if what == END:
            if not note:
                problems.append(Problem("STAFF_END_WITHOUT_NOTE", "note"))
            if period and ends and ends > over_at(period.ends_at, period.program.zone):
                problems.append(Problem("STAFF_ENDS_OUTSIDE_PERIOD", "until", context=days))
            return {"period": period, "active_to": ends, "reason": note}
        holds = _holds(result)
        if holds is False and not note:
            problems.append(Problem("STAFF_NO_WITHOUT_NOTE", "note"))
        texts = {"code": _text("code", 32, result), "note": note}
        return {"holds": holds, "program": program, "period": period, "valid_from": begins, "valid_to": ends, **texts}

    def _moment(
        self, key: str, reading: Reading, program: Program | None, result: SheetRowResult[LeapAction]
    ) -> datetime | None:
        """A day of the program, else of the meter; or a moment with its offset."""
        text = result.row.text(key)
        if not text:
            return None
        said = day_or_moment(text)
        if said is None or not 2000 <= said.year <= 2100:
            result.problems.append(Problem("STAFF_MOMENT_UNKNOWN", key, shown(text), {"label": key.capitalize()}))
            return None
        if program:
            return read_moment(said, program.zone, reading)
        return read_moment(said, self._zones[result.meter.pk] if result.meter else UTC, reading)

    @cached_property
    def _zones(self) -> Mapping[UUID, ZoneInfo]:
        return zones_of(self._meters.values())

    def _named(self, key: str, known: Mapping[str, Named], result: SheetRowResult[LeapAction]) -> Named | None:
        text = result.row.text(key)
        if text and text not in known:
            result.problems.append(Problem("STAFF_NAME_UNKNOWN", key, shown(text), {"what": key}))
        return known.get(text)


def _what(result: SheetRowResult[LeapAction]) -> str:
    text = result.row.text("what")
    names = {ACTIVATE: ACTIVATE, END: END, "END THE ACTIVATION": END}
    for kind in CAN_BE_RECORDED:
        names |= {str(kind): str(kind), ActionType(kind).label.upper(): str(kind)}
    what = names.get(text.upper(), "")
    if not what:
        result.problems.append(Problem("STAFF_ACTION_UNKNOWN", "what", shown(text)))
    return what


def _text(key: str, most: int, result: SheetRowResult[LeapAction]) -> str:
    """A text, which is refused rather than cut."""
    text = result.row.text(key)
    if len(text) > most:
        facts = {"label": _LABELS[key], "count": f"{len(text):,}", "most": most}
        result.problems.append(Problem("STAFF_TEXT_TOO_LONG", key, context=facts))
    return text


def _holds(result: SheetRowResult[LeapAction]) -> bool | None:
    text = result.row.text("holds")
    if text.lower() in _YES | _NO:
        return text.lower() in _YES
    code = "STAFF_HOLDS_UNKNOWN" if text else "STAFF_HOLDS_MISSING"
    result.problems.append(Problem(code, "holds", shown(text.lower())))
    return None


RECORD_LEAP_ACTIONS: Final = RecordLeapActions()
register(RECORD_LEAP_ACTIONS)
