"""How many queries each job makes, at one row and at three: a job whose queries grow with its rows outlasts its lease.

PostgreSQL loads rows by COPY, which is not counted.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import LazySettings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from onboarding.bulk.domain import confirm, create_action
from onboarding.bulk.models import BulkAction
from onboarding.calendar.notifications import queue_notifications
from onboarding.connect.choices import SessionState, Step
from onboarding.enrollment.deadlines import note_passed_deadlines
from onboarding.enrollment.models import Enrollment, MadeDeadline
from onboarding.enrollment.rules import rules_of
from onboarding.intervals.digest import queue_missing_data_digests
from onboarding.meters.models import Meter
from onboarding.meters.search.domain import make_texts_behind
from onboarding.meters.search.models import MeterText
from onboarding.portfolio.exports.domain import ask_export
from onboarding.privacy.domain import ask_erasure
from onboarding.reminders.choices import Touchpoint
from onboarding.reminders.plans import save_plan
from onboarding.reminders.sweep import sweep
from onboarding.spreadsheets.workbook import ROW_KEY_HEADER
from onboarding.uploads.corrections.workbook import fix_columns, fix_rows
from onboarding.uploads.models import Upload, UploadRow
from onboarding.uploads.pipeline.commit import confirm_upload
from onboarding.uploads.pipeline.receive import receive_by_api, receive_upload
from onboarding.uploads.pipeline.withdraw import withdraw_upload
from portal.events.actors import Actor
from portal.jobs import domain as jobs
from portal.jobs.models import Job
from portal.notifications.domain import write_to
from portal.partners.models import Partner, User
from portal.partners.sandboxes import create_sandbox, reset_sandbox
from programs.models import Deadline, Program
from programs.schema import schema_for
from tests import builders
from tests.onboarding.connect import builders as connect
from tests.onboarding.intervals.data import active_meter

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("catalogue"),
    pytest.mark.parametrize("n", [1, 3]),
]
BY = Actor.system("Test")
Rows = Sequence[dict[str, Any]]
_RENEWAL = 'UPDATE "portal_job" SET "lease_until" = '


@pytest.fixture(autouse=True)
def _warm_caches(catalogue: None) -> None:
    schema_for(rules_of())
    schema_for(["CEC-DSGS"])


def on(sqlite: int, postgresql: int) -> int:
    """The count for the database that the tests run on."""
    return postgresql if connection.vendor == "postgresql" else sqlite


def queries_of_job(kind: str) -> int:
    """Run the next job, from its claim to its end; returns how many queries that took.

    Renewals of the lease between chunks are left out: they come by the clock.
    """
    job = Job.objects.get(state="queued", kind=kind)
    Job.objects.filter(state="queued").exclude(pk=job.pk).update(not_before=timezone.now() + timedelta(minutes=5))
    with CaptureQueriesContext(connection) as queries:
        jobs.run_next()
    job.refresh_from_db()
    assert (job.state, job.failure) == ("done", "")
    return sum(not query["sql"].startswith(_RENEWAL) for query in queries.captured_queries)


@pytest.fixture(autouse=True)
def long_slice(settings: Any) -> None:
    """A job that takes longer than its fair time asks for other partners' jobs: on a busy machine, one query more."""
    settings.JOB_SLICE_SECONDS = 3600


@pytest.fixture
def sent(acme: Partner) -> Callable[..., Upload]:
    """An upload whose check is queued."""

    def sent(lines: Rows, *, updates: bool = False) -> Upload:
        return receive_upload(
            [builders.csv_bytes(lines)],
            file_name="meters.csv",
            partner=acme,
            programs=["CEC-DSGS"],
            update_existing=updates,
            by=BY,
        )[0]

    return sent


@pytest.fixture
def confirmed(sent: Callable[..., Upload], run_jobs: Callable[[], int]) -> Callable[..., Upload]:
    """An upload whose commit is queued."""

    def confirmed(lines: Rows, *, updates: bool = False) -> Upload:
        upload = sent(lines, updates=updates)
        run_jobs()
        confirm_upload(upload, by=BY)
        return upload

    return confirmed


