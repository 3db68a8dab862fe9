"""The file of an upload goes when the upload ended long ago; what became of its rows stays."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from onboarding.uploads.models import Upload, UploadRow, UploadState
from onboarding.uploads.pipeline.check import recheck_upload
from onboarding.uploads.pipeline.receive import _sent_again, receive_upload
from onboarding.uploads.retention import delete_files
from portal.events.actors import Actor
from portal.jobs.domain import run_next
from portal.partners.models import Partner
from portal.problems import Refused
from portal.storage.files import exists
from portal.web import clock
from tests import builders

pytestmark = pytest.mark.django_db
BY = Actor(kind="user", id="1", label="Ana")
LONG = timedelta(days=90)


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def uploaded(acme: Partner, *, state: UploadState, days_ago: int) -> Upload:
    upload, _ = receive_upload(
        [builders.csv_bytes(builders.rows(2))],
        file_name="meters.csv",
        partner=acme,
        programs=["CEC-DSGS"],
        update_existing=False,
        by=BY,
    )
    while run_next():
        pass
    Upload.objects.filter(pk=upload.pk).update(state=state, updated_at=clock.now() - timedelta(days=days_ago))
    return Upload.objects.get(pk=upload.pk)


@pytest.mark.parametrize(
    ("state", "days_ago", "is_kept"),
    [
        (UploadState.DONE, 91, False),
        (UploadState.FAILED, 91, False),
        (UploadState.DISCARDED, 91, False),
        (UploadState.DONE, 89, True),
        (UploadState.READY, 91, True),
        (UploadState.COMMITTING, 91, True),
    ],
)
def test_file_goes_long_after_the_end(acme: Partner, state: UploadState, days_ago: int, *, is_kept: bool) -> None:
    upload = uploaded(acme, state=state, days_ago=days_ago)

    assert delete_files(older_than=LONG) == (0 if is_kept else 1)

    assert exists(upload.stored_name) == is_kept
    assert Upload.objects.get().stored_name == (upload.stored_name if is_kept else "")
    assert UploadRow.objects.filter(upload=upload).count() == 2
    assert delete_files(older_than=LONG) == 0


def test_taking_it_up_again_says_that_the_file_is_gone(acme: Partner) -> None:
    upload = uploaded(acme, state=UploadState.DISCARDED, days_ago=91)
    delete_files(older_than=LONG)

    recheck_upload(Upload.objects.get(), by=BY)
    while run_next():
        pass

    upload.refresh_from_db()
    assert (upload.state, upload.problem["code"]) == (UploadState.FAILED, "FILE_GONE")
    assert uploaded(acme, state=UploadState.READY, days_ago=0) != upload


def test_reading_it_another_way_says_that_the_file_is_gone(acme: Partner) -> None:
    uploaded(acme, state=UploadState.DONE, days_ago=91)
    delete_files(older_than=LONG)
    upload = Upload.objects.get()

    with pytest.raises(Refused) as refused:
        _sent_again(upload, upload.column_layout, by=BY, user=None)

    assert [problem.code for problem in refused.value.problems] == ["FILE_GONE"]


def test_page_of_an_upload_without_its_file_opens(acme: Partner, client_of: Any, manager: Any) -> None:
    upload = uploaded(acme, state=UploadState.DONE, days_ago=91)
    delete_files(older_than=LONG)

    assert client_of(manager).get(reverse("upload", args=[upload.pk])).status_code == 200
