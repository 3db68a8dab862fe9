"""Dates in the admin: local days of the program, what is stored shown back, and what is refused or confirmed first."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from html import unescape
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import tablib
import time_machine
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook

from portal.partners.models import User
from programs.admin import transfer
from programs.admin.transfer import SafeXLSX
from programs.domain import move_to_zone
from programs.models import Deadline, DeliveryPeriod, Field, Program, Requirement
from tests.conftest import make_user
from tests.programs.test_admin import form_of, url

pytestmark = pytest.mark.usefixtures("catalogue")
SEASON = "CEC-DSGS_2027_MAY_OCT"
PACIFIC, EASTERN = "America/Los_Angeles", "America/New_York"


@pytest.fixture
def desk(staff: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(staff)


@pytest.fixture
def season() -> DeliveryPeriod:
    return DeliveryPeriod.objects.get(name=SEASON)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def page_of(response: Any) -> str:
    return unescape(response.content.decode())


def new_period(program: str, first: str, last: str, *deadlines: tuple[str, str], **more: str) -> dict[str, Any]:
    """What the form of a new delivery period sends."""
    data = {"program": Program.objects.get(identifier=program).pk, "name": f"{program}_2030", "starts_at_0": first}
    data |= {"ends_at_0": last, "deadlines-TOTAL_FORMS": len(deadlines), "deadlines-INITIAL_FORMS": 0}
    for number, (deadline, activation) in enumerate(deadlines):
        data |= {f"deadlines-{number}-deadline_at_0": deadline, f"deadlines-{number}-activation_at_0": activation}
    return {**data, **more}


# --- days


def test_days_are_kept_as_midnights_of_the_program_and_shown_back(desk):
    sent = new_period("CONED-CSRP", "2030-05-01", "2030-09-30", ("2030-03-09", "2030-05-01"))

    saved = desk.post(url("deliveryperiod_add"), sent)

    assert saved.status_code == 302, saved.context["errors"]
    period = DeliveryPeriod.objects.get(name="CONED-CSRP_2030")
    deadline = period.deadlines.get()
    assert (period.starts_at, period.ends_at) == (utc("2030-05-01 04:00"), utc("2030-09-30 04:00"))
    # The end of March 9th, in standard time: the clocks go forward on the 10th.
    assert (deadline.deadline_at, deadline.activation_at) == (utc("2030-03-10 05:00"), utc("2030-05-01 04:00"))
    page = page_of(desk.get(url("deliveryperiod_change", period.pk)))
    for said in (
        "starts May 1, 2030, 12:00 AM EDT",
        "ends Sep 30, 2030, 11:59 PM EDT",
        "by end of Sat, Mar 9, 2030 (11:59 PM EST)",
        "active from May 1, 2030, 12:00 AM EDT",
    ):
        assert f'<p class="stored">{said}</p>' in page
    assert '<input type="date" name="ends_at_0" value="2030-09-30"' in page
    assert '<input type="date" name="deadlines-0-deadline_at_0" value="2030-03-09"' in page


@pytest.mark.parametrize(
    ("day", "kept"),
    [
        ("2030-03-09", "2030-03-10 05:00"),  # before, on and after the day of 23 hours
        ("2030-03-10", "2030-03-11 04:00"),
        ("2030-03-11", "2030-03-12 04:00"),
        ("2029-11-04", "2029-11-05 05:00"),  # a day of 25 hours
        ("2028-02-28", "2028-02-29 05:00"),
        ("2028-02-29", "2028-03-01 05:00"),
        ("2029-02-28", "2029-03-01 05:00"),
    ],
)
def test_deadline_closes_with_its_local_day(desk, day, kept):
    sent = new_period("CONED-CSRP", "2030-05-01", "2030-09-30", (day, "2030-05-01"))

    assert desk.post(url("deliveryperiod_add"), sent).status_code == 302

    assert Deadline.objects.get(period__name="CONED-CSRP_2030").deadline_at == utc(kept)


@pytest.mark.parametrize(
    ("day", "time", "kept", "fault"),
    [
        ("2030-04-14", "17:00", "2030-04-14 21:00", ""),
        ("2030-04-14", "23:59", "2030-04-15 03:59", ""),
        ("2030-04-14", "", "2030-04-15 04:00", ""),
        ("2030-04-15", "00:01", "2030-04-15 04:01", ""),
        ("2030-04-14", "00:00", "", "Leave the time empty: the day then ends at midnight."),
        ("2030-03-10", "02:30", "", "The clocks skip 2:30 AM on this day. Choose another time."),
        ("2029-11-04", "01:30", "2029-11-04 05:30", ""),  # the first of two
        ("", "17:00", "", "Choose a day too."),
        ("2030-02-29", "", "", "Enter a valid date."),
        ("", "", "", "This field is required."),
    ],
)
def test_another_time_of_day_is_typed_on_purpose(desk, day, time, kept, fault):
    sent = new_period("CONED-CSRP", "2030-05-01", "2030-09-30", (day, "2030-05-01"))

    answer = desk.post(url("deliveryperiod_add"), sent | {"deadlines-0-deadline_at_1": time})

    assert [(one.deadline_at) for one in Deadline.objects.filter(period__name="CONED-CSRP_2030")] == (
        [utc(kept)] if kept else []
    )
    assert (fault in page_of(answer)) is True if fault else answer.status_code == 302


def test_what_is_no_midnight_is_shown_with_its_time_and_stays(desk, season):
    line = season.deadlines.first()
    Deadline.objects.filter(pk=line.pk).update(deadline_at=datetime(2027, 4, 15, 0, 30, 15, 77, UTC))
    address = url("deliveryperiod_change", season.pk)

    page = page_of(desk.get(address))
    assert desk.post(address, form_of(desk, address) | {"source": "Somebody said so"}).status_code == 302

    assert "by Wed, Apr 14, 2027, 5:30:15 PM PDT" in page
    assert '<details open><summary>At another time of day</summary><input type="time"' in page
    line.refresh_from_db()
    assert line.deadline_at == datetime(2027, 4, 15, 0, 30, 15, 77, UTC)


def test_day_that_is_changed_moves_and_the_others_stay(desk, season):
    address = url("deliveryperiod_change", season.pk)
    before = list(season.deadlines.values_list("deadline_at", flat=True))

    saved = desk.post(
        address, form_of(desk, address) | {"deadlines-0-deadline_at_0": "2027-04-20", "_impact_seen": "1"}
    )

    assert saved.status_code == 302, saved.context["errors"]
    assert list(season.deadlines.values_list("deadline_at", flat=True)) == [utc("2027-04-21 07:00"), *before[1:]]


def test_new_program_s_days_are_those_of_the_zone_in_its_form(desk):
    like = Program.objects.get(identifier="CEC-DSGS")
    data = form_of(desk, url("program_change", like.pk))
    data = {
        name: value for name, value in data.items() if not name.startswith(("requirements", "delivery", "not_used"))
    }
    prefixes = {name.rsplit("-", 1)[0] for name in form_of(desk, url("program_add")) if name.endswith("-TOTAL_FORMS")}
    data |= {f"{prefix}-{name}_FORMS": 0 for prefix in prefixes for name in ("TOTAL", "INITIAL")}
    data |= {"identifier": "NEW", "time_zone": "America/Phoenix", "delivery_periods-TOTAL_FORMS": 1}
    data |= {"delivery_periods-0-name": "NEW_2030", "delivery_periods-0-starts_at_0": "2030-05-01"}
    data |= {"delivery_periods-0-ends_at_0": "2030-09-30"}

    unknown = desk.post(url("program_add"), data | {"time_zone": "Mars/Olympus"})
    saved = desk.post(url("program_add"), data)

    assert "The time zone of this day is not known yet." in page_of(unknown)
    assert saved.status_code == 302, saved.context["errors"]
    period = DeliveryPeriod.objects.get(program__identifier="NEW")
    assert (period.starts_at, period.ends_at) == (utc("2030-05-01 07:00"), utc("2030-09-30 07:00"))


def test_who_may_only_look_sees_local_days(client_of, season):
    clerk = make_user("clerk@portal.example", "Cleo Clerk", is_staff=True)
    names = [f"view_{model}" for model in ("program", "deliveryperiod", "deadline")]
    clerk.user_permissions.set(Permission.objects.filter(codename__in=names))
    client = client_of(clerk)

    periods = [
        page_of(client.get(url(f"{model}_change", pk)))
        for model, pk in (("deliveryperiod", season.pk), ("program", season.program_id))
    ]
    line = page_of(client.get(url("deadline_change", season.deadlines.first().pk)))

    assert all("May 1, 2027" in page and "Oct 31, 2027" in page for page in periods)
    assert "by end of Wed, Apr 14, 2027 (11:59 PM PDT)" in periods[0]
    assert "by end of Wed, Apr 14, 2027 (11:59 PM PDT)" in line
    assert not any('type="date"' in page or "a.m." in page for page in (*periods, line))


# --- what is refused


@pytest.mark.parametrize(
    ("deadline", "activation", "fault"),
    [
        ("2030-04-30", "2030-05-01", ""),
        ("2030-05-01", "2030-05-01", "The activation is before the deadline."),
        ("2030-03-31", "2030-04-30", "outside the delivery period, which runs from May 1, 2030 to Sep 30, 2030."),
        ("2030-03-31", "2030-09-30", ""),
        ("2030-03-31", "2030-10-01", "outside the delivery period, which runs from May 1, 2030 to Sep 30, 2030."),
    ],
)
def test_activation_is_in_the_season_and_not_before_its_deadline(desk, deadline, activation, fault):
    sent = new_period("CONED-CSRP", "2030-05-01", "2030-09-30", (deadline, activation))

    answer = desk.post(url("deliveryperiod_add"), sent)

    assert Deadline.objects.filter(period__name="CONED-CSRP_2030").exists() is not bool(fault)
    assert fault in page_of(answer)


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("CONED-CSRP_2030", ""),
        ("NYISO-CONED-CSRP_2030", ""),
        ("SUMMER_2030", ""),
        ("CONED-CSRPS_2030", ""),
        ("CONED-DLRP_2030_MAY", "CONED-DLRP"),
        ("coned-dlrp", "CONED-DLRP"),
        ("CAISO-CCA_2030_JAN", "CCA"),
        ("NYISO-SCR_2030", "NYISO-SCR"),
        ("NYISO_2030", ""),
    ],
)
def test_period_is_not_named_for_another_program(desk, name, other):
    answer = desk.post(url("deliveryperiod_add"), new_period("CONED-CSRP", "2030-05-01", "2030-09-30", name=name))

    assert DeliveryPeriod.objects.filter(name=name, program__identifier="CONED-CSRP").exists() is not bool(other)
    said = f"This name is for {other}. Begin it with CONED-CSRP_."
    assert (said in page_of(answer)) is bool(other)


def test_one_deadline_for_a_day(desk, season):
    address = url("deliveryperiod_change", season.pk)
    data = form_of(desk, address)
    number = data["deadlines-TOTAL_FORMS"]
    activation = {f"deadlines-{number}-activation_at_0": "2027-05-02", "deadlines-TOTAL_FORMS": number + 1}

    second = (
        data
        | activation
        | {f"deadlines-{number}-deadline_at_0": "2027-04-14", f"deadlines-{number}-deadline_at_1": "17:00"}
    )
    twice = new_period(
        "CEC-DSGS", "2030-05-01", "2030-09-30", ("2030-04-14", "2030-05-01"), ("2030-04-14", "2030-06-01")
    )

    said = "This period has a deadline on that day: by end of Wed, Apr 14, 2027 (11:59 PM PDT). Change that one."
    assert said in page_of(desk.post(address, second))
    answer = page_of(desk.post(url("deliveryperiod_add"), twice | {"deadlines-1-deadline_at_1": "17:00"}))
    assert "Two deadlines are on the same day. Each day can have only one." in answer


def test_season_that_would_leave_an_activation_out_is_changed_on_its_own_page(desk, season):
    address = url("program_change", season.program_id)
    data = form_of(desk, address)
    (row,) = (
        name.removesuffix("-id")
        for name, value in data.items()
        if name.startswith("delivery_periods-") and value == season.pk and name.endswith("-id")
    )

    refused = page_of(desk.post(address, data | {f"{row}-starts_at_0": "2027-05-02"}))

    assert "An activation would be outside it: by end of Wed, Apr 14, 2027 (11:59 PM PDT) → May 1, 2027." in refused
    assert "Change both on the period’s own page." in refused


@pytest.mark.parametrize(
    ("path", "limits", "fault"),
    [
        ("site.number_of_devices", {"minimum": 2_000_000}, "so no value could reach this"),
        ("site.number_of_devices", {"maximum": -1}, "so every value would be above this"),
        ("site.number_of_devices", {"minimum": 1.2, "maximum": 1.8}, "No whole number lies between"),
        ("site.number_of_devices", {"minimum": 1.2, "maximum": 2}, ""),
        ("device.install_date", {"earliest": "2101-01-01"}, "so no day could reach this"),
        ("device.install_date", {"earliest": "2100-12-31"}, ""),
        ("device.install_date", {"latest": "1899-12-31"}, "so every day would be after this"),
        ("device.install_date", {"latest": "1900-01-01"}, ""),
    ],
)
def test_limit_that_nothing_could_meet_is_refused(desk, path, limits, fault):
    Field.objects.filter(path="site.number_of_devices").update(minimum=0, maximum=1_000_000)
    row = Requirement.objects.filter(program__identifier="CEC-DSGS", field__path=path).first()
    row = row or Requirement.objects.create(
        program=Program.objects.get(identifier="CEC-DSGS"), field=Field.objects.get(path=path), level="optional"
    )
    address = url("requirement_change", row.pk)

    answer = desk.post(address, form_of(desk, address) | limits | {"_impact_seen": "1"})

    assert fault in page_of(answer)
    assert answer.status_code == (200 if fault else 302)


def test_field_s_limit_that_would_make_a_requirement_impossible_is_refused():
    field = Field.objects.get(path="site.number_of_devices")
    Field.objects.filter(pk=field.pk).update(minimum=0, maximum=100)
    Requirement.objects.filter(field=field).delete()
    program = Program.objects.get(identifier="CEC-DSGS")
    Requirement.objects.create(program=program, field=field, level="optional", minimum=50, maximum=60)

    def faults(**limits: float) -> dict[str, list[str]]:
        changed = Field.objects.get(pk=field.pk)
        changed.minimum, changed.maximum = limits.get("minimum", 0), limits.get("maximum", 100)
        return _faults(changed)

    assert faults(minimum=50, maximum=60) == {}
    assert faults(maximum=49) == {"maximum": ["CEC-DSGS starts at 50, above this; change that requirement first."]}
    assert faults(minimum=61) == {"minimum": ["CEC-DSGS goes up to 60, below this; change that requirement first."]}


def _faults(row: Any) -> dict[str, list[str]]:
    try:
        row.clean()
    except ValidationError as fault:
        return fault.message_dict
    return {}


# --- what is confirmed


def test_periods_at_the_same_time_are_confirmed_first(desk, season):
    window = {"name": "CEC-DSGS_2027_JUL", "verified": "on"}
    sent = new_period("CEC-DSGS", "2027-07-01", "2027-07-31", **window)

    asked = desk.post(url("deliveryperiod_add"), sent)
    none_yet = DeliveryPeriod.objects.filter(name="CEC-DSGS_2027_JUL").exists()
    saved = desk.post(url("deliveryperiod_add"), sent | {"_impact_seen": "yes"})

    assert (
        f"{SEASON} (May 1, 2027 to Oct 31, 2027) and CEC-DSGS_2027_JUL (Jul 1, 2027 to Jul 31, 2027) "
        "run at the same time."
    ) in page_of(asked)
    assert (asked.status_code, none_yet, saved.status_code) == (200, False, 302)
    assert DeliveryPeriod.objects.filter(name="CEC-DSGS_2027_JUL").exists()


@pytest.mark.parametrize(
    ("first", "last", "overlaps"),
    [
        ("2027-11-01", "2027-11-30", False),
        ("2027-10-31", "2027-11-30", True),
        ("2027-04-01", "2027-04-30", False),
        ("2027-04-01", "2027-05-01", True),
    ],
)
def test_period_runs_through_its_last_day(season, first, last, overlaps):
    zone = season.program.zone
    days = [datetime.combine(date.fromisoformat(day), datetime.min.time(), zone) for day in (first, last)]
    other = DeliveryPeriod(program=season.program, name="X", starts_at=days[0], ends_at=days[1])

    assert [one.name for one in other.overlapping() if one == season] == ([SEASON] if overlaps else [])


def test_change_of_the_time_zone_says_what_becomes_of_the_dates(desk, season):
    address = url("program_change", season.program_id)
    sent = form_of(desk, address) | {"time_zone": "America/New_York"}

    page = page_of(desk.post(address, sent))
    assert desk.post(address, sent | {"_impact_seen": "yes"}).status_code == 302

    assert "The time zone changes from Pacific time to Eastern time." in page
    assert (
        "delivery periods and 12 deadlines keep their moments; 30 of 30 dates will no longer be local midnights."
        in page
    )
    assert "“by end of Tue, Sep 14, 2027 (11:59 PM PDT)” becomes “by Wed, Sep 15, 2027, 3:00 AM EDT”." in page
    season.refresh_from_db()
    assert season.starts_at == utc("2027-05-01 07:00")
    assert "starts May 1, 2027, 3:00 AM EDT" in page_of(desk.get(url("deliveryperiod_change", season.pk)))


def test_period_that_goes_to_a_program_of_another_zone_says_what_becomes_of_its_days(desk, season):
    address = url("deliveryperiod_change", season.pk)
    other = Program.objects.get(identifier="CONED-CSRP")
    sent = form_of(desk, address) | {"program": other.pk, "name": "CONED-CSRP_SPECIAL"}

    page = page_of(desk.post(address, sent))

    assert "The period was in Pacific time, CONED-CSRP is in Eastern time." in page
    assert "“by end of Wed, Apr 14, 2027 (11:59 PM PDT)” becomes “by Thu, Apr 15, 2027, 3:00 AM EDT”." in page


@time_machine.travel("2027-05-20 12:00 +0000", tick=False)
def test_dates_to_come_can_move_to_the_same_days_of_the_new_zone(staff, client_of, season):
    desk = client_of(staff)
    address = url("program_change", season.program_id)
    before = [str(line) for line in season.deadlines.all()]
    sent = form_of(desk, address) | {"time_zone": "America/New_York", "keeps_days": "on"}

    page = page_of(desk.post(address, sent))
    assert desk.post(address, sent | {"_impact_seen": "yes"}).status_code == 302

    assert "Dates to come move to the same local days and times in the new zone; passed ones stay." in page
    season = DeliveryPeriod.objects.get(pk=season.pk)
    assert (season.starts_at, season.ends_at) == (utc("2027-05-01 04:00"), utc("2027-10-31 04:00"))
    assert season.history.first().starts_at == utc("2027-05-01 04:00")
    passed, coming = list(season.deadlines.all())[:2], list(season.deadlines.all())[2:]
    assert [line.deadline_at for line in passed] == [utc("2027-04-15 07:00"), utc("2027-05-15 07:00")]
    assert [str(line) for line in coming] == [text.replace("PDT", "EDT") for text in before[2:]]


@pytest.mark.parametrize(("before", "after"), [(PACIFIC, EASTERN), (EASTERN, PACIFIC)])
@time_machine.travel("2027-01-10 12:00 +0000", tick=False)
def test_deadlines_that_meet_on_their_way_move_in_order(before, after):
    program = Program.objects.get(identifier="CEC-DSGS")
    Program.objects.filter(pk=program.pk).update(time_zone=after)
    program.refresh_from_db()
    season = DeliveryPeriod.objects.get(name=SEASON)
    season.deadlines.all().delete()
    for hour in (7, 10):
        at = datetime(2027, 4, 15, hour, tzinfo=UTC)
        Deadline.objects.create(period=season, deadline_at=at, activation_at=utc("2027-06-01 07:00"))

    move_to_zone(program, ZoneInfo(before))

    hours = [line.deadline_at.hour for line in season.deadlines.all()]
    assert hours == ([4, 7] if after == EASTERN else [10, 13])


# --- import


def imported(resource: str, *rows: dict[str, object], dry_run: bool = False) -> Any:
    table = tablib.Dataset(*(list(row.values()) for row in rows), headers=list(rows[0]))
    return getattr(transfer, f"{resource}Resource")().import_data(table, dry_run=dry_run)


def deadline(day: object, activation: object = "2027-05-02", period: str = f"CEC-DSGS/{SEASON}") -> dict[str, object]:
    return {"period": period, "deadline_at": day, "activation_at": activation}


def faults_of(result: Any) -> list[tuple[int, dict[str, list[str]]]]:
    return [(row.number, row.field_specific_errors) for row in result.invalid_rows]


def test_deadlines_go_out_and_come_in_by_local_day(season):
    table = transfer.DeadlineResource().export(season.deadlines.all())

    days = {name: table.dict[0][name] for name in ("period", "deadline_at", "activation_at")}
    assert days == {"period": f"CEC-DSGS/{SEASON}", "deadline_at": "2027-04-14", "activation_at": "2027-05-01"}
    result = imported("Deadline", deadline("2027-04-20"), deadline("2027-04-21 17:00-07:00"))
    assert faults_of(result) == []
    new = season.deadlines.filter(activation_at=utc("2027-05-02 07:00")).values_list("deadline_at", flat=True)
    assert list(new) == [utc("2027-04-21 07:00"), utc("2027-04-22 00:00")]


def test_days_of_a_workbook_are_days(season):
    content = SafeXLSX().export_data(tablib.Dataset(*[["x", "y", "z"]], headers=list(deadline("x"))))

    book = load_workbook(BytesIO(content))
    book.active.delete_rows(2)
    book.active.append([f"CEC-DSGS/{SEASON}", date(2027, 4, 20), datetime(2027, 5, 2)])
    file = BytesIO()
    book.save(file)

    result = transfer.DeadlineResource().import_data(SafeXLSX().create_dataset(file.getvalue()), dry_run=False)

    assert faults_of(result) == []
    assert season.deadlines.filter(deadline_at=utc("2027-04-21 07:00"), activation_at=utc("2027-05-02 07:00")).exists()


TAKEN = "This period has a deadline on that day: by end of Wed, Apr 14, 2027 (11:59 PM PDT). Change that one."
NOT_READ = (
    "is not a date. Enter a local date such as 2027-02-14, or a time with its offset such as 2027-02-14 17:00-08:00."
)
OUTSIDE = "The activation is outside the delivery period, which runs from May 1, 2027 to Oct 31, 2027."


@pytest.mark.parametrize(
    ("rows", "number", "cell", "fault"),
    [
        ([deadline("2027-04-14 17:00-07:00")], 1, "deadline_at", TAKEN),
        (
            [deadline("2027-04-20"), deadline("2027-04-21"), deadline("2027-04-20", "2027-06-01")],
            3,
            "deadline_at",
            "Row 1 names the deadline of this day and period already.",
        ),
        ([deadline("2027-04-15 07:00:00")], 1, "deadline_at", f"“2027-04-15 07:00:00” {NOT_READ}"),
        ([deadline("2027-04-20", "2027-04-20")], 1, "activation_at", "The activation is before the deadline."),
        ([deadline("2027-04-20", "2027-11-01")], 1, "activation_at", OUTSIDE),
        ([deadline("1999-12-31")], 1, "deadline_at", "The year must be between 2000 and 2100."),
    ],
)
def test_import_refuses_a_second_deadline_of_a_day_and_names_row_and_cell(rows, number, cell, fault):
    assert faults_of(imported("Deadline", *rows, dry_run=True)) == [(number, {cell: [fault]})]


def test_import_page_says_which_row_and_cell(desk):
    lines = ["period,deadline_at,activation_at", f"CEC-DSGS/{SEASON},2027-04-14 17:00-07:00,2027-05-02"]
    file = SimpleUploadedFile("deadlines.csv", "\r\n".join(lines).encode())

    page = page_of(desk.post(url("deadline_import"), {"import_file": file, "format": "0"}))

    assert "This period has a deadline on that day: by end of Wed, Apr 14, 2027 (11:59 PM PDT)." in page
    assert "deadline_at" in page


def test_import_says_what_overlaps_and_what_a_new_zone_does(desk, season):
    lines = ["program,name,starts_at,ends_at,source,verified", "CEC-DSGS,CEC-DSGS_2027_JUL,2027-07-01,2027-07-31,x,no"]
    file = SimpleUploadedFile("periods.csv", "\r\n".join(lines).encode())
    zones = tablib.Dataset(["CEC-DSGS", "America/New_York"], headers=["identifier", "time_zone"])

    page = page_of(desk.post(url("deliveryperiod_import"), {"import_file": file, "format": "0"}))
    result = transfer.ProgramResource().import_data(zones, dry_run=True)

    assert "CEC-DSGS_2027_JUL (Jul 1, 2027 to Jul 31, 2027) run at the same time." in page
    assert [caution.split(" keep")[0] for caution in result.cautions][:1] == [
        "The time zone changes from Pacific time to Eastern time. 3 delivery periods and 12 deadlines"
    ]


def test_import_of_a_season_that_would_leave_an_activation_out_is_refused(season):
    row = {"program": "CEC-DSGS", "name": SEASON, "starts_at": "2027-05-02", "ends_at": "2027-10-31"}

    ((number, faults),) = faults_of(imported("Period", row))

    assert (number, list(faults)) == (1, ["ends_at"])
    assert "An activation would be outside it" in faults["ends_at"][0]
