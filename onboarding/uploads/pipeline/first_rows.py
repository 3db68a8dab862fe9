"""Which row of a file was the first to hold a name, remembered in little memory however long the file."""

import mmap
from collections.abc import Callable, Collection, Iterable

Find = Callable[[Collection[str]], dict[str, int]]


class _BloomFilter:
    """Names that were seen, as three bits each of 16 MB that are only taken as they are needed.

    It never forgets a name. Of a million names it takes about one in a hundred thousand for seen that was not.
    """

    _BITS = 27

    def __init__(self) -> None:
        self._bits = mmap.mmap(-1, 2**self._BITS // 8)

    def update(self, names: Iterable[str]) -> None:
        bits, mask = self._bits, 2**self._BITS - 1
        for name in names:
            mixed = hash(name)
            for place in (mixed & mask, mixed >> 18 & mask, mixed >> 37 & mask):
                bits[place >> 3] |= 1 << (place & 7)

    def among(self, names: Iterable[str]) -> list[str]:
        """Those of the names that were seen."""
        bits, mask = self._bits, 2**self._BITS - 1
        seen = []
        for name in names:
            mixed = hash(name)
            place = mixed & mask
            if bits[place >> 3] >> (place & 7) & 1:
                further = (mixed >> 18 & mask, mixed >> 37 & mask)
                if all(bits[place >> 3] >> (place & 7) & 1 for place in further):
                    seen.append(name)
        return seen


class FirstRows:
    """Row numbers of names (references, serial numbers), asked in the order of the rows.

    Which row a name was in is looked up (`find`: names to row numbers among the rows that are staged) for those that
    come again. The names of the latest chunks, which may not be staged yet, are kept.
    """

    def __init__(self, find: Find | None = None) -> None:
        self._find = find or (lambda _: {})
        self._seen = _BloomFilter()
        self._before: dict[str, int] = {}
        self._now: dict[str, int] = {}

    def know(self, names: Iterable[str]) -> None:
        """Names of rows that are staged already."""
        self._seen.update(names)

    def expect(self, names: Collection[str]) -> None:
        """A chunk with these names comes: look up the rows of those that were seen before."""
        now = self._now
        again = [name for name in self._seen.among(names) if name not in now]
        self._before, self._now = now, {}
        if again:
            self._before |= self._find(again)
        self._seen.update(names)

    def of(self, name: str, number: int) -> int:
        """The first row with this name: `number` itself, when no row before had it."""
        first = self._before.get(name)
        return self._now.setdefault(name, number) if first is None else first


class KnownRows(FirstRows):
    """The same for rows that are checked again: `first` holds the first rows of names among all other rows."""

    def __init__(self, first: dict[str, int]) -> None:
        super().__init__()
        self._first = first

    def expect(self, names: Collection[str]) -> None:
        """Nothing to prepare."""

    def of(self, name: str, number: int) -> int:
        return self._first.setdefault(name, number)
