"""A sandbox is filled through the same code as everybody's data, and reset whole, whatever stops it in between."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import LazySettings
from django.core import mail
from django.db.models import ForeignKey

from onboarding.connect.models import ConnectLink, ConnectSession, CustomerEmail, Signature
from onboarding.intervals.models import IntervalSeries, IntervalUpload
from onboarding.intervals.store import interval_store
from onboarding.meters.models import Meter
from onboarding.sandbox import emptying, filling
from onboarding.sandbox.tasks import fill_sandbox
from onboarding.uploads.models import Upload
from portal.events.actors import Actor
from portal.events.models import Event
from portal.jobs import domain as jobs
from portal.jobs.models import Job
from portal.notifications.models import EmailMessage
from portal.partners.keys import create_api_key
from portal.partners.models import ApiKey, Membership, Partner, User
from portal.partners.queries import events_of
from portal.partners.sandboxes import create_sandbox, filling_of, reset_sandbox
from portal.web import clock
from portal.webhooks.domain import create_endpoint
from portal.webhooks.models import WebhookEndpoint
from programs.models import Program
from tests.onboarding.enrollment.meters import make_meter
from tests.onboarding.intervals import files as intervals

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
BY = Actor.system("Test")


@pytest.fixture
def _season(time_machine: Any) -> None:
    """A day on which the winter seasons run: only then are meters active."""
    time_machine.move_to("2027-01-15T12:00:00+00:00")


@pytest.fixture(autouse=True)
def _files(settings: LazySettings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def sandbox(acme: Partner, manager: User, run_jobs: Callable[[], int]) -> Partner:
    made = create_sandbox(acme, by=Actor.person(manager))
    run_jobs()
    made.refresh_from_db()
    return made


def stored(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*") if path.is_file()}


def held_by(sandbox: Partner) -> dict[str, int]:
    """How many rows of each kind a partner holds, besides jobs and what the search makes behind them."""
    counts = {pile.model.__name__: pile.rows_of(sandbox).count() for pile in emptying.PILES}
    return {name: count for name, count in counts.items() if count and name not in ("Job", "MeterText", "TextBacklog")}


@pytest.mark.usefixtures("_season")
def test_sandbox_has_something_of_every_kind(acme: Partner, sandbox: Partner) -> None:
    statuses = Counter(Meter.objects.filter(partner=sandbox).values_list("enrollment_status", flat=True))
    uploads = Upload.objects.filter(partner=sandbox)

    assert sandbox.filled_at is not None
    assert set(statuses) == {"ELIGIBLE", "ACTIVE", "INELIGIBLE", "PENDING"}
    assert sorted(uploads.values_list("state", flat=True)) == ["done", "done", "done", "ready"]
    assert ConnectLink.objects.filter(partner=sandbox).count() == 2
    assert {*ConnectSession.objects.filter(partner=sandbox).values_list("state", flat=True)} == {
        "CREATED",
        "UPDATED",
        "CLOSED",
        "COMPLETED",
    }
    assert Signature.objects.filter(partner=sandbox).exists()
    assert sandbox.connections.filter(needs_partner=True).count() == 1
    assert not Meter.objects.filter(partner=acme).exists()
    said = Event.objects.get(partner=sandbox, verb="partner.sandbox_filled").data
    assert said == {"left_out": []}


def test_whatever_belongs_to_a_partner_is_deleted_or_kept_on_purpose() -> None:
    """A new model with a partner has to be put on a pile, or among what a reset keeps."""
    emptied = {pile.model for pile in emptying.PILES}
    of_a_partner = {
        model
        for model in apps.get_models()
        for field in model._meta.fields
        if isinstance(field, ForeignKey) and field.related_model is Partner
    }

    assert len(of_a_partner) > 20
    assert of_a_partner - emptied == {*emptying.KEPT}
    assert not emptied & {*emptying.KEPT}


def test_reset_begins_anew_and_keeps_who_belongs_there(
    acme: Partner, manager: User, sandbox: Partner, tmp_path: Path, run_jobs: Callable[[], int]
) -> None:
    key, _ = create_api_key(sandbox, name="test", by=BY)
    endpoint = create_endpoint(sandbox, receiver_url="https://a.example/", event_types=["meter.created"], by=BY)
    meters = {*Meter.objects.filter(partner=sandbox).values_list("pk", flat=True)}
    before, files, events = held_by(sandbox), stored(tmp_path), Event.objects.count()

    assert reset_sandbox(sandbox, by=BY)
    run_jobs()

    sandbox.refresh_from_db()
    assert sandbox.filled_at is not None
    assert held_by(sandbox) == before
    assert not meters & {*Meter.objects.filter(partner=sandbox).values_list("pk", flat=True)}
    assert len(stored(tmp_path)) == len(files)
    assert not stored(tmp_path) & files
    assert Event.objects.count() > events  # the log is sealed, and only shown from here on
    assert events_of(sandbox).order_by("pk").values_list("verb", flat=True).first() == "upload.received"
    assert ApiKey.objects.get(pk=key.pk).partner == sandbox
    assert WebhookEndpoint.objects.get(pk=endpoint.pk).partner == sandbox
    assert Membership.objects.filter(partner=sandbox, user=manager).exists()


def test_reset_deletes_intervals_and_their_files(
    sandbox: Partner, acme: Partner, tmp_path: Path, run_jobs: Callable[[], int]
) -> None:
    made_up = Meter.objects.filter(partner=sandbox).order_by("pk")[0]
    real = make_meter(acme, programs=["CEC-DSGS"], meter_type="DEVICE")
    before = len(stored(tmp_path))
    sent = {
        partner: intervals.send(intervals.text([intervals.line(meter.pk)]), partner)
        for partner, meter in ((sandbox, made_up), (acme, real))
    }
    numbers = list(IntervalSeries.objects.order_by("pk").values_list("pk", flat=True))
    assert {upload.state for upload in sent.values()} == {"COMPLETED"}
    held = {*interval_store().read(numbers, 0, 2**31 - 1)["series"].tolist()}
    assert IntervalSeries.objects.get(meter=made_up).pk in held
    assert len(stored(tmp_path)) > before + 2

    reset_sandbox(sandbox, by=BY)
    run_jobs()

    kept = IntervalSeries.objects.get(partner=acme)
    assert kept.meter == real
    assert interval_store().read(numbers, 0, 2**31 - 1)["series"].tolist() == [kept.pk]
    assert len(stored(tmp_path)) == before + len(stored(tmp_path) & names_of(sent[acme]))


def names_of(upload: IntervalUpload) -> set[str]:
    """The stored files of an upload of intervals."""
    names = (upload.stored_name, upload.errors_name, upload.feedback_name, upload.bad_lines_name)
    return {Path(name).name for name in names if name}


def test_reset_touches_nothing_of_the_partner(
    acme: Partner, manager: User, sandbox: Partner, run_jobs: Callable[[], int]
) -> None:
    (sheet,) = [one for one in filling.made_up.sheets() if one.name == "texas-warehouses.csv"]
    mine = filling.made_up.send(acme, sheet, by=BY)
    run_jobs()
    filling.confirm_upload(mine, by=BY)
    run_jobs()
    before = held_by(acme)
    assert before["Meter"] == 6

    reset_sandbox(sandbox, by=BY)
    run_jobs()

    assert held_by(acme) == before


def test_only_a_sandbox_is_emptied(acme: Partner) -> None:
    with pytest.raises(ValueError, match="only a sandbox"):
        emptying.delete_some(acme, besides=Job(), begin=0)


class Killed(BaseException):
    """The worker's end."""


