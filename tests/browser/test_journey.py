"""The main job as a partner and an admin do it, in a real browser on the real stack; and axe on every page."""

import io
import re
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from tests import builders
from tests.browser.axe import run_axe
from tests.browser.conftest import Portal

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240), pytest.mark.xdist_group("browser")]
MANAGER, USER, STRANGER, STAFF = (
    "manager@acme.example",
    "user@acme.example",
    "manager@borealis.example",
    "staff@portal.example",
)
OpenAs = Callable[..., Page]


def filled_template(content: bytes, lines: list[dict[str, object]]) -> bytes:
    """The downloaded workbook with rows typed below its key row."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book["Meters"]
    keys = [cell.value for cell in sheet[2]]
    for line in lines:
        sheet.append([line.get(str(key)) for key in keys])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def upload(page: Page, portal: Portal, file: Path, program: str = "CEC-DSGS") -> None:
    page.goto(f"{portal.url}/uploads/new/?program={program}")
    page.set_input_files("#id_file", file)
    page.get_by_role("button", name="Upload and check").click()
    expect(page.get_by_role("heading", name="What will happen")).to_be_visible(timeout=30_000)


def test_spreadsheet_becomes_meters(portal: Portal, open_as: OpenAs, tmp_path: Path) -> None:
    page = open_as(MANAGER)
    page.get_by_role("link", name="Programs", exact=True).click()
    page.get_by_role("link", name="CEC-DSGS").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Excel (.xlsx)").click()
    lines = builders.rows(1000)
    for n in range(0, 1000, 50):
        lines[n] = builders.row(n + 1, customer__postal_code=None)
    lines[10] = builders.row(11, site__number_of_devices=None)
    file = tmp_path / "season.xlsx"
    file.write_bytes(filled_template(Path(download.value.path()).read_bytes(), lines))

    upload(page, portal, file)
    expect(page.locator(".counts")).to_contain_text("980")
    expect(page.get_by_role("link", name="ZIP code is missing", exact=True)).to_be_visible()
    expect(page.get_by_text("Number of devices: missing in 1 row")).to_be_visible()
    page.get_by_role("link", name="ZIP code is missing", exact=True).click()
    expect(page.locator(".table-rows tbody tr")).to_have_count(20)
    expect(page.locator(".table-rows tbody tr").first).to_contain_text("Fill it in")

    page.get_by_role("button", name="Create 980 meters").dblclick()
    expect(page.get_by_role("heading", name="Receipt")).to_be_visible(timeout=30_000)
    expect(page).to_have_title(re.compile("^Done: season.xlsx"))
    with page.expect_download() as receipt:
        page.get_by_role("link", name="Rows as Excel (.xlsx)").click()
    sheet = openpyxl.load_workbook(io.BytesIO(Path(receipt.value.path()).read_bytes())).active
    assert sheet is not None
    outcomes = [row[2] for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert (outcomes.count("METER_CREATED"), outcomes.count("VALIDATION_ERROR")) == (980, 20)
    address = page.url

    page.get_by_role("link", name="See the meters").click()
    page.locator("tbody a").first.click()
    expect(page.get_by_role("term").filter(has_text="Leap meter ID")).to_be_visible()
    meter = page.url

    upload_again = open_as(USER)
    upload_again.goto(f"{portal.url}/uploads/new/?program=CEC-DSGS")
    upload_again.set_input_files("#id_file", file)
    upload_again.get_by_role("button", name="Upload and check").click()
    expect(upload_again.get_by_text("You sent this file before.")).to_be_visible()
    assert upload_again.url == address
    upload_again.goto(meter)
    expect(upload_again.get_by_role("term").filter(has_text="Leap meter ID")).to_be_visible()

    stranger = open_as(STRANGER)
    for path in (address, meter):
        answer = stranger.goto(path)
        assert answer is not None
        assert answer.status == 404
    signed_out = open_as(None)
    signed_out.goto(meter)
    expect(signed_out.get_by_role("heading", name="Sign in")).to_be_visible()


def test_field_that_an_admin_requires_is_asked_for_at_once(portal: Portal, open_as: OpenAs, tmp_path: Path) -> None:
    admin = open_as(STAFF)
    admin.goto(f"{portal.url}/admin/programs/field/add/")
    admin.fill("[name=path]", "site.panel_rating")
    admin.fill("[name=label]", "Panel rating")
    admin.fill("[name=section]", "Site")
    admin.select_option("[name=type]", "number")
    admin.fill("[name=unit]", "A")
    admin.click("[name=_save] >> nth=0")
    admin.goto(f"{portal.url}/admin/programs/requirement/add/")
    for name, text in (("program", "UNITIL-CS"), ("field", "site.panel_rating")):
        admin.locator(f"#id_{name} + .select2").click()
        admin.locator(".select2-search__field").fill(text)
        admin.locator(".select2-results__option", has_text=text).first.click()
    admin.click("[name=_save] >> nth=0")
    expect(admin.locator(".messagelist .success")).to_be_visible()

    page = open_as(MANAGER)
    page.goto(f"{portal.url}/programs/UNITIL-CS/")
    expect(page.locator("tr", has_text="site.panel_rating")).to_contain_text("This program")
    with page.expect_download() as download:
        page.get_by_role("link", name="Excel (.xlsx)").click()
    content = Path(download.value.path()).read_bytes()
    assert "site.panel_rating" in [cell.value for cell in openpyxl.load_workbook(io.BytesIO(content))["Meters"][2]]
    file = tmp_path / "unitil.xlsx"
    line = builders.row(
        5001, transmission_region="ISONE", customer__state_or_province_code="MA", utility__utility_name="UNITIL"
    )
    file.write_bytes(filled_template(content, [line]))
    upload(page, portal, file, "UNITIL-CS")
    expect(page.get_by_text("Panel rating: missing in 1 row")).to_be_visible()


def test_upload_works_without_javascript(portal: Portal, open_as: OpenAs, tmp_path: Path) -> None:
    page = open_as(MANAGER, java_script_enabled=False)
    file = tmp_path / "plain.csv"
    file.write_bytes(builders.csv_bytes(builders.rows(3, start=7000)))

    page.goto(f"{portal.url}/uploads/new/?program=CEC-DSGS")
    page.set_input_files("#id_file", file)
    page.get_by_role("button", name="Upload and check").click()
    expect(page.get_by_role("heading", name="What will happen")).to_be_visible(timeout=30_000)
    page.get_by_role("button", name="Create 3 meters").click()
    expect(page.get_by_role("heading", name="Receipt")).to_be_visible(timeout=30_000)


def test_file_that_is_no_spreadsheet_gets_a_plain_answer(portal: Portal, open_as: OpenAs, tmp_path: Path) -> None:
    page = open_as(MANAGER)
    file = tmp_path / "holiday.xlsx"
    file.write_bytes(b"%PDF-1.7 not a workbook at all")

    page.goto(f"{portal.url}/uploads/new/")
    page.set_input_files("#id_file", file)
    page.get_by_role("button", name="Upload and check").click()

    expect(page.get_by_text("This file’s name looks like a spreadsheet, but its content isn’t one.")).to_be_visible(
        timeout=30_000
    )


PAGES = [
    "/",
    "/programs/",
    "/programs/CEC-DSGS/",
    "/programs/ERCOT-ERS/",
    "/programs/which-way/?region=TX&asset=UTILITY_METER",
    "/uploads/",
    "/uploads/new/?program=CEC-DSGS",
    "/meters/",
    "/meters/?q=nothing-like-this",
    "/meters/references/",
    "/search/?q=100",
    "/people/",
    "/people/rules/",
    "/audit/?about=user",
    "/emails/",
    "/accounts/password/change/",
    "/accounts/2fa/",
    "/accounts/sessions/",
    "/no-such-page/",
    "first upload",
    "first meter",
]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_accessible_and_fits_a_phone(
    portal: Portal, open_as: OpenAs, tmp_path: Path, scheme: str
) -> None:
    page = open_as(MANAGER, color_scheme=scheme)
    file = tmp_path / f"{scheme}.csv"
    start = {"light": 8000, "dark": 8100}[scheme]
    lines = [builders.row(start), builders.row(start + 1, customer__city="=1+1"), builders.row(start + 2)]
    file.write_bytes(builders.csv_bytes([*lines, builders.row(start) | {"Favourite colour": "teal"}]))
    upload(page, portal, file)
    page.get_by_role("button", name="Create 2 meters").click()
    expect(page.get_by_role("heading", name="Receipt")).to_be_visible(timeout=30_000)
    first = {"first upload": page.url}
    page.get_by_role("link", name="See the meters").click()
    page.locator("tbody a").first.click()
    first["first meter"] = page.url

    wrong = []
    for path in PAGES:
        page.set_viewport_size({"width": 1280, "height": 900})
        page.goto(first.get(path, f"{portal.url}{path}"))
        axe_results = run_axe(page)
        wrong += [f"{path}: {one['id']}: {one['nodes'][0]['html'][:120]}" for one in axe_results.response["violations"]]
        page.set_viewport_size({"width": 390, "height": 800})
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > 390:
            wrong.append(f"{path}: {width} px wide on a phone")
    assert wrong == []


def test_sign_in_page_is_accessible(portal: Portal, open_as: OpenAs) -> None:
    page = open_as(None)

    assert [one["id"] for one in run_axe(page).response["violations"]] == []
