"""Whether the numbers of one battery can be true together: on the device itself and on each device of the site."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import partial

from programs.schema.crossfield.rule import CrossCheckRule, RowFinding
from programs.schema.lists import Flat

CLASS, COUNT = "customer_classification", "site.number_of_devices"
_HOME_KW, _HOME_KWH = 100, 500  # far more than any home's device has; 5,000 and 13,500 are watts and watt hours
_APART_HOURS, _APART_SHARE = 1, 0.25  # a duration is a whole number: less than an hour apart is rounding
_RATE_FACTOR = 2


@dataclass(frozen=True, slots=True)
class Battery:
    """The keys of one battery."""

    power: str
    energy: str
    hours: str
    discharge: str
    charge: str
    most: str
    least: str

    @property
    def keys(self) -> tuple[str, ...]:
        return (self.power, self.energy, self.hours, self.discharge, self.charge, self.most, self.least)


_SOC = "battery_{}_state_of_charge_percentage"
_RATE = "battery_max_{}_rate_kw"


def battery_rules(keys: Iterable[str]) -> list[CrossCheckRule]:
    """A rule for the device, and one for each slot of the devices on site that the catalogue has."""
    starts = {key.rpartition(".")[0] for key in keys if key.startswith("site.site_devices.")}
    batteries = [
        _battery("device", "battery_power_capacity_kw", "battery_energy_capacity_kwh", "battery_duration_hours")
    ]
    batteries += [
        _battery(start, "power_capacity_kw", "energy_capacity_kwh", "energy_capacity_duration_hours")
        for start in sorted(starts)
    ]
    return [CrossCheckRule(one.keys, (*one.keys, CLASS, COUNT), partial(_check, one)) for one in batteries]


def _battery(start: str, power: str, energy: str, hours: str) -> Battery:
    rest = (_RATE.format("discharge"), _RATE.format("charge"), _SOC.format("max"), _SOC.format("min"))
    return Battery(*(f"{start}.{name}" for name in (power, energy, hours, *rest)))


def _check(battery: Battery, row: Flat, _on: date) -> list[RowFinding]:
    rules: tuple[Callable[[Battery, Flat], Iterable[RowFinding]], ...] = (
        charge_limits_crossed,
        charge_as_fraction,
        looks_like_watts,
        duration_differs,
        rate_above_power,
    )
    return [finding for rule in rules for finding in rule(battery, row)]


def charge_limits_crossed(battery: Battery, row: Flat) -> Iterable[RowFinding]:
    """The highest state of charge is above the lowest."""
    most, least = row.get(battery.most), row.get(battery.least)
    if most is not None and least is not None and most <= least:
        yield RowFinding("CHARGE_LIMITS_CROSSED", battery.most, {"least": f"{least:g}"}, blocks=True)


def charge_as_fraction(battery: Battery, row: Flat) -> Iterable[RowFinding]:
    """The lowest state of charge is between 0 and 1 percent, as when a share is written for a percentage."""
    least = row.get(battery.least)
    if least is not None and 0 < least < 1:
        yield RowFinding(
            "CHARGE_AS_FRACTION", battery.least, {"number": f"{least:g}", "suggestion": f"{least * 100:g}"}
        )


def looks_like_watts(battery: Battery, row: Flat) -> Iterable[RowFinding]:
    """At a home, kilowatts and kilowatt hours that only make sense without the kilo."""
    if row.get(CLASS) != "RESIDENTIAL":
        return
    devices = max(1, row.get(COUNT) or 1)
    for key, unit, small_unit, limit in (
        (battery.power, "kW", "watts", _HOME_KW),
        (battery.energy, "kWh", "watt hours", _HOME_KWH),
    ):
        value = row.get(key)
        if value is not None and value > limit * devices:
            context = {"number": f"{value:,.10g}", "unit": unit, "small_unit": small_unit}
            suggested = {"suggestion": f"{value / 1000:.10g}"} if value >= 1000 else {}
            yield RowFinding("LOOKS_LIKE_WATTS", key, context | suggested)


def duration_differs(battery: Battery, row: Flat) -> Iterable[RowFinding]:
    """Energy divided by power is the duration."""
    power, energy, hours = row.get(battery.power), row.get(battery.energy), row.get(battery.hours)
    if not power or not energy or hours is None:
        return
    computed = energy / power
    apart = abs(computed - hours)
    if apart >= _APART_HOURS and apart > _APART_SHARE * computed:
        context = {"hours": f"{hours:g}", "computed": f"{computed:.3g}", "energy": f"{energy:g}", "power": f"{power:g}"}
        suggested = {"suggestion": str(round(computed))} if 1 <= computed <= 100 else {}
        yield RowFinding("DURATION_DIFFERS", battery.hours, context | suggested)


def rate_above_power(battery: Battery, row: Flat) -> Iterable[RowFinding]:
    """A battery is not charged or discharged with far more than its power."""
    power = row.get(battery.power)
    if not power:
        return
    for key in (battery.discharge, battery.charge):
        rate = row.get(key)
        if rate is not None and rate > _RATE_FACTOR * power:
            yield RowFinding("RATE_ABOVE_POWER", key, {"number": f"{rate:g}", "power": f"{power:g}"})
