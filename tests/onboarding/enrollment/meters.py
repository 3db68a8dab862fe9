"""Meters and recorded facts for tests of enrollment."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from onboarding.enrollment.domain import re_evaluate
from onboarding.enrollment.models import Activation, CheckRecord, Enrollment
from onboarding.meters.columns import columns_of
from onboarding.meters.models import Meter
from portal.events.actors import Actor
from portal.partners.models import Partner
from portal.web import clock
from programs.models import DeliveryPeriod, Program

PLACES = {
    "CAISO": ("San Francisco", "CA", "94103"),
    "NYISO": ("New York", "NY", "10001"),
    "ISONE": ("Boston", "MA", "02108"),
    "ERCOT": ("Houston", "TX", "77002"),
}


def at(text: str) -> datetime:
    """A day or time in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def make_meter(
    partner: Partner,
    *,
    programs: Iterable[str],
    reference: str = "m-1",
    region: str = "CAISO",
    meter_type: str = "UTILITY_METER",
    classification: str = "RESIDENTIAL",
    utility: str = "",
    account: str = "",
    evaluated: bool = True,
    **parts: Mapping[str, Any],
) -> Meter:
    """A meter that is meant for programs. parts: more of the asset, such as device={…}."""
    city, state, postal_code = PLACES[region]
    asset: dict[str, Any] = {
        "partner_reference": reference,
        "transmission_region": region,
        "customer_classification": classification,
        "meter_type": meter_type,
        "load_types": ["HVAC"],
        "customer": {
            "street_1": "1 Main Street",
            "city": city,
            "state_or_province_code": state,
            "postal_code": postal_code,
            "country_code": "US",
        },
    }
    about = {"utility_name": utility, "electric_service_account_number": account}
    if utility or account:
        asset["utility"] = {key: value for key, value in about.items() if value}
    for part, values in parts.items():
        asset[part] = {**asset.get(part, {}), **values}
    now = clock.now()
    meter = Meter.objects.create(partner=partner, created_at=now, **columns_of(asset))
    for identifier in programs:
        program = Program.objects.get(identifier=identifier)
        Enrollment.objects.create(partner=partner, meter=meter, program=program, status="INELIGIBLE", joined_at=now)
    if evaluated:
        re_evaluate([meter.pk], by=Actor.system("Test"))
    meter.refresh_from_db()
    return meter


def note(
    meter: Meter,
    action_type: str,
    *,
    holds: bool = True,
    program: str = "",
    period: str = "",
    since: str = "2020-01-01",
    until: str = "",
    **more: Any,
) -> CheckRecord:
    """What Leap found out about a meter."""
    return CheckRecord.objects.create(
        partner=meter.partner,
        meter=meter,
        program=Program.objects.get(identifier=program) if program else None,
        period=DeliveryPeriod.objects.get(name=period) if period else None,
        action_type=action_type,
        holds=holds,
        valid_from=at(since),
        valid_to=at(until) if until else None,
        recorded_by="Stef Staff",
        **more,
    )


def activate(meter: Meter, period: str, *, since: str, until: str = "", **more: Any) -> Activation:
    """The meter is active in a period."""
    return Activation.objects.create(
        partner=meter.partner,
        meter=meter,
        period=DeliveryPeriod.objects.get(name=period),
        active_from=at(since),
        active_to=at(until) if until else None,
        **more,
    )
