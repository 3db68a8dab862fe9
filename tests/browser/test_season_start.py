"""Season start: a sheet with its own headers is matched, mended in page and workbook, confirmed, taken back."""

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import run_axe
from tests.browser.conftest import Portal

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240), pytest.mark.xdist_group("browser")]
MANAGER = "manager@acme.example"
OpenAs = Callable[..., Page]
HEADER = ["Record ID", "Owner Name", "Kontakt", "Site Address", "Town", "ST", "Postal", "Batt kWh", "Installed On"]


def crm_export(path: Path, prefix: str) -> Path:
    """Twelve customers as a CRM exports them: three without a zip code, one with a strange battery."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["Customers, exported today"])
        writer.writerow(HEADER)
        for n in range(1, 13):
            zip_code = "" if n % 4 == 0 else "94607"
            kwh = "large" if n == 5 else "13.5 kWh"
            day = "5/31/2022" if n % 2 else "03/04/2022"
            name = [f"{prefix}-{n:03}", f"Alex {n}", f"a{n}@example.com", f"{n} Oak St", "Oakland", "California"]
            writer.writerow([*name, zip_code, kwh, day])
    return path


def problems_of(page: Page) -> list[str]:
    """What axe finds, and whether the page is wider than a phone."""
    page.set_viewport_size({"width": 1280, "height": 900})
    problems = [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in run_axe(page).response["violations"]]
    page.set_viewport_size({"width": 390, "height": 800})
    width = page.evaluate("document.documentElement.scrollWidth")
    page.set_viewport_size({"width": 1280, "height": 900})
    return [*problems, f"{width} px wide on a phone"] if width > 390 else problems


def test_own_sheet_is_matched_mended_and_confirmed(portal: Portal, open_as: OpenAs, tmp_path: Path) -> None:
    page = open_as(MANAGER, color_scheme="light")
    send(page, portal, crm_export(tmp_path / "crm-light.csv", "light"))
    expect(page.get_by_role("heading", name="Match the columns")).to_be_visible(timeout=30_000)
    assert problems_of(page) == []
    expect(page.get_by_label("Field for Kontakt", exact=True)).to_have_value("customer.end_customer_email")
    page.get_by_label("Field for Record ID", exact=True).select_option("partner_reference")
    page.get_by_label("Customer classification", exact=True).select_option("RESIDENTIAL")
    page.get_by_label("Load type 1", exact=True).select_option("BATTERY_STORAGE")
    page.get_by_role("button", name="Use these columns").click()
    mend_confirm_and_take_back(page, portal, "light", tmp_path)

    page = open_as(MANAGER, color_scheme="dark")  # the second time, only what holds for every row is asked for again
    send(page, portal, crm_export(tmp_path / "crm-dark.csv", "dark"))
    expect(page.get_by_label("Customer classification", exact=True)).to_have_value("RESIDENTIAL", timeout=30_000)
    page.get_by_role("button", name="Use these columns").click()
    mend_confirm_and_take_back(page, portal, "dark", tmp_path)


def send(page: Page, portal: Portal, sheet: Path) -> None:
    page.goto(f"{portal.url}/uploads/new/?program=CEC-DSGS")
    page.set_input_files("#id_file", sheet)
    page.get_by_role("button", name="Upload and check").click()


def mend_confirm_and_take_back(page: Page, portal: Portal, scheme: str, tmp_path: Path) -> None:
    expect(page.get_by_role("heading", name="What will happen")).to_be_visible(timeout=30_000)
    assert problems_of(page) == []
    expect(page.get_by_role("button", name="Create 8 meters")).to_be_visible()
    expect(page.get_by_text("were read as month/day/year")).to_be_visible()

    page.get_by_role("link", name=re.compile("^Fix 3 rows")).click()
    assert problems_of(page) == []
    page.get_by_label("One value for all 3 rows").fill("94607")
    page.get_by_role("button", name="Fill all 3 rows").click()
    expect(page.get_by_text("3 rows fixed.")).to_be_visible()

    with page.expect_download() as download:
        page.get_by_role("link", name="Download the rows to fix (.xlsx)").click()
    book = openpyxl.load_workbook(io.BytesIO(Path(download.value.path()).read_bytes()))
    sheet = book["Rows to fix"]
    headers = [cell.value for cell in sheet[1]]
    assert headers[: len(HEADER)] == HEADER
    sheet.cell(row=2, column=headers.index("Batt kWh") + 1).value = "13.5"
    fixed = tmp_path / "fixed.xlsx"
    book.save(fixed)
    page.get_by_label("Send the fixed workbook back").set_input_files(fixed)
    page.get_by_role("button", name="Send the fixed rows").click()
    expect(page.get_by_text("rows fixed: 1, still not right: 0")).to_be_visible(timeout=30_000)

    page.get_by_role("link", name="Edit row 4", exact=True).click()
    page.get_by_label("City", exact=True).fill("Berkeley")
    assert problems_of(page) == []
    page.get_by_role("button", name="Save and check row 4").click()
    expect(page.get_by_text("Row 4 was saved and checked.")).to_be_visible()

    page.get_by_role("button", name="Create 12 meters").click()
    expect(page.get_by_role("heading", name="Receipt")).to_be_visible(timeout=30_000)
    assert problems_of(page) == []
    page.get_by_role("link", name="take this upload back").click()
    page.get_by_role("button", name="Take this upload back").click()
    expect(page.get_by_role("heading", name="Taken back", exact=True)).to_be_visible(timeout=30_000)

    page.goto(f"{portal.url}/uploads/columns/")
    assert problems_of(page) == []
    page.get_by_role("link", name=f"crm-{scheme}.csv").first.click()
    assert problems_of(page) == []
