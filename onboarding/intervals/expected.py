"""Which quarter-hours must be there: of each meter, while it is active in a program whose data the partner supplies.

A meter's data are expected from when it is active in a delivery period until it is not or the period is over, except
while it is idle or disenrolled, and up to the last quarter-hour that has ended. An archived meter is in no program.
Programs whose data a utility or the grid operator supplies expect nothing of the partner.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import numpy as np
from django.db.models import QuerySet

from onboarding.enrollment.models import Activation, ParticipationPeriod
from onboarding.intervals.models import DataType
from onboarding.intervals.quarters import NEVER, Quarters, first_quarter, local_days, quarter_at
from portal.partners.models import Partner
from portal.web.clock import midnight
from programs.deadlines import over_at
from programs.models import DeliveryPeriod, IntervalDataRule
from programs.models.programs import IntervalSource


@dataclass(frozen=True, slots=True)
class DataRule:
    """Which data of its meters a program needs of the partner, and until when."""

    program: int
    identifier: str
    name: str
    zone: ZoneInfo
    data_types: tuple[DataType, ...]
    row: IntervalDataRule

    def deadlines(self, first: int, last: int) -> Quarters:
        """The submission deadline of each quarter-hour first <= q < last, as a quarter-hour."""
        deadlines = np.empty(max(last - first, 0), np.int32)
        for day, begin, end in local_days(first, last, self.zone):
            deadline = quarter_at(self.row.submission_deadline(day))
            deadlines[max(begin - first, 0) : max(end - first, 0)] = deadline
        return deadlines


def data_types_of(rule: IntervalDataRule) -> tuple[DataType, ...]:
    """The types of data that a rule names."""
    needed = {
        DataType.LOAD: rule.needs_load,
        DataType.RUNTIME: rule.needs_runtime,
        DataType.PERFORMANCE: rule.needs_performance,
    }
    return tuple(data_type for data_type, is_needed in needed.items() if is_needed)


def partner_rules() -> dict[int, DataRule]:
    """By program: the rules of those whose data the partner supplies, whatever meters they take. One query."""
    rows = IntervalDataRule.objects.select_related("program").order_by("program__position", "program__identifier")
    return {
        row.program_id: DataRule(
            row.program_id, row.program.identifier, row.program.name, row.program.zone, data_types_of(row), row
        )
        for row in rows.filter(program__interval_data_source=IntervalSource.PARTNER)
    }


@dataclass(frozen=True, slots=True)
class Span:
    """Quarter-hours first <= q < last of a meter, expected by a program; of no program, those that it is out."""

    meter: UUID
    program: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Window:
    """What is looked at: quarter-hours first <= q < last, of each program its local days since <= day < until alone."""

    first: int
    last: int
    until: date | None = None
    since: date | None = None

    def span_of(self, rule: DataRule) -> tuple[int, int]:
        """The part of it that counts for a program."""
        first = quarter_at(midnight(self.since, rule.zone)) if self.since else self.first
        last = quarter_at(midnight(self.until, rule.zone)) if self.until else self.last
        return max(self.first, first), min(self.last, last)


@dataclass(frozen=True, slots=True)
class Expected:
    """What is expected of a partner's meters: spans by meter, meters in the order of their IDs.

    out_spans: when meters take no part. rules: by program.
    """

    spans: Mapping[UUID, Sequence[Span]]
    out_spans: Mapping[UUID, Sequence[Span]]
    rules: Mapping[int, DataRule]

    @property
    def meters(self) -> list[UUID]:
        return list(self.spans)

    @property
    def first(self) -> int:
        """Where the first span begins; 0 without any."""
        return min((span.first for spans in self.spans.values() for span in spans), default=0)

    def of_program(self, program: int) -> "Expected":
        """What one program expects."""
        mine = {meter: [span for span in spans if span.program == program] for meter, spans in self.spans.items()}
        return Expected(
            {meter: spans for meter, spans in mine.items() if spans}, self.out_spans, {program: self.rules[program]}
        )

    def types_of(self, meter: UUID) -> list[DataType]:
        """The types of data that any of its programs needs."""
        needed = {one for span in self.spans.get(meter, ()) for one in self.rules[span.program].data_types}
        return [data_type for data_type in DataType if data_type in needed]

    def programs_of(self, meter: UUID, data_type: DataType) -> list[str]:
        """The names of the programs that need a type of data of a meter."""
        programs = {span.program for span in self.spans.get(meter, ())}
        return [rule.name for pk, rule in self.rules.items() if pk in programs and data_type in rule.data_types]

    def by_type(self) -> Iterator[tuple[DataType, list[UUID]]]:
        """Each type of data that is needed, with the meters of which it is."""
        for data_type in DataType:
            programs = {pk for pk, rule in self.rules.items() if data_type in rule.data_types}
            meters = [meter for meter, spans in self.spans.items() if any(span.program in programs for span in spans)]
            if meters:
                yield data_type, meters


def expected_of(
    partner: Partner, window: Window, *, program: str = "", meters: Collection[UUID] | None = None
) -> Expected:
    """What is expected within a window, of all meters or some, by all programs or one. Four queries at most."""
    rules = {pk: rule for pk, rule in partner_rules().items() if program in ("", rule.identifier)}
    if not rules or window.last <= window.first:
        return Expected({}, {}, rules)
    periods = {pk: (rules[row], first, last) for pk, row, first, last in _periods(rules, window)}
    spans: dict[UUID, list[Span]] = {}
    for meter, period, active_from, active_to in _activations(partner, periods, meters):
        rule, first, last = periods[period]
        begin = max(first, first_quarter(active_from))
        end = min(last, quarter_at(active_to)) if active_to else last
        if begin < end:
            spans.setdefault(meter, []).append(Span(meter, rule.program, begin, end))
    return Expected({meter: spans[meter] for meter in sorted(spans)}, _outs(partner, spans), rules)


def _periods(rules: Mapping[int, DataRule], window: Window) -> Iterator[tuple[int, int, int, int]]:
    """The delivery periods that lie in a window: ID, program, and the part of the window in which they run."""
    rows = DeliveryPeriod.objects.filter(program__in=rules).values_list("pk", "program", "starts_at", "ends_at")
    for pk, program, starts_at, ends_at in rows:
        first, last = window.span_of(rules[program])
        begin = max(first, first_quarter(starts_at))
        end = min(last, quarter_at(over_at(ends_at, rules[program].zone)))
        if begin < end:
            yield pk, program, begin, end


def _activations(
    partner: Partner, periods: Collection[int], meters: Collection[UUID] | None
) -> Iterable[tuple[UUID, int, datetime, datetime | None]]:
    if not periods:
        return ()
    rows = Activation.objects.filter(partner=partner, period__in=periods, meter__is_archived=False)
    if meters is not None:
        rows = rows.filter(meter__in=meters)
    return rows.order_by().values_list("meter", "period", "active_from", "active_to").iterator(chunk_size=10_000)


def _outs(partner: Partner, spans: Mapping[UUID, Sequence[Span]]) -> dict[UUID, list[Span]]:
    """When the meters are idle or disenrolled; of many meters all of the partner's are read."""
    if not spans:
        return {}
    rows: QuerySet[Any] = ParticipationPeriod.objects.filter(partner=partner)
    if len(spans) <= 500:
        rows = rows.filter(meter__in=list(spans))
    first = min(one.first for some in spans.values() for one in some)
    out_spans: dict[UUID, list[Span]] = {}
    for meter, starts_at, ends_at in rows.values_list("meter", "starts_at", "ends_at"):
        last = first_quarter(ends_at) if ends_at else NEVER
        if meter in spans and last > first:
            out_spans.setdefault(meter, []).append(Span(meter, 0, quarter_at(starts_at), last))
    return out_spans
