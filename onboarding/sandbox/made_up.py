"""Made-up assets, and what happens to their meters: the portfolio of demo partners and of sandboxes."""

import csv
import io
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from onboarding.enrollment.models import Preference
from onboarding.meters.models import Meter
from onboarding.participation.domain import change_participation
from onboarding.participation.rules import ParticipationRequest
from onboarding.staff.domain import activate, record_checks
from onboarding.uploads.models import Upload
from onboarding.uploads.pipeline.receive import receive_upload
from portal.events.actors import Actor
from portal.partners.models import Partner
from portal.web import clock
from programs.models import ActionType, DeliveryPeriod

Row = dict[str, Any]

_NAMES = ["Ada Alvarez", "Ben Brooks", "Carla Chen", "Dmitri Dubois", "Elena Evans", "Farid Fischer", "Grace Garcia"]
_STREETS = ["Oak Street", "Harbor Road", "Mission Street", "Elm Street", "Cedar Lane", "Lake Avenue", "Hill Street"]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file as a partner sends it. is_confirmed: whether its good rows become meters, or it waits for a person."""

    name: str
    program: str
    rows: Sequence[Row]
    is_confirmed: bool = True

    @property
    def content(self) -> bytes:
        text = io.StringIO()
        lines = csv.DictWriter(text, list(self.rows[0]))
        lines.writeheader()
        lines.writerows(self.rows)
        return text.getvalue().encode()


def sheets() -> list[Sheet]:
    """The files of the portfolio."""
    return [
        Sheet("bay-area-batteries.csv", "CEC-DSGS", [battery(n) for n in range(1, 19)]),
        Sheet("boston-offices.csv", "MA_DOER-CPS", [office(n) for n in range(1, 13)]),
        Sheet("texas-warehouses.csv", "ERCOT-ERS", [warehouse(n) for n in range(1, 7)]),
        Sheet("new-installs.csv", "CEC-DSGS", new_installs(), is_confirmed=False),
    ]


def send(partner: Partner, sheet: Sheet, *, by: Actor) -> Upload:
    """Send a file of the portfolio; sent before, it finds the earlier upload."""
    upload, _ = receive_upload(
        [sheet.content],
        file_name=sheet.name,
        partner=partner,
        programs=[sheet.program],
        update_existing=False,
        by=by,
    )
    return upload


def start(partner: Partner, program: str, count: int, *, nominated: bool = False, weeks: int = 0) -> list[Meter]:
    """Leap's side: the first meters take part in the period that runs now, for some weeks, or else in the next."""
    period = DeliveryPeriod.objects.filter(program__identifier=program, ends_at__gt=clock.now()).first()
    if period is None:
        return []
    rows = Meter.objects.filter(partner=partner, enrollments__program=period.program).select_related("partner")
    first, leap, note = list(rows.order_by("pk")[:count]), Actor.system("Demo"), "Confirmed by the market operator"
    if nominated:
        record_checks(
            first, ActionType.HAS_NOMINATIONS, holds=True, program=period.program, by=leap, note=note, is_made_up=True
        )
    since = max(period.starts_at, clock.now() - timedelta(weeks=weeks))
    activate(first, period, by=leap, note=note, active_from=since, is_made_up=True)
    return first


def stay_out(partner: Partner, *, by: Actor) -> None:
    """One meter is idle for two weeks, and one leaves for good."""
    meters = list(Meter.objects.filter(partner=partner, partner_reference__startswith="boston-").order_by("pk")[:2])
    if len(meters) < 2:
        return  # the catalogue was changed, so that the sheet did not fit it
    today = clock.now().date()
    requests = {
        meters[0].pk: ParticipationRequest(
            Preference.IDLE, today + timedelta(days=3), today + timedelta(days=16), "Maintenance"
        ),
        meters[1].pk: ParticipationRequest(Preference.DISENROLL, today + timedelta(days=30), None, "The office moves"),
    }
    change_participation(requests, partner=partner, by=by)


def _customer(n: int, *, street_seed: int, city: str, state: str, postal_code: str) -> Row:
    chance = random.Random(street_seed + n)  # noqa: S311  made-up addresses, no secrets
    return {
        "customer.end_customer_name": _NAMES[n % len(_NAMES)],
        "customer.end_customer_email": f"customer{n}@example.com",
        "customer.street_1": f"{chance.randrange(1, 999)} {chance.choice(_STREETS)}",
        "customer.city": city,
        "customer.state_or_province_code": state,
        "customer.postal_code": postal_code,
        "customer.country_code": "US",
    }


def battery(n: int) -> Row:
    """A battery at a home in California. Of some the number of devices is not known yet, which the program asks for."""
    return {
        "partner_reference": f"bay-{n:03d}",
        "transmission_region": "CAISO",
        "customer_classification": "RESIDENTIAL",
        "meter_type": "DEVICE",
        "load_types.0": "BATTERY_STORAGE",
        **_customer(n, street_seed=100, city="Oakland", state="CA", postal_code="94607"),
        "device.device_type": "BATTERY",
        "device.device_manufacturer": "Volta",
        "device.device_model": "Home 10",
        "device.device_serial_number": f"VH{n:06d}",
        "device.battery_power_capacity_kw": 5,
        "device.battery_energy_capacity_kwh": 13.5,
        "site.number_of_devices": "" if n % 6 == 0 else 1,
        "caiso.is_receiving_sgip_funding": "no",
        "utility.utility_name": "PGE",
        "utility.electric_service_account_number": f"11{n:08d}",
    }


def office(n: int) -> Row:
    """An office in Massachusetts with a battery of its own."""
    return {
        "partner_reference": f"boston-{n:03d}",
        "transmission_region": "ISONE",
        "customer_classification": "COMMERCIAL",
        "meter_type": "DEVICE",
        "load_types.0": "BATTERY_STORAGE",
        **_customer(n, street_seed=200, city="Boston", state="MA", postal_code="02118"),
        "customer.end_customer_company_name": f"Harbor Offices {n}",
        "isone.in_connected_solutions": "no",
    }


def warehouse(n: int) -> Row:
    """A warehouse in Texas with a generator. Of some its power is not known yet."""
    return {
        "partner_reference": f"texas-{n:03d}",
        "transmission_region": "ERCOT",
        "customer_classification": "COMMERCIAL",
        "meter_type": "UTILITY_METER",
        "load_types.0": "GENERATION",
        **_customer(n, street_seed=300, city="Houston", state="TX", postal_code="77002"),
        "customer.end_customer_company_name": f"Lone Star Storage {n}",
        "site.site_devices.0.device_type": "GENERATOR",
        "site.site_devices.0.fuel_type": "NATURAL_GAS",
        "site.site_devices.0.power_capacity_kw": "" if n > 4 else 250,
        "utility.electric_service_account_number": f"1008901{n:010d}",
    }


def new_installs() -> list[Row]:
    """A sheet as they come: most rows are good, three are not."""
    rows = [battery(n) | {"partner_reference": f"new-{n:03d}"} for n in range(31, 41)]
    rows[2]["customer.postal_code"] = "9460"
    rows[5]["customer.end_customer_email"] = "carla at example"
    rows[7]["partner_reference"] = rows[6]["partner_reference"]
    return rows
