"""Rows with two devices: a meter of the first, and one of the second in an upload of its own."""

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from onboarding.meters.models import Meter
from onboarding.uploads.columns.domain import ask_again, choose_columns
from onboarding.uploads.columns.memory import memories_of
from onboarding.uploads.corrections.rows import correct_rows
from onboarding.uploads.devices import columns_of_devices, device_layout
from onboarding.uploads.layout import ColumnLayout
from onboarding.uploads.models import Upload, UploadRow
from onboarding.uploads.pipeline.receive import upload_device
from portal.events.actors import Actor
from portal.partners.models import Partner, User
from portal.problems import Refused

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
BY = Actor.system("Test")
CASE = Path(__file__).parent / "cases" / "36_two_devices.csv"
TARGETS = {
    "Home": "partner_reference",
    "Address": "customer.street_1",
    "City": "customer.city",
    "State": "customer.state_or_province_code",
    "Zip": "customer.postal_code",
    "Battery 1 Serial": "device.device_serial_number",
    "Battery 1 kW": "device.battery_power_capacity_kw",
    "Battery 1 kWh": "device.battery_energy_capacity_kwh",
}
FOR_ALL = {
    "transmission_region": "CAISO",
    "customer_classification": "RESIDENTIAL",
    "meter_type": "DEVICE",
    "load_types.0": "BATTERY_STORAGE",
}


@pytest.fixture
def first(acme: Partner, send: Any, run_jobs: Callable[[], int]) -> Callable[..., Upload]:
    """Send the sheet and match the columns of its first device."""

    def matched(content: bytes = CASE.read_bytes(), **targets: str) -> Upload:
        upload = send(acme, content, "two.csv")
        assert upload.state == "columns"
        headers = {column["header"]: column["index"] for column in upload.columns}
        chosen = {headers[name]: key for name, key in {**TARGETS, **targets}.items() if key}
        choose_columns(upload, chosen, FOR_ALL, by=BY)
        run_jobs()
        upload.refresh_from_db()
        return upload

    return matched


def devices_of(upload: Upload) -> dict[str, str]:
    rows = UploadRow.objects.filter(upload=upload, plan="create").order_by("number")
    return {row.partner_reference: row.asset["device"]["device_serial_number"] for row in rows if row.asset}


def test_two_meters_are_made_of_each_row(
    first: Callable[..., Upload], commit: Any, manager: User, client_of: Callable[[User], Client], run_jobs: Any
) -> None:
    upload, client = first(), client_of(manager)
    page = client.get(reverse("upload", args=[upload.pk])).content.decode()
    assert "Each row has 2 devices" in page
    assert "not used" not in page
    assert devices_of(upload) == {f"HOME-{n}": f"A{n}" for n in range(4)}
    commit(upload)

    answer = client.post(reverse("upload-other-device", args=[upload.pk]), {"device": "Battery 2"})
    run_jobs()

    second = Upload.objects.exclude(pk=upload.pk).get()
    assert answer.url == reverse("upload", args=[second.pk])
    assert second.counts == {"create": 4, "rows": 4}
    assert devices_of(second) == {f"HOME-{n}-2": f"B{n}" for n in range(4)}
    page = client.get(answer.url).content.decode()
    assert "A meter is made of Battery 2 of each row, and its reference ends in -2." in page
    assert "Each row has 2 devices" not in page
    commit(second)
    assert Meter.objects.count() == 8
    assert set(Meter.objects.filter(partner_reference__regex=r"-\d-2$").values_list("city", flat=True)) == set(
        Meter.objects.exclude(partner_reference__regex=r"-\d-2$").values_list("city", flat=True)
    )


def test_row_without_the_second_device_is_no_meter(first: Callable[..., Upload], run_jobs: Callable[[], int]) -> None:
    lines = CASE.read_text().splitlines()
    lines[2] = lines[2].replace(",B1,5,13.5", ",,,")
    second, _ = upload_device(first("\n".join(lines).encode()), "Battery 2", by=BY)
    run_jobs()

    second.refresh_from_db()
    assert second.counts == {"create": 3, "not_a_meter": 1, "rows": 4}
    problem = second.problems.get()
    assert (problem.row_number, problem.problem.context["kind"]) == (3, "a row without Battery 2")


def test_serial_that_is_the_reference_too_needs_no_suffix(
    first: Callable[..., Upload], run_jobs: Callable[[], int]
) -> None:
    both = "device.device_serial_number+partner_reference"
    content = re.sub(rb",([AB]\d)", rb",SN-\1", CASE.read_bytes())
    second, _ = upload_device(first(content, **{"Home": "", "Battery 1 Serial": both}), "Battery 2", by=BY)
    run_jobs()

    assert devices_of(second) == {f"SN-B{n}": f"SN-B{n}" for n in range(4)}


