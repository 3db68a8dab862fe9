"""Whether an exception is the machine's fault: no room, server, memory or writing. Such a job waits and goes on."""

import errno
import sqlite3

import psycopg
from django.db.utils import Error

# 08 connection lost, 53 no room, memory or connections left, 57P server is stopping or starting, 58 input/output error
_POSTGRES_STATES = ("08", "53", "57P", "58")
_POSTGRES_SILENT = "25P03"  # the server ended a transaction in which nothing was said for DATABASE_SILENT_SECONDS
_POSTGRES_READ_ONLY = "25006"
READ_ONLY_SECONDS = 120  # after which a caller may try again; a failover takes about so long
# The first byte of SQLite's result codes.
_SQLITE_CODES = frozenset(
    [
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
    ]
)
_SYSTEM_CODES = frozenset(
    [
        *(errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.ESTALE),
        *(errno.ENOMEM, errno.EAGAIN, errno.EMFILE, errno.ENFILE),
    ]
)


def is_read_only(error: BaseException | None) -> bool:
    """Whether the database refused a write since it takes none for now, for example as a standby."""
    while isinstance(error, Error):
        error = error.__cause__
    if isinstance(error, psycopg.Error):
        return error.sqlstate == _POSTGRES_READ_ONLY
    return isinstance(error, sqlite3.Error) and _first_byte_of(error) == sqlite3.SQLITE_READONLY


def is_of_the_machine(error: BaseException) -> bool:
    """Whether the same work may succeed as soon as somebody has made room or started a server."""
    if is_read_only(error):
        return True
    if isinstance(error, Error):
        return error.__cause__ is not None and is_of_the_machine(error.__cause__)
    if isinstance(error, psycopg.Error) and error.sqlstate == _POSTGRES_SILENT:
        return True
    if isinstance(error, psycopg.OperationalError):
        return error.sqlstate is None or error.sqlstate.startswith(_POSTGRES_STATES)
    if isinstance(error, sqlite3.Error):
        return _first_byte_of(error) in _SQLITE_CODES
    return isinstance(error, OSError) and error.errno in _SYSTEM_CODES


def _first_byte_of(error: sqlite3.Error) -> int:
    """The primary result code; the bytes above it tell more."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF
