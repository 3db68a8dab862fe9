"""The one client that dials out: vetted addresses, https, no redirects, a deadline over everything, a capped body.

A name is resolved once for each connection, every address that it has is vetted, and one of those is dialed: there is
no second look-up that could answer otherwise. TLS still proves the name. Every request opens a connection of its own.
"""

import ipaddress
import queue
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from time import monotonic
from typing import Any, Final, NoReturn, TypeVar

import requests
from django.conf import settings
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPResponse, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import NameResolutionError, NewConnectionError
from urllib3.util import parse_url

ADDRESS_NOT_ALLOWED: Final = "ADDRESS_NOT_ALLOWED"  # not on the public internet, or the URL carries credentials
SCHEME_NOT_ALLOWED: Final = "SCHEME_NOT_ALLOWED"  # not https
TOO_SLOW: Final = "TOO_SLOW"  # the deadline passed before the whole answer was here
TOO_BIG: Final = "TOO_BIG"  # the answer is bigger than asked for, or packed so that its size cannot be told
REDIRECTED: Final = "REDIRECTED"  # it sends us to another address, where we do not go

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
ClientCertificate = str | tuple[str, str]  # the path of certificate and key in one file, or of each

_DENIED_V4 = [
    ipaddress.IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # shared between a carrier's customers; clouds use it inside
        "127.0.0.0/8",  # loopback
        "168.63.129.16/32",  # the host of a virtual machine at Azure
        "169.254.0.0/16",  # link-local, with the metadata of clouds
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # AMT
        "192.88.99.0/24",  # relays of 6to4
        "192.168.0.0/16",  # private
        "192.175.48.0/24",  # AS112
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, with the broadcast
    )
]
# Everything outside is refused: loopback, mapped and compatible IPv4, NAT64 (64:ff9b::/96 and 64:ff9b:1::/48), unique
# local, link-local, site-local, multicast, segment routing.
_UNICAST_V6 = ipaddress.IPv6Network("2000::/3")
_DENIED_V6 = [
    ipaddress.IPv6Network(network)
    for network in (
        "2001::/23",  # protocol assignments, with Teredo (2001::/32)
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4
        "2620:4f:8000::/48",  # AS112
        "3fff::/20",  # documentation
    )
]
_CHUNK = 65_536
_PACKINGS = {"", "identity", "gzip", "x-gzip", "deflate"}
_DIAL_SECONDS = 5.0  # for one of several addresses, so that a dead one leaves time for the next
_Session = TypeVar("_Session", bound=requests.Session)


class OutboundRefused(Exception):
    """The portal did not dial, or ended the call. code: one of those above.

    It is no OSError, so that no layer between takes it for a lost connection and dials again.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def session(
    *, seconds: float = 20, most_bytes: int = 10_000_000, client_certificate: ClientCertificate | None = None
) -> requests.Session:
    """A session whose every request is vetted.

    seconds: for one request, from the look-up of the name to the last byte of the body. most_bytes: of a body,
    unpacked.
    Raises OutboundRefused, and requests.ConnectionError when nobody answers; neither names more than the host. A body
    that is read with stream=True keeps both limits, also through `response.raw.read`; close its response.
    """
    return prepare(requests.Session(), seconds=seconds, most_bytes=most_bytes, client_certificate=client_certificate)


def prepare(
    session: _Session,
    *,
    seconds: float = 20,
    most_bytes: int = 10_000_000,
    client_certificate: ClientCertificate | None = None,
) -> _Session:
    """Make every request of this session a vetted one, also of a subclass such as authlib's; returns the session."""
    session.trust_env = False  # no proxies and no netrc of the environment
    session.proxies.clear()
    session.adapters.clear()
    session.mount("", VettingAdapter(seconds=seconds, most_bytes=most_bytes))  # whatever the scheme
    session.cert = client_certificate
    return session


def is_public(address: IPAddress) -> bool:
    """Whether an address is one host of the public internet."""
    if isinstance(address, ipaddress.IPv4Address):
        return address.is_global and not any(address in network for network in _DENIED_V4)
    return address in _UNICAST_V6 and not any(address in network for network in _DENIED_V6)


def resolve(host: str, port: int) -> list[str]:
    """The addresses of a host, as the system's resolver tells them; raises socket.gaierror."""
    answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(answer[4][0]) for answer in answers))


