"""A month of a partner's interval data: what is there of what its programs expect, by program and by meter."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import numpy as np

from onboarding.enrollment.models import Activation
from onboarding.intervals.charts import Strip, day_strip
from onboarding.intervals.coverage import DayCounts, day_counts
from onboarding.intervals.expected import DataRule, Window, expected_of
from onboarding.intervals.models import DataType
from onboarding.intervals.quarters import first_quarter, hours_text, local_days, quarter_at, share_text
from onboarding.meters.models import Meter
from portal.partners.models import Partner
from portal.web.clock import midnight
from programs.models import Program
from programs.models.programs import IntervalSource

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class MeterMonth:
    """One meter and type of data in a month."""

    meter: UUID
    reference: str
    data_type: DataType
    strip: Strip
    expected: int
    missing: int
    days_missing: int

    @property
    def share(self) -> str:
        return share_text(self.expected - self.missing, self.expected)

    @property
    def missing_text(self) -> str:
        """What is missing, in words; "" when nothing is."""
        if not self.missing:
            return ""
        return f"{hours_text(self.missing)} on {self.days_missing} day{'s' if self.days_missing > 1 else ''}"


@dataclass(frozen=True, slots=True)
class ProgramMonth:
    """A program's month: the counts of its meters by day."""

    rule: DataRule
    days: Sequence[date]
    counts: Sequence[DayCounts]

    @property
    def meters(self) -> int:
        return len({meter for counts in self.counts for meter in counts.meters})

    @property
    def expected(self) -> int:
        return sum(int(counts.expected.sum()) for counts in self.counts)

    @property
    def missing(self) -> int:
        return sum(int(counts.missing.sum()) for counts in self.counts)

    @property
    def meters_missing(self) -> int:
        """How many meters lack something."""
        return len(
            {
                counts.meters[row]
                for counts in self.counts
                for row in np.flatnonzero(counts.missing.sum(axis=1)).tolist()
            }
        )

    @property
    def share(self) -> str:
        return share_text(self.expected - self.missing, self.expected)

    @property
    def missing_text(self) -> str:
        return hours_text(self.missing)

    @property
    def by_day(self) -> list[tuple[date, int, int]]:
        """Of each day, how many quarter-hours are expected and missing."""
        expected = sum((counts.expected.sum(axis=0) for counts in self.counts), np.zeros(len(self.days), np.int64))
        missing = sum((counts.missing.sum(axis=0) for counts in self.counts), np.zeros(len(self.days), np.int64))
        return list(zip(self.days, expected.tolist(), missing.tolist(), strict=True))

    def rows(self, begin: int, end: int) -> list[MeterMonth]:
        """Some meters, those that lack most first. One query."""
        places = [
            (-int(missing), counts.meters[row], number, row)
            for number, counts in enumerate(self.counts)
            for row, missing in enumerate(counts.missing.sum(axis=1).tolist())
        ]
        some = sorted(places)[begin:end]
        names = dict(Meter.objects.filter(pk__in=[one[1] for one in some]).values_list("pk", "partner_reference"))
        return [_meter_month(self.counts[number], row, names.get(meter, "")) for _, meter, number, row in some]

    @property
    def row_count(self) -> int:
        return sum(len(counts.meters) for counts in self.counts)


def _meter_month(counts: DayCounts, row: int, reference: str) -> MeterMonth:
    expected, missing = counts.expected[row], counts.missing[row]
    return MeterMonth(
        counts.meters[row],
        reference,
        counts.data_type,
        day_strip(zip(expected.tolist(), missing.tolist(), strict=True)),
        int(expected.sum()),
        int(missing.sum()),
        int(np.count_nonzero(missing)),
    )


def month_window(month: date, now: datetime, until: date | None = None) -> Window:
    """A month by the clock of each program, as far as it has gone; at most the days before `until`."""
    first, following = month.replace(day=1), (month.replace(day=1) + timedelta(days=32)).replace(day=1)
    around = [midnight(first - _DAY, UTC), midnight(following + _DAY, UTC)]  # in any zone
    end = min(following, until) if until else following
    return Window(first_quarter(around[0]), min(quarter_at(around[1]), quarter_at(now)), end, first)


def program_months(partner: Partner, month: date, now: datetime) -> list[ProgramMonth]:
    """The month in each program that expects data of the partner then."""
    window = month_window(month, now)
    everything, months = expected_of(partner, window), []
    for rule in everything.rules.values():
        expected = everything.of_program(rule.program)
        if expected.spans:
            first, end = (quarter_at(midnight(day, rule.zone)) for day in (window.since, window.until) if day)
            days = local_days(first, end, rule.zone)
            counts = day_counts(partner, expected, rule, days)
            months.append(ProgramMonth(rule, [day for day, _, _ in days], counts))
    return months


def supplied_by_others(partner: Partner) -> list[Program]:
    """The programs with active meters whose data the partner need not send. One query."""
    running = Activation.objects.filter(partner=partner, active_to=None, meter__is_archived=False)
    programs = Program.objects.filter(delivery_periods__in=running.values("period"))
    return list(programs.exclude(interval_data_source=IntervalSource.PARTNER).distinct().order_by("name"))
