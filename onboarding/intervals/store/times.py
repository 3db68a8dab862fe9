"""Minutes and days since 1970-01-01 UTC, as the store counts, and the moments that they are."""

from datetime import UTC, date, datetime, timedelta
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_DAY: Final = _EPOCH.date()


def moment(minutes: int) -> datetime:
    """The moment, in UTC."""
    return _EPOCH + timedelta(minutes=minutes)


def minutes_of(at: datetime) -> int:
    """The minutes of an aware moment, rounded down."""
    return (at - _EPOCH) // timedelta(minutes=1)


def date_of(day: int) -> date:
    """The UTC day."""
    return _FIRST_DAY + timedelta(days=day)


def day_of(on: date) -> int:
    """The number of a UTC day."""
    return (on - _FIRST_DAY).days
