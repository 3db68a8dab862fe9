"""What gunicorn reads at its start: whose its files are, how long an address may be, JSON for what it refuses, and how
counts of earlier processes are forgotten."""

import json
import logging
import os
import socket
import uuid
from pathlib import Path

from gunicorn import util

os.umask(0o077)  # what the portal writes is for its own user; a socket's mode is gunicorn's --umask
limit_request_line = 8190  # a little more than the API's own limit, which answers in the shape of the path


def on_starting(server: object) -> None:
    """Forget what the processes of an earlier start counted: their files would pile up."""
    if folder := os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        for left in Path(folder).glob("*.db"):
            left.unlink(missing_ok=True)


def post_worker_init(worker: object) -> None:
    """Once the portal is loaded, gunicorn's own lines go through its log, which masks secrets."""
    logger = logging.getLogger("gunicorn.error")
    logger.handlers.clear()
    logger.propagate = True


def write_error(client: socket.socket, status: int, reason: str, message: str) -> None:
    """Answer a request that gunicorn itself could not read as the API answers errors."""
    name = uuid.uuid4().hex
    said = {"title": reason, "status": status, "details": {"error": message[:200]}, "request_id": name}
    body = json.dumps(said).encode()
    head = [
        f"HTTP/1.1 {status} {reason}",
        "Connection: close",
        "Cache-Control: no-store, private",
        "Content-Type: application/json",
        f"X-Request-Id: {name}",
        f"Content-Length: {len(body)}",
    ]
    util.write_nonblock(client, "\r\n".join([*head, "", ""]).encode("latin-1") + body)


util.write_error = write_error
