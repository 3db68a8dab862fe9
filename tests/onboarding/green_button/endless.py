"""A feed that is made while it is read; run as a program, it tells how much memory reading it took."""

import io
import resource
import sys
from collections.abc import Iterator

from onboarding.green_button.reader import read_feed
from tests.onboarding.green_button.feeds import READING, START, feed, meter_reading, reading_type, rows, usage_point


class Endless(io.RawIOBase):
    """Days of quarter hours, as many as asked; or the same day again and again. Units come last."""

    def __init__(self, days: int, *, repeated: bool = False) -> None:
        self._days = days
        self._repeated = repeated
        self._parts = self._feed()
        self._rest = b""

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        while len(self._rest) < size and (part := next(self._parts, b"")):
            self._rest += part
        data, self._rest = self._rest[:size], self._rest[size:]
        return data

    def _feed(self) -> Iterator[bytes]:
        begin, end = feed("|").split(b"|")
        yield begin + (usage_point() + meter_reading()).encode()
        for number in range(self._days):
            day = START + (0 if self._repeated else number * 86_400)
            lines = [(day + slot * 900, 900, 100) for slot in range(96)]
            yield rows(*lines, href=f"{READING}/IntervalBlock/{number}").encode()
        yield reading_type().encode() + end


if __name__ == "__main__":
    (point,) = read_feed(Endless(int(sys.argv[1]), repeated=sys.argv[2] == "repeated")).usage_points
    print(point.readings[0].count, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
