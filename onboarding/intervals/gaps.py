"""Gaps: runs of expected quarter-hours that are missing, each with the deadline by which it must be submitted."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import numpy as np
from django.db import models
from numpy.typing import NDArray

from onboarding.intervals.coverage import Block, blocks
from onboarding.intervals.expected import DataRule, Expected, Window, expected_of
from onboarding.intervals.models import DataType, IntervalSeries, IntervalUpload, IntervalUploadState
from onboarding.intervals.quarters import NEVER, Quarters, first_quarter, moment_of, quarter_at, span_text
from portal.partners.models import Partner
from portal.web import clock
from portal.web.days import is_midnight

LATE_DAYS: Final = 31  # for how long after its deadline a gap is listed without being asked for
_TYPES: Final = list(DataType)


class GapStatus(models.TextChoices):
    """The published status of a missing interval."""

    OPEN = "OPEN", "Open"
    PROCESSING = "PROCESSING", "Processing"

    @property
    def tone(self) -> str:
        return "warning" if self == GapStatus.OPEN else "info"


# meter, type: places in lists of them. start, end (exclusive) and deadline: quarter-hours. working: being backfilled.
_GAP: Final = np.dtype(
    [("meter", "<i4"), ("type", "<i4"), ("start", "<i4"), ("end", "<i4"), ("deadline", "<i4"), ("working", "?")]
)


@dataclass(frozen=True, slots=True)
class Gap:
    """One gap, start and end in UTC; the deadline is by the clock of the program that sets it."""

    meter: UUID
    data_type: DataType
    start: datetime
    end: datetime
    deadline: datetime
    status: GapStatus
    programs: tuple[str, ...]
    names: tuple[str, ...]

    @property
    def quarters(self) -> int:
        return (self.end - self.start) // timedelta(minutes=15)

    @property
    def local_start(self) -> datetime:
        return self.start.astimezone(self.deadline.tzinfo)

    @property
    def text(self) -> str:
        """When it is, by the clock of its deadline."""
        return span_text(self.local_start, self.local_end)

    @property
    def local_end(self) -> datetime:
        return self.end.astimezone(self.deadline.tzinfo)


@dataclass(frozen=True, slots=True)
class Gaps:
    """The gaps of meters, as rows of numbers, sorted by meter, type of data and start."""

    rows: NDArray[Any]
    meters: Sequence[UUID]
    expected: Expected

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def quarters(self) -> int:
        """How many quarter-hours are missing in all."""
        return int((self.rows["end"] - self.rows["start"]).sum())

    @property
    def meter_count(self) -> int:
        return len(np.unique(self.rows["meter"]))

    def only(self, which: NDArray[np.bool_]) -> "Gaps":
        """Those for which the mask is true."""
        return replace(self, rows=self.rows[which])

    def by_deadline(self) -> "Gaps":
        """The soonest deadline first."""
        rows = self.rows
        return replace(self, rows=rows[np.lexsort((rows["start"], rows["meter"], rows["deadline"]))])

    def within(self, first: int | None, last: int | None) -> "Gaps":
        """The parts of them that lie in first <= q < last."""
        rows = self.rows.copy()
        if first is not None:
            rows["start"] = np.maximum(rows["start"], first)
        if last is not None:
            rows["end"] = np.minimum(rows["end"], last)
        return replace(self, rows=rows[rows["start"] < rows["end"]])

    def due(self, first: int | None, last: int | None) -> "Gaps":
        """Those whose deadline lies in first <= deadline < last."""
        deadline = self.rows["deadline"]
        which = np.ones(len(deadline), bool)
        if first is not None:
            which &= deadline >= first
        if last is not None:
            which &= deadline < last
        return self.only(which)

    def with_status(self, status: str) -> "Gaps":
        """Those of one status."""
        return self.only(self.rows["working"] == (status == GapStatus.PROCESSING))

    def page(self, begin: int, end: int) -> list[Gap]:
        """Some of them, as objects."""
        return [self._gap(row) for row in self.rows[begin:end].tolist()]

    def place(self, number: int) -> tuple[UUID, int, int]:
        """Where one of them is in the order of meters: its meter, the number of its type of data, its start."""
        row = self.rows[number]
        return self.meters[row["meter"]], int(row["type"]), int(row["start"])

    def __iter__(self) -> Iterator[Gap]:
        return (self._gap(row) for row in self.rows.tolist())

    def _gap(self, row: tuple[int, int, int, int, int, bool]) -> Gap:
        meter, kind, start, end, deadline, working = row
        pk, data_type = self.meters[meter], _TYPES[kind]
        programs = {
            span.program
            for span in self.expected.spans[pk]
            if span.first < end and span.last > start and data_type in self.expected.rules[span.program].data_types
        }
        rules = [rule for program, rule in self.expected.rules.items() if program in programs]
        due = at_local_midnight(moment_of(deadline), rules)
        return Gap(
            pk,
            data_type,
            moment_of(start),
            moment_of(end),
            due,
            GapStatus.PROCESSING if working else GapStatus.OPEN,
            tuple(rule.identifier for rule in rules),
            tuple(rule.name for rule in rules),
        )


def gaps_of(partner: Partner, window: Window, *, program: str = "", meters: Collection[UUID] | None = None) -> Gaps:
    """The gaps of a partner's meters in a window. Nine queries at most for each type of data, whatever there is."""
    return gaps_in(partner, expected_of(partner, window, program=program, meters=meters), window.first, window.last)


