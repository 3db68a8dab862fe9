"""The demo utility as a process of its own, and a customer's browser for it: for every test that authorizes."""

import base64
import hashlib
import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

import pytest
import requests

from onboarding.demo_utility.registration import Registration, endpoints, registration
from tests.ports import free_port

ROOT = Path(__file__).resolve().parents[1]
SLOW_SECONDS = 1


@dataclass
class Form:
    """A form of a page, with what a browser would send of it without its buttons."""

    action: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    checked: list[tuple[str, str]] = field(default_factory=list)
    buttons: list[tuple[str, str]] = field(default_factory=list)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(values.get("action", "")))
        elif self.forms and values.get("name"):
            pair = (values["name"], values.get("value", ""))
            if tag == "button":
                self.forms[-1].buttons.append(pair)
            elif values.get("type") != "checkbox":
                self.forms[-1].fields.append(pair)
            elif "checked" in values:
                self.forms[-1].checked.append(pair)


def forms_of(page: requests.Response) -> list[Form]:
    parser = _Forms()
    parser.feed(page.text)
    return parser.forms


class DemoUtility:
    """A demo utility that runs on a free port with its own data directory; `portal_url` is whom it speaks to."""

    def __init__(self, data_dir: Path, portal_url: str, *, delay_seconds: int | None = 0) -> None:
        self.data_dir, self.portal_url = data_dir, portal_url
        self.port = free_port()
        self.base_url = f"http://127.0.0.1:{self.port}"
        self.redirect_uri = f"{portal_url}/connect/return/"
        own = {"DATA_DIR": str(data_dir), "PORTAL_URL": portal_url, "DEMO_UTILITY_SLOW_SECONDS": str(SLOW_SECONDS)}
        own |= {} if delay_seconds is None else {"DEMO_UTILITY_DELAY_SECONDS": str(delay_seconds)}
        kept = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "PORTAL_ENV"}}
        self.env = {**kept, **own, "DJANGO_SETTINGS_MODULE": "portal.settings"}
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it answers."""
        words = [sys.executable, "manage.py", "demo_utility", "--port", str(self.port), "--verbosity", "0"]
        self.process = subprocess.Popen(words, cwd=ROOT, env=self.env, start_new_session=True)
        until = time.monotonic() + 60
        while time.monotonic() < until and self.process.poll() is None:
            try:
                requests.get(self.base_url, timeout=60)
                return
            except requests.RequestException:
                time.sleep(0.1)
        self.stop()
        raise AssertionError("The demo utility did not start.")

    def stop(self, number: int = signal.SIGKILL) -> None:
        """End it with a signal to all its processes."""
        assert self.process is not None
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)
        self.process.wait(20)

    def set_clock(self, seconds: float) -> None:
        """Let the demo be so far ahead of the real time."""
        path = self.data_dir / "demo_clock.json"
        draft = path.with_suffix(".draft")
        draft.write_text(json.dumps({"offset_seconds": seconds}))
        draft.replace(path)

    @property
    def client(self) -> Registration:
        return registration(self.data_dir)

    def endpoints(self, code: str) -> dict[str, str]:
        return dict(endpoints(self.base_url, code))

    def authorization_url(self, code: str, verifier: str, **changes: str) -> str:
        """Where a portal would send its customer; an empty change leaves the parameter out."""
        known = self.endpoints(code)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        values = {
            "response_type": "code",
            "client_id": self.client.client_id,
            "redirect_uri": self.redirect_uri,
            "scope": known["scope"],
            "state": "state-1",
            "code_challenge": challenge,
            "code_challenge_method": "S256",
            **changes,
        }
        return f"{known['authorization']}?{urlencode({name: value for name, value in values.items() if value})}"

    def sign_in(
        self, session: requests.Session, authorization_url: str, user_name: str, *, meters: Sequence[str] | None = None
    ) -> str:
        """Go through the pages as a customer; returns where the customer is sent back to.

        `meters` are the service points to share; without them, all of the customer's.
        """
        page = session.get(authorization_url, allow_redirects=False)
        for _ in range(20):
            while page.is_redirect:
                target = urljoin(page.url, page.headers["Location"])
                if not target.startswith(f"{self.base_url}/"):
                    return target
                page = session.get(target, allow_redirects=False)
            page = self._answer(session, page, user_name, meters)
        raise AssertionError(f"The way does not end: {page.url}")

    def _answer(
        self, session: requests.Session, page: requests.Response, user_name: str, meters: Sequence[str] | None
    ) -> requests.Response:
        """Fill in the page's first form and send it; a page with nothing but a way back is left by it."""
        forms = forms_of(page)
        assert forms, f"{page.status_code} {page.url}: {page.text[:500]}"
        form = forms[0]
        filled = {"user_name": user_name, "password": "any", "code": "123456"}
        data = [(name, filled.get(name, value)) for name, value in form.fields]
        data += form.checked if meters is None else [("service_point", point) for point in meters]
        decision = "decline" if user_name == "cancel" else "authorize"
        data += [(name, value) for name, value in form.buttons if value == decision]
        return session.post(urljoin(page.url, form.action), data, allow_redirects=False)

    def authorize(
        self, code: str, user_name: str, *, meters: Sequence[str] | None = None, **changes: str
    ) -> dict[str, Any]:
        """The whole way of a customer and the portal: what the token endpoint answers."""
        verifier = secrets.token_urlsafe(48)
        location = self.sign_in(
            requests.Session(), self.authorization_url(code, verifier, **changes), user_name, meters=meters
        )
        answer = self.exchange(code, query_of(location)["code"], verifier)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def exchange(self, code: str, granted: str, verifier: str, **changes: str) -> requests.Response:
        """Ask for the tokens of an authorization code."""
        data = {"grant_type": "authorization_code", "code": granted, "redirect_uri": self.redirect_uri}
        return self.post(self.endpoints(code)["token"], {**data, "code_verifier": verifier, **changes})

    def refresh(self, code: str, refresh_token: str) -> requests.Response:
        return self.post(self.endpoints(code)["token"], {"grant_type": "refresh_token", "refresh_token": refresh_token})

    def post(self, url: str, data: dict[str, str]) -> requests.Response:
        """A call of the portal's software, which proves who it is."""
        auth = (self.client.client_id, self.client.client_secret)
        return requests.post(url, data, auth=auth, timeout=30)


def query_of(location: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(location).query))


def get(url: str, token: str) -> requests.Response:
    """A resource with a bearer token."""
    return requests.get(url, headers={"Authorization": f"Bearer {token}"}, timeout=30)


@pytest.fixture(scope="session")
def demo_utility(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoUtility]:
    """A demo utility for all tests of the process, whose data is ready at once; nobody listens at its portal's address.

    Whoever moves its clock puts it back. A portal under test takes its client, and `portal_url` as its SITE_URL.
    Tests that need another portal or delay make a DemoUtility of their own.
    """
    utility = DemoUtility(tmp_path_factory.mktemp("demo_utility"), f"http://127.0.0.1:{free_port()}")
    utility.start()
    yield utility
    utility.stop(signal.SIGTERM)
