"""The pages of people, keys, the account and the audit log: axe on each, on a phone and on paper."""

import os
from collections.abc import Callable
from itertools import product
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests import builders
from tests.browser.axe import run_axe
from tests.browser.conftest import Portal

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300), pytest.mark.xdist_group("browser")]
MANAGER = "manager@borealis.example"
OpenAs = Callable[..., Page]
LOOKED_AT = os.environ.get("SCREENSHOTS", "")  # a folder for pictures of what was checked


def keep_picture(page: Page, name: str) -> None:
    if LOOKED_AT:
        page.screenshot(path=Path(LOOKED_AT) / f"{name}.png", full_page=True)


def upload_with_faults(portal: Portal, page: Page, tmp_path: Path) -> str:
    file = tmp_path / "faults.csv"
    file.write_bytes(builders.csv_bytes([builders.row(9001), builders.row(9002, customer__postal_code="nowhere")]))
    page.goto(f"{portal.url}/uploads/new/?program=CEC-DSGS")
    page.set_input_files("input[type=file]", file)
    page.get_by_role("button", name="Upload and check").click()
    expect(page.get_by_role("heading", name="What will happen")).to_be_visible(timeout=60_000)
    return page.url


def test_pages_of_people_pass_axe_and_fit_a_phone(portal: Portal, open_as: OpenAs) -> None:
    page = open_as(MANAGER)
    page.goto(f"{portal.url}/developers/keys/")
    page.get_by_label("Name").fill("Nightly sync")
    page.get_by_role("button", name="Create API key").click()
    expect(page.get_by_text("Copy it now")).to_be_visible()
    keep_picture(page, "key-made")
    page.get_by_role("link", name="Revoke Nightly sync").click()

    paths = ["people/", "developers/keys/", "audit/", "audit/?first=garbage", "accounts/email/", "accounts/sessions/"]
    paths += ["accounts/password/change/", "accounts/2fa/", page.url.removeprefix(f"{portal.url}/")]
    for width, scheme, path in product((1280, 390), ("light", "dark"), paths):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of Playwright's words
        page.goto(f"{portal.url}/{path}")
        keep_picture(page, f"{path.strip('/').replace('/', '-').replace('?', '-')}-{width}-{scheme}")
        axe_results = run_axe(page)
        assert axe_results.violations_count == 0, (width, scheme, path, axe_results.generate_report())
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (width, path)


def test_arrows_of_selects_are_light_in_the_dark(portal: Portal, open_as: OpenAs) -> None:
    page = open_as(MANAGER, color_scheme="light")
    page.goto(f"{portal.url}/people/rules/")
    arrow = "getComputedStyle(document.querySelector('.form-select')).backgroundImage"

    by_day = page.evaluate(arrow)
    page.emulate_media(color_scheme="dark")

    assert ("%23343a40" in by_day, "%23dee2e6" in page.evaluate(arrow)) == (True, True)


def test_an_upload_with_rows_to_fix_fits_a_small_phone_and_prints_no_controls(
    portal: Portal, open_as: OpenAs, tmp_path: Path
) -> None:
    page = open_as(MANAGER, viewport={"width": 320, "height": 700})
    upload = upload_with_faults(portal, page, tmp_path)
    keep_picture(page, "to-fix-320")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320

    page.locator("main").get_by_role("button", name="Create 1 meter").click()
    expect(page.get_by_role("heading", name="Receipt")).to_be_visible(timeout=60_000)
    controls = "main :is(button, input, select, a.btn):visible"
    page.set_viewport_size({"width": 1280, "height": 900})
    for path in (upload, f"{portal.url}/people/", f"{portal.url}/developers/keys/", f"{portal.url}/programs/CEC-DSGS/"):
        page.goto(path)
        page.emulate_media(media="screen")
        on_screen = page.locator(controls).count()
        page.emulate_media(media="print")
        keep_picture(page, f"print-{path.strip('/').rpartition('/')[2]}")
        assert on_screen > 0, path
        assert page.locator(controls).all_inner_texts() == [], path


def test_boxes_of_the_list_are_large_enough_to_hit(portal: Portal, open_as: OpenAs) -> None:
    portal.manage("generate_meters", "3", "--partner", "borealis")
    page = open_as(MANAGER)
    page.goto(f"{portal.url}/meters/")

    for box in page.locator("table .form-check-input:visible").all():
        size = box.bounding_box()
        assert size is not None
        assert min(size["width"], size["height"]) >= 24
