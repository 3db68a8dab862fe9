"""A client that openapi-python-client generates from our schema works against the portal, and its types are right."""

import importlib.util
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import DEFAULT_DB_ALIAS, close_old_connections, connections

from portal.partners.models import ApiKey

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue"), pytest.mark.timeout(180)]
HERE = Path(__file__).parent


_connection_in_use = threading.Lock()
"""Held for a whole request, what the portal notes after its answer included: two threads share the connection."""


class _Quiet(WSGIRequestHandler):
    def handle(self) -> None:
        with _connection_in_use:
            super().handle()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def address() -> Iterator[str]:
    """The portal behind a real socket, in a thread that shares the connection of the test and never closes it."""
    connection = connections[DEFAULT_DB_ALIAS]
    connection.inc_thread_sharing()
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)

    def serve() -> None:
        connections[DEFAULT_DB_ALIAS] = connection  # of this thread
        server.serve_forever(poll_interval=0.05)

    with make_server("127.0.0.1", 0, get_wsgi_application(), handler_class=_Quiet) as server:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join(timeout=10)
    for signal in signals:
        signal.connect(close_old_connections)
    connection.dec_thread_sharing()


@pytest.fixture
def generated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the client, and the program that uses it."""
    (tmp_path / "config.yml").write_text("post_hooks: []\n")
    command = [sys.executable, "-m", "openapi_python_client", "generate", "--meta", "none"]
    command += ["--path", str(HERE / "schema.yml"), "--config", str(tmp_path / "config.yml")]
    command += ["--output-path", str(tmp_path / "portal_client")]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    shutil.copy(HERE / "generated_journey.py", tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


def test_generated_client_makes_the_journey_and_type_checks(
    generated: Path, address: str, api_key: tuple[ApiKey, str], run_jobs: Callable[[], int]
) -> None:
    checked = subprocess.Popen(
        [sys.executable, "-m", "mypy", "--strict", "--config-file", os.devnull, "generated_journey.py"],
        cwd=generated,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )

    spec = importlib.util.spec_from_file_location("generated_journey", generated / "generated_journey.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    def work() -> int:
        with _connection_in_use:
            return run_jobs()

    seen = module.journey(address, api_key[1], work)

    assert seen == {
        "unknown": "transmission_region",
        "preview": "CREATE",
        "job": "COMPLETED",
        "asset": "COMPLETED",
        "single": "COMPLETED",
        "meters": "home-000001",
        "enrollment": "ELIGIBLE",
    }
    said, _ = checked.communicate(timeout=150)
    assert checked.returncode == 0, said
