"""The workbook of rows to fix: out, corrected in a spreadsheet program, and in again; only its own rows change."""

import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from onboarding.uploads.columns.domain import choose_columns
from onboarding.uploads.corrections.rows import correct_rows
from onboarding.uploads.models import Upload, UploadEdit, UploadRow
from portal.events.actors import Actor
from portal.partners.models import Partner, User
from programs.schema import schema_for
from tests import builders

BY = Actor.system("Test")
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
    assert cell(sheet, 2, "Problem").value == "ZIP code is missing."
    assert cell(sheet, 2, "Row key").value.startswith(f"{upload.pk}:2:")
    assert cell(sheet, 3, "customer.postal_code").value == "02138"
    assert cell(sheet, 3, "utility.utility_name").comment.text.startswith("Utility is “PG and Easy”")


def test_corrected_rows_replace_exactly_their_own(
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
    cell(sheet, 3, "Row key").value = f"{upload.pk}:999:0"

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
    assert (theirs.state, theirs.corrects, theirs.problem["code"]) == ("failed", None, "ROWS_OF_NO_UPLOAD")
    assert "don’t belong to an upload that you can still change" in client.get(answer["Location"]).content.decode()
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


def book_of(client: Client, upload: Upload) -> Any:
    content = b"".join(client.get(reverse("upload-to-fix", args=[upload.pk])).streaming_content)
    return openpyxl.load_workbook(io.BytesIO(content))


def test_older_workbook_does_not_undo_what_was_corrected_in_the_page(
    upload: Upload, workbook: Any, user: User, client_of: Callable[[User], Client], run_jobs: Callable[[], int]
) -> None:
    correct_rows(upload, {2: {"customer.postal_code": "94607"}}, by=BY)
    sheet = workbook["Rows to fix"]
    cell(sheet, 2, "customer.city").value = "Fresno"
    cell(sheet, 4, "partner_reference").value = "home-000004"

    page = send_back(client_of(user), upload, workbook, run_jobs).content.decode()

    assert "Its rows 2 were not taken" in page
    assert UploadRow.objects.get(upload=upload, number=2).asset["customer"]["postal_code"] == "94607"
    assert UploadRow.objects.get(upload=upload, number=5).plan == "create"


def test_key_that_stands_twice_counts_once_and_the_other_row_is_named(
    upload: Upload, workbook: Any, user: User, client_of: Callable[[User], Client], run_jobs: Callable[[], int]
) -> None:
    sheet = workbook["Rows to fix"]
    cell(sheet, 2, "customer.postal_code").value = "94103"
    cell(sheet, 3, "Row key").value = cell(sheet, 2, "Row key").value

    page = send_back(client_of(user), upload, workbook, run_jobs).content.decode()

    assert "rows fixed: 1, still not right: 0, as they were: 1." in page
    assert "Its rows 3 were not taken" in page


def test_column_that_is_missing_from_the_workbook_leaves_its_field_as_it_is(
    upload: Upload, user: User, client_of: Callable[[User], Client], run_jobs: Callable[[], int]
) -> None:
    correct_rows(upload, {2: {"customer.city": "Fresno"}}, by=BY)
    client = client_of(user)
    book = book_of(client, upload)
    sheet = book["Rows to fix"]
    cell(sheet, 2, "customer.postal_code").value = "93701"
    cell(sheet, 1, "customer.city").value = "Renamed"

    send_back(client, upload, book, run_jobs)

    asset = UploadRow.objects.get(upload=upload, number=2).asset
    assert (asset["customer"]["city"], asset["customer"]["postal_code"]) == ("Fresno", "93701")


def test_address_and_name_of_several_columns_keep_what_was_corrected(
    acme: Partner, send: Any, user: User, client_of: Callable[[User], Client], run_jobs: Callable[[], int]
) -> None:
    line: dict[str, Any] = {
        **builders.row(1, device__battery_energy_capacity_kwh="large"),
        "Site Address": "1 Elm St, Oakland, CA 94607",
        "First name": "Ann",
        "Last name": "Bell",
    }
    for part in ("street_1", "street_2", "city", "postal_code", "state_or_province_code", "end_customer_name"):
        del line[f"customer.{part}"]
    upload = send(acme, builders.csv_bytes([line]), "a.csv")
    answer = {column["index"]: column["key"] for column in upload.columns}
    choose_columns(upload, answer, {}, joined=["customer.end_customer_name"], by=BY)
    run_jobs()
    client = client_of(user)
    book = book_of(client, upload)
    cell(book["Rows to fix"], 2, "Site Address").value = "10 Oak St, Fresno, CA 93701"
    cell(book["Rows to fix"], 2, "First name").value = "Cyrus"
    send_back(client, upload, book, run_jobs)

    again = book_of(client, upload)
    sheet = again["Rows to fix"]
    assert cell(sheet, 2, "Site Address").value == "10 Oak St, Fresno, CA 93701"
    assert [cell(sheet, 2, name).value for name in ("First name", "Last name")] == ["Cyrus Bell", None]
    cell(sheet, 2, "device.battery_energy_capacity_kwh").value = 13.5
    send_back(client, upload, again, run_jobs)

    asset = UploadRow.objects.get(upload=upload).asset
    assert (asset["customer"]["street_1"], asset["customer"]["city"]) == ("10 Oak St", "Fresno")
    assert asset["customer"]["end_customer_name"] == "Cyrus Bell"


def test_file_that_is_no_workbook_of_rows_to_fix_is_refused_and_says_so(
    upload: Upload, user: User, client_of: Callable[[User], Client], run_jobs: Callable[[], int]
) -> None:
    file = SimpleUploadedFile("other.xlsx", builders.xlsx(builders.rows(2, start=50)))

    client = client_of(user)
    answer = client.post(reverse("upload-fixed", args=[upload.pk]), {"file": file})
    run_jobs()
    page = client.get(answer["Location"]).content.decode()

    sent = Upload.objects.exclude(pk=upload.pk).get()
    assert (sent.state, sent.problem["code"], sent.rows.count()) == ("failed", "NOT_ROWS_TO_FIX", 0)
    assert "This file has no row keys" in page


@pytest.mark.parametrize(
    ("header", "key", "typed", "stored"),
    [
        ("Battery power (W)", "device.battery_power_capacity_kw", "5", 5),
        ("Battery power (MW)", "device.battery_power_capacity_kw", "7.5", 7.5),
        ("Battery capacity (Wh)", "device.battery_energy_capacity_kwh", "13.5", 13.5),
        ("Battery capacity (MWh)", "device.battery_energy_capacity_kwh", "0.30000000000000004e1", 3.0000000000000004),
        ("Battery duration (min)", "device.battery_duration_hours", "2", 2),
        ("Battery power (W)", "device.battery_power_capacity_kw", "5000 W", 5),
        ("Battery power (kWh)", "device.battery_power_capacity_kw", "5", 5),
        ("Battery power (kW)", "device.battery_power_capacity_kw", "5", 5),
    ],
)
def test_a_value_written_on_the_page_comes_back_in_the_unit_of_its_field(
    acme: Partner,
    user: User,
    send: Any,
    client_of: Any,
    run_jobs: Callable[[], int],
    header: str,
    key: str,
    typed: str,
    stored: float,
) -> None:
    cells = {
        header if name == key else name: value for name, value in builders.row(1).items() if name != "customer.city"
    }
    upload = send(acme, builders.xlsx([{**cells, header: "much"}]))
    columns = {column["index"]: key if column["header"] == header else column["key"] for column in upload.columns}
    if upload.state == "columns":
        choose_columns(upload, columns, {}, by=BY)
        run_jobs()
    correct_rows(upload, {2: {key: typed}}, by=BY)
    client = client_of(user)
    content = b"".join(client.get(reverse("upload-to-fix", args=[upload.pk])).streaming_content)
    book = openpyxl.load_workbook(io.BytesIO(content))

    untouched = send_back(client, upload, book, run_jobs)
    as_it_was = UploadEdit.objects.get(upload=upload).values
    book["Rows to fix"].cell(
        row=2, column=[one.value for one in book["Rows to fix"][1]].index("City") + 1
    ).value = "Oakland"
    send_back(client, upload, book, run_jobs)

    assert "rows fixed: 0, still not right: 0, as they were: 1" in untouched.content.decode()
    assert as_it_was == {key: typed}
    row = UploadRow.objects.get(upload=upload)
    assert row.plan == "create", list(upload.problems.values_list("code", "value"))
    assert schema_for().flatten(row.asset)[key] == stored
