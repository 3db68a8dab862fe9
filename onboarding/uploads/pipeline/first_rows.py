"""Which row of a file was the first to hold a name, remembered in little memory however long the file."""

import mmap
from collections.abc import Callable, Collection, Iterable, Mapping

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
    """Row numbers of names (references, serial numbers), asked in the order of the rows, chunk by chunk.

    Which row a name was in is looked up for those that come again (`find`: names to row numbers among the rows that are
    staged).
    """

    def __init__(self, find: Find | None = None) -> None:
        self._find = find or (lambda _: {})
        self._seen = _BloomFilter()
        self._firsts: dict[str, int] = {}

    def know(self, names: Iterable[str]) -> None:
        """Names of rows that are staged already."""
        self._seen.update(names)

    def expect(self, names: Mapping[str, int]) -> None:
        """A chunk with these names comes, each with the first of its rows there; the chunks before are staged."""
        self._firsts = {**names, **self.before(names)}

    def before(self, names: Collection[str]) -> dict[str, int]:
        """The first staged rows of those of a chunk's names that were seen before. From now on all of them were."""
        again = self._seen.among(names)
        self._seen.update(names)
        return self._find(again) if again else {}

    def of(self, name: str, number: int) -> int:
        """The first row with this name: `number` itself, when no row before had it."""
        return self._firsts.get(name, number)


class KnownRows(FirstRows):
    """The same for rows that are checked again: `first` holds the first rows of names among all other rows."""

    def __init__(self, first: Mapping[str, int]) -> None:
        super().__init__()
        self._first = first

    def before(self, names: Collection[str]) -> dict[str, int]:
        return {name: self._first[name] for name in self._first.keys() & names}


def firsts_of(names: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Each name with the first of its rows. names: with their row numbers, in the order of the rows."""
    firsts: dict[str, int] = {}
    for name, number in names:
        firsts.setdefault(name, number)
    return firsts
