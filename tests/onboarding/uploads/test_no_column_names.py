"""A file without column names: somebody says so, and its first row is a row."""

from typing import Any

import pytest
from django.test import Client

from onboarding.uploads.columns.domain import choose_columns
from onboarding.uploads.models import ColumnMemory, UploadState
from portal.events.actors import Actor
from portal.partners.models import Partner, User
from tests import builders

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
BY = Actor.system("Test")


def test_first_row_is_a_row_when_somebody_says_so(
    acme: Partner, send: Any, run_jobs: Any, user: User, client_of: Any
) -> None:
    rows = builders.rows(3)
    keys, *lines = builders.table(rows)
    upload = send(acme, builders.book(Meters=lines))
    client: Client = client_of(user)
    page = client.get(f"/uploads/{upload.pk}/columns/").content.decode()
    assert upload.state == UploadState.COLUMNS
    assert "but it looks like a meter" in page

    client.post(f"/uploads/{upload.pk}/columns/again/", {"header_row": "0"})
    run_jobs()
    upload.refresh_from_db()
    assert [column["header"] for column in upload.columns[:3]] == ["A", "B", "C"]
    assert (
        "The file has no column names: every row is read."
        in client.get(f"/uploads/{upload.pk}/columns/").content.decode()
    )

    choose_columns(upload, dict(enumerate(keys)), {}, by=BY)
    run_jobs()
    upload.refresh_from_db()
    assert upload.counts == {"create": 3, "rows": 3}
    assert not ColumnMemory.objects.exists()
