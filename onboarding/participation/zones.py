"""The time zone of a meter, from its zip code: a day begins and ends where the meter is.

A child process reads the list of zip codes once, because the package that has it would keep 38 MB of memory.
"""

import functools
import logging
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils import timezone

from onboarding.enrollment.models import Enrollment
from onboarding.enrollment.rules import rules_of
from onboarding.meters.models import Meter

logger = logging.getLogger(__name__)

# First a line with the names of the zones, then a byte for each zip code: which of them it has, 255 for none.
_LIST: Final = """
import sys, zipcodes
names, codes = {}, bytearray([255]) * 100_000
for prefix in range(100):
    for one in zipcodes.similar_to(f"{prefix:02}"):
        if one["timezone"]:
            codes[int(one["zip_code"])] = names.setdefault(one["timezone"], len(names))
sys.stdout.buffer.write(" ".join(names).encode("ascii") + b"\\n" + codes)
"""
_NONE: Final = 255

# The zone of most of a state, for zip codes that are not in the list.
_STATES: Final = {
    "America/New_York": "CT DC DE FL GA KY MA MD ME NC NH NJ NY OH PA RI SC VA VT WV",
    "America/Detroit": "MI",
    "America/Indiana/Indianapolis": "IN",
    "America/Chicago": "AL AR IA IL KS LA MN MO MS ND NE OK SD TN TX WI",
    "America/Denver": "CO MT NM UT WY",
    "America/Boise": "ID",
    "America/Phoenix": "AZ",
    "America/Los_Angeles": "CA NV OR WA",
    "America/Anchorage": "AK",
    "Pacific/Honolulu": "HI",
    "America/Puerto_Rico": "PR",
    "America/St_Thomas": "VI",
    "Pacific/Guam": "GU",
    "Pacific/Saipan": "MP",
    "Pacific/Pago_Pago": "AS",
}
_BY_STATE: Final = {state: zone for zone, states in _STATES.items() for state in states.split()}
LAST_ZONE: Final = ZoneInfo("Pacific/Pago_Pago")  # where a day ends last


@dataclass(frozen=True, slots=True)
class _Zips:
    zones: tuple[ZoneInfo | None, ...]
    codes: bytes

    def zone_of(self, code: int) -> ZoneInfo | None:
        place = self.codes[code]
        return None if place == _NONE else self.zones[place]


@functools.lru_cache(maxsize=1)
def _zips() -> _Zips:
    """Takes half a second, once in a process. Without an answer every meter goes by its state."""
    try:
        answer = subprocess.run([sys.executable, "-I", "-c", _LIST], capture_output=True, check=True, timeout=60)
    except (OSError, subprocess.SubprocessError):
        logger.exception("The list of zip codes could not be read; meters go by the time zone of their state.")
        return _Zips((), bytes([_NONE]) * 100_000)
    names, _, codes = answer.stdout.partition(b"\n")
    return _Zips(tuple(map(_zone_named, names.decode("ascii").split())), codes)


def _zone_named(name: str) -> ZoneInfo | None:
    """The zone, or None for a name that is none: the list has one."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return None


@functools.lru_cache(maxsize=50_000)
def zone_of_place(postal_code: str, state: str) -> ZoneInfo | None:
    """The zone of a zip code (five digits, perhaps four more), else the usual one of the state, else None."""
    digits = postal_code[:5]
    is_code = len(digits) == 5 and digits.isascii() and digits.isdigit()
    if is_code and (zone := _zips().zone_of(int(digits))):
        return zone
    usual = _BY_STATE.get(state.upper())
    return ZoneInfo(usual) if usual else None


def zones_of(meters: Iterable[Meter]) -> Mapping[UUID, ZoneInfo]:
    """The zone of each meter, by ID; of one without a known place, its program's, else the portal's. One query more
    when there are such meters."""
    zones = {meter.pk: zone_of_place(meter.postal_code, meter.state) for meter in meters}
    nowhere = [pk for pk, zone in zones.items() if zone is None]
    by_program: dict[UUID, ZoneInfo] = {}
    if nowhere:
        program_zones = {program.pk: program.zone for program in rules_of().values()}
        joined = Enrollment.objects.filter(meter__in=nowhere).order_by("-pk").values_list("meter", "program")
        by_program = {meter: program_zones[program] for meter, program in joined if program in program_zones}
    here = ZoneInfo(timezone.get_default_timezone_name())
    return {pk: zone or by_program.get(pk, here) for pk, zone in zones.items()}


def zone_of(meter: Meter) -> ZoneInfo:
    """The zone of one meter, as `zones_of` has it."""
    return zones_of([meter])[meter.pk]
