"""The demo utility's pages in a real browser: axe, no wider than a phone, light and dark, without JavaScript."""

import os
import time
from itertools import product
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error, Page, expect

from tests.browser.axe import run_axe
from tests.browser.conftest import CHROMIUM, Portal
from tests.demo_utility import DemoUtility, query_of

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(300),
    pytest.mark.xdist_group("browser"),
    pytest.mark.skipif(
        not Path(CHROMIUM).exists() and not os.environ.get("CI"),
        reason=f"Chromium is not at {CHROMIUM}: the browser tests did NOT run (Debian: apt-get install chromium)",
    ),
]
VERIFIER = "v" * 50
LOOKED_AT = os.environ.get("SCREENSHOTS", "")  # a folder for pictures of what was checked


def look(page: Page, name: str) -> None:
    """Check the page at both widths in light and dark."""
    for width, scheme in product((390, 1280), ("light", "dark")):
        page.set_viewport_size({"width": width, "height": 844})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of Playwright's words
        if LOOKED_AT:
            page.screenshot(path=Path(LOOKED_AT) / f"utility-{name}-{width}-{scheme}.png", full_page=True)
        axe_results = run_axe(page)
        assert axe_results.violations_count == 0, (name, width, scheme, axe_results.generate_report())
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)
    page.set_viewport_size({"width": 390, "height": 844})


def test_pages_pass_axe_and_fit_a_phone(demo_utility: DemoUtility, chromium: Browser) -> None:
    page = chromium.new_context(locale="en-US").new_page()
    page.goto(demo_utility.base_url)
    look(page, "front")
    page.goto(f"{demo_utility.base_url}/partner-page/?refId=home-1")
    look(page, "partner-page")
    page.goto(demo_utility.authorization_url("LEAP_TEST_CAISO", VERIFIER))
    look(page, "sign-in")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_text("Enter your user name")).to_be_visible()
    look(page, "sign-in-error")
    page.get_by_role("button", name="mfa_failed").click()
    look(page, "code")
    page.go_back()
    page.get_by_role("button", name="utility_down").click()
    look(page, "down")
    page.go_back()
    page.get_by_role("button", name="two_meters").click()
    look(page, "meters")
    page.get_by_role("button", name="Continue").click()
    look(page, "consent")
    page.goto(demo_utility.authorization_url("LEAP_TEST_CAISO", VERIFIER, client_id="nobody"))
    look(page, "refused")
    page.goto(f"{demo_utility.base_url}/caiso/consent/elsewhere/")
    look(page, "ended")
    page.context.close()


def test_customer_authorizes_without_javascript(demo_utility: DemoUtility, chromium: Browser) -> None:
    context = chromium.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(demo_utility.authorization_url("DEMO2", VERIFIER))
    page.get_by_label("User name").fill("ana")
    page.get_by_label("Password").fill("any password")
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("button", name="Continue").click()

    with page.expect_request(lambda request: request.url.startswith(demo_utility.redirect_uri)) as back:
        page.get_by_role("button", name="Authorize").click(no_wait_after=True)

    answer = query_of(back.value.url)
    assert demo_utility.exchange("DEMO2", answer["code"], VERIFIER).status_code == 200
    context.close()


def test_run_starts_it_beside_the_portal(portal: Portal, chromium: Browser) -> None:
    page = chromium.new_page()
    port = int(portal.url.rpartition(":")[2]) + 10

    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            page.goto(f"http://127.0.0.1:{port}/")
            break
        except Error:
            time.sleep(0.5)

    expect(page.get_by_role("link", name="partner portal")).to_have_attribute("href", f"{portal.url}/")
    page.close()
