"""How fast pages are for a person: a first visit in Chromium, with a processor that is slowed down four times.

python -m tests.bench.page_speed, with an empty data directory in DATA_DIR: starts the demo as `make run` does. Prints
one line of JSON with, for each page, the median of some visits: when its largest part is painted (LCP), how far parts
shifted meanwhile (CLS), and how long it answered no input (TBT); in milliseconds, CLS as a share of the window.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.conftest import CHROMIUM, FLAGS, ROOT, Portal, wait_until_healthy
from tests.ports import free_port

SLOWER = 4  # times
VISITS = 3
SETTLED_MS = 1000
PERSON = "manager@cedar.example"  # whose meters are in every status
PAGES = {
    "home": "/",
    "programs": "/programs/",
    "program": "/programs/CEC-DSGS/",
    "upload": "/uploads/new/",
    "meters": "/meters/",
    "meter form": "/meters/new/CEC-DSGS/",
    "interval data": "/interval-data/",
    "connections": "/connections/",
    "funnel": "/connections/funnel/",
    "calendar": "/calendar/",
    "audit": "/audit/",
    "developers": "/developers/",
    "sign-in": "/accounts/login/",
    "what customers share": "/connect/mine/",
}
SIGNED_OUT = {"sign-in", "what customers share"}
OBSERVE = """
window.measured = { lcp_ms: 0, cls: 0, tbt_ms: 0 };
const observe = (type, each) =>
  new PerformanceObserver((list) => list.getEntries().forEach(each)).observe({ type, buffered: true });
observe("largest-contentful-paint", (entry) => { window.measured.lcp_ms = entry.startTime; });
observe("layout-shift", (entry) => { if (!entry.hadRecentInput) window.measured.cls += entry.value; });
observe("longtask", (entry) => { window.measured.tbt_ms += entry.duration - 50; });
"""


def main() -> None:
    with serving() as portal, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        state = signed_in(browser, portal)
        measured = {
            name: visited(browser, portal.url + path, None if name in SIGNED_OUT else state)
            for name, path in PAGES.items()
        }
        browser.close()
    print(json.dumps(measured))


@contextmanager
def serving() -> Iterator[Portal]:
    """The demo, as `make run` starts it."""
    port = free_port()
    env = {**os.environ, "PORT": str(port), "DJANGO_SETTINGS_MODULE": "portal.settings"}
    running = subprocess.Popen([sys.executable, "manage.py", "run"], env=env, cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        wait_until_healthy(f"http://127.0.0.1:{port}/healthz", running)
        yield Portal(f"http://127.0.0.1:{port}", env)
    finally:
        running.terminate()
        running.wait(30)


def signed_in(browser: Browser, portal: Portal) -> Any:
    """What the browser of somebody who has signed in keeps."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(portal.url)
    page.fill("[name=login]", PERSON)
    page.fill("[name=password]", portal.passwords[PERSON])
    page.click("main form button[type=submit]")
    page.wait_for_url(lambda url: "/accounts/" not in url)
    state = context.storage_state()
    context.close()
    return state


def visited(browser: Browser, address: str, state: Any) -> dict[str, float]:
    """The medians of some visits, each with an empty cache."""
    visits = []
    for _ in range(VISITS):
        context = browser.new_context(storage_state=state)
        visits.append(visit(context.new_page(), address))
        context.close()
    return {name: round(median(one[name] for one in visits), 3 if name == "cls" else None) for name in visits[0]}


def visit(page: Page, address: str) -> dict[str, float]:
    page.add_init_script(OBSERVE)
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    answer = page.goto(address, wait_until="networkidle")
    assert answer is not None
    assert answer.status == 200, address
    while True:
        page.wait_for_timeout(SETTLED_MS)  # also lets what follows the paint be measured
        measured = dict(page.evaluate("window.measured"))
        if measured["lcp_ms"]:
            return measured


if __name__ == "__main__":
    main()
