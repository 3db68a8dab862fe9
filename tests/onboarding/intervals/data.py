"""Active meters and their intervals, for tests of what is there and what is missing."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import numpy as np
from django.db import connection, transaction

from onboarding.intervals.models import DataType, IntervalSeries, IntervalSource, IntervalUpload
from onboarding.intervals.store import INTERVAL, interval_store
from onboarding.intervals.store.times import minutes_of, moment
from onboarding.meters.models import Meter
from portal.partners.models import Partner
from tests.onboarding.enrollment.meters import activate, make_meter

SEASON = "MA_DOER-CPS_2026_DEC_2027_FEB"  # from December 1, 00:00 in New York, which is 05:00 UTC


def active_meter(
    partner: Partner, *, since: str = "2026-12-01T05:00", until: str = "", reference: str = "m-1", season: str = SEASON
) -> Meter:
    """A meter that is active in a season of a program whose data the partner supplies."""
    program = season.split("_20", maxsplit=1)[0]
    meter = make_meter(partner, programs=[program], region="ISONE", meter_type="DEVICE", reference=reference)
    activate(meter, season, since=since, until=until)
    return meter


def series_of(meter: Meter, *, minutes: int = 15, data_type: str = DataType.LOAD) -> IntervalSeries:
    return IntervalSeries.objects.get_or_create(
        partner=meter.partner, meter=meter, data_type=data_type, minutes=minutes
    )[0]


def source_of(partner: Partner, name: str = "batteries.csv", by: str = "Mara Manager") -> IntervalSource:
    """An upload, and the source that it is."""
    upload = IntervalUpload.objects.create(
        partner=partner,
        way="page",
        actor={"kind": "person", "id": "1", "label": by},
        file_name=name,
        published_name=name,
        stored_name=name,
        size=1,
        sha256="0" * 64,
        state="COMPLETED",
    )
    return IntervalSource.objects.create(partner=partner, kind="partner", upload=upload)


def put(
    meter: Meter,
    begins: Iterable[datetime],
    *,
    minutes: int = 15,
    data_type: str = DataType.LOAD,
    net: float = 1.0,
    source: IntervalSource | None = None,
    **values: Any,
) -> IntervalSeries:
    """Store intervals that begin at these moments, all of one value."""
    series = series_of(meter, minutes=minutes, data_type=data_type)
    starts = sorted({minutes_of(at) for at in begins})
    if not starts:
        return series
    rows = np.zeros(len(starts), INTERVAL)
    rows["series"], rows["start"], rows["net"] = series.pk, starts, net
    rows["generated"], rows["consumed"] = values.get("generated", np.nan), values.get("consumed", np.nan)
    rows["final"] = 1
    store = interval_store()
    store.prepare(starts[0], starts[-1])
    with transaction.atomic():
        store.put(rows, minutes=minutes, source=source.pk if source else 0)
    IntervalSeries.objects.filter(pk=series.pk).update(
        first_start=moment(min(starts[0], minutes_of(series.first_start) if series.first_start else starts[0])),
        last_start=moment(max(starts[-1], minutes_of(series.last_start) if series.last_start else starts[-1])),
    )
    return series


def every(minutes: int, start: str, end: str) -> list[datetime]:
    """The beginnings of intervals from a moment of UTC on, until another."""
    first, last = (minutes_of(datetime.fromisoformat(f"{text}+00:00")) for text in (start, end))
    return [moment(at) for at in range(first, last, minutes)]


def counted(queries: int, *, days: int = 1) -> int:
    """How many queries are seen to be made, of which so many read days: PostgreSQL copies those out unseen."""
    return queries - days if connection.vendor == "postgresql" else queries
