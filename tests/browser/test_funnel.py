"""The funnel, the health of utilities and what customers see of an outage, in a real browser: axe, a phone's width,
both themes, and numbers that lead to what they count."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Portal, Site
from tests.browser.test_connect import GOLDEN, walk
from tests.browser.test_reminders import OpenAs, problems_on

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600), pytest.mark.xdist_group("browser")]
MANAGER, STAFF = "manager@cedar.example", "staff@portal.example"
OUTAGE = """
from datetime import timedelta
from onboarding.connect.choices import AuthorizationState, SessionState, Step
from onboarding.connect.models import UtilityOutage
from onboarding.connect.tasks import watch_utilities
from portal.partners.models import Partner
from portal.web import clock
from tests.onboarding.connect import builders as make
cedar, began = Partner.objects.get(slug="cedar"), clock.now() - timedelta(seconds=5)
for number in range(90):  # more, and later, than the tries of other tests that succeeded
    stopped = {"session": SessionState.UPDATED, "step": Step.UTILITY}
    row = make.connection(cedar, f"met-{began:%H%M%S}-{number}", started=began, **stopped)
    failed = {"state": AuthorizationState.FAILED, "failure": "UTILITY_UNAVAILABLE", "returned_at": clock.now()}
    make.authorization(row, utility="LEAP_TEST_CAISO", **failed)
watch_utilities()
assert UtilityOutage.objects.filter(ended_at=None).count() == 1
"""
OVER = """
from onboarding.connect.models import UtilityOutage
from portal.web import clock
UtilityOutage.objects.update(ended_at=clock.now())
"""


@pytest.fixture(scope="module")
def outage(portal: Portal) -> Iterator[None]:
    portal.manage("shell", "-c", OUTAGE)
    yield
    portal.manage("shell", "-c", OVER)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.usefixtures("outage")
def test_figures_are_accessible_and_fit_a_phone(portal: Portal, open_as: OpenAs, scheme: str) -> None:
    page, wrong = open_as(MANAGER, color_scheme=scheme), []
    for name, path in (
        ("funnel", "/connections/funnel/"),
        ("funnel-weeks", "/connections/funnel/?by=week"),
        ("utilities", "/connections/utilities/"),
        ("connections", "/connections/?reached=signed"),
    ):
        page.goto(f"{portal.url}{path}")
        wrong += problems_on(page, f"{name}-{scheme}")
    staff = open_as(STAFF, color_scheme=scheme)
    staff.goto(f"{portal.url}/admin/onboarding/utilityoutage/figures/")
    wrong += problems_on(staff, f"staff-figures-{scheme}")

    assert wrong == []


def test_each_number_leads_to_as_many_connections(portal: Portal, open_as: OpenAs) -> None:
    page = open_as(MANAGER)
    page.goto(f"{portal.url}/connections/funnel/")
    numbers = page.locator("table a").evaluate_all("all => all.map(link => [link.href, link.textContent])")
    assert len(numbers) > 15

    wrong = []
    for address, number in numbers:
        page.goto(address)
        rows = int(number.replace(",", ""))
        shown = page.locator("main tbody tr").count()
        if shown != min(rows, 50):
            wrong.append((address, number, shown))

    assert wrong == []


@pytest.mark.usefixtures("outage")
@pytest.mark.parametrize("has_script", [True, False], ids=["script", "no-script"])
def test_a_customer_is_told_of_an_outage_and_asks_for_an_email(
    phone: Callable[..., Page],
    site: Site,
    has_script: bool,
) -> None:
    page = phone(has_script=has_script)

    walk(page, site.home())
    expect(page.get_by_text(re.compile(f"{GOLDEN}’s sign-in has had trouble since"))).to_be_visible()
    assert page.locator("button.utility").count() == 1  # a try is still possible
    wrong = problems_on(page, f"outage-{has_script}") if has_script else []
    with page.expect_navigation():
        page.get_by_role("button", name=f"Email me when {GOLDEN} works").click()

    expect(page.get_by_text("You can try now. We email you when it works again.")).to_be_visible()
    assert wrong == []
