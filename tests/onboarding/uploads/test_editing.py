"""Meters downloaded to be edited: a template that is filled in, and changes nothing when it is uploaded as it is."""

import datetime
import io
from collections.abc import Callable, Iterable
from html import unescape
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.test import Client

from onboarding.meters.columns import asset_of, columns_of
from onboarding.meters.models import Meter
from onboarding.spreadsheets.workbook import save_template, template_csv
from onboarding.uploads.editing import cell_of, meters_to_edit
from onboarding.uploads.models import Upload
from onboarding.uploads.pipeline.commit import confirm_upload
from onboarding.uploads.pipeline.receive import receive_upload
from portal.events.actors import Actor
from portal.partners.models import Partner, User
from programs.schema import schema_for
from tests import builders
from tests.onboarding.spreadsheets.office import needs_libreoffice, saved_by_libreoffice

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
Send = Callable[..., Upload]
DEVICES: list[dict[str, Any]] = [
    {"device_type": "GENERATOR", "manufacturer": "Genco", "fuel_type": "NATURAL_GAS", "is_connected_to_solar": False},
    {"device_type": "BATTERY", "model": "-", "power_capacity_kw": 0.1 + 0.2, "model_year": 2020},
    {"device_type": "EV_CHARGER", "serial_number": "0012345678901234567890", "installer": "—"},
]


@pytest.fixture
def client(manager: User, client_of: Any) -> Client:
    return client_of(manager)  # type: ignore[no-any-return]  # the fixture gives a Client


@pytest.fixture
def send(acme: Partner, run_jobs: Callable[[], int]) -> Send:
    """Upload and check a file; with commit=True, make it so."""

    def send(content: bytes, name: str = "a.xlsx", *, update: bool = False, commit: bool = False) -> Upload:
        upload, _ = receive_upload(
            [content],
            file_name=name,
            partner=acme,
            programs=[] if update else ["CEC-DSGS"],
            update_existing=update,
            by=Actor.system(),
        )
        run_jobs()
        if commit:
            confirm_upload(upload, by=Actor.system())
            run_jobs()
        upload.refresh_from_db()
        return upload

    return send


def content_of(client: Client, path: str) -> bytes:
    answer = client.get(path)
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)


def give(meter: Meter, changes: dict[str, Any]) -> None:
    """Put values into a meter's asset: flat keys, with whole lists and objects as values."""
    asset = asset_of(meter)
    for key, value in changes.items():
        *objects, name = key.split(".")
        place = asset
        for part in objects:
            place = place.setdefault(part, {})
        place[name] = value
    Meter.objects.filter(pk=meter.pk).update(**columns_of(asset))


@pytest.fixture
def varied(send: Send) -> None:
    """Meters with everything that a spreadsheet could spoil."""
    send(
        builders.xlsx(
            [
                builders.row(1, load_types__1="HVAC", load_types__2="EV_CHARGING", customer__postal_code="00501"),
                builders.row(2, customer__postal_code="02139-0001", device__is_connected_to_solar="no"),
                builders.row(3, customer__end_customer_phone_number="+44 20 7946 0958", customer__street_2=None),
                builders.row(
                    4,
                    customer__end_customer_email=None,
                    device__install_date=datetime.date(2024, 2, 29),
                    device__permission_to_operate_date=None,
                ),
            ]
        ),
        commit=True,
    )
    first, two, three, four = Meter.objects.order_by("partner_reference")
    give(first, {"site.site_devices": DEVICES, "load_types": ["BATTERY_STORAGE", "HVAC", "EV_CHARGING", "LIGHTING"]})
    give(two, {"customer.partner_offering_name": "-5 for all", "device.device_model": "-", "device.installer": "–"})
    give(
        three,
        {
            "device.device_model": "1e5",
            "device.installer": "#N/A",
            "device.device_manufacturer": "_x0041_ & <3",
            "device.install_date": "1900-01-15",
            "device.device_serial_number": "0012345678901234567890",
            "device.battery_energy_capacity_kwh": 37.774900000000002,
            "device.battery_power_capacity_kw": 0.1 + 0.2,
        },
    )
    give(four, {"customer.partner_offering_name": "@home +1", "customer.street_2": "#12", "customer_group": "TRUE"})


def of_rows(content: bytes) -> tuple[list[Any], list[dict[str, Any]]]:
    """The labels, and the rows by key, as a spreadsheet program has them."""
    labels, keys, *rows = openpyxl.load_workbook(io.BytesIO(content))["Meters"].iter_rows(values_only=True)
    return list(labels), [
        {str(key): value for key, value in zip(keys, row, strict=True) if value is not None} for row in rows
    ]


