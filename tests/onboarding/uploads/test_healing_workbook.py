"""The workbook of rows to fix: out, mended in a spreadsheet program, and in again; only its own rows change."""

import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from onboarding.uploads.models import Upload, UploadRow
from portal.partners.models import Partner, User
from tests import builders

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]


@pytest.fixture
def upload(acme: Partner, send: Any) -> Upload:
    """Rows 2 to 5; 2 has no zip and 3 a strange utility, 5 repeats the reference of 4. An own column besides."""
    lines = [
        builders.row(1, customer__postal_code=None),
        builders.row(2, utility__utility_name="PG and Easy", customer__postal_code="02138"),
        builders.row(3),
        builders.row(4, partner_reference="home-000003"),
    ]
    keys = ["My note", *builders.FIELDS]
    return send(acme, builders.xlsx([{"My note": "=keep", **line} for line in lines], header=keys))


@pytest.fixture
def workbook(upload: Upload, user: User, client_of: Callable[[User], Client]) -> Any:
    answer = client_of(user).get(reverse("upload-to-fix", args=[upload.pk]))
    return openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))


def saved(book: Any) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def cell(sheet: Any, row: int, header: str) -> Any:
    headers = [one.value for one in sheet[1]]
    return sheet.cell(row=row, column=headers.index(header) + 1)


def send_back(client: Client, upload: Upload, book: Any, run_jobs: Callable[[], int]) -> Any:
    file = SimpleUploadedFile("rows-to-fix.xlsx", saved(book))
    answer = client.post(reverse("upload-fixed", args=[upload.pk]), {"file": file})
    run_jobs()
    return client.get(answer["Location"], follow=True)


def test_workbook_has_the_rows_to_fix_with_their_own_columns_and_remedies(upload: Upload, workbook: Any) -> None:
    sheet = workbook["Rows to fix"]
    headers = [one.value for one in sheet[1]]
    assert headers[:3] == ["My note", "partner_reference", "transmission_region"]
    assert headers[-3:] == ["Problem", "How to fix", "Row key"]
    assert sheet.max_row == 4
    assert cell(sheet, 2, "Problem").value == "Zip code is missing."
    assert cell(sheet, 2, "Row key").value == f"{upload.pk}:2"
    assert cell(sheet, 3, "customer.postal_code").value == "02138"
    assert cell(sheet, 3, "utility.utility_name").comment.text.startswith("Utility is “PG and Easy”")


def test_mended_rows_replace_exactly_their_own(
    upload: Upload, workbook: Any, user: User, client_of: Callable[[User], Client], run_jobs: Callable[[], int]
) -> None:
    sheet = workbook["Rows to fix"]
    cell(sheet, 2, "customer.postal_code").value = 94103
    cell(sheet, 4, "partner_reference").value = "home-000004"
    before = list(UploadRow.objects.filter(upload=upload, number=4).values_list("asset", "meter_id"))

    page = send_back(client_of(user), upload, workbook, run_jobs)

    assert page.redirect_chain[-1][0] == reverse("upload", args=[upload.pk])
    assert "rows fixed: 2, still not right: 0, as they were: 1." in page.content.decode()
    upload.refresh_from_db()
    assert upload.counts == {"create": 3, "needs_fixing": 1, "rows": 4}
    assert UploadRow.objects.get(upload=upload, number=2).asset["customer"]["postal_code"] == "94103"
    assert list(UploadRow.objects.filter(upload=upload, number=4).values_list("asset", "meter_id")) == before
    assert Upload.objects.exclude(pk=upload.pk).get().corrects == upload


def test_rows_without_their_key_are_named_and_nothing_else_is_touched(
    upload: Upload, workbook: Any, user: User, client_of: Callable[[User], Client], run_jobs: Callable[[], int]
) -> None:
    sheet = workbook["Rows to fix"]
    cell(sheet, 2, "customer.postal_code").value = "94103"
    cell(sheet, 2, "Row key").value = None
    cell(sheet, 3, "Row key").value = f"{upload.pk}:999"

    page = send_back(client_of(user), upload, workbook, run_jobs).content.decode()

    assert "Its rows 2, 999 were not taken" in page or "Its rows 2, 3 were not taken" in page
    upload.refresh_from_db()
    assert upload.counts["needs_fixing"] == 2


def test_workbook_of_another_partner_changes_nothing(
    upload: Upload, workbook: Any, borealis: Partner, stranger: User, client_of: Callable[[User], Client], run_jobs: Any
) -> None:
    cell(workbook["Rows to fix"], 2, "customer.postal_code").value = "94103"
    client = client_of(stranger)
    form = {"file": SimpleUploadedFile("rows-to-fix.xlsx", saved(workbook)), "programs": ["CEC-DSGS"]}

    answer = client.post(reverse("upload-new"), form)
    run_jobs()

    theirs = Upload.objects.get(partner=borealis)
    assert (theirs.state, theirs.corrects, theirs.facts["not_taken_count"]) == ("merged", None, 3)
    assert client.get(answer["Location"]).status_code == 200
    upload.refresh_from_db()
    assert upload.counts["needs_fixing"] == 2


def test_field_without_a_column_gets_one_in_the_workbook(
    acme: Partner, send: Any, user: User, client_of: Callable[[User], Client], run_jobs: Callable[[], int]
) -> None:
    lines = [{**builders.row(1), "customer.billing.city": None}]
    del lines[0]["customer.billing.city"]
    upload = send(acme, builders.csv_bytes(lines), "meters.csv")
    client = client_of(user)
    content = b"".join(client.get(reverse("upload-to-fix", args=[upload.pk])).streaming_content)
    book = openpyxl.load_workbook(io.BytesIO(content))
    cell(book["Rows to fix"], 2, "Billing city").value = "Oakland"

    send_back(client, upload, book, run_jobs)

    upload.refresh_from_db()
    assert upload.counts == {"create": 1, "rows": 1}
