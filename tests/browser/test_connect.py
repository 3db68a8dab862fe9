"""A customer's way through Connect on a phone, in a real browser: every region, every test case, with and without
JavaScript; and how its pages look to axe, on a phone and on a desk, in light and dark."""

import os
import re
from collections.abc import Callable
from itertools import product
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import run_axe
from tests.browser.conftest import HOSTILE, PHONE, Portal, Site

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600), pytest.mark.xdist_group("browser")]
LOOKED_AT = os.environ.get("SCREENSHOTS", "")  # a folder for pictures of what was checked
DESK = 1280
MOST_BYTES = 60_000  # of a page on the wire, with all that it loads
GOLDEN, EMPIRE, KEYSTONE = "Golden Demo Electric", "Empire Demo Power", "Keystone Demo Power"
DETAILS = {
    "customer_name": "Alex Rivera",
    "email": "alex@example.com",
    "phone": "415 555 0134",
    "company_name": "Rivera Bakery",
    "title": "Owner",
    "street": "1 Main Street",
    "city": "San Francisco",
    "state": "CA",
    "postal_code": "94103",
    "account_number": "1234567890",
}
NEW_YORK = {"city": "New York", "state": "NY", "postal_code": "10001"}
TEXAS = {"street": "500 Commerce St", "city": "Dallas", "state": "TX", "postal_code": "75202"}
ESI_ID = "10443720001234567"
# --- what a customer does


def press(page: Page, name: str) -> None:
    """Press a button and wait for the page to which it leads: a click by itself returns before it on a busy machine."""
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=True).click()


def heading(page: Page) -> str:
    return page.locator("h1").inner_text()


def fill_in(page: Page, **details: str) -> None:
    """Fill in whatever the page asks for."""
    for key, value in {**DETAILS, **details}.items():
        if page.locator(f"input[name={key}]").count():
            page.fill(f"input[name={key}]", value)
    if page.locator("select[name=has_generator]").count():
        page.select_option("select[name=has_generator]", "no")


def sign(page: Page) -> None:
    for box in page.locator("input[name=accepted]").all():
        box.check()
    page.get_by_label("Type your full name").fill("Alex Rivera")
    press(page, "Sign and continue")


def walk(page: Page, address: str, **details: str) -> None:
    """From a link to the choice of the utility, or to the end where no utility is asked."""
    page.goto(address)
    press(page, "Start")
    while (at := heading(page)) in ("Your details", "Read and sign"):
        if at == "Your details":
            fill_in(page, **details)
            press(page, "Continue")
        else:
            sign(page)


def go_to(page: Page, utility: str) -> None:
    page.locator("button.utility").filter(has_text=utility).click()


def answer_utility(page: Page, site: Site, scenario: str) -> None:
    """Go through the utility's pages as a test case, until they send the customer back."""
    page.fill("[name=user_name]", scenario)
    page.fill("[name=password]", "any")
    press(page, "Sign in")
    for _ in range(8):
        if not page.url.startswith(site.utility_url):
            return
        last = "Decline" if scenario == "cancel" else "Authorize"
        for name in (last, "Sign in", "Continue", "Back to Partner portal without sharing"):
            if page.get_by_role("button", name=name, exact=True).count():
                if name == "Sign in":
                    page.fill("[name=password]", "any")
                press(page, name)
                break
    raise AssertionError(f"The utility does not send the customer back: {page.url}")


both_ways = pytest.mark.parametrize("has_script", [True, False], ids=["script", "no-script"])


# --- the way, in each region


@both_ways
@pytest.mark.parametrize("scenario", ["success", "two_meters", "slow"])
def test_home_in_california_ends_on_the_partners_page(
    phone: Callable[..., Page], site: Site, scenario: str, has_script: bool
) -> None:
    page = phone(has_script=has_script)
    address = site.home(campaign="spring & fall", next="https://elsewhere.example/")

    walk(page, address)
    go_to(page, GOLDEN)
    answer_utility(page, site, scenario)
    expect(page.get_by_text(f"{GOLDEN} now shares your data with Acme Energy")).to_be_visible()
    page.get_by_role("link", name="Continue to Acme Energy").click()

    parts = urlsplit(page.url)
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == f"{site.utility_url}/partner-page/"
    reference = dict(parse_qsl(urlsplit(address).query))["refId"]
    assert dict(parse_qsl(parts.query)) == {
        "from": "partner",
        "refId": reference,
        "campaign": "spring & fall",
        "next": "https://elsewhere.example/",
    }
    assert parts.fragment == "end"


