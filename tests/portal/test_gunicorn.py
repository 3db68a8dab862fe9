"""What gunicorn refuses before the portal sees it is answered as JSON as well."""

import json
import os
import runpy
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from gunicorn import util

from portal.api.middleware import LONGEST_ADDRESS

CONFIG = Path(__file__).parents[2] / "gunicorn.conf.py"


@pytest.fixture
def config() -> Iterator[dict[str, object]]:
    kept, umask = util.write_error, os.umask(0o022)
    yield runpy.run_path(str(CONFIG))
    util.write_error = kept
    os.umask(umask)


def test_request_that_gunicorn_cannot_read_is_answered_as_json(config: dict[str, object]) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        util.write_error(ours, 414, "URI Too Long", "Request Line is too large (9000 > 8190)")

        head, body = theirs.recv(4096).decode().split("\r\n\r\n")

    said = json.loads(body)
    assert head.startswith("HTTP/1.1 414 URI Too Long\r\n")
    assert (said["title"], said["status"]) == ("URI Too Long", 414)
    assert f"X-Request-Id: {said['request_id']}\r\nContent-Length: {len(body)}" in head


def test_address_that_is_a_little_too_long_reaches_the_portal(config: dict[str, object]) -> None:
    assert config["limit_request_line"] == LONGEST_ADDRESS + 190


def test_files_of_its_processes_are_for_their_user_alone(config: dict[str, object], tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o600