def gaps_in(partner: Partner, expected: Expected, first: int, last: int) -> Gaps:
    """The gaps of what is expected, within the quarter-hours first <= q < last."""
    meters, parts = expected.meters, [np.empty(0, _GAP)]
    places = {meter: place for place, meter in enumerate(meters)}
    working = _being_stored(partner) if meters else {}
    for data_type, some in expected.by_type():
        for block in blocks(partner, expected, data_type, some, first, last):
            runs = _runs(block)
            rows = np.empty(len(runs), _GAP)
            place = np.array([places[meter] for meter in block.meters], np.int32)
            rows["meter"] = place[runs[:, 0]] if len(runs) else 0
            rows["type"] = _TYPES.index(data_type)
            rows["start"], rows["end"], rows["deadline"] = runs[:, 1], runs[:, 2], runs[:, 3]
            stored = [places[meter] for meter in working.get(data_type, ()) if meter in places]
            rows["working"] = np.isin(rows["meter"], stored)
            parts.append(rows)
    rows = np.concatenate(parts)
    return Gaps(rows[np.lexsort((rows["start"], rows["type"], rows["meter"]))], meters, expected)


def _runs(block: Block) -> NDArray[np.int64]:
    """Row, start, end and deadline of each run of missing quarter-hours with one deadline.

    A column in which nothing is expected ends each row, so that the rows can be looked at as one line.
    """
    rows, length = block.due.shape
    line = np.full((rows, length + 1), NEVER, np.int32)
    np.copyto(line[:, :length], block.due, where=~block.present)
    flat = line.reshape(-1)
    begins = np.concatenate(([0], np.flatnonzero(flat[1:] != flat[:-1]) + 1))
    ends = np.append(begins[1:], len(flat))
    deadlines: Quarters = flat[begins]
    is_gap = deadlines != NEVER
    begins, ends, deadlines = begins[is_gap], ends[is_gap], deadlines[is_gap]
    row, start = np.divmod(begins, length + 1)
    return np.stack([row, start + block.first, start + ends - begins + block.first, deadlines], axis=1)