@both_ways
@pytest.mark.parametrize(
    ("scenario", "said"),
    [
        ("wrong_password", "The sign-in did not succeed."),
        ("mfa_failed", "could not confirm your code"),
        ("cancel", "Nothing was shared."),
        ("utility_down", "is not available right now"),
        ("error_after_consent", "reported an error"),
    ],
)
def test_customer_who_fails_is_told_why_and_tries_again(
    phone: Callable[..., Page], site: Site, scenario: str, said: str, has_script: bool
) -> None:
    page = phone(has_script=has_script)
    walk(page, site.home())
    go_to(page, GOLDEN)

    answer_utility(page, site, scenario)

    expect(page.get_by_role("alert")).to_contain_text(said)
    assert page.title().startswith("Error: ")
    expect(page.get_by_role("alert")).to_be_focused()
    go_to(page, "Try again")
    answer_utility(page, site, "success")
    expect(page.get_by_role("link", name="Continue to Acme Energy")).to_be_visible()


@both_ways
def test_business_in_new_york_signs_and_authorizes(phone: Callable[..., Page], site: Site, has_script: bool) -> None:
    page = phone(has_script=has_script)

    walk(page, site.link("new-york-business", "NYISO", "COMMERCIAL"), postal_code="10001")
    go_to(page, EMPIRE)
    answer_utility(page, site, "commercial")

    expect(page.get_by_text(f"{EMPIRE} now shares your data with Acme Energy")).to_be_visible()
    expect(page.get_by_text("You signed")).to_have_count(2)


@both_ways
def test_home_in_pjm_authorizes(phone: Callable[..., Page], site: Site, has_script: bool) -> None:
    page = phone(has_script=has_script)

    walk(page, site.link("pjm-homes", "PJM"), state="PA", postal_code="19104", city="Philadelphia")
    go_to(page, KEYSTONE)
    answer_utility(page, site, "success")

    expect(page.get_by_text(f"{KEYSTONE} now shares your data with Acme Energy")).to_be_visible()


@both_ways
def test_business_in_pjm_only_signs(phone: Callable[..., Page], site: Site, has_script: bool) -> None:
    page = phone(has_script=has_script)

    walk(page, site.link("pjm-agreements", "PJM", "COMMERCIAL_AGREEMENTS_ONLY"), state="PA", postal_code="19104")

    expect(page.get_by_role("heading", level=1)).to_have_text("You’re all set")
    expect(page.get_by_text("You signed “PJM demand response customer agreement”.")).to_be_visible()
    expect(page.get_by_role("link", name="Continue to Acme Energy")).to_be_visible()


@both_ways
def test_business_in_texas_with_its_esi_id(phone: Callable[..., Page], site: Site, has_script: bool) -> None:
    page = phone(has_script=has_script)

    walk(page, site.link("texas-ers", "ERCOT", "COMMERCIAL"), **TEXAS, esi_id=ESI_ID)

    expect(page.get_by_text(f"Your meter with ESI ID {ESI_ID}, delivered by Oncor", exact=False)).to_be_visible()


@both_ways
def test_business_in_texas_without_its_esi_id(phone: Callable[..., Page], site: Site, has_script: bool) -> None:
    page = phone(has_script=has_script)

    walk(page, site.link("texas-ers", "ERCOT", "COMMERCIAL"), **TEXAS)

    expect(page.get_by_text("Your ESI ID is still missing. Acme Energy will ask you for it.")).to_be_visible()


# --- coming back


def test_link_is_gone_on_with_at_the_same_step(phone: Callable[..., Page], site: Site) -> None:
    page, address = phone(), site.home()
    page.goto(address)
    press(page, "Start")
    fill_in(page)
    press(page, "Continue")
    assert heading(page) == "Read and sign"
    context, left_at = page.context, page.url
    page.close()

    again = context.new_page()
    again.goto(address)

    assert (heading(again), again.url) == ("Read and sign", left_at)
    again.get_by_role("link", name="Back").click()
    expect(again.get_by_label("Email")).to_have_value("alex@example.com")


