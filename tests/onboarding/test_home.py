"""The home page: what needs the partner, counted no further than a page can wait for."""

import re

import pytest

from onboarding.enrollment.models import Enrollment
from onboarding.home import queries
from onboarding.meters.models import Meter
from onboarding.uploads.models import Upload
from portal.events.actors import Actor
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
            partner=partner,
            meter=meter,
            program=program,
            status="INELIGIBLE",
            missing=list(fields),
            partner_actions=["NO_MISSING_FIELDS"],
            acts="partner",
        )


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (
            "2026-11-25",
            "<strong>By end of Wed, Apr 14 (11:59 PM PDT)</strong>, 140 days left, to be active from May 1, 2027.",
        ),
        (
            "2027-04-10",
            '<strong>By end of Wed, Apr 14 (11:59 PM PDT)</strong>, <span class="tag tag-warning">4 days left</span>',
        ),
        ("2027-10-05", "It is too late for CEC-DSGS_2027_MAY_OCT: its last deadline has passed."),
        ("2027-11-25", "No deadline is known."),
    ],
)
def test_what_meters_need_is_grouped_with_its_deadline(acme, manager, client_of, time_machine, day, expected):
    time_machine.move_to(f"{day}T12:00:00+00:00")
    lack(acme, 2, "site.number_of_devices")

    page = client_of(manager).get("/").content.decode()

    assert expected in page
    assert "/meters/?program=CEC-DSGS&amp;action=NO_MISSING_FIELDS" in page
    assert "/meters/fill/CEC-DSGS/site.number_of_devices/" in page


def test_fields_that_meters_lack_are_counted(acme, borealis, manager, client_of):
    lack(acme, 2, "customer.city")
    lack(acme, 1, "customer.city", "customer.street_1")
    lack(borealis, 1, "customer.city")

    page = client_of(manager).get("/").content.decode()

    assert ">3 meters</a>" in page
    assert re.findall(r">(City|Street)</a> \((\d)\)", page) == [("City", "3"), ("Street", "1")]


def test_more_than_can_be_counted_is_said_so(acme, manager, client_of, monkeypatch):
    monkeypatch.setattr(queries, "ENROLLMENTS_COUNTED", 2)
    lack(acme, 3, "customer.city")

    page = client_of(manager).get("/").content.decode()

    assert ">more than 2 meters</a>" in page
    assert ">City</a></span>" in page


def upload(partner, **counts: int) -> Upload:
    return Upload.objects.create(
        partner=partner, actor=Actor.system().as_json(), file_name="sheet.csv", stored_name="x", size=1, counts=counts
    )


@pytest.mark.parametrize(
    ("counts", "to_confirm", "to_fix"),
    [
        ({"create": 2, "duplicate": 1}, True, False),
        ({"update": 1, "needs_fixing": 1}, True, False),
        ({"duplicate": 3}, False, False),
        ({"unchanged": 3, "left_out": 1}, False, False),
        ({"needs_fixing": 3}, False, True),
        ({"create": 2, "METER_CREATED": 2, "needs_fixing": 1}, False, True),
        ({"create": 3, "METER_CREATED": 2}, True, False),
    ],
)
def test_only_what_can_be_confirmed_waits_for_it(acme, manager, client_of, counts, to_confirm, to_fix):
    waiting = upload(acme, **counts)
    Upload.objects.update(state="ready")

    needs = queries.needs_of(acme)

    assert (needs.to_confirm, needs.to_fix) == ([waiting] * to_confirm, [waiting] * to_fix)
    page = client_of(manager).get(f"/uploads/{waiting.pk}/").content.decode()
    assert ("There is nothing to confirm" in page) == (not to_confirm and not to_fix)
