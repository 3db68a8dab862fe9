"""What looks wrong in a series is told, and what is right is left in peace."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from onboarding.intervals.reading.arrange import arrange
from onboarding.intervals.reading.facts import MeterFacts, changes_in
from onboarding.intervals.reading.faults import Faults
from onboarding.intervals.reading.rows import ROW
from onboarding.intervals.reading.suspicions import Suspicions
from onboarding.intervals.store.times import minutes_of
from portal.problems import Problem

ZONE = "America/Los_Angeles"
JUNE = minutes_of(datetime(2026, 6, 1, 7, tzinfo=UTC))  # midnight there
NAN = float("nan")


def series(net, *, meter=0, start=JUNE, generated=None, consumed=None):
    rows = np.zeros(len(net), ROW)
    rows["meter"], rows["start"], rows["net"] = meter, start + 15 * np.arange(len(net)), net
    rows["generated"] = NAN if generated is None else generated
    rows["consumed"] = NAN if consumed is None else consumed
    rows["line"] = np.arange(len(net)) + 2
    return rows


def warned(rows, *, capacity=0.0, largest=25.0, zone=ZONE, is_energy=True):
    numbers = sorted(set(rows["meter"].tolist()))
    count = len(numbers)
    facts = MeterFacts(
        {
            "numbers": numbers,
            "ids": [f"meter {number}" for number in numbers],
            "zones": [zone] * count,
            "capacity": [capacity] * count,
            "largest": [largest] * count,
        }
    )
    suspicions = Suspicions(facts, is_energy=is_energy)
    suspicions.look(rows)
    for told in suspicions.warnings:
        problem = Problem(str(told["code"]), context=told)
        assert "{" not in problem.text + problem.remedy
        assert "  " not in problem.text
    return suspicions.warnings


def codes(rows, **facts):
    return [told["code"] for told in warned(rows, **facts)]


def home(days=7, seed=1):
    """A house: more in the evening, never twice the same."""
    slots = np.arange(days * 96)
    noise = np.random.default_rng(seed).random(len(slots))
    return np.round(0.2 + 0.4 * np.exp(-(((slots % 96) - 76) ** 2) / 60) + 0.1 * noise, 3)


def solar(days=7, seed=1, peak=1.0, shift=0):
    """Generation of a roof: nothing at night, highest at 12:45 standard time (13:45 on the clock of June)."""
    hours = (np.arange(days * 96) / 4 - shift) % 24
    shape = np.clip(np.cos((hours - 13.75) / 14 * np.pi), 0, None) * ((hours > 6.75) & (hours < 20.75))
    return np.round(peak * shape * (0.8 + 0.2 * np.random.default_rng(seed).random(len(hours))), 3)


def battery(days=7):
    """Charges from the sun, discharges in the evening."""
    hours = np.arange(days * 96) / 4 % 24
    noise = np.random.default_rng(3).random(len(hours)) / 10
    return np.where(
        (hours >= 10) & (hours < 14), 0.9 + noise, np.where((hours >= 17) & (hours < 20), -1.0 - noise, 0.0)
    )


@pytest.mark.parametrize(
    "rows",
    [
        series(home()),
        series(home() - solar()),
        series(np.full(700, NAN), generated=solar(8)[:700], consumed=home(8)[:700]),
        series(np.zeros(700)),
        series(-solar(1)),
        series(home(1)[:1]),
    ],
    ids=["home", "solar home", "parts", "off", "one sunny day", "one row"],
)
def test_what_is_right_is_left_in_peace(rows):
    assert codes(rows) == []


def test_a_battery_within_its_power_is_right():
    assert codes(series(battery()), capacity=5.0) == []
    assert codes(series(battery()), capacity=4.4) == []  # 1.1 kWh in a quarter-hour is 4.4 kW


def test_power_and_watt_hours_are_said_as_such():
    assert codes(series(battery() * 4), capacity=5.0) == ["INTERVAL_POWER_AS_ENERGY"]
    assert codes(series(battery() * 1000), capacity=5.0) == ["INTERVAL_WATT_HOURS"]
    assert codes(series(home() * 1000)) == ["INTERVAL_WATT_HOURS"]
    assert codes(series(home() * 1000), largest=12_500.0) == []


def test_a_spike_is_told_with_its_place():
    net = battery()
    net[100] = 40
    (told,) = warned(series(net), capacity=5.0)
    assert (told["code"], told["count"], told["start"]) == ("INTERVAL_BEYOND_CAPACITY", 1, "2026-06-02T08:00:00+00:00")


@pytest.mark.parametrize(("length", "is_flat"), [(95, False), (96, True), (200, True)])
def test_a_flat_line_of_a_day_is_told(length, is_flat):
    net = home()
    net[50 : 50 + length] = 0.777
    told = warned(series(net))
    assert [one["code"] for one in told] == (["INTERVAL_FLAT"] if is_flat else [])
    if is_flat:
        assert (told[0]["value"], told[0]["hours"]) == (0.777, length // 4)


def test_a_gap_ends_a_flat_line():
    rows = series(np.where(np.arange(150) < 150, 0.5, 0))
    assert codes(np.delete(rows, 75)) == []


def test_nearly_all_negative_is_a_wrong_sign():
    assert codes(series(-home())) == ["INTERVAL_SIGN"]
    assert codes(series(-home()[:95])) == []
    assert codes(series(-home(), generated=home(), consumed=np.zeros(672))) == []


@pytest.mark.parametrize(("shift", "is_told"), [(0, False), (2, False), (7, True), (-8, True), (12, True)])
def test_a_sun_at_night_is_a_shifted_clock(shift, is_told):
    rows = series(np.full(672, NAN), generated=solar(shift=shift), consumed=home())
    assert codes(rows) == (["INTERVAL_CLOCK"] if is_told else [])


def spring(zone):
    """The quarter-hours of some days around the change of clocks, as a local clock shows them."""
    begin = datetime(2026, 3, 6, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    moments = [begin + timedelta(minutes=15 * slot) for slot in range(4 * 96)]
    return np.array([minutes_of(at.astimezone(ZoneInfo(zone)).replace(tzinfo=UTC)) for at in moments], np.int32)


def test_local_times_lack_the_hour_that_clocks_skip():
    rows = series(home(4))
    rows["start"] = spring(ZONE)
    (told,) = warned(rows)
    assert (told["code"], told["day"], told["zone"]) == ("INTERVAL_LOCAL_TIME", "2026-03-08", ZONE)
    utc = series(home(4), start=minutes_of(datetime(2026, 3, 6, 8, tzinfo=UTC)))
    assert codes(utc) == []
    assert codes(utc, zone="America/Phoenix") == []
    rows["start"] = spring(ZONE)
    assert codes(rows[:180], zone="America/Phoenix") == []


def test_local_times_in_autumn_are_contradictions_with_a_reason():
    begin = datetime(2026, 10, 31, tzinfo=ZoneInfo(ZONE)).astimezone(UTC)
    moments = [begin + timedelta(minutes=15 * slot) for slot in range(200)]
    rows = series(home(3)[:200])
    rows["start"] = [minutes_of(at.astimezone(ZoneInfo(ZONE)).replace(tzinfo=UTC)) for at in moments]
    facts = MeterFacts({"numbers": [0], "ids": ["m"], "zones": [ZONE], "capacity": [0], "largest": [25]})
    faults = Faults()
    kept, repeated = arrange(rows, facts, faults)
    assert (len(kept), repeated, faults.bad) == (192, 0, 8)
    (messages,) = [frame["message"].to_list() for frame in faults._kept]
    assert len(messages) == 4
    assert all("Clocks were set back in this hour" in message for message in messages)


def test_copied_series_name_each_other():
    rows = np.concatenate([series(home(), meter=0), series(home(), meter=1), series(home(seed=2), meter=2)])
    (told,) = warned(rows)
    assert (told["code"], told["meter"], told["other"]) == ("INTERVAL_COPIED", "meter 1", "meter 0")
    zeros = np.concatenate([series(np.zeros(700), meter=0), series(np.zeros(700), meter=1)])
    assert codes(zeros) == []


def test_runtime_is_not_looked_at_as_energy():
    assert codes(series(np.full(700, 15.0)), is_energy=False) == []


def test_changes_of_clocks_are_known():
    changes = changes_in("America/New_York")
    assert minutes_of(datetime(2026, 3, 8, 2, tzinfo=UTC)) in changes.skipped
    assert minutes_of(datetime(2026, 11, 1, 1, 45, tzinfo=UTC)) in changes.twice
    assert minutes_of(datetime(2026, 11, 1, 2, tzinfo=UTC)) not in changes.twice
    assert changes_in("America/Phoenix").skipped == []


def test_repeated_rows_count_once_wherever_they_are():
    rows = np.concatenate([series([1.0, 2.0, 3.0]), series([1.0, NAN, 3.0])])
    rows["meter"] = [0, 0, 0, 0, 0, 0]
    facts = MeterFacts({"numbers": [0], "ids": ["m"], "zones": ["UTC"], "capacity": [0], "largest": [25]})
    faults = Faults()
    kept, repeated = arrange(rows, facts, faults)
    assert (kept["net"].tolist(), repeated, faults.bad) == ([1.0, 3.0], 2, 2)
