"""The rules of accessibility, on a page that is there."""

from typing import Any

from axe_playwright_python.base import AxeResults
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page


def run_axe(page: Page, **options: Any) -> AxeResults:
    """What axe says of a page, once it has loaded: a click returns when the next page has only begun to come."""
    page.wait_for_load_state("load")
    return Axe().run(page, **options)
