"""The order of day and month in a column: an odd date is asked about, and every date that was put in order is said."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from onboarding.uploads.columns.dates import orders_of
from onboarding.uploads.models import UploadProblem, UploadRow
from onboarding.uploads.pipeline.receive import receive_by_api
from portal.events.actors import Actor
from portal.partners.models import Partner

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
CASE = Path(__file__).parents[2] / "cases" / "dates-outlier.csv"


@pytest.mark.parametrize(
    ("mdy", "dmy", "both", "order"),
    [
        (0, 1, 4, "mdy"),
        (5, 1, 0, "mdy"),
        (5, 1, 9, "mdy"),
        (0, 6, 4, "dmy"),
        (1, 6, 4, "dmy"),
        (3, 3, 0, ""),
        (0, 0, 4, ""),
    ],
)
def test_order_is_that_of_most_dates_that_can_tell(mdy: int, dmy: int, both: int, order: str) -> None:
    assert orders_of({"day": {"mdy": mdy, "dmy": dmy, "both": both}}).get("day", "") == order


def expect_the_odd_row(upload: Any) -> None:
    problems = list(
        UploadProblem.objects.filter(upload=upload, field="device.install_date")
        .order_by("row_number")
        .values_list("row_number", "code", "blocks")
    )
    assert problems == [(n, "DATE_IN_ORDER", False) for n in range(2, 6)] + [(6, "DATE_IN_OTHER_ORDER", True)]
    dates = [row.asset["device"]["install_date"] for row in UploadRow.objects.filter(upload=upload).exclude(asset=None)]
    assert sorted(dates) == ["2025-02-03", "2025-04-05", "2025-05-06", "2025-07-08"]


def test_one_odd_date_does_not_flip_the_others(acme: Partner, send: Any) -> None:
    expect_the_odd_row(send(acme, CASE.read_bytes(), "meters.csv"))


def test_api_says_it_on_each_row(acme: Partner, run_jobs: Callable[[], int]) -> None:
    upload = receive_by_api(
        [CASE.read_bytes()], file_name="", suffix=".csv", partner=acme, update_existing=False, by=Actor.system("Test")
    )

    run_jobs()

    expect_the_odd_row(upload)
