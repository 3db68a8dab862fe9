"""Interval data in a browser: coverage, gaps and a meter, with axe, on a phone, in both themes, without JavaScript."""

from collections.abc import Callable
from itertools import product

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import run_axe
from tests.browser.conftest import Portal

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300), pytest.mark.xdist_group("browser")]
USER = "manager@borealis.example"
OpenAs = Callable[..., Page]

# Three meters that are active since ten days ago, in a season of their own; the first two have intervals.
MAKE = """
from datetime import timedelta
from django.db import transaction
from onboarding.enrollment.models import Activation
from onboarding.intervals.models import IntervalSource, IntervalUpload
from onboarding.intervals.store.times import moment, minutes_of
from portal.partners.models import Partner
from portal.web import clock
from programs.models import DeliveryPeriod, Program
from tests.onboarding.enrollment.meters import make_meter
from tests.onboarding.intervals.data import put, source_of
partner, now = Partner.objects.get(slug="borealis"), clock.now()
program = Program.objects.get(identifier="MA_DOER-CPS")
season = DeliveryPeriod.objects.create(
    program=program, name="MA_DOER-CPS_TEST", starts_at=now - timedelta(days=20), ends_at=now + timedelta(days=20)
)
since = minutes_of(now - timedelta(days=10)) // 15 * 15
for number in range(3):
    name = f"seen-{number}"
    meter = make_meter(partner, programs=[program.identifier], region="ISONE", meter_type="DEVICE", reference=name)
    Activation.objects.create(partner=partner, meter=meter, period=season, active_from=now - timedelta(days=10))
    starts = [moment(since + 15 * n) for n in range((10 - 3 * number) * 96)] if number < 2 else []
    put(meter, starts, net=1.25)
    put(meter, starts[-100:-96], net=-2.5, source=source_of(partner))
"""


@pytest.fixture(scope="session")
def meters(portal: Portal) -> None:
    portal.manage("shell", "-c", MAKE)


@pytest.mark.usefixtures("meters")
def test_a_gap_is_found_from_home_to_the_meter_without_javascript(portal: Portal, open_as: OpenAs) -> None:
    page = open_as(USER, java_script_enabled=False, viewport={"width": 390, "height": 844})

    page.locator(".to-dos a", has_text="Submit").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Missing interval data")
    page.get_by_role("link", name="seen-", exact=False).first.click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("Interval data of seen-")
    expect(page.get_by_role("img")).to_be_visible()
    page.get_by_role("link", name="Month", exact=True).click()
    expect(page.locator(".strip").first).to_be_visible()


@pytest.mark.usefixtures("meters")
def test_pages_of_interval_data_pass_axe_and_fit_a_phone(portal: Portal, open_as: OpenAs) -> None:
    page = open_as(USER)
    page.goto(f"{portal.url}/interval-data/?program=MA_DOER-CPS")
    link = page.locator(".table-coverage a", has_text="seen-1").get_attribute("href")
    assert link
    meter = link.partition("interval-data")[0]
    now = page.evaluate("new Date(Date.now() - 86400000 * 4).toISOString()")
    own = [f"{meter}interval-data/?on={now[:size]}" for size in (10, 7, 4)]
    pages = ["/interval-data/", "/interval-data/?month=2020-01", "/interval-data/missing/"]
    pages += ["/interval-data/missing/?status=PROCESSING", "/interval-data/missing/?month=soon", *own, meter, "/"]

    for path, (width, scheme) in product(pages, product((1280, 390), ("light", "dark"))):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of Playwright's words
        page.goto(f"{portal.url}{path}")
        axe_results = run_axe(page)
        assert axe_results.violations_count == 0, (width, scheme, path, axe_results.generate_report())
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (width, path)
        sizes = "[...document.querySelectorAll('main *')].map(one => parseFloat(getComputedStyle(one).fontSize))"
        assert min(page.evaluate(sizes)) >= 12, (width, path)
