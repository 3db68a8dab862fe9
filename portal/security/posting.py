"""Posting to an address that a stranger gave us, again and again: vetted and timed like every call of outbound.py.

A connection is vetted when it is dialed and may serve the next request as well, since a handshake of TLS for each costs
more than all the rest. Redirects are answers here; nobody follows them.
"""

import ssl
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import lru_cache
from http.client import HTTPException, HTTPResponse, IncompleteRead, RemoteDisconnected, parse_headers
from socket import gaierror, socket
from typing import Final
from urllib.parse import urlsplit

from requests.utils import DEFAULT_CA_BUNDLE_PATH

from portal.security.outbound import TOO_SLOW, Deadline, OutboundRefused, dial

_INTERIM = range(102, 200)  # answers before the answer; http.client passes over 100 itself
_PORTS: Final = {"https": 443, "http": 80}

NAME_NOT_RESOLVED: Final = "NAME_NOT_RESOLVED"
CERTIFICATE_NOT_TRUSTED: Final = "CERTIFICATE_NOT_TRUSTED"
TLS_FAILED: Final = "TLS_FAILED"
CONNECTION_CLOSED: Final = "CONNECTION_CLOSED"  # before the answer was whole
NOT_REACHED: Final = "NOT_REACHED"
NOT_HTTP: Final = "NOT_HTTP"
_CODES: Final[tuple[tuple[type[Exception], str], ...]] = (
    (gaierror, NAME_NOT_RESOLVED),
    (ssl.SSLCertVerificationError, CERTIFICATE_NOT_TRUSTED),
    (ssl.SSLEOFError, CONNECTION_CLOSED),
    (ssl.SSLError, TLS_FAILED),
    (RemoteDisconnected, CONNECTION_CLOSED),
    (IncompleteRead, CONNECTION_CLOSED),
    (HTTPException, NOT_HTTP),
    (BrokenPipeError, CONNECTION_CLOSED),
    (ConnectionResetError, CONNECTION_CLOSED),
    (OSError, NOT_REACHED),
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a receiver answered; body: as much of it as was asked for."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


class _Response(HTTPResponse):
    """An answer, with whatever comes before it passed over."""

    def _read_status(self) -> tuple[str, int, str]:
        while True:
            version, status, reason = super()._read_status()  # type: ignore[misc]  # not in the stubs
            if status not in _INTERIM:
                return version, status, reason
            parse_headers(self.fp)


@lru_cache(maxsize=1)
def tls() -> ssl.SSLContext:
    """TLS 1.2 or newer, with the authorities that requests trusts too; made once, since reading them takes a while."""
    return ssl.create_default_context(cafile=DEFAULT_CA_BUNDLE_PATH)


class Poster:
    """Posts to one URL over a connection that it keeps. Of one thread; close it.

    seconds: for one request, from the look-up of the name to the end of the answer. most_bytes: how much of the body is
    read; the rest is left. allows_loopback: whether this machine may be dialed, also over http.
    """

    def __init__(self, url: str, *, seconds: float, most_bytes: int, allows_loopback: bool) -> None:
        parts = urlsplit(url)
        self.scheme, self.host = parts.scheme, parts.hostname or ""
        self.port = parts.port or _PORTS[parts.scheme]
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._begin = f"POST {target} HTTP/1.1\r\nhost: {parts.netloc.rpartition('@')[2]}\r\n"
        self.seconds, self.most_bytes, self.allows_loopback = seconds, most_bytes, allows_loopback
        self._socket: socket | None = None
        self._raw: socket | None = None  # the same connection below TLS, for the deadline

    def post(self, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Post, and read the answer. A kept connection that was closed meanwhile is dialed anew.

        The headers are sent as they are: whoever lets strangers choose them checks them.
        Raises OutboundRefused; socket.gaierror for a name without an address; ssl.SSLError; OSError when nobody
        answers; HTTPException when what answers is no HTTP, or ends in the middle.
        """
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        request = f"{self._begin}{lines}content-length: {len(body)}\r\n\r\n".encode("latin-1") + body
        deadline = Deadline(self.seconds)
        try:
            if self._socket is not None:
                with suppress(ConnectionError, ssl.SSLEOFError):  # RemoteDisconnected is one
                    return self._exchange(request, deadline)
                self.close()
            return self._exchange(request, deadline)
        except BaseException as error:
            self.close()
            if deadline.has_passed or isinstance(error, TimeoutError):
                raise OutboundRefused(TOO_SLOW) from None
            raise
        finally:
            deadline.end()

    def close(self) -> None:
        for connection in filter(None, (self._socket, self._raw)):
            connection.close()
        self._socket = self._raw = None

    def _exchange(self, request: bytes, deadline: Deadline) -> Answer:
        connection = self._connected(deadline)
        connection.sendall(request)
        with closing(_Response(connection, method="POST")) as response:
            response.begin()
            read = response.read(self.most_bytes)
            is_short = len(read) < self.most_bytes
            # Without a length, the body ends with the connection.
            is_whole = response.isclosed() or (response.length is None and not response.chunked and is_short)
            if deadline.has_passed:  # a body without a length looks finished when the socket is shut down
                raise OutboundRefused(TOO_SLOW)
            if not is_whole and is_short:
                raise IncompleteRead(read)
            if not is_whole or response.will_close:
                self.close()
            return Answer(response.status, tuple(response.getheaders()), read)

    def _connected(self, deadline: Deadline) -> socket:
        if self._socket is not None and self._raw is not None:
            self._socket.settimeout(deadline.remaining())
            deadline.watch(self._raw)
            return self._socket
        dialed = dial(self.host, self.port, self.scheme, deadline, allows_loopback=self.allows_loopback)
        self._raw, self._socket = dialed.dup(), dialed
        if self.scheme == "https":
            self._socket = tls().wrap_socket(dialed, server_hostname=self.host)
        self._socket.settimeout(deadline.remaining())
        return self._socket


def failure_of(error: Exception) -> str:
    """The code of what `post` raised: one of outbound's, or one of those below."""
    if isinstance(error, OutboundRefused):
        return error.code
    for kind, code in _CODES:
        if isinstance(error, kind):
            return code
    raise error
