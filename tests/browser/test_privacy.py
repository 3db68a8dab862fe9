"""A manager erases a customer in a real browser: finds, copies, confirms, follows to the end; axe on each page."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests import builders
from tests.browser.axe import run_axe
from tests.browser.conftest import Portal
from tests.browser.test_journey import upload

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300), pytest.mark.xdist_group("browser")]
MANAGER = "manager@borealis.example"
EMAIL = "wilma.wardwell@mail.example"
OpenAs = Callable[..., Page]


def faults(page: Page) -> list[str]:
    """What axe finds on the page, and whether it is wider than a phone."""
    violations = run_axe(page).response["violations"]
    told = [f"{page.title()}: {rule['id']}: {rule['nodes'][0]['html'][:120]}" for rule in violations]
    page.set_viewport_size({"width": 390, "height": 800})
    width = page.evaluate("document.documentElement.scrollWidth")
    page.set_viewport_size({"width": 1280, "height": 900})
    return told + ([f"{page.title()}: {width} px wide on a phone"] if width > 390 else [])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_customer_is_found_copied_and_erased(portal: Portal, open_as: OpenAs, tmp_path: Path, scheme: str) -> None:
    page, start = open_as(MANAGER, color_scheme=scheme), {"light": 8600, "dark": 8610}[scheme]
    email = f"{scheme}.{EMAIL}"
    file = tmp_path / f"privacy-{scheme}.csv"
    lines = [builders.row(start), builders.row(start + 1, customer__end_customer_email=email)]
    file.write_bytes(builders.csv_bytes(lines))
    upload(page, portal, file)
    page.get_by_role("button", name="Create 2 meters").click()
    expect(page.get_by_role("heading", name="Receipt")).to_be_visible(timeout=30_000)

    page.goto(f"{portal.url}/privacy/")
    page.get_by_role("searchbox", name="Customer").fill(email)
    page.get_by_role("button", name="Find").click()
    expect(page.get_by_role("heading", name="Choose the customer")).to_be_visible()
    wrong = faults(page)
    page.get_by_role("row").get_by_role("link").first.click()
    wrong += faults(page)
    with page.expect_download() as copied:
        page.get_by_role("button", name="Download what is held").click()
    assert copied.value.suggested_filename.endswith(".zip")
    page.get_by_role("button", name="Continue to erase").click()
    expect(page.get_by_role("heading", name="What is removed")).to_be_visible()
    wrong += faults(page)
    page.get_by_role("button", name="Erase").click()
    expect(page.get_by_role("link", name="Nothing was erased")).to_be_visible()
    wrong += faults(page)
    page.get_by_label("Enter the word erase").fill("erase")
    page.get_by_role("button", name="Erase").click()
    expect(page.get_by_role("heading", name="This customer’s data is erased")).to_be_visible(timeout=60_000)
    wrong += faults(page)

    page.goto(f"{portal.url}/privacy/?q={email}")
    expect(page.get_by_text("Nothing matches")).to_be_visible()
    assert wrong == []
