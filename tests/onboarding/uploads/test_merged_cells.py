"""Merged cells: in names of columns, in headings among the rows, and in the rows themselves."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.test import Client

from onboarding.meters.models import Meter
from onboarding.uploads.models import Upload, UploadProblem
from portal.partners.models import Partner, User
from tests import builders

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]


def sheet(lines: Sequence[Sequence[Any]], *areas: str) -> bytes:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    for line in lines:
        page.append(list(line))
    for area in areas:
        page.merge_cells(area)
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def problems(upload: Upload) -> list[tuple[int, str]]:
    return list(UploadProblem.objects.filter(upload=upload).order_by("row_number").values_list("row_number", "code"))


def references() -> list[str]:
    return sorted(Meter.objects.values_list("partner_reference", flat=True))


def test_heading_that_is_merged_across_the_table_is_no_meter(acme: Partner, send: Any, commit: Any) -> None:
    header, first, second = builders.table(builders.rows(2))

    upload = commit(send(acme, sheet([header, ["Fresno office"], first, ["Davis office"], second], "A2:AN2", "A4:AN4")))

    assert problems(upload) == [(2, "NOT_A_METER"), (4, "NOT_A_METER")]
    assert references() == ["home-000001", "home-000002"]


def test_cell_that_is_merged_over_rows_stops_them_until_somebody_takes_them(
    acme: Partner, send: Any, commit: Any, client: Client, manager: User
) -> None:
    upload = send(acme, sheet(list(builders.table(builders.rows(3))), "L2:L3"))
    assert problems(upload) == [(2, "CELLS_MERGED"), (3, "CELLS_MERGED")]
    client.force_login(manager)
    page = client.get(f"/uploads/{upload.pk}/").content.decode()
    assert "Cells of this row are merged in the sheet (L2:L3)" in page

    client.post(f"/uploads/{upload.pk}/rows/", {"code": "CELLS_MERGED", "do": "take"})

    upload.refresh_from_db()
    commit(upload)
    assert list(Meter.objects.order_by("partner_reference").values_list("customer_name", flat=True)) == [
        "Alex Rivera 1",
        "",
        "Alex Rivera 3",
    ]


def test_group_reaches_as_far_as_it_is_merged(acme: Partner, send: Any) -> None:
    lines = [
        ["Site ID", "Address", "", "", "", "Battery", "", "Name", "Notes"],
        ["", "Street", "City", "State", "ZIP", "Serial", "kWh", "", ""],
        ["h-1", "1 Elm St", "Oakland", "CA", "94607", "S-1", 13.5, "Al Bo", "x"],
    ]

    upload = send(acme, sheet(lines, "A1:A2", "B1:E1", "F1:G1", "H1:H2", "I1:I2"))

    assert [(column["header"], column["key"]) for column in upload.columns] == [
        ("Site ID", "partner_reference"),
        ("Address › Street", "customer.street_1"),
        ("Address › City", "customer.city"),
        ("Address › State", "customer.state_or_province_code"),
        ("Address › ZIP", "customer.postal_code"),
        ("Battery › Serial", "device.device_serial_number"),
        ("Battery › kWh", "device.battery_energy_capacity_kwh"),
        ("Name", "customer.end_customer_name"),
        ("Notes", ""),
    ]
