"""Connect as the partner sees it, in a real browser: axe, phones, light and dark, and the work on the pages."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import run_axe
from tests.browser.conftest import Portal

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240), pytest.mark.xdist_group("browser")]
USER, STRANGER = "user@acme.example", "manager@borealis.example"
OpenAs = Callable[..., Page]
SHOTS = os.environ.get("SCREENSHOTS", "")
FILL = (
    "import json; from portal.partners.models import Partner; from tests.onboarding.connect.every_state import fill; "
    "print(json.dumps({name: str(row.pk) for name, row in fill(Partner.objects.get(slug='acme')).items()}))"
)


@pytest.fixture(scope="session")
def rows(portal: Portal) -> dict[str, str]:
    """IDs of connections in every state, by what they are."""
    ids: dict[str, str] = json.loads(portal.manage("shell", "--verbosity", "0", "--command", FILL))
    return ids


def problems_on(page: Page, name: str, scheme: str) -> list[str]:
    """What axe says about the page as it is, and whether it is wider than a phone."""
    page.set_viewport_size({"width": 1280, "height": 900})
    wrong = [f"{name}: {one['id']}: {one['nodes'][0]['html'][:160]}" for one in run_axe(page).response["violations"]]
    shot(page, f"{name}-{scheme}-1280")
    page.set_viewport_size({"width": 390, "height": 800})
    shot(page, f"{name}-{scheme}-390")
    width = page.evaluate("document.documentElement.scrollWidth")
    return [*wrong, f"{name}: {width} px wide on a phone"] if width > 390 else wrong


def shot(page: Page, name: str) -> None:
    if SHOTS:
        Path(SHOTS).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_of_connect_are_accessible_and_fit_a_phone(
    portal: Portal, open_as: OpenAs, rows: dict[str, str], scheme: str
) -> None:
    page, wrong = open_as(USER, color_scheme=scheme), []
    pages = {
        "home": "/",
        "list": "/connections/",
        "filtered": "/connections/?waiting=yes&session=COMPLETED",
        "nothing-matches": "/connections/?q=nobody",
        "filter-refused": "/connections/?started_from=soon",
        **{name: f"/connections/{pk}/" for name, pk in rows.items()},
        "links": "/connections/links/",
        "region": "/connections/links/new/",
        "builder": "/connections/links/new/?region=CAISO",
        "builder-texas": "/connections/links/new/?region=ERCOT",
        "upload-texas": "/uploads/new/?program=ERCOT-ERS",
        "program-texas": "/programs/ERCOT-ERS/",
        "search": "/search/?q=home-",
    }
    for name, path in pages.items():
        page.goto(f"{portal.url}{path}")
        wrong += problems_on(page, name, scheme)
    page.goto(f"{portal.url}/connections/{rows['received']}/")
    page.locator("a[href^='/meters/']:has(code)").click()
    wrong += problems_on(page, "meter", scheme)
    page.goto(f"{portal.url}/connections/links/")
    page.locator("tbody a").first.click()
    wrong += problems_on(page, "link", scheme)
    page.get_by_role("button", name="Send link").click()
    wrong += problems_on(page, "link-errors", scheme)
    page.get_by_role("button", name="End link", exact=True).click()
    wrong += problems_on(page, "link-end", scheme)
    page.goto(f"{portal.url}/connections/links/new/?region=PJM")
    for label, text in (("Brand color", "yellow"), ("Final redirect URL", "https://evil.example/")):
        page.get_by_label(label).fill(text)
    page.get_by_role("button", name="Create link").click()
    wrong += problems_on(page, "builder-errors", scheme)
    page.goto(f"{portal.url}/connections/links/")
    page.get_by_label("Host", exact=True).fill("not a host")
    page.get_by_role("button", name="Add host").click()
    wrong += problems_on(page, "host-errors", scheme)
    stranger = open_as(STRANGER, color_scheme=scheme)
    stranger.goto(f"{portal.url}/connections/")
    wrong += problems_on(stranger, "empty", scheme)
    assert wrong == []


def test_a_link_is_made_from_a_program_and_copied(portal: Portal, open_as: OpenAs) -> None:
    page = open_as(USER, permissions=["clipboard-read", "clipboard-write"])
    page.goto(f"{portal.url}/programs/ERCOT-ERS/")
    page.get_by_role("link", name="+ Connect link").click()
    expect(page.get_by_label("Emergency Response Service")).to_be_checked()

    page.get_by_label("Name in the address").fill("from-program")
    page.get_by_role("button", name="Create link").click()

    expect(page.get_by_text("Link created.")).to_be_visible()
    page.get_by_role("button", name="Copy address", exact=True).click()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.endswith("/connect/?transmissionRegion=ERCOT&account=acme&variant=RESIDENTIAL&link=from-program")
    picture = page.get_by_alt_text("QR code of the link’s address")
    assert picture.evaluate("image => image.complete && image.naturalWidth > 0")
    page.get_by_role("link", name="Preview as customer").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert "/connect/session/" in page.url


def unfold(page: Page) -> None:
    """Open the lists of what has no deadline, which are folded while they are long."""
    page.locator(".to-do-kind").evaluate_all("lists => lists.forEach(one => one.open = true)")


def errors_take_the_focus_and_lead_to_the_field(page: Page, portal: Portal, rows: dict[str, str]) -> None:
    """Before what is to do is done: then its fields are gone."""
    page.goto(f"{portal.url}/connections/{rows['texas']}/")
    page.get_by_label("ESI ID", exact=True).fill("123")
    page.get_by_role("button", name="Create meter").click()

    expect(page.locator(".error-summary")).to_be_focused()
    page.locator(".error-summary a").click()
    expect(page.get_by_label("ESI ID", exact=True)).to_be_focused()
    page.goto(f"{portal.url}/connections/{rows['question']}/")
    page.get_by_role("button", name="Save decision").click()
    page.locator(".error-summary a").click()
    expect(page.locator("fieldset:has([name=meter])")).to_be_focused()


def test_a_decision_and_an_esi_id_are_the_partners_to_do(portal: Portal, open_as: OpenAs, rows: dict[str, str]) -> None:
    page = open_as(USER)
    errors_take_the_focus_and_lead_to_the_field(page, portal, rows)
    page.goto(portal.url)
    unfold(page)
    page.get_by_role("link", name="home-question").click()
    page.get_by_label("My meter").check()
    page.get_by_role("button", name="Save decision").click()
    expect(page.get_by_text("from now on.")).to_be_visible()

    page.goto(portal.url)
    expect(page.locator(".to-dos").get_by_role("link", name="home-question")).to_have_count(0)
    unfold(page)
    page.get_by_role("link", name="warehouse-12").click()
    page.get_by_label("ESI ID", exact=True).fill("10443720001234567")
    page.get_by_role("button", name="Create meter").click()
    expect(page.get_by_text("is in your portfolio.")).to_be_visible()

    page.goto(portal.url)
    expect(page.locator(".to-dos").get_by_role("link", name="warehouse-12")).to_have_count(0)
    assert rows
