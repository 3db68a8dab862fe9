"""One meter by form: by keyboard alone, without JavaScript, on a phone; and axe on each of its pages."""

from collections.abc import Callable
from itertools import product

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import run_axe
from tests.browser.conftest import Portal

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240), pytest.mark.xdist_group("browser")]
MANAGER, USER = "manager@acme.example", "user@acme.example"
OpenAs = Callable[..., Page]


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the input of that name, or the button with that text, has the focus."""
    for _ in range(120):
        page.keyboard.press("Tab")
        focused = page.evaluate("[document.activeElement.name, document.activeElement.textContent.trim()]")
        if name in focused:
            return
    raise AssertionError(f"not reached by keyboard: {name}")


def type_battery(page: Page, reference: str) -> None:
    for name, text in {
        "partner_reference": reference,
        "customer.street_1": "12 Main Street",
        "customer.postal_code": "94103",
        "customer.city": "San Francisco",
        "device.battery_power_capacity_kw": "5 kW",
        "device.battery_energy_capacity_kwh": "13,5",
        "site.number_of_devices": "1",
    }.items():
        page.fill(f'[name="{name}"]', text)
    page.select_option('[name="customer_classification"]', "RESIDENTIAL")
    page.check('[name="load_types.0"][value=BATTERY_STORAGE]')


def test_meter_is_made_by_keyboard_alone(portal: Portal, open_as: OpenAs) -> None:
    page = open_as(MANAGER)
    page.goto(f"{portal.url}/meters/new/CEC-DSGS/")
    for name, text in {
        "partner_reference": "by-keyboard",
        "customer_classification": "Residential",
        "load_types.0": " ",
        "customer.street_1": "12 Main Street",
        "customer.postal_code": "94103",
        "customer.city": "San Francisco",
        "device.battery_power_capacity_kw": "5",
        "device.battery_energy_capacity_kwh": "thirteen",
        "site.number_of_devices": "1",
    }.items():
        tab_to(page, name)
        page.keyboard.type(text)
    tab_to(page, "See what will happen")
    page.keyboard.press("Enter")

    summary = page.locator(".error-summary")
    expect(summary).to_be_focused()
    expect(summary.get_by_role("link")).to_have_count(1)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    wrong = page.locator('[name="device.battery_energy_capacity_kwh"]')
    expect(wrong).to_be_focused()
    expect(wrong).to_have_value("thirteen")
    page.keyboard.press("Control+A")
    page.keyboard.type("13.5 kWh")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Check the new meter")).to_be_visible()
    tab_to(page, "Create this meter")
    page.keyboard.press("Enter")

    expect(page.get_by_text("Meter created. Its Leap meter ID is")).to_be_visible()
    page.locator(".fact-groups summary", has_text="Device").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("13.5 kWh")).to_be_visible()
    expect(page.locator(".tag", has_text="Eligible").first).to_be_visible()


def test_meter_is_made_and_changed_without_javascript_on_a_phone(portal: Portal, open_as: OpenAs) -> None:
    page = open_as(MANAGER, java_script_enabled=False, viewport={"width": 390, "height": 844})
    page.goto(f"{portal.url}/meters/")
    page.get_by_role("link", name="Add a meter").first.click()
    page.get_by_role("link", name="Demand Side Grid Support").click()
    type_battery(page, "by-phone")
    page.get_by_role("button", name="Save draft").click()
    page.goto(f"{portal.url}/meters/new/")
    page.get_by_role("link", name="by-phone").click()
    page.get_by_role("button", name="See what will happen").click()
    page.get_by_role("button", name="Create this meter").click()
    expect(page.get_by_text("Meter created. Its Leap meter ID is")).to_be_visible()

    page.get_by_role("link", name="Change this meter").click()
    page.fill('[name="customer.city"]', "Oakland")
    page.get_by_role("button", name="See what will happen").click()
    expect(page.locator("ins", has_text="Oakland")).to_be_visible()
    page.get_by_role("button", name="Change this meter").click()
    expect(page.get_by_text("Meter updated.")).to_be_visible()

    page.get_by_role("link", name="Add another device at this site").click()
    expect(page.locator('[name="customer.city"]')).to_have_value("Oakland")
    expect(page.locator('[name="partner_reference"]')).to_have_value("")


def test_field_under_a_condition_appears_when_it_holds(portal: Portal, open_as: OpenAs) -> None:
    page = open_as(MANAGER)
    page.goto(f"{portal.url}/meters/new/ERCOT-ERS/")
    asked = page.locator('[name="site.site_devices.0.device_type"]')
    expect(asked).to_be_hidden()

    page.select_option('[name="site.on_site_fossil_generator"]', "yes")
    expect(asked).to_be_visible()
    page.select_option('[name="site.on_site_fossil_generator"]', "no")
    expect(asked).to_be_hidden()


def test_pages_of_the_form_pass_axe_and_fit_a_phone(portal: Portal, open_as: OpenAs) -> None:
    page = open_as(MANAGER)
    page.goto(f"{portal.url}/meters/new/CEC-DSGS/")
    type_battery(page, "to-look-at")
    page.fill('[name="site.number_of_devices"]', "")
    page.get_by_role("button", name="See what will happen").click()
    preview = page.url
    page.goto(f"{portal.url}/meters/new/CEC-DSGS/")
    type_battery(page, "to-change")
    page.get_by_role("button", name="See what will happen").click()
    page.get_by_role("button", name="Create this meter").click()
    meter = page.url
    clash = change(page, meter, "Oakland")
    colleague = open_as(USER)
    change(colleague, meter, "Berkeley")
    colleague.get_by_role("button", name="Change this meter").click()
    page.goto(clash)
    expect(page.get_by_role("heading", name="Someone changed this meter in the meantime")).to_be_visible()

    page.goto(f"{portal.url}/meters/")
    page.get_by_role("checkbox", name="Choose to-change").check()
    page.get_by_label("With the selected meters").select_option("archive")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="Archive 1 meter?")).to_be_visible()
    bulk = page.url
    page.goto(f"{portal.url}/meters/new/CEC-DSGS/")
    page.fill('[name="partner_reference"]', "for-later")
    page.fill('[name="device.install_date"]', "02/30/2024")
    page.get_by_role("button", name="Save draft").click()
    expect(page.locator('[name="device.install_date"]')).to_have_value("02/30/2024")
    draft = page.url

    paths = [
        draft,
        f"{draft}discard/",
        "/meters/drafts/",
        "/meters/?created_from=soon",
        "/meters/",
        "/meters/new/",
        "/meters/new/ERCOT-ERS/",
        "/meters/look-up/",
        bulk,
    ]
    paths += [preview, meter, f"{meter}edit/", clash]
    for width, scheme, path in product((1280, 390), ("light", "dark"), paths):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of Playwright's words
        page.goto(path if path.startswith("http") else portal.url + path)
        axe_results = run_axe(page)
        assert axe_results.violations_count == 0, (width, scheme, path, axe_results.generate_report())
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (width, path)
    page.goto(f"{portal.url}/meters/new/CEC-DSGS/")
    page.get_by_role("button", name="See what will happen").click()
    axe_results = run_axe(page)
    assert axe_results.violations_count == 0, axe_results.generate_report()
    page.goto(f"{portal.url}/meters/look-up/")
    page.get_by_role("button", name="Look up").click()
    expect(page.get_by_role("link", name="Nothing was pasted.")).to_be_visible()
    axe_results = run_axe(page)
    assert axe_results.violations_count == 0, axe_results.generate_report()
    page.goto(f"{portal.url}/meters/")
    page.get_by_role("checkbox", name="Choose to-change").check()
    page.get_by_label("With the selected meters").select_option("add_tag")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("1 meter selected.")).to_be_visible()
    axe_results = run_axe(page)
    assert axe_results.violations_count == 0, axe_results.generate_report()


def change(page: Page, meter: str, city: str) -> str:
    """Up to the preview of a change; returns its address."""
    page.goto(f"{meter}edit/")
    page.fill('[name="customer.city"]', city)
    page.get_by_role("button", name="See what will happen").click()
    expect(page.get_by_role("heading", name="Check the change")).to_be_visible()
    return page.url
