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
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

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
    """The running portal: its address, and the demo's sign-ins by e-mail."""

    def __init__(self, url: str, env: dict[str, str]) -> None:
        self.url, self.env = url, env
        people = json.loads(self.manage("demo_signins", "--json"))
        self.passwords = {person["email"]: person["password"] for person in people}

    def manage(self, *words: str) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *words], env=self.env, cwd=ROOT, capture_output=True, check=True
        )
        return done.stdout.decode()


@pytest.fixture(scope="session")
def portal(tmp_path_factory: pytest.TempPathFactory, template: Path | str) -> Iterator[Portal]:
    if not Path(CHROMIUM).exists() and not os.environ.get("CI"):
        pytest.skip(f"Chromium is not at {CHROMIUM}: the browser tests did NOT run (Debian: apt-get install chromium)")
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
