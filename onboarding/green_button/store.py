"""The intervals of a feed in a temporary file, so that memory is constant and repeated intervals are told exactly.

SQLite makes the file itself (a database without a name), deletes it when the store is closed, and keeps no more of it
in memory than its cache. A feed of 500 MB needs about 150 MB of disk.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from itertools import groupby
from types import TracebackType
from typing import NamedTuple

from .limits import FeedLimits
from .records import Links

_BATCH = 5_000
_TABLES = """
    CREATE TABLE entry (
        number INTEGER PRIMARY KEY, id TEXT, self TEXT, up TEXT, related TEXT, published REAL
    );
    CREATE TABLE block (number INTEGER PRIMARY KEY, parent INTEGER, entry INTEGER, reading INTEGER);
    CREATE TABLE interval (block INTEGER, start INTEGER, duration INTEGER, value, bin TEXT, quality TEXT);
"""
_BLOCKS = """
    SELECT block.number, id, self, up, related, parent, entry
    FROM block JOIN entry ON entry.number = block.entry WHERE block.number > ? ORDER BY block.number LIMIT ?
"""
_IN_ORDER = """
    SELECT block.reading, start, duration, value, bin, quality
    FROM interval CROSS JOIN block ON block.number = interval.block CROSS JOIN entry ON entry.number = block.entry
    WHERE block.reading IS NOT NULL
    ORDER BY block.reading, start, duration, bin, published, interval.rowid
"""
_SECONDS = "(SELECT seconds FROM block JOIN length USING (reading) WHERE block.number = interval.block)"
_PLACE = f"UPDATE interval SET start = start - (duration + 1) * {_SECONDS}, duration = {_SECONDS} WHERE duration < 0"


class StoredInterval(NamedTuple):
    """start: seconds since 1970. duration: seconds, 0 when the feed has none. value: a number as published.

    An interval without any time has the start of its block, and as duration minus its number in it, until `place`.

    bin: which of several amounts of one time it is (tou, tier, critical peak); quality: codes, separated by blanks.
    """

    start: int
    duration: int
    value: int | str
    bin: str
    quality: str


class IntervalStore:
    """Blocks and their intervals. Used with `with`; the file is gone after it."""

    def __init__(self, limits: FeedLimits) -> None:
        self._database = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "temp_store=FILE"):
            self._database.execute(f"PRAGMA {pragma}")
        self._database.execute(f"PRAGMA cache_size=-{limits.store_cache_kib}")
        self._database.executescript(_TABLES)
        self._database.execute("BEGIN")
        self._waiting: list[tuple[int, int, int, int | str, str, str]] = []

    def __enter__(self) -> "IntervalStore":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._database.close()

    def add(self, block: int, interval: StoredInterval) -> None:
        """Keep an interval of a block, whose links may follow later."""
        self._waiting.append((block, *interval))
        if len(self._waiting) >= _BATCH:
            self._write()

    def add_block(self, block: int, *, parent: int | None, entry: int) -> None:
        """Keep that a block is in an entry, nested in another resource or not."""
        self._database.execute("INSERT INTO block VALUES (?, ?, ?, NULL)", (block, parent, entry))

    def add_entry(self, links: Links) -> None:
        """Keep the links of an entry with blocks. Of two values for one interval the later published is taken."""
        at = links.published_at.timestamp() if links.published_at else 0.0
        row = (links.entry, links.id, links.self_href, links.up_href, "\n".join(links.related), at)
        self._database.execute("INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?)", row)

    def blocks(self) -> Iterator[Links]:
        """The links of every block, in the order of the file."""
        self._write()
        last = -1
        while rows := self._database.execute(_BLOCKS, (last, _BATCH)).fetchall():
            for number, name, self_href, up_href, related, parent, entry in rows:
                hrefs = tuple(related.split("\n")) if related else ()
                yield Links(name, self_href, up_href, hrefs, parent, number, entry)
            last = rows[-1][0]

    def assign(self, block: int, reading: int) -> None:
        """Say to which meter reading a block belongs."""
        self._database.execute("UPDATE block SET reading = ? WHERE number = ?", (reading, block))

    def place(self, seconds_by_reading: Iterable[tuple[int, int]]) -> int:
        """Give those intervals their times that have none: each follows the one before it in its block.

        seconds_by_reading: the interval length of each meter reading, where its type says one. Returns how many
        intervals have no length either; they are left out.
        """
        self._write()
        self._database.execute("CREATE TABLE length (reading INTEGER PRIMARY KEY, seconds INTEGER)")
        self._database.executemany("INSERT INTO length VALUES (?, ?)", seconds_by_reading)
        self._database.execute(_PLACE)
        return self._database.execute("DELETE FROM interval WHERE start IS NULL").rowcount

    def readings(self) -> Iterator[tuple[int, Iterator[StoredInterval]]]:
        """Each meter reading with its intervals in order of time; of equal times the last published comes last."""
        rows = self._database.execute(_IN_ORDER)
        for reading, group in groupby(rows, key=lambda row: row[0]):
            yield reading, (StoredInterval(*row[1:]) for row in group)

    def _write(self) -> None:
        self._database.executemany("INSERT INTO interval VALUES (?, ?, ?, ?, ?, ?)", self._waiting)
        self._waiting.clear()
