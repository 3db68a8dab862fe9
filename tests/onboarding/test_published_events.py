"""What programs are told: each fact once, in the published shape, and the same later on."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from django.urls import reverse

from onboarding.api.enrollment.status import published
from onboarding.connect.journey import decline, open_session, tell_authorization
from onboarding.enrollment.domain import join_program, leave_program, re_evaluate
from onboarding.enrollment.models import Preference
from onboarding.enrollment.rules import rules_of
from onboarding.enrollment.tasks import queue_changed_programs
from onboarding.meters.models import Meter
from onboarding.participation.domain import change_participation, remove_idle
from onboarding.participation.rules import ParticipationRequest
from onboarding.staff.domain import activate, end_activation
from onboarding.uploads.models import Upload
from onboarding.uploads.pipeline.commit import confirm_upload
from onboarding.uploads.pipeline.receive import receive_upload
from onboarding.uploads.pipeline.withdraw import withdraw_upload
from portal.events.actors import Actor
from portal.events.models import Event
from portal.events.personal import blank_personal_parts
from portal.events.published import PublishedEvent, event_types, published_after
from portal.events.relay import publish_settled
from portal.partners.models import Partner, User
from programs.models import DeliveryPeriod, Field, Program, Requirement
from tests import builders
from tests.onboarding.connect import builders as connect
from tests.onboarding.enrollment.meters import make_meter
from tests.portal.api_contract import PAYLOADS, holds

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
BY = Actor.system("Test")
PERIOD = "CEC-DSGS_2027_MAY_OCT"
GROUP, OTHER_GROUP = UUID(int=7), UUID(int=8)
Jobs = Callable[[], int]


def told(partner: Partner) -> list[PublishedEvent]:
    """All published events of a partner, each held against the published shape."""
    publish_settled()
    events = published_after(0, limit=1000, partner=partner.pk)
    for event in events:
        assert holds(event.payload, PAYLOADS[event.type])
    return events


def since(partner: Partner, before: Sequence[PublishedEvent]) -> list[PublishedEvent]:
    return told(partner)[len(before) :]


def short(events: Iterable[PublishedEvent]) -> list[tuple[str, object]]:
    """Each event with what is its own: the type's name, and the part of the payload that matters."""
    return [(event.type.removesuffix(".updated").rpartition(".")[2], _own(event)) for event in events]


def _own(event: PublishedEvent) -> object:
    payload: Any = event.payload
    if "required_actions" in payload:
        actions = payload["required_actions"]["partner"]
        return [(one["program_identifier"], one["action_type"], one["action_description"]) for one in actions]
    if "participation_preference" in payload:
        return tuple(payload.get(name) for name in ("participation_preference", "start_time", "end_time"))
    if "meter_ids" in payload:
        return (payload["market_group_name"], len(payload["meter_ids"]))
    return payload.get("global_enrollment_status") or payload.get("status") or payload["partner_reference"]


def sent(partner: Partner, run_jobs: Jobs, *rows: dict[str, Any]) -> Upload:
    """An upload of these rows, all the way."""
    chosen: Any = {"programs": ["CEC-DSGS"], "update_existing": Meter.objects.exists()}
    upload, _ = receive_upload([builders.csv_bytes(rows)], file_name="crm.csv", partner=partner, by=BY, **chosen)
    run_jobs()
    upload.refresh_from_db()
    confirm_upload(upload, by=BY)
    run_jobs()
    return upload


MISSING = ("CEC-DSGS", "NO_MISSING_FIELDS")


def test_the_examples_of_all_seven_types_are_as_published() -> None:
    assert {each.name for each in event_types()} == PAYLOADS.keys()
    for each in event_types():
        assert holds({"webhook_event_type": each.name, **each.example}, PAYLOADS[each.name])


def test_a_new_meter_is_told_once_and_what_it_asks_for_once(acme: Partner, run_jobs: Jobs) -> None:
    sent(acme, run_jobs, builders.row(1), builders.row(2, site__number_of_devices=None))

    first, second = Meter.objects.order_by("partner_reference")
    events = told(acme)

    kinds = [(event.subject, event.sequence, kind) for event, (kind, _) in zip(events, short(events), strict=True)]
    assert sorted(kinds[:2]) == [(str(first.pk), 1, "created"), (str(second.pk), 1, "created")]
    assert kinds[2:] == [(str(second.pk), 2, "required-actions")]
    ((program, kind, text),) = short(events)[2][1]  # type: ignore[misc]
    assert ((program, kind), "Number of devices" in text) == (MISSING, True)


def test_required_actions_are_those_that_the_meter_s_page_of_the_api_has(
    acme: Partner, run_jobs: Jobs, api_key: Any
) -> None:
    sent(
        acme,
        run_jobs,
        builders.row(1, site__number_of_devices=None),
        builders.row(2, device__battery_power_capacity_kw=None),
    )

    answers: Any = {one["meter_id"]: one for one in published(Meter.objects.all(), None)}
    events = [event for event in told(acme) if "required_actions" in event.payload]
    assert len(events) == 2
    for event in events:
        answer = answers[event.subject]
        assert event.payload["required_actions"] == {"partner": answer["required_actions"]["partner"]}
        assert event.payload["global_enrollment_status"] == answer["global_enrollment_status"]


