"""Interval data: how long it takes to find the gaps of many meters, and to read a year of one.

python -m tests.bench.intervals gaps METERS, with the database in DATABASE_URL and an empty data directory in DATA_DIR.
Prints one line of JSON. Every meter is in two programs' time zones at most, and one in ten lacks some hours.

python -m tests.bench.intervals stores METERS measures the store alone, also that of INTERVAL_STORE_URL: a month of many
meters stored, then the same again, a day of all, a year of one.
"""

import io
import json
import sys
import time
import uuid
from datetime import UTC, datetime, timedelta

import django

django.setup()

import numpy as np  # noqa: E402  Django first
from django.conf import settings  # noqa: E402  Django first
from django.core.management import call_command  # noqa: E402  Django first
from django.db import transaction  # noqa: E402  Django first

from onboarding.enrollment.models import Activation  # noqa: E402  Django first
from onboarding.intervals.coverage import day_counts  # noqa: E402  Django first
from onboarding.intervals.energy import daily_energy  # noqa: E402  Django first
from onboarding.intervals.expected import Window, expected_of, partner_rules  # noqa: E402  Django first
from onboarding.intervals.gaps import gaps_of  # noqa: E402  Django first
from onboarding.intervals.models import DataType, IntervalSeries  # noqa: E402  Django first
from onboarding.intervals.quarters import A_DAY, local_days  # noqa: E402  Django first
from onboarding.intervals.store import INTERVAL, interval_store  # noqa: E402  Django first
from onboarding.intervals.store.interface import Days  # noqa: E402  Django first
from onboarding.intervals.store.times import day_of  # noqa: E402  Django first
from onboarding.meters.models import Meter  # noqa: E402  Django first
from portal.partners.models import Partner  # noqa: E402  Django first
from programs.models import DeliveryPeriod  # noqa: E402  Django first

DAYS = 31
RUNS = 5


def gaps(count: int) -> None:
    """The gaps and the day counts of `count` meters over a month."""
    call_command("migrate", verbosity=0)
    call_command("seed_catalogue", verbosity=0, stdout=io.StringIO())
    partner = Partner.objects.create(name="Many Meters", slug="many")
    first = datetime(2026, 12, 1, 5, tzinfo=UTC)
    meters = _active_meters(partner, count, first)
    _fill(partner, meters, day_of(first.date()))
    quarter = day_of(first.date()) * A_DAY + 20
    window = Window(quarter, quarter + DAYS * A_DAY)
    seconds, missing = _best(lambda: gaps_of(partner, window))
    rule = next(rule for rule in partner_rules().values() if rule.identifier == "MA_DOER-CPS")
    days = local_days(window.first, window.last, rule.zone)
    counted, counts = _best(lambda: day_counts(partner, expected_of(partner, window), rule, days))
    assert int(counts[0].missing.sum()) == missing.quarters > 0
    result = {"meters": count, "gaps": len(missing), "gaps_s": seconds, "day_counts_s": counted}
    print(json.dumps(result | {"year_of_one_meter_ms": _year(partner, meters[0])}))


def _best(work):
    times, answer = [], None
    for _ in range(RUNS):
        began = time.perf_counter()
        answer = work()
        times.append(time.perf_counter() - began)
    return round(min(times), 2), answer


def _active_meters(partner: Partner, count: int, since: datetime) -> list[Meter]:
    period = DeliveryPeriod.objects.get(name="MA_DOER-CPS_2026_DEC_2027_FEB")
    meters = Meter.objects.bulk_create(
        [
            Meter(
                id=uuid.uuid7() if hasattr(uuid, "uuid7") else uuid.uuid4(),
                partner=partner,
                partner_reference=f"many-{number}",
                reference_key=f"many-{number}",
                transmission_region="ISONE",
                customer_classification="COMMERCIAL",
                meter_type="DEVICE",
            )
            for number in range(count)
        ],
        batch_size=1000,
    )
    Activation.objects.bulk_create(
        [Activation(partner=partner, meter=meter, period=period, active_from=since) for meter in meters],
        batch_size=1000,
    )
    return meters


