"""What people of Leap do in the admin: record, activate, end; for one meter and for many."""

import re
from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from onboarding.enrollment.models import Activation, CheckRecord, Enrollment
from onboarding.staff.domain import activate, end_activation
from portal.events.actors import Actor
from portal.events.models import Event
from portal.partners.models import Partner, User
from portal.problems import Refused
from programs.models import DeliveryPeriod, Program
from tests import builders
from tests.conftest import make_user
from tests.onboarding.enrollment.meters import at, make_meter, note

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
URL = "/admin/onboarding/enrollment/"
BATTERY: Any = {
    "device": {"battery_power_capacity_kw": 5, "battery_energy_capacity_kwh": 13.5},
    "site": {"number_of_devices": 1},
}


@pytest.fixture(autouse=True)
def before_the_seasons(time_machine: Any) -> None:
    """Those of 2027 that the tests name are still to come."""
    time_machine.move_to("2026-12-01T12:00:00+00:00")


@pytest.fixture
def admin(staff: User, client_of: Any) -> Client:
    return client_of(staff)  # type: ignore[no-any-return]  # the fixture gives a Client


def said(response: Any) -> list[str]:
    lines = re.findall(r'<li class="(?:success|warning|error|info)">(.*?)</li>', response.content.decode(), re.DOTALL)
    return [unescape(" ".join(line.split())) for line in lines]


def do(admin: Client, action: str, *meters: Any, of: str = "CEC-DSGS", **typed: Any) -> Any:
    rows = Enrollment.objects.filter(meter__in=meters, program__identifier=of)
    keys = [str(pk) for pk in rows.values_list("pk", flat=True)]
    return admin.post(URL, {"action": action, "_selected_action": keys, "asked": "yes", **typed}, follow=True)


def period(name: str) -> str:
    return str(DeliveryPeriod.objects.get(name=name).pk)


def test_form_stands_before_the_deed(acme: Partner, admin: Client) -> None:
    meter = make_meter(acme, programs=["CEC-DSGS"], meter_type="DEVICE", **BATTERY)
    row = Enrollment.objects.get(meter=meter)

    page = admin.post(URL, {"action": "activate", "_selected_action": [str(row.pk)]})

    assert "Activate: 1 meter" in page.content.decode()
    assert not Activation.objects.exists()


def test_activate_and_end(acme: Partner, borealis: Partner, staff: User, client_of: Any, time_machine: Any) -> None:
    time_machine.move_to("2027-05-10T12:00:00+00:00")
    admin = client_of(staff)
    first = make_meter(acme, programs=["CEC-DSGS"], meter_type="DEVICE", reference="a-1", **BATTERY)
    second = make_meter(borealis, programs=["CEC-DSGS"], meter_type="DEVICE", reference="b-1", **BATTERY)
    lacking = make_meter(acme, programs=["CEC-DSGS"], meter_type="DEVICE", reference="a-2")
    season = period("CEC-DSGS_2027_MAY_OCT")

    answer = do(admin, "activate", first, second, lacking, period=season, market_group_name="VPP-7")

    assert said(answer) == [
        "Done for 2 meters.",
        "This meter is not eligible yet in CEC-DSGS. Resolve what’s missing first, or activate it anyway. Left: a-2.",
    ]
    for meter in (first, second):
        meter.refresh_from_db()
        assert meter.enrollment_status == "ACTIVE"
    event = Event.objects.get(verb="meter.activated", subject_id=str(second.pk))
    assert (event.partner_id, event.actor_label, event.data["market_group"]) == (borealis.pk, "Stef Staff", "VPP-7")
    assert said(do(admin, "activate", first, period=season)) == [
        "This meter is already active in CEC-DSGS_2027_MAY_OCT at that time. "
        "Choose a time after its activation ends, or leave it as it is. Left: a-1."
    ]

    answer = do(admin, "end_activation", first, period=season, reason="The customer moved.")

    first.refresh_from_db()
    assert (said(answer), first.enrollment_status) == (["Done for 1 meter."], "ELIGIBLE")
    assert Event.objects.get(verb="meter.activation_ended").data["reason"] == "The customer moved."


