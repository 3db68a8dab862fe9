"""Columns whose cells hold several fields: proposed, taken apart, corrected, and written out again."""

import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from django.urls import reverse

from onboarding.uploads.columns.domain import choose_columns
from onboarding.uploads.compounds import compounds_of, label_of_compound, parts_in, target_of, written_out
from onboarding.uploads.layout import covers
from onboarding.uploads.models import Upload, UploadProblem
from portal.events.actors import Actor
from portal.partners.models import Partner, User
from programs.schema import schema_for
from tests import builders

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
BY = Actor.system("Test")
CITY, STATE, ZIP = (f"customer.{name}" for name in ("city", "state_or_province_code", "postal_code"))
POWER, ENERGY = "device.battery_power_capacity_kw", "device.battery_energy_capacity_kwh"


def sheet(places: list[str], sizes: list[str]) -> bytes:
    """Rows whose city, state and ZIP code are in one column, and the sizes of the battery in another one."""
    lines = []
    for n, (place, size) in enumerate(zip(places, sizes, strict=True), 1):
        line = builders.row(n) | {"City/State/Zip": place, "Battery Size": size}
        lines.append({key: cell for key, cell in line.items() if key not in {CITY, STATE, ZIP, POWER, ENERGY}})
    return builders.csv_bytes(lines)


def answered(upload: Upload, run_jobs: Callable[[], int]) -> Upload:
    """With the columns as they are proposed."""
    choose_columns(upload, {column["index"]: column["key"] for column in upload.columns}, {}, by=BY)
    run_jobs()
    upload.refresh_from_db()
    return upload


def proposed(upload: Upload) -> dict[str, str]:
    return {column["header"]: column["key"] for column in upload.columns}


def test_several_fields_in_one_cell_are_proposed_taken_apart_and_stored(
    acme: Partner, send: Any, run_jobs: Callable[[], int]
) -> None:
    content = sheet(
        ["San Francisco, CA 94103", "Oakland, California 94607", "somewhere"],
        ["5 kW / 13.5 kWh", "13,500 Wh (5000 W)", "big"],
    )
    upload = send(acme, content, "a.csv")
    assert upload.state == "columns"
    assert (proposed(upload)["City/State/Zip"], proposed(upload)["Battery Size"]) == ("place:customer", "sizes:device")

    upload = answered(upload, run_jobs)

    assert upload.counts == {"create": 2, "needs_fixing": 1, "rows": 3}
    assets = [row.asset for row in upload.rows.filter(plan="create").order_by("number")]
    assert [[asset["customer"][key.partition(".")[2]] for key in (CITY, STATE, ZIP)] for asset in assets] == [
        ["San Francisco", "CA", "94103"],
        ["Oakland", "CA", "94607"],
    ]
    assert [[asset["device"][key.partition(".")[2]] for key in (POWER, ENERGY)] for asset in assets] == [[5, 13.5]] * 2
    problems = UploadProblem.objects.filter(upload=upload, row_number=4).values_list("code", "field", "value")
    assert set(problems) == {("PLACE_NOT_APART", CITY, "somewhere"), ("SIZES_NOT_APART", POWER, "big")}


def test_cell_that_cannot_be_taken_apart_is_corrected_in_the_page(
    acme: Partner, send: Any, run_jobs: Callable[[], int], manager: User, client_of: Any
) -> None:
    places = ["San Francisco, CA 94103", "Oakland, CA 94607", "Oakland"]
    upload = answered(send(acme, sheet(places, ["5 kW / 13.5 kWh"] * 3), "a.csv"), run_jobs)
    address = reverse("upload-fix", args=[upload.pk]) + f"?code=PLACE_NOT_APART&field={CITY}"

    client_of(manager).post(address, {"do": "save", "was-4": "Oakland", "row-4": "Oakland, CA 94607"})

    row = upload.rows.get(number=4)
    assert (row.plan, row.asset["customer"]["postal_code"]) == ("create", "94607")


