"""A partner's portfolio over the last weeks, from the days that were counted, as pictures."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from onboarding.meters.models import EnrollmentStatus
from onboarding.portfolio.overview.domain import WEEKS
from onboarding.portfolio.overview.models import PortfolioDay
from portal.partners.models import Partner
from portal.web import clock
from portal.web.charts import Lines, Series, Tone, lines, number_text
from portal.web.clock import day_text, local_day

TONES: Final = {
    EnrollmentStatus.ACTIVE: Tone.SUCCESS,
    EnrollmentStatus.ELIGIBLE: Tone.INFO,
    EnrollmentStatus.PENDING: Tone.NEUTRAL,
    EnrollmentStatus.INELIGIBLE: Tone.WARNING,
    EnrollmentStatus.NOT_PARTICIPATING: Tone.SOFT,
}
_WEEK: Final = timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class Weeks:
    """Of each of the last weeks its last day, and what was counted on it or nearest before it in that week.

    since: the day from which statuses and capacity are known, if that is within these weeks.
    """

    ends: Sequence[date]
    rows: Sequence[PortfolioDay | None]
    since: date | None

    @property
    def labels(self) -> list[str]:
        return [f"{day:%b} {day.day}" for day in self.ends]

    @property
    def known_from(self) -> str:
        """Since when statuses and capacity are counted, in a sentence; "" when these weeks have them all."""
        return f"Statuses and capacity are counted since {day_text(self.since)}." if self.since else ""

    def values(self, figure: str) -> list[float | None]:
        """A figure of PortfolioDay in each week; None where it was not counted."""
        values = [getattr(row, figure) if row else None for row in self.rows]
        return [None if value is None else round(value, 1) for value in values]

    def has(self, figure: str) -> bool:
        """Whether a figure is known often enough to be drawn as a line."""
        return sum(value is not None for value in self.values(figure)) > 1


def weeks_of(partner: Partner) -> Weeks:
    """A partner's last weeks, today's the last. One query."""
    today = local_day(clock.now(), ZoneInfo(partner.time_zone))
    ends = [today - _WEEK * back for back in reversed(range(WEEKS))]
    days = PortfolioDay.objects.filter(partner=partner, program=None, day__gt=ends[0] - _WEEK, day__lte=today)
    counted = list(days.order_by("day"))
    rows = [next((row for row in reversed(counted) if end - _WEEK < row.day <= end), None) for end in ends]
    known = [row.day for row in counted if row.power_kw is not None]
    is_whole = bool(known) and known[0] <= ends[0]
    return Weeks(ends, rows, None if is_whole or not known else known[0])


def meters_over_time(weeks: Weeks) -> Lines | None:
    """Meters, eligible and active ones; None until two weeks are known."""
    if not weeks.has("created"):
        return None
    series = [
        Series("meters", Tone.ACCENT, weeks.values("created")),
        Series("eligible", TONES[EnrollmentStatus.ELIGIBLE], weeks.values("eligible")),
        Series("active", TONES[EnrollmentStatus.ACTIVE], weeks.values("active")),
    ]
    first, last = _ends(weeks.values("created"))
    text = f"From {number_text(first)} to {number_text(last)} meters in {WEEKS} weeks. {weeks.known_from}"
    return lines(title="Meters", text=text.strip(), over="Week to", labels=weeks.labels, series=series)


def statuses_over_time(weeks: Weeks) -> Lines | None:
    """Meters by status; None until two weeks are known."""
    if not weeks.has("active"):
        return None
    series = [Series(status.label, tone, weeks.values(status.value.lower())) for status, tone in TONES.items()]
    text = f"Meters by status at the end of each week. {weeks.known_from}"
    return lines(title="Status", text=text.strip(), over="Week to", labels=weeks.labels, series=series)


def power_over_time(weeks: Weeks) -> Lines | None:
    """The power of all meters and of the active ones; None until two weeks are known."""
    if not weeks.has("power_kw"):
        return None
    series = [
        Series("registered", Tone.INFO, weeks.values("power_kw")),
        Series("active", Tone.SUCCESS, weeks.values("active_kw")),
    ]
    first, last = _ends(weeks.values("power_kw"))
    text = f"From {number_text(first)} to {number_text(last)} kW registered. {weeks.known_from}"
    return lines(title="Power", text=text.strip(), over="Week to", labels=weeks.labels, series=series, unit="kW")


def _ends(values: Sequence[float | None]) -> tuple[float, float]:
    """The first and the last of those that are known."""
    known = [value for value in values if value is not None]
    return known[0], known[-1]