def vet(addresses: Sequence[str], scheme: str, *, allows_loopback: bool | None = None) -> None:
    """Refuse the host when one of its addresses is not allowed: ADDRESS_NOT_ALLOWED, SCHEME_NOT_ALLOWED.

    allows_loopback: whether this machine may be dialed, also over http; by default, what OUTBOUND_ALLOWS_LOOPBACK says.
    """
    may_be_own = settings.OUTBOUND_ALLOWS_LOOPBACK if allows_loopback is None else allows_loopback
    parsed = [ipaddress.ip_address(address) for address in addresses]
    own = [may_be_own and address.is_loopback for address in parsed]
    if not parsed or not all(is_own or is_public(address) for is_own, address in zip(own, parsed, strict=True)):
        raise OutboundRefused(ADDRESS_NOT_ALLOWED)
    if scheme != "https" and not all(own):
        raise OutboundRefused(SCHEME_NOT_ALLOWED)


class Deadline:
    """The end of one request: a timer that shuts its socket down, whatever is waited for at that moment.

    It holds a duplicate of the socket, since TLS takes over the original.
    """

    def __init__(self, seconds: float) -> None:
        self.has_passed = False
        self._ends = monotonic() + seconds
        self._sockets: list[socket.socket] = []
        self._lock = threading.Lock()
        self._timer = threading.Timer(seconds, self._pass)
        self._timer.daemon = True
        self._timer.start()

    def remaining(self) -> float:
        """Seconds that are left; raises OutboundRefused when there are none."""
        left = self._ends - monotonic()
        if self.has_passed or left <= 0:
            raise OutboundRefused(TOO_SLOW)
        return left

    def watch(self, dialed: socket.socket) -> None:
        with self._lock:
            self._sockets.append(dialed.dup())

    def _pass(self) -> None:
        with self._lock:
            self.has_passed = True
            for watched in self._sockets:
                with suppress(OSError):
                    watched.shutdown(socket.SHUT_RDWR)

    def end(self) -> None:
        """The request is over: stop the timer and let go of the socket."""
        self._timer.cancel()
        with self._lock:
            while self._sockets:
                self._sockets.pop().close()


_calls = threading.local()  # .deadline: of the request that this thread is sending


def _resolved(host: str, port: int, seconds: float) -> list[str]:
    """The addresses of a host, waited for no longer than this; the resolver itself cannot be interrupted."""
    answers: queue.SimpleQueue[list[str] | Exception] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(resolve(host, port))
        except (OSError, UnicodeError) as error:
            answers.put(error)

    threading.Thread(target=ask, daemon=True, name="outbound-resolve").start()
    try:
        answer = answers.get(timeout=seconds)
    except queue.Empty:
        raise OutboundRefused(TOO_SLOW) from None
    if isinstance(answer, Exception):
        raise answer
    return answer


def dial(
    host: str, port: int, scheme: str, deadline: Deadline, *, allows_loopback: bool | None = None
) -> socket.socket:
    """A socket to one of the host's addresses, after all of them were vetted.

    Raises OutboundRefused, socket.gaierror for a name without an address, and ConnectionError when nobody answers.
    """
    try:
        addresses = _resolved(host, port, deadline.remaining())
    except (OSError, UnicodeError) as error:
        raise socket.gaierror(str(error)) from error
    vet(addresses, scheme, allows_loopback=allows_loopback)
    for address in addresses:
        with suppress(OSError):
            return _connected(address, port, deadline)
    deadline.remaining()
    raise ConnectionError(f"No connection to {host}.")


def _dial(connection: HTTPConnection, scheme: str) -> socket.socket:
    """The socket of a session's connection, with the errors of its library."""
    host, port = connection.host.strip("[]"), connection.port
    assert port is not None
    try:
        return dial(host, port, scheme, _calls.deadline)
    except socket.gaierror as error:
        raise NameResolutionError(host, connection, error) from error
    except ConnectionError as error:
        raise NewConnectionError(connection, str(error)) from error


def _connected(address: str, port: int, deadline: Deadline) -> socket.socket:
    dialed = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
    try:
        dialed.settimeout(min(deadline.remaining(), _DIAL_SECONDS))
        dialed.connect((address, port))
        dialed.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        dialed.settimeout(deadline.remaining())  # for the handshake of TLS
        deadline.watch(dialed)
    except BaseException:
        dialed.close()
        raise
    return dialed


