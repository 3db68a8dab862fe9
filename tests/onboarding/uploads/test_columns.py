"""Sheets with headers of their own: what is proposed, asked, chosen, remembered."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from onboarding.meters.models import Meter
from onboarding.uploads.columns.domain import choose_columns
from onboarding.uploads.columns.memory import fingerprint_of
from onboarding.uploads.layout import ColumnLayout
from onboarding.uploads.models import ColumnMemory, Upload, UploadProblem
from portal.events.actors import Actor
from portal.events.models import Event
from portal.partners.models import Partner, User
from portal.problems import Refused
from tests import builders

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
BY = Actor.system("Test")

# A CRM export: headers of its own, no region, no meter type.
CRM: list[dict[str, Any]] = [
    {
        "Cust Ref No.": f"crm-{n:04d}",
        "Sector": "Residential",
        "Controls": "Battery storage",
        "Site Address": f"{n} Oak Street",
        "Town": "Oakland",
        "Postal": "94607",
        "ST": "California",
        "Kontakt": f"alex{n}@example.com",
        "Batt kWh": "13.5 kWh",
        "Batt Power (kW)": 5,
        "Internal remark": "vip",
    }
    for n in range(1, 7)
]


def keys_of(upload: Upload) -> dict[str, tuple[str, str]]:
    return {column["header"]: (column["key"], column["how"]) for column in upload.columns}


def answer_for(upload: Upload, **changes: str) -> dict[int, str]:
    """The proposal, changed for some headers."""
    by_header = {header.replace(" ", "_"): key for header, key in changes.items()}
    return {
        column["index"]: by_header.get(column["header"].replace(" ", "_"), column["key"]) for column in upload.columns
    }


CONSTANTS = {"transmission_region": "CAISO", "meter_type": "DEVICE"}


def test_foreign_headers_are_proposed_and_nothing_is_checked_before_the_answer(acme: Partner, send: Any) -> None:
    upload = send(acme, builders.csv_bytes(CRM), "crm.csv")

    assert upload.state == "columns"
    assert upload.rows.count() == 0
    assert keys_of(upload) == {
        "Cust Ref No.": ("customer.partner_customer_reference", "alike"),
        "Sector": ("customer_classification", "normalized"),
        "Controls": ("load_types.0", "values"),
        "Site Address": ("customer.street_1", "normalized"),
        "Town": ("customer.city", "normalized"),
        "Postal": ("customer.postal_code", "alike"),
        "ST": ("customer.state_or_province_code", "alike"),
        "Kontakt": ("customer.end_customer_email", "values"),
        "Batt kWh": ("device.battery_energy_capacity_kwh", "normalized"),
        "Batt Power (kW)": ("device.battery_power_capacity_kw", "alike"),
        "Internal remark": ("", "unknown"),
    }
    assert upload.columns[0]["samples"] == ["crm-0001", "crm-0002", "crm-0003"]


def test_answer_is_checked_with_constants_and_remembered_for_the_next_sheet(
    acme: Partner, borealis: Partner, send: Any, run_jobs: Callable[[], int]
) -> None:
    upload = send(acme, builders.csv_bytes(CRM), "crm.csv")
    answer = answer_for(upload, **{"Cust Ref No.": "partner_reference"})

    choose_columns(upload, answer, CONSTANTS, by=BY)
    run_jobs()

    upload.refresh_from_db()
    assert (upload.state, upload.counts) == ("ready", {"create": 6, "rows": 6})
    assert upload.rows.first().asset["meter_type"] == "DEVICE"
    assert upload.rows.first().asset["load_types"] == ["BATTERY_STORAGE"]
    assert Event.objects.filter(verb="upload.columns_chosen", subject_id=str(upload.pk)).count() == 1
    next_month = [{**line, "Cust Ref No.": f"new-{n}"} for n, line in enumerate(CRM)]
    shuffled = [dict(reversed(line.items())) for line in next_month]
    again = send(acme, builders.csv_bytes(shuffled), "crm-2.csv")
    assert (again.state, again.counts) == ("ready", {"create": 6, "rows": 6})
    assert {how for _, how in keys_of(again).values()} == {"remembered"}
    assert send(borealis, builders.csv_bytes(CRM), "crm.csv").state == "columns"


def test_sheet_of_known_names_is_never_asked_about(acme: Partner, send: Any) -> None:
    upload = send(acme, builders.csv_bytes([{**builders.row(1), "Internal remark": "x"}]), "a.csv")

    assert upload.state == "ready"
    assert ColumnLayout.of(upload.layout).decided_by == "names"


def test_whole_address_in_one_column_is_taken_apart(acme: Partner, send: Any, run_jobs: Callable[[], int]) -> None:
    addresses = [
        "132 Main Street, Apt 4, San Francisco, CA 94103",
        "7 Oak Avenue, Oakland, California 94607-1234, USA",
        "somewhere in the hills",
    ]
    lines = [{**builders.row(n), "Site Address": text} for n, text in enumerate(addresses, 1)]
    parts = ("street_1", "street_2", "city", "postal_code", "state_or_province_code")
    for line in lines:
        for part in parts:
            line.pop(f"customer.{part}")
    upload = send(acme, builders.csv_bytes(lines), "a.csv")
    assert keys_of(upload)["Site Address"] == ("address:customer", "values")

    choose_columns(upload, answer_for(upload), {}, by=BY)
    run_jobs()

    upload.refresh_from_db()
    assert upload.counts == {"create": 2, "needs_fixing": 1, "rows": 3}
    customers = [row.asset["customer"] for row in upload.rows.filter(plan="create").order_by("number")]
    assert [[one.get(part) for part in parts] for one in customers] == [
        ["132 Main Street", "Apt 4", "San Francisco", "94103", "CA"],
        ["7 Oak Avenue", None, "Oakland", "94607-1234", "CA"],
    ]
    problem = UploadProblem.objects.get(upload=upload, code="ADDRESS_NOT_APART")
    assert (problem.row_number, problem.value) == (4, "somewhere in the hills")
    column = next(one["index"] for one in upload.columns if one["header"] == "Site Address")
    assert problem.column == column


def test_two_columns_for_one_field_are_asked_about_then_joined_or_compared(
    acme: Partner, send: Any, run_jobs: Callable[[], int]
) -> None:
    lines = [
        {**builders.row(1), "zip": "94103", "name": "Rivera"},
        {**builders.row(2), "zip": "94607", "name": "Alex Rivera 2"},
    ]
    upload = send(acme, builders.csv_bytes(lines), "a.csv")
    assert upload.state == "columns"

    choose_columns(upload, answer_for(upload), {}, joined=["customer.postal_code", "customer.end_customer_name"], by=BY)
    run_jobs()

    upload.refresh_from_db()
    assert upload.counts == {"create": 1, "needs_fixing": 1, "rows": 2}
    assert upload.rows.get(number=2).asset["customer"]["end_customer_name"] == "Alex Rivera 1 Rivera"
    problem = UploadProblem.objects.get(upload=upload)
    assert (problem.code, problem.field, problem.value) == ("COLUMNS_DISAGREE", "customer.postal_code", "94103 / 94607")


def test_unknown_field_or_unfit_constant_is_refused(acme: Partner, send: Any) -> None:
    upload = send(acme, builders.csv_bytes(CRM), "crm.csv")

    with pytest.raises(Refused) as refusal:
        choose_columns(upload, {0: "no.such.field"}, {"transmission_region": "Atlantis"}, by=BY)

    codes = [problem.code for problem in refusal.value.problems]
    assert codes == ["COLUMN_UNKNOWN_FIELD", "REFERENCE_IN_NO_COLUMN", "CONSTANT_NOT_ACCEPTED"]
    assert ColumnMemory.objects.count() == 0


def test_headers_in_another_order_and_spelling_are_the_same_set() -> None:
    assert fingerprint_of(["Zip Code", "City"]) == fingerprint_of(["city", "ZIP_CODE", ""])
    assert fingerprint_of(["Zip Code", "City"]) != fingerprint_of(["Zip Code", "Town"])


def test_page_shows_samples_takes_the_answer_and_keeps_what_was_wrong(
    acme: Partner, user: User, send: Any, client_of: Callable[[User], Client], run_jobs: Callable[[], int]
) -> None:
    client = client_of(user)
    upload = send(acme, builders.csv_bytes(CRM), "crm.csv")
    address = reverse("upload-columns", args=[upload.pk])
    assert client.get(reverse("upload", args=[upload.pk]))["Location"] == address
    page = client.get(address).content.decode()
    assert "crm-0001" in page
    assert 'name="constant-transmission_region"' in page
    form = {f"column-{index}": key for index, key in answer_for(upload).items()} | {"column-0": "partner_reference"}

    wrong = client.post(address, form | {"constant-transmission_region": "Atlantis"})

    assert wrong.status_code == 422
    assert "Transmission region cannot be “Atlantis”." in wrong.content.decode()
    right = {f"constant-{key}": text for key, text in CONSTANTS.items()}
    assert client.post(address, form | right)["Location"] == reverse("upload", args=[upload.pk])
    run_jobs()
    assert Upload.objects.get().state == "ready"


def test_remembered_columns_are_listed_changed_and_forgotten(
    acme: Partner, user: User, stranger: User, send: Any, client_of: Callable[[User], Client]
) -> None:
    upload = send(acme, builders.csv_bytes(CRM), "crm.csv")
    choose_columns(upload, answer_for(upload, **{"Cust Ref No.": "partner_reference"}), CONSTANTS, by=BY)
    memory = ColumnMemory.objects.get()
    client = client_of(user)
    assert "crm.csv" in client.get(reverse("column-memories")).content.decode()
    assert "crm.csv" not in client_of(stranger).get(reverse("column-memories")).content.decode()
    address = reverse("column-memory", args=[memory.pk])
    assert client.get(address).status_code == 200

    client.post(address, {"column-0": "", "column-3": "customer.street_2", "constant-meter_type": "SUBMETER"})

    memory.refresh_from_db()
    assert memory.columns == {"custrefno": "", "siteaddress": "customer.street_2"}
    assert memory.constants == {"meter_type": "SUBMETER"}
    client.post(reverse("column-memory-forget", args=[memory.pk]))
    assert not ColumnMemory.objects.exists()
    verbs = Event.objects.filter(subject_type="columnmemory").values_list("verb", flat=True)
    assert sorted(verbs) == ["columns.changed", "columns.forgotten"]


def test_another_header_row_or_sheet_can_be_named(
    acme: Partner, user: User, send: Any, client_of: Callable[[User], Client], run_jobs: Callable[[], int]
) -> None:
    upload = send(acme, b"a,b\ncode,kind\nx,y\n", "odd.csv")
    assert [column["header"] for column in upload.columns] == ["a", "b"]

    client_of(user).post(reverse("upload-columns-again", args=[upload.pk]), {"header_row": "2"})
    run_jobs()

    upload.refresh_from_db()
    assert upload.state == "columns"
    assert [column["header"] for column in upload.columns] == ["code", "kind"]


def test_api_is_never_asked_and_uses_only_names_that_it_knows(
    acme: Partner, run_jobs: Callable[[], int], api_key: Any, client: Client
) -> None:
    body = builders.csv_bytes([{**builders.row(1), "Kontakt": "alex@example.com"}])

    client.post("/v1.1/jobs/meters", body, content_type="text/csv", headers={"Authorization": f"Bearer {api_key[1]}"})
    run_jobs()

    assert Upload.objects.get().state == "done"
    assert Meter.objects.count() == 1


def test_rows_can_be_pasted_instead_of_a_file(
    acme: Partner, user: User, client_of: Callable[[User], Client], run_jobs: Callable[[], int]
) -> None:
    header, *lines = builders.csv_bytes(builders.rows(2)).decode().splitlines()
    pasted = "\r\n".join(line.replace(",", "\t") for line in [header, *lines])
    client = client_of(user)

    nothing = client.post(reverse("upload-new"), {"programs": ["CEC-DSGS"], "pasted": "  "})
    answer = client.post(reverse("upload-new"), {"programs": ["CEC-DSGS"], "pasted": pasted})
    run_jobs()

    assert nothing.status_code == 422
    upload = Upload.objects.get()
    assert answer["Location"] == reverse("upload", args=[upload.pk])
    assert (upload.file_name, upload.state, upload.counts) == ("pasted rows.csv", "ready", {"create": 2, "rows": 2})


def test_order_of_day_and_month_is_decided_by_the_whole_column_and_said(
    acme: Partner, user: User, send: Any, client_of: Callable[[User], Client]
) -> None:
    days = ["03/04/2022", "5/31/2021", "01/02/2022"]
    lines = [builders.row(n, device__install_date=day) for n, day in enumerate(days, 1)]

    upload = send(acme, builders.csv_bytes(lines), "a.csv")

    assert upload.counts == {"create": 3, "rows": 3}
    assets = [row.asset["device"]["install_date"] for row in upload.rows.order_by("number")]
    assert assets == ["2022-03-04", "2021-05-31", "2022-01-02"]
    page = client_of(user).get(reverse("upload", args=[upload.pk])).content.decode()
    assert "Install date: dates such as 03/04/2026 were read as month/day/year" in page


def test_column_whose_dates_contradict_each_other_is_asked_about_row_by_row(acme: Partner, send: Any) -> None:
    days = ["03/04/2022", "5/31/2022", "31/05/2022"]
    lines = [builders.row(n, device__install_date=day) for n, day in enumerate(days, 1)]

    upload = send(acme, builders.csv_bytes(lines), "a.csv")

    assert upload.counts == {"create": 2, "needs_fixing": 1, "rows": 3}
    assert ColumnLayout.of(upload.layout).date_orders == {}


def test_value_for_all_rows_that_the_programs_do_not_imply_is_asked_for_again(
    acme: Partner, send: Any, run_jobs: Callable[[], int]
) -> None:
    lines = [{key: value for key, value in line.items() if key != "Sector"} for line in CRM]
    upload = send(acme, builders.csv_bytes(lines), "crm.csv")
    answer = answer_for(upload, **{"Cust Ref No.": "partner_reference"})
    choose_columns(upload, answer, CONSTANTS | {"customer_classification": "RESIDENTIAL"}, by=BY)
    run_jobs()

    again = send(
        acme, builders.csv_bytes([{**line, "Cust Ref No.": f"x-{n}"} for n, line in enumerate(lines)]), "b.csv"
    )

    assert again.state == "columns"
    assert ColumnLayout.of(again.layout).constants["customer_classification"] == "RESIDENTIAL"
    assert {how for _, how in keys_of(again).values()} == {"remembered"}


def test_name_that_no_cell_goes_with_gives_way_to_the_values(acme: Partner, send: Any) -> None:
    lines = [
        {
            "Reference": f"x-{n}",
            "Segment": ["Device", "Submeter"][n % 2],
            "Load type": "HVAC",
            "Who": "Residential",
        }
        for n in range(4)
    ]

    upload = send(acme, builders.csv_bytes(lines), "odd.csv")

    assert keys_of(upload)["Segment"] == ("meter_type", "values")
    assert keys_of(upload)["Who"] == ("customer_classification", "values")


def test_halves_of_a_name_are_put_together_first_name_first(
    acme: Partner, send: Any, run_jobs: Callable[[], int]
) -> None:
    lines = [{**builders.row(n), "Cust Name Last": "Rivera", "Cust Name First": "Alex"} for n in range(1, 4)]
    for line in lines:
        line.pop("customer.end_customer_name")
    upload = send(acme, builders.csv_bytes(lines), "names.csv")
    assert keys_of(upload)["Cust Name Last"] == keys_of(upload)["Cust Name First"]

    choose_columns(upload, answer_for(upload), {}, joined=["customer.end_customer_name"], by=BY)
    run_jobs()

    assert upload.rows.first().asset["customer"]["end_customer_name"] == "Alex Rivera"


def test_address_that_cannot_be_taken_apart_is_one_problem(
    acme: Partner, send: Any, run_jobs: Callable[[], int]
) -> None:
    keys = ("customer.street_1", "customer.street_2", "customer.city", "customer.postal_code")
    lines = [
        {key: value for key, value in builders.row(n).items() if key not in (*keys, "customer.state_or_province_code")}
        | {"Where": where}
        for n, where in enumerate(["12 Oak St; Oakland; CA; 94607", "9 Elm St, Oakland, CA 94607.0", "behind the barn"])
    ]
    upload = send(acme, builders.csv_bytes(lines), "where.csv")
    choose_columns(upload, answer_for(upload, Where="address:customer"), {}, by=BY)
    run_jobs()

    upload.refresh_from_db()
    assert upload.counts == {"create": 2, "needs_fixing": 1, "rows": 3}
    assert [one.code for one in UploadProblem.objects.filter(upload=upload)] == ["ADDRESS_NOT_APART"]


def test_region_that_holds_states_is_the_state_where_no_other_column_is(acme: Partner, send: Any) -> None:
    lines = [{"Site ID": f"s-{n}", "Region": "CA", "Locality": "Fresno", "Postcode": "93720"} for n in range(3)]

    alone = send(acme, builders.csv_bytes(lines), "alone.csv")
    beside = send(acme, builders.csv_bytes([{**line, "State": "CA"} for line in lines]), "beside.csv")

    assert keys_of(alone)["Region"] == ("customer.state_or_province_code", "values")
    assert keys_of(beside)["Region"] == ("transmission_region", "normalized")


def test_name_that_most_rows_share_is_asked_about(acme: Partner, send: Any) -> None:
    names = ["Bright Roofs", "Bright Roofs", "SunPro"]
    lines = [{**builders.row(n), "Account Name": name} for n, name in enumerate(names)]
    for line in lines:
        line.pop("customer.end_customer_name")

    upload = send(acme, builders.csv_bytes(lines), "installers.csv")

    assert upload.state == "columns"
    assert next(column["score"] for column in upload.columns if column["header"] == "Account Name") < 80


def test_dates_that_can_be_two_days_go_with_a_column_of_dates(acme: Partner, send: Any) -> None:
    lines = [{**builders.row(n), "PTO": f"0{n}/02/2023", "Solar": "Sí"} for n in (3, 4)]
    for line in lines:
        line.pop("device.permission_to_operate_date")
        line.pop("device.is_connected_to_solar")

    upload = send(acme, builders.csv_bytes(lines), "dates.csv")

    assert upload.state == "ready"
    assert keys_of(upload)["PTO"] == ("device.permission_to_operate_date", "normalized")
    assert keys_of(upload)["Solar"] == ("device.is_connected_to_solar", "normalized")