@pytest.fixture
def written(confirmed: Callable[..., Upload], run_jobs: Callable[[], int]) -> Callable[..., Upload]:
    """An upload whose rows are meters."""

    def written(lines: Rows, *, updates: bool = False) -> Upload:
        upload = confirmed(lines, updates=updates)
        run_jobs()
        return upload

    return written


def changed_rows(n: int) -> Rows:
    return [builders.row(number, device__device_model="Home 20") for number in range(1, n + 1)]


def test_check_of_good_rows(sent: Any, n: int) -> None:
    sent(builders.rows(n))

    assert queries_of_job("uploads.check") == on(39, 37)


def test_check_of_rows_to_fix(sent: Any, n: int) -> None:
    upload = sent([builders.row(number, customer__postal_code=None) for number in range(1, n + 1)])

    assert queries_of_job("uploads.check") == on(36, 34)
    assert UploadRow.objects.filter(upload=upload, plan="needs_fixing").count() == n


def test_check_of_rows_that_change_meters(sent: Any, written: Any, n: int) -> None:
    written(builders.rows(n))
    sent(changed_rows(n), updates=True)

    assert queries_of_job("uploads.check") == on(43, 41)


def test_check_of_a_request_by_api(acme: Partner, n: int) -> None:
    body = builders.json_bytes([builders.asset(number) for number in range(n)])
    receive_by_api([body], file_name="", suffix=".json", partner=acme, update_existing=False, by=BY)

    assert queries_of_job("uploads.check") == on(37, 35)


def test_check_of_a_workbook_of_corrections(acme: Partner, sent: Any, run_jobs: Any, n: int) -> None:
    upload = sent([builders.row(number, customer__postal_code=None) for number in range(1, n + 1)])
    run_jobs()
    upload.refresh_from_db()
    columns = fix_columns(upload)
    at = [column.key for column in columns].index("customer.postal_code")
    lines = [[ROW_KEY_HEADER, *(column.header for column in columns)]]
    for row in fix_rows(upload, columns):
        lines.append([row.key, *row.cells[:at], "94103", *row.cells[at + 1 :]])
    receive_upload(
        [builders.book(Rows=lines)],
        file_name="fixed.xlsx",
        partner=acme,
        programs=["CEC-DSGS"],
        update_existing=False,
        by=BY,
        corrects=upload,
    )

    assert queries_of_job("uploads.check") == on(62, 59)
    assert UploadRow.objects.filter(upload=upload, plan="create").count() == n


def test_commit_of_new_meters(confirmed: Any, n: int) -> None:
    confirmed(builders.rows(n))

    assert queries_of_job("uploads.commit") == 43


def test_commit_of_changes(confirmed: Any, written: Any, n: int) -> None:
    written(builders.rows(n))
    confirmed(changed_rows(n), updates=True)

    assert queries_of_job("uploads.commit") == 58


def test_commit_of_rows_whose_references_were_taken_meanwhile(confirmed: Any, run_jobs: Any, n: int) -> None:
    late = confirmed([builders.row(number, device__device_model="Home 20") for number in range(1, n + 2)])
    Job.objects.filter(subject_id=str(late.pk), state="queued").update(not_before=timezone.now() + timedelta(minutes=5))
    confirmed(builders.rows(n))
    run_jobs()
    Job.objects.filter(subject_id=str(late.pk), state="queued").update(not_before=timezone.now())

    assert queries_of_job("uploads.commit") == 46
    assert UploadRow.objects.filter(upload=late, result="DUPLICATE_REF_ID").count() == n


def test_commit_of_rows_whose_meters_changed_meanwhile(confirmed: Any, written: Any, n: int) -> None:
    written(builders.rows(n))
    late = confirmed(changed_rows(n), updates=True)
    Meter.objects.update(version=2)

    assert queries_of_job("uploads.commit") == 41
    assert UploadRow.objects.filter(upload=late, result="PROCESSING_ERROR").count() == n


