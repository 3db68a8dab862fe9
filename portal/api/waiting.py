"""Long polls: requests that wait for something to happen. How many may wait is bounded, so that others get through."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, TypeVar

from django.conf import settings
from rest_framework.request import Request

from portal.api.authentication import partner_of

LOOK_SECONDS: Final = 0.5
Answer = TypeVar("Answer")

_lock = threading.Lock()
_waiting: Counter[str] = Counter()  # requests of this process that wait, by partner


def until_there(
    look: Callable[[], Answer], is_enough: Callable[[Answer], bool], *, request: Request, seconds: float
) -> Answer:
    """What `look` finds, looking again until it is enough or the seconds are over; the last that it found.

    Looks once, without waiting, where too many wait already, and where the process has one thread: then nobody else
    would be answered. No transaction is open meanwhile.
    """
    until = time.monotonic() + seconds
    with _place(request, wanted=seconds > 0) as may_wait:
        while True:
            answer = look()
            left = until - time.monotonic()
            if is_enough(answer) or not may_wait or left <= 0:
                return answer
            time.sleep(min(LOOK_SECONDS, left))


@contextmanager
def _place(request: Request, *, wanted: bool) -> Iterator[bool]:
    """A place among those who wait; whether there was one."""
    partner = str(partner_of(request).pk)
    most = settings.LONG_POLLS if wanted and request.META.get("wsgi.multithread") else 0
    with _lock:
        is_mine = _waiting.total() < most and _waiting[partner] < max(most // 2, 1)
        _waiting[partner] += is_mine
    try:
        yield is_mine
    finally:
        with _lock:
            _waiting[partner] -= is_mine
            if not _waiting[partner]:
                del _waiting[partner]
