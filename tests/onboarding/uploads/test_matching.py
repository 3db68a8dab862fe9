"""The matching page, as a partner uses it: from a foreign sheet to the rows that would be stored."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from onboarding.uploads.layout import ColumnLayout
from onboarding.uploads.models import ColumnMemory, Upload, UploadProblem
from portal.partners.models import Partner, User
from tests import builders
from tests.forms import form_with

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
CASES = Path(__file__).parent / "cases"
STATE, ZIP = "customer.state_or_province_code", "customer.postal_code"


def problems_of(upload: Upload, code: str) -> list[tuple[int, str]]:
    """Row number and suggestion of each problem of a kind."""
    lines = UploadProblem.objects.filter(upload=upload, code=code).order_by("row_number")
    return [(line.row_number, str(line.context.get("suggestion", ""))) for line in lines]


def case(name: str) -> bytes:
    return (CASES / name).read_bytes()


@pytest.fixture
def match(user: User, client_of: Callable[[User], Client], run_jobs: Callable[[], int]) -> Callable[..., str]:
    """Open the matching page (by Change if nobody was asked), choose other fields for some headers or inputs, send it.

    Returns the page's text.
    """

    def match(upload: Upload, fields: dict[str, str] | None = None, **more: str) -> str:
        client, address = client_of(user), reverse("upload-columns", args=[upload.pk])
        if upload.state == "ready":
            client.post(reverse("upload-columns-again", args=[upload.pk]))
            run_jobs()
            upload.refresh_from_db()
        page = client.get(address).content.decode()
        form = form_with(page, "column-")
        by_header = {column["header"]: column["index"] for column in upload.columns}
        form |= {f"column-{by_header[header]}": [key] for header, key in (fields or {}).items()}
        form |= {name: [value] for name, value in more.items()}
        answer = client.post(address, form)
        run_jobs()
        upload.refresh_from_db()
        return answer.content.decode() if answer.status_code == 422 else page

    return match


def assets(upload: Upload) -> dict[str, dict[str, Any]]:
    """Reference to asset of each row that would be written."""
    return {row.partner_reference: row.asset for row in upload.rows.order_by("number") if row.asset}


def keys_of(upload: Upload) -> dict[str, str]:
    return {column["header"]: column["key"] for column in upload.columns}


def test_memory_of_other_headers_gives_no_field_a_second_column(
    acme: Partner, send: Any, match: Callable[..., str]
) -> None:
    first = [{"Serial #": f"OLD-{n}", **builders.row(n)} for n in range(3)]
    for line in first:
        line.pop("partner_reference")
        line.pop("device.device_serial_number")
    match(send(acme, builders.csv_bytes(first), "first.csv"), {"Serial #": "partner_reference"})
    assert ColumnMemory.objects.get().columns["serial"] == "partner_reference"

    upload = send(acme, case("49_memory_collision.csv"), "second.csv")

    assert upload.state == "columns"
    assert keys_of(upload)["Site ID"] == "partner_reference"
    assert keys_of(upload)["Serial #"] == "device.device_serial_number"
    page = match(upload)
    assert "In another sheet, this was Partner reference." in page
    assert list(assets(upload)) == [f"MC-{n}" for n in range(5)]
    assert assets(upload)["MC-0"]["device"]["device_serial_number"] == "SER-0"


def test_two_columns_for_one_field_are_refused_until_somebody_says_use_both(
    acme: Partner, send: Any, match: Callable[..., str]
) -> None:
    lines = [{**builders.row(n), "name": "Rivera", "customer.end_customer_name": "Alex"} for n in range(1, 3)]
    upload = send(acme, builders.csv_bytes(lines), "a.csv")

    refused = match(upload)

    assert "both hold Customer name" in refused
    assert "<q>Alex Rivera</q>" in refused
    assert upload.state == "columns"
    match(upload, **{"join-customer.end_customer_name": "on"})
    assert assets(upload)["home-000001"]["customer"]["end_customer_name"] == "Alex Rivera"
    again = send(
        acme, builders.csv_bytes([line | {"partner_reference": f"x-{n}xx"} for n, line in enumerate(lines)]), "b.csv"
    )
    assert again.state == "ready"
    assert ColumnLayout.of(again.layout).joined == ("customer.end_customer_name",)


def test_two_references_are_never_joined(acme: Partner, send: Any, match: Callable[..., str]) -> None:
    lines = [{**builders.row(n), "Other ID": f"other-{n}"} for n in range(1, 3)]
    upload = send(acme, builders.csv_bytes([{**line, "Kontakt": "a@example.com"} for line in lines]), "a.csv")

    match(upload, {"Other ID": "partner_reference"}, **{"join-partner_reference": "on"})

    assert upload.counts == {"needs_fixing": 2, "rows": 2}
    codes = UploadProblem.objects.filter(upload=upload).values_list("code", flat=True)
    assert set(codes) == {"COLUMNS_DISAGREE"}


def test_memory_that_gives_one_field_two_columns_is_asked_about(
    acme: Partner, send: Any, match: Callable[..., str]
) -> None:
    lines = [{**builders.row(n), "Other ID": f"other-{n}", "Kontakt": "a@example.com"} for n in range(1, 3)]
    match(send(acme, builders.csv_bytes(lines), "a.csv"), {"Kontakt": ""})
    memory = ColumnMemory.objects.get()
    memory.columns["otherid"] = "partner_reference"
    memory.save()

    upload = send(acme, builders.csv_bytes([line | {"Kontakt": "b@example.com"} for line in lines]), "b.csv")

    assert upload.state == "columns"


def test_remembered_match_is_said_and_can_be_changed(
    acme: Partner, user: User, send: Any, match: Callable[..., str], client_of: Callable[[User], Client]
) -> None:
    lines = [{**builders.row(n), "Kontakt": "a@example.com"} for n in range(1, 3)]
    match(send(acme, builders.csv_bytes(lines), "a.csv"), {"Kontakt": ""})

    again = send(
        acme, builders.csv_bytes([line | {"partner_reference": f"x-{n}xx"} for n, line in enumerate(lines)]), "b.csv"
    )

    page = client_of(user).get(reverse("upload", args=[again.pk])).content.decode()
    assert "The columns were matched as you said for an earlier sheet with the same headers." in page
    assert reverse("upload-columns-again", args=[again.pk]) in page


def test_one_column_feeds_several_fields(acme: Partner, send: Any, match: Callable[..., str]) -> None:
    lines = [{**builders.row(n), "Odd ID": f"ODD-{n}", "Kontakt": "a@example.com"} for n in range(1, 3)]
    for line in lines:
        line.pop("partner_reference")
        line.pop("device.device_serial_number")
    upload = send(acme, builders.csv_bytes(lines), "a.csv")
    index = next(column["index"] for column in upload.columns if column["header"] == "Odd ID")

    match(upload, {"Odd ID": "partner_reference"}, **{f"also-{index}": "device.device_serial_number"})

    assert {reference: asset["device"]["device_serial_number"] for reference, asset in assets(upload).items()} == {
        "ODD-1": "ODD-1",
        "ODD-2": "ODD-2",
    }
    assert ColumnMemory.objects.get().columns["oddid"] == "partner_reference+device.device_serial_number"


def test_state_is_that_of_each_zip_code_not_that_of_the_program(
    acme: Partner, send: Any, match: Callable[..., str]
) -> None:
    upload = send(acme, case("23_no_state.csv"), "no_state.csv")
    assert upload.state == "columns"

    page = match(upload)

    assert "From each row’s ZIP code" in page
    states = {reference: asset["customer"]["state_or_province_code"] for reference, asset in assets(upload).items()}
    assert states == {"NS-0": "CA", "NS-2": "CA", "NS-4": "CA"}
    assert upload.counts == {"create": 3, "needs_fixing": 3, "rows": 6}
    outside = UploadProblem.objects.filter(upload=upload, code="STATE_OUTSIDE_REGION")
    assert sorted(outside.values_list("row_number", flat=True)) == [3, 5, 7]


def test_value_for_all_rows_fills_the_blank_cells_of_a_column_as_the_page_says(
    acme: Partner, send: Any, match: Callable[..., str]
) -> None:
    upload = send(acme, case("44_constant_vs_column.csv"), "constant.csv")
    assert keys_of(upload)["Asset"] == "meter_type"
    fields = {"Serial #": "partner_reference"}

    page = match(upload, fields, **{"constant-meter_type": "DEVICE"})

    assert "The program takes only Device. Fills the blank cells of column B." in page
    types = {reference: asset["meter_type"] for reference, asset in assets(upload).items()}
    assert types == {
        "CV-0": "UTILITY_METER",
        "CV-1": "DEVICE",
        "CV-2": "DEVICE",
        "CV-3": "SUBMETER",
        "CV-4": "DEVICE",
    }


def test_blank_cells_stay_blank_unless_somebody_fills_them(acme: Partner, send: Any, match: Callable[..., str]) -> None:
    upload = send(acme, case("44_constant_vs_column.csv"), "constant.csv")

    match(upload, {"Serial #": "partner_reference"})

    assert upload.counts == {"create": 3, "needs_fixing": 2, "rows": 5}


def test_page_names_what_the_program_needs_and_takes_a_column_or_a_value(
    acme: Partner, send: Any, match: Callable[..., str]
) -> None:
    lines = [{**builders.row(n), "How many": 2, "Kontakt": "a@example.com"} for n in range(1, 3)]
    for line in lines:
        line.pop("site.number_of_devices")
    upload = send(acme, builders.csv_bytes(lines), "a.csv")
    index = next(str(column["index"]) for column in upload.columns if column["header"] == "How many")

    page = match(
        upload,
        {"How many": ""},
        **{"match-site.number_of_devices": index, "constant-caiso.is_receiving_sgip_funding": "no"},
    )

    assert "Needed by CEC-DSGS" in page
    asset = assets(upload)["home-000001"]
    assert asset["site"]["number_of_devices"] == 2
    assert asset["caiso"]["is_receiving_sgip_funding"] is False


def test_vendor_headers_are_matched_by_name_and_values(acme: Partner, send: Any) -> None:
    upload = send(acme, case("05_salesforce.csv"), "salesforce.csv", programs=("MA_DOER-CPS",))

    keys = keys_of(upload)
    assert keys["Account Name"] == "customer.end_customer_name"
    assert keys["Utility Account #"] == "utility.electric_service_account_number"
    assert keys["Asset Name"] == "device.device_model"
    assert keys["Shipping Street"] == "customer.street_1"
    assert keys["Shipping City"] == "customer.city"
    assert keys["Billing Zip/Postal Code"] == "customer.billing.postal_code"
    assert keys["Account Owner"] == ""


def test_utilities_are_suggested_for_the_place_of_the_row(acme: Partner, send: Any, match: Callable[..., str]) -> None:
    upload = send(acme, case("utility-suggestions.csv"), "utilities.csv", programs=())

    if upload.state == "columns":
        match(upload)

    assert assets(upload)["h3-nrgh-1"]["utility"]["utility_name"] == "EVERSOURCE"
    assert problems_of(upload, "UNKNOWN_CHOICE") == [(3, "SCE"), (4, ""), (5, "")]
    asked = UploadProblem.objects.get(upload=upload, row_number=4, code="UNKNOWN_CHOICE")
    assert "AEP_CENTRAL or AEP_NORTH" in asked.problem.text


def test_esi_id_tells_which_utility_is_meant(acme: Partner, send: Any) -> None:
    lines = [
        builders.row(
            n,
            transmission_region="ERCOT",
            customer__state_or_province_code="TX",
            customer__postal_code="78401",
            customer__city="Corpus Christi",
            utility__utility_name="AEP Texas",
            utility__electric_service_account_number=account,
            caiso__nem_type=None,
        )
        for n, account in enumerate(["10032789412345678", "10204041234567890"], 1)
    ]

    upload = send(acme, builders.csv_bytes(lines), "a.csv", programs=("ERCOT-ERS",))

    assert problems_of(upload, "UNKNOWN_CHOICE") == [(2, "AEP_CENTRAL"), (3, "AEP_NORTH")]


def test_names_of_new_england_are_known_or_asked_about(acme: Partner, send: Any, match: Callable[..., str]) -> None:
    upload = send(acme, case("54_ma_names.csv"), "names.csv", programs=("MA_DOER-CPS",))

    match(
        upload,
        **{
            "constant-transmission_region": "ISONE",
            "constant-customer_classification": "RESIDENTIAL",
            "constant-meter_type": "DEVICE",
            "constant-load_types.0": "BATTERY_STORAGE",
        },
    )

    utilities = [asset["utility"]["utility_name"] for asset in assets(upload).values()]
    expected = ["EVERSOURCE"] * 5 + ["NATGRID"] * 4 + ["UNITIL"] * 2 + ["RIE"] * 3 + ["CAPELIGHT"]
    assert utilities == expected


def test_each_value_is_decided_once_and_remembered(
    acme: Partner, user: User, send: Any, client_of: Callable[[User], Client], run_jobs: Callable[[], int]
) -> None:
    names = ["Edison", "Edison", "Atlantis Power", "PG&E"]
    lines = [builders.row(n, utility__utility_name=name) for n, name in enumerate(names, 1)]
    upload = send(acme, builders.csv_bytes(lines), "a.csv")
    client, address = client_of(user), reverse("upload-values", args=[upload.pk])
    assert address in client.get(reverse("upload", args=[upload.pk])).content.decode()
    form = form_with(client.get(address).content.decode(), "value-")
    assert form["value-utility.utility_name|CA|Edison"] == ["SCE"]
    assert form["value-utility.utility_name|CA|Atlantis Power"] == [""]

    client.post(address, form)
    run_jobs()

    upload.refresh_from_db()
    assert upload.counts == {"create": 3, "needs_fixing": 1, "rows": 4}
    assert assets(upload)["home-000001"]["utility"]["utility_name"] == "SCE"
    assert ColumnMemory.objects.get().values == {"utility.utility_name": {"edison": {"CA": "SCE"}}}
    again = send(acme, builders.csv_bytes([builders.row(n, utility__utility_name="Edison") for n in (7, 8)]), "b.csv")
    assert again.counts == {"create": 2, "rows": 2}


def test_four_digits_are_a_zip_code_only_where_such_exist(acme: Partner, send: Any) -> None:
    upload = send(acme, builders.csv_bytes([builders.row(1, customer__postal_code="9410")]), "a.csv")

    assert upload.counts == {"needs_fixing": 1, "rows": 1}
    assert UploadProblem.objects.get(upload=upload).code == "NOT_A_ZIP"


def test_esi_id_is_reference_and_account_and_whole_addresses_are_taken_apart(
    acme: Partner, send: Any, match: Callable[..., str]
) -> None:
    upload = send(acme, case("07_csr.xlsx"), "csr.xlsx", programs=("ERCOT-ERS",))
    keys = keys_of(upload)
    assert keys["ESIID"] == "utility.electric_service_account_number+partner_reference"
    assert keys["SERVICE ADDRESS"] == "address:customer"
    assert keys["TDU"] == "utility.utility_name"

    match(
        upload,
        **{
            "constant-transmission_region": "ERCOT",
            "constant-customer_classification": "COMMERCIAL",
            "constant-meter_type": "UTILITY_METER",
            "constant-load_types.0": "OTHER",
        },
    )

    assert upload.counts == {"create": 20, "rows": 20}
    asset = assets(upload)["10443723307924402"]
    assert asset["utility"]["electric_service_account_number"] == "10443723307924402"
    customer = asset["customer"]
    assert (customer["street_1"], customer["street_2"]) == ("10 INDUSTRIAL BLVD", "UNIT 0")
    assert (customer["city"], customer["postal_code"]) == ("DALLAS", "75260-0001")


def test_utility_under_a_bare_name_is_not_the_customer(acme: Partner, send: Any) -> None:
    lines = [{**builders.row(n), "Name": "PG&E"} for n in range(1, 4)]
    for line in lines:
        line.pop("customer.end_customer_name")
        line.pop("utility.utility_name")

    upload = send(acme, builders.csv_bytes(lines), "a.csv")

    assert keys_of(upload)["Name"] == "utility.utility_name"
