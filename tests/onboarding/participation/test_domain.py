"""Idling, disenrolling and taking part: periods, one event for each meter, statuses that follow, refusals."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest

from onboarding.enrollment.domain import re_evaluate
from onboarding.enrollment.facts import OutPeriod
from onboarding.enrollment.models import Enrollment, ParticipationPeriod, Preference
from onboarding.meters.models import Meter
from onboarding.participation.domain import RequestsRefused, change_participation, remove_idle
from onboarding.participation.rules import ParticipationRequest, days_of
from onboarding.participation.zones import zone_of
from onboarding.portfolio.history import NOT_FOR_PEOPLE, changes_in
from portal.events.actors import Actor
from portal.events.models import Event
from portal.events.published import PUBLISHED
from portal.partners.models import Partner
from portal.problems import Refused
from programs.schema import schema_for
from tests.onboarding.enrollment.meters import activate, at, make_meter

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
BY = Actor.system("Test")
NOW = datetime(2026, 10, 5, 18, tzinfo=UTC)
IDLE, DISENROLL, PARTICIPATE = Preference.IDLE, Preference.DISENROLL, Preference.PARTICIPATE


def october(day: int) -> date:
    return date(2026, 10, day)


def change(meter: Meter, request: ParticipationRequest, now: datetime = NOW) -> Any:
    return change_participation({meter.pk: request}, partner=meter.partner, by=BY, now=now)[meter.pk]


def periods(meter: Meter) -> list[tuple[str, str, str, str]]:
    return [
        (
            period.preference,
            f"{period.starts_at:%m-%d %H:%M}",
            f"{period.ends_at:%m-%d %H:%M}" if period.ends_at else "",
            period.reason,
        )
        for period in ParticipationPeriod.objects.filter(meter=meter)
    ]


def events(meter: Meter) -> list[tuple[str, dict[str, Any]]]:
    """What happened to a meter, for people."""
    events = Event.objects.filter(subject_id=str(meter.pk)).exclude(verb__in=NOT_FOR_PEOPLE).order_by("pk")
    return [(one.verb, {key: value for key, value in one.data.items() if key != PUBLISHED}) for one in events]


def test_idle_meter_is_out_and_comes_back(acme: Partner) -> None:
    meter = make_meter(acme, programs=["CEC-DSGS"], meter_type="DEVICE")
    updated_at = meter.updated_at

    request = ParticipationRequest(IDLE, date(2026, 6, 5), date(2026, 6, 20), "Out of season")
    outcome = change(meter, request, at("2026-06-05T18:00"))

    meter.refresh_from_db()
    assert (outcome.changes, outcome.overridden) == (True, [])
    assert periods(meter) == [("IDLE", "06-05 07:00", "06-21 07:00", "Out of season")]
    assert meter.enrollment_status == "NOT_PARTICIPATING"
    assert meter.updated_at != updated_at
    assert Enrollment.objects.get(meter=meter).reconsider_at == at("2026-06-21T07:00")
    assert events(meter)[-2:] == [
        (
            "meter.idled",
            {"from": "2026-06-05", "to": "2026-06-20", "reason": "Out of season", "zone": "America/Los_Angeles"},
        ),
        (
            "meter.enrollment_changed",
            {"program": "CEC-DSGS", "changes": {"enrollment_status": ["INELIGIBLE", "NOT_PARTICIPATING"]}},
        ),
    ]
    change(meter, ParticipationRequest(PARTICIPATE), at("2026-06-05T19:00"))
    meter.refresh_from_db()
    assert (periods(meter), meter.enrollment_status) == ([], "INELIGIBLE")


def test_same_wish_again_changes_nothing(acme: Partner) -> None:
    meter = make_meter(acme, programs=[])
    request = ParticipationRequest(IDLE, october(10), october(20))
    change(meter, request)
    count = Event.objects.count()

    outcome = change(meter, request)

    assert (outcome.changes, Event.objects.count(), len(periods(meter))) == (False, count, 1)


def test_active_meter_that_disenrolls_stays_until_the_boundary(acme: Partner) -> None:
    meter = make_meter(acme, programs=["CCA"], utility="PGE", evaluated=False)
    activate(meter, "CAISO-CCA_2024_OCT", since="2024-10-01T07:00")
    now = at("2024-10-05")

    change(meter, ParticipationRequest(DISENROLL, date(2024, 10, 10), reason="Sold"), now)

    def status(day: str) -> str:
        re_evaluate([meter.pk], by=BY, at=at(day))
        return Enrollment.objects.get(meter=meter).status

    days = ("2024-10-09T12:00", "2024-10-11", "2024-11-01T06:59", "2024-11-01T07:00")  # midnight in California
    assert [status(day) for day in days] == ["ACTIVE", "ACTIVE", "ACTIVE", "NOT_PARTICIPATING"]


def test_boundary_at_which_a_meter_leaves_is_looked_at_again(acme: Partner) -> None:
    meter = make_meter(acme, programs=["MA_DOER-CPS"], region="ISONE", meter_type="DEVICE")
    activate(meter, "MA_DOER-CPS_2026_OCT_NOV", since="2026-10-01T04:00")

    change(meter, ParticipationRequest(DISENROLL, october(10), reason="Sold"))

    looked_at = Enrollment.objects.get(meter=meter).reconsider_at
    assert looked_at == at("2026-10-10T04:00")
    re_evaluate([meter.pk], by=BY, at=at("2026-10-11"))
    row = Enrollment.objects.get(meter=meter)
    assert (row.status, row.reconsider_at) == ("ACTIVE", at("2026-12-01T05:00"))


def test_disenrollment_takes_back_the_days_of_an_idle_time_that_is_removed(acme: Partner) -> None:
    meter = make_meter(acme, programs=["CEC-DSGS"], meter_type="DEVICE")
    change(meter, ParticipationRequest(DISENROLL, october(20), reason="Sold"))
    change(meter, ParticipationRequest(IDLE, october(10), october(25)))
    change(meter, ParticipationRequest(IDLE, october(22), october(28)))
    assert [one[:3] for one in periods(meter)] == [
        ("IDLE", "10-10 07:00", "10-22 07:00"),
        ("IDLE", "10-22 07:00", "10-29 07:00"),
        ("DISENROLL", "10-29 07:00", ""),
    ]

    remove_idle(meter, october(22), october(28), by=BY, now=NOW)
    assert periods(meter)[1] == ("DISENROLL", "10-22 07:00", "", "Sold")
    remove_idle(meter, october(10), october(21), by=BY, now=NOW)
    assert periods(meter) == [("DISENROLL", "10-20 07:00", "", "Sold")]
    assert ParticipationPeriod.objects.get(meter=meter).wished_from is None


def test_idle_time_is_removed_by_the_days_that_are_listed_after_a_move_to_another_zone(acme: Partner) -> None:
    meter = make_meter(acme, programs=["CEC-DSGS"], meter_type="DEVICE")
    change(meter, ParticipationRequest(IDLE, october(10), october(12)))
    Meter.objects.filter(pk=meter.pk).update(postal_code="02108", state="MA")
    meter.refresh_from_db()
    out = OutPeriod.of(ParticipationPeriod.objects.get(meter=meter))
    first, last = days_of(out, zone_of(meter))
    assert (first, last) == (october(10), october(13))

    remove_idle(meter, first, last, by=BY, now=NOW)

    assert periods(meter) == []


def test_what_gives_way_is_in_the_event_and_in_words(acme: Partner) -> None:
    meter = make_meter(acme, programs=[])
    change(meter, ParticipationRequest(IDLE, october(10), october(20)))
    change(meter, ParticipationRequest(DISENROLL, october(15), reason="Sold"))
    change(meter, ParticipationRequest(PARTICIPATE, october(17)))

    told = [changes_in(event, schema_for()) for event in Event.objects.filter(subject_id=str(meter.pk)).order_by("pk")]
    assert told == [
        [("Participation", "participates", "idle from Oct 10, 2026 to Oct 20, 2026")],
        [("Participation", "idle from Oct 10, 2026 to Oct 20, 2026", "disenrolled from Oct 15, 2026 (Sold)")],
        [("Participation", "out until then", "participates from Oct 17, 2026")],
    ]
    assert periods(meter) == [
        ("IDLE", "10-10 07:00", "10-15 07:00", ""),
        ("DISENROLL", "10-15 07:00", "10-17 07:00", "Sold"),
    ]


def test_one_that_cannot_be_done_stops_no_other_unless_all_or_none(acme: Partner, borealis: Partner) -> None:
    east = make_meter(acme, programs=[], region="NYISO", reference="east")
    west = make_meter(acme, programs=[], reference="west")
    theirs = make_meter(borealis, programs=[])
    late = datetime(2026, 10, 6, 5, tzinfo=UTC)  # already October 6 in New York
    request = ParticipationRequest(DISENROLL, october(6), reason="Sold")
    requests = {meter.pk: request for meter in (east, west, theirs)} | {uuid4(): request}

    with pytest.raises(RequestsRefused) as refusal:
        change_participation(requests, partner=acme, by=BY, now=late, all_or_none=True)
    assert (set(refusal.value.results), periods(west)) == ({east.pk}, [])

    results = change_participation(requests, partner=acme, by=BY, now=late)

    assert {pk: [problem.code for problem in one.problems] for pk, one in results.items()} == {
        east.pk: ["DISENROLL_NOT_IN_FUTURE"],
        west.pk: [],
    }
    assert (periods(east), periods(theirs)) == ([], [])
    assert periods(west) == [("DISENROLL", "10-06 07:00", "", "Sold")]


def test_idle_time_is_removed_only_by_its_exact_days(acme: Partner) -> None:
    meter = make_meter(acme, programs=["CEC-DSGS"], meter_type="DEVICE")
    change(meter, ParticipationRequest(IDLE, october(5), october(20)))
    change(meter, ParticipationRequest(IDLE, october(25), october(26)))

    for first, last in ((october(5), october(19)), (october(6), october(20)), (october(25), october(27))):
        with pytest.raises(Refused, match="IDLE_NOT_FOUND"):
            remove_idle(meter, first, last, by=BY, now=NOW)
    remove_idle(meter, october(5), october(20), by=BY, now=NOW)

    meter.refresh_from_db()
    assert periods(meter) == [("IDLE", "10-25 07:00", "10-27 07:00", "")]
    assert meter.enrollment_status == "INELIGIBLE"
    event = Event.objects.get(verb="meter.idle_removed")
    assert event.data == {
        "from": "2026-10-05",
        "to": "2026-10-20",
        "zone": "America/Los_Angeles",
        PUBLISHED: {
            "partner_reference": "m-1",
            "transmission_region": "CAISO",
            "meter_type": "DEVICE",
            "participation_preference": "PARTICIPATE",
            "start_time": "2026-10-05T07:00:00Z",
            "end_time": "2026-10-25T07:00:00Z",
        },
    }
    assert changes_in(event, schema_for()) == [
        ("Participation", "idle from Oct 5, 2026 to Oct 20, 2026", "participates")
    ]
