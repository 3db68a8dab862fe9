"""What people of Leap record, as a sheet: one row a meter and deed. Every problem of every row at once."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from onboarding.bulk.sheets import Cells, Columns, Sheet, read_rows, text_of
from onboarding.meters.models import Meter
from onboarding.spreadsheets.headers import HeaderSpec
from onboarding.staff.domain import (
    CAN_BE_RECORDED,
    ActionResult,
    activate,
    days_of,
    end_activation,
    record_checks,
    runs_at,
)
from portal.events.actors import Actor
from portal.problems import Problem, ProblemKind, register, shown
from portal.storage.ids import as_uuid
from programs.deadlines import over_at
from programs.models import ActionType, DeliveryPeriod, Program

MOST: Final = 5_000  # rows
HEADER: Final = (
    *("meter_id", "what", "holds", "program", "period", "code", "note", "from", "until"),
    *("market_group_id", "market_group_name"),
)
ACTIVATE, END = "ACTIVATE", "END"
_COLUMNS: Final = tuple(
    HeaderSpec(key, label, names)
    for key, label, names in (
        ("meter_id", "Leap meter ID", ("meter", "meter uuid")),
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
_MOMENT = timedelta(microseconds=1)
_YES, _NO = {"yes", "y", "true", "1", "ok", "passed"}, {"no", "n", "false", "0", "failed"}

register(
    ProblemKind(
        "STAFF_COLUMNS_MISSING",
        "Columns are missing",
        "The sheet does not say {missing}.",
        "Take the template, or name the columns as it does.",
    )
)


@dataclass(frozen=True, slots=True)
class Deed:
    """One row that can be done: for which meter, what, and with which arguments."""

    number: int
    meter: UUID
    what: str
    arguments: Mapping[str, Any]


@dataclass(slots=True)
class Judged:
    """What a sheet would do. problems: row number to what is wrong with it, in words."""

    deeds: list[Deed] = field(default_factory=list)
    problems: dict[int, list[str]] = field(default_factory=dict)

    @property
    def counts(self) -> list[tuple[str, int]]:
        """How many rows do what."""
        found: dict[str, int] = {}
        for deed in self.deeds:
            found[words_of(deed.what)] = found.get(words_of(deed.what), 0) + 1
        return sorted(found.items())


def words_of(what: str) -> str:
    return {ACTIVATE: "Activate", END: "End the activation"}.get(what) or f"Record: {ActionType(what).label}"


def judge(sheet: Sheet) -> Judged:
    """Read a sheet and look at each row; nothing is written. Refuses as `read_rows` does."""
    columns = Columns(_COLUMNS, "what", _missing, "STAFF_COLUMNS_MISSING", is_strict=True)
    rows = read_rows(sheet, columns, most=MOST)
    texts = [(number, {key: text_of(cell) for key, cell in _filled(cells)}) for number, cells in rows]
    texts = [(number, row) for number, row in texts if row]
    keys = {pk for _, row in texts if (pk := as_uuid(row.get("meter_id", "")))}
    known = set(Meter.objects.filter(pk__in=keys).values_list("pk", flat=True))
    programs = {one.identifier: one for one in Program.objects.all()}
    periods = {one.name: one for one in DeliveryPeriod.objects.select_related("program")}
    judged, seen = Judged(), dict[tuple[Any, ...], int]()
    for number, row in texts:
        deed, problems = _Row(number, row, known, programs, periods).read()
        if deed is not None and (first := seen.setdefault(_about(deed), number)) != number:
            deed, problems = None, [f"Row {first} says something about this meter and item already."]
        if deed is None:
            judged.problems[number] = problems
        else:
            judged.deeds.append(deed)
    return judged


def _about(deed: Deed) -> tuple[Any, ...]:
    """What a row is about: two rows about the same would contradict each other, or say it twice."""
    what = ACTIVATE if deed.what == END else deed.what
    return deed.meter, what, deed.arguments.get("program"), deed.arguments.get("period")


def _filled(cells: Cells) -> list[tuple[str, Any]]:
    return [(key, cell) for key, cell in cells.items() if text_of(cell)]


def _missing(found: Collection[str]) -> list[str]:
    wanted = {"meter_id": "which meter is meant", "what": "what is to be done"}
    return [words for key, words in wanted.items() if key not in found]


class _Row:
    """One row on its way to a deed; collects everything that is wrong with it."""

    def __init__(
        self,
        number: int,
        row: Mapping[str, str],
        known: Collection[UUID],
        programs: Mapping[str, Program],
        periods: Mapping[str, DeliveryPeriod],
    ) -> None:
        self.number, self.row, self.known, self.programs, self.periods = number, row, known, programs, periods
        self.problems: list[str] = []

    def read(self) -> tuple[Deed | None, list[str]]:
        pk = as_uuid(self.row.get("meter_id", ""))
        if pk is None or pk not in self.known:
            text = self.row.get("meter_id", "")
            said = f"No meter has the ID {shown(text)!r}." if text else "The Leap meter ID is missing."
            self.problems.append(f"{said} Copy it from the list of enrollments, or from the partner's export.")
        what = self._what()
        arguments = self._arguments(what) if what else {}
        if self.problems or pk is None:
            return None, self.problems
        return Deed(self.number, pk, what, arguments), []

    def _what(self) -> str:
        text = self.row.get("what", "")
        names = {ACTIVATE: ACTIVATE, END: END, "END THE ACTIVATION": END}
        for kind in CAN_BE_RECORDED:
            names |= {str(kind): str(kind), ActionType(kind).label.upper(): str(kind)}
        found = names.get(text.upper(), "")
        if not found:
            self.problems.append(f"What {shown(text)!r} means is not known. Write ACTIVATE, END or an item's name.")
        return found

    def _arguments(self, what: str) -> dict[str, Any]:
        period, program = self._named("period", self.periods), self._named("program", self.programs)
        begins, ends, note = self._moment("from"), self._moment("until"), self._text("note", 300)
        program = program or (period.program if period else None)
        if what in {ACTIVATE, END} and period is None and "period" not in self.row:
            self.problems.append("The delivery period is missing.")
        if period and program and period.program_id != program.pk:
            self.problems.append(f"{period} is no period of {program}.")
        if ends and ends <= (begins or (ends - _MOMENT if what == END else timezone.now())):
            self.problems.append("Until is not after From.")
        if what == ACTIVATE and ends:
            self.problems.append("An activation has no end here. Write END in a row of its own when it ends.")
        since = begins or (max(period.starts_at, timezone.now()) if period else None)
        if what == ACTIVATE and period and since and not runs_at(period, since):
            self.problems.append(f"{period} runs from {days_of(period)}.")
        if what == ACTIVATE:
            group = self.row.get("market_group_id", "")
            if group and as_uuid(group) is None:
                self.problems.append(f"The market group ID {shown(group)!r} is no UUID.")
            named = {
                "market_group_id": as_uuid(group),
                "market_group_name": self._text("market_group_name", 128),
            }
            return {"period": period, "active_from": begins, "note": note, **named}
        if what == END:
            if not note:
                self.problems.append("Say in Note why the activation ends.")
            if period and ends and ends > over_at(period.ends_at, ZoneInfo(period.program.time_zone)):
                self.problems.append(f"{period} runs from {days_of(period)}; Until is after that.")
            return {"period": period, "active_to": ends, "reason": note}
        holds = self._holds()
        if holds is False and not note:
            self.problems.append("Say in Note why it does not hold.")
        words = {"code": self._text("code", 32), "note": note}
        return {"holds": holds, "program": program, "period": period, "valid_from": begins, "valid_to": ends, **words}

    def _text(self, key: str, most: int) -> str:
        """A text, which is refused rather than cut."""
        text = self.row.get(key, "")
        if len(text) > most:
            label = next(spec.label for spec in _COLUMNS if spec.key == key)
            self.problems.append(f"{label} has {len(text):,} characters. It takes {most}.")
        return text

    def _holds(self) -> bool | None:
        text = self.row.get("holds", "").lower()
        if text in _YES | _NO:
            return text in _YES
        self.problems.append(f"Holds is {shown(text)!r}. Write yes or no." if text else "Write yes or no under Holds.")
        return None

    def _named(self, key: str, known: Mapping[str, Any]) -> Any:
        text = self.row.get(key, "")
        if text and text not in known:
            self.problems.append(f"There is no {key} {shown(text)!r}. Write its name as the catalogue does.")
        return known.get(text)

    def _moment(self, key: str) -> datetime | None:
        text = self.row.get(key, "")
        try:
            day = parse_date(text)
            at = datetime(day.year, day.month, day.day, tzinfo=UTC) if day else parse_datetime(text)
        except ValueError:
            at = None
        if text and (at is None or not 2000 <= at.year <= 2100):
            self.problems.append(
                f"{key.capitalize()} is {shown(text)!r}. Write it as 2026-05-31 or 2026-05-31 07:00, UTC."
            )
            return None
        return at.replace(tzinfo=at.tzinfo or UTC) if at else None


def do(deeds: Sequence[Deed], *, by: Actor) -> dict[int, str]:
    """Do what the rows say, those that are alike together; returns row number to what became of it."""
    alike: dict[str, list[Deed]] = {}
    for deed in deeds:
        alike.setdefault(f"{deed.what} {sorted(deed.arguments.items(), key=lambda item: item[0])!r}", []).append(deed)
    results: dict[int, str] = {}
    for group in alike.values():
        meters = list(Meter.objects.filter(pk__in=[deed.meter for deed in group]).select_related("partner"))
        done = _verb(group[0], meters, by=by)
        for deed in group:
            problem = done.left.get(deed.meter)
            results[deed.number] = f"Left: {problem.text} {_remedy(problem)}" if problem else "Done"
    return dict(sorted(results.items()))


def _remedy(problem: Problem) -> str:
    """What a sheet can do about it: activating what is not eligible is asked for in the list alone."""
    if problem.code == "NOT_ELIGIBLE_TO_ACTIVATE":
        return "Settle what is open first, or activate it in the list of enrollments all the same."
    return problem.remedy


def _verb(deed: Deed, meters: Sequence[Meter], *, by: Actor) -> ActionResult:
    arguments = dict(deed.arguments)
    if deed.what == ACTIVATE:
        return activate(meters, arguments.pop("period"), by=by, **arguments)
    if deed.what == END:
        return end_activation(meters, arguments.pop("period"), by=by, **arguments)
    return record_checks(meters, deed.what, by=by, **arguments)
