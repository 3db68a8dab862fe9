"""The admin in a real browser: axe, a phone's width, both themes; two people on one row; a season that is set up."""

import os
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import run_axe
from tests.browser.conftest import Portal

OpenAs = Callable[..., Page]
STAFF = "staff@portal.example"
SHOTS = os.environ.get("SCREENSHOTS", "")  # a folder for pictures of what was checked
TABLES = ["program", "field", "requirement", "utility", "conflict", "deliveryperiod"]


def check_page(page: Page, name: str) -> None:
    """Axe has nothing to say about the page as it is, and it is no wider than its window.

    Axe sets inline styles while it looks at inputs, so its pages are opened without the policy that stops those.
    """
    width = page.viewport_size["width"] if page.viewport_size else 0
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/admin-{name}-{width}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, page.url)
    axe_results = run_axe(page)
    assert axe_results.violations_count == 0, (name, page.url, axe_results.generate_report())


def first_row(page: Page, portal: Portal, table: str) -> str:
    """The address of the page of the first row of a table."""
    page.goto(f"{portal.url}/admin/programs/{table}/")
    return str(page.locator("#result_list tbody th a").first.evaluate("link => link.href"))


@pytest.mark.timeout(480)  # many pages, two times each
def test_pages_of_the_admin_pass_axe_and_fit_a_phone(portal: Portal, open_as: OpenAs) -> None:
    for width, scheme in ((1280, "light"), (390, "dark")):
        page = open_as(STAFF, viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True)
        page.goto(f"{portal.url}/admin/")
        check_page(page, f"index-{scheme}")
        for table in TABLES:
            change = first_row(page, portal, table)
            check_page(page, f"{table}-list-{scheme}")
            page.goto(change)
            page.wait_for_load_state("networkidle")
            check_page(page, f"{table}-{scheme}")
        program = first_row(page, portal, "program").partition("/change/")[0]
        set_up = f"{portal.url}/admin/programs/program/set-up/"
        operations = f"{portal.url}/admin/portal/job/operations/"
        for address in (f"{program}/history/", f"{program}/delete/", f"{program}/readiness/", set_up, operations):
            page.goto(address)
            check_page(page, f"{address.rstrip('/').rpartition('/')[2]}-{scheme}")
        page.goto(f"{portal.url}/admin/programs/conflict/import/")
        check_page(page, f"import-{scheme}")


def test_two_people_on_one_row_see_each_other(portal: Portal, open_as: OpenAs) -> None:
    first, second = open_as(STAFF), open_as(STAFF, viewport={"width": 390, "height": 900}, bypass_csp=True)
    address = first_row(first, portal, "footnote")
    for page in (first, second):
        page.goto(address)
    first.fill("#id_text", "What the first one wrote.")
    first.get_by_role("button", name="Save", exact=True).first.click()
    second.fill("#id_text", "What the second one wrote.")
    second.get_by_role("button", name="Save", exact=True).first.click()

    expect(second.get_by_role("heading", level=1)).to_have_text("Someone else changed this after you opened it")
    check_page(second, "changed-meanwhile")
    second.get_by_label(re.compile("^Text: use What the second")).check()
    second.get_by_role("button", name="Continue").click()
    second.goto(address)

    expect(second.locator("#id_text")).to_have_value("What the second one wrote.")


def test_a_season_is_set_up_by_reading_the_pages(portal: Portal, open_as: OpenAs) -> None:
    page = open_as(STAFF)
    page.goto(f"{portal.url}/admin/")
    page.get_by_role("link", name="Set up a season or a program").click()
    page.get_by_role("link", name="Demand Side Grid Support").click()
    copy = page.get_by_role("button", name=re.compile("^Copy CEC-DSGS_")).first
    name = copy.inner_text().removeprefix("Copy ")

    copy.click()

    year = re.compile("20[0-9]{2}")
    expected = year.sub(lambda match: str(int(match[0]) + 1), name)
    expect(page.locator("ul.messagelist")).to_contain_text(f"{expected} was created with its deadlines, unverified.")
    page.fill("#id_source", "https://example.com/season")
    page.check("#id_verified")
    page.get_by_role("button", name="Save", exact=True).first.click()
    page.goto(f"{portal.url}/admin/programs/program/set-up/")
    page.get_by_role("link", name="Demand Side Grid Support").click()
    expect(page.locator("ul.checklist")).to_contain_text(f"{expected} is verified.")
    page.get_by_role("button", name="Try row").click()
    expect(page.locator("#result")).to_contain_text("The row is accepted. Status: Eligible.")
    page.fill("[id='id_cell:customer.postal_code']", "nowhere")
    page.get_by_role("button", name="Try row").click()
    expect(page.locator("#result")).to_contain_text("The row is rejected.")
