"""The ID of the request that is being answered. Its answer, log lines, events and jobs carry it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_current: ContextVar[str] = ContextVar("request_id", default="")


def request_id() -> str:
    """The ID of the request that this code works for; "" outside requests."""
    return _current.get()


@contextmanager
def working_for(request_id: str) -> Iterator[None]:
    """What runs inside works for the request with this ID."""
    token = _current.set(request_id)
    try:
        yield
    finally:
        _current.reset(token)
