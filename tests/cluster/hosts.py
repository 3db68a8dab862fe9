"""Hosts as network namespaces on one bridge, and the servers in this machine's own network that they share."""

import os
import random
import secrets
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from cryptography.fernet import Fernet

from tests.chaos.conftest import Broker
from tests.chaos.world import Cluster, World

PORT = 8000
# Short leases, small chunks and short turns: much can go wrong in little time, and be seen.
PACE = {
    "JOB_LEASE_SECONDS": "8",
    "JOB_SWEEP_SECONDS": "1",
    "JOB_FAULT_SECONDS": "2",
    "JOB_SLICE_SECONDS": "1",
    "JOB_CHUNK_ROWS": "200",
    "JOB_COMMIT_ROWS": "200",
    "DATABASE_SILENT_SECONDS": "15",
}


def ip(*words: str) -> None:
    done = subprocess.run(["ip", *words], capture_output=True, check=False, text=True)
    assert done.returncode == 0, f"ip {' '.join(words)}: {done.stderr}"


class Network:
    """A bridge with an address; hosts are plugged into it by cables that can be pulled."""

    def __init__(self) -> None:
        self.name = f"pb{secrets.token_hex(3)}"
        self.prefix = f"10.{random.randrange(200, 250)}.{random.randrange(1, 250)}"
        self.address = f"{self.prefix}.1"

    @contextmanager
    def up(self) -> Iterator[None]:
        ip("link", "add", self.name, "type", "bridge")
        try:
            ip("addr", "add", f"{self.address}/24", "dev", self.name)
            ip("link", "set", self.name, "up")
            yield
        finally:
            ip("link", "del", self.name)

    @contextmanager
    def namespace(self, name: str, number: int) -> Iterator[str]:
        """A network of its own with one cable to the bridge; yields its address."""
        cable, address = f"{name}-c", f"{self.prefix}.{number}"
        ip("netns", "add", name)
        try:
            ip("link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", name)
            ip("link", "set", cable, "master", self.name, "up")
            ip("-n", name, "addr", "add", f"{address}/24", "dev", "eth0")
            ip("-n", name, "link", "set", "eth0", "up")
            ip("-n", name, "link", "set", "lo", "up")
            yield address
        finally:
            ip("netns", "del", name)


class Host(World):
    """A host with a web server and a worker of its own. What happens to it happens to all of its processes."""

    def __init__(self, env: dict[str, str], folder: Path, *, namespace: str, address: str) -> None:
        super().__init__(env, folder)
        self.namespace, self.address = namespace, address
        self.prefix = ("ip", "netns", "exec", namespace)

    def start_web(self) -> None:
        words = ["-m", "gunicorn", "portal.wsgi", "--bind", f"{self.address}:{PORT}", "--threads", "8"]
        self.start(*words, "--no-control-socket", "--log-level", "warning")
        self.until(self.answers, seconds=120, why=f"the web server of {self.namespace} answers")

    def answers(self) -> bool:
        try:
            return requests.get(f"http://{self.address}:{PORT}/healthz", timeout=5).ok
        except requests.RequestException:
            return False

    def send(self, key: str, content: bytes) -> str:
        """A file of a partner for the API of this host; returns the job, which is an upload."""
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "text/csv"}
        url = f"http://{self.address}:{PORT}/v1.1/jobs/meters?file_name=meters.csv"
        answer = requests.post(url, data=content, headers=headers, timeout=120)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["job_id"])

    def freeze(self) -> None:
        for process in self.workers:
            self.signal(process, signal.SIGSTOP)

    def thaw(self) -> None:
        for process in self.workers:
            self.signal(process, signal.SIGCONT)

    def pull_the_cable(self) -> None:
        ip("link", "set", f"{self.namespace}-c", "down")

    def plug_it_in(self) -> None:
        ip("link", "set", f"{self.namespace}-c", "up")

    def said_of_late_writes(self) -> int:
        """How often its workers found that somebody else holds their job by now."""
        return self.log.read_text().count("lease lost")


@dataclass
class Site:
    """Two hosts, the servers that they share, and a view from outside of all of them."""

    a: Host
    b: Host
    outside: World
    broker: Broker
    store: Any  # boto3's client

    def files(self) -> int:
        pages = self.store.get_paginator("list_objects_v2").paginate(Bucket="portal", Prefix="uploads/")
        return sum(len(page.get("Contents", ())) for page in pages)


@contextmanager
def site(folder: Path) -> Iterator[Site]:
    """All of it, started; nothing of it is left afterwards."""
    network = Network()
    with ExitStack() as stack:
        stack.enter_context(network.up())
        cluster, broker = _servers(folder, network.address)
        stack.callback(cluster.stop)
        stack.callback(broker.kill)
        store, address = stack.enter_context(_store(network.address))
        env = {**os.environ, **PACE, "DJANGO_SETTINGS_MODULE": "portal.settings", "ALLOWED_HOSTS": "*"}
        env |= {"SECRET_KEY": secrets.token_urlsafe(64), "ENCRYPTION_KEYS": Fernet.generate_key().decode()}
        env |= {"DATABASE_URL": cluster.url, "CELERY_BROKER_URL": broker.url, "STORAGE_URL": address}
        outside = World({**env, "DATA_DIR": _room(folder / "outside")}, folder)
        stack.callback(outside.end)
        hosts = []
        for number, letter in enumerate("ab", start=11):
            name = f"{network.name}{letter}"
            place = stack.enter_context(network.namespace(name, number))
            room = _room(folder / letter)
            host = Host({**env, "DATA_DIR": room, "TMPDIR": room}, Path(room), namespace=name, address=place)
            stack.callback(host.end)
            hosts.append(host)
        yield Site(*hosts, outside, broker, store)


def _room(path: Path) -> str:
    path.mkdir()
    return str(path)


def _servers(folder: Path, address: str) -> tuple[Cluster, Broker]:
    folder.chmod(0o755)  # the user postgres has to get to its own folder below
    cluster = Cluster(Path(_room(folder / "postgresql")), address=address, connections=100)
    cluster.start()
    broker = Broker(folder, address=address)
    broker.start()
    return cluster, broker


@contextmanager
def _store(address: str) -> Iterator[tuple[Any, str]]:
    """A server that speaks S3 with an empty bucket: its client, and the address for the portal."""
    import logging

    import boto3
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # one line for each request
    server = ThreadedMotoServer(ip_address=address, port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        signed = {"aws_access_key_id": "key", "aws_secret_access_key": "secret", "region_name": "us-east-1"}
        client = boto3.session.Session().client("s3", endpoint_url=f"http://{host}:{port}", **signed)
        client.create_bucket(Bucket="portal")
        yield client, f"s3://key:secret@{host}:{port}/portal?tls=0"
    finally:
        server.stop()
