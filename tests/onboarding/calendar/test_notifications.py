"""Emails about deadlines: when each is due by the local clocks, that each comes once, and none without need."""

from datetime import UTC, datetime

import pytest
import time_machine
from django.core import mail

from onboarding.calendar import notifications
from onboarding.calendar.models import DeadlineNotice, WeeklyDigest
from onboarding.enrollment.models import Enrollment
from onboarding.meters.models import Meter
from portal.jobs.domain import enqueue
from portal.jobs.models import Job
from portal.jobs.periodic import run_periodic_tasks
from portal.notifications.domain import choose
from portal.notifications.models import EmailMessage
from portal.partners.models import Membership, Partner
from programs.models import Deadline, Program
from tests.onboarding.calendar.test_page import wants
from tests.onboarding.enrollment.meters import activate, at, make_meter

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]

# Acme keeps Los Angeles' time. CEC-DSGS closes on April 15, 2027 at 00:00 there; CONED-CSRP on March 15 in New York.
TEN_DAYS = "2027-04-04 14:00 +0000"  # April 4, 07:00: ten whole days are left
THREE_DAYS = "2027-04-11 14:00 +0000"


@pytest.fixture
def tidy(run_jobs):
    """The hourly tidying at a moment, and the jobs that it queues; returns the subjects of the emails sent by it."""

    def run(moment: str) -> list[tuple[str, str]]:
        mail.outbox.clear()
        with time_machine.travel(moment, tick=False):
            notifications.queue_notifications()
            Job.objects.update(not_before=datetime(2020, 1, 1, tzinfo=UTC))  # the database keeps its own clock
            run_jobs()
        return [(message.to[0], message.subject) for message in mail.outbox]

    return run


# --- before a deadline


def test_ten_and_three_days_before_a_deadline_that_meters_would_miss(acme, user, tidy):
    wants(acme, "CEC-DSGS")

    told = {
        moment: [subject for _, subject in tidy(moment)]
        for moment in (
            "2027-04-03 14:00 +0000",  # eleven days
            "2027-04-04 13:59 +0000",  # ten days, but it is not yet morning
            TEN_DAYS,
            "2027-04-04 15:00 +0000",
            "2027-04-05 16:00 +0000",
            "2027-04-08 16:00 +0000",
            "2027-04-10 16:00 +0000",
            THREE_DAYS,
            "2027-04-11 15:00 +0000",
            "2027-04-14 18:00 +0000",
            "2027-04-15 18:00 +0000",
        )
    }

    assert {moment: subjects for moment, subjects in told.items() if subjects} == {
        TEN_DAYS: ["CEC-DSGS closes in 10 days: meters need action"],
        "2027-04-05 16:00 +0000": ["This week: meters need action in 1 program"],  # a Monday
        THREE_DAYS: ["CEC-DSGS closes in 3 days: meters need action"],
    }


def test_what_the_email_says(acme, user, tidy):
    wants(acme, "CEC-DSGS", reference="home-secret")
    wants(acme, "CEC-DSGS", reference="b", status="PENDING")

    tidy(TEN_DAYS)

    (message,) = mail.outbox
    assert message.body.split("\n\n--\n")[0] == (
        "Hi Uli User,\n\n"
        "CEC-DSGS closes in 10 days: by end of Wed, Apr 14 (11:59 PM PDT). "
        "Meters that are eligible by then are active from May 1, 2027.\n"
        "2 meters will miss it as they are now.\n"
        "See 1 meter not eligible yet:\nhttp://127.0.0.1:8000/meters/?program=CEC-DSGS&status=INELIGIBLE\n"
        "See 1 meter pending review:\nhttp://127.0.0.1:8000/meters/?program=CEC-DSGS&status=PENDING\n\n"
        "See all dates:\n"
        "http://127.0.0.1:8000/calendar/"
    )
    assert "have “Meters at risk of missing a deadline” on" in message.body
    assert "secret" not in message.body


