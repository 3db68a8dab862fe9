"""What is still ahead, what is on which day, and who waits: at midnights, in two zones, for other partners."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from icalendar import Calendar

from onboarding.calendar.domain import LAST_USED_EVERY, end_address, feed_at, make_address, open_feed_of
from onboarding.calendar.feed import calendar_file
from onboarding.calendar.models import DeadlineNotice, WeeklyDigest
from onboarding.calendar.notifications import Near, became_active, is_daytime, queue_notifications, week_due
from onboarding.calendar.queries import (
    Happening,
    Kind,
    Waiting,
    actions_of,
    happenings,
    is_ahead,
    months_of,
    partners_waiting_in,
    programs_of,
    waiting_of,
)
from onboarding.enrollment.models import Enrollment
from onboarding.meters.models import Meter
from portal.events.actors import Actor
from portal.partners.models import Membership, Partner
from programs.models import Program
from tests.onboarding.calendar.test_page import wants
from tests.onboarding.enrollment.meters import activate, make_meter

LOS_ANGELES = ZoneInfo("America/Los_Angeles")
PROGRAM: Any = SimpleNamespace(pk=1, identifier="ALPHA", name="Alpha", time_zone="America/Los_Angeles")
SEASON = {"starts_at": datetime(2027, 5, 1, 12, tzinfo=UTC), "ends_at": datetime(2027, 10, 31, 12, tzinfo=UTC)}
PERIOD: Any = SimpleNamespace(pk=7, name="SUMMER", verified=True, **SEASON)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LOS_ANGELES)


def happening(kind: Kind, at: str, key: str = "a", program: Any = PROGRAM) -> Happening:
    return Happening(key, kind, local(at), program, PERIOD)


@pytest.mark.parametrize("kind", [Kind.BEGINS, Kind.ENDS, Kind.ACTIVATION])
@pytest.mark.parametrize(
    ("now", "ahead"),
    [
        ("2027-04-30 23:59", True),
        ("2027-05-01 00:00", True),
        ("2027-05-01 23:59", True),  # already the next day in UTC
        ("2027-05-02 00:00", False),
    ],
)
def test_what_happens_on_a_day_is_ahead_until_the_local_day_is_over(kind, now, ahead):
    assert is_ahead(happening(kind, "2027-05-01"), local(now).astimezone(UTC)) is ahead


@pytest.mark.parametrize(
    ("now", "ahead"), [("2027-04-15 16:59", True), ("2027-04-15 17:00", False), ("2027-04-15 17:01", False)]
)
def test_deadline_is_ahead_until_its_moment(now, ahead):
    assert is_ahead(happening(Kind.DEADLINE, "2027-04-15 17:00"), local(now).astimezone(UTC)) is ahead


@pytest.mark.parametrize("at", ["2027-04-15 00:01", "2027-04-15 17:00", "2027-04-15 23:59", "2027-04-16 00:00"])
def test_event_of_the_feed_is_on_the_local_day_that_the_deadline_closes(at):
    content = calendar_file(
        [happening(Kind.DEADLINE, at)],
        {},
        name="Dates",
        site_url="https://portal.example",
        page="/calendar/",
        now=datetime(2027, 3, 1, 5, tzinfo=UTC),
    )

    (event,) = Calendar.from_ical(content).events
    days = (event.decoded("dtstart").isoformat(), event.decoded("dtend").isoformat())
    assert days == ("2027-04-15", "2027-04-16")
    assert (event["uid"], event["url"]) == ("a@portal.example", "https://portal.example/calendar/?program=ALPHA")
    assert event.decoded("dtstamp") == datetime(2027, 3, 1, tzinfo=UTC)


def test_happenings_of_one_program_and_day_stand_together_and_days_by_month():
    other: Any = SimpleNamespace(pk=2, identifier="BETA", name="Beta", time_zone="America/Los_Angeles")
    waits = Waiting(ineligible=2, pending=1)
    listed = [
        happening(Kind.ENDS, "2027-04-30", "a"),
        happening(Kind.BEGINS, "2027-05-01", "b"),
        happening(Kind.ACTIVATION, "2027-05-01", "c"),
        happening(Kind.BEGINS, "2027-05-01", "d", other),
    ]

    months = months_of(listed, {1: waits})

    assert [
        (f"{month.first:%m-%d}", [[one.key for one in day.happenings] for day in month.days]) for month in months
    ] == [
        ("04-01", [["a"]]),
        ("05-01", [["b", "c"], ["d"]]),
    ]
    assert [day.waiting for day in months[1].days] == [waits, None]
    assert waits.meters == 3


@pytest.mark.parametrize(
    ("now", "is_due"),
    [
        ("2027-03-08 06:59", False),
        ("2027-03-08 07:00", True),  # a Monday
        ("2027-03-10 06:59", True),
        ("2027-03-10 07:00", False),
        ("2027-03-07 12:00", False),
    ],
)
def test_weekly_e_mail_is_due_from_monday_morning_for_two_days(now, is_due):
    partner = Partner(time_zone="America/Los_Angeles")

    due = week_due(partner, local(now).astimezone(UTC))

    assert (due.isoformat() if due else "") == ("2027-03-08" if is_due else "")


@pytest.mark.parametrize(("time", "is_day"), [("06:59", False), ("07:00", True), ("19:59", True), ("20:00", False)])
def test_e_mails_are_written_by_day_where_the_partner_is(time, is_day):
    partner = Partner(time_zone="America/Los_Angeles")

    assert is_daytime(partner, local(f"2027-03-08 {time}").astimezone(UTC)) is is_day


# --- who waits


@pytest.fixture
def in_march(catalogue):
    with time_machine.travel("2027-03-09 17:00 +0000", tick=False):
        yield


@pytest.mark.django_db
@pytest.mark.usefixtures("in_march")
def test_programs_are_those_of_the_partner_in_the_order_of_their_names(acme, borealis):
    wants(acme, "ELRP", "CEC-DSGS")
    wants(borealis, "CONED-CSRP", region="NYISO")

    assert [one.identifier for one in programs_of(acme)] == ["CEC-DSGS", "ELRP"]
    assert [one.identifier for one in programs_of(borealis)] == ["CONED-CSRP"]


@pytest.mark.django_db
@pytest.mark.usefixtures("in_march")
def test_meters_that_wait_are_counted_for_their_partner_without_those_in_the_archive(acme, borealis):
    program = Program.objects.get(identifier="CEC-DSGS")
    wants(acme, "CEC-DSGS", reference="a", actions=("NO_MISSING_FIELDS", "ADDRESS"))
    wants(acme, "CEC-DSGS", reference="b", status="PENDING")
    for reference, about in (("c", {"actions": ()}), ("d", {"status": "ACTIVE"}), ("e", {"status": "ELIGIBLE"})):
        wants(acme, "CEC-DSGS", reference=reference, **about)
    wants(borealis, "CEC-DSGS", reference="f")
    archived = wants(acme, "CEC-DSGS", reference="g", actions=("ADDRESS",))
    with_it = waiting_of(acme)
    Meter.objects.filter(pk=archived.pk).update(is_archived=True)

    assert with_it == {program.pk: Waiting(ineligible=2, pending=1)}
    assert waiting_of(acme) == {program.pk: Waiting(ineligible=1, pending=1)}
    assert waiting_of(borealis) == {program.pk: Waiting(ineligible=1)}
    assert actions_of(acme) == {program.pk: {"NO_MISSING_FIELDS": 2, "ADDRESS": 1}}


@pytest.mark.django_db
@pytest.mark.usefixtures("in_march")
def test_partners_that_wait_in_a_program_are_in_use_and_have_a_meter_there_that_is_not_in_it(acme, borealis):
    program = Program.objects.get(identifier="CEC-DSGS")
    wants(acme, "CEC-DSGS")
    theirs = wants(borealis, "CEC-DSGS", "ELRP", status="ACTIVE")

    assert list(partners_waiting_in(program)) == [acme]
    Enrollment.objects.filter(meter=theirs, program=program).update(status="PENDING")
    assert set(partners_waiting_in(program)) == {acme, borealis}
    Partner.objects.filter(pk=acme.pk).update(is_active=False)
    assert list(partners_waiting_in(program)) == [borealis]


@pytest.mark.django_db
def test_meters_became_active_in_the_last_seven_days(acme, borealis, catalogue):
    now = datetime(2027, 5, 8, 7, tzinfo=UTC)
    for number, since in enumerate(("2027-05-01T07:00", "2027-05-01T07:01", "2027-05-08T07:00", "2027-05-08T07:01")):
        meter = make_meter(acme, programs=["CEC-DSGS"], reference=f"m-{number}", evaluated=False)
        activate(meter, "CEC-DSGS_2027_MAY_OCT", since=since)

    assert became_active(acme, now) == [("CEC-DSGS", 2)]
    assert became_active(borealis, now) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("later", "is_noted"), [(LAST_USED_EVERY, False), (LAST_USED_EVERY + timedelta(seconds=1), True)]
)
def test_use_of_a_feed_is_noted_once_an_hour(acme, user, later, is_noted):
    first = datetime(2027, 3, 9, 17, tzinfo=UTC)
    feed, secret = make_address(acme, user, by=Actor.system())
    for at in (first, first + later):
        with time_machine.travel(at, tick=False):
            assert feed_at(secret) == feed

    feed.refresh_from_db()
    assert feed.last_used_at == (first + later if is_noted else first)


@pytest.mark.django_db
def test_ending_an_address_leaves_those_of_others_and_of_other_partners(acme, borealis, user, manager):
    Membership.objects.create(partner=borealis, user=user)
    secrets = [
        make_address(*whose, by=Actor.system())[1] for whose in ((acme, user), (acme, manager), (borealis, user))
    ]

    assert end_address(acme, user, by=Actor.system())

    assert [feed_at(secret) is not None for secret in secrets] == [False, True, True]
    assert (open_feed_of(acme, user), end_address(acme, user, by=Actor.system())) == (None, False)


@pytest.mark.django_db
@pytest.mark.usefixtures("in_march")
def test_meters_for_which_only_leap_has_to_act_are_counted_where_they_are_asked_for(acme, borealis):
    program = Program.objects.get(identifier="CEC-DSGS")
    wants(acme, "CEC-DSGS", reference="a")
    for number, partner in enumerate((acme, acme, borealis)):
        meter = wants(partner, "CEC-DSGS", reference=f"leap-{number}", actions=(), status="PENDING")
        Enrollment.objects.filter(meter=meter).update(acts="leap", leap_actions=["HAS_NOMINATIONS"])

    assert waiting_of(acme) == {program.pk: Waiting(ineligible=1)}
    assert waiting_of(acme, for_leap=True) == {program.pk: Waiting(ineligible=1, pending=2)}


# --- what each event of the feed says


def line(**changes: Any) -> Any:
    about = {
        "accepted_until": local("2027-04-15"),
        "deadline_at": local("2027-04-15"),
        "activation_at": local("2027-05-01"),
        "rolls_over": False,
        "is_next": True,
        "days_left": 10,
    }
    return SimpleNamespace(**(about | changes))


def event_of(happening: Happening, waiting: Any = None, **about: Any) -> Any:
    told = {
        "name": "Dates",
        "site_url": "https://portal.example",
        "page": "/calendar/",
        "now": datetime(2027, 3, 1, 5, tzinfo=UTC),
    } | about
    (event,) = Calendar.from_ical(calendar_file([happening], {1: waiting} if waiting else {}, **told)).events
    return event


@pytest.mark.parametrize(
    ("kind", "at", "summary", "said"),
    [
        (
            Kind.DEADLINE,
            "2027-04-15",
            "Alpha: enroll by end of Wed, Apr 14 (11:59 PM PDT)",
            "A meter that is eligible by then is expected to be active from May 1, 2027.",
        ),
        (
            Kind.ACTIVATION,
            "2027-05-01",
            "Alpha: activation",
            "For meters that are eligible by end of Wed, Apr 14 (11:59 PM PDT).",
        ),
        (Kind.BEGINS, "2027-05-01", "Alpha: May–Oct 2027 season begins", ""),
        (Kind.ENDS, "2027-10-31", "Alpha: May–Oct 2027 season ends", "It ends Oct 31, 2027, 11:59 PM PDT."),
    ],
)
def test_event_says_what_happens(kind, at, summary, said):
    event = event_of(Happening("a", kind, local(at), PROGRAM, PERIOD, line()))

    assert str(event["summary"]) == summary
    assert event.decoded("description").split("\n") == [
        "Alpha, May–Oct 2027 season (SUMMER).",
        *([said] if said else []),
        "The day is in Pacific time.",
    ]
    assert event["transp"] == "TRANSPARENT"


@pytest.mark.parametrize(
    ("about", "waiting", "said"),
    [
        ({}, Waiting(ineligible=1), ["1 of your meters needs something from you before then."]),
        ({}, Waiting(ineligible=1200, pending=1), ["1,201 of your meters need something from you before then."]),
        ({"is_next": False}, Waiting(ineligible=1), []),  # a later deadline can wait
        ({}, None, []),
        (
            {"rolls_over": True, "deadline_at": local("2027-04-11")},
            None,
            ["Published: by end of Sat, Apr 10 (11:59 PM PDT); extended over the weekend to Monday."],
        ),
    ],
)
def test_deadline_of_the_feed_says_who_would_miss_it_and_whether_it_was_extended(about, waiting, said):
    event = event_of(Happening("a", Kind.DEADLINE, local("2027-04-15"), PROGRAM, PERIOD, line(**about)), waiting)

    assert event.decoded("description").split("\n")[2:-1] == said


@pytest.mark.parametrize("verified", [True, False])
def test_season_that_nobody_confirmed_is_said_so(verified):
    period: Any = SimpleNamespace(pk=7, name="SUMMER", verified=verified, **SEASON)

    text = event_of(Happening("a", Kind.BEGINS, local("2027-05-01"), PROGRAM, period)).decoded("description")

    assert ("Rolled forward from an earlier season; not confirmed for this one." in text) is not verified


def test_feed_of_a_site_without_a_host_has_names_too():
    assert event_of(happening(Kind.BEGINS, "2027-05-01"), site_url="")["uid"] == "a@portal"


@pytest.mark.django_db
@pytest.mark.usefixtures("catalogue")
def test_deadlines_that_lead_to_one_activation_have_one_event_for_it():
    program = Program.objects.get(identifier="CEC-DSGS")
    program.delivery_periods.exclude(name="CEC-DSGS_2027_MAY_OCT").delete()
    period = program.delivery_periods.get()
    activation = period.deadlines.order_by("-activation_at")[0].activation_at
    period.deadlines.update(activation_at=activation)

    listed = happenings([program], datetime(2027, 3, 1, tzinfo=UTC))

    assert len([one for one in listed if one.kind is Kind.DEADLINE]) == period.deadlines.count() > 1
    assert [one.kind for one in listed if one.kind is not Kind.DEADLINE] == [
        Kind.BEGINS,
        Kind.ACTIVATION,
        Kind.ENDS,
    ]
    assert [one.on for one in listed] == sorted(one.on for one in listed)


# --- when and how emails say it


@pytest.mark.parametrize(
    ("days", "stage"), [(11, 0), (10, 10), (9, 10), (8, 10), (7, 0), (4, 0), (3, 3), (2, 3), (1, 3), (0, 3)]
)
def test_notice_is_due_from_ten_days_and_from_three_days_before(days, stage):
    assert Near(PROGRAM, line(days_left=days)).stage == stage


@pytest.mark.django_db
def test_marks_of_emails_are_kept_for_sixty_days(acme, catalogue):
    program, now = Program.objects.get(identifier="CEC-DSGS"), datetime(2027, 6, 20, 3, tzinfo=UTC)
    for seconds in (0, -1):
        due = now - timedelta(days=60, seconds=-seconds)
        DeadlineNotice.objects.create(partner=acme, program=program, due_at=due, days=3, meters=1)
    for monday in ("2027-04-21", "2027-04-20"):
        WeeklyDigest.objects.create(partner=acme, monday=monday)

    with time_machine.travel(now, tick=False):
        queue_notifications()

    assert [one.due_at for one in DeadlineNotice.objects.all()] == [now - timedelta(days=60)]
    assert [one.monday.isoformat() for one in WeeklyDigest.objects.all()] == ["2027-04-21"]
