"""What people of Leap record by day: local days of the program, else of the meters; and what is stored shown back."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from onboarding.enrollment.models import Activation, CheckRecord
from onboarding.meters.models import Meter
from portal.partners.models import Partner, User
from tests.onboarding.enrollment.meters import make_meter, note
from tests.onboarding.staff.test_staff import BATTERY, do, period, said, sent

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
SEASON = "CEC-DSGS_2027_MAY_OCT"


@pytest.fixture(autouse=True)
def in_june(time_machine: Any) -> None:
    time_machine.move_to("2027-06-10T12:00:00+00:00", tick=False)


@pytest.fixture
def admin(staff: User, client_of: Any) -> Client:
    return client_of(staff)  # type: ignore[no-any-return]  # the fixture gives a Client


@pytest.fixture
def battery(acme: Partner) -> Any:
    return make_meter(acme, programs=["CEC-DSGS"], meter_type="DEVICE", reference="a-1", **BATTERY)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_activation_begins_and_ends_with_days_of_the_program(battery: Any, admin: Client) -> None:
    typed = {"period": period(SEASON), "active_from_0": "2027-06-01", "even_if_not_eligible": "on", "note": "Agreed."}

    begun = said(do(admin, "activate", battery, **typed))
    ended = said(do(admin, "end_activation", battery, period=period(SEASON), reason="Moved.", active_to_0="2027-10-31"))

    assert begun == ["Done for 1 meter: active from Jun 1, 2027, 12:00 AM PDT."]
    assert ended == ["Done for 1 meter: active until Oct 31, 2027, 11:59 PM PDT."]
    activation = Activation.objects.get()
    assert (activation.active_from, activation.active_to) == (utc("2027-06-01 07:00"), utc("2027-11-01 07:00"))
    page = admin.get(reverse("admin:onboarding_activation_changelist")).content.decode()
    assert "Jun 1, 2027, 12:00 AM PDT" in page
    assert "Oct 31, 2027, 11:59 PM PDT" in page


@pytest.mark.parametrize(
    ("day", "time", "is_in"),
    [
        ("2027-04-30", "", False),
        ("2027-04-30", "23:59", False),
        ("2027-05-01", "", True),
        ("2027-10-31", "", True),
        ("2027-10-31", "23:59", True),
        ("2027-11-01", "", False),
    ],
)
def test_activation_begins_in_the_season(battery: Any, admin: Client, day: str, time: str, is_in: bool) -> None:
    more = {"even_if_not_eligible": "on", "note": "Agreed.", "active_from_0": day, "active_from_1": time}

    answer = do(admin, "activate", battery, period=period(SEASON), **more)

    assert Activation.objects.exists() is is_in
    assert (f"{SEASON} runs from May 1, 2027 to Oct 31, 2027." in answer.content.decode()) is not is_in


@pytest.mark.parametrize(("day", "is_in"), [("2027-10-31", True), ("2027-11-01", False)])
def test_activation_ends_by_the_end_of_the_season(battery: Any, admin: Client, day: str, is_in: bool) -> None:
    do(admin, "activate", battery, period=period(SEASON), even_if_not_eligible="on", note="Agreed.")

    do(admin, "end_activation", battery, period=period(SEASON), reason="Moved.", active_to_0=day)

    assert Activation.objects.filter(active_to=utc("2027-11-01 07:00")).exists() is is_in


def test_form_asks_for_days_and_a_time_only_by_choice(battery: Any, admin: Client) -> None:
    page = admin.post(
        "/admin/onboarding/enrollment/",
        {"action": "record_result", "_selected_action": [str(battery.enrollments.get().pk)]},
    ).content.decode()

    assert '<input type="date" name="valid_from_0"' in page
    assert '<details><summary>At another time of day</summary><input type="time" name="valid_from_1"' in page


def test_result_is_recorded_for_local_days(battery: Any, admin: Client) -> None:
    typed = {"action_type": "HAS_AMI", "holds": "yes", "valid_from_0": "2027-06-01", "valid_to_0": "2027-11-07"}

    of_meter = said(do(admin, "record_result", battery, **typed))

    # Days of 24 and 25 hours: the clocks go back on November 7th.
    assert of_meter == [
        "Done for 1 meter: holds from Jun 1, 2027, 12:00 AM PDT, holds until Nov 7, 2027, 11:59 PM PST."
    ]
    record = CheckRecord.objects.get()
    assert (record.valid_from, record.valid_to) == (utc("2027-06-01 07:00"), utc("2027-11-08 08:00"))
    assert "Nov 8, 2027, 8:00 AM UTC" in admin.get(reverse("admin:onboarding_checkrecord_changelist")).content.decode()


def test_days_of_meters_in_several_zones_need_a_program(acme: Partner, admin: Client) -> None:
    here = make_meter(acme, programs=["CEC-DSGS"], meter_type="DEVICE", **BATTERY)
    there = make_meter(acme, programs=["CEC-DSGS"], meter_type="DEVICE", reference="ny", **BATTERY)
    Meter.objects.filter(pk=there.pk).update(postal_code="10001", state="NY")
    typed = {"action_type": "HAS_AMI", "holds": "yes", "valid_from_0": "2027-06-01"}

    refused = do(admin, "record_result", here, there, **typed).content.decode()
    program = str(here.enrollments.get().program_id)
    done = said(do(admin, "record_result", here, there, program=program, **typed))

    assert "The time zone of this day is not known yet." in refused
    assert done == ["Done for 2 meters: holds from Jun 1, 2027, 12:00 AM PDT."]


def test_sheet_takes_local_days_and_moments_with_their_offset(battery: Any, admin: Client) -> None:
    header = "meter_id,what,holds,program,period,note,from,until"
    lines = (
        f"{battery.pk},HAS_AMI,yes,,,,2027-06-01,2027-06-30",
        f"{battery.pk},IS_AUTHORIZED,yes,CEC-DSGS,,,,2027-06-30 12:00-04:00",
    )

    page = sent(admin, header, *lines)
    token = page.split('name="sheet" value="')[1].split('"')[0]
    admin.post("/admin/onboarding/enrollment/sheet/", {"sheet": token, "do": "yes"})

    kept = CheckRecord.objects.order_by("pk").values_list("valid_from", "valid_to")
    assert list(kept) == [
        (utc("2027-06-01 07:00"), utc("2027-07-01 07:00")),
        (utc("2027-06-10 12:00"), utc("2027-06-30 16:00")),
    ]


@pytest.mark.parametrize("until", ["2027-06-30 12:00", "2027-02-29", "06/30/2027", "1999-12-31", "2101-01-01"])
def test_sheet_asks_for_a_day_or_an_offset(battery: Any, admin: Client, until: str) -> None:
    page = sent(admin, "meter_id,what,holds,until", f"{battery.pk},HAS_AMI,yes,{until}")

    assert "Enter a local date such as 2026-05-31, or a time with its offset such as 2026-05-31 17:00-07:00." in page


@pytest.mark.parametrize(("until", "is_in"), [("2027-10-31", True), ("2027-11-01", False)])
def test_sheet_ends_an_activation_within_the_season(battery: Any, admin: Client, until: str, is_in: bool) -> None:
    note(battery, "HAS_AMI")
    do(admin, "activate", battery, period=period(SEASON), even_if_not_eligible="on", note="Agreed.")

    page = sent(admin, "meter_id,what,period,note,until", f"{battery.pk},END,{SEASON},Moved.,{until}")

    assert ("runs from May 1, 2027 to Oct 31, 2027; Until is after that." in page) is not is_in


def test_audit_tells_the_moments_as_people_do(battery: Any, admin: Client, manager: User, client_of: Any) -> None:
    typed = {"period": period(SEASON), "active_from_0": "2027-06-01", "even_if_not_eligible": "on", "note": "Agreed."}
    do(admin, "activate", battery, **typed)
    do(admin, "end_activation", battery, period=period(SEASON), reason="Moved.", active_to_0="2027-10-31")

    page = client_of(manager).get("/audit/?meters=yes").content.decode()

    assert "From: Jun 1, 2027, 12:00 AM PDT" in page
    assert "Until: Oct 31, 2027, 11:59 PM PDT" in page
