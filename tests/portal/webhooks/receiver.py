"""A receiver of webhooks on this machine: it verifies, keeps what came, and answers as the test says."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import monotonic
from typing import Any


@dataclass(frozen=True)
class Received:
    """One request: its headers in lower case, and its exact body."""

    headers: Mapping[str, str]
    body: bytes
    at: float
    names: tuple[str, ...]

    @property
    def event_id(self) -> str:
        return str(json.loads(self.body)["webhook_event_id"])

    @property
    def payload(self) -> dict[str, Any]:
        return dict(json.loads(self.body)["payload"])

    @property
    def thing(self) -> str:
        return str(self.payload["thing"])


Answering = Callable[[Received], int | tuple[int, Mapping[str, str], bytes]]


class Receiver:
    """answer: what each request is answered, a status or (status, headers, body); 200 by default."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}/hook?a=1"
        self.received: list[Received] = []
        self.answer: Answering = lambda _: 200

    @property
    def things(self) -> list[str]:
        return [one.thing for one in self.received]

    def answer_in_turn(self, *statuses: int) -> None:
        """These statuses, one after the other; the last one from then on."""
        left = list(statuses)
        self.answer = lambda _: left.pop(0) if len(left) > 1 else left[0]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver that listens as long as the context lasts."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = Received(headers, body, monotonic(), tuple(self.headers))
            receiver.received.append(request)
            said = receiver.answer(request)
            status, extra, text = said if isinstance(said, tuple) else (said, {}, b"")
            self.send_response(status)
            for name, value in {"Content-Length": str(len(text)), **extra}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = _Server(("127.0.0.1", 0), Handler)
    receiver = Receiver(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
