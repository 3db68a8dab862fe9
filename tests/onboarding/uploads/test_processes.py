"""A file checked in several processes gives the same rows, problems and counts as in one."""

import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from onboarding.uploads.corrections.rows import leave_out
from onboarding.uploads.models import Upload, UploadProblem, UploadRow
from onboarding.uploads.pipeline import chunks
from onboarding.uploads.pipeline.check import recheck_upload
from onboarding.uploads.pipeline.receive import receive_upload
from portal.events.actors import Actor
from portal.jobs.domain import run_next
from portal.jobs.models import Job
from portal.partners.models import Partner
from tests import builders

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("catalogue"),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer"),
]
BY = Actor.system("Test")
ROWS = 1600  # the reader sends up to 500 at a time: four chunks
OWN = (
    "number",
    "partner_reference",
    "reference_key",
    "plan",
    "cells",
    "asset",
    "changes",
    "programs",
    "status",
    "acts",
)
SAID = ("row_number", "column", "field", "code", "value", "context", "blocks")


@pytest.fixture(autouse=True)
def small_chunks(settings: Any) -> None:
    settings.JOB_CHUNK_ROWS = 500


def odd_rows(seed: int) -> list[dict[str, Any]]:
    """Good rows; and, near and far apart, the same references and devices, other capitals, faults, totals."""
    chance = random.Random(seed)
    lines = [builders.row(n, device__install_date=f"{1 + n % 12:02}/{13 + n % 15}/2024") for n in range(ROWS)]
    for n in chance.sample(range(ROWS), ROWS // 4):
        other, serial = lines[chance.randrange(ROWS)], "device.device_serial_number"
        reference = other["partner_reference"]
        changes: list[dict[str, Any]] = [
            {"partner_reference": reference},
            {"partner_reference": lines[max(0, n - 1)]["partner_reference"]},
            {"partner_reference": str(reference).upper()},
            {serial: other.get(serial)},
            {"partner_reference": reference, "customer.city": None},
            {"customer.postal_code": "123"},
            {"device.install_date": "03/04/2024"},
            {"customer.end_customer_name": "Mu\u00c3\u00b1oz"},
            dict.fromkeys(lines[n], None) | {"partner_reference": "Total"},
        ]
        lines[n] = lines[n] | chance.choice(changes)
    return lines


def sent(partner: Partner, content: bytes, **options: Any) -> Upload:
    options = {"programs": ("CEC-DSGS",), "update_existing": False} | options
    upload, _ = receive_upload([content], file_name="meters.csv", partner=partner, by=BY, **options)
    return upload


def what_is_staged(upload: Upload) -> dict[str, Any]:
    upload.refresh_from_db()
    meters = set(UploadRow.objects.filter(upload=upload).values_list("number", "meter_version"))
    return {
        "rows": list(UploadRow.objects.filter(upload=upload).order_by("number").values(*OWN)),
        "problems": [
            {**problem, "context": {**problem["context"], "meter": "", "where": ""}}
            for problem in UploadProblem.objects.filter(upload=upload).order_by("row_number", "pk").values(*SAID)
        ],
        "meters": meters,
        "counts": (upload.state, upload.counts, upload.outlook, upload.transmission_regions, upload.column_layout),
    }


def no_process_is_left() -> bool:
    """A test's process has no children that are copies of it."""
    children = [pid for task in Path("/proc/self/task").iterdir() for pid in (task / "children").read_text().split()]
    mine = Path("/proc/self/cmdline").read_bytes()
    return mine not in [Path(f"/proc/{pid}/cmdline").read_bytes() for pid in children]


def in_processes(settings: Any, number: int, upload: Upload, run_jobs: Callable[[], int]) -> dict[str, Any]:
    settings.CHECK_PROCESSES = number
    run_jobs()
    return what_is_staged(upload)


def test_same_as_in_one_process(acme: Partner, borealis: Partner, settings: Any, run_jobs: Callable[[], int]) -> None:
    content = builders.csv_bytes(odd_rows(0))

    several = in_processes(settings, 3, sent(acme, content), run_jobs)
    alone = in_processes(settings, 1, sent(borealis, content), run_jobs)

    assert several == alone
    assert len(alone["rows"]) == ROWS
    codes = {problem["code"] for problem in alone["problems"]}
    assert {"DUPLICATE_IN_FILE", "SERIAL_NUMBER_TWICE", "REFERENCES_DIFFER_IN_CAPITALS", "TEXT_ENCODED_TWICE"} <= codes


def test_same_for_meters_that_exist_and_rows_left_out(
    acme: Partner, borealis: Partner, settings: Any, send: Any, commit: Any, run_jobs: Callable[[], int]
) -> None:
    content, staged = builders.csv_bytes(odd_rows(7)), []
    for partner, number in ((acme, 3), (borealis, 1)):
        commit(send(partner, builders.csv_bytes(builders.rows(ROWS, 500)), "first.csv"))
        upload = sent(partner, content, update_existing=True)
        in_processes(settings, number, upload, run_jobs)
        leave_out(upload, [5, 700, 1500], by=BY)
        recheck_upload(upload, by=BY)
        staged.append(in_processes(settings, number, upload, run_jobs))

    assert staged[0] == staged[1]
    plans = {row["plan"] for row in staged[0]["rows"]}
    assert plans >= {"update", "duplicate", "left_out", "needs_fixing"}


def test_job_gives_way_to_another_partner_and_goes_on(
    acme: Partner, borealis: Partner, settings: Any, run_jobs: Callable[[], int]
) -> None:
    content = builders.csv_bytes(odd_rows(1))
    alone = in_processes(settings, 1, sent(borealis, content), run_jobs)
    settings.JOB_SLICE_SECONDS, settings.CHECK_PROCESSES = 0, 2
    upload = sent(acme, content)
    other = sent(borealis, builders.csv_bytes(builders.rows(1)))

    assert run_next()  # acme's, which came first

    job = Job.objects.get(subject_id=str(upload.pk), kind="uploads.check")
    assert (job.state, job.done < ROWS) == ("queued", True)
    Job.objects.filter(subject_id=str(other.pk)).delete()
    assert in_processes(settings, 2, upload, run_jobs) == alone


def test_process_that_dies_loses_and_doubles_nothing(
    acme: Partner,
    borealis: Partner,
    settings: Any,
    run_jobs: Callable[[], int],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    content = builders.csv_bytes(odd_rows(2))
    alone = in_processes(settings, 1, sent(borealis, content), run_jobs)
    died, validate_rows = tmp_path / "died", chunks.validate_rows

    def die_once(upload: Upload, preview: Any, rows: Any) -> Any:
        if rows[0][0] > 1000 and not died.exists():
            died.touch()
            os._exit(9)
        return validate_rows(upload, preview, rows)

    monkeypatch.setattr(chunks, "validate_rows", die_once)
    settings.CHECK_PROCESSES = 2
    upload = sent(acme, content)

    assert run_next()

    assert died.exists()
    assert no_process_is_left()
    job = Job.objects.get(subject_id=str(upload.pk), kind="uploads.check")
    assert (job.state, job.failure) == ("queued", "RuntimeError: a process of the check has died")
    Job.objects.filter(pk=job.pk).update(not_before=job.created_at)
    assert in_processes(settings, 2, upload, run_jobs) == alone


def test_fault_in_a_process_is_the_jobs(acme: Partner, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise LookupError("told")

    monkeypatch.setattr(chunks, "validate_rows", fail)
    settings.CHECK_PROCESSES = 2
    upload = sent(acme, builders.csv_bytes(builders.rows(ROWS)))

    assert run_next()

    assert Job.objects.get(subject_id=str(upload.pk)).failure == "LookupError: told"
    assert not UploadRow.objects.filter(upload=upload).exists()
    assert no_process_is_left()


def test_file_that_cannot_be_read_to_its_end_leaves_no_rows(acme: Partner, settings: Any, run_jobs: Any) -> None:
    settings.CHECK_PROCESSES, settings.UPLOAD_MAX_ROWS = 2, ROWS - 100

    upload = sent(acme, builders.csv_bytes(builders.rows(ROWS)))
    run_jobs()

    upload.refresh_from_db()
    assert (upload.state, upload.problem["code"]) == ("failed", "FILE_TOO_MANY_ROWS")
    assert not UploadRow.objects.filter(upload=upload).exists()
    assert no_process_is_left()


def test_worker_that_lost_its_lease_writes_nothing_more(
    acme: Partner, settings: Any, monkeypatch: pytest.MonkeyPatch, run_jobs: Callable[[], int]
) -> None:
    settings.CHECK_PROCESSES = 2
    upload = sent(acme, builders.csv_bytes(builders.rows(ROWS)))
    validate_rows = chunks.validate_rows

    def lose(upload: Upload, preview: Any, rows: Any) -> Any:
        if rows[0][0] > 1000:
            Job.objects.filter(subject_id=str(upload.pk)).update(fence=99)
        return validate_rows(upload, preview, rows)

    monkeypatch.setattr(chunks, "validate_rows", lose)

    assert run_next()

    assert UploadRow.objects.filter(upload=upload).count() in {500, 1000}
    monkeypatch.setattr(chunks, "validate_rows", validate_rows)
    Job.objects.filter(subject_id=str(upload.pk)).update(state="queued")
    run_jobs()
    upload.refresh_from_db()
    assert (upload.state, upload.counts) == ("ready", {"create": ROWS, "rows": ROWS})
