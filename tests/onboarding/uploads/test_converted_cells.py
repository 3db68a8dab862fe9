"""What a spreadsheet program makes of texts: dates, TRUE, numbers under a format with words, marks that keep zeros."""

import datetime
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from onboarding.meters.models import Meter
from onboarding.uploads.models import Upload, UploadProblem, UploadRow
from onboarding.uploads.pipeline.receive import receive_by_api
from portal.events.actors import Actor
from portal.partners.models import Partner
from tests import builders

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
BY = Actor.system("Test")
CASES = Path(__file__).parents[2] / "cases"


def problems(upload: Upload) -> list[tuple[int, str, str, bool]]:
    lines = UploadProblem.objects.filter(upload=upload).order_by("row_number", "pk")
    return list(lines.values_list("row_number", "field", "code", "blocks"))


def stored(reference: str) -> Any:
    return Meter.objects.get(partner_reference=reference).data


def by_api(partner: Partner, content: bytes, suffix: str, run_jobs: Callable[[], int]) -> Upload:
    upload = receive_by_api([content], file_name="", suffix=suffix, partner=partner, update_existing=False, by=BY)
    run_jobs()
    upload.refresh_from_db()
    return upload


def test_dates_in_texts_are_what_the_sheet_shows_or_stop_the_row(acme: Partner, send: Any, commit: Any) -> None:
    upload = commit(send(acme, (CASES / "unit-as-date.xlsx").read_bytes()))

    assert problems(upload) == [
        (2, "customer.street_2", "TEXT_CONVERTED", False),
        (3, "customer.street_2", "TEXT_CONVERTED", False),
        (4, "device.device_serial_number", "IDENTIFIER_CONVERTED", True),
        (5, "customer.street_1", "TEXT_CONVERTED", False),
        (6, "partner_reference", "IDENTIFIER_CONVERTED", True),
        (7, "utility.electric_service_account_number", "IDENTIFIER_CONVERTED", True),
        (8, "customer.end_customer_name", "TEXT_CONVERTED", False),
        (9, "customer.city", "TEXT_CONVERTED", False),
        (10, "customer.street_2", "CHARACTERS_NOT_ALLOWED", True),
    ]
    assert stored("h3-khkg-1")["customer"]["street_2"] == "2-Jan"
    assert stored("h3-khkg-2")["customer"]["street_2"] == "Oct-26"


def test_numbers_are_read_with_the_words_of_their_format(acme: Partner, send: Any, commit: Any) -> None:
    commit(send(acme, (CASES / "number-formats.xlsx").read_bytes()))

    serials = dict(Meter.objects.values_list("partner_reference", "serial_number"))
    assert [serials[f"h3-ylrw-{n}"] for n in (14, 15, 16, 17)] == ["SN-01234", "0123456789", "INV12345", "12345-B"]
    accounts = dict(Meter.objects.values_list("partner_reference", "account_number"))
    assert [accounts[f"h3-ylrw-{n}"] for n in (18, 19)] == ["0123456789", "0123456789"]
    powers = [stored(f"h3-ylrw-{n}")["device"]["battery_power_capacity_kw"] for n in (20, 21)]
    assert powers == [9.6, 9.6]
    assert stored("h3-ylrw-23")["customer"]["street_2"] == "Apt 4"
    assert stored("h3-ylrw-24")["customer"]["street_1"] == "12 Elm St"


@pytest.mark.parametrize("typed", ['="02139"', "'02139"])
def test_marks_that_keep_zeros_come_off(acme: Partner, send: Any, typed: str) -> None:
    changes = {"customer__postal_code": typed, "device__device_serial_number": typed, "partner_reference": typed}
    line = builders.row(1, **changes) | {"customer.state_or_province_code": "MA", "transmission_region": "ISONE"}

    upload = send(acme, builders.csv_bytes([line]), "meters.csv", programs=())

    row = UploadRow.objects.get(upload=upload)
    assert row.partner_reference == "02139"
    assert row.asset is not None
    assert row.asset["customer"]["postal_code"] == "02139"
    assert row.asset["device"]["device_serial_number"] == "02139"


def test_true_in_a_text_is_said(acme: Partner, send: Any) -> None:
    made = openpyxl.Workbook()
    assert made.active is not None
    for line in builders.table([builders.row(1, customer__street_2=True), builders.row(2, partner_reference=True)]):
        made.active.append(line)
    file = io.BytesIO()
    made.save(file)

    upload = send(acme, file.getvalue())

    assert problems(upload) == [
        (2, "customer.street_2", "TEXT_CONVERTED", False),
        (3, "partner_reference", "IDENTIFIER_CONVERTED", True),
    ]


def test_numbers_as_references_of_the_api_are_their_digits(acme: Partner, run_jobs: Callable[[], int]) -> None:
    upload = by_api(acme, (CASES / "reference-number.json").read_bytes(), ".json", run_jobs)

    assert upload.state == "done"
    assert list(Meter.objects.values_list("partner_reference", flat=True)) == ["7700123"]
    outcomes = [row.outcome(upload)[0] for row in UploadRow.objects.filter(upload=upload).order_by("number")]
    assert outcomes == ["METER_CREATED", "DUPLICATE_REF_ID"]
    assert (0, "partner_reference", "NUMBER_AS_TEXT", False) in problems(upload)


def test_date_in_a_date_column_stays_a_date(acme: Partner, send: Any) -> None:
    upload = send(
        acme,
        builders.xlsx(
            [builders.row(1, device__install_date=datetime.date(2025, 9, 30), device__permission_to_operate_date=None)]
        ),
    )

    asset = UploadRow.objects.get(upload=upload).asset
    assert asset is not None
    assert asset["device"]["install_date"] == "2025-09-30"
    assert problems(upload) == []


def test_time_in_a_column_of_texts_is_as_the_sheet_shows_it(acme: Partner, send: Any) -> None:
    made = openpyxl.Workbook()
    sheet = made.active
    assert sheet is not None
    cells = builders.row(1, device__device_model=datetime.time(8, 5), device__installer=datetime.time(20, 15))
    for line in builders.table([cells]):
        sheet.append(line)
    keys = list(cells)
    sheet.cell(2, keys.index("device.device_model") + 1).number_format = "h:mm AM/PM"
    sheet.cell(2, keys.index("device.installer") + 1).number_format = "h:mm"
    file = io.BytesIO()
    made.save(file)

    upload = send(acme, file.getvalue())

    device = upload.rows.get().asset["device"]
    assert (device["device_model"], device["installer"]) == ("8:05 AM", "20:15")
