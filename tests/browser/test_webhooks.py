"""The pages of webhooks: a developer makes one, verifies a test event, gets a real one, and has it delivered again."""

import os
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from standardwebhooks.webhooks import Webhook

from tests import builders
from tests.browser.axe import run_axe
from tests.browser.conftest import Portal
from tests.portal.webhooks.receiver import Receiver, receiving

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300), pytest.mark.xdist_group("browser")]
MANAGER, USER = "manager@acme.example", "user@acme.example"
OpenAs = Callable[..., Page]
LOOKED_AT = os.environ.get("SCREENSHOTS", "")  # a folder for pictures of what was checked


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as listening:
        yield listening


def look_at(page: Page, name: str) -> None:
    """Axe, the width, and a picture, on a screen and a phone, in the light and in the dark."""
    for width, scheme in product((1280, 390), ("light", "dark")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of Playwright's words
        page.wait_for_timeout(250)  # colors of buttons change slowly
        if LOOKED_AT:
            page.screenshot(path=Path(LOOKED_AT) / f"webhooks-{name}-{width}-{scheme}.png", full_page=True)
        axe_results = run_axe(page)
        assert axe_results.violations_count == 0, (name, width, scheme, axe_results.generate_report())
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)
    page.set_viewport_size({"width": 1280, "height": 900})


def create_webhook(page: Page, portal: Portal, receiver: Receiver) -> str:
    """Make one through the pages; returns its secret."""
    page.goto(f"{portal.url}/developers/webhooks/")
    look_at(page, "empty")
    page.get_by_role("link", name="Create webhook").click()
    page.get_by_label("Receiver URL").fill("http://intranet/hook")
    page.get_by_role("button", name="Create webhook").click()
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    look_at(page, "form-refused")
    page.get_by_label("Receiver URL").fill(receiver.url)
    page.get_by_label("meter.created").check()
    page.get_by_label("Headers (optional)").fill("x-api-key: s3cret")
    page.get_by_role("button", name="Create webhook").click()
    expect(page.get_by_role("heading", name="Copy the signing secret now")).to_be_visible()
    look_at(page, "created")
    return page.locator(".notice code").first.inner_text()


def test_developer_receives_a_signed_event_and_replays_it(
    portal: Portal, open_as: OpenAs, receiver: Receiver, tmp_path: Path
) -> None:
    page = open_as(MANAGER)
    secret = create_webhook(page, portal, receiver)
    page.get_by_role("link", name="Send test event").click()
    page.get_by_role("button", name="Send test event").click()
    expect(page.get_by_role("heading", name="Your receiver answered HTTP 200")).to_be_visible()
    look_at(page, "test")
    [test] = receiver.received
    Webhook(secret).verify(test.body, dict(test.headers))

    file = tmp_path / "one.csv"
    file.write_bytes(builders.csv_bytes([builders.row(4711)]))
    page.goto(f"{portal.url}/uploads/new/?program=CEC-DSGS")
    page.set_input_files("input[type=file]", file)
    page.get_by_role("button", name="Upload and check").click()
    page.locator("main").get_by_role("button", name="Create 1 meter").click(timeout=60_000)
    expect(page.get_by_role("heading", name="Receipt")).to_be_visible(timeout=60_000)
    page.goto(f"{portal.url}/developers/webhooks/")
    page.get_by_role("link", name=receiver.url).click()
    for _ in range(60):
        if len(receiver.received) > 1:
            break
        page.wait_for_timeout(500)
    [_, event] = receiver.received
    assert Webhook(secret).verify(event.body, dict(event.headers))["payload"]["webhook_event_type"] == "meter.created"
    assert event.headers["x-api-key"] == "s3cret"

    page.reload()
    look_at(page, "detail")
    page.get_by_role("link", name="meter.created").first.click()
    look_at(page, "delivery")
    receiver.answer = lambda _: (500, {"Content-Type": "text/html"}, b"<h1>Down</h1><script>alert(1)</script>")
    page.get_by_role("button", name="Redeliver event").click()
    for _ in range(60):
        if len(receiver.received) > 2:
            break
        page.wait_for_timeout(500)
    assert receiver.received[2].event_id == event.event_id
    page.wait_for_timeout(1000)
    page.reload()
    expect(page.get_by_text("Attempt 2: HTTP 500")).to_be_visible()
    look_at(page, "delivery-retried")

    page.get_by_role("link", name=receiver.url).click()
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("heading", name="This webhook is paused")).to_be_visible()
    look_at(page, "paused")
    for link, name in (
        ("Redeliver events", "redeliver"),
        ("Rotate secret", "rotate"),
        ("Edit", "edit"),
        ("Delete", "delete"),
    ):
        page.get_by_role("link", name=link, exact=True).click()
        look_at(page, name)
        page.go_back()
    page.goto(f"{portal.url}/developers/webhooks/")
    look_at(page, "list")

    looking = open_as(USER)
    looking.goto(f"{portal.url}/developers/webhooks/")
    looking.get_by_role("link", name=receiver.url).click()
    expect(looking.get_by_role("button", name="Resume")).to_have_count(0)
    look_at(looking, "member")

    page.get_by_role("link", name=receiver.url).click()
    page.get_by_role("link", name="Delete", exact=True).click()
    page.get_by_role("button", name="Delete webhook").click()
    expect(page.get_by_text("Webhook deleted.")).to_be_visible()