def _being_stored(partner: Partner) -> dict[str, list[UUID]]:
    """By type of data: the meters whose intervals an upload is storing now."""
    uploads = IntervalUpload.objects.filter(partner=partner, state=IntervalUploadState.PROCESSING)
    pending = {number for numbers in uploads.values_list("pending_series", flat=True) for number in numbers}
    if not pending:
        return {}
    meters: dict[str, list[UUID]] = {}
    rows = IntervalSeries.objects.filter(partner=partner)
    if len(pending) <= 500:
        rows = rows.filter(pk__in=pending)
    for pk, data_type, meter in rows.values_list("pk", "data_type", "meter"):
        if pk in pending:
            meters.setdefault(data_type, []).append(meter)
    return meters


# --- which gaps are listed


def present_quarter(now: datetime | None = None) -> int:
    """The end of what can be there: the quarter-hour that is going on."""
    return quarter_at(now or clock.now())


def current_window(until: date | None = None, *, now: datetime | None = None) -> Window:
    """From the earliest quarter-hour whose deadline passed less than LATE_DAYS ago, of any rule, up to now."""
    at = now or clock.now()
    return Window(first_quarter(at - timedelta(days=LATE_DAYS + 366 + 33)), present_quarter(at), until)


def current_gaps(partner: Partner, *, program: str = "", until: date | None = None) -> Gaps:
    """The gaps that can still be filled in time, and those whose deadline passed in the last LATE_DAYS days.

    until: of each program only the local days before this one.
    """
    now = clock.now()
    late = quarter_at(now - timedelta(days=LATE_DAYS))
    window = current_window(until, now=now)
    expected = expected_of(partner, window, program=program)
    first = max(window.first, _first_due_after(expected, late, window))
    return gaps_in(partner, expected, first, window.last).due(late, None)


def _first_due_after(expected: Expected, deadline: int, window: Window) -> int:
    """The first quarter-hour of the window that a program wants after a deadline: what lies before it was due."""
    firsts = []
    for rule in expected.rules.values():
        due = rule.deadlines(window.first, window.last)
        firsts.append(window.first + int(np.searchsorted(due, deadline)))
    return min(firsts, default=window.last)


@dataclass(frozen=True, slots=True)
class DueGaps:
    """What is missing by one submission deadline. programs: identifier and name of those that the meters are in."""

    deadline: datetime
    programs: tuple[tuple[str, str], ...]
    meters: int
    quarters: int
    working: int

    @property
    def names(self) -> str:
        return ", ".join(name for _, name in self.programs)


def due_gaps(gaps: Gaps) -> list[DueGaps]:
    """The gaps by deadline, the soonest first."""
    programs, rules = _programs_of(gaps), list(gaps.expected.rules.values())
    due, rows = [], gaps.by_deadline().rows
    begins = np.flatnonzero(np.diff(rows["deadline"], prepend=-1))
    for some in np.split(rows, begins[1:]) if len(rows) else ():
        theirs = np.bitwise_or.reduce(programs[some["meter"]])
        named = [rule for number, rule in enumerate(rules) if theirs >> number & 1]
        due.append(
            DueGaps(
                at_local_midnight(moment_of(some["deadline"][0]), named),
                tuple((rule.identifier, rule.name) for rule in named),
                len(np.unique(some["meter"])),
                int((some["end"] - some["start"]).sum()),
                int(some["working"].sum()),
            )
        )
    return due


def _programs_of(gaps: Gaps) -> NDArray[np.int64]:
    """Of each meter a bit for each program that expects something of it."""
    bit_of = {program: 1 << number for number, program in enumerate(gaps.expected.rules)}
    bits = np.zeros(len(gaps.meters), np.int64)
    for place, meter in enumerate(gaps.meters):
        for span in gaps.expected.spans[meter]:
            bits[place] |= bit_of[span.program]
    return bits


def at_local_midnight(at: datetime, rules: Sequence[DataRule]) -> datetime:
    """A deadline by the clock of the program whose midnight it is."""
    zones = [rule.zone for rule in rules]
    zone = next((zone for zone in zones if is_midnight(at, zone)), zones[0] if zones else UTC)
    return at.astimezone(zone)
