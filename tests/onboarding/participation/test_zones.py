"""The local zone of a meter: by its zip code, else its state, else its program."""

from zoneinfo import ZoneInfo

import pytest

from onboarding.meters.models import Meter
from onboarding.participation.zones import _BY_STATE, zone_of, zone_of_place
from portal.partners.models import Partner
from tests.onboarding.enrollment.meters import make_meter


@pytest.mark.parametrize(
    ("postal_code", "state", "zone"),
    [
        ("94103", "CA", "America/Los_Angeles"),
        ("10001-1234", "NY", "America/New_York"),
        ("79901", "TX", "America/Denver"),  # El Paso is on Mountain time, the rest of Texas on Central
        ("77002", "TX", "America/Chicago"),
        ("32401", "FL", "America/Chicago"),  # Panama City is on Central time, most of Florida on Eastern
        ("33101", "FL", "America/New_York"),
        ("97914", "OR", "America/Boise"),
        ("85001", "AZ", "America/Phoenix"),
        ("86515", "AZ", "America/Denver"),  # the Navajo Nation changes its clocks, the rest of Arizona does not
        ("02108", "MA", "America/New_York"),
        ("00000", "TX", "America/Chicago"),  # no such code: the state's usual zone
        ("", "il", "America/Chicago"),
        ("99634", "AK", "America/Anchorage"),  # the list gives it a zone that is a town
        ("K1A 0B1", "", None),
        ("941", "", None),  # no zip code, and not 00941 of Puerto Rico
        ("٩٤١٠٣", "CA", "America/Los_Angeles"),
    ],
)
def test_zone_of_a_place(postal_code: str, state: str, zone: str | None) -> None:
    assert zone_of_place(postal_code, state) == (ZoneInfo(zone) if zone else None)


def test_every_state_has_a_usual_zone() -> None:
    assert len(_BY_STATE) == 56  # fifty states, DC, PR, VI, GU, MP, AS


@pytest.mark.django_db
@pytest.mark.usefixtures("catalogue")
def test_meter_without_a_known_place_goes_by_its_program_else_by_the_portal(acme: Partner) -> None:
    meter = make_meter(acme, programs=["NYISO-SCR"], region="NYISO", evaluated=False)
    alone = make_meter(acme, programs=[], reference="m-2", evaluated=False)
    Meter.objects.update(postal_code="", state="")
    meter.refresh_from_db()
    alone.refresh_from_db()

    assert zone_of(meter) == ZoneInfo("America/New_York")
    assert zone_of(alone) == ZoneInfo("UTC")
