"""Files of other kinds than .xlsx and text through the pages: what is said, what stops, what is kept."""

import gzip
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from onboarding.bulk.actions.references import ChangeReferences
from onboarding.bulk.sheets.reading import SheetFile, read_rows
from onboarding.meters.models import Meter
from onboarding.uploads.corrections.rows import validate_open_rows
from onboarding.uploads.models import Upload, UploadProblem
from onboarding.uploads.pipeline.bare_numbers import Numbers
from onboarding.uploads.pipeline.receive import receive_upload, upload_sheet
from portal.events.actors import Actor
from portal.partners.models import Partner, User
from portal.problems import Problem, Refused
from programs.schema import schema_for
from tests import builders
from tests.onboarding.spreadsheets.books import zipped
from tests.onboarding.spreadsheets.other_books import ods, xlsb

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
BY = Actor.system("Test")
MAKERS = {".ods": ods, ".xlsb": xlsb}
REFERENCE, SERIAL, ACCOUNT = (
    "partner_reference",
    "device.device_serial_number",
    "utility.electric_service_account_number",
)


def sheet(*lines: dict[str, Any]) -> list[list[Any]]:
    return [list(line) for line in builders.table(lines)]


def made(ending: str, *lines: dict[str, Any]) -> bytes:
    return MAKERS[ending]({"Meters": sheet(*lines)})


def values_of(upload: Upload) -> list[dict[str, Any]]:
    return [dict(row.asset or {}) for row in upload.rows.order_by("number")]


@pytest.mark.parametrize("ending", [".ods", ".xlsb"])
def test_rows_are_those_of_an_xlsx(acme: Partner, borealis: Partner, send: Any, ending: str) -> None:
    lines = [builders.row(n) for n in (1, 2)]
    expected = send(borealis, builders.xlsx(lines))

    upload = send(acme, made(ending, *lines), f"meters{ending}")

    assert (upload.state, values_of(upload)) == ("ready", values_of(expected))
    assert upload.stored_name.endswith(ending)


@pytest.mark.parametrize("ending", [".ods", ".xlsb"])
def test_page_says_what_was_lost(
    acme: Partner, send: Any, manager: User, client_of: Callable[[User], Client], ending: str
) -> None:
    upload = send(acme, made(ending, builders.row(1)), f"meters{ending}")

    notes = client_of(manager).get(reverse("upload", args=[upload.pk])).context["notes"]

    assert notes[:2] == [
        f"We can’t read number formats from an {ending} file: 00501 comes as 501, and 95% as 0.95. "
        "Cells with errors such as #N/A are empty, and hidden rows and columns are read like the others.",
        f"An {ending} file doesn’t say which cells are merged. Of merged cells, only the first has a value.",
    ]


def test_numbers_in_references_accounts_and_serials_stop_their_rows(acme: Partner, send: Any) -> None:
    lines = [
        builders.row(1, partner_reference=7700123),
        builders.row(2, device__device_serial_number=501),
        builders.row(3, utility__electric_service_account_number=52345678901.0),
        builders.row(4),
    ]

    upload = send(acme, made(".ods", *lines), "meters.ods")

    problems = UploadProblem.objects.filter(upload=upload, code="NUMBER_WITHOUT_FORMAT").order_by("row_number")
    assert [(line.row_number, line.field, line.value) for line in problems] == [
        (2, REFERENCE, "7700123"),
        (3, SERIAL, "501"),
        (4, ACCOUNT, "52345678901"),
    ]
    assert all(line.blocks for line in problems)
    assert problems[0].problem.text == (
        "Partner reference is the number 7700123. An .ods file doesn’t say how a number is displayed: 00501 and 501 "
        "look the same to us."
    )
    assert (upload.count("create"), upload.count("needs_fixing")) == (1, 3)


def test_the_same_numbers_of_an_xlsx_do_not_stop(acme: Partner, send: Any) -> None:
    upload = send(acme, builders.xlsx([builders.row(1, partner_reference=7700123)]))

    assert upload.count("create") == 1


