"""The time zone of a meter, from its zip code: a day begins and ends where the meter is."""

import functools
from collections.abc import Iterable, Mapping
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils import timezone

from onboarding.enrollment.models import Enrollment
from onboarding.enrollment.rules import rules_of
from onboarding.meters.models import Meter
from programs.schema import zone_of_zip

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


@functools.lru_cache(maxsize=50_000)
def zone_of_place(postal_code: str, state: str) -> ZoneInfo | None:
    """The zone of a zip code (five digits, perhaps four more), else the usual one of the state, else None."""
    if zone := zone_of_zip(postal_code):
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
