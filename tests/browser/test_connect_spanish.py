"""The customer's way through Connect in Spanish, in a real browser: no page has any English, the switch keeps what was
typed, and the pages look right."""

# the fixtures of test_connect

import re
from collections.abc import Callable
from functools import cache
from io import BytesIO
from urllib.parse import parse_qsl, urlsplit

import pytest
from babel.messages.pofile import read_po
from playwright.sync_api import Page, expect

from onboarding.connect.texts import LOCALE
from tests.browser.conftest import Site
from tests.browser.test_connect import (
    EMPIRE,
    ESI_ID,
    GOLDEN,
    TEXAS,
    answer_utility,
    both_ways,
    fill_in,
    go_to,
    heading,
    look,
    press,
)

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600), pytest.mark.xdist_group("browser")]
_PLACES = re.compile(r"%\(\w+\)s|\{\w+\}|%%")
_SHORTEST = 6  # of a text that is looked for: shorter ones are parts of Spanish words
# What the demo and the catalogue's rows say to customers, by what it is in English.
_DATA = ("As on the electric bill.", "Your name", "Company name", "Your title", "Phone", "ZIP code", "You allow us to")


@cache
def english() -> list[str]:
    """What pages say in English: each text of the catalogue, in the parts between what is filled in."""
    catalogue = read_po(BytesIO((LOCALE / "es/LC_MESSAGES/django.po").read_bytes()), locale="es")
    said = {str(message.id): str(message.string) for message in catalogue if message.id}
    parts = {part.strip() for text in said for part in _PLACES.split(text)} | set(_DATA)
    spanish = " ".join(said.values())
    return sorted(part for part in parts if len(part) >= _SHORTEST and part not in spanish)


def check(page: Page) -> None:
    """The page says that it is in Spanish, and says nothing in English."""
    assert page.locator("html").get_attribute("lang") == "es"
    seen = f"{page.title()}\n{page.locator('body').inner_text()}"
    left = [part for part in english() if re.search(rf"(?<!\w){re.escape(part)}(?!\w)", seen)]
    assert left == [], (page.url, left)


def look_at(page: Page, name: str) -> None:
    check(page)
    look(page, f"es-{name}")


def sign(page: Page) -> None:
    for box in page.locator("input[name=accepted]").all():
        box.check()
    page.get_by_label("Escriba su nombre completo").fill("Ana Núñez")
    press(page, "Firmar y continuar")


def walk(page: Page, address: str, **details: str) -> None:
    """From a link to the choice of the utility, or to the end where no utility is asked."""
    page.goto(address)
    press(page, "Empezar")
    while (at := heading(page)) in ("Sus datos", "Lea y firme"):
        check(page)
        if at == "Sus datos":
            fill_in(page, **details)
            press(page, "Continuar")
        else:
            sign(page)


def switch(page: Page, name: str) -> None:
    """Choose another language on the page, by its link or its button."""
    with page.expect_navigation():
        page.get_by_role("navigation", name=re.compile("Language|Idioma")).get_by_text(name, exact=True).click()


def test_every_page_is_in_spanish_and_looks_right(phone: Callable[..., Page], site: Site) -> None:
    page = phone()
    page.goto(f"{site.url}/connect/?account=nobody&lang=es")
    look_at(page, "stopped")
    page.goto(site.link("new-york-business", "NYISO", "COMMERCIAL"))  # chosen once, for all
    look_at(page, "welcome")
    press(page, "Empezar")
    look_at(page, "about")
    page.fill("[name=email]", "ana@")
    press(page, "Continuar")
    assert page.title().startswith("Error: Sus datos")
    look_at(page, "about-errors")
    fill_in(page, postal_code="10001")
    press(page, "Continuar")
    look_at(page, "agreements")
    press(page, "Firmar y continuar")
    look_at(page, "agreements-errors")
    sign(page)
    look_at(page, "utility")
    for scenario in ("cancel", "wrong_password", "mfa_failed", "utility_down", "error_after_consent"):
        go_to(page, EMPIRE)
        answer_utility(page, site, scenario)
        check(page)
    look_at(page, "utility-failed")
    go_to(page, EMPIRE)
    answer_utility(page, site, "success")
    look_at(page, "done")
    page.get_by_role("link", name="Ver lo que comparte").click()
    look_at(page, "manage")
    press(page, f"Dejar de compartir los datos de {EMPIRE}")
    look_at(page, "revoke")
    press(page, "Dejar de compartir")
    look_at(page, "manage-stopped")
    page.goto(site.home())
    press(page, "Empezar")
    fill_in(page)
    press(page, "Continuar")
    press(page, "No acepto")
    look_at(page, "over")


