"""Writing intervals: who has which series, and the store and the series in one step."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from uuid import UUID

import numpy as np
from django.db.models import QuerySet
from django.dispatch import receiver

from onboarding.intervals.models import DataType, IntervalSeries, IntervalSource
from onboarding.intervals.store import Put, interval_store
from onboarding.intervals.store.interface import Intervals
from onboarding.intervals.store.times import moment
from onboarding.meters.models import Meter
from onboarding.meters.signals import meters_removed
from onboarding.uploads.signals import withdrawal_previewed
from portal.partners.models import Partner
from portal.storage.bulk import update
from portal.storage.locks import hold

_AT_ONCE = 5_000
_FORGOTTEN_AT_ONCE = 500


def series_of(meters: Sequence[UUID], *, partner: Partner, data_type: DataType, minutes: int) -> dict[UUID, int]:
    """The number of each meter's series of this kind; those that there are not yet are made. Meters that the partner
    does not have, or not any more, get none."""
    numbers: dict[UUID, int] = {}
    for some in _in_batches(meters):
        present = Meter.objects.filter(pk__in=some, partner=partner).values_list("pk", flat=True)
        IntervalSeries.objects.bulk_create(
            (
                IntervalSeries(partner=partner, meter_id=meter, data_type=data_type, minutes=minutes)
                for meter in present
            ),
            ignore_conflicts=True,
        )
        same = IntervalSeries.objects.filter(meter__in=some, partner=partner, data_type=data_type, minutes=minutes)
        numbers.update(same.values_list("meter", "id"))
    return numbers


def keep_intervals(rows: Intervals, *, partner: Partner, minutes: int, source: IntervalSource) -> Put:
    """Add or replace intervals of the partner's series, sorted by series and start, in the caller's transaction.

    The partitions are there already (`IntervalStore.prepare`). Others who write intervals of this partner wait.
    """
    if not len(rows):
        return Put()
    hold(f"intervals {partner.pk}")
    put = interval_store().put(rows, minutes=minutes, source=source.pk)
    if put.new:
        _widen(rows)
    return put


@receiver(meters_removed)
def forget_meters(sender: object, *, meters: Sequence[UUID], **_: object) -> None:
    """The intervals of meters that are deleted go with them."""
    numbers = list(IntervalSeries.objects.filter(meter__in=meters).values_list("pk", flat=True))
    if numbers:
        interval_store().forget(numbers)


def remove_forgotten_intervals() -> None:
    """Have ClickHouse remove intervals that were forgotten."""
    interval_store().remove_forgotten(limit=_FORGOTTEN_AT_ONCE)


@receiver(withdrawal_previewed)
def _with_intervals(meters: QuerySet[Meter], **_: object) -> dict[str, int]:
    """How many of the meters that an upload's withdrawal removes have interval data."""
    return {"with_intervals": IntervalSeries.objects.filter(meter__in=meters).values("meter").distinct().count()}


def _widen(rows: Intervals) -> None:
    """Let each series tell that it reaches from its earliest to its latest interval."""
    begins = np.flatnonzero(np.diff(rows["series"], prepend=-1))
    ends = np.append(begins[1:], len(rows)) - 1
    spans = dict(
        zip(
            rows["series"][begins].tolist(),
            zip(rows["start"][begins].tolist(), rows["start"][ends].tolist(), strict=True),
            strict=True,
        )
    )
    stored = IntervalSeries.objects.in_bulk(list(spans))
    changes = [change for pk, series in stored.items() if (change := _wider(series, *spans[pk]))]
    update(IntervalSeries, ["first_start", "last_start"], changes)


def _wider(series: IntervalSeries, first: int, last: int) -> tuple[int, datetime, datetime] | None:
    begin, end = moment(first), moment(last)
    earliest = min(series.first_start or begin, begin)
    latest = max(series.last_start or end, end)
    if (earliest, latest) == (series.first_start, series.last_start):
        return None
    return series.pk, earliest, latest


def _in_batches(meters: Collection[UUID]) -> Iterator[list[UUID]]:
    listed = list(meters)
    for begin in range(0, len(listed), _AT_ONCE):
        yield listed[begin : begin + _AT_ONCE]