def test_result_of_the_market_is_recorded_with_why(acme: Partner, admin: Client) -> None:
    meter = make_meter(acme, programs=["CCA"], utility="PGE", evaluated=False)
    note(meter, "IS_AUTHORIZED")
    cca = str(Program.objects.get(identifier="CCA").pk)
    typed = {"action_type": "HAS_MARKET_REGISTRATION", "program": cca}

    refused = do(admin, "record_result", meter, of="CCA", holds="no", **typed)
    assert "Enter why the check failed." in refused.content.decode()
    assert not CheckRecord.objects.filter(action_type="HAS_MARKET_REGISTRATION").exists()

    do(admin, "record_result", meter, of="CCA", holds="no", note="Another provider.", code="DUPLICATE", **typed)
    meter.refresh_from_db()
    assert (meter.enrollment_status, meter.acts) == ("INELIGIBLE", "leap")

    do(admin, "record_result", meter, of="CCA", holds="yes", **typed)
    meter.refresh_from_db()
    assert (meter.enrollment_status, meter.acts) == ("ELIGIBLE", "")
    event = Event.objects.filter(verb="meter.check_recorded").first()
    assert event is not None
    assert event.data == {
        "item": "Registered in the market",
        "holds": False,
        "code": "DUPLICATE",
        "note": "Another provider.",
        "program": "CCA",
    }


def test_partners_have_no_way_in(manager: User, client_of: Any) -> None:
    assert client_of(manager).get(URL).status_code in {302, 403}


def test_pages_of_the_tables_open(acme: Partner, admin: Client) -> None:
    meter = make_meter(acme, programs=["CEC-DSGS"], meter_type="DEVICE", **BATTERY)
    note(meter, "HAS_AMI")

    for model in ("enrollment", "checkrecord", "activation"):
        assert admin.get(reverse(f"admin:onboarding_{model}_changelist")).status_code == 200
    assert meter.partner_reference in admin.get(f"{URL}?q={meter.partner_reference[:2]}").content.decode()
    assert meter.partner_reference in admin.get(f"{URL}?q={meter.pk}").content.decode()
    assert admin.get(f"{URL}?q=nothing").status_code == 200


SHEET = "/admin/onboarding/enrollment/sheet/"


def sent(admin: Client, *lines: str, name: str = "records.csv") -> str:
    file = SimpleUploadedFile(name, "\r\n".join(lines).encode())
    return admin.post(SHEET, {"file": file}).content.decode()


def test_deeds_by_spreadsheet(acme: Partner, borealis: Partner, admin: Client) -> None:
    first = make_meter(acme, programs=["CEC-DSGS"], meter_type="DEVICE", reference="a-1", **BATTERY)
    second = make_meter(borealis, programs=["CEC-DSGS"], meter_type="DEVICE", reference="b-1", **BATTERY)
    lacking = make_meter(acme, programs=["CEC-DSGS"], meter_type="DEVICE", reference="a-2")
    season = "CEC-DSGS_2027_MAY_OCT"

    page = sent(
        admin,
        "meter_id,what,holds,program,period,note,market_group_name",
        *(f"{meter.pk},ACTIVATE,,,{season},,VPP-7" for meter in (first, second, lacking)),
        f"{lacking.pk},HAS_AMI,no,CEC-DSGS,,No interval meter.,",
    )
    assert re.findall(r'<th scope="row">(.*?)</th><td>(\d)</td>', page) == [
        ("Activate", "3"),
        ("Record: The site has an interval meter", "1"),
    ]
    assert not Activation.objects.exists()

    token = re.search(r'name="sheet" value="([^"]+)"', page)
    assert token
    done = admin.post(SHEET, {"sheet": unescape(token[1]), "do": "yes"}).content.decode()
    why = "This meter is not eligible yet in CEC-DSGS."
    left = f"Left: {why} Resolve what’s missing first, or activate it anyway from the list of enrollments."

    assert re.findall(r'<th scope="row">(\d)</th><td>(.*?)</td>', done) == [
        ("2", "Done"),
        ("3", "Done"),
        ("4", left),
        ("5", "Done"),
    ]
    assert {one.meter_id for one in Activation.objects.filter(market_group_name="VPP-7")} == {first.pk, second.pk}
    assert CheckRecord.objects.get().note == "No interval meter."
    again = admin.post(SHEET, {"sheet": unescape(token[1]), "do": "yes"}).content.decode()
    assert "This sheet was already recorded. Nothing was recorded twice." in again
    assert CheckRecord.objects.count() == 1


