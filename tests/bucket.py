"""A bucket for stored files, in an S3 server of its own: for every test that is to run without a shared disk."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import requests

from tests.ports import free_port


@dataclass
class Bucket:
    """A bucket, and the disk of this machine beside it. `client` is boto3's."""

    client: Any
    name: str
    disk: Path

    def keys(self) -> list[str]:
        listed = self.client.list_objects_v2(Bucket=self.name)
        return [found["Key"] for found in listed.get("Contents", ())]

    def files_on_disk(self) -> list[Path]:
        return [path for path in self.disk.rglob("*") if path.is_file()]


@pytest.fixture(scope="session")
def bucket_server() -> Iterator[str]:
    """The host and port of an S3 server. It looks at signatures and rights only `while_it_checks`."""
    import logging

    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # one line for each request
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"{host}:{port}"
    server.stop()


@contextmanager
def while_it_checks(host: str) -> Iterator[None]:
    """The server takes signed requests alone, of users who may do what they ask."""
    before = _checks_after(host, "0")
    try:
        yield
    finally:
        _checks_after(host, before)


def _checks_after(host: str, count: str) -> str:
    answer = requests.post(f"http://{host}/moto-api/reset-auth", data=count.encode(), timeout=10)
    return str(answer.json()["PREVIOUS_INITIAL_NO_AUTH_ACTION_COUNT"])


@pytest.fixture
def away() -> str:
    """The address of a bucket whose server does not answer."""
    return f"s3://key:secret@127.0.0.1:{free_port()}/bucket?tls=0"


@pytest.fixture
def bucket(bucket_server: str, settings: Any, tmp_path: Path) -> Bucket:
    """Stored files are in a bucket of this test, below "portal/"."""
    import boto3

    name = f"test-{uuid4()}"
    signed = {"aws_access_key_id": "key", "aws_secret_access_key": "secret/+", "region_name": "us-east-1"}
    client = boto3.session.Session().client("s3", endpoint_url=f"http://{bucket_server}", **signed)
    client.create_bucket(Bucket=name)
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.STORAGE_URL = f"s3://key:secret%2F%2B@{bucket_server}/{name}/portal?tls=0"
    return Bucket(client, name, tmp_path)