def test_texas_and_two_utilities_are_in_spanish(phone: Callable[..., Page], site: Site) -> None:
    page = phone()
    page.goto(site.link("texas-ers", "ERCOT", "COMMERCIAL", lang="es"))
    look_at(page, "texas-welcome")
    press(page, "Empezar")
    fill_in(page, **TEXAS, esi_id="123")
    press(page, "Continuar")
    look_at(page, "texas-errors")
    fill_in(page, **TEXAS, esi_id=ESI_ID)
    press(page, "Continuar")
    sign(page)
    look_at(page, "texas-done")
    walk(page, site.link("texas-ers", "ERCOT", "COMMERCIAL"), **TEXAS)
    look_at(page, "texas-without")
    walk(page, site.link("california-homes", "CAISO", requestedUtilities="LEAP_TEST_CAISO,DEMO2"))
    go_to(page, GOLDEN)
    answer_utility(page, site, "success")
    look_at(page, "utility-another")
    press(page, "Terminar sin ella")
    assert heading(page) == "Todo está listo"
    walk(page, site.link("pjm-agreements", "PJM", "COMMERCIAL_AGREEMENTS_ONLY"), state="PA", postal_code="19104")
    look_at(page, "pjm-done")


@both_ways
def test_link_of_the_demo_leads_through_the_utility_to_the_partner(
    phone: Callable[..., Page],
    site: Site,
    has_script: bool,
) -> None:
    page = phone(has_script=has_script)

    walk(page, site.home(lang="es", campaign="otoño"))
    check(page)
    go_to(page, GOLDEN)
    answer_utility(page, site, "success")
    check(page)
    page.get_by_role("link", name="Continuar a Acme Energy").click()

    said = dict(parse_qsl(urlsplit(page.url).query))
    assert (said["lang"], said["campaign"]) == ("es", "otoño")


@both_ways
def test_switch_works_on_each_step_and_keeps_what_was_typed(
    phone: Callable[..., Page],
    site: Site,
    has_script: bool,
) -> None:
    page = phone(has_script=has_script)
    page.goto(site.link("new-york-business", "NYISO", "COMMERCIAL"))
    assert heading(page) == "Share your utility data with Acme Energy"
    switch(page, "Español")
    assert heading(page) == "Comparta los datos de su compañía eléctrica con Acme Energy"
    press(page, "Empezar")

    fill_in(page, customer_name="Ana Núñez", postal_code="10001")
    page.fill("[name=email]", "not yet")
    switch(page, "English")
    assert heading(page) == "Your details"
    for name, value in (("customer_name", "Ana Núñez"), ("email", "not yet"), ("postal_code", "10001")):
        expect(page.locator(f"[name={name}]")).to_have_value(value)
    expect(page.locator("[name=has_generator]")).to_have_value("no")
    fill_in(page, postal_code="10001")
    with page.expect_navigation():
        page.get_by_label("ZIP code").press("Enter")  # goes on, and switches nothing
    assert heading(page) == "Read and sign"

    page.locator("input[name=accepted]").first.check()
    page.get_by_label("Type your full name").fill("Ana Núñez")
    switch(page, "Español")
    assert heading(page) == "Lea y firme"
    expect(page.locator("input[name=accepted]").first).to_be_checked()
    expect(page.get_by_label("Escriba su nombre completo")).to_have_value("Ana Núñez")
    sign(page)

    switch(page, "English")
    assert heading(page) == "Choose your utility"
    switch(page, "Español")
    go_to(page, EMPIRE)
    answer_utility(page, site, "success")
    switch(page, "English")
    assert heading(page) == "You’re all set"
    page.get_by_role("link", name="See what you share").click()
    switch(page, "Español")
    check(page)
    press(page, f"Dejar de compartir los datos de {EMPIRE}")
    switch(page, "English")
    assert heading(page) == f"Stop sharing {EMPIRE} data?"
    switch(page, "Español")
    press(page, "Dejar de compartir")
    expect(page.get_by_text("Terminó", exact=True)).to_be_visible()
