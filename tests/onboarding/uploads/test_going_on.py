"""A check that gives way goes on behind what is staged; what is counted when not every row can be written."""

from collections.abc import Callable
from typing import Any

import pytest

from onboarding.meters.models import Meter
from onboarding.uploads.models import Upload, UploadProblem, UploadRow, UploadState
from onboarding.uploads.pipeline.commit import commit_at_once, confirm_upload, end_without_the_rest
from onboarding.uploads.pipeline.receive import receive_upload
from portal.jobs.models import Job
from portal.partners.models import Partner
from portal.problems import Problem
from tests import builders
from tests.onboarding.uploads.conftest import BY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]


def outcomes(upload: Upload) -> list[tuple[str, str]]:
    return [(row.plan, row.result) for row in UploadRow.objects.filter(upload=upload).order_by("number")]


# --- a check that gives way to another partner after each chunk


@pytest.fixture
def check_in_turns(run_jobs: Callable[[], int], borealis: Partner, settings: Any) -> Callable[..., Upload]:
    """Check a file that gives its worker to another partner as soon as it may, and goes on later."""

    def check_in_turns(partner: Partner, content: bytes, chunk_rows: int) -> Upload:
        settings.JOB_CHUNK_ROWS, settings.JOB_SLICE_SECONDS = chunk_rows, 0
        upload, _ = receive_upload(
            [content], file_name="a.csv", partner=partner, programs=["CEC-DSGS"], update_existing=False, by=BY
        )
        for number in range(2):
            waiting = builders.csv_bytes(builders.rows(1, start=number + 90))
            receive_upload([waiting], file_name="b.csv", partner=borealis, programs=[], update_existing=False, by=BY)
        run_jobs()
        upload.refresh_from_db()
        return upload

    return check_in_turns


LINES = [
    *builders.rows(3),
    builders.row(1, device__device_serial_number="SN-other"),
    builders.row(4, device__device_serial_number="SN-00000002"),
    builders.row(5, partner_reference="HOME-000003"),
    builders.row(6, site__number_of_devices=None),
    builders.row(7, customer__city=None),
]


@pytest.mark.parametrize("chunk_rows", [1, 3])
def test_check_that_gives_way_ends_as_one_that_does_not(
    acme: Partner, check_in_turns: Any, chunk_rows: int, settings: Any
) -> None:
    blank = b",\r\n"
    content = builders.csv_bytes(LINES[:4]) + blank + builders.csv_bytes(LINES[4:]).partition(b"\r\n")[2]

    upload = check_in_turns(acme, content, chunk_rows)

    assert upload.state == UploadState.READY
    assert upload.counts == {"create": 6, "duplicate": 1, "needs_fixing": 1, "rows": 8, "blank": 1}
    assert upload.transmission_regions == ["CAISO"]
    assert upload.outlook["CEC-DSGS"] | {"reasons": {}} == {
        "eligible": 5,
        "not_yet": 1,
        "missing": {"site.number_of_devices": 1},
        "reasons": {},
    }
    assert list(UploadRow.objects.filter(upload=upload).order_by("number").values_list("number", flat=True)) == [
        *(2, 3, 4, 5),
        *(7, 8, 9, 10),
    ]
    problems = UploadProblem.objects.filter(upload=upload).order_by("row_number").values_list("row_number", "code")
    assert list(problems) == [
        (5, "DUPLICATE_IN_FILE"),
        (7, "SERIAL_NUMBER_TWICE"),
        (8, "REFERENCES_DIFFER_IN_CAPITALS"),
        (10, "REQUIRED_MISSING"),
    ]
    assert Job.objects.get(subject_id=str(upload.pk)).done == 8


# --- rows that cannot be written: that they stop no other is in test_identity.py


def test_new_meter_that_cannot_be_written_is_counted_and_has_no_id(
    acme: Partner, send: Any, commit: Any, settings: Any
) -> None:
    settings.JOB_COMMIT_ROWS = 4
    upload = send(acme, builders.csv_bytes(builders.rows(7)), "a.csv")
    UploadRow.objects.filter(upload=upload, number__in=[3, 8]).update(programs={"CEC-DSGS": {}})  # without a status

    commit(upload)

    refused = UploadRow.objects.filter(upload=upload, result="PROCESSING_ERROR").order_by("number")
    assert list(refused.values_list("number", "meter_id")) == [(3, None), (8, None)]
    assert (upload.counts["METER_CREATED"], upload.counts["PROCESSING_ERROR"], upload.counts["failed"]) == (5, 2, 2)
    assert Job.objects.get(kind="uploads.commit").done == 7


def test_change_that_cannot_be_written_names_its_meter(acme: Partner, send: Any, commit: Any) -> None:
    commit(send(acme, builders.csv_bytes(builders.rows(2)), "a.csv"))
    changed = [builders.row(n, device__device_model="Home 20") for n in (1, 2)]
    upload = send(acme, builders.csv_bytes(changed), "b.csv", update_existing=True)
    UploadRow.objects.filter(upload=upload, number=2).update(asset={})  # no region, which every meter has

    commit(upload)

    first, second = Meter.objects.order_by("partner_reference")
    assert list(UploadRow.objects.filter(upload=upload).order_by("number").values_list("result", "meter_id")) == [
        ("PROCESSING_ERROR", first.pk),
        ("", second.pk),
    ]
    assert upload.counts["failed"] == 1


def test_upload_of_which_the_rest_cannot_be_written_ends_with_what_was_written(acme: Partner, send: Any) -> None:
    upload = send(acme, builders.csv_bytes([*builders.rows(2), builders.row(3, customer__city=None)]), "a.csv")
    confirm_upload(upload, by=BY)
    upload.refresh_from_db()
    upload.written_to = 2

    end_without_the_rest(upload)

    upload.refresh_from_db()
    assert (upload.state, upload.rounds, upload.written_to) == (UploadState.DONE, 1, -1)
    assert outcomes(upload) == [("create", ""), ("create", "PROCESSING_ERROR"), ("needs_fixing", "")]
    left = UploadRow.objects.get(upload=upload, number=3)
    assert left.description == Problem("ROWS_LEFT_UNWRITTEN").text
    assert {name: n for name, n in upload.counts.items() if name.isupper()} == {
        "METER_CREATED": 1,
        "PROCESSING_ERROR": 1,
        "VALIDATION_ERROR": 1,
    }


@pytest.mark.parametrize(
    ("lines", "meanwhile", "is_whole"),
    [
        (builders.rows(2), [], True),
        ([builders.row(1), builders.row(2, customer__city=None)], [], False),
        (builders.rows(2), builders.rows(1), False),  # another upload took the reference
    ],
)
def test_writing_at_once_tells_whether_every_row_was_written(
    acme: Partner, send: Any, commit: Any, lines: Any, meanwhile: Any, is_whole: bool
) -> None:
    upload = send(acme, builders.csv_bytes(lines), "a.csv")
    if meanwhile:
        commit(send(acme, builders.csv_bytes(meanwhile), "b.csv"))
    upload.refresh_from_db()
    Upload.objects.filter(pk=upload.pk).update(state=UploadState.COMMITTING)
    upload.refresh_from_db()

    assert commit_at_once(upload) is is_whole
