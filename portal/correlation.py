"""What code works for: the request that is being answered, the job that is being run.

The ID of the request is in its answer, log lines, events and jobs; the other facts are in log lines.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

_current: ContextVar[str] = ContextVar("request_id", default="")
_facts: ContextVar[Mapping[str, object]] = ContextVar("facts", default={})  # noqa: B039  never changed in place


def request_id() -> str:
    """The ID of the request that this code works for; "" outside requests."""
    return _current.get()


def facts() -> Mapping[str, object]:
    """What else log lines say of it: IDs and names of ours, no personal data."""
    return _facts.get()


@contextmanager
def working_for(request_id: str, **facts: object) -> Iterator[None]:
    """What runs inside works for the request with this ID. facts: what its log lines say beside it."""
    token, facts_token = _current.set(request_id), _facts.set(facts)
    try:
        yield
    finally:
        _current.reset(token)
        _facts.reset(facts_token)