def test_several_deadlines_of_one_day_come_in_one_email(acme, user, tidy):
    wants(acme, "CEC-DSGS")
    wants(acme, "ERCOT-ERS", region="ERCOT", reference="b")
    Deadline.objects.filter(period__name="ERCOT-ERS_2027_JUN_SEP").update(deadline_at=at("2027-04-15 05:00"))

    told = tidy(TEN_DAYS)

    assert told == [("user@acme.example", "2 programs close soon, the first in 10 days: meters need action")]
    assert DeadlineNotice.objects.count() == 2


def test_a_second_program_that_comes_near_is_told_alone(acme, user, tidy):
    wants(acme, "CEC-DSGS")
    tidy(TEN_DAYS)
    wants(acme, "ERCOT-ERS", region="ERCOT", reference="b")
    Deadline.objects.filter(period__name="ERCOT-ERS_2027_JUN_SEP").update(deadline_at=at("2027-04-15 05:00"))

    told = tidy("2027-04-04 16:00 +0000")

    assert told == [("user@acme.example", "ERCOT-ERS closes in 10 days: meters need action")]


@pytest.mark.parametrize("how", ["eligible", "leap acts", "active", "archived", "nobody left"])
def test_nothing_comes_when_nothing_needs_them(acme, user, tidy, how):
    meter = wants(acme, "CEC-DSGS")
    enrollment = Enrollment.objects.filter(meter=meter)
    if how == "eligible":
        enrollment.update(status="ELIGIBLE", partner_actions=[])
    elif how == "leap acts":
        enrollment.update(partner_actions=[], leap_actions=["HAS_NOMINATIONS"])
    elif how == "active":
        enrollment.update(status="ACTIVE")
    elif how == "archived":
        Meter.objects.filter(pk=meter.pk).update(is_archived=True)
    else:
        Membership.objects.all().delete()

    assert [tidy(moment) for moment in (TEN_DAYS, "2027-04-05 16:00 +0000", THREE_DAYS)] == [[], [], []]
    assert EmailMessage.objects.count() == 0


def test_a_deadline_for_which_a_worker_came_late_is_told_within_two_days(acme, user, tidy):
    wants(acme, "CEC-DSGS")

    assert ("user@acme.example", "CEC-DSGS closes in 8 days: meters need action") in tidy("2027-04-06 18:00 +0000")


def test_nobody_is_written_to_at_night(acme, user, tidy):
    wants(acme, "CEC-DSGS")

    assert tidy("2027-04-05 03:00 +0000") == []  # 20:00 on April 4
    assert tidy("2027-04-05 13:30 +0000") == []  # 06:30


def test_a_weekend_that_rolls_over_is_counted_to_its_monday(acme, user, tidy):
    acme.time_zone = "America/New_York"
    acme.save()
    wants(acme, "CONED-CSRP", region="NYISO")
    Program.objects.filter(identifier="CONED-CSRP").update(weekend_rolls_over=True)

    assert tidy("2027-08-05 11:00 +0000") == []  # ten days before the Saturday for which it is published
    assert tidy("2027-08-06 11:00 +0000") == [("user@acme.example", "CONED-CSRP closes in 10 days: meters need action")]
    assert tidy("2027-08-13 11:00 +0000") == [("user@acme.example", "CONED-CSRP closes in 3 days: meters need action")]


@pytest.mark.parametrize(
    ("moment", "subject"),
    [
        ("2027-03-04 11:59 +0000", None),  # 06:59 in New York, standard time
        ("2027-03-04 12:00 +0000", "NYISO-SCR closes in 10 days: meters need action"),
        ("2027-03-11 12:00 +0000", "NYISO-SCR closes in 3 days: meters need action"),
        ("2027-03-14 10:59 +0000", None),  # 06:59: the clocks went forward that night
        ("2027-03-14 11:00 +0000", "NYISO-SCR closes in less than a day: meters need action"),
    ],
)
def test_days_are_counted_over_the_change_of_the_clocks(acme, user, tidy, moment, subject):
    acme.time_zone = "America/New_York"
    acme.save()
    wants(acme, "NYISO-SCR", region="NYISO")

    assert tidy(moment) == ([("user@acme.example", subject)] if subject else [])


