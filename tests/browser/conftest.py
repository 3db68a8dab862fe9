"""The portal as `make run` starts it, with its real worker, and a real Chromium."""

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import requests
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.database import on_server, url_of
from tests.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class Portal:
    """The running portal: its address, and the demo's sign-ins by email."""

    def __init__(self, url: str, env: dict[str, str]) -> None:
        self.url, self.env = url, env
        people = json.loads(self.manage("demo_signins", "--json"))
        self.passwords = {person["email"]: person["password"] for person in people}

    def manage(self, *words: str) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *words], env=self.env, cwd=ROOT, stdout=subprocess.PIPE, check=True
        )
        return done.stdout.decode()


def skip_without_chromium() -> None:
    """Said aloud on a user's machine, and a failure in CI."""
    if not Path(CHROMIUM).exists() and not os.environ.get("CI"):
        pytest.skip(f"Chromium is not at {CHROMIUM}: the browser tests did NOT run (Debian: apt-get install chromium)")


@pytest.fixture(scope="session")
def portal(tmp_path_factory: pytest.TempPathFactory, template: Path | str) -> Iterator[Portal]:
    skip_without_chromium()
    port = free_port()
    name = f"browser_{uuid.uuid4().hex[:12]}"
    data = tmp_path_factory.mktemp("portal")
    env = {**os.environ, "DATA_DIR": str(data), "PORT": str(port), "CELERY_QUEUE": name}
    env["DJANGO_SETTINGS_MODULE"] = "portal.settings"
    env["DEMO_UTILITY_SLOW_SECONDS"] = "1"
    env.pop("DATABASE_URL", None)
    if isinstance(template, Path):
        shutil.copy(template, data / "portal.sqlite3")
    else:
        on_server(f"CREATE DATABASE {name} TEMPLATE {template}")
        env["DATABASE_URL"] = url_of(name)
    if os.environ.get("TEST_BROKER_URL"):
        env["CELERY_BROKER_URL"] = os.environ["TEST_BROKER_URL"]
    running = subprocess.Popen([sys.executable, "manage.py", "run"], env=env, cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        wait_until_healthy(f"http://127.0.0.1:{port}/healthz", running)
        yield Portal(f"http://127.0.0.1:{port}", env)
    finally:
        running.terminate()
        running.wait(30)
        if isinstance(template, str):
            on_server(f"DROP DATABASE {name} WITH (FORCE)")


def wait_until_healthy(url: str, running: subprocess.Popen[bytes]) -> None:
    """Wait as long as it is starting, which a busy machine makes long; the test's own time ends what never starts."""
    while True:
        assert running.poll() is None, "the portal ended before it answered; what it said is above"
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            pass
        time.sleep(0.25)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Closed with its module: Playwright's event loop would make Django refuse the database to later tests."""
    skip_without_chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_as(portal: Portal, chromium: Browser) -> Iterator[Callable[..., Page]]:
    """A page signed in as one of the demo's people; fails the test when the page's console has an error."""
    contexts: list[Any] = []
    errors: list[str] = []

    def open_as(email: str | None, **options: Any) -> Page:
        context = chromium.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(portal.url)
        if email:
            page.fill("[name=login]", email)
            page.fill("[name=password]", portal.passwords[email])
            page.click("main form button[type=submit]")
            page.wait_for_url(lambda url: "/accounts/" not in url)
        return page

    yield open_as
    for context in contexts:
        context.close()
    assert [error for error in errors if "Failed to load resource" not in error] == []


# --- Connect: its links, its demo utility, and a customer's phone

PHONE = 390
_references = count(1)
LONG = "Niederösterreichisch" * 4  # as long as a name may be, without a place to break it
HOSTILE = "<script>alert(1)</script>\n</p><img src=x onerror=alert(2)> {{ brand }}"
HOSTILE_LINK = f"""
from onboarding.connect.links import LinkSpec, create_link
from portal.events.actors import Actor
from portal.partners.models import Partner
spec = LinkSpec("hostile", "NYISO", "COMMERCIAL", display_name={LONG!r}, color="#000000", welcome={HOSTILE!r},
                support_contact={"x" * 200!r})
create_link(Partner.objects.get(slug="acme"), spec, by=Actor.system("Test"))
"""


@dataclass(frozen=True, slots=True)
class Site:
    """The running portal and its demo utility, and the addresses of Acme's links by their titles."""

    url: str
    utility_url: str

    def link(self, title: str, region: str, variant: str = "RESIDENTIAL", **more: str) -> str:
        """The address of a link with a reference that nobody has used."""
        said = {"transmissionRegion": region, "account": "acme", "variant": variant, "link": title}
        return f"{self.url}/connect/?{urlencode({**said, 'refId': f'home-{next(_references)}', **more})}"

    def home(self, **more: str) -> str:
        return self.link("browser-home", "CAISO", **more)


@pytest.fixture(scope="session")
def site(portal: Portal) -> Site:
    made = Site(portal.url, f"http://127.0.0.1:{int(portal.url.rpartition(':')[2]) + 10}")
    end = f"{made.utility_url}/partner-page/?from=partner#end"
    words = ["--partner", "acme", "--region", "CAISO", "--title", "browser-home", "--utility", "LEAP_TEST_CAISO"]
    portal.manage("create_connect_link", *words, "--final-redirect", end)
    portal.manage("shell", "-c", HOSTILE_LINK)
    until = time.monotonic() + 90
    while time.monotonic() < until:
        try:
            requests.get(made.utility_url, timeout=30)
            return made
        except requests.RequestException:
            time.sleep(0.25)
    raise AssertionError("The demo utility did not start.")


@pytest.fixture
def phone(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """A phone's page in a browser of its own; the test fails when its console has an error."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def phone(*, has_script: bool = True) -> Page:
        context = chromium.new_context(
            java_script_enabled=has_script, viewport={"width": PHONE, "height": 844}, locale="en-US"
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        return page

    yield phone
    for context in contexts:
        context.close()
    assert [error for error in errors if "Failed to load resource" not in error] == []