def test_other_reference_or_browser_begins_anew(phone: Callable[..., Page], site: Site) -> None:
    page, address = phone(), site.home()
    page.goto(address)
    press(page, "Start")
    session = page.url

    page.goto(site.home())
    assert (heading(page), page.url == session) == ("Share your utility data with Acme Energy", False)

    other = phone()
    other.goto(address)
    assert (heading(other), other.url == session) == ("Share your utility data with Acme Energy", False)
    other.goto(session)
    expect(other.get_by_text("This page was opened in another browser")).to_be_visible()


def test_customer_stops_sharing(phone: Callable[..., Page], site: Site) -> None:
    page = phone()
    walk(page, site.home())
    go_to(page, GOLDEN)
    answer_utility(page, site, "success")

    page.get_by_role("link", name="See what you share").click()
    press(page, f"Stop sharing {GOLDEN} data")
    press(page, "Stop sharing")

    expect(page.get_by_text("Stopped", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("Stop sharing"))).to_have_count(0)


# --- how it looks


def look(page: Page, name: str) -> None:
    """Check a page at both widths in light and dark, and what a slow phone would have to load."""
    for width, scheme in product((PHONE, DESK), ("light", "dark")):
        page.set_viewport_size({"width": width, "height": 844})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of Playwright's words
        if LOOKED_AT:
            page.screenshot(path=Path(LOOKED_AT) / f"connect-{name}-{width}-{scheme}.png", full_page=True)
        results = run_axe(page)
        assert results.violations_count == 0, (name, width, scheme, results.generate_report())
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)
        assert page.evaluate(SMALL_TARGETS) == [], (name, width)
    page.set_viewport_size({"width": PHONE, "height": 844})


# Whatever is pressed and is no link within a sentence (WCAG 2.2, 2.5.8), with its size.
SMALL_TARGETS = """() => [...document.querySelectorAll("a, button, input:not([type=hidden]), select")]
  .filter(one => one.checkVisibility() && !one.closest(".skip-link, main p:not(.check):not(.progress-line), footer"))
  .map(one => [one.outerHTML.slice(0, 80), one.getBoundingClientRect()])
  .filter(([, box]) => box.width > 0 && (box.width < 24 || box.height < 24))
  .map(([html, box]) => `${html} ${box.width} x ${box.height}`)"""


def test_pages_pass_axe_and_fit_a_phone(phone: Callable[..., Page], site: Site) -> None:
    page = phone()
    page.goto(f"{site.url}/connect/?account=nobody")
    look(page, "stopped")
    page.goto(site.link("new-york-business", "NYISO", "COMMERCIAL"))
    look(page, "welcome")
    press(page, "Start")
    look(page, "about")
    page.fill("[name=email]", "alex@")
    press(page, "Continue")
    assert page.title().startswith("Error: ")
    expect(page.get_by_role("alert")).to_be_focused()
    look(page, "about-errors")
    page.get_by_role("link", name="Company name is missing.").click()
    expect(page.get_by_label("Company name")).to_be_focused()
    fill_in(page, postal_code="10001")
    press(page, "Continue")
    look(page, "agreements")
    press(page, "Sign and continue")
    expect(page.get_by_role("alert")).to_be_focused()
    look(page, "agreements-errors")
    sign(page)
    look(page, "utility")
    go_to(page, EMPIRE)
    answer_utility(page, site, "cancel")
    look(page, "utility-failed")
    go_to(page, EMPIRE)
    answer_utility(page, site, "success")
    look(page, "done")
    page.get_by_role("link", name="See what you share").click()
    look(page, "manage")
    press(page, f"Stop sharing {EMPIRE} data")
    look(page, "revoke")
    press(page, "Stop sharing")
    look(page, "manage-stopped")
    page.goto(site.home())
    press(page, "Start")
    fill_in(page)
    press(page, "Continue")
    press(page, "I do not accept")
    look(page, "over")