@pytest.mark.parametrize("format", ["xlsx", "csv"])
def test_an_unchanged_download_changes_nothing(varied: None, client: Client, send: Send, format: str) -> None:
    content = content_of(client, f"/meters/template.{format}")

    upload = send(content, f"edit.{format}", update=True)

    assert upload.counts == {"unchanged": 4, "rows": 4}
    assert [column for column in upload.columns if not column["key"]] == []
    # What is odd about these meters as they stand; nothing that the download did to them.
    oddities = ["DATE_LONG_AGO", "DURATION_DIFFERS", "ZIP_OF_OTHER_STATE", "ZIP_OF_OTHER_STATE"]
    assert sorted(upload.problems.values_list("code", flat=True)) == oddities


@needs_libreoffice
@pytest.mark.timeout(120)  # the first start of LibreOffice makes itself a profile
def test_a_download_saved_by_libreoffice_changes_nothing(
    varied: None, client: Client, send: Send, tmp_path: Path
) -> None:
    content = saved_by_libreoffice(content_of(client, "/meters/template.xlsx"), tmp_path)

    upload = send(content, "edit.xlsx", update=True)

    assert upload.counts == {"unchanged": 4, "rows": 4}
    assert upload.facts["template"]["template_version"] == "1"


def test_only_what_is_edited_changes(varied: None, client: Client, send: Send) -> None:
    book = openpyxl.load_workbook(io.BytesIO(content_of(client, "/meters/template.xlsx")))
    sheet = book["Meters"]
    keys = [cell.value for cell in sheet[2]]
    row = next(row for row in sheet.iter_rows(min_row=3) if row[0].value == "home-000001")
    for key, value in {
        "customer.city": "Oakland",
        "customer.postal_code": None,
        "device.device_model": "-",
        "site.site_devices.1.model": "M-2",
        "load_types.3": None,
    }.items():
        row[keys.index(key)].value = value
    edited = io.BytesIO()
    book.save(edited)

    upload = send(edited.getvalue(), "edit.xlsx", update=True)

    assert upload.counts == {"unchanged": 3, "update": 1, "rows": 4}
    assert upload.rows.get(plan="update").changes == {
        "customer.city": ["San Francisco", "Oakland"],
        "device.device_model": ["Home 10", None],
        "site.site_devices.1.model": ["-", "M-2"],
        "load_types.3": ["LIGHTING", None],
    }


def test_cells_are_typed_and_columns_follow_the_programs_and_the_values(varied: None, client: Client) -> None:
    content = content_of(client, "/meters/template.xlsx")

    labels, rows = of_rows(content)
    book = openpyxl.load_workbook(io.BytesIO(content))
    keys = {cell.value for cell in book["Meters"][2]}
    offered = {column.key for column in schema_for(["CEC-DSGS"]).columns if not column.hidden}
    row = next(row for row in rows if row["partner_reference"] == "home-000001")
    assert book.sheetnames == ["Read me", "Meters", "Choices"]
    assert labels[0] == "Partner reference *"
    assert offered <= keys
    assert {"load_types.3", "site.site_devices.2.serial_number"} <= keys
    assert "site.site_devices.3.model" not in keys
    assert [row[key] for key in ("customer.postal_code", "device.battery_energy_capacity_kwh")] == ["00501", 13.5]
    assert row["device.install_date"] == datetime.datetime(2023, 1, 30)
    assert row["device.is_connected_to_solar"] is True
    assert row["site.site_devices.1.model"] == "\N{WORD JOINER}-"  # a plain - would clear it
    assert row["site.site_devices.1.power_capacity_kw"] == "0.30000000000000004"  # a number would be rounded


def test_the_read_me_says_how_to_edit(varied: None, client: Client) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(content_of(client, "/meters/template.xlsx")))["Read me"]

    text = "\n".join(str(row[0]) for row in sheet.iter_rows(values_only=True) if row[0])
    for words in (
        "Only what you change is changed",
        "an empty cell keeps what is there",
        "Write - into a cell to clear its field.",
        "Update existing meters",
    ):
        assert words in text


def test_csv_has_one_row_of_keys(varied: None, client: Client) -> None:
    lines = content_of(client, "/meters/template.csv").decode("utf-8-sig").splitlines()

    assert lines[0].startswith("partner_reference,transmission_region,")
    assert [line.split(",")[0] for line in lines[1:]] == [f"home-{n:06d}" for n in (4, 3, 2, 1)]


