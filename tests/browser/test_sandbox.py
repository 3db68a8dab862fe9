"""The sandbox as its users meet it: made, looked at, called by the commands shown, reset, and left again."""

import re
from collections.abc import Callable
from itertools import product

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import run_axe
from tests.browser.conftest import Portal
from tests.browser.test_developers import keep_picture, pasted

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300), pytest.mark.xdist_group("browser")]
MANAGER = "manager@cedar.example"
OpenAs = Callable[..., Page]
STRIP = "Sandbox: sample data."
PAGES = ["/", "/meters/", "/connections/", "/people/", "/developers/sandbox/", "/developers/sandbox/reset/"]
FILLED = re.compile("was filled on")


def into_the_sandbox(portal: Portal, page: Page) -> None:
    """Make it if there is none yet, wait until it is full, and be in it."""
    page.goto(f"{portal.url}/developers/sandbox/")
    create = page.get_by_role("button", name="Create sandbox")
    if create.count():
        create.click()
    expect(page.get_by_text(FILLED)).to_be_visible(timeout=120_000)
    if not page.get_by_text(STRIP).count():
        page.locator(".account-menu > summary").click()
        page.get_by_role("button", name="Switch to sandbox").click()
    expect(page.get_by_text(STRIP)).to_be_visible()


def violations(page: Page) -> list[str]:
    return [violation["id"] for violation in run_axe(page).response["violations"]]


def test_manager_makes_tries_resets_and_leaves_the_sandbox(portal: Portal, open_as: OpenAs) -> None:
    page = open_as(MANAGER)
    into_the_sandbox(portal, page)
    page.goto(f"{portal.url}/developers/")
    page.get_by_role("button", name="Create key for this page").click()
    expect(page.get_by_text("Copy it now")).to_be_visible()
    create, job, enrollment = page.locator(".command code").all_inner_texts()
    assert "lpk_test_" in create

    assert "job_id" in pasted(create)
    page.wait_for_timeout(3_000)
    assert pasted(job)["jobs"][0]["assets_created_count"] == 1
    assert len(pasted(enrollment)["meters"]) == 1
    page.goto(f"{portal.url}/meters/")
    expect(page.get_by_text("37 meters")).to_be_visible()

    page.goto(f"{portal.url}/developers/sandbox/")
    page.get_by_role("link", name="Reset sandbox").click()
    expect(page.get_by_role("heading", name="What’s deleted")).to_be_visible()
    page.get_by_role("button", name="Reset sandbox").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    assert violations(page) == []
    page.goto(f"{portal.url}/meters/")
    expect(page.get_by_text(FILLED)).to_be_visible(timeout=120_000)
    page.goto(f"{portal.url}/meters/")
    expect(page.get_by_text("36 meters")).to_be_visible()
    assert pasted(enrollment)["meters"] == []

    page.get_by_role("button", name="Switch to Cedar Homes").click()
    expect(page.get_by_text("You’re now working with Cedar Homes.")).to_be_visible()
    assert page.get_by_text(STRIP).count() == 0


@pytest.mark.parametrize(("theme", "width"), list(product(["light", "dark"], [1280, 390])))
def test_strip_is_seen_on_every_page_and_no_page_has_violations(
    portal: Portal, open_as: OpenAs, theme: str, width: int
) -> None:
    page = open_as(MANAGER)
    into_the_sandbox(portal, page)
    page.context.add_cookies([{"name": "theme", "value": theme, "url": portal.url}])
    page.set_viewport_size({"width": width, "height": 900})

    for path in PAGES:
        page.goto(portal.url + path)
        expect(page.get_by_text(STRIP)).to_be_in_viewport()
        page.evaluate("scrollTo(0, document.body.scrollHeight)")
        expect(page.get_by_text(STRIP)).to_be_in_viewport()
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        keep_picture(page, f"sandbox{path.replace('/', '-')}{theme}-{width}")
    page.emulate_media(media="print")
    expect(page.get_by_text(STRIP)).to_be_visible()


def test_switch_works_by_keyboard_and_without_scripts(portal: Portal, open_as: OpenAs) -> None:
    page = open_as(MANAGER)
    into_the_sandbox(portal, page)
    bare = page.context.browser.new_context(  # type: ignore[union-attr]  # it has one
        storage_state=page.context.storage_state(), java_script_enabled=False
    ).new_page()
    bare.goto(f"{portal.url}/meters/")

    bare.get_by_role("button", name="Switch to Cedar Homes").press("Enter")
    expect(bare.get_by_text("You’re now working with Cedar Homes.")).to_be_visible()
    assert bare.get_by_text(STRIP).count() == 0
    bare.locator(".account-menu > summary").press("Enter")
    bare.get_by_role("button", name="Switch to sandbox").press("Enter")

    expect(bare.get_by_text(STRIP)).to_be_visible()
    bare.context.close()


def test_form_of_another_tab_does_not_act_on_the_real_partner(portal: Portal, open_as: OpenAs) -> None:
    page = open_as(MANAGER)
    into_the_sandbox(portal, page)
    page.goto(f"{portal.url}/people/")
    page.goto(f"{portal.url}/developers/")
    other = page.context.new_page()
    other.goto(f"{portal.url}/meters/")
    other.get_by_role("button", name="Switch to Cedar Homes").click()
    expect(other.get_by_text("You’re now working with Cedar Homes.")).to_be_visible()

    page.get_by_role("button", name="Create key for this page").click()

    expect(page.get_by_role("heading", name="This page was for another partner")).to_be_visible()
    expect(page.get_by_text("Cedar Homes (sandbox)").first).to_be_visible()
