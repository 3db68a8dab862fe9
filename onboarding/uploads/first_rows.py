"""Which row of a file was the first to hold a name, remembered in little memory however long the file."""

from collections.abc import Callable, Collection, Iterable

Find = Callable[[Collection[str]], dict[str, int]]


class FirstRows:
    """Row numbers of names (references, serial numbers), asked in the order of the rows.

    A name is remembered as 8 bytes of hash; which row it was is looked up (`find`: names to row numbers among the rows
    that are staged) for those that come again. The names of the latest chunks, which may not be staged yet, are kept.
    """

    def __init__(self, find: Find | None = None) -> None:
        self._find = find or (lambda _: {})
        self._seen: set[int] = set()
        self._before: dict[str, int] = {}
        self._now: dict[str, int] = {}

    def know(self, names: Iterable[str]) -> None:
        """Names of rows that are staged already."""
        self._seen.update(map(hash, names))

    def expect(self, names: Collection[str]) -> None:
        """A chunk with these names comes: look up where those stand that were seen before."""
        seen, now = self._seen, self._now
        again = [name for name in names if hash(name) in seen and name not in now]
        self._before, self._now = now, {}
        if again:
            self._before |= self._find(again)
        seen.update(map(hash, names))

    def of(self, name: str, number: int) -> int:
        """The first row with this name: `number` itself, when no row before had it."""
        first = self._before.get(name)
        return self._now.setdefault(name, number) if first is None else first


class KnownRows(FirstRows):
    """The same, told beforehand: a name's first row among those that are not looked at again."""

    def __init__(self, first: dict[str, int]) -> None:
        super().__init__()
        self._first = first

    def expect(self, names: Collection[str]) -> None:
        """Nothing to prepare."""

    def of(self, name: str, number: int) -> int:
        return self._first.setdefault(name, number)
