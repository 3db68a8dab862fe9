"""How each utility is doing: tries, how they ended, how long data takes, and feeds that could not be read."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import models
from django.db.models import Count, Q, QuerySet

from onboarding.connect.choices import AuthorizationState, FailureReason
from onboarding.connect.models import Authorization, Connection, Feed, UtilityOutage
from onboarding.connect.outages import UTILITY_FAULTS, UtilityState, states_of
from onboarding.funnel.counts import Times, times_of
from portal.partners.models import Partner
from portal.partners.queries import of_real_partners
from portal.web import clock
from programs.models import Utility


class Period(models.TextChoices):
    """The time that the figures are about."""

    DAY = "day", "Last 24 hours"
    WEEK = "week", "Last 7 days"
    QUARTER = "quarter", "Last 12 weeks"

    @property
    def since(self) -> datetime:
        spans = {"day": timedelta(days=1), "week": timedelta(days=7), "quarter": timedelta(weeks=12)}
        return clock.now() - spans[self.value]


@dataclass(frozen=True, slots=True)
class UtilityHealth:
    """One utility. failures: the most frequent reason first. times: from the authorization to the first data."""

    utility: Utility
    state: UtilityState
    outage: UtilityOutage | None
    started: int
    authorized: int
    failures: list[tuple[FailureReason, int]]
    times: Times | None
    unreadable: int

    @property
    def faults(self) -> int:
        """Failures that are the utility's own."""
        return sum(count for reason, count in self.failures if reason in UTILITY_FAULTS)

    @property
    def share(self) -> str:
        """Of the tries that ended, how many authorized."""
        ended = self.authorized + sum(count for _, count in self.failures)
        return f"{self.authorized / ended:.0%}" if ended else "–"


def health_of(partner: Partner | None, period: Period) -> list[UtilityHealth]:
    """The utilities that a partner's customers tried in a period, or all real partners', the most tried first.

    The figures are the partner's own; only the state is of everybody. A fixed number of queries.
    """
    since = period.since
    counts = _counts(of_partner(Authorization.objects.filter(initiated_at__gte=since), partner))
    utilities = {utility.pk: utility for utility in Utility.objects.filter(pk__in=counts)}
    states, times = states_of(list(counts)), _times(partner, since)
    outages = {row.utility_id: row for row in UtilityOutage.objects.filter(utility__in=counts).order_by("began_at")}
    feeds = Feed.objects.filter(received_at__gte=since).exclude(problem={})
    feeds = of_partner(feeds, partner, "authorization__partner")
    unreadable = dict(feeds.order_by().values_list("authorization__utility").annotate(count=Count("*")))
    rows = [
        UtilityHealth(
            utilities[pk],
            states[pk],
            outages.get(pk),
            sum(by_end.values()),
            by_end[AuthorizationState.COMPLETED.value],
            [(FailureReason(end), count) for end, count in by_end.most_common() if end in FailureReason.values],
            times_of(times.get(pk, ())),
            unreadable.get(pk, 0),
        )
        for pk, by_end in counts.items()
    ]
    return sorted(rows, key=lambda row: (-row.started, row.utility.name))


def of_partner(rows: QuerySet, partner: Partner | None, path: str = "partner") -> QuerySet:
    """The rows of a partner, or of all real ones. path: the field that leads to the partner."""
    return rows.filter(**{path: partner}) if partner else of_real_partners(rows, path)


def _counts(rows: QuerySet) -> dict[int, Counter[str]]:
    """By utility, how many tries ended how: the reason of a failure, else the state."""
    counts: dict[int, Counter[str]] = defaultdict(Counter)
    for utility, state, failure, count in (
        rows.order_by().values_list("utility", "state", "failure").annotate(count=Count("*"))
    ):
        counts[utility][failure or state] += count
    return counts


def _times(partner: Partner | None, since: datetime) -> dict[int, Iterable[tuple[int, int]]]:
    rows = Connection.objects.filter(~Q(minutes_to_data=None), ~Q(utility=None), started_at__gte=since)
    rows = of_partner(rows, partner)
    histograms: dict[int, list[tuple[int, int]]] = defaultdict(list)
    counted = rows.order_by("minutes_to_data").values_list("utility", "minutes_to_data").annotate(count=Count("*"))
    for utility, minutes, count in counted:
        histograms[utility].append((minutes, count))
    return dict(histograms)
