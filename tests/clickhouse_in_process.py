"""ClickHouse's engine (chdb) behind ClickHouse's own HTTP, in a process of its own: its threads and signals stay there.

python -m tests.clickhouse_in_process PORT, until its standard input ends. What it has is in memory.
"""

import os
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from chdb.session import Session

SESSION = Session(":memory:")


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        statement = parse_qs(urlsplit(self.path).query).get("query", [""])[0]
        try:
            self._answer(200, _insert(statement, body) if statement else _ask(body.decode()))
        except Exception as error:
            self._answer(500, str(error).encode())

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing to say."""


def _ask(query: str) -> bytes:
    return bytes(SESSION.query(query, "RowBinary").bytes())


def _insert(statement: str, rows: bytes) -> bytes:
    with SESSION.send_insert(statement.removesuffix(" FORMAT RowBinary"), "RowBinary") as inserter:
        inserter.append(rows)
        inserter.finish()
    return b""


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdin.read()
    os._exit(0)  # with whoever started it; there is nothing to keep