def test_a_deadline_that_is_moved_is_another_deadline(acme, user, tidy):
    wants(acme, "CEC-DSGS")
    tidy(TEN_DAYS)
    Deadline.objects.filter(period__name="CEC-DSGS_2027_MAY_OCT", activation_at__month=5).update(
        deadline_at=at("2027-04-16 07:00")
    )

    told = tidy("2027-04-05 15:00 +0000")

    assert ("user@acme.example", "CEC-DSGS closes in 10 days: meters need action") in told


# --- once


def test_many_tidyings_and_jobs_write_one_email_to_each(acme, user, manager, tidy, run_jobs):
    wants(acme, "CEC-DSGS")

    told = tidy(TEN_DAYS)
    with time_machine.travel(TEN_DAYS, tick=False):
        for _ in range(3):
            notifications.queue_notifications()
            enqueue("calendar.deadlines", subject_id=acme.pk, partner=acme)
            Job.objects.update(not_before=datetime(2020, 1, 1, tzinfo=UTC))
            run_jobs()

    assert sorted(to for to, _ in told) == ["manager@acme.example", "user@acme.example"]
    assert EmailMessage.objects.count() == 2
    assert DeadlineNotice.objects.get().meters == 1


@pytest.mark.parametrize("moment", [TEN_DAYS, "2027-03-08 15:00 +0000"])
def test_a_job_that_dies_while_it_writes_leaves_nothing_and_is_done_again(acme, user, tidy, monkeypatch, moment):
    wants(acme, "CEC-DSGS")
    real, calls = notifications.write_to, []

    def die_once(*args, **kwargs):
        email = real(*args, **kwargs)
        calls.append(email)
        if len(calls) == 1:
            raise RuntimeError("power cut")
        return email

    monkeypatch.setattr(notifications, "write_to", die_once)

    assert tidy(moment) == []
    assert (EmailMessage.objects.count(), DeadlineNotice.objects.count(), WeeklyDigest.objects.count()) == (0, 0, 0)
    assert len(tidy(moment)) == 1
    assert tidy(moment) == []


def test_partners_hear_of_their_own_meters_only(acme, borealis, user, stranger, tidy):
    wants(borealis, "CEC-DSGS")

    assert tidy(TEN_DAYS) == [("manager@borealis.example", "CEC-DSGS closes in 10 days: meters need action")]


def test_a_partner_that_is_switched_off_gets_none(acme, user, tidy):
    wants(acme, "CEC-DSGS")
    Partner.objects.filter(pk=acme.pk).update(is_active=False)

    assert [tidy(TEN_DAYS), tidy("2027-04-05 15:00 +0000")] == [[], []]


def test_each_kind_can_be_switched_off(acme, user, manager, tidy, client_of):
    wants(acme, "CEC-DSGS")
    choose(user, ["weekly"])
    choose(manager, ["deadlines"])

    told = tidy(TEN_DAYS) + tidy("2027-04-05 15:00 +0000")

    assert told == [
        ("manager@acme.example", "CEC-DSGS closes in 10 days: meters need action"),
        ("user@acme.example", "This week: meters need action in 1 program"),
    ]
    page = client_of(user).get("/emails/").content.decode()
    assert "Weekly summary" in page
    assert "Meters at risk of missing a deadline" in page


# --- the week


@pytest.mark.parametrize(
    ("zone", "moment", "is_due"),
    [
        ("America/Los_Angeles", "2027-03-08 14:59 +0000", False),  # 06:59 on a Monday, standard time
        ("America/Los_Angeles", "2027-03-08 15:00 +0000", True),
        ("America/Los_Angeles", "2027-03-15 13:59 +0000", False),  # 06:59, daylight saving time
        ("America/Los_Angeles", "2027-03-15 14:00 +0000", True),
        ("America/New_York", "2026-11-02 11:59 +0000", False),  # the clocks went back on Sunday
        ("America/New_York", "2026-11-02 12:00 +0000", True),
        ("America/New_York", "2027-03-10 11:59 +0000", True),  # Wednesday, 06:59: still told if no worker ran
        ("America/New_York", "2027-03-10 12:00 +0000", False),
        ("Asia/Tokyo", "2027-03-07 21:59 +0000", False),
        ("Asia/Tokyo", "2027-03-07 22:00 +0000", True),
        ("Asia/Kolkata", "2027-03-08 01:30 +0000", True),
    ],
)
def test_the_week_begins_on_monday_morning_of_the_partner(acme, zone, moment, is_due):
    acme.time_zone = zone

    assert (notifications.week_due(acme, datetime.fromisoformat(moment)) is not None) is is_due