def _fill(partner: Partner, meters: list[Meter], first: int) -> None:
    """Days are written as they are: the intervals themselves are not looked at."""
    IntervalSeries.objects.bulk_create(
        [IntervalSeries(partner=partner, meter=meter, data_type=DataType.LOAD, minutes=15) for meter in meters],
        batch_size=1000,
    )
    series = np.array(sorted(IntervalSeries.objects.values_list("pk", flat=True)), np.int32)
    chance = np.random.default_rng(1)
    for begin in range(0, len(series), 500):
        some = np.repeat(series[begin : begin + 500], DAYS + 1)
        present = np.full((len(some), 12), 255, np.uint8)
        lacking = np.flatnonzero((some % 10 == 0) & (chance.random(len(some)) < 0.3))
        present[lacking, 4:6] = 0
        days = np.tile(np.arange(first, first + DAYS + 1, dtype=np.int32), len(some) // (DAYS + 1))
        with transaction.atomic():
            interval_store().write_days(Days(some, days, present))  # type: ignore[attr-defined]  # each store has it


def _year(partner: Partner, meter: Meter) -> float:
    """Milliseconds for the daily energy of a meter's year."""
    first = day_of(datetime(2025, 1, 1, tzinfo=UTC).date()) * 1440
    number = 2_000_000_000  # none of the others
    series = IntervalSeries.objects.create(
        pk=number, partner=partner, meter=meter, data_type=DataType.RUNTIME, minutes=15
    )
    rows = np.zeros(366 * A_DAY, INTERVAL)
    rows["series"], rows["start"] = series.pk, first + np.arange(len(rows)) * 15
    rows["net"], rows["generated"], rows["consumed"], rows["final"] = 1.5, np.nan, np.nan, 1
    store = interval_store()
    store.prepare(first, int(rows["start"].max()))
    with transaction.atomic():
        store.put(rows, minutes=15, source=1)
    begin, end = datetime(2025, 1, 1, 5, tzinfo=UTC), datetime(2026, 1, 1, 5, tzinfo=UTC)
    zone = next(iter(partner_rules().values())).zone
    times = []
    for _ in range(20):
        began = time.perf_counter()
        days = daily_energy(series.pk, begin, end, zone)
        times.append((time.perf_counter() - began) * 1000)
    assert len(days) >= 365
    assert end - begin == timedelta(days=365)
    return round(sorted(times)[len(times) // 2], 1)


def stores(count: int) -> None:
    """A month of `count` series: stored, the same again, a day of all of them, a year of one."""
    call_command("migrate", verbosity=0)
    store, first = interval_store(), day_of(datetime(2026, 8, 1, tzinfo=UTC).date()) * 1440
    rows = np.zeros(count * DAYS * A_DAY, INTERVAL)
    rows["series"] = np.repeat(np.arange(1, count + 1), DAYS * A_DAY)
    rows["start"] = np.tile(first + np.arange(DAYS * A_DAY) * 15, count)
    rows["net"], rows["final"] = np.random.default_rng(1).integers(0, 2000, len(rows)) / 1000, 1
    rows["generated"] = rows["consumed"] = np.nan
    store.prepare(first, int(rows["start"].max()))
    loaded, repeated = (_put_all(store, rows, source) for source in (1, 2))
    day = first + 9 * 1440
    seconds, fleet = _best(lambda: store.read(range(1, count + 1), day, day + 1440))
    assert len(fleet) == count * A_DAY
    _, days = _best(lambda: store.daily(1, first, first + DAYS * 1440, offset=-300))
    assert sum(number for _, _, number in days) == DAYS * A_DAY
    partner = Partner.objects.create(name="Many Meters", slug="many")
    year = _year(partner, _active_meter(partner))
    result = {"rows": len(rows), "load_rows_s": round(len(rows) / loaded), "repeat_rows_s": round(len(rows) / repeated)}
    print(json.dumps(result | {"day_of_all_s": seconds, "year_of_one_meter_ms": year}))


def _put_all(store, rows, source: int) -> float:
    """Seconds, in pieces as a job stores them."""
    began = time.perf_counter()
    for begin in range(0, len(rows), settings.JOB_INTERVAL_ROWS):
        with transaction.atomic():
            store.put(rows[begin : begin + settings.JOB_INTERVAL_ROWS], minutes=15, source=source)
    return time.perf_counter() - began


def _active_meter(partner: Partner) -> Meter:
    call_command("seed_catalogue", verbosity=0, stdout=io.StringIO())
    return _active_meters(partner, 1, datetime(2026, 12, 1, 5, tzinfo=UTC))[0]


SECTIONS = {"gaps": gaps, "stores": stores}

if __name__ == "__main__":
    SECTIONS[sys.argv[1]](int(sys.argv[2]))