def test_actions_that_change_are_told_without_a_change_of_status_and_empty_at_the_end(
    acme: Partner, run_jobs: Jobs
) -> None:
    lacking = {"site__number_of_devices": None, "device__battery_power_capacity_kw": None}
    sent(acme, run_jobs, builders.row(1, **lacking))
    before = told(acme)
    sent(acme, run_jobs, builders.row(1, site__number_of_devices=None))
    between = since(acme, before)
    sent(acme, run_jobs, builders.row(1))
    after = since(acme, [*before, *between])

    (actions,) = short(between)
    assert actions[0] == "required-actions"
    assert len(actions[1]) == 1  # type: ignore[arg-type]
    assert sorted(short(after), key=str) == [("global-status", "ELIGIBLE"), ("required-actions", [])]
    assert [event.sequence for event in (*before, *between, *after)] == list(range(1, 6))


def test_a_file_sent_again_tells_nothing(acme: Partner, run_jobs: Jobs) -> None:
    row = builders.row(1, site__number_of_devices=None)
    sent(acme, run_jobs, row)
    before = told(acme)
    for meter in Meter.objects.all():
        re_evaluate([meter.pk], by=BY)

    assert since(acme, before) == []


def test_a_program_that_is_joined_or_left_changes_what_is_asked(acme: Partner) -> None:
    meter = make_meter(acme, programs=["CEC-DSGS"], meter_type="DEVICE")
    before = told(acme)
    join_program(meter, rules_of()["ELRP"], by=BY)  # which devices do not fit: it asks for nothing
    fitless = since(acme, before)
    leave_program(meter, rules_of()["CEC-DSGS"], by=BY)
    left = since(acme, [*before, *fitless])

    assert (fitless, short(left)) == ([], [("required-actions", [])])


def test_taking_an_upload_back_tells_what_is_asked_again(acme: Partner, run_jobs: Jobs) -> None:
    sent(acme, run_jobs, builders.row(1, site__number_of_devices=None))
    upload = sent(acme, run_jobs, builders.row(1))
    before = told(acme)
    withdraw_upload(upload, by=BY)
    run_jobs()

    events = since(acme, before)
    assert [kind for kind, _ in short(events)] == ["global-status", "required-actions"]
    assert short(events)[0][1] == "INELIGIBLE"


def test_a_rule_that_changes_is_told_for_each_meter_once(acme: Partner, run_jobs: Jobs) -> None:
    sent(acme, run_jobs, *builders.rows(2))
    before = told(acme)
    program = Program.objects.get(identifier="CEC-DSGS")
    Requirement.objects.create(program=program, field=Field.objects.get(path="nyiso.cbl_method"))
    queue_changed_programs()
    run_jobs()

    events = since(acme, before)
    assert sorted(kind for kind, _ in short(events)) == ["global-status"] * 2 + ["required-actions"] * 2


def plans(events: Iterable[PublishedEvent]) -> list[tuple[str, object]]:
    return [(kind, own) for kind, own in short(events) if kind == "participation-status"]


def test_each_change_of_the_plan_is_told_with_its_times(acme: Partner) -> None:
    meter = make_meter(acme, programs=["CEC-DSGS"], meter_type="DEVICE")
    now = datetime(2026, 10, 5, 18, tzinfo=UTC)

    def plan(*wanted: Any) -> None:
        change_participation({meter.pk: ParticipationRequest(*wanted)}, partner=acme, by=BY, now=now)

    before = told(acme)
    plan(Preference.DISENROLL, date(2026, 10, 20), None, "Sold")
    plan(Preference.DISENROLL, date(2026, 10, 20), None, "Sold")  # again: no change
    plan(Preference.IDLE, date(2026, 10, 25), date(2026, 10, 26))
    remove_idle(meter, date(2026, 10, 25), date(2026, 10, 26), by=BY, now=now)
    plan(Preference.PARTICIPATE, date(2026, 11, 5))

    assert plans(since(acme, before)) == [
        ("participation-status", ("DISENROLL", "2026-10-20T07:00:00Z", None)),
        ("participation-status", ("IDLE", "2026-10-25T07:00:00Z", "2026-10-27T07:00:00Z")),
        ("participation-status", ("DISENROLL", "2026-10-20T07:00:00Z", None)),
        ("participation-status", ("PARTICIPATE", "2026-11-05T08:00:00Z", None)),
    ]


def test_an_idle_time_that_is_taken_back_gives_its_days_to_taking_part(acme: Partner) -> None:
    meter = make_meter(acme, programs=["CEC-DSGS"], meter_type="DEVICE")
    now = datetime(2026, 10, 5, 18, tzinfo=UTC)
    for first, last in ((10, 12), (20, 21)):
        idle = ParticipationRequest(Preference.IDLE, date(2026, 10, first), date(2026, 10, last))
        change_participation({meter.pk: idle}, partner=acme, by=BY, now=now)
    before = told(acme)
    remove_idle(meter, date(2026, 10, 10), date(2026, 10, 12), by=BY, now=now)

    assert plans(since(acme, before)) == [
        ("participation-status", ("PARTICIPATE", "2026-10-10T07:00:00Z", "2026-10-20T07:00:00Z"))
    ]


