"""Files of interval data in a browser: send one with errors, mend its lines, send them, store the good rows."""

import os
from collections.abc import Callable
from itertools import product
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests import builders
from tests.browser.axe import run_axe
from tests.browser.conftest import Portal
from tests.onboarding.intervals.files import line, text

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300), pytest.mark.xdist_group("browser")]
MANAGER = "manager@acme.example"
OpenAs = Callable[..., Page]
LOOKED_AT = os.environ.get("SCREENSHOTS", "")  # a folder for pictures of what was checked


def look_at(page: Page, name: str) -> None:
    """Axe, the width, and a picture, on a screen and a phone, in the light and in the dark."""
    for width, scheme in product((1280, 390), ("light", "dark")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of Playwright's words
        page.wait_for_timeout(250)  # colors of buttons change slowly
        if LOOKED_AT:
            page.screenshot(path=Path(LOOKED_AT) / f"intervals-{name}-{width}-{scheme}.png", full_page=True)
        axe_results = run_axe(page)
        assert axe_results.violations_count == 0, (name, width, scheme, axe_results.generate_report())
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)
    page.set_viewport_size({"width": 1280, "height": 900})


def create_meter(page: Page, portal: Portal, tmp_path: Path) -> str:
    """A meter of Acme; returns its ID."""
    file = tmp_path / "meters.csv"
    file.write_bytes(builders.csv_bytes([builders.row(5150)]))
    page.goto(f"{portal.url}/uploads/new/?program=CEC-DSGS")
    page.set_input_files("input[type=file]", file)
    page.get_by_role("button", name="Upload and check").click()
    page.locator("main").get_by_role("button", name="Create 1 meter").click(timeout=60_000)
    expect(page.get_by_role("heading", name="Receipt")).to_be_visible(timeout=60_000)
    page.goto(f"{portal.url}/meters/?q=home-005150")
    address = page.locator("main tbody a[href^='/meters/0']").first.get_attribute("href")
    assert address
    return address.strip("/").rpartition("/")[2]


def upload(page: Page, file: Path) -> None:
    page.set_input_files("input[type=file]", file)
    page.get_by_role("button", name="Upload and check").click()


def test_a_file_with_errors_is_mended_and_stored(portal: Portal, open_as: OpenAs, tmp_path: Path) -> None:
    page = open_as(MANAGER)
    meter = create_meter(page, portal, tmp_path)
    file, mended = tmp_path / "devices-july.csv", tmp_path / "devices-july-fixed.csv"
    bad = [line("home-1", 9), line(meter, 10, "much"), line(meter, 11, "1", "5,1,true,CA"), line(meter, 12, rest="")]
    file.write_bytes(text([*(line(meter, slot) for slot in range(8)), *bad]))
    mended.write_bytes(text([line(meter, slot) for slot in range(9, 12)]))

    page.goto(f"{portal.url}/interval-data/uploads/")
    look_at(page, "empty")
    page.get_by_role("link", name="Upload interval data").first.click()
    look_at(page, "form")
    page.get_by_role("button", name="Upload and check").click()
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    look_at(page, "form-refused")
    upload(page, file)

    expect(page).to_have_title("Failed: devices-july.csv · Partner portal", timeout=60_000)
    expect(page.get_by_role("heading", name="Nothing was stored")).to_be_visible()
    look_at(page, "failed")
    with page.expect_download() as download:
        page.get_by_role("link", name="Lines to fix (.csv)").click()
    assert "much" in Path(download.value.path()).read_text()

    page.get_by_role("button", name="Store the good rows").click()
    expect(page).to_have_title("Completed: devices-july.csv · Partner portal", timeout=60_000)
    expect(page.get_by_role("heading", name="rows left out")).to_be_visible()
    look_at(page, "some-left-out")

    page.get_by_role("link", name="Upload the fixed lines").click()
    upload(page, mended)
    expect(page).to_have_title("Completed: devices-july-fixed.csv · Partner portal", timeout=60_000)
    expect(page.get_by_text("All rows were stored.")).to_be_visible()
    look_at(page, "stored")

    page.goto(f"{portal.url}/interval-data/uploads/new/")
    upload(page, mended)
    expect(page.get_by_role("heading", name="Nothing changed")).to_be_visible(timeout=60_000)
    look_at(page, "nothing-changed")
    page.goto(f"{portal.url}/interval-data/uploads/")
    look_at(page, "list")
    page.goto(f"{portal.url}/interval-data/uploads/?state=QUEUED")
    look_at(page, "no-match")
    page.goto(f"{portal.url}/interval-data/settings/")
    look_at(page, "settings")


def test_the_way_of_a_file_needs_no_script(portal: Portal, chromium: Browser, tmp_path: Path) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(portal.url)
    page.fill("[name=login]", MANAGER)
    page.fill("[name=password]", portal.passwords[MANAGER])
    page.click("main form button[type=submit]")
    file = tmp_path / "no-script.csv"
    file.write_bytes(text([line("home-1")]))

    page.goto(f"{portal.url}/interval-data/uploads/new/")
    upload(page, file)

    page.wait_for_url(lambda url: "/new/" not in url)
    expect(page).to_have_title("Failed: no-script.csv · Partner portal", timeout=60_000)
    context.close()