class DyingRun(jobs.Run):
    """A worker that is killed at the end of its n-th chunk, before that is committed."""

    def __init__(self, job: Job, *, at: int) -> None:
        super().__init__(job)
        self.left = at

    def chunk(self) -> Any:
        return self._dying(super().chunk())

    @contextmanager
    def _dying(self, chunk: Any) -> Iterator[Any]:
        with chunk as given:
            yield given
            self.left -= 1
            if self.left < 0:
                raise Killed


def test_worker_that_is_killed_anywhere_leaves_work_that_goes_on(
    acme: Partner, manager: User, sandbox: Partner, run_jobs: Callable[[], int]
) -> None:
    """Killed at each chunk in turn, each time by a worker that gets one chunk further than the one before."""
    whole = held_by(sandbox)
    reset_sandbox(sandbox, by=BY)
    kills = 0

    while (waiting := filling_of(sandbox)) is not None:
        Job.objects.filter(pk=waiting.pk).update(attempts=0)
        Job.objects.exclude(pk=waiting.pk).filter(state="queued").update(not_before=clock.now() + timedelta(minutes=5))
        Job.objects.filter(pk=waiting.pk, state="running").update(lease_until=clock.now() - timedelta(days=1))
        claimed = jobs.claim()
        assert claimed is not None
        run = DyingRun(claimed, at=1)
        try:
            fill_sandbox(run)
        except Killed:
            kills += 1
            continue
        except jobs.YieldToOthers:
            Job.objects.filter(pk=waiting.pk).update(state="queued", lease_until=None)
            Job.objects.exclude(pk=waiting.pk).update(not_before=clock.now() - timedelta(days=1))
            Job.objects.filter(pk=waiting.pk).update(not_before=clock.now() + timedelta(minutes=5))
            run_jobs()
            Job.objects.filter(pk=waiting.pk).update(not_before=clock.now() - timedelta(days=1))
            continue
        Job.objects.filter(pk=waiting.pk).update(state="done")

    sandbox.refresh_from_db()
    assert kills > 20
    assert sandbox.filled_at is not None
    assert held_by(sandbox) == whole


def test_work_that_goes_on_in_the_sandbox_is_given_up(sandbox: Partner, run_jobs: Callable[[], int]) -> None:
    """A worker that is in the middle of an upload writes nothing more."""
    upload = Upload.objects.get(partner=sandbox, state="ready")
    job = jobs.enqueue("uploads.commit", subject_id=upload.pk, partner=sandbox)
    claimed = jobs.claim()
    assert claimed == job
    reset_sandbox(sandbox, by=BY)
    run_jobs()

    with pytest.raises(jobs.LeaseLost), jobs.Run(claimed).chunk():
        pytest.fail("the chunk of a job that is gone was begun")


def test_catalogue_that_does_not_fit_leaves_out_what_does_not(
    acme: Partner, manager: User, run_jobs: Callable[[], int]
) -> None:
    Program.objects.filter(identifier="CEC-DSGS").update(is_partner_created=False, is_customer_authorized=True)

    made = create_sandbox(acme, by=BY)
    run_jobs()

    made.refresh_from_db()
    assert made.filled_at is not None
    left_out = Event.objects.get(partner=made, verb="partner.sandbox_filled").data["left_out"]
    assert left_out == ["send bay-area-batteries.csv", "send new-installs.csv"]
    assert Meter.objects.filter(partner=made).count() == 18


def test_customers_of_a_sandbox_get_no_email(sandbox: Partner) -> None:
    assert CustomerEmail.objects.filter(session__partner=sandbox).exists()
    assert not CustomerEmail.objects.exclude(sent_at=None).exists()
    assert not Job.objects.filter(kind="connect.mail").exists()
    assert mail.outbox == []
    assert not EmailMessage.objects.exists()