def test_filters_narrow_the_download_and_nobody_elses_meters_are_in_it(
    send: Send, client: Client, stranger: User, client_of: Any
) -> None:
    send(builders.xlsx([builders.row(1), builders.row(2, customer__city="Chico")]), commit=True)

    def references(who: Client, query: str) -> list[str]:
        return [row["partner_reference"] for row in of_rows(content_of(who, f"/meters/template.xlsx?{query}"))[1]]

    assert references(client, "") == ["home-000002", "home-000001"]
    assert references(client, "q=chico") == ["home-000002"]
    assert references(client, "program=CEC-DSGS") == ["home-000002", "home-000001"]
    assert references(client, "region=MARS") == []
    assert references(client_of(stranger), "") == []


def test_too_many_for_a_workbook_are_offered_as_csv(
    send: Send, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(builders.xlsx(builders.rows(3)), commit=True)
    monkeypatch.setattr("onboarding.uploads.editing.MOST_IN_WORKBOOK", 2)

    answer = client.get("/meters/template.xlsx?region=CAISO&sort=city&page=x", follow=True)

    assert answer.redirect_chain == [("/meters/?region=CAISO&sort=city", 302)]
    page = unescape(answer.content.decode())
    assert "too many for one workbook" in page
    assert '<a href="/meters/template.csv?region=CAISO&sort=city">download them to edit as CSV</a>' in page
    assert len(content_of(client, "/meters/template.csv?region=CAISO").splitlines()) == 4
    assert client.get("/meters/template.xlsx?q=home-000001").status_code == 200


def test_the_page_links_the_download_with_its_filters(send: Send, client: Client) -> None:
    send(builders.xlsx(builders.rows(1)), commit=True)

    page = unescape(client.get("/meters/?region=CAISO&q=home").content.decode())

    assert '<a href="/meters/template.xlsx?region=CAISO&q=home">Download to edit (.xlsx)</a>' in page


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("format", ["xlsx", "csv"])
def test_query_counts_do_not_grow_with_meters(
    send: Send, client: Client, count: int, format: str, django_assert_num_queries: Any
) -> None:
    send(builders.xlsx([*builders.rows(count), *(builders.row(n + 10) for n in range(count))]), commit=True)
    content_of(client, f"/meters/template.{format}")  # fills the caches of the validator and of the session

    with django_assert_num_queries({"xlsx": 9, "csv": 8}[format]):
        content_of(client, f"/meters/template.{format}")


def test_a_value_without_a_cell_of_its_own_has_an_empty_one() -> None:
    columns = {column.key: column for column in schema_for().columns}
    text, number, day = (
        columns[key] for key in ("device.device_model", "device.battery_power_capacity_kw", "device.install_date")
    )

    def cells(values: Iterable[object], column: Any) -> list[Any]:
        return [cell_of(value, column) for value in values]

    assert cells(["a\x00", "a\uffff", "x" * 40_000, {"a": 1}, None], text) == [None] * 5
    assert cells(["-", "–", "—"], text) == ["\N{WORD JOINER}-", "\N{WORD JOINER}–", "\N{WORD JOINER}—"]
    assert cells(["--", "-5", "=1", "00501", "#12", True], text) == ["--", "-5", "=1", "00501", "#12", True]
    assert cells(["#N/A", "#REF!"], text) == ["\N{WORD JOINER}#N/A", "\N{WORD JOINER}#REF!"]  # no errors, in csv either
    assert cells([1, 1.5, 37.7749, 0.1 + 0.2, 10**15, 1e22], number) == [
        1, 1.5, 37.7749, "0.30000000000000004", "1000000000000000", "1e+22",
    ]  # fmt: skip
    assert cells([12345678901234567891, 10**400, float("inf"), float("nan")], number) == [None] * 4
    assert cells(["2026-01-31", "soon"], day) == [datetime.date(2026, 1, 31), "soon"]


def test_a_template_without_meters_has_the_columns_on_offer(acme: Partner) -> None:
    spec = meters_to_edit(Meter.objects.filter(partner=acme))

    file = io.BytesIO()
    save_template(file, spec)
    assert of_rows(file.getvalue())[1] == []
    assert [column.key for column in spec.columns] == [one.key for one in schema_for().columns if not one.hidden]
    assert template_csv(spec).count(b"\n") == 1
