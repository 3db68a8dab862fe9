"""What reading needs to know of a partner's meters."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from onboarding.meters.models import Meter
from onboarding.participation.zones import zones_of
from portal.partners.models import Partner

_AT_ONCE: Final = 2_000
_LARGEST_HOME: Final = 25.0  # kWh in a quarter-hour: 100 kW
_LARGEST: Final = 12_500.0  # 50 MW
_HOMES: Final = frozenset({"RESIDENTIAL"})


def write_ids(partner: Partner, path: Path) -> None:
    """The IDs of all meters of the partner, one a line, in order."""
    ids = Meter.objects.filter(partner=partner).order_by("pk").values_list("pk", flat=True)
    with path.open("w", encoding="ascii") as file:
        file.writelines(f"{pk.hex}\n" for pk in ids.iterator(chunk_size=_AT_ONCE))


def read_ids(path: Path) -> list[UUID]:
    """The IDs that `write_ids` wrote; a meter's number is its place."""
    return [UUID(line) for line in path.read_text(encoding="ascii").split()]


def facts_of(ids: Sequence[UUID], numbers: Sequence[int], partner: Partner) -> Mapping[str, Sequence[Any]]:
    """The facts of the meters of these numbers, as MeterFacts takes them."""
    by_id = {meter.pk: facts for meter, facts in _facts([ids[number] for number in numbers], partner)}
    listed = [by_id.get(ids[number], ("UTC", 0.0, _LARGEST)) for number in numbers]
    return {
        "numbers": list(numbers),
        "ids": [str(ids[number]) for number in numbers],
        "zones": [zone for zone, _, _ in listed],
        "capacity": [capacity for _, capacity, _ in listed],
        "largest": [largest for _, _, largest in listed],
    }


def _facts(ids: Sequence[UUID], partner: Partner) -> Iterator[tuple[Meter, tuple[str, float, float]]]:
    wanted = ("partner", "postal_code", "state", "meter_type", "customer_classification", "data")
    for begin in range(0, len(ids), _AT_ONCE):
        meters = list(Meter.objects.filter(partner=partner, pk__in=ids[begin : begin + _AT_ONCE]).only(*wanted))
        zones = zones_of(meters)
        for meter in meters:
            is_home = meter.customer_classification in _HOMES
            yield meter, (zones[meter.pk].key, _capacity(meter), _LARGEST_HOME if is_home else _LARGEST)


def _capacity(meter: Meter) -> float:
    """The power in kW that a battery itself can have, 0 where it is not known or more than the battery is measured."""
    if meter.meter_type != "DEVICE":
        return 0.0
    device = meter.data.get("device")
    named = device.get("battery_power_capacity_kw") if isinstance(device, dict) else None
    return float(named) if isinstance(named, int | float) and not isinstance(named, bool) else 0.0