def test_every_problem_of_every_row_is_said_and_nothing_is_done(acme: Partner, admin: Client) -> None:
    meter = make_meter(acme, programs=["CEC-DSGS"], meter_type="DEVICE", **BATTERY)

    page = sent(
        admin,
        "meter_id,what,holds,program,period,note,from,until",
        f"{meter.pk},ACTIVATE,,,,,,",
        "nothing,DANCE,,,,,,",
        f"{meter.pk},HAS_AMI,maybe,NONE,,,2026-13-01,",
        f"{meter.pk},END,,,CEC-DSGS_2027_MAY_OCT,,2027-06-01,2027-05-01",
    )

    assert [unescape(text) for text in re.findall(r"<div>([^<]*)</div>", page.split("Problems by row")[1])][:8] == [
        "The delivery period is missing.",
        "No meter has the ID 'nothing'. Copy it from the list of enrollments, or from the partner’s export.",
        "'DANCE' is not a known action. Enter ACTIVATE, END or the name of an item.",
        "There is no program 'NONE'. Use its name from the catalogue.",
        "From is '2026-13-01'. Enter a local date such as 2026-05-31, "
        "or a time with its offset such as 2026-05-31 17:00-07:00.",
        "Holds is 'maybe'. Enter yes or no.",
        "Until is not after From.",
        "Enter in Note why the activation ends.",
    ]
    assert "Nothing was recorded. Fix 4 rows first." in page
    assert 'name="sheet"' not in page


def test_file_that_is_no_sheet_is_told_so(admin: Client) -> None:
    assert "The sheet doesn’t say what to do." in sent(admin, "meter_id", "x")
    assert 'class="errornote"' in sent(admin, "x", name="records.pdf")
    assert "Nothing was recorded" in admin.post(SHEET, {"sheet": "tampered", "do": "yes"}).content.decode()
    assert "No file was chosen." in admin.post(SHEET).content.decode()
    assert admin.get(f"{SHEET}template.csv").status_code == 200


def test_nobody_is_active_outside_the_period(acme: Partner, admin: Client) -> None:
    meter = make_meter(acme, programs=["CEC-DSGS"], meter_type="DEVICE", **BATTERY)
    over = "CEC-DSGS_2026_MAY_OCT"

    assert said(do(admin, "activate", meter, period=period(over))) == [
        f"{over} runs from May 1, 2026 to Oct 31, 2026. Choose a time within it, or another period."
    ]
    page = sent(
        admin,
        "meter_id,what,period,from,until",
        f"{meter.pk},ACTIVATE,{over},,",
        f"{meter.pk},ACTIVATE,CEC-DSGS_2027_MAY_OCT,2026-01-01,2027-01-01",
    )
    assert f"{over} runs from May 1, 2026 to Oct 31, 2026." in page
    assert "An activation can’t have an end here." in page
    assert not Activation.objects.exists()


def test_rows_that_contradict_each_other_are_told(acme: Partner, admin: Client) -> None:
    meter = make_meter(acme, programs=["CCA"], utility="PGE")

    page = sent(
        admin,
        "meter_id,what,holds,note",
        *(f"{meter.pk},IS_AUTHORIZED,{holds},why" for holds in ("yes", "no")),
        f"{meter.pk},HAS_AMI,yes,",
    )

    assert "Row 2 already covers this meter and item." in page
    assert not CheckRecord.objects.exists()