class _Connection(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _dial(self, "http")


class _SecureConnection(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return _dial(self, "https")


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


class _Body:
    """The body of an answer, unpacked and read under both limits."""

    def __init__(self, raw: HTTPResponse, deadline: Deadline, most_bytes: int) -> None:
        self._raw, self._deadline, self._left = raw, deadline, most_bytes
        self._chunks = raw.stream(_CHUNK, decode_content=True)
        self._buffer = b""

    def stream(self, amt: int = _CHUNK, decode_content: bool | None = None) -> Iterator[bytes]:
        """The body in pieces of at most `amt` bytes."""
        while data := self.read(amt):
            yield data

    def read(self, amt: int | None = None, decode_content: bool | None = None) -> bytes:
        """The next `amt` bytes; without a number, all that is left. Less than that only at the end."""
        pieces, size = [self._buffer], len(self._buffer)
        while (amt is None or amt < 0 or size < amt) and (piece := self._next()):
            pieces.append(piece)
            size += len(piece)
        data = b"".join(pieces)
        end = size if amt is None or amt < 0 else amt
        self._buffer = data[end:]
        return data[:end]

    def _next(self) -> bytes:
        try:
            piece = next(self._chunks, b"")
        except Exception:
            self._end()
            if self._deadline.has_passed:
                raise OutboundRefused(TOO_SLOW) from None
            raise
        self._left -= len(piece)
        if self._deadline.has_passed:  # a body without a length looks finished when the socket is shut down
            self._refuse(TOO_SLOW)
        if self._left < 0:
            self._refuse(TOO_BIG)
        if not piece:
            self._deadline.end()
        return piece

    def _refuse(self, code: str) -> NoReturn:
        self._end()
        raise OutboundRefused(code)

    def _end(self) -> None:
        self._deadline.end()
        self._raw.close()

    def close(self) -> None:
        self._end()

    def release_conn(self) -> None:
        self._end()


class VettingAdapter(HTTPAdapter):
    """The transport of a session: dials vetted addresses alone, and keeps to the deadline and the cap."""

    def __init__(self, *, seconds: float, most_bytes: int) -> None:
        self.seconds, self.most_bytes = seconds, most_bytes
        super().__init__(max_retries=0)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **pool_kwargs: Any) -> None:
        self.poolmanager = PoolManager(num_pools=connections, maxsize=maxsize, block=block, **pool_kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: bool | str = True,
        cert: Any = None,
        proxies: Any = None,
    ) -> requests.Response:
        """Send a request. timeout and proxies do not count, nor verify=False; verify may name a file of authorities."""
        _refuse_url(request.url or "")
        request.headers.update({"Accept-Encoding": "gzip, deflate", "Connection": "close"})
        self.poolmanager.clear()  # a kept connection would be watched by no deadline
        deadline = _calls.deadline = Deadline(self.seconds)
        try:
            response = super().send(
                request,
                stream=True,
                timeout=self.seconds + 1,  # the deadline comes first
                verify=verify or True,
                cert=cert,
            )
            return self._limited(response, request, deadline)
        except BaseException as error:
            deadline.end()
            if deadline.has_passed or isinstance(error, requests.Timeout):
                raise OutboundRefused(TOO_SLOW) from None
            if isinstance(error, requests.ConnectionError):
                raise type(error)(_without_address(error, request.url or "")) from None
            raise

    def _limited(
        self, response: requests.Response, request: requests.PreparedRequest, deadline: Deadline
    ) -> requests.Response:
        """The answer with a body that keeps to the limits; refused at once when its headers say enough."""
        code = REDIRECTED if response.is_redirect else ""
        if request.method != "HEAD" and not code and not self._fits(response):
            code = TOO_BIG
        if code:
            response.raw.close()
            raise OutboundRefused(code)
        response.raw = _Body(response.raw, deadline, self.most_bytes)
        return response

    def _fits(self, response: requests.Response) -> bool:
        """Whether the headers tell of a body that may be read: packed once at most, and not too long."""
        length = response.headers.get("Content-Length", "")
        is_long = length.isdigit() and int(length) > self.most_bytes
        return not is_long and response.headers.get("Content-Encoding", "").strip().lower() in _PACKINGS


def _refuse_url(url: str) -> None:
    parts = parse_url(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and settings.OUTBOUND_ALLOWS_LOOPBACK):
        raise OutboundRefused(SCHEME_NOT_ALLOWED)
    if not parts.host or parts.auth is not None:
        raise OutboundRefused(ADDRESS_NOT_ALLOWED)


def _without_address(error: Exception, url: str) -> str:
    """What went wrong, without path and query: they may hold a secret, and errors are logged."""
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    return f"No answer from {parse_url(url).host}: {type(reason or error).__name__}"
