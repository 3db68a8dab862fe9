"""One utility over time: how tries ended, why they failed and how long data took, in stretches of a period."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.db.models import Count, F, QuerySet
from django.db.models.functions import Trunc

from onboarding.connect.choices import AuthorizationState, FailureReason
from onboarding.connect.models import Authorization, Connection, Feed, UtilityOutage
from onboarding.connect.outages import UTILITY_FAULTS, UtilityState, states_of
from onboarding.funnel.counts import Times, times_of
from onboarding.funnel.health import Period, of_partner
from portal.partners.models import Partner
from portal.web.charts import Columns, Lines, Series, Tone, columns, lines
from programs.models import Utility

_STEPS: Final = {Period.DAY: "hour", Period.WEEK: "day", Period.QUARTER: "week"}
_OUTAGES: Final = 10  # that are listed


@dataclass(frozen=True, slots=True)
class Stretch:
    """An hour, a day or a week that begins on Monday. ends: how many tries ended how, a failure by its reason."""

    begin: datetime
    label: str
    ends: Counter[str]
    times: Times | None
    unreadable: int

    @property
    def started(self) -> int:
        return self.ends.total()

    @property
    def authorized(self) -> int:
        return self.ends[AuthorizationState.COMPLETED]

    @property
    def faults(self) -> int:
        """Failures that are the utility's own."""
        return sum(self.ends[reason] for reason in UTILITY_FAULTS)

    @property
    def customers(self) -> int:
        """Failures that are not the utility's: declined, a wrong password, nobody came back."""
        return sum(self.ends[reason] for reason in FailureReason if reason not in UTILITY_FAULTS)

    @property
    def open(self) -> int:
        """Tries that have not ended."""
        return self.ends[AuthorizationState.INITIATED]

    @property
    def share(self) -> float | None:
        """Of the tries that ended, the share that authorized; None when none ended."""
        ended = self.started - self.open
        return self.authorized / ended if ended else None

    @property
    def share_text(self) -> str:
        return "–" if self.share is None else f"{self.share:.0%}"

    @property
    def reasons(self) -> list[tuple[FailureReason, int]]:
        """Why tries failed, the most frequent reason first."""
        return [(FailureReason(end), count) for end, count in self.ends.most_common() if end in FailureReason.values]


@dataclass(frozen=True, slots=True)
class UtilityHistory:
    """A utility in a period. stretches: the oldest first, also those in which nobody tried."""

    utility: Utility
    period: Period
    state: UtilityState
    outages: list[UtilityOutage]
    stretches: list[Stretch]

    @property
    def started(self) -> int:
        return sum(stretch.started for stretch in self.stretches)

    @property
    def newest_first(self) -> list[Stretch]:
        """Those in which something happened."""
        return [each for each in reversed(self.stretches) if each.started or each.times or each.unreadable]

    @property
    def tries(self) -> Columns:
        """How tries ended, as a picture."""
        ended = sum(stretch.started - stretch.open for stretch in self.stretches)
        authorized = sum(stretch.authorized for stretch in self.stretches)
        return columns(
            title="Sign-in results",
            text=f"{authorized:,} of {ended:,} completed sign-ins were authorized."
            if ended
            else "No completed sign-ins.",
            over=self.step.capitalize(),
            labels=self.labels,
            series=[
                Series("authorized", Tone.ACCENT, [each.authorized for each in self.stretches]),
                Series("stopped by the customer", Tone.WARNING, [each.customers for each in self.stretches]),
                Series("failed at the utility", Tone.DANGER, [each.faults for each in self.stretches]),
                Series("not ended yet", Tone.SOFT, [each.open for each in self.stretches]),
            ],
        )

    @property
    def waits(self) -> Lines | None:
        """The median time to data, as a picture; None without data."""
        if not any(stretch.times for stretch in self.stretches):
            return None
        hours = [each.times.median / 60 if each.times else None for each in self.stretches]
        return lines(
            title="Time to data",
            text="Median hours from authorization to first data, by when customers started.",
            over=self.step.capitalize(),
            labels=self.labels,
            series=[Series("median", Tone.ACCENT, hours)],
            unit="h",
        )

    @property
    def step(self) -> str:
        return _STEPS[self.period]

    @property
    def labels(self) -> list[str]:
        return [stretch.label for stretch in self.stretches]


def history_of(utility: Utility, partner: Partner | None, period: Period) -> UtilityHistory:
    """A utility as a partner's customers met it, or those of all real partners. A fixed number of queries."""
    zone = ZoneInfo(partner.time_zone if partner else "UTC")
    begins = _begins(period, zone)
    tries = of_partner(Authorization.objects.filter(utility=utility, initiated_at__gte=begins[0]), partner)
    ends: dict[datetime, Counter[str]] = defaultdict(Counter)
    for begin, state, failure, count in _counted(tries, "initiated_at", period, zone, "state", "failure"):
        ends[begin][failure or state] += count
    begun = of_partner(Connection.objects.filter(utility=utility, started_at__gte=begins[0]), partner)
    histograms: dict[datetime, list[tuple[int, int]]] = defaultdict(list)
    known = begun.exclude(minutes_to_data=None)
    for begin, minutes, count in _counted(known, "started_at", period, zone, "minutes_to_data"):
        histograms[begin].append((minutes, count))
    feeds = Feed.objects.filter(authorization__utility=utility, received_at__gte=begins[0]).exclude(problem={})
    unreadable = dict(_counted(of_partner(feeds, partner, "authorization__partner"), "received_at", period, zone))
    return UtilityHistory(
        utility,
        period,
        states_of([utility.pk])[utility.pk],
        list(UtilityOutage.objects.filter(utility=utility).order_by("-began_at")[:_OUTAGES]),
        [
            Stretch(
                begin,
                _label(begin, period, zone),
                ends[begin],
                times_of(sorted(histograms[begin])),
                unreadable.get(begin, 0),
            )
            for begin in begins
        ],
    )


def _counted(rows: QuerySet, field: str, period: Period, zone: ZoneInfo, *fields: str) -> QuerySet:
    """How many rows have the same values of fields in the same stretch."""
    stretch = Trunc(F(field), _STEPS[period], tzinfo=UTC if period == Period.DAY else zone)
    return rows.order_by().annotate(stretch=stretch).values_list("stretch", *fields).annotate(count=Count("*"))


def _begins(period: Period, zone: ZoneInfo) -> Sequence[datetime]:
    """Where the stretches of a period begin: the first one whole, the last one up to now.

    Days and weeks are those of a zone; hours are counted in UTC, since one comes twice in autumn.
    """
    if period == Period.DAY:
        first = period.since.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        return [first + timedelta(hours=number) for number in range(25)]
    begin = period.since.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    if period == Period.WEEK:
        return [begin + timedelta(days=number) for number in range(8)]
    begin -= timedelta(days=begin.weekday())
    return [begin + timedelta(weeks=number) for number in range(13)]


def _label(begin: datetime, period: Period, zone: ZoneInfo) -> str:
    if period == Period.DAY:
        return f"{begin.astimezone(zone):%-I %p}"
    return f"{begin:%a %-d}" if period == Period.WEEK else f"{begin:%b %-d}"