def test_the_email_of_the_week(acme, user, tidy):
    monday = "2027-03-08 15:00 +0000"
    wants(acme, "CEC-DSGS", actions=("NO_MISSING_FIELDS", "ADDRESS"), reference="a")
    wants(acme, "CEC-DSGS", reference="b")
    make_meter(acme, programs=["CONED-CSRP"], region="NYISO", reference="c", evaluated=False)
    old = make_meter(acme, programs=["NYISO-SCR"], region="NYISO", reference="d", evaluated=False)
    activate(old, "NYISO-SCR_2026_NOV_2027_APR", since="2027-03-05")
    older = make_meter(acme, programs=[], region="NYISO", reference="e", evaluated=False)
    activate(older, "NYISO-SCR_2026_NOV_2027_APR", since="2027-02-01")

    assert tidy(monday) == [("user@acme.example", "This week: meters need action in 1 program")]

    (message,) = mail.outbox
    assert message.body.split("\n\n--\n")[0] == (
        "Hi Uli User,\n\n"
        "This is what meters need from you this week. A meter can wait for several things.\n\n"
        "Demand Side Grid Support (CEC-DSGS): 2 meters\n"
        "- Not yet “Required fields are filled”: 2\n"
        "- Not yet “The address is in the program's area”: 1\n"
        "See 2 meters not eligible yet:\nhttp://127.0.0.1:8000/meters/?program=CEC-DSGS&status=INELIGIBLE\n\n"
        "Next deadlines:\n"
        "- CONED-CSRP closes in 6 days: by end of Sun, Mar 14 (11:59 PM EDT). "
        "Meters that are eligible by then are active from May 1, 2027.\n"
        "- NYISO-SCR closes in 6 days: by end of Sun, Mar 14 (11:59 PM EDT). "
        "Meters that are eligible by then are active from May 1, 2027.\n"
        "- CEC-DSGS closes in 37 days: by end of Wed, Apr 14 (11:59 PM PDT). "
        "Meters that are eligible by then are active from May 1, 2027.\n\n"
        "Active since last week:\n"
        "- NYISO-SCR: 1 meter\n\n"
        "See all dates:\n"
        "http://127.0.0.1:8000/calendar/"
    )
    assert tidy("2027-03-08 16:00 +0000") == []
    assert tidy("2027-03-09 16:00 +0000") == []
    assert tidy("2027-03-15 15:00 +0000") == [("user@acme.example", "This week: meters need action in 1 program")]
    assert list(WeeklyDigest.objects.order_by("monday").values_list("emails_written", flat=True)) == [1, 1]


def test_marks_of_long_past_emails_are_dropped(acme, user, tidy):
    wants(acme, "CEC-DSGS")
    tidy(TEN_DAYS)
    tidy("2027-04-05 15:00 +0000")

    tidy("2027-06-20 03:00 +0000")

    assert (DeadlineNotice.objects.count(), WeeklyDigest.objects.filter(monday="2027-04-05").count()) == (0, 0)


def test_it_is_periodic_work(acme, user):
    wants(acme, "CEC-DSGS")

    with time_machine.travel(TEN_DAYS, tick=False):
        run_periodic_tasks()

    assert Job.objects.filter(kind="calendar.deadlines").count() == 1


@pytest.mark.parametrize("partners", [1, 4])
def test_queries_of_the_tidying(db, django_assert_num_queries, partners):
    for number in range(partners):
        Partner.objects.create(name=f"P{number}", slug=f"p{number}")

    # Two programs of California close on March 30: one query for each program that is near.
    with time_machine.travel("2027-03-20 15:00 +0000", tick=False), django_assert_num_queries(6 + 2):
        notifications.queue_notifications()
