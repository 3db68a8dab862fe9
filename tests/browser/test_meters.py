"""The list of meters: its columns chosen, and a workbook of it made in the background; and axe on each of the pages."""

import io
import re
from collections.abc import Callable
from itertools import product

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import run_axe
from tests.browser.conftest import Portal

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240), pytest.mark.xdist_group("browser")]
USER = "manager@borealis.example"  # Acme's meters are counted by others
OpenAs = Callable[..., Page]


@pytest.fixture(scope="session")
def meters(portal: Portal) -> None:
    """Some meters to list."""
    portal.manage("generate_meters", "60", "--partner", "borealis")


@pytest.mark.usefixtures("meters")
def test_columns_are_chosen_and_kept_without_javascript_on_a_phone(portal: Portal, open_as: OpenAs) -> None:
    page = open_as(USER, java_script_enabled=False, viewport={"width": 390, "height": 844})
    page.goto(f"{portal.url}/meters/?region=CAISO")

    page.get_by_role("link", name="Columns").click()
    page.get_by_label("Leap meter ID").uncheck()
    page.get_by_label("Battery power capacity").check()
    page.get_by_role("button", name="Show these columns").click()

    card = page.locator("tbody tr").first
    expect(card.locator("[data-label='Battery power capacity']")).to_contain_text("kW")
    expect(card.locator("[data-label='Leap meter ID']")).to_have_count(0)
    page.get_by_role("button", name="Search", exact=True).click()
    expect(card.locator("[data-label='Battery power capacity']")).to_contain_text("kW")
    expect(page.locator(".chip")).to_contain_text("Region")


@pytest.mark.usefixtures("meters")
def test_workbook_is_made_while_one_waits_and_then_downloaded(portal: Portal, open_as: OpenAs) -> None:
    page = open_as(USER)
    page.goto(f"{portal.url}/meters/exports/new/?columns=tags")
    button = page.get_by_role("button", name="Make the workbook of")
    count = int(re.sub(r"[^0-9]", "", button.inner_text()))
    assert count >= 60
    button.click()

    ready = page.get_by_role("link", name="Download the workbook")
    expect(ready).to_be_visible(timeout=60_000)
    with page.expect_download() as download:
        ready.click()

    book = openpyxl.load_workbook(io.BytesIO(download.value.path().read_bytes()))
    assert [cell.value for cell in book.worksheets[0][1]] == ["meter_id", "partner_reference", "tags"]
    assert book.worksheets[0].max_row == count + 1


@pytest.mark.usefixtures("meters")
def test_pages_of_columns_and_exports_pass_axe_and_fit_a_phone(portal: Portal, open_as: OpenAs) -> None:
    page = open_as(USER)
    page.goto(f"{portal.url}/meters/exports/new/?columns=place")
    page.get_by_role("button", name="Make the workbook of").click()
    expect(page.get_by_role("link", name="Download the workbook")).to_be_visible(timeout=60_000)
    made = page.url
    page.goto(f"{portal.url}/meters/columns/")
    for box in page.get_by_role("checkbox").all():
        box.check()
    with page.expect_navigation():
        page.get_by_role("button", name="Show these columns").click()
    everything = page.url

    paths = [f"{portal.url}/meters/{path}" for path in ("columns/", "exports/", "exports/new/")]
    for width, scheme, path in product((1280, 390), ("light", "dark"), [*paths, made, everything]):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of Playwright's words
        page.goto(path)
        axe_results = run_axe(page)
        assert axe_results.violations_count == 0, (width, scheme, path, axe_results.generate_report())
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (width, path)
