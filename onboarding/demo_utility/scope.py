"""The scope string of ESPI: `FB=1_3_4;IntervalDuration=900_3600;HistoryLength=13`, with or without a last semicolon.

Pure. Source: NAESB ESPI REQ.21, and the strings that utilities use.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

MOST_MONTHS: Final = 120  # a larger HistoryLength is in seconds


class ScopeError(ValueError):
    """The text is no scope of ESPI."""


def parsed(text: str) -> Mapping[str, tuple[str, ...]]:
    """Each part's values in order. Raises ScopeError."""
    parts = {}
    for part in text.removesuffix(";").split(";"):
        name, equals, values = part.partition("=")
        if not (name and equals and values):
            raise ScopeError(text)
        parts[name] = tuple(values.split("_"))
    return parts


def is_within(text: str, offered: str) -> bool:
    """Whether a scope asks for function blocks at all, and for no other than those offered."""
    try:
        blocks = parsed(text).get("FB", ())
    except ScopeError:
        return False
    return bool(blocks) and set(blocks) <= set(parsed(offered)["FB"])


def history(text: str) -> timedelta:
    """How far back the data may go: HistoryLength counts months or seconds; without it, 13 months."""
    value = parsed(text).get("HistoryLength", ("13",))[0]
    count = int(value) if value.isdigit() else 13
    return timedelta(days=count * 30.4375) if count <= MOST_MONTHS else timedelta(seconds=count)