def test_taking_back_new_meters(written: Any, n: int) -> None:
    withdraw_upload(written(builders.rows(n)), by=BY)

    assert queries_of_job("uploads.withdraw") == on(52, 51)
    assert Meter.objects.count() == 0


def test_taking_back_changes(written: Any, n: int) -> None:
    written(builders.rows(n))
    withdraw_upload(written(changed_rows(n), updates=True), by=BY)

    assert queries_of_job("uploads.withdraw") == on(53, 51)
    assert set(Meter.objects.values_list("data__device__device_model", flat=True)) == {"Home 10"}


def test_texts_of_new_meters(acme: Partner, written: Any, n: int) -> None:
    upload = written(builders.rows(n))
    MeterText.objects.all().delete()
    make_texts_behind(upload.pk, partner=acme)

    assert queries_of_job("meters.texts") == on(23, 22)
    assert MeterText.objects.count() == n


@pytest.mark.parametrize(
    ("kind", "sqlite", "postgresql"),
    [("archive", 35, 32), ("add_tag", 32, 29), ("set_group", 32, 29), ("idle", 53, 49)],
)
def test_bulk_action(acme: Partner, user: User, written: Any, kind: str, sqlite: int, postgresql: int, n: int) -> None:
    written(builders.rows(n))
    chosen = list(Meter.objects.values_list("pk", flat=True))
    action = create_action(acme, user, kind=kind, value="summer", meters=chosen, seen_at=timezone.now(), by=BY)
    if kind == "idle":
        begins = timezone.now().date() + timedelta(days=30)
        days = {"from": begins.isoformat(), "to": (begins + timedelta(days=9)).isoformat()}
        BulkAction.objects.filter(pk=action.pk).update(details={"preference": "IDLE", **days, "reason": "Season"})
    confirm(action, by=BY)

    assert queries_of_job("meters.bulk") == on(sqlite, postgresql)
    assert action.rows.filter(result="changed").count() == n


def test_export(acme: Partner, user: User, written: Any, settings: LazySettings, tmp_path: Path, n: int) -> None:
    written(builders.rows(n))
    settings.MEDIA_ROOT = tmp_path
    ask_export(acme, user, query="", by=BY)

    assert queries_of_job("meters.export") == 21


def test_evaluation_of_meters_whose_time_has_come(acme: Partner, written: Any, n: int) -> None:
    written(builders.rows(n))
    Enrollment.objects.update(reconsider_at=timezone.now(), status="PENDING")
    jobs.enqueue("enrollment.reconsider", subject_id=acme.pk, partner=acme)

    assert queries_of_job("enrollment.reconsider") == on(32, 31)
    assert Enrollment.objects.filter(status="ELIGIBLE").count() == n


def test_recording_who_made_a_deadline(written: Any, n: int) -> None:
    written(builders.rows(n))
    joined, passed = timezone.now() - timedelta(days=3), timezone.now() - timedelta(days=1)
    Meter.objects.update(created_at=joined)
    Enrollment.objects.update(joined_at=joined)
    season = Program.objects.get(identifier="CEC-DSGS").delivery_periods.get(name="CEC-DSGS_2027_MAY_OCT")
    Deadline.objects.create(period=season, deadline_at=passed, activation_at=season.starts_at)
    (deadline,) = note_passed_deadlines(timezone.now())
    jobs.enqueue("enrollment.deadline", subject_id=deadline.pk, partner=None)

    assert queries_of_job("enrollment.deadline") == on(231, 230)
    assert MadeDeadline.objects.count() == n


def test_evaluation_of_a_program_whose_rules_changed(written: Any, n: int) -> None:
    written(builders.rows(n))
    Enrollment.objects.update(status="PENDING")
    jobs.enqueue("enrollment.restate", subject_id=Program.objects.get(identifier="CEC-DSGS").pk, partner=None)

    assert queries_of_job("enrollment.restate") == on(38, 37)
    assert Enrollment.objects.filter(status="ELIGIBLE").count() == n


