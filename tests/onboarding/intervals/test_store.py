"""The store keeps one row for each series and start, knows what is new, and keeps what was replaced."""

import numpy as np
import pytest

from onboarding.intervals.store import DAY_BYTES, INTERVAL, Put, interval_store, slots_per_day
from onboarding.intervals.store.times import day_of, minutes_of, moment

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("each_store")]
JANUARY = 28_928_160  # 2025-01-01 00:00 UTC
NAN = float("nan")


def rows(*values, series=1, minutes=15):
    """Intervals from 2025 on: one for each (slot, net), or (slot, net, generated, consumed, final)."""
    made = [(series, JANUARY + slot * minutes, net, *(rest or (NAN, NAN, -1)), 0) for slot, net, *rest in values]
    return np.array(made, INTERVAL)


def put(data, *, minutes=15, source=7):
    store = interval_store()
    store.prepare(int(data["start"].min()), int(data["start"].max()))
    return store.put(data, minutes=minutes, source=source)


def kept(series=1, first=0, last=1_000_000):
    read = interval_store().read([series], JANUARY + first, JANUARY + last)
    return [(int(row["start"]) - JANUARY, row["net"].item(), int(row["source"])) for row in read]


def test_intervals_are_read_as_they_were_put():
    data = rows((0, 1.5, 2.0, 3.5, 1), (1, -0.1, NAN, NAN, 0), (2, NAN, 0.25, 0.5, -1), series=4)
    assert put(data) == Put(new=3)
    data["source"] = 7
    read = interval_store().read([4], JANUARY, JANUARY + 45)
    assert str(read.tolist()) == str(data.tolist())


def test_the_end_is_left_out():
    put(rows((0, 1.0), (1, 2.0)))
    assert kept(first=0, last=15) == [(0, 1.0, 7)]
    assert kept(first=1, last=16) == [(15, 2.0, 7)]


def test_the_same_again_changes_nothing():
    data = rows((0, 1.0), (1, NAN, 2.0, 2.5, 1))
    put(data)
    assert put(data, source=8) == Put(same=2)
    assert kept()[0] == (0, 1.0, 7)
    assert interval_store().corrections([1], limit=10) == []


@pytest.mark.parametrize(
    "later", [(0, 1.25), (0, NAN), (0, 1.0, 0.0, 1.0, -1), (0, 1.0, NAN, NAN, 0)], ids=["net", "none", "parts", "final"]
)
def test_another_value_replaces_and_is_remembered(later):
    put(rows((0, 1.0), (1, 2.0)))
    assert put(rows(later, (1, 2.0), (2, 3.0)), source=8) == Put(new=1, changed=1, same=1)
    assert [source for _, _, source in kept()] == [8, 7, 8]
    (correction,) = interval_store().corrections([1], limit=10)
    assert (correction.start, correction.net, correction.generated) == (moment(JANUARY), 1.0, None)
    assert (correction.final, correction.source, correction.replaced_by) == (None, 7, 8)


def test_days_tell_which_intervals_are_there():
    put(rows((0, 1.0), (95, 1.0), (96, 1.0)))
    put(rows((1, 1.0), (95, 1.0), series=2))
    put(rows((3, 1.0)))
    first = JANUARY // 1440
    days = interval_store().days([1, 2], first, first + 2, minutes=15)
    told = [
        (int(series), int(day) - first, np.flatnonzero(bits).tolist())
        for series, day, bits in zip(days.series, days.day, days.bits(15), strict=True)
    ]
    assert told == [(1, 0, [0, 3, 95]), (1, 1, [0]), (2, 0, [1, 95])]
    assert len(interval_store().days([1], first, first + 1, minutes=15).day) == 1


@pytest.mark.parametrize("minutes", sorted(DAY_BYTES))
def test_each_length_has_its_bits(minutes):
    last = slots_per_day(minutes) - 1
    put(rows((0, 1.0), (last, 1.0), series=3, minutes=minutes), minutes=minutes)
    first = JANUARY // 1440
    (bits,) = interval_store().days([3], first, first + 1, minutes=minutes).bits(minutes)
    assert len(bits) * minutes == 1440
    assert np.flatnonzero(bits).tolist() == [0, last]
    assert put(rows((0, 1.0), series=3, minutes=minutes), minutes=minutes) == Put(same=1)


def test_months_and_years_follow_each_other():
    wanted = [(slot, float(slot)) for slot in range(0, 96 * 800, 96 * 7)]
    assert put(rows(*wanted)).new == len(wanted)
    assert [net for _, net, _ in kept(last=96 * 801 * 15)] == [net for _, net in wanted]


def test_an_interval_that_begins_between_is_a_mistake_of_ours():
    data = rows((0, 1.0))
    data["start"] += 5
    with pytest.raises(ValueError, match="does not begin"):
        put(data)


def test_what_is_forgotten_is_gone_and_nothing_else():
    put(rows((0, 1.0)))
    put(rows((0, 2.0)))
    put(rows((0, 3.0), series=2))
    interval_store().forget([1])
    assert kept() == []
    assert kept(series=2) == [(0, 3.0, 7)]
    assert interval_store().corrections([1], limit=10) == []
    assert put(rows((0, 1.0))) == Put(new=1)


def test_minutes_and_days_are_counted_in_utc():
    assert minutes_of(moment(JANUARY)) == JANUARY
    assert day_of(moment(JANUARY).date()) == JANUARY // 1440
    assert moment(JANUARY).isoformat() == "2025-01-01T00:00:00+00:00"
