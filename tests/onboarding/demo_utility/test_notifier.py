"""Data takes its time, the portal is told when it is there, and a restart forgets nothing."""

import signal
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import defusedxml.ElementTree
import pytest
import requests

from tests.demo_utility import DemoUtility, get, query_of

CODE = "LEAP_TEST_NYISO"
NAMESPACE = "{http://naesb.org/espi}"
HOUR = 3600


class Portal(ThreadingHTTPServer):
    """What a demo utility tells its portal: path, content type and body of each call. It may refuse to hear."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.calls: list[tuple[str, str, bytes]] = []
        self.answer = 200

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def resources(self) -> list[list[str]]:
        """The addresses in each BatchList, after waiting a little for the first."""
        until = time.monotonic() + 10
        while not self.calls and time.monotonic() < until:
            time.sleep(0.05)
        lists = [defusedxml.ElementTree.fromstring(body) for _, _, body in self.calls]
        assert {root.tag for root in lists} <= {f"{NAMESPACE}BatchList"}
        return [[item.text or "" for item in root.findall(f"{NAMESPACE}resources")] for root in lists]


class _Handler(BaseHTTPRequestHandler):
    server: Portal

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.calls.append((self.path, self.headers["Content-Type"], body))
        self.send_response(self.server.answer)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def portal() -> Iterator[Portal]:
    server = Portal()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def utility(portal: Portal, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoUtility]:
    """With the delay that it has by itself: 36 hours of the demo clock."""
    utility = DemoUtility(tmp_path_factory.mktemp("told"), portal.url, delay_seconds=None)
    utility.start()
    yield utility
    utility.stop(signal.SIGTERM)


@pytest.fixture(autouse=True)
def fresh(portal: Portal, utility: DemoUtility) -> Iterator[None]:
    portal.calls.clear()
    portal.answer = 200
    yield
    utility.set_clock(0)


def test_data_comes_after_36_hours_and_is_told(portal: Portal, utility: DemoUtility) -> None:
    answer = utility.authorize(CODE, "success")
    before = get(answer["resourceURI"], answer["access_token"])
    told_before = list(portal.calls)

    utility.set_clock(36 * HOUR + 1)
    told = portal.resources()
    renewed = utility.refresh(CODE, answer["refresh_token"]).json()
    after = get(answer["resourceURI"], renewed["access_token"])

    assert (before.status_code, before.content) == (202, b"")
    assert before.headers["Retry-After"] == "3600"
    assert told_before == []
    assert told == [[answer["resourceURI"], answer["customerResourceURI"]]]
    assert [call[:2] for call in portal.calls] == [(f"/connect/notify/{CODE}/", "application/xml")]
    assert after.status_code == 200


def test_revocation_is_told(portal: Portal, utility: DemoUtility) -> None:
    answer = utility.authorize(CODE, "revoked_later")
    utility.set_clock(37 * HOUR)
    ready = portal.resources()
    portal.calls.clear()

    utility.set_clock(73 * HOUR)
    told = portal.resources()

    assert ready == [[answer["resourceURI"], answer["customerResourceURI"]]]
    assert told == [[answer["authorizationURI"]]]


def test_portal_that_does_not_hear_is_told_again(portal: Portal, utility: DemoUtility) -> None:
    portal.answer = 503
    answer = utility.authorize(CODE, "success")

    utility.set_clock(37 * HOUR)
    portal.resources()
    portal.answer = 200
    count = len(portal.calls)
    until = time.monotonic() + 10
    while len(portal.calls) == count and time.monotonic() < until:
        time.sleep(0.05)
    time.sleep(2)

    told = [answer["resourceURI"], answer["customerResourceURI"]]
    assert portal.resources() == [told] * (count + 1)


def test_who_never_fetched_tokens_is_told_nothing(portal: Portal, utility: DemoUtility) -> None:
    utility.sign_in(requests.Session(), utility.authorization_url(CODE, "v" * 50), "success")
    answer = utility.authorize(CODE, "two_meters")

    utility.set_clock(37 * HOUR)

    assert portal.resources() == [[answer["resourceURI"], answer["customerResourceURI"]]]


def test_killed_utility_goes_on_where_it_was(portal: Portal, utility: DemoUtility) -> None:
    session = requests.Session()
    answer = utility.authorize(CODE, "success")
    page = session.get(utility.authorization_url(CODE, "v" * 50))

    utility.stop(signal.SIGKILL)
    utility.set_clock(37 * HOUR)
    utility.start()
    told = portal.resources()
    renewed = utility.refresh(CODE, answer["refresh_token"]).json()

    assert told == [[answer["resourceURI"], answer["customerResourceURI"]]]
    assert get(renewed["resourceURI"], renewed["access_token"]).status_code == 200
    assert session.get(page.url).status_code == 200
    assert "code" in query_of(utility.sign_in(session, page.url, "success"))


def test_files_of_the_utility_are_its_own(utility: DemoUtility) -> None:
    names = {path.name for path in (utility.data_dir / "demo_utility").iterdir()}

    assert {"client.json", "secret_key", "utility.sqlite3"} <= names
    assert not (utility.data_dir / "portal.sqlite3").exists()
    assert isinstance(utility.data_dir, Path)