def test_emptying_of_a_sandbox(acme: Partner, user: User, run_jobs: Callable[[], int], n: int) -> None:
    """Up to where it waits for the checks of the first files that it is filled with."""
    sandbox = create_sandbox(acme, by=BY)
    run_jobs()
    upload, _ = receive_upload(
        [builders.csv_bytes(builders.rows(n))],
        file_name="more.csv",
        partner=sandbox,
        programs=["CEC-DSGS"],
        update_existing=False,
        by=BY,
    )
    run_jobs()
    confirm_upload(upload, by=BY)
    run_jobs()
    assert Meter.objects.filter(partner=sandbox).count() == 36 + n
    reset_sandbox(sandbox, by=BY)

    with CaptureQueriesContext(connection) as queries:
        jobs.run_next()

    assert not Meter.objects.filter(partner=sandbox).exists()
    assert Upload.objects.filter(partner=sandbox).count() == 4
    assert len(queries.captured_queries) == on(363, 363)


def test_email(acme: Partner, user: User, n: int) -> None:
    write_to(
        user,
        kind="uploads",
        partner=acme,
        subject="Checked",
        text="Rows checked. " * n,
        action="View",
        path="/uploads/",
    )

    assert queries_of_job("mail.send") == 12


def test_email_about_missing_interval_data(acme: Partner, user: User, n: int) -> None:
    for number in range(n):
        active_meter(acme, since="2026-12-02T05:00", until="2026-12-03T05:00", reference=f"m-{number}")
    Job.objects.all().delete()

    with time_machine.travel("2026-12-04 15:10 +0000", tick=False):
        queue_missing_data_digests()
        assert queries_of_job("intervals.digest") == on(38, 38)
        assert Job.objects.filter(kind="mail.send").exists()


@pytest.mark.parametrize(
    ("kind", "now", "sqlite", "postgresql"),
    [
        ("calendar.weekly", "2027-03-08 16:00 +0000", 34, 34),
        ("calendar.deadlines", "2027-04-05 15:00 +0000", 28, 28),
    ],
)
def test_email_about_meters_that_wait(
    acme: Partner, user: User, written: Any, kind: str, now: str, sqlite: int, postgresql: int, n: int
) -> None:
    written([builders.row(number, site__number_of_devices=None) for number in range(1, n + 1)])
    Job.objects.all().delete()

    with time_machine.travel(now, tick=False):
        queue_notifications()
        assert queries_of_job(kind) == on(sqlite, postgresql)
        assert Job.objects.filter(kind="mail.send").exists()


def test_erasure_of_a_customer(acme: Partner, user: User, written: Any, n: int) -> None:
    written([builders.row(number, customer__end_customer_email="zelda@mail.example") for number in range(1, n + 1)])
    Job.objects.all().delete()
    meters = list(Meter.objects.values_list("pk", flat=True))

    ask_erasure(acme, user, meters=meters, connections=[], with_intervals=False, by=Actor.person(user))

    assert queries_of_job("privacy.erase") == on(232, 225)
    assert Meter.objects.filter(is_archived=True).count() == n


def test_reminder_to_a_customer(acme: Partner, n: int) -> None:
    with time_machine.travel("2026-12-01 18:00 +0000", tick=False):
        link = connect.link(acme)
        save_plan(link, is_on=True, delays={Touchpoint.FIRST: 30}, text="", by=BY)
        for number in range(n):
            started = datetime(2026, 12, 1, 18, tzinfo=UTC)
            row = connect.connection(
                acme, f"home-{number}", link=link, started=started, session=SessionState.UPDATED, step=Step.ABOUT
            )
            row.sessions.update(answers={"email": "alex@example.com", "postal_code": "94103"})
    with time_machine.travel("2026-12-01 18:31 +0000", tick=False):
        sweep()
        Job.objects.filter(pk__in=Job.objects.order_by("pk").values("pk")[1:]).delete()
        assert queries_of_job("connect.remind") == 28
