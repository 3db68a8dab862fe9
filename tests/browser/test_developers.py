"""The pages for developers: from sign-in to the first meter by the commands shown, the reference tried, axe on each."""

import json
import os
import re
import subprocess
import time
from collections.abc import Callable
from itertools import product
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import run_axe
from tests.browser.conftest import Portal

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300), pytest.mark.xdist_group("browser")]
MANAGER = "manager@borealis.example"
OpenAs = Callable[..., Page]
LOOKED_AT = os.environ.get("SCREENSHOTS", "")  # a folder for pictures of what was checked


def keep_picture(page: Page, name: str) -> None:
    if LOOKED_AT:
        page.screenshot(path=Path(LOOKED_AT) / f"{name}.png", full_page=True)


def pasted(command: str) -> dict[str, list[dict[str, object]]]:
    """What a command answers when somebody pastes it into a shell."""
    done = subprocess.run(["bash", "-c", command], capture_output=True, check=True, text=True)
    answer: dict[str, list[dict[str, object]]] = json.loads(done.stdout)
    return answer


def test_newcomer_gets_from_the_sign_in_to_the_first_meter_by_what_is_shown(portal: Portal, open_as: OpenAs) -> None:
    began = time.monotonic()
    page = open_as(MANAGER)
    page.locator(".account-menu > summary").click()
    page.get_by_role("link", name="Developers").click()
    page.get_by_role("button", name="Create key for this page").click()
    expect(page.get_by_text("Copy it now")).to_be_visible()
    keep_picture(page, "quick-start-made")

    create, job, enrollment = page.locator(".command code").all_inner_texts()
    assert "job_id" in pasted(create)
    while (listed := pasted(job)["jobs"][0])["status"] == "PROCESSING":
        time.sleep(0.1)
    meters = pasted(enrollment)["meters"]

    assert (listed["status"], listed["assets_created_count"]) == ("COMPLETED", 1)
    assert re.fullmatch(r"[0-9a-f-]{36}", str(meters[0]["meter_id"]))
    assert time.monotonic() - began < 120
    page.get_by_role("link", name="Request log").click()
    expect(page.get_by_role("rowheader", name="createMeterBatchJob")).to_be_visible()


def test_reference_is_tried_with_a_key(portal: Portal, open_as: OpenAs) -> None:
    key = portal.manage("create_api_key", "--partner", "borealis", "--name", "To try").strip()
    page = open_as(MANAGER)
    page.goto(f"{portal.url}/developers/reference/")
    expect(page.locator("#swagger-ui .opblock").first).to_be_visible()
    page.get_by_role("button", name="Authorize").click()
    page.locator(".auth-container input").fill(key)
    page.get_by_role("button", name="Apply credentials").click()
    page.get_by_role("button", name="Close", exact=True).click()

    page.locator("#operations-create_meters-listMeterBatchJobs .opblock-summary-control").first.click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute").click()

    expect(page.locator(".live-responses-table .response-col_status").last).to_contain_text("200")
    keep_picture(page, "reference-tried")


def test_pages_for_developers_pass_axe_and_fit_a_phone(portal: Portal, open_as: OpenAs) -> None:
    key = portal.manage("create_api_key", "--partner", "borealis", "--name", "To look at").strip()
    page = open_as(MANAGER)
    ask = {"Authorization": f"Bearer {key}", "X-Request-Id": "looked-at-0001"}
    for path in ("v1.1/jobs/meters", "v2/nothing", "v1.1/jobs/meters?page_size=x"):
        page.request.get(f"{portal.url}/{path}", headers=ask)
    identifier = key.split(":")[0]
    paths = ["", "keys/", f"keys/{identifier}/roll/", f"keys/{identifier}/revoke/", "requests/"]
    paths += ["requests/looked-at-0001/", "requests/?status=5", "requests/?status=9", "reference/", "changelog/"]
    for width, scheme, path in product((1280, 390), ("light", "dark"), paths):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of Playwright's words
        page.goto(f"{portal.url}/developers/{path}")
        if path == "reference/":
            expect(page.locator("#swagger-ui .opblock").first).to_be_visible()
        name = re.sub(r"\W+", "-", path.replace(identifier, "")).strip("-")
        keep_picture(page, f"developers-{name}-{width}-{scheme}")
        axe_results = run_axe(page, context={"exclude": [["#swagger-ui"]]})  # a library's own
        assert axe_results.violations_count == 0, (width, scheme, path, axe_results.generate_report())
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (width, path)
