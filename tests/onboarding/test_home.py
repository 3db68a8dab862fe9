"""The home page: what needs the partner, counted no further than a page can wait for."""

import pytest

from onboarding.enrollment.models import Enrollment
from onboarding.home import queries
from onboarding.meters.models import Meter
from programs.models import Program

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]


def lack(partner, count: int, *fields: str) -> None:
    program = Program.objects.get(identifier="CEC-DSGS")
    for n in range(count):
        meter = Meter.objects.create(
            partner=partner,
            partner_reference=f"{'-'.join(fields)}-{n}",
            transmission_region="CAISO",
            customer_classification="RESIDENTIAL",
            meter_type="DEVICE",
        )
        Enrollment.objects.create(
            partner=partner, meter=meter, program=program, status="INELIGIBLE", missing=list(fields)
        )


def test_fields_that_meters_lack_are_counted(acme, borealis, manager, client_of):
    lack(acme, 2, "customer.city")
    lack(acme, 1, "customer.city", "customer.street_1")
    lack(borealis, 1, "customer.city")

    page = client_of(manager).get("/").content.decode()

    assert "CEC-DSGS: 3 meters" in page
    assert "Missing most often: City (3), Street (1)" in page


def test_more_than_can_be_counted_is_said_so(acme, manager, client_of, monkeypatch):
    monkeypatch.setattr(queries, "STANDINGS_COUNTED", 2)
    lack(acme, 3, "customer.city")

    page = client_of(manager).get("/").content.decode()

    assert "CEC-DSGS: more than 2 meters" in page
    assert "Missing most often: City</span>" in page
