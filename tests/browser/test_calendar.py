"""The calendar and the address of its feed in a browser: axe, a phone's width, both themes, and no JavaScript."""

import urllib.error
import urllib.request
from collections.abc import Callable
from itertools import product

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import run_axe
from tests.browser.conftest import Portal

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240), pytest.mark.xdist_group("browser")]
USER = "manager@borealis.example"
OpenAs = Callable[..., Page]


@pytest.fixture(scope="session")
def meters(portal: Portal) -> None:
    """Meters in a program, some of which lack a field."""
    portal.manage("generate_meters", "60", "--partner", "borealis")


@pytest.mark.usefixtures("meters")
def test_a_deadline_leads_to_the_meters_that_would_miss_it_without_javascript(portal: Portal, open_as: OpenAs) -> None:
    page = open_as(USER, java_script_enabled=False, viewport={"width": 390, "height": 844})

    page.get_by_role("button", name="Menu").click()
    page.get_by_role("link", name="Programs", exact=True).click()
    page.get_by_role("link", name="Calendar", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Calendar")
    page.get_by_role("link", name="would miss it").first.click()

    expect(page.locator(".chip", has_text="CEC-DSGS")).to_be_visible()
    expect(page.locator("tbody tr").first).to_be_visible()


@pytest.mark.usefixtures("meters")
def test_an_address_is_shown_once_works_and_ends(portal: Portal, open_as: OpenAs) -> None:
    page = open_as(USER, java_script_enabled=False)
    page.goto(f"{portal.url}/calendar/")

    page.get_by_role("button", name="Create address").click()
    address = page.locator("code.id").inner_text()
    with urllib.request.urlopen(address) as answer:
        assert answer.read().startswith(b"BEGIN:VCALENDAR\r\n")
    page.get_by_role("link", name="Back to calendar").click()
    assert address.rpartition("/")[2] not in page.content()
    page.get_by_role("button", name="Turn off address").click()

    expect(page.get_by_role("alert")).to_have_text("Calendar address turned off.")
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(address)


@pytest.mark.usefixtures("meters")
def test_pages_of_the_calendar_pass_axe_and_fit_a_phone(portal: Portal, open_as: OpenAs) -> None:
    page = open_as(USER)
    looks = list(product((1280, 390), ("light", "dark")))

    def check(width: int, scheme: str) -> None:
        axe_results = run_axe(page)
        assert axe_results.violations_count == 0, (width, scheme, page.url, axe_results.generate_report())
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (width, page.url)

    for (width, scheme), query in product(looks, ("", "?program=all", "?region=PJM")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of Playwright's words
        page.goto(f"{portal.url}/calendar/{query}")
        check(width, scheme)
    page.goto(f"{portal.url}/calendar/")
    page.get_by_role("button", name="Create address").click()
    for width, scheme in looks:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of Playwright's words
        check(width, scheme)
