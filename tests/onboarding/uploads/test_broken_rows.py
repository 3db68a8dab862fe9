"""Rows whose cells cannot be told apart: each is named, none of them is created, and the others are."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from onboarding.meters.models import Meter
from onboarding.uploads.models import Upload, UploadProblem, UploadRow
from onboarding.uploads.pipeline.receive import receive_by_api
from portal.events.actors import Actor
from portal.partners.models import Partner
from tests import builders

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
BY = Actor.system("Test")
CASES = Path(__file__).parents[2] / "cases"


def problems(upload: Upload) -> list[tuple[int, str, bool]]:
    lines = UploadProblem.objects.filter(upload=upload).order_by("row_number", "pk")
    return list(lines.values_list("row_number", "code", "blocks"))


def references() -> list[str]:
    return sorted(Meter.objects.values_list("partner_reference", flat=True))


def test_lines_with_stray_quotes_are_named_and_not_created(acme: Partner, send: Any, commit: Any) -> None:
    upload = send(acme, (CASES / "stray-quotes-adjacent.csv").read_bytes(), "meters.csv")

    commit(upload)

    assert problems(upload) == [(3, "STRAY_QUOTE", True), (4, "STRAY_QUOTE", True)]
    assert references() == ["q-uruj-1", "q-uruj-4"]
    phones = Meter.objects.order_by("partner_reference").values_list(
        "data__customer__end_customer_phone_number", flat=True
    )
    assert list(map(str, phones)) == ["4155550101", "4155550104"]


def test_rows_with_more_cells_than_columns_are_not_created(acme: Partner, send: Any, commit: Any) -> None:
    upload = send(acme, (CASES / "unquoted-comma.csv").read_bytes(), "meters.csv")

    commit(upload)

    assert problems(upload) == [(3, "ROW_TOO_WIDE", True), (4, "ROW_TOO_WIDE", True)]
    assert references() == ["h3-lerx-u1", "h3-lerx-u4"]


@pytest.mark.parametrize("name", ["stray-quotes-adjacent.csv", "unquoted-comma.csv"])
def test_api_says_the_same(acme: Partner, run_jobs: Callable[[], int], name: str) -> None:
    content = (CASES / name).read_bytes()
    upload = receive_by_api([content], file_name=name, suffix=".csv", partner=acme, update_existing=False, by=BY)

    run_jobs()

    upload.refresh_from_db()
    outcomes = [row.outcome(upload)[0] for row in UploadRow.objects.filter(upload=upload).order_by("number")]
    assert sorted(outcomes) == ["METER_CREATED", "METER_CREATED", "VALIDATION_ERROR", "VALIDATION_ERROR"]


def test_cell_beyond_the_header_of_a_workbook_is_a_problem_of_its_row(acme: Partner, send: Any, commit: Any) -> None:
    header, good, wide = list(builders.table(builders.rows(2)))

    upload = commit(send(acme, builders.book(Meters=[header, good, [*wide, None, "call first"]])))

    assert problems(upload) == [(3, "ROW_TOO_WIDE", True)]
    assert references() == ["home-000001"]


def test_blank_cells_beyond_the_header_are_no_problem(acme: Partner, send: Any) -> None:
    content = builders.csv_bytes(builders.rows(2)).replace(b"\r\n", b",, ,\r\n")

    assert send(acme, content, "meters.csv").counts == {"create": 2, "rows": 2}


def test_rows_can_be_used_without_their_extra_cells(
    acme: Partner, send: Any, commit: Any, client: Client, manager: Any
) -> None:
    header, good, wide = list(builders.table(builders.rows(2)))
    upload = send(acme, builders.book(Meters=[header, good, [*wide, "call first"]]))
    client.force_login(manager)
    page = client.get(f"/uploads/{upload.pk}/").content.decode()
    assert "Use without the extra cells" in page

    client.post(f"/uploads/{upload.pk}/rows/", {"code": "ROW_TOO_WIDE", "do": "take"})
    upload.refresh_from_db()
    commit(upload)

    assert references() == ["home-000001", "home-000002"]


def test_rows_with_stray_quotes_can_be_left_out(acme: Partner, send: Any, client: Client, manager: Any) -> None:
    upload = send(acme, (CASES / "stray-quotes-adjacent.csv").read_bytes(), "meters.csv")
    client.force_login(manager)

    client.post(f"/uploads/{upload.pk}/rows/", {"code": "STRAY_QUOTE", "do": "leave-out"})

    upload.refresh_from_db()
    assert upload.counts == {"create": 2, "left_out": 2, "rows": 4}


SHORT = b"""Partner reference,Region,Customer type,Meter type,Load type,Street,City,State,Zip,Make,Model,Installer
home-1,CAISO,RESIDENTIAL,DEVICE,BATTERY_STORAGE,1 Elm St,Oakland,CA,94607,Tesla,PW2,SunPro
home-2,CAISO,RESIDENTIAL,DEVICE,BATTERY_STORAGE,2 Elm St,Oakland,CA,94607,Tesla,SunPro
home-3,CAISO,RESIDENTIAL,DEVICE,BATTERY_STORAGE,3 Elm St,Oakland,CA,94607,Tesla,PW2,SunPro
home-4,CAISO,RESIDENTIAL,DEVICE,BATTERY_STORAGE,4 Elm St,Oakland,CA,94607,Tesla,PW2,
Total,4
"""


def test_row_with_fewer_cells_than_the_others_is_not_created_with_shifted_values(
    acme: Partner, send: Any, commit: Any
) -> None:
    upload = commit(send(acme, SHORT, "meters.csv"))

    assert problems(upload) == [(3, "ROW_TOO_SHORT", True), (6, "NOT_A_METER", True)]
    assert references() == ["home-1", "home-3", "home-4"]


def test_file_whose_rows_leave_out_their_empty_cells_has_no_problem(acme: Partner, send: Any) -> None:
    lines = SHORT.decode().splitlines()[:5]
    content = "\n".join(line.removesuffix(",PW2,SunPro") for line in [*lines[:2], lines[3], lines[4].rstrip(",")])

    upload = send(acme, content.encode(), "meters.csv")

    assert (upload.counts, problems(upload)) == ({"create": 3, "rows": 3}, [])


def test_row_with_bytes_that_are_no_utf8_is_stopped_alone(acme: Partner, send: Any, commit: Any) -> None:
    lines = [builders.row(n, customer__end_customer_name=name) for n, name in enumerate(("José Peña", "M?", "Zoë"), 1)]
    content = builders.csv_bytes(lines).replace(b"M?", b"Mu\xf1oz")

    upload = commit(send(acme, content, "meters.csv"))

    assert problems(upload) == [(3, "BYTES_UNREADABLE", True)]
    assert sorted(Meter.objects.values_list("customer_name", flat=True)) == ["José Peña", "Zoë"]
