"""The matching page: axe, a phone, light and dark."""

from itertools import product
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.axe import run_axe
from tests.browser.conftest import Portal
from tests.browser.test_people import MANAGER, OpenAs, keep_picture

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300), pytest.mark.xdist_group("browser")]
CASES = Path(__file__).parent.parent / "onboarding" / "uploads" / "cases"


def test_matching_page_passes_axe_and_fits_a_phone(portal: Portal, open_as: OpenAs) -> None:
    page = open_as(MANAGER)
    page.goto(f"{portal.url}/uploads/new/?program=CEC-DSGS")
    page.set_input_files("input[type=file]", CASES / "36_two_devices.csv")
    page.get_by_role("button", name="Upload and check").click()
    expect(page.get_by_role("heading", name="Match the columns")).to_be_visible(timeout=60_000)
    for width, scheme in product((1280, 390), ("light", "dark")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of Playwright's words
        page.reload()  # Chromium leaves the colours of closed parts as they were
        keep_picture(page, f"columns-{width}-{scheme}")
        results = run_axe(page)
        assert results.violations_count == 0, (width, scheme, results.generate_report())
        assert page.evaluate("document.documentElement.scrollWidth") <= width, width