def test_workbook_of_rows_to_fix_has_the_parts_in_one_cell_again(
    acme: Partner, send: Any, run_jobs: Callable[[], int], manager: User, client_of: Any
) -> None:
    places = ["San Francisco, CA 94103", "Oakland, CA 94607", "Oakland, CA 94607"]
    upload = answered(send(acme, sheet(places, ["5 kW / 13.5 kWh", "5 kW / 13.5 kWh", "?"]), "a.csv"), run_jobs)
    client = client_of(manager)
    address = reverse("upload-row", args=[upload.pk, 4])
    client.post(address, {f"was-{CITY}": "Oakland", f"field-{CITY}": "Alameda"})

    content = b"".join(client.get(reverse("upload-to-fix", args=[upload.pk])).streaming_content)

    book = openpyxl.load_workbook(io.BytesIO(content))["Rows to fix"]
    cells = dict(zip((cell.value for cell in book[1]), (cell.value for cell in book[2]), strict=True))
    assert (cells["City/State/Zip"], cells["Battery Size"]) == ("Alameda, CA 94607", "?")


def test_column_of_its_own_goes_first(acme: Partner, send: Any, run_jobs: Callable[[], int]) -> None:
    content = builders.csv_bytes(
        [
            {key: cell for key, cell in builders.row(1).items() if key not in {CITY, STATE}}
            | {"Town": "Oakland, CA", "customer.postal_code": "94607"}
        ]
    )
    upload = send(acme, content, "a.csv")
    assert proposed(upload)["Town"] == "place:customer"

    upload = answered(upload, run_jobs)

    customer = upload.rows.get().asset["customer"]
    assert (customer["city"], customer["state_or_province_code"], customer["postal_code"]) == ("Oakland", "CA", "94607")


@pytest.mark.parametrize("city", ["Oakland", "San Francisco"])
def test_column_of_cities_stays_one(acme: Partner, send: Any, city: str) -> None:
    upload = send(acme, builders.csv_bytes([builders.row(1) | {CITY: city}]), "a.csv")

    assert upload.state == "ready"


@pytest.mark.parametrize(
    ("target", "text", "parts"),
    [
        ("sizes:device", "5kW/13.5kWh", {POWER: "5 kW", ENERGY: "13.5 kWh"}),
        ("sizes:device", "13.5 kWh, 5.0 kW", {POWER: "5.0 kW", ENERGY: "13.5 kWh"}),
        ("sizes:device", "13.5 kWh and 5 kW AC", {POWER: "5 kW", ENERGY: "13.5 kWh"}),
        ("sizes:device", "13.5 kWh", {ENERGY: "13.5 kWh"}),
        ("sizes:device", "5 kW / 7 kW", {}),
        ("sizes:device", "2 x 5 kW / 13.5 kWh", {}),
        ("sizes:device", "Powerwall 5 kW / 13.5 kWh", {}),
        ("sizes:device", "5 / 13.5", {}),
        ("sizes:device", "5 kW / 13.5 kWh / 2 h", {}),
        ("place:customer", "Oakland, CA 94607", {CITY: "Oakland", STATE: "CA", ZIP: "94607"}),
        (
            "place:customer.billing",
            "Oakland, CA",
            {"customer.billing.city": "Oakland"} | {f"customer.billing.{STATE[9:]}": "CA"},
        ),
    ],
)
def test_parts_of_a_cell(target: str, text: str, parts: dict[str, str]) -> None:
    schema = schema_for()

    assert parts_in(target, text, schema) == parts
    if parts:
        assert parts_in(target, written_out(target, parts), schema) == parts


def test_targets_are_those_whose_fields_the_schema_has() -> None:
    targets = compounds_of(schema_for())

    assert targets == [
        "address:customer",
        "address:customer.billing",
        "place:customer",
        "place:customer.billing",
        "sizes:device",
    ]
    assert label_of_compound(targets[1]) == "Whole billing address"
    assert [label_of_compound(target) for target in targets[2:4]] == [
        "City, state and ZIP code",
        "Billing city, state and ZIP code",
    ]
    assert [target_of("PLACE_NOT_APART", covers(targets[3])[0]), target_of("NOT_A_ZIP", ZIP)] == [targets[3], ""]
