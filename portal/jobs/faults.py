"""Whether an exception is the machine's fault: no room, no server, no memory. Such a job waits and goes on."""

import errno
import sqlite3

import psycopg
from django.db.utils import Error

# 08 connection lost, 53 no room, memory or connections left, 57P server is stopping or starting, 58 input/output error
_POSTGRES_STATES = ("08", "53", "57P", "58")
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


def is_of_the_machine(error: BaseException) -> bool:
    """Whether the same work may succeed as soon as somebody has made room or started a server."""
    if isinstance(error, Error):
        return error.__cause__ is not None and is_of_the_machine(error.__cause__)
    if isinstance(error, psycopg.OperationalError):
        return error.sqlstate is None or error.sqlstate.startswith(_POSTGRES_STATES)
    if isinstance(error, sqlite3.Error):
        return getattr(error, "sqlite_errorcode", 0) & 0xFF in _SQLITE_CODES
    return isinstance(error, OSError) and error.errno in _SYSTEM_CODES
