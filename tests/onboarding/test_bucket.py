"""The ways of files through the portal when they are in a bucket, and two machines share nothing else."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from onboarding.intervals.keeping import keep_intervals
from onboarding.intervals.models import IntervalUpload
from onboarding.meters.models import Meter
from onboarding.portfolio.exports.domain import ask_export, delete_expired
from onboarding.portfolio.exports.models import Export
from onboarding.uploads.models import Upload
from onboarding.uploads.pipeline.commit import confirm_upload
from onboarding.uploads.queries import receipt_lines
from portal.events.actors import Actor
from portal.jobs.models import Job
from portal.partners.models import Partner, User
from tests import builders
from tests.bucket import Bucket
from tests.onboarding.enrollment.meters import make_meter as _make_meter
from tests.onboarding.intervals import uploads
from tests.onboarding.intervals.files import keep_good_rows_of, line, send, text, work

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
BY = Actor.system("Test")


def make_meter(partner: Partner, **changes: Any) -> Meter:
    return _make_meter(partner, programs=["CEC-DSGS"], meter_type="DEVICE", **changes)


@pytest.fixture
def client(user: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(user)


def test_upload_becomes_meters_a_receipt_and_an_export(
    client: Client, acme: Partner, user: User, bucket: Bucket, run_jobs: Callable[[], int]
) -> None:
    sheet = SimpleUploadedFile("meters.xlsx", builders.xlsx(builders.rows(3)))
    client.post(reverse("upload-new"), {"file": sheet, "programs": "CEC-DSGS"})
    run_jobs()
    upload = Upload.objects.get()
    assert (upload.state, upload.counts["create"]) == ("ready", 3)
    assert bucket.keys() == [f"portal/{upload.stored_name}"]

    confirm_upload(upload, by=BY)
    run_jobs()
    assert Meter.objects.count() == 3
    upload.refresh_from_db()
    assert [told[2] for told in receipt_lines(upload)] == ["METER_CREATED"] * 3

    export = ask_export(acme, user, query="", by=BY)
    run_jobs()
    export = Export.objects.get()
    answer = client.get(reverse("export-file", args=[export.pk]))
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]  # a stream
    assert (len(content), int(answer["Content-Length"])) == (export.size, export.size)
    sheet_of_export = openpyxl.load_workbook(io.BytesIO(content)).active
    assert sheet_of_export is not None
    assert sheet_of_export.max_row == 4

    Export.objects.update(expires_at=timezone.now())
    delete_expired()
    assert bucket.keys() == [f"portal/{upload.stored_name}"]
    assert bucket.files_on_disk() == []
    assert client.get(reverse("export-file", args=[export.pk])).status_code == 404


def test_another_machine_goes_on_with_an_interval_file_behind_the_last_piece(
    acme: Partner, bucket: Bucket, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.JOB_INTERVAL_ROWS = 7
    meters = [make_meter(acme), make_meter(acme, reference="m-2")]
    calls: list[int] = []

    def dies_once(rows: Any, **where: Any) -> Any:
        calls.append(len(rows))
        if len(calls) == 2:
            raise RuntimeError("killed")
        return keep_intervals(rows, **where)

    monkeypatch.setattr("onboarding.intervals.ingest.keep_intervals", dies_once)
    upload = send(text(line(meter.pk, slot, slot) for slot in range(10) for meter in meters), acme)
    assert (upload.state, upload.count("stored")) == ("PROCESSING", 7)
    settings.MEDIA_ROOT = tmp_path / "another-machine"
    Job.objects.update(not_before=timezone.now())

    work()

    upload.refresh_from_db()
    assert (upload.state, upload.count("stored"), upload.count("new")) == ("COMPLETED", 20, 20)
    assert calls == [7, 7, 7, 6]
    assert bucket.keys() == sorted(f"portal/{name}" for name in (upload.stored_name, upload.feedback_name))
    assert bucket.files_on_disk() == []


def test_lines_to_fix_of_an_interval_file_are_downloaded(client: Client, acme: Partner, bucket: Bucket) -> None:
    keep_good_rows_of(acme)
    meter = make_meter(acme)
    upload = send(text([line(meter.pk, 0), line(meter.pk, 1, "x")]), acme)

    page = client.get(reverse("interval-upload", args=[upload.pk]))
    answer = client.get(f"{reverse('interval-upload', args=[upload.pk])}lines-to-fix/")

    assert "energy_net_kwh" in page.content.decode()
    lines = b"".join(answer.streaming_content).decode().splitlines()  # type: ignore[attr-defined]  # a stream
    assert lines[1:] == [line(meter.pk, 1, "x")]
    assert IntervalUpload.objects.get().state == "COMPLETED"


def test_while_the_bucket_is_away_pages_say_so_and_jobs_wait(
    client: Client, acme: Partner, user: User, bucket: Bucket, away: str, settings: Any, run_jobs: Callable[[], int]
) -> None:
    there = settings.STORAGE_URL
    export = ask_export(acme, user, query="", by=BY)
    settings.STORAGE_URL = away

    run_jobs()
    job = Job.objects.get()
    assert (job.state, job.attempts, Export.objects.get().state) == ("queued", 0, "running")
    settings.STORAGE_URL = there
    Job.objects.update(not_before=timezone.now())
    run_jobs()
    assert Export.objects.get().state == "done"

    settings.STORAGE_URL = away
    client.raise_request_exception = False
    answer = client.get(reverse("export-file", args=[export.pk]))
    assert (answer.status_code, answer["Retry-After"]) == (503, "60")
    assert "Files are unavailable right now" in answer.content.decode()

    sheet = SimpleUploadedFile("meters.xlsx", builders.xlsx(builders.rows(1)))
    answer = client.post(reverse("upload-new"), {"file": sheet, "programs": "CEC-DSGS"})
    assert "We couldn’t store the file. Nothing was kept." in answer.content.decode()
    assert Upload.objects.count() == 0


def test_jobs_that_are_given_up_end_also_while_the_bucket_is_away(
    acme: Partner, user: User, bucket: Bucket, away: str, settings: Any, run_jobs: Callable[[], int]
) -> None:
    ask_export(acme, user, query="", by=BY)
    uploads.queued(acme)
    Job.objects.update(attempts=settings.JOB_MAX_ATTEMPTS)
    settings.STORAGE_URL = away

    run_jobs()

    assert set(Job.objects.values_list("state", flat=True)) == {"failed"}
    assert (Export.objects.get().state, IntervalUpload.objects.get().state) == ("failed", "FAILED")