def test_numbers_are_taken_as_they_are_with_one_click(
    acme: Partner, send: Any, commit: Any, run_jobs: Any, manager: User, client_of: Callable[[User], Client]
) -> None:
    lines = [builders.row(n, partner_reference=7700000 + n) for n in (1, 2)]
    upload = send(acme, made(".xlsb", *lines), "meters.xlsb")
    address = reverse("upload-fix", args=[upload.pk]) + f"?code=NUMBER_WITHOUT_FORMAT&field={REFERENCE}"
    client = client_of(manager)

    suggestions = client.get(address).context["suggestions"]
    client.post(address, {"do": "accept-suggestion"})

    upload.refresh_from_db()
    assert [(suggestion.name, suggestion.rows) for suggestion in suggestions] == [("suggestion", 2)]
    assert (upload.count("create"), upload.count("needs_fixing")) == (2, 0)
    commit(upload)
    assert sorted(Meter.objects.values_list(REFERENCE, flat=True)) == ["7700001", "7700002"]


def test_number_is_still_stopped_when_another_cell_of_its_row_is_corrected(
    acme: Partner, send: Any, manager: User, client_of: Callable[[User], Client]
) -> None:
    upload = send(acme, made(".ods", builders.row(1, partner_reference=77, customer__postal_code="x")), "meters.ods")
    address = reverse("upload-fix", args=[upload.pk]) + "?code=NOT_A_ZIP&field=customer.postal_code"
    problem = UploadProblem.objects.get(upload=upload, field="customer.postal_code")

    address = address.replace("NOT_A_ZIP", problem.code)
    client_of(manager).post(address, {"row-2": "94103", "was-2": "x", "do": "save"})

    codes = UploadProblem.objects.filter(upload=upload, blocks=True).values_list("code", flat=True)
    assert list(codes) == ["NUMBER_WITHOUT_FORMAT"]


def test_open_rows_stay_stopped_when_they_are_checked_again(acme: Partner, send: Any, commit: Any) -> None:
    upload = send(acme, made(".ods", builders.row(1, partner_reference=7700123), builders.row(2)), "meters.ods")
    commit(upload)

    validate_open_rows(upload, by=BY)

    codes = UploadProblem.objects.filter(upload=upload, blocks=True).values_list("code", flat=True)
    assert list(codes) == ["NUMBER_WITHOUT_FORMAT"]


@pytest.mark.parametrize("ending", [".ods", ".xlsb"])
def test_another_sheet_of_the_stored_file_is_read(acme: Partner, send: Any, run_jobs: Any, ending: str) -> None:
    content = MAKERS[ending]({"One": sheet(builders.row(1)), "Two": sheet(builders.row(2))})
    upload = send(acme, content, f"meters{ending}")

    other, is_new = upload_sheet(upload, "Two", by=BY)
    run_jobs()

    other.refresh_from_db()
    assert (is_new, other.facts["sheet"], other.count("create")) == (True, "Two", 1)


def test_reference_with_the_number_of_a_device_behind_it_is_stopped_too() -> None:
    numbers = Numbers(schema_for(), "ods", {REFERENCE: 0})

    stopped = numbers.stopped({REFERENCE: "7700123-2"}, [7700123])[REFERENCE]

    assert isinstance(stopped, Problem)
    assert (stopped.code, stopped.context["suggestion"]) == ("NUMBER_WITHOUT_FORMAT", "7700123-2")
    assert numbers.stopped({REFERENCE: "home-1-2"}, ["home-1"]) == {REFERENCE: "home-1-2"}


