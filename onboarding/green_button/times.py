"""Epochs of ESPI: seconds as the standard has it, milliseconds as some utilities do; told by their size."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final

_DAY_MILLISECONDS: Final = 86_400_000
_MILLISECONDS_FROM: Final = 100_000_000_000  # as seconds this would be the year 5138
_LAST_SECOND: Final = 253_402_300_799  # the end of the year 9999
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_INTEGER: Final = re.compile(r"[+-]?[0-9]{1,20}\Z")
_ISO: Final = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[Tt ](\d{2}:\d{2}(?::\d{2})?)(\.\d+)?)?\s*(Z|z|[+-]\d{2}:?\d{2})?\Z")


def integer(text: str) -> int | None:
    """The whole number that a text is; None for anything else."""
    return int(text) if _INTEGER.match(text) else None


def is_milliseconds(epoch: int) -> bool:
    return abs(epoch) >= _MILLISECONDS_FROM


def epoch_seconds(epoch: int) -> int | None:
    """Seconds since 1970 of an epoch in seconds or milliseconds; None when beyond the calendar."""
    seconds = epoch // 1000 if is_milliseconds(epoch) else epoch
    return seconds if 0 <= seconds <= _LAST_SECOND else None


def duration_in_seconds(duration: int, start: int) -> int:
    """Seconds of a duration. Beside a start in milliseconds it is in milliseconds too if it comes to whole minutes."""
    in_milliseconds = is_milliseconds(start) and duration >= 60_000 and duration % 60_000 == 0
    return duration // 1000 if in_milliseconds else duration


def moment(seconds: int) -> datetime:
    """UTC, from seconds since 1970 within the calendar."""
    return _EPOCH + timedelta(seconds=seconds)


def epoch_of(text: str) -> int | None:
    """The epoch that a text is: a whole number, one with zeros behind the point, or a date of ISO 8601."""
    number = integer(text)
    if number is not None or not text:
        return number
    whole, point, rest = text.partition(".")
    if point and not rest.strip("0"):
        return integer(whole)
    at = published(text)
    return None if at is None else int(at.timestamp())


def moment_of(text: str) -> datetime | None:
    """UTC, from an epoch in seconds or milliseconds; None for anything else."""
    epoch = integer(text)
    seconds = None if epoch is None else epoch_seconds(epoch)
    return None if seconds is None else moment(seconds)


def end_of(start: str, duration: str) -> datetime | None:
    """UTC, when a period ends; None when it has no end, or one beyond the calendar.

    The duration is in the unit of the start (PG&E writes both in milliseconds), unless that would be less than a day,
    for which nobody authorizes anything.
    """
    begin, length = integer(start), integer(duration)
    if begin is None or not length:
        return None
    seconds = epoch_seconds(begin)
    if is_milliseconds(begin) and length >= _DAY_MILLISECONDS:
        length //= 1000
    end = None if seconds is None else seconds + length
    return moment(end) if end is not None and 0 <= end <= _LAST_SECOND else None


def published(text: str) -> datetime | None:
    """UTC, of an Atom date; one without a zone is taken as UTC. None when it cannot be read."""
    match = _ISO.match(text.strip())
    if match is None:
        return None
    day, time, fraction, zone = match.groups()
    zone = "+00:00" if zone in {None, "Z", "z"} else zone
    try:
        return datetime.fromisoformat(f"{day}T{time or '00:00'}{(fraction or '')[:7]}{zone}").astimezone(UTC)
    except (ValueError, OverflowError):
        return None
