"""Of every main page: what it costs on the wire, that its stylesheet lacks no rule, and that it can be magnified."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from playwright.sync_api import Browser, Page

from tests.browser.conftest import Portal, Site

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600), pytest.mark.xdist_group("browser")]

MANAGER = "manager@cedar.example"  # whose meters are in every status
FIRST_VISIT, WARM_VISIT = 60_000, 15_000  # bytes
PAGES = [
    "/",
    "/programs/",
    "/programs/CEC-DSGS/",
    "/programs/which-way/",
    "/uploads/",
    "/uploads/new/",
    "/meters/",
    "/meters/new/CEC-DSGS/",
    "/meters/look-up/",
    "/meters/columns/",
    "/meters/exports/",
    "/meters/participation/",
    "/interval-data/",
    "/interval-data/missing/",
    "/interval-data/uploads/",
    "/connections/",
    "/connections/links/",
    "/connections/links/new/",
    "/connections/funnel/",
    "/connections/utilities/",
    "/calendar/",
    "/people/",
    "/people/rules/",
    "/audit/",
    "/privacy/",
    "/developers/",
    "/developers/keys/",
    "/developers/webhooks/",
    "/developers/webhooks/new/",
    "/developers/requests/",
    "/developers/sandbox/",
    "/emails/",
    "/accounts/2fa/",
]

# Selectors of a whole sheet that match an element of the page and are in none of the page's own sheets. What only a
# state makes match (hover, focus, checked) counts as matching.
LOST_RULES = r"""
(whole) => {
  const selectors = (rules, where) => [...rules].flatMap((rule) =>
    rule.selectorText
      ? rule.selectorText.split(/,(?![^(]*\))/).map((selector) => [where, selector.trim()])
      : selectors(rule.cssRules ?? [], where + (rule.conditionText ?? "")));
  const names = "hover|active|focus|focus-\\w+|disabled|checked|indeterminate|invalid|valid|autofill";
  const state = `(::[\\w-]+|:(${names})\\b)+`;
  const alone = new RegExp(`(^|[\\s>+~])${state}`, "g"), besides = new RegExp(state, "g");
  const stateless = (selector) => selector.replace(alone, "$1*").replace(besides, "").replaceAll(":not()", "");
  const matches = ([, selector]) => document.querySelector(stateless(selector)) !== null;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(whole);
  const served = new Set([...document.styleSheets].flatMap((one) => selectors(one.cssRules, "")).map(String));
  return selectors(sheet.cssRules, "").filter((item) => !served.has(String(item)) && matches(item)).map(String);
}
"""


class Wire:
    """Counts what reaches a page, packed and with headers."""

    def __init__(self, page: Page) -> None:
        self._bytes = 0.0
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        session.on("Network.loadingFinished", self._count)

    def _count(self, event: dict[str, Any]) -> None:
        self._bytes += event["encodedDataLength"]

    def cost_of(self, page: Page, address: str) -> int:
        self._bytes = 0.0
        answer = page.goto(address, wait_until="networkidle")
        assert answer is not None
        assert answer.status == 200, address
        return round(self._bytes)


@pytest.fixture(scope="module")
def signed_in(portal: Portal, chromium: Browser) -> Iterator[Any]:
    """What a browser keeps of somebody who has signed in."""
    context = chromium.new_context()
    page = context.new_page()
    page.goto(portal.url)
    page.fill("[name=login]", MANAGER)
    page.fill("[name=password]", portal.passwords[MANAGER])
    page.click("main form button[type=submit]")
    page.wait_for_url(lambda url: "/accounts/" not in url)
    yield context.storage_state()
    context.close()


@pytest.fixture
def page(chromium: Browser, signed_in: Any) -> Iterator[Page]:
    context = chromium.new_context(storage_state=signed_in)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def addresses(portal: Portal, site: Site, chromium: Browser, signed_in: Any) -> list[str]:
    """Every main page, a meter, a connection, an upload, and what a customer and a stranger see."""
    context = chromium.new_context(storage_state=signed_in)
    page = context.new_page()
    details = []
    for path, link in (("/meters/", "tbody th a"), ("/connections/", "tbody a"), ("/uploads/", "tbody a")):
        page.goto(f"{portal.url}{path}")
        details.append(page.locator(link).first.get_attribute("href") or "")
    context.close()
    return [*(f"{portal.url}{path}" for path in [*PAGES, *details]), site.home(), f"{site.url}/connect/mine/"]


def test_pages_stay_within_their_budget_on_the_wire(chromium: Browser, signed_in: Any, addresses: list[str]) -> None:
    costs = {}
    for address in addresses:
        context = chromium.new_context(storage_state=signed_in)
        page = context.new_page()
        wire = Wire(page)
        costs[address] = (wire.cost_of(page, address), wire.cost_of(page, address))
        context.close()

    over = {address: cost for address, cost in costs.items() if cost[0] > FIRST_VISIT or cost[1] > WARM_VISIT}
    assert over == {}


def test_stylesheet_has_every_rule_of_bootstrap_that_a_page_needs(page: Page, addresses: list[str]) -> None:
    path = finders.find("bootstrap/css/bootstrap.min.css")
    assert path
    with open(path) as file:
        bootstrap = file.read()
    lost = {}
    for address in addresses:
        if "/connect/" not in address:  # customers' pages have no Bootstrap
            page.goto(address)
            lost[address] = page.evaluate(LOST_RULES, bootstrap)

    assert {address: rules for address, rules in lost.items() if rules} == {}


def test_no_page_scrolls_sideways_when_it_is_magnified_four_times(
    chromium: Browser, signed_in: Any, addresses: list[str]
) -> None:
    context = chromium.new_context(storage_state=signed_in, viewport={"width": 320, "height": 256})
    page = context.new_page()
    wider = {}
    for address in addresses:
        page.goto(address)
        wider[address] = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    context.close()

    assert {address: by for address, by in wider.items() if by > 0} == {}