def test_texas_and_two_utilities_look_right(phone: Callable[..., Page], site: Site) -> None:
    page = phone()
    page.goto(site.link("texas-ers", "ERCOT", "COMMERCIAL"))
    look(page, "texas-welcome")
    press(page, "Start")
    fill_in(page, **TEXAS, esi_id="123")
    press(page, "Continue")
    look(page, "texas-errors")
    fill_in(page, **TEXAS, esi_id=ESI_ID)
    press(page, "Continue")
    sign(page)
    look(page, "texas-done")
    walk(page, site.link("california-homes", "CAISO", requestedUtilities="LEAP_TEST_CAISO,DEMO2"))
    go_to(page, GOLDEN)
    answer_utility(page, site, "success")
    look(page, "utility-another")
    press(page, "Finish without it")
    expect(page.get_by_role("heading", level=1)).to_have_text("You’re all set")


def test_long_names_and_hostile_texts_do_no_harm(phone: Callable[..., Page], site: Site) -> None:
    page = phone()
    page.goto(site.link("hostile", "NYISO", "COMMERCIAL"))

    expect(page.get_by_text("<script>alert(1)</script>")).to_be_visible()
    expect(page.get_by_text("{{ brand }}")).to_be_visible()
    assert page.locator("main img, main script").count() == 0
    look(page, "hostile")
    press(page, "Start")
    fill_in(page, customer_name="n" * 200, company_name=HOSTILE, **NEW_YORK)
    press(page, "Continue")
    expect(page.get_by_role("alert")).to_contain_text("<script>alert(1)</script>")
    assert page.locator("main img, main script").count() == 0
    look(page, "hostile-refused")
    fill_in(page, customer_name="n" * 100, **NEW_YORK)
    press(page, "Continue")
    sign(page)
    go_to(page, EMPIRE)
    answer_utility(page, site, "success")
    look(page, "hostile-done")


def test_agreement_is_read_and_signed_by_keyboard(phone: Callable[..., Page], site: Site) -> None:
    page = phone()
    page.goto(site.link("new-york-business", "NYISO", "COMMERCIAL"))
    press(page, "Start")
    fill_in(page, postal_code="10001")
    page.get_by_label("ZIP code").press("Enter")
    text = page.locator(".agreement-text").first

    text.focus()
    for _ in range(3):
        page.keyboard.press("PageDown")
    expect(text).not_to_have_js_property("scrollTop", 0)

    assert text.evaluate("one => getComputedStyle(one).outlineStyle") == "solid"
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(page.get_by_label("I have read and accept “Utility data sharing agreement”")).to_be_checked()
    page.get_by_label("I have read and accept “Demand response participation agreement”").press("Space")
    page.get_by_label("Type your full name").fill("Alex Rivera")
    page.keyboard.press("Enter")  # signs: the first button of the form, not the one that declines
    expect(page.get_by_role("heading", level=1)).to_have_text("Choose your utility")


def test_demo_clock_is_shown_to_customers(phone: Callable[..., Page], site: Site, portal: Portal) -> None:
    page = phone()
    portal.manage("demo_clock", "--days", "2")
    try:
        page.goto(site.home())
        expect(page.get_by_text("Demo clock: 2 days ahead")).to_be_visible()
        look(page, "demo-clock")
    finally:
        portal.manage("demo_clock", "--reset")


@pytest.fixture
def weighed(phone: Callable[..., Page]) -> tuple[Page, list[float]]:
    """A page, and the bytes of every answer that its browser has received without a cache."""
    page, sizes = phone(), list[float]()
    wire = page.context.new_cdp_session(page)
    wire.send("Network.enable")
    wire.send("Network.setCacheDisabled", {"cacheDisabled": True})
    wire.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    return page, sizes


def test_each_page_is_light_on_the_wire(weighed: tuple[Page, list[float]], site: Site) -> None:
    page, sizes = weighed
    weights = {}

    def weigh(name: str, do: Callable[[], object]) -> None:
        sizes.clear()
        do()
        page.wait_for_load_state("networkidle")
        weights[name] = sum(sizes)

    weigh("welcome", lambda: page.goto(site.link("new-york-business", "NYISO", "COMMERCIAL")))
    weigh("about", lambda: press(page, "Start"))
    fill_in(page, postal_code="10001")
    weigh("agreements", lambda: press(page, "Continue"))
    weigh("utility", lambda: sign(page))
    go_to(page, EMPIRE)
    weigh("done", lambda: answer_utility(page, site, "success"))  # with the utility's own pages
    weigh("manage", lambda: page.get_by_role("link", name="See what you share").click())

    assert {name: weight for name, weight in weights.items() if not 1_000 < weight < MOST_BYTES} == {}
