"""Reminders, renewals and personal links in a real browser: axe, a phone's width, both themes, and a way back without
JavaScript."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import run_axe
from tests.browser.conftest import Portal

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240), pytest.mark.xdist_group("browser")]
USER = "user@acme.example"
OpenAs = Callable[..., Page]
SHOTS = os.environ.get("SCREENSHOTS", "")
FILL = (
    "import json; from portal.partners.models import Partner; from tests.onboarding.reminders.every_state import fill; "
    "print(json.dumps(fill(Partner.objects.get(slug='acme'))))"
)


@pytest.fixture(scope="session")
def paths(portal: Portal) -> dict[str, str]:
    """Of pages with reminders in every state, by what they are."""
    made: dict[str, str] = json.loads(portal.manage("shell", "--verbosity", "0", "--command", FILL))
    return made


def problems_on(page: Page, name: str) -> list[str]:
    """What axe says about the page as it is, and whether it is wider than a phone."""
    page.set_viewport_size({"width": 1280, "height": 900})
    wrong = [f"{name}: {rule['id']}: {rule['nodes'][0]['html'][:160]}" for rule in run_axe(page).response["violations"]]
    shot(page, f"{name}-1280")
    page.set_viewport_size({"width": 390, "height": 800})
    shot(page, f"{name}-390")
    width = page.evaluate("document.documentElement.scrollWidth")
    return [*wrong, f"{name}: {width} px wide on a phone"] if width > 390 else wrong


def shot(page: Page, name: str) -> None:
    if SHOTS:
        Path(SHOTS).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_of_reminders_are_accessible_and_fit_a_phone(
    portal: Portal, open_as: OpenAs, paths: dict[str, str], scheme: str
) -> None:
    page, customer, wrong = open_as(USER, color_scheme=scheme), open_as(None, color_scheme=scheme), []
    for name in ("plan", "link", "reminded", "ending", "addresses", "merge"):
        page.goto(f"{portal.url}{paths[name]}")
        wrong += problems_on(page, f"{name}-{scheme}")
    for name in ("continue", "renew", "stop"):
        customer.goto(f"{portal.url}{paths[name]}")
        wrong += problems_on(customer, f"{name}-{scheme}")
    customer.goto(f"{portal.url}{paths['continue']}")
    customer.get_by_label("The email address you entered").fill("nobody@example.com")
    customer.get_by_role("button", name="Continue").click()
    wrong += problems_on(customer, f"continue-wrong-{scheme}")
    page.goto(f"{portal.url}{paths['merge']}")
    page.get_by_text("Or paste reference IDs").click()
    page.get_by_label("Pasted rows").fill("home-1\nhome-1\nx?y")
    page.get_by_role("button", name="Create links as CSV").click()
    wrong += problems_on(page, f"merge-errors-{scheme}")
    page.goto(f"{portal.url}{paths['plan']}")
    for label in ("First reminder", "Second reminder", "Third reminder"):
        page.get_by_role("combobox", name=label).select_option("")
    page.get_by_role("button", name="Save reminders").click()
    wrong += problems_on(page, f"plan-errors-{scheme}")
    assert wrong == []


def test_a_customer_goes_on_in_another_browser_without_javascript(
    portal: Portal, open_as: OpenAs, paths: dict[str, str]
) -> None:
    page = open_as(None, java_script_enabled=False, viewport={"width": 390, "height": 800})
    page.goto(f"{portal.url}{paths['continue']}")
    expect(page.get_by_text("Rivera")).to_have_count(0)
    page.get_by_label("The email address you entered").fill("alex@example.com")
    page.get_by_role("button", name="Continue").click()

    expect(page.get_by_role("heading", name="Your details")).to_be_visible()
    expect(page.get_by_label("Your name")).to_have_value("Alex Rivera")


def test_personal_links_are_downloaded(portal: Portal, open_as: OpenAs, paths: dict[str, str]) -> None:
    page = open_as(USER)
    page.goto(f"{portal.url}{paths['merge']}")
    page.get_by_text("Or paste reference IDs").click()
    page.get_by_label("Pasted rows").fill("home-1\nhome-2")
    for button, ending in (("Create links as CSV", ".csv"), ("Create QR codes", ".zip")):
        with page.expect_download() as download:
            page.get_by_role("button", name=button).click()
        assert download.value.suggested_filename.endswith(ending)
