"""An administrator gives a program a delivery period and two deadlines by date pickers, and reads what is stored."""

from collections.abc import Callable
from itertools import product

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import run_axe
from tests.browser.conftest import Portal

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240), pytest.mark.xdist_group("browser")]
STAFF = "staff@portal.example"
OpenAs = Callable[..., Page]
NAME = "CONED-CSRP_2028_MAY_SEP"


def test_period_and_two_deadlines_by_date_pickers(portal: Portal, open_as: OpenAs) -> None:
    page = open_as(STAFF, viewport={"width": 1280, "height": 900}, color_scheme="light")
    page.goto(f"{portal.url}/admin/programs/deliveryperiod/add/")
    page.locator(".field-program .select2-selection").click()
    page.locator(".select2-search__field").fill("CONED-CSRP")
    page.get_by_role("option", name="CONED-CSRP").click()
    page.get_by_label("Name", exact=False).first.fill(NAME)
    page.get_by_label("First day", exact=True).fill("2028-05-01")
    page.get_by_label("Last day", exact=True).fill("2028-09-30")
    for number, (deadline, activation) in enumerate([("2028-02-29", "2028-05-01"), ("2028-04-14", "2028-06-01")]):
        page.get_by_text("Add another Deadline").click()
        page.locator(f"[name=deadlines-{number}-deadline_at_0]").fill(deadline)
        page.locator(f"[name=deadlines-{number}-activation_at_0]").fill(activation)
    second = page.locator("#deadlines-1")
    second.get_by_text("At another time of day").first.click()
    second.get_by_label("Time of day").first.fill("17:00")

    page.get_by_role("button", name="Save and continue editing").first.click()
    saves_at_once = page.get_by_role("heading", name="Change delivery period")
    asks = page.get_by_role("button", name="Save change")
    expect(saves_at_once.or_(asks)).to_be_visible()
    if asks.is_visible():
        asks.click()

    expect(page.locator(".stored")).to_have_text(
        [
            "starts May 1, 2028, 12:00 AM EDT",
            "ends Sep 30, 2028, 11:59 PM EDT",
            "by end of Tue, Feb 29, 2028 (11:59 PM EST)",
            "active from May 1, 2028, 12:00 AM EDT",
            "by Fri, Apr 14, 2028, 5:00 PM EDT",
            "active from Jun 1, 2028, 12:00 AM EDT",
        ]
    )
    expect(page.get_by_label("Last day", exact=True)).to_have_value("2028-09-30")
    for width, scheme in product((1280, 390), ("light", "dark")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of Playwright's words
        told = run_axe(page, options={"runOnly": ["label", "color-contrast", "aria-allowed-attr"]}).response
        faults = [f"{one['id']}: {node['html'][:160]}" for one in told["violations"] for node in one["nodes"]]
        assert [fault for fault in faults if "day-input" in fault or "stored" in fault] == [], (width, scheme)
