"""Sending and confirming uploads, as every test of this room does."""

from collections.abc import Callable

import pytest

from onboarding.uploads.models import Upload
from onboarding.uploads.pipeline.commit import confirm_upload
from onboarding.uploads.pipeline.receive import receive_upload
from portal.events.actors import Actor
from portal.partners.models import Partner

BY = Actor.system("Test")


@pytest.fixture
def send(run_jobs: Callable[[], int]) -> Callable[..., Upload]:
    """Send a file and let it be checked."""

    def send(
        partner: Partner,
        content: bytes,
        name: str = "meters.xlsx",
        programs: tuple[str, ...] = ("CEC-DSGS",),
        update_existing: bool = False,
    ) -> Upload:
        upload, _ = receive_upload(
            [content], file_name=name, partner=partner, programs=programs, update_existing=update_existing, by=BY
        )
        run_jobs()
        upload.refresh_from_db()
        return upload

    return send


@pytest.fixture
def commit(run_jobs: Callable[[], int]) -> Callable[[Upload], Upload]:
    """Confirm an upload and let it be written."""

    def commit(upload: Upload) -> Upload:
        confirm_upload(upload, by=BY)
        run_jobs()
        upload.refresh_from_db()
        return upload

    return commit
