"""A manager asks a second step at sign-in of everybody: set up with a phone's app, kept, and seen in the audit log."""

import base64
import hmac
import re
import struct
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Portal

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
OpenAs = Callable[..., Page]
STEP_SECONDS = 30
PASSWORD = "correct horse battery staple"


def code_of(secret: str) -> str:
    """What an authenticator app shows now (RFC 6238: SHA-1, 30 seconds, six digits).

    Shortly before the next code it waits for that, as a person would: the portal takes only the code of the moment.
    """
    left = STEP_SECONDS - time.time() % STEP_SECONDS
    if left < 10:
        time.sleep(left)
    digest = hmac.new(base64.b32decode(secret), struct.pack(">Q", int(time.time()) // STEP_SECONDS), "sha1").digest()
    start = digest[-1] & 0xF
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 10**6:06}"


def new_partner(portal: Portal, open_as: OpenAs) -> Page:
    """A page of the only manager of a new partner, so that no other test is asked for a second step."""
    printed = portal.manage("create_partner", "Cumulus Storage", "--manager", "cleo@cumulus.example")
    page = open_as(None)
    page.goto(re.search(r"http\S+", printed)[0])  # type: ignore[index]  # the command prints the link
    page.get_by_label("Your name").fill("Cleo Cloud")
    page.get_by_label("Password").fill(PASSWORD)
    page.locator("main form button[type=submit]").click()
    expect(page.get_by_text("Welcome to Cumulus Storage.")).to_be_visible()
    return page


def test_a_second_step_is_asked_set_up_and_kept(portal: Portal, open_as: OpenAs) -> None:
    page = new_partner(portal, open_as)
    page.locator(".account-menu > summary").click()
    page.get_by_role("link", name="Settings").click()
    page.get_by_role("link", name="Organization", exact=True).click()
    page.get_by_label("Require two-factor sign-in for everyone").check()
    page.get_by_role("button", name="Save settings").click()
    expect(page.get_by_text("Cumulus Storage requires two-factor sign-in.")).to_be_visible()

    page.goto(f"{portal.url}/meters/")
    page.get_by_role("link", name="Set up app").click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    secret = page.locator(".copy-id code").inner_text()
    page.get_by_label("Code from the app").fill(code_of(secret))
    page.get_by_role("button", name="Turn on app").click()
    page.goto(f"{portal.url}/meters/")
    expect(page.get_by_role("heading", name="Meters", exact=True)).to_be_visible()

    page.goto(f"{portal.url}/accounts/2fa/")
    page.get_by_role("link", name="Turn off app").click()
    page.locator("main form button[type=submit]").click()
    expect(page.get_by_text("You need two-factor sign-in.").first).to_be_visible()

    page.goto(f"{portal.url}/audit/")
    expect(page.get_by_role("table")).to_contain_text("Partner rules changed")
    expect(page.get_by_role("table")).to_contain_text("Person second step added")
