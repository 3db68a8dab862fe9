"""What gunicorn reads at its start: how long an address may be, and JSON for what it refuses before the portal."""

import json
import socket
import uuid

from gunicorn import util

limit_request_line = 8190  # a little more than the API's own limit, which answers in the shape of the path


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