def test_device_is_read_once_and_another_one_is_refused(first: Callable[..., Upload]) -> None:
    upload = first()
    second, is_new = upload_device(upload, "Battery 2", by=BY)

    assert is_new
    assert upload_device(upload, "Battery 2", by=BY) == (second, False)
    for source, device in ((upload, "Battery 1"), (upload, "Battery 3"), (second, "Battery 1")):
        with pytest.raises(Refused, match="DEVICE_UNKNOWN"):
            upload_device(source, device, by=BY)


def test_columns_of_the_second_device_are_not_remembered(
    acme: Partner, first: Callable[..., Upload], run_jobs: Callable[[], int]
) -> None:
    second, _ = upload_device(first(), "Battery 2", by=BY)
    run_jobs()
    before = memories_of(acme).get().columns

    second.refresh_from_db()
    choose_columns(second, dict(second.column_layout.columns or {}), FOR_ALL, by=BY)

    assert memories_of(acme).get().columns == before
    second.refresh_from_db()
    assert (second.column_layout.device, second.column_layout.suffix) == ("Battery 2", "-2")


def test_columns_of_the_second_device_opened_again_are_still_its_own(
    first: Callable[..., Upload], run_jobs: Callable[[], int]
) -> None:
    second, _ = upload_device(first(), "Battery 2", by=BY)
    run_jobs()
    second.refresh_from_db()
    before = {index: key for index, key in (second.column_layout.columns or {}).items() if key}

    ask_again(second, by=BY)
    run_jobs()

    second.refresh_from_db()
    assert second.state == "columns"
    proposed = {column["index"]: column["key"] for column in second.columns if column["key"]}
    assert proposed == before
    choose_columns(second, proposed, FOR_ALL, by=BY)
    run_jobs()
    assert devices_of(second) == {f"HOME-{n}-2": f"B{n}" for n in range(4)}


def test_rows_to_fix_have_the_reference_with_its_suffix_and_come_back_as_they_are(
    acme: Partner, first: Callable[..., Upload], run_jobs: Callable[[], int], manager: User, client_of: Any
) -> None:
    content = CASE.read_bytes().replace(b"93240", b"nine").replace(b"91913", b"ten")
    second, _ = upload_device(first(content), "Battery 2", by=BY)
    run_jobs()
    correct_rows(second, {2: {"partner_reference": "HOME-0-left"}}, by=BY)
    client = client_of(manager)
    data = b"".join(client.get(reverse("upload-to-fix", args=[second.pk])).streaming_content)
    book = openpyxl.load_workbook(io.BytesIO(data))
    sheet = book["Rows to fix"]
    at = {cell.value: cell.column for cell in sheet[1]}
    assert [sheet.cell(row, at["Home"]).value for row in (2, 3)] == ["HOME-0-left", "HOME-1-2"]
    sheet.cell(2, at["Zip"]).value, sheet.cell(3, at["Zip"]).value = "93240", "91913"
    fixed = io.BytesIO()
    book.save(fixed)

    file = SimpleUploadedFile("fixed.xlsx", fixed.getvalue())
    client.post(reverse("upload-fixed", args=[second.pk]), {"file": file})
    run_jobs()

    assert set(devices_of(second)) == {"HOME-0-left", "HOME-1-2", "HOME-2-2", "HOME-3-2"}


@pytest.mark.parametrize(
    ("headers", "devices"),
    [
        (["Home", "Battery 1 Serial", "Battery 1 kW", "Battery 2 Serial", "Battery 2 kW"], ["Battery 1", "Battery 2"]),
        (["EVSE_1_serial", "EVSE_1_model", "EVSE_2_serial", "EVSE_2_model", "EVSE_3_serial", "EVSE_3_model"], 3),
        (["Phone 1", "Phone 2"], []),
        (["Load type 1", "Load type 2", "Load type 3"], []),
        (["Battery 1 Serial", "Battery 2 kW"], []),
        (["Battery 1 Serial", "Battery 2 Serial"], []),
    ],
)
def test_devices_are_told_by_two_headers_each(headers: list[str], devices: list[str] | int) -> None:
    names = list(columns_of_devices(dict(enumerate(headers))))

    assert (len(names) if isinstance(devices, int) else names) == devices


def test_what_the_second_device_lacks_is_not_taken_from_the_first() -> None:
    headers = dict(enumerate(["Ref", "Unit 1 serial", "Unit 1 model", "Unit 1 kW", "Unit 2 serial", "Unit 2 model"]))
    layout = ColumnLayout(columns={0: "partner_reference", 1: "s", 2: "m", 3: "p"})

    other = device_layout(layout, headers, "Unit 2")

    assert other.columns == {0: "partner_reference", 1: "", 2: "", 3: "", 4: "s", 5: "m"}
