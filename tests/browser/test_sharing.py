"""Supplied consents, the button for websites and the customer's page in a real browser: axe, and a phone's width."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.axe import run_axe
from tests.browser.conftest import Portal

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240), pytest.mark.xdist_group("browser")]
USER = "user@acme.example"
OpenAs = Callable[..., Page]
SHOTS = os.environ.get("SCREENSHOTS", "")
FILL = (
    "import json; from portal.partners.models import Partner; from tests.onboarding.connect.consents import fill; "
    "print(json.dumps(fill(Partner.objects.get(slug='acme'))))"
)


def problems_on(page: Page, name: str) -> list[str]:
    """What axe says about the page on a phone, and whether it is wider than that."""
    page.set_viewport_size({"width": 390, "height": 800})
    wrong = [f"{name}: {rule['id']}: {rule['nodes'][0]['html'][:160]}" for rule in run_axe(page).response["violations"]]
    if SHOTS:
        Path(SHOTS).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{SHOTS}/{name}-390.png", full_page=True)
        page.set_viewport_size({"width": 1280, "height": 900})
        page.screenshot(path=f"{SHOTS}/{name}-1280.png", full_page=True)
        page.set_viewport_size({"width": 390, "height": 800})
    width = page.evaluate("document.documentElement.scrollWidth")
    return [*wrong, f"{name}: {width} px wide on a phone"] if width > 390 else wrong


@pytest.fixture(scope="session")
def paths(portal: Portal) -> dict[str, str]:
    """Of the pages, by what they are."""
    made: dict[str, str] = json.loads(portal.manage("shell", "--verbosity", "0", "--command", FILL))
    return made


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_are_accessible_and_fit_a_phone(
    portal: Portal, open_as: OpenAs, paths: dict[str, str], scheme: str
) -> None:
    page, customer, wrong = open_as(USER, color_scheme=scheme), open_as(None, color_scheme=scheme), []
    for name in ("connection", "supply", "add", "website"):
        page.goto(f"{portal.url}{paths[name]}")
        wrong += problems_on(page, f"{name}-{scheme}")
    for name in ("shared", "ask"):
        customer.goto(f"{portal.url}{paths[name]}")
        wrong += problems_on(customer, f"{name}-{scheme}")
    customer.get_by_label("Email address").fill("nobody@example.com")
    with customer.expect_navigation():
        customer.get_by_role("button", name="Email me my link").click()
    wrong += problems_on(customer, f"sent-{scheme}")
    customer.goto(f"{portal.url}{paths['spanish']}")  # last: the browser keeps the language
    wrong += problems_on(customer, f"spanish-{scheme}")

    assert wrong == []
