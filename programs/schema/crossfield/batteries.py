"""Whether the numbers of one battery can be true together: on the device itself and on each device of the site."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial

from programs.schema.columns import LIST_SLOTS
from programs.schema.crossfield.rule import CrossCheckRule, RowFinding
from programs.schema.lists import Flat

CLASS, COUNT = "customer_classification", "site.number_of_devices"
TYPE, LOADS = "device_type", tuple(f"load_types.{slot}" for slot in range(LIST_SLOTS))
_MISTAKEN = 10  # times beyond the usual range: 5,000 and 13,500 are watts and watt hours, 0.0135 are megawatt hours
_APART_HOURS, _APART_SHARE = 1, 0.25  # a duration is a whole number: less than an hour apart is rounding
_RATE_FACTOR = 2


@dataclass(frozen=True, slots=True)
class UsualRange:
    """What one battery usually has, in the unit of the field. maximum is meant of a battery at a home."""

    minimum: float | None
    maximum: float | None
    unit: str


@dataclass(frozen=True, slots=True)
class Battery:
    """The keys of one battery, and key to usual range."""

    power: str
    energy: str
    hours: str
    discharge: str
    charge: str
    most: str
    least: str
    type: str = ""
    loads: tuple[str, ...] = ()
    usual: Mapping[str, UsualRange] = field(default_factory=dict)

    @property
    def keys(self) -> tuple[str, ...]:
        return (self.power, self.energy, self.hours, self.discharge, self.charge, self.most, self.least)


_SOC = "battery_{}_state_of_charge_percentage"
_SMALL_UNITS = {"kW": "watts", "kWh": "watt hours"}
_RATE = "battery_max_{}_rate_kw"


def battery_rules(keys: Iterable[str], usual: Mapping[str, UsualRange]) -> list[CrossCheckRule]:
    """A rule for the device, and one for each slot of the devices on site that the catalogue has.

    usual: key to usual range.
    """
    starts = {key.rpartition(".")[0] for key in keys if key.startswith("site.site_devices.")}
    names = ("battery_power_capacity_kw", "battery_energy_capacity_kwh", "battery_duration_hours")
    batteries = [_battery("device", *names, usual, LOADS)]
    names = ("power_capacity_kw", "energy_capacity_kwh", "energy_capacity_duration_hours")
    batteries += [_battery(start, *names, usual) for start in sorted(starts)]
    return [
        CrossCheckRule(
            battery.keys, (*battery.keys, CLASS, COUNT, battery.type, *battery.loads), partial(_check, battery)
        )
        for battery in batteries
    ]


def _battery(
    start: str, power: str, energy: str, hours: str, usual: Mapping[str, UsualRange], loads: tuple[str, ...] = ()
) -> Battery:
    rest = (_RATE.format("discharge"), _RATE.format("charge"), _SOC.format("max"), _SOC.format("min"), TYPE)
    keys = Battery(*(f"{start}.{name}" for name in (power, energy, hours, *rest)))  # type: ignore[arg-type]  # as many as fields
    return replace(keys, loads=loads, usual=usual)


def _check(battery: Battery, row: Flat, _on: date) -> list[RowFinding]:
    rules: tuple[Callable[[Battery, Flat], Iterable[RowFinding]], ...] = (
        charge_limits_crossed,
        charge_as_fraction,
        looks_like_watts,
        too_small,
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
    for key in (battery.power, battery.energy, battery.discharge, battery.charge):
        value, usual = row.get(key), battery.usual.get(key)
        if value is None or usual is None or usual.maximum is None or value <= usual.maximum * devices:
            continue
        context = {"number": f"{value:,.10g}", "unit": usual.unit, "small_unit": _SMALL_UNITS.get(usual.unit, "less")}
        suggested = {"suggestion": f"{value / 1000:.10g}"} if value >= 1000 else {}
        is_mistaken = value >= usual.maximum * devices * _MISTAKEN
        yield RowFinding("LOOKS_LIKE_WATTS", key, context | suggested, blocks=is_mistaken)


def too_small(battery: Battery, row: Flat) -> Iterable[RowFinding]:
    """A battery has some power and some energy. A row without a battery may say 0."""
    types = {row.get(battery.type)} if battery.type in row else {row.get(key) for key in battery.loads}
    if types.isdisjoint({"BATTERY", "BATTERY_STORAGE"}):
        return
    for key in (battery.power, battery.energy):
        value, usual = row.get(key), battery.usual.get(key)
        if value is None or usual is None or usual.minimum is None or value * _MISTAKEN > usual.minimum:
            continue
        thousandfold = value * 1000
        fits = usual.minimum <= thousandfold and (usual.maximum is None or thousandfold <= usual.maximum)
        suggested = {"suggestion": f"{thousandfold:.10g}"} if fits else {}
        context = {"number": f"{value:.10g}", "unit": usual.unit}
        yield RowFinding("BATTERY_TOO_SMALL", key, context | suggested, blocks=True)


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
