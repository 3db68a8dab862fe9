"""A customer or an installer with a device, on a phone: from the link to the meter, with and without JavaScript, in
both languages, and as axe sees each page."""

# the fixtures of test_connect

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.conftest import Portal, Site
from tests.browser.test_connect import both_ways, fill_in, heading, look, press, sign

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600), pytest.mark.xdist_group("browser")]
CALIFORNIA = {"city": "San Francisco", "state": "CA", "postal_code": "94103"}
BOSTON = {"city": "Boston", "state": "MA", "postal_code": "02108"}
STORAGE = {
    "device.device_type": "BATTERY",
    "device.device_manufacturer": "Volta",
    "device.device_model": "Home 10",
    "device.device_serial_number": "SN-0048213",
    "device.install_date": "2025-09-30",
    "device.battery_power_capacity_kw": "5",
    "device.battery_energy_capacity_kwh": "13.5",
    "site.number_of_devices": "1",
    "caiso.is_receiving_sgip_funding": "no",
}
MASSACHUSETTS = {
    "device.device_type": "BATTERY",
    "device.device_serial_number": "SN-0048299",
    "utility.utility_name": "EVERSOURCE",
    "utility.electric_service_account_number": "12345678901",
    "isone.in_connected_solutions": "yes",
}
PAIRED = """
from onboarding.connect.models import ConnectLink
from onboarding.connect.pairing import create_codes
from portal.events.actors import Actor
link = ConnectLink.objects.get(title="browser-battery")
print(create_codes(link, ["paired-home"], days=30, by=Actor.system("Test"))[0].text)
"""


@pytest.fixture(scope="session")
def device_site(site: Site, portal: Portal) -> Site:
    for region, title in (("CAISO", "browser-battery"), ("ISONE", "browser-boston")):
        words = ["--partner", "acme", "--region", region, "--variant", "RESIDENTIAL_DEVICE", "--title", title]
        portal.manage("create_connect_link", *words)
    return site


def describe(page: Page, device: dict[str, str]) -> int:
    """Fill in the device's page; returns how many fields it has."""
    for key, value in device.items():
        field = page.locator(f'[name="{key}"]')
        if field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    return page.locator('#step [name*="."]').count()


@both_ways
def test_a_battery_in_california_is_registered_in_under_three_minutes(
    phone: Callable[..., Page], device_site: Site, has_script: bool
) -> None:
    page, began = phone(has_script=has_script), time.monotonic()

    page.goto(device_site.link("browser-battery", "CAISO", "RESIDENTIAL_DEVICE"))
    press(page, "Start")
    fill_in(page, **CALIFORNIA)
    details = page.locator("#step input:not([type=hidden])").count()
    press(page, "Continue")
    fields = describe(page, STORAGE | {"device.device_serial_number": f"SN-{has_script}"})
    press(page, "Continue")
    expect(page.get_by_text("Takes your device.")).to_be_visible()
    press(page, "Continue")
    sign(page)

    expect(page.get_by_text("Your device is registered with Acme Energy: Battery, Volta Home 10.")).to_be_visible()
    assert (details, fields) == (7, len(STORAGE))
    assert time.monotonic() - began < 180


def test_pages_pass_axe_and_fit_a_phone(phone: Callable[..., Page], device_site: Site) -> None:
    page = phone()
    page.goto(device_site.link("browser-boston", "ISONE", "RESIDENTIAL_DEVICE"))
    look(page, "device-welcome")
    press(page, "Start")
    fill_in(page, **BOSTON)
    press(page, "Continue")
    look(page, "device")
    press(page, "Continue")
    assert page.title().startswith("Error: ")
    expect(page.get_by_role("alert")).to_be_focused()
    look(page, "device-errors")
    describe(page, MASSACHUSETTS)
    press(page, "Continue")
    expect(page.get_by_text("Only for addresses in Rhode Island.")).to_be_visible()
    look(page, "device-fit")
    press(page, "Continue")
    sign(page)
    look(page, "device-done")


def test_nothing_fits_and_the_customer_finishes_in_spanish(phone: Callable[..., Page], device_site: Site) -> None:
    page = phone()
    page.goto(device_site.link("browser-battery", "CAISO", "RESIDENTIAL_DEVICE", lang="es"))
    press(page, "Empezar")
    fill_in(page, city="Reno", state="NV", postal_code="89501")
    press(page, "Continuar")
    assert heading(page) == "Su dispositivo"
    describe(page, {"device.device_type": "EV_CHARGER", "device.device_serial_number": "EV-7"})
    press(page, "Continuar")
    assert heading(page) == "Ningún programa acepta este dispositivo"
    look(page, "device-none-spanish")
    press(page, "Terminar sin programa")

    expect(page.get_by_text("revisa lo que usted escribió")).to_be_visible()


def test_an_installer_types_a_code_and_sends_a_photo(
    phone: Callable[..., Page], device_site: Site, portal: Portal, tmp_path: Path
) -> None:
    code = portal.manage("shell", "-v", "0", "-c", PAIRED).strip()
    label = tmp_path / "label.jpg"
    Image.new("RGB", (1200, 900), "#336699").save(label)
    page = phone()

    page.goto(f"{device_site.url}/connect/pair/")
    look(page, "pair")
    page.get_by_label("Pairing code").fill("7KMA-4WXD9")
    press(page, "Continue")
    expect(page.get_by_text("Compare all 9 characters").first).to_be_visible()
    look(page, "pair-mistyped")
    page.get_by_label("Pairing code").fill(f" {code.lower().replace('-', ' ')} ")
    press(page, "Continue")
    press(page, "Start")
    fill_in(page, **CALIFORNIA)
    press(page, "Continue")
    describe(page, STORAGE | {"device.device_serial_number": "SN-PAIRED"})
    page.get_by_label("Photo of the label").set_input_files(label)
    press(page, "Continue")

    assert heading(page) == "Programs for your device"
    page.get_by_role("link", name="Change the device").click()
    expect(page.get_by_text("We have your photo.")).to_be_visible()
