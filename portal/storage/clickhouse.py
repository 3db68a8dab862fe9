"""ClickHouse over HTTP, which servers old and new speak. Rows go in and come out as they lie in memory (RowBinary)."""

import errno
import os
from dataclasses import dataclass, field
from functools import cache
from typing import Final
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

import urllib3

from portal.storage.interface import StorageAway

_PORTS: Final = {"http": 8123, "https": 8443}
_CONNECT_SECONDS: Final = 3
_READ_SECONDS: Final = 30
_OK: Final = 200


class ClickhouseAway(StorageAway):
    """A server does not answer, or refuses."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where the servers are. servers: scheme, host and port of each."""

    servers: tuple[str, ...]
    database: str
    user: str
    password: str = field(repr=False)


def address_of(url: str) -> Address:
    """Read clickhouse://USER:PASSWORD@HOST[:PORT][,HOST[:PORT]…]/DATABASE?tls=0, percent-encoded where needed.

    Raises ValueError, whose text says what is wrong and does not hold the password.
    """
    parts = urlsplit(url)
    who, _, where = parts.netloc.rpartition("@")
    user, _, password = who.partition(":")
    database = parts.path.strip("/")
    options = {"tls": "0", **dict(parse_qsl(parts.query))}
    if parts.scheme != "clickhouse" or not user or not database or "/" in database:
        raise ValueError("it must be clickhouse://USER:PASSWORD@HOST:PORT/DATABASE")
    if options.keys() != {"tls"} or options["tls"] not in {"0", "1"}:
        raise ValueError("after its question mark it can have tls=0 or tls=1 alone")
    scheme = "https" if options["tls"] == "1" else "http"
    servers = tuple(_server(scheme, host) for host in where.split(","))
    if len(set(servers)) < len(servers):
        raise ValueError("it names a host twice")
    return Address(servers, unquote(database), unquote(user), unquote(password))


def _server(scheme: str, where: str) -> str:
    parts = urlsplit(f"//{where}")
    try:
        port = parts.port or _PORTS[scheme]
    except ValueError:
        raise ValueError("its port must be a number") from None
    if not parts.hostname:
        raise ValueError("it lacks a host")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{scheme}://{host}:{port}"


@cache
def clickhouse_of(url: str) -> "Clickhouse":
    """The servers of an address, with connections that all threads of the process share."""
    return Clickhouse(address_of(url))


os.register_at_fork(after_in_child=clickhouse_of.cache_clear)  # processes never share connections


class Clickhouse:
    """Some servers, by their numbers from 0 on. Every method raises ClickhouseAway."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._pool = urllib3.PoolManager(
            headers={"X-ClickHouse-User": address.user, "X-ClickHouse-Key": address.password},
            timeout=urllib3.Timeout(connect=_CONNECT_SECONDS, read=_READ_SECONDS),
            retries=False,
            maxsize=8,
        )
        self.servers: Final = range(len(address.servers))
        self._ensured: set[str] = set()

    def ensure(self, statement: str) -> None:
        """Have each server run a statement that makes what is not there yet, once in a process."""
        if statement not in self._ensured:
            for server in self.servers:
                self.ask(statement, server=server)
            self._ensured.add(statement)

    def ask(self, query: str, *, server: int) -> bytes:
        """The answer of one server, in the format that the query names."""
        return self._send({}, query.encode(), server)

    def insert(self, table: str, columns: str, rows: bytes, *, server: int) -> None:
        """Add rows, in RowBinary; kept by the server when this returns."""
        self._send({"query": f"INSERT INTO {table} ({columns}) FORMAT RowBinary"}, rows, server)

    def _send(self, query: dict[str, str], body: bytes, server: int) -> bytes:
        # The server keeps the answer until it is whole: one that fails half-way has another status, not a shorter body.
        settings = {"database": self._address.database, "wait_end_of_query": "1", **query}
        address = f"{self._address.servers[server]}/?{urlencode(settings)}"
        try:
            answer = self._pool.request("POST", address, body=body)
        except urllib3.exceptions.HTTPError as error:
            raise ClickhouseAway(errno.EIO, f"ClickHouse does not answer: {type(error).__name__}") from error
        if answer.status != _OK:
            text = answer.data[:500].decode(errors="replace").strip()
            raise ClickhouseAway(errno.EIO, f"ClickHouse refuses ({answer.status}): {text}")
        return bytes(answer.data)
