"""The home page: what needs the partner, counted no further than a page can wait for."""

import re

import pytest

from onboarding.enrollment.models import Enrollment
from onboarding.home import queries, views
from onboarding.home.latest import latest_of
from onboarding.meters.models import Meter
from onboarding.uploads.models import Upload
from portal.events.actors import Actor
from portal.events.domain import record_many
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
            'By end of Wed, Apr 14 (11:59 PM PDT) <span class="secondary-line">140 days left</span></h3>',
        ),
        (
            "2027-04-10",
            'By end of Wed, Apr 14 (11:59 PM PDT) <span class="tag tag-warning">4 days left</span>',
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
    assert ("There’s nothing to confirm" in page) == (not to_confirm and not to_fix)


# --- the overview


def test_a_new_partner_is_told_how_to_begin(acme, borealis, manager, client_of):
    lack(borealis, 1, "customer.city")

    page = client_of(manager).get("/").content.decode()

    for path in ("/uploads/new/", "/meters/new/", "/connections/links/"):
        assert f'<h3 class="h5"><a href="{path}">' in page
    assert "Choose how to onboard" in page
    assert "To do" not in page


def test_who_has_nothing_to_do_is_told_so(acme, manager, client_of):
    lack(acme, 1)
    Enrollment.objects.update(status="ACTIVE", acts="", partner_actions=[])

    page = client_of(manager).get("/").content.decode()

    assert "You’re all caught up." in page


def test_a_season_says_how_far_it_is_and_what_is_next(acme, borealis, manager, client_of, time_machine):
    time_machine.move_to("2026-11-25T12:00:00+00:00")
    lack(acme, 3, "customer.city")
    lack(borealis, 4, "customer.street_1")
    first = Enrollment.objects.filter(partner=acme).first()
    Enrollment.objects.filter(pk=first.pk).update(status="ELIGIBLE", acts="", partner_actions=[])

    page = client_of(manager).get("/").content.decode()

    card = " ".join(re.sub(r"<[^>]+>", " ", page.partition('<article class="panel season"')[2]).split())
    assert "Demand Side Grid Support May–Oct 2027 CEC-DSGS_2027_MAY_OCT" in card
    assert "3 meters 1 eligible 2 not eligible yet" in card
    assert "140 days left , by end of Wed, Apr 14 (11:59 PM PDT)" in card
    assert "See 2 to complete" in card
    assert "2 things to do" not in page  # one thing, of two meters
    assert "1 thing to do, the next by end of Wed, Apr 14 (11:59 PM PDT) (140 days left)." in page


def test_what_happened_lately_is_told_once_with_its_list(acme, borealis, manager, client_of):
    lack(acme, 3, "customer.city")
    lack(borealis, 1, "customer.city")
    meters = list(Meter.objects.filter(partner=acme).order_by("partner_reference"))
    sent = upload(acme)
    changed = {"program": "CEC-DSGS", "changes": {"enrollment_status": ["INELIGIBLE", "ELIGIBLE"]}}
    events = [("meter.enrollment_changed", meter.pk, changed) for meter in meters]
    by = Actor.system()
    record_many("meter", events, partner=acme, by=by)
    record_many("meter", [("meter.created", meters[0].pk, {"connection": "<i>home</i>"})], partner=acme, by=by)
    theirs = Meter.objects.get(partner=borealis)
    record_many("meter", [("meter.created", theirs.pk, {"connection": "their-home"})], partner=borealis, by=by)

    happenings = latest_of(acme, [sent])
    page = client_of(manager).get("/").content.decode()

    assert [(one.text, one.note, one.url) for one in happenings] == [
        ("Connection <i>home</i>", "became a meter", f"/meters/{meters[0].pk}/"),
        ("3 meters", "are now eligible in Demand Side Grid Support", "/meters/?program=CEC-DSGS&status=ELIGIBLE"),
        ("sheet.csv", "Received", f"/uploads/{sent.pk}/"),
    ]
    assert "Connection &lt;i&gt;home&lt;/i&gt;" in page
    assert "their-home" not in page


def test_a_change_of_one_meter_leads_to_it(acme):
    lack(acme, 1, "customer.city")
    meter = Meter.objects.get()
    changed = {"program": "GONE", "changes": {"enrollment_status": ["ELIGIBLE", "ACTIVE"]}}
    record_many("meter", [("meter.enrollment_changed", meter.pk, changed)], partner=acme, by=Actor.system())

    (told,) = latest_of(acme, [])

    assert (told.text, told.note, told.url) == ("1 meter", "is now active in GONE", f"/meters/{meter.pk}/")


def test_programs_beyond_the_first_are_folded(acme, manager, client_of, monkeypatch):
    monkeypatch.setattr(views, "SEASONS_SHOWN", 1)
    lack(acme, 1, "customer.city")
    other = Program.objects.get(identifier="ELRP")
    Enrollment.objects.create(partner=acme, meter=Meter.objects.get(), program=other, status="PENDING")

    page = client_of(manager).get("/").content.decode()

    assert "<summary>1 more program</summary>" in page
    assert page.count('<article class="panel season"') == 2