def test_a_market_group_is_told_with_all_its_meters(acme: Partner, borealis: Partner) -> None:
    meters = [
        make_meter(partner, programs=["CEC-DSGS"], meter_type="DEVICE", reference=f"m-{number}")
        for partner, number in ((acme, 1), (acme, 2), (borealis, 3))
    ]
    period = DeliveryPeriod.objects.select_related("program").get(name=PERIOD)
    before = told(acme)

    def join(group: UUID, name: str, *which: Meter) -> None:
        activate(which, period, by=BY, market_group_id=group, market_group_name=name, even_if_not_eligible=True)

    join(GROUP, "BAY", *meters[::2])
    join(GROUP, "BAY", meters[1])
    end_activation([meters[0]], period, reason="Moved", by=BY, active_to=period.starts_at)
    events = since(acme, before)

    groups = [event for event in events if event.type == "meter.enrollment.group.updated"]
    assert [(event.subject, event.sequence) for event in groups] == [(str(GROUP), 1), (str(GROUP), 2), (str(GROUP), 3)]
    assert [event.payload["meter_ids"] for event in groups] == [
        [str(meters[0].pk)],
        [str(meters[0].pk), str(meters[1].pk)],
        [str(meters[0].pk), str(meters[1].pk)],
    ]
    assert groups[0].payload["start_date_time"] == "2027-05-01T07:00:00Z"
    assert short(told(borealis))[-1] == ("group", ("BAY", 1))


def test_customers_sessions_are_told_in_one_order_if_they_have_a_reference(acme: Partner) -> None:
    link = connect.link(acme)
    begun: Any = {"utilities": [], "programs": [], "parameters": [], "address": "192.0.2.7"}
    open_session(link, reference="", **begun)
    session, _ = open_session(link, reference="home-1", **begun)
    given = connect.authorization(session.connection)
    tell_authorization(given)
    decline(session)

    events = told(acme)
    assert [(event.type, event.payload["status"], event.sequence) for event in events] == [
        ("connect_session.updated", "CREATED", 1),
        ("connect_session.authorization_updated", given.state, 2),
        ("connect_session.updated", "CLOSED", 3),
    ]
    assert {event.subject for event in events} == {str(session.pk)}
    assert events[1].payload["utility_name"] == given.utility.code


# --- what people read of it


def test_people_read_what_is_to_be_done_and_not_what_is_meant_for_programs(
    acme: Partner, manager: User, client_of: Any, run_jobs: Jobs
) -> None:
    sent(acme, run_jobs, builders.row(1, site__number_of_devices=None))
    sent(acme, run_jobs, builders.row(1))
    meter, client = Meter.objects.get(), client_of(manager)

    history = " ".join(client.get(reverse("meter", args=[meter.pk])).content.decode().split())
    audit = client.get("/audit/", {"meters": "yes"}).content.decode()

    assert "Fill in missing information (CEC-DSGS)" in history
    assert "nothing any more" in history
    assert "Meter required actions changed" in history
    assert "global status" not in history
    assert "Status in all programs: Not eligible yet → Eligible" in audit
    assert "transmission_region" not in audit + history


# --- what is told later on


def test_a_later_reading_tells_what_was_true_then(acme: Partner, run_jobs: Jobs) -> None:
    upload = sent(acme, run_jobs, builders.row(1, site__number_of_devices=None))
    before = told(acme)
    Meter.objects.update(partner_reference="renamed", enrollment_status="ACTIVE")
    changed = told(acme)
    Meter.objects.update(partner_reference="home-000001", enrollment_status="INELIGIBLE")
    withdraw_upload(upload, by=BY)
    run_jobs()

    assert changed == before
    assert not Meter.objects.exists()
    assert told(acme)[: len(before)] == before


def test_an_event_whose_personal_parts_were_blanked_tells_what_the_meter_is_now(acme: Partner, run_jobs: Jobs) -> None:
    sent(acme, run_jobs, builders.row(1, site__number_of_devices=None))
    ids = [event.id for event in told(acme)]
    blank_personal_parts(Event.objects.filter(subject_type="meter"), by=BY)
    Meter.objects.update(partner_reference="renamed")

    (event,) = told(acme)

    assert (event.id, event.payload["partner_reference"], event.type) == (ids[0], "renamed", "meter.created")


def test_building_payloads_takes_a_fixed_number_of_queries(
    acme: Partner, run_jobs: Jobs, django_assert_max_num_queries: Any
) -> None:
    sent(acme, run_jobs, *(builders.row(n, site__number_of_devices=None) for n in range(1, 13)))
    told(acme)
    Event.objects.filter(verb="meter.created").update(data={})

    for limit in (2, 24):
        with django_assert_max_num_queries(5):
            assert len(published_after(0, limit=limit)) == limit
