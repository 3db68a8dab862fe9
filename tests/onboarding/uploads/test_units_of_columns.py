"""Columns whose names have a unit: what is stored is in the field's unit, and the page and the API say so."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from onboarding.api.create_meters.statuses import job_warnings
from onboarding.meters.models import Meter
from onboarding.spreadsheets.units import unit_in, unit_to_convert
from onboarding.uploads.columns.domain import choose_columns
from onboarding.uploads.models import Upload, UploadState
from onboarding.uploads.pipeline.receive import receive_by_api
from portal.events.actors import Actor
from portal.partners.models import Partner, User
from tests import builders

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
BY = Actor.system("Test")
UNITS = Path(__file__).parents[2] / "cases" / "21_units.csv"
KW, KWH = "device.battery_power_capacity_kw", "device.battery_energy_capacity_kwh"


@pytest.mark.parametrize(
    ("header", "name", "unit"),
    [
        ("Battery power (W)", "Battery power", "W"),
        ("Battery capacity [Wh]", "Battery capacity", "Wh"),
        ("Battery kW AC", "Battery", "kW"),
        ("Battery (kW-AC)", "Battery", "kW"),
        ("capacity_wh", "capacity", "Wh"),
        ("capacityWh", "capacity", "Wh"),
        ("Battery duration (min)", "Battery duration", "min"),
        ("Power in watts", "Power", "W"),
        ("# devices", "# devices", ""),
        ("Show", "Show", ""),
    ],
)
def test_unit_is_found_in_a_name(header: str, name: str, unit: str) -> None:
    assert unit_in(header) == (name, unit)


@pytest.mark.parametrize(
    ("header", "field_unit", "unit"),
    [
        ("Power (W)", "kW", "W"),
        ("Power (kW)", "kW", ""),
        ("Capacity (Wh)", "kW", "Wh"),
        ("State of charge (min)", "%", ""),
        ("Duration (min)", "h", "min"),
        ("Power (min)", "kW", ""),
    ],
)
def test_unit_is_converted_where_it_differs(header: str, field_unit: str, unit: str) -> None:
    assert unit_to_convert(header, field_unit) == unit


def answered(upload: Upload, run_jobs: Callable[[], int], **more: str) -> Upload:
    """The upload, checked with the columns as they were proposed."""
    if upload.state == UploadState.COLUMNS:
        columns = {column["index"]: column["key"] for column in upload.columns}
        choose_columns(upload, columns, {"meter_type": "DEVICE"} | more, by=BY)
        run_jobs()
        upload.refresh_from_db()
    return upload


def test_watts_become_kilowatts_and_the_page_says_so(
    acme: Partner,
    send: Any,
    commit: Any,
    run_jobs: Callable[[], int],
    user: User,
    client_of: Callable[[User], Client],
) -> None:
    upload = answered(send(acme, UNITS.read_bytes(), "units.csv"), run_jobs)
    page = client_of(user).get(f"/uploads/{upload.pk}/").content.decode()
    commit(upload)

    assert "Battery power capacity: W were read as kW" in page
    assert "Battery energy capacity: Wh were read as kWh" in page
    devices = [meter.data["device"] for meter in Meter.objects.all()]
    assert devices
    assert {device["battery_power_capacity_kw"] for device in devices} == {5}
    assert {device["battery_energy_capacity_kwh"] for device in devices} == {13.5}
    assert not any(isinstance(value, int | float) and value > 100 for device in devices for value in device.values())


def test_api_converts_units_and_says_so(acme: Partner, run_jobs: Callable[[], int]) -> None:
    watts = {KW: "5000"}
    content = builders.csv_bytes([{**cells, **watts} for cells in builders.rows(2)])
    content = content.replace(KW.encode(), b"Battery power (W)")
    upload = receive_by_api([content], file_name="u.csv", suffix=".csv", partner=acme, update_existing=False, by=BY)
    run_jobs()
    upload.refresh_from_db()

    assert [meter.data["device"]["battery_power_capacity_kw"] for meter in Meter.objects.all()] == [5, 5]
    told = "Battery power capacity: W were read as kW. Check one of the values below."
    assert job_warnings(upload) == {"warnings": [{"field": KW, "code": "UNIT_CONVERTED", "message": told}]}


@pytest.mark.parametrize(("cell", "kw"), [("5000", 5), ("5 kW", 5), ("5,000", 5), (5000, 5), (5000.5, 5.0005)])
def test_every_number_of_the_column_is_converted(acme: Partner, send: Any, cell: object, kw: float) -> None:
    header, line = builders.table([builders.row(1) | {KW: cell}])
    header = ["Battery power (W)" if key == KW else key for key in header]

    upload = send(acme, builders.book(Meters=[header, line]))

    assert upload.counts == {"create": 1, "rows": 1}
    assert upload.rows.get().asset["device"]["battery_power_capacity_kw"] == kw


def test_energy_is_not_matched_with_power(acme: Partner, send: Any) -> None:
    content = builders.csv_bytes(builders.rows(1)).replace(KW.encode(), b"Battery power (Wh)")
    upload = send(acme, content, "meters.csv")

    (column,) = [column for column in upload.columns if "(Wh)" in column["header"]]
    assert column["how"] not in {"key", "label", "alias", "normalized"}


@pytest.mark.parametrize(("key", "cell"), [(KW, 5000), (KWH, 0), (KWH, 13500)])
def test_value_a_thousand_times_out_of_its_range_stops_the_row(acme: Partner, send: Any, key: str, cell: int) -> None:
    upload = send(acme, builders.xlsx([builders.row(1), builders.row(2) | {key: cell}]))

    assert upload.counts == {"create": 1, "needs_fixing": 1, "rows": 2}
