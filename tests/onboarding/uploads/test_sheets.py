"""Workbooks of several sheets: which one is read, when it is asked, and how the others are read too."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from onboarding.meters.models import Meter
from onboarding.uploads.models import Upload
from onboarding.uploads.pipeline.receive import upload_sheet
from portal.events.actors import Actor
from portal.partners.models import Partner, User
from portal.problems import Refused
from tests import builders

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
BY = Actor.system("Test")
NOTES = [["How to use this workbook"], ["Fill in the second sheet."]]


@pytest.fixture
def two_sheets(acme: Partner, send: Any) -> Upload:
    """Homes in two towns, a sheet each, behind a page of notes."""
    north, south = (builders.table(builders.rows(3, start)) for start in (1, 11))
    return send(acme, builders.book(Notes=NOTES, North=north, South=south))


def test_sheet_that_looks_like_meters_is_read_though_another_stands_before_it(acme: Partner, send: Any) -> None:
    book = builders.book(Notes=NOTES, Homes=builders.table(builders.rows(3)), More=[["a", "b"], [1, 2]])

    upload = send(acme, book)

    assert (upload.state, upload.facts["sheet"], upload.facts["alike"]) == ("ready", "Homes", ["Homes"])
    assert upload.counts == {"create": 3, "rows": 3}


def test_empty_first_sheet_is_passed_over(acme: Partner, send: Any) -> None:
    upload = send(acme, builders.book(Blank=[], Homes=[["Whatever", "Else"], ["a", "b"]]))

    assert (upload.state, upload.facts["sheet"], upload.facts["alike"]) == ("columns", "Homes", [])


def test_two_sheets_of_meters_are_asked_about(
    two_sheets: Upload, user: User, client_of: Callable[[User], Client]
) -> None:
    assert (two_sheets.state, two_sheets.facts["sheet"]) == ("columns", "North")
    assert two_sheets.facts["alike"] == ["North", "South"]

    page = client_of(user).get(reverse("upload-columns", args=[two_sheets.pk])).content.decode()

    assert "2 sheets look like meters" in page


def test_every_sheet_becomes_an_upload_and_its_rows_meters(
    two_sheets: Upload, user: User, client_of: Callable[[User], Client], run_jobs: Callable[[], int], commit: Any
) -> None:
    client = client_of(user)
    columns = {f"column-{one['index']}": one["key"] for one in two_sheets.columns}
    client.post(reverse("upload-columns", args=[two_sheets.pk]), columns)
    run_jobs()
    two_sheets.refresh_from_db()
    commit(two_sheets)
    page = client.get(reverse("upload", args=[two_sheets.pk])).content.decode()
    assert "Read “South” too" in page

    def read_the_other() -> str:
        answer = client.post(reverse("upload-other-sheet", args=[two_sheets.pk]), {"sheet": "South"})
        run_jobs()
        return str(answer["Location"])

    there, again = read_the_other(), read_the_other()
    other = Upload.objects.exclude(pk=two_sheets.pk).get()
    commit(other)

    assert there == again == reverse("upload", args=[other.pk])
    assert (other.facts["sheet"], other.sha256, other.programs) == ("South", two_sheets.sha256, two_sheets.programs)
    assert other.stored_name != two_sheets.stored_name
    assert set(Meter.objects.values_list("partner_reference", flat=True)) == {
        f"home-{n:06d}" for n in (1, 2, 3, 11, 12, 13)
    }


@pytest.mark.parametrize("sheet", ["North", "Elsewhere", ""])
def test_sheet_that_is_no_other_one_is_refused(two_sheets: Upload, sheet: str) -> None:
    with pytest.raises(Refused) as refusal:
        upload_sheet(two_sheets, sheet, by=BY)

    assert [problem.code for problem in refusal.value.problems] == ["SHEET_UNKNOWN"]
    assert Upload.objects.count() == 1


def test_sheet_that_was_read_first_is_found_again_from_the_other_one(
    two_sheets: Upload, run_jobs: Callable[[], int]
) -> None:
    other, is_new = upload_sheet(two_sheets, "South", by=BY)
    run_jobs()
    other.refresh_from_db()

    assert is_new
    assert upload_sheet(other, "North", by=BY) == (two_sheets, False)
    assert upload_sheet(two_sheets, "South", by=BY) == (other, False)


def test_row_of_totals_that_was_taken_for_a_meter_is_one_problem_and_is_left_out(
    acme: Partner, send: Any, user: User, client_of: Callable[[User], Client]
) -> None:
    total = {"partner_reference": "TOTAL", "device.battery_energy_capacity_kwh": 40.5}
    upload = send(acme, builders.xlsx([*builders.rows(3), total]))
    assert upload.counts == {"create": 3, "not_a_meter": 1, "rows": 4}
    client_of(user).post(f"/uploads/{upload.pk}/rows/", {"code": "NOT_A_METER", "do": "take"})
    assert [(one.code, one.field) for one in upload.problems.all()] == [("TOTALS_ROW", "partner_reference")]

    path = f"{reverse('upload-fix', args=[upload.pk])}?code=TOTALS_ROW&field=partner_reference"
    page = client_of(user).get(path).content.decode()
    client_of(user).post(path, {"do": "leave-out"})
    upload.refresh_from_db()

    assert "“TOTAL” is in this row" in page
    assert upload.counts == {"create": 3, "left_out": 1, "rows": 4}
