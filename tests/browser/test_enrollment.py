"""Ten meters from the upload to ACTIVE, by partner and staff, in a real browser; and axe on the pages of enrollment."""

import re
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests import builders
from tests.browser.axe import run_axe
from tests.browser.conftest import Portal
from tests.browser.test_journey import MANAGER, STAFF, OpenAs, upload

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240), pytest.mark.xdist_group("browser")]
SEASON = "NATGRID-CS_JOURNEY"


def row(n: int, **changes: Any) -> dict[str, Any]:
    """A battery of National Grid's in Worcester."""
    place = {
        "partner_reference": f"ten-{n:02d}",
        "transmission_region": "ISONE",
        "customer__street_1": f"{n} Elm Street",
        "customer__city": "Worcester",
        "customer__state_or_province_code": "MA",
        "customer__postal_code": "01608",
        "utility__utility_name": "NATGRID",
        "utility__electric_service_account_number": f"51{n:08d}",
        "utility__tariff": None,
        "caiso__nem_type": None,
    }
    return builders.row(n, **(place | changes))


def season_begins(admin: Page, portal: Portal) -> None:
    """Staff add a delivery period that runs now. It changes the status of no meter, so it is saved at once."""
    today = datetime.now(UTC).date()
    admin.goto(f"{portal.url}/admin/programs/deliveryperiod/add/")
    admin.locator("#id_program + .select2").click()
    admin.locator(".select2-search__field").fill("NATGRID-CS")
    admin.locator(".select2-results__option", has_text="NATGRID-CS").first.click()
    admin.fill("[name=name]", SEASON)
    for name, day in (("starts_at", today - timedelta(days=2)), ("ends_at", today + timedelta(days=40))):
        admin.fill(f"[name={name}_0]", day.isoformat())
    admin.click("[name=_save] >> nth=0")
    expect(admin.locator(".messagelist .success")).to_be_visible()


def test_ten_meters_from_upload_to_active(portal: Portal, open_as: OpenAs, tmp_path: Path) -> None:
    admin, page = open_as(STAFF), open_as(MANAGER)
    season_begins(admin, portal)

    lines = [row(n) for n in range(1, 9)]
    lines += [row(n, utility__electric_service_account_number=None) for n in (9, 10)]
    file = tmp_path / "ten.csv"
    file.write_bytes(builders.csv_bytes(lines))
    upload(page, portal, file, "NATGRID-CS")
    expect(page.get_by_text("Electric service account number: missing in 2 rows")).to_be_visible()
    page.get_by_role("button", name="Create 10 meters").click()
    expect(page.get_by_role("heading", name="Receipt")).to_be_visible(timeout=30_000)

    page.goto(portal.url)
    due = page.locator(".to-do-items li", has_text="ConnectedSolutions with National Grid")
    expect(due).to_contain_text("Fill in missing information: 2 meters")
    due.get_by_role("link", name="Electric service account number").click()
    expect(page.get_by_role("heading", name="Fill in Electric service account number")).to_be_visible()
    for n in (9, 10):
        page.get_by_label(f"Electric service account number of ten-{n:02d}").fill(f"51{n:08d}")
    page.get_by_role("button", name="Save these meters").click()
    expect(page.get_by_text("Filled in 2 meters.")).to_be_visible()
    expect(page.locator(".to-do-items li", has_text="ConnectedSolutions with National Grid")).to_have_count(0)

    admin.goto(f"{portal.url}/admin/onboarding/enrollment/?q=ten-")
    admin.locator("#action-toggle").check()
    admin.select_option("[name=action]", label="Activate …")
    admin.get_by_role("button", name="Go").click()
    expect(admin.get_by_role("heading", name="Activate: 10 meters")).to_be_visible()
    admin.select_option("[name=period]", label=SEASON)
    admin.fill("[name=market_group_name]", "VPP-10")
    admin.get_by_role("button", name="Activate").click()
    expect(admin.get_by_text("Done for 10 meters.")).to_be_visible()

    page.goto(f"{portal.url}/meters/?status=ACTIVE&q=ten-")
    expect(page.locator("tbody tr")).to_have_count(10)
    page.get_by_role("link", name="ten-09").click()
    card = page.locator(".program-card", has_text="NATGRID-CS")
    expect(card.locator(".tag").first).to_have_text("Active")
    expect(card).to_contain_text("Enrolled and dispatched in ")
    expect(card).to_contain_text(SEASON)
    story = page.locator(".timeline")
    for words in ("Meter created", "Meter updated", "Meter activated", "Meter enrollment changed"):
        expect(story).to_contain_text(words)
    page.goto(f"{portal.url}/programs/NATGRID-CS/meters/")
    expect(page.locator(".bars li", has_text="Active").last).to_contain_text("10")


def test_pages_of_enrollment_pass_axe_and_fit_a_phone(portal: Portal, open_as: OpenAs, tmp_path: Path) -> None:
    page = open_as(MANAGER)
    file = tmp_path / "two.csv"
    file.write_bytes(
        builders.csv_bytes(
            [
                builders.row(7001, partner_reference="axe-1"),
                builders.row(7002, partner_reference="axe-2", site__number_of_devices=None),
            ]
        )
    )
    upload(page, portal, file)
    page.get_by_role("button", name="Create 2 meters").click()
    expect(page.get_by_role("heading", name="Receipt")).to_be_visible(timeout=30_000)
    page.goto(f"{portal.url}/meters/?q=axe-2")
    with page.expect_navigation():
        page.get_by_role("link", name="axe-2", exact=True).click()
    meter = re.sub(r"\?.*", "", page.url)

    own = ["", "programs/CEC-DSGS/meters/", "meters/fill/CEC-DSGS/site.number_of_devices/", "meters/?acts=partner"]
    paths = [meter, f"{meter}programs/", *(f"{portal.url}/{path}" for path in own)]
    for width, scheme, path in product((1280, 390), ("light", "dark"), paths):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of Playwright's words
        page.goto(path)
        for details in page.locator("main details").all():
            details.evaluate("element => { element.open = true }")
        axe_results = run_axe(page)
        assert axe_results.violations_count == 0, (width, scheme, path, axe_results.generate_report())
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (width, path)
