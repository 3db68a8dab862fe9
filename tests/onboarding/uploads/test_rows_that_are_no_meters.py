"""Totals, headings, notes and repeated headers among the rows of a sheet: listed, not created, and overruled."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from onboarding.spreadsheets.cells import BrokenCell, Cell
from onboarding.spreadsheets.extra_rows import GROUP, HEADER_AGAIN, LEGEND, NOTE, TOTAL, UNITS, ExtraRows
from onboarding.uploads.columns.domain import choose_columns
from onboarding.uploads.models import Upload, UploadRow, UploadState
from onboarding.uploads.pipeline.receive import receive_by_api
from onboarding.uploads.queries import receipt_of
from portal.events.actors import Actor
from portal.partners.models import Partner, User
from tests import builders

BY = Actor.system("Test")
TOTALS = Path(__file__).parents[2] / "cases" / "11_totals.xlsx"
SUM = BrokenCell("FORMULA_WITHOUT_VALUE", "=SUM(F2:F9)")
HEADER = ("Reference", "Name", "Street", "City", "Zip", "kW", "kWh", "Devices")


def kind_of(*cells: Cell, updates: bool = False) -> str:
    rows = ExtraRows(HEADER, reference=[0], numeric=[5, 6, 7], updates=updates)
    return rows.kind_of([*cells, *[None] * (len(HEADER) - len(cells))])


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (HEADER, HEADER_AGAIN),
        (("REFERENCE", "name ", "Street", "City", "ZIP"), HEADER_AGAIN),
        (("Alameda County",), GROUP),
        ((None, "Region 2"), GROUP),
        (("Batch 2 of March",), GROUP),
        (("Subtotal", None, None, None, None, 30, 81, 6), TOTAL),
        (("Sub-total:", None, None, None, None, 30), TOTAL),
        ((None, None, "Grand Total", None, None, 30, 81), TOTAL),
        (("Total for Alameda", None, None, None, None, "30"), TOTAL),
        (("Alameda total", None, None, None, None, "1,030.5"), TOTAL),
        ((None, None, None, None, None, 30, 81, 6), TOTAL),
        (("Average", None, None, None, None, 5), TOTAL),
        (("Prepared by: Dana, 11/2026",), NOTE),
        (("Prepared by:", "Dana"), NOTE),
        (("Page 1 of 2",), NOTE),
        ((None, None, None, None, None, "kW", "kWh"), UNITS),
        (("-", None, None, None, None, "(kW)", "(kWh)", "#"), UNITS),
        ((None, None, "mm/dd/yyyy", None, None, "kW", "kWh"), UNITS),
        (("Required", *["optional"] * 7), LEGEND),
        (("required", None, "required"), LEGEND),
        ((None, None, None, None, None, SUM), TOTAL),
        (("Total", None, None, None, None, SUM, SUM), TOTAL),
    ],
)
def test_row_is_no_record(cells: Sequence[Cell], kind: str) -> None:
    assert kind_of(*cells) == kind


@pytest.mark.parametrize(
    "cells",
    [
        ("R-1", "Maria", "1 Oak", "Davis", "95616", 5, 13.5, 1),
        ("TOTAL", "Total Wine", "1 Oak", "Davis", "95616", 5, 13.5, 1),
        ("Total-1", "Total Wine", "1 Oak"),
        ("Reference", "Maria", "1 Oak", "Davis", "95616", 5),
        ("R-1",),
        ("R-1", None, None, None, None, 5),
        (None, None, None, None, 95616, 5),
        (1001, None, None, None, None, 5),
        ("R-1", "Maria"),
        ("Required", "Maria", "1 Oak", "Davis", "95616", 5),
        (None, "Maria", None, None, None, SUM),
        (None, "Maria", "1 Oak"),
    ],
)
def test_record_is_never_taken_for_something_else(cells: Sequence[Cell]) -> None:
    assert kind_of(*cells) == ""


def test_row_of_an_update_may_hold_a_reference_alone() -> None:
    assert kind_of("Home 12", updates=True) == ""


def checked(acme: Partner, send: Any, run_jobs: Callable[[], int]) -> Upload:
    upload: Upload = send(acme, TOTALS.read_bytes(), "totals.xlsx")
    if upload.state == UploadState.COLUMNS:
        choose_columns(upload, {column["index"]: column["key"] for column in upload.columns}, {}, by=BY)
        run_jobs()
        upload.refresh_from_db()
    return upload


@pytest.mark.django_db
@pytest.mark.usefixtures("catalogue")
def test_sheet_with_totals_gives_its_meters_and_lists_the_rest(
    acme: Partner, send: Any, commit: Any, run_jobs: Callable[[], int], user: User, client_of: Callable[[User], Client]
) -> None:
    upload = checked(acme, send, run_jobs)
    page = client_of(user).get(f"/uploads/{upload.pk}/").content.decode()

    assert {name: upload.counts[name] for name in ("create", "not_a_meter", "rows")} == {
        "create": 18,
        "not_a_meter": 10,
        "rows": 28,
    }
    assert "needs_fixing" not in upload.counts
    assert "10 rows read like totals, headings or notes" in page
    commit(upload)
    assert ("Not meters", 10) in receipt_of(upload).lines
    assert ("Meters created", 18) in receipt_of(upload).lines


@pytest.mark.django_db
@pytest.mark.usefixtures("catalogue")
@pytest.mark.parametrize(("more", "left"), [({}, 0), ({"row": "4"}, 9)])
def test_rows_are_treated_as_meters_after_all(
    acme: Partner,
    send: Any,
    run_jobs: Callable[[], int],
    user: User,
    client_of: Callable[[User], Client],
    more: dict[str, str],
    left: int,
) -> None:
    upload = checked(acme, send, run_jobs)

    client_of(user).post(f"/uploads/{upload.pk}/rows/", {"code": "NOT_A_METER", "do": "take"} | more)

    upload.refresh_from_db()
    assert upload.count("not_a_meter") == left
    assert upload.count("create") == 18
    assert upload.count("needs_fixing") + upload.count("duplicate") == 10 - left


@pytest.mark.django_db
@pytest.mark.usefixtures("catalogue")
def test_api_refuses_a_total_with_a_coded_text(acme: Partner, run_jobs: Callable[[], int]) -> None:
    content = builders.xlsx(
        [*builders.rows(2), {"partner_reference": "Total", "device.battery_energy_capacity_kwh": 27}]
    )
    upload = receive_by_api([content], file_name="t.xlsx", suffix=".xlsx", partner=acme, update_existing=False, by=BY)
    run_jobs()
    upload.refresh_from_db()

    outcomes = [row.outcome(upload) for row in UploadRow.objects.filter(upload=upload).order_by("number")]
    assert [name for name, _ in outcomes] == ["METER_CREATED", "METER_CREATED", "VALIDATION_ERROR"]
    assert outcomes[-1][1] == "The row is not a meter; nothing was written."
    assert [problem.code for problem in upload.problems.filter(blocks=True)] == ["NOT_A_METER"]
