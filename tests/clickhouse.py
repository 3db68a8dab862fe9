"""Servers of ClickHouse for tests: the engine of a current release from PyPI (chdb), and Debian's old server."""

import importlib.util
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import urllib3

from portal.storage.clickhouse import Clickhouse, ClickhouseAway, address_of
from tests.ports import free_port

ROOT = Path(__file__).resolve().parents[1]
SERVER = "clickhouse-server"
STORES = ("database", "chdb", SERVER)
_CONFIG = """<yandex>
<logger><level>warning</level><console>1</console></logger>
<http_port>{port}</http_port><tcp_port>{other_port}</tcp_port><listen_host>127.0.0.1</listen_host>
<path>{folder}/data/</path><tmp_path>{folder}/tmp/</tmp_path><mark_cache_size>100000000</mark_cache_size>
<users_config>{folder}/users.xml</users_config>
<default_profile>default</default_profile><default_database>default</default_database>
</yandex>"""
_USERS = """<yandex><profiles><default/></profiles><quotas><default/></quotas><users><portal>
<password>secret</password><networks><ip>127.0.0.1</ip></networks><profile>default</profile><quota>default</quota>
</portal></users></yandex>"""


@pytest.fixture(scope="session")
def chdb_url() -> Iterator[str]:
    """The address of an engine of this process's own."""
    if importlib.util.find_spec("chdb") is None:
        pytest.skip("needs chdb-core, ClickHouse's engine from PyPI")
    port = free_port()
    words = [sys.executable, "-m", "tests.clickhouse_in_process", str(port)]
    with _running(words, port, cwd=ROOT, stdin=subprocess.PIPE) as url:
        yield url


@pytest.fixture(scope="session")
def clickhouse_server_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server of this process's own, with its own configuration and data."""
    with clickhouse_server(tmp_path_factory.mktemp("clickhouse")) as url:
        yield url


@contextmanager
def clickhouse_server(folder: Path) -> Iterator[str]:
    """A server whose data are in this folder."""
    program = shutil.which(SERVER) or shutil.which(SERVER, path="/usr/sbin")
    if program is None:
        pytest.skip(f"needs {SERVER}, for example Debian's")
    port = free_port()
    (folder / "users.xml").write_text(_USERS)
    (folder / "config.xml").write_text(_CONFIG.format(port=port, other_port=free_port(), folder=folder))
    with _running([program, f"--config-file={folder}/config.xml"], port, cwd=folder) as url:
        yield url


@contextmanager
def _running(words: list[str], port: int, **how: Any) -> Iterator[str]:
    """A server that answers, until the end."""
    url = f"clickhouse://portal:secret@127.0.0.1:{port}/default"
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **how) as process:
        try:
            _wait_for(url, process)
            yield url
        finally:
            process.kill()


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    ends_at = time.monotonic() + 60
    while True:
        try:
            Clickhouse(address_of(url)).ask("SELECT 1", server=0)
        except (ClickhouseAway, urllib3.exceptions.HTTPError):
            assert process.poll() is None, "the server ended while it started"
            assert time.monotonic() < ends_at, "the server does not answer"
            time.sleep(0.1)
        else:
            return


@pytest.fixture(params=STORES)
def each_store(request: pytest.FixtureRequest, settings: Any) -> str:
    """The test runs on each store of intervals: its database's own, and ClickHouse old and new."""
    fixtures = {"chdb": "chdb_url", SERVER: "clickhouse_server_url"}
    name = str(request.param)
    settings.INTERVAL_STORE_URL = request.getfixturevalue(fixtures[name]) if name in fixtures else ""
    return name