def test_what_would_be_passed_over_is_refused(acme: Partner, admin: Client) -> None:
    meter = make_meter(acme, programs=["CCA"], utility="PGE")
    row = f"{meter.pk},HAS_AMI,yes"

    assert "These columns aren’t in the template: “Programme”." in unescape(
        sent(admin, "meter_id,what,holds,Programme", f"{row},CCA")
    )
    assert "Row 2 has an unclosed quote or more cells" in sent(admin, "meter_id,what,holds", f"{row},CCA")
    assert "Note has 301 characters; the limit is 300." in sent(admin, "meter_id,what,holds,note", f"{row},{'x' * 301}")
    book = builders.book(A=[["meter_id", "what", "holds"], row.split(",")], B=[["meter_id"], ["x"]])
    page = admin.post(SHEET, {"file": SimpleUploadedFile("two.xlsx", book)}).content.decode()
    assert "We read only one sheet. We skipped: B." in page
    assert not CheckRecord.objects.exists()


def test_period_stands_for_its_program(acme: Partner, admin: Client) -> None:
    battery = make_meter(acme, programs=["CEC-DSGS"], meter_type="DEVICE", reference="b-1", **BATTERY)
    meter = make_meter(acme, programs=["CCA"], utility="PGE")
    month = "CAISO-CCA_2027_JAN"

    page = sent(
        admin,
        "meter_id,what,holds,program,period,note",
        *(f"{meter.pk},HAS_AMI,{holds},{program},{month},why" for holds, program in (("no", ""), ("yes", "CCA"))),
    )
    assert "Row 2 already covers this meter and item." in page

    assert said(
        do(admin, "record_result", battery, of="CEC-DSGS", action_type="HAS_AMI", holds="yes", period=period(month))
    ) == [
        "This meter hasn’t joined CCA. Ask the partner to join the program first, or choose another meter. Left: b-1."
    ]
    assert not CheckRecord.objects.exists()


def test_activations_in_a_period_do_not_overlap_and_end_within_it(acme: Partner) -> None:
    meter = make_meter(acme, programs=["CEC-DSGS"], meter_type="DEVICE", **BATTERY)
    season = DeliveryPeriod.objects.get(name="CEC-DSGS_2027_MAY_OCT")
    by = Actor.system("Test")
    activate([meter], season, by=by)
    end_activation([meter], season, reason="Recalled", by=by, active_to=at("2027-07-01"))

    assert activate([meter], season, by=by).left[meter.pk].code == "ACTIVE_ALREADY"
    with pytest.raises(Refused, match="OUTSIDE_PERIOD"):
        end_activation([meter], season, reason="Recalled", by=by, active_to=at("2031-01-01"))
    assert activate([meter], season, by=by, active_from=at("2027-08-01"), even_if_not_eligible=True).meters


def test_staff_need_the_permission(acme: Partner, client_of: Any) -> None:
    meter = make_meter(acme, programs=["CEC-DSGS"], meter_type="DEVICE", **BATTERY)
    clerk = make_user("clerk@portal.example", "Cleo Clerk", is_staff=True)
    client = client_of(clerk)
    assert client.get(URL).status_code == client.get(SHEET).status_code == 403

    clerk.user_permissions.add(Permission.objects.get(codename="view_enrollment"))
    client = client_of(clerk)
    assert client.get(URL).status_code == 200
    assert "record_result" not in client.get(URL).content.decode()
    assert client.get(SHEET).status_code == 403
    assert sent(client, "meter_id,what,holds", f"{meter.pk},HAS_AMI,yes") != ""
    assert not CheckRecord.objects.exists()

    clerk.user_permissions.add(Permission.objects.get(codename="record_leap_actions"))
    assert "record_result" in client_of(clerk).get(URL).content.decode()
    assert client_of(clerk).get(SHEET).status_code == 200


def test_sheet_that_is_too_large_is_refused_and_not_cut(admin: Client) -> None:
    page = sent(admin, "meter_id,what", *("x" * 2000 for _ in range(800)))

    assert "The file is larger than the limit." in page
    assert 'name="sheet"' not in page