def test_date_cell_in_a_text_column_warns_as_in_an_xlsx(acme: Partner, send: Any) -> None:
    upload = send(acme, made(".ods", builders.row(1, customer__street_2=date(2026, 1, 2))), "meters.ods")

    codes = UploadProblem.objects.filter(upload=upload, field="customer.street_2").values_list("code", flat=True)
    assert list(codes) == ["TEXT_CONVERTED"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("meters.zip", zipped({"folder/meters.csv": builders.csv_bytes([builders.row(1)])})),
        ("meters.csv.gz", gzip.compress(builders.csv_bytes([builders.row(1)]))),
        ("meters.zip", zipped({"meters.ods": ods({"Meters": sheet(builders.row(1))})})),
    ],
)
def test_packed_sheet_is_read_and_said(
    acme: Partner, send: Any, manager: User, client_of: Callable[[User], Client], name: str, content: bytes
) -> None:
    upload = send(acme, content, name)

    page = client_of(manager).get(reverse("upload", args=[upload.pk]))

    assert (upload.state, upload.count("create")) == ("ready", 1)
    assert page.context["notes"][0].startswith(f"The sheet was taken out of the .{name.rpartition('.')[2]} file")


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.zip", zipped({"a.csv": b"x", "b.csv": b"x"}), "FILE_ARCHIVE_MANY"),
        ("a.zip", zipped({"<b>.zip": zipped({"a.csv": b"x"})}), "FILE_ARCHIVE_NESTED"),
        ("a.xlsx", zipped({"Index/a.iwa": b"x"}), "FILE_NUMBERS"),
    ],
)
def test_archive_that_cannot_be_used_is_explained(
    acme: Partner, send: Any, manager: User, client_of: Callable[[User], Client], name: str, content: bytes, code: str
) -> None:
    upload = send(acme, content, name)

    page = client_of(manager).get(reverse("upload", args=[upload.pk])).content.decode()

    assert (upload.state, upload.problem["code"]) == ("failed", code)
    assert upload.file_problem is not None
    assert upload.file_problem.remedy in page
    assert "<b>.zip" not in page


@pytest.mark.parametrize(
    ("name", "code"), [("a.numbers", "FILE_NUMBERS"), ("a.pdf", "FILE_WRONG_TYPE"), ("a.docx", "FILE_WRONG_TYPE")]
)
def test_kind_that_is_never_read_is_refused_before_anything_is_kept(acme: Partner, name: str, code: str) -> None:
    with pytest.raises(Refused) as refusal:
        receive_upload([b"x"], file_name=name, partner=acme, programs=[], update_existing=False, by=BY)

    assert [problem.code for problem in refusal.value.problems] == [code]
    assert not Upload.objects.exists()


def test_upload_page_takes_the_kinds_that_it_names(manager: User, client_of: Callable[[User], Client]) -> None:
    client = client_of(manager)

    page = client.get(reverse("upload-new")).content.decode()
    answer = client.post(reverse("upload-new"), {"file": SimpleUploadedFile("a.numbers", b"x")})

    assert 'accept=".xlsx,.csv,.tsv,.txt,.xls,.xlsb,.ods,.zip,.gz"' in page
    assert "In Numbers, choose File, Export To, Excel or CSV." in answer.content.decode()


# --- sheets that say something about meters


def lines_of(*rows: list[Any]) -> SheetFile:
    return SheetFile("a.ods", [ods({"References": [["Reference", "New reference"], *rows]})])


def test_sheet_of_references_is_read_from_an_ods() -> None:
    rows = read_rows(lines_of(["home-1", "crm-1"]), ChangeReferences().columns, most=10)

    assert [(row.reference, row.cells["new_partner_reference"]) for row in rows] == [("home-1", "crm-1")]


@pytest.mark.parametrize("row", [[501, "crm-1"], ["home-1", 501]])
def test_number_in_a_sheet_of_references_is_refused(row: list[Any]) -> None:
    with pytest.raises(Refused) as refusal:
        read_rows(lines_of(row), ChangeReferences().columns, most=10)

    assert [(problem.code, problem.context) for problem in refusal.value.problems] == [
        ("SHEET_NUMBER_WITHOUT_FORMAT", {"row": 2, "kind": "ods", "number": "501"})
    ]
