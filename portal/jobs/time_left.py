"""How fast a job goes and how long it will take, in words."""

from datetime import datetime
from typing import Final

from portal import clock

_TOO_EARLY: Final = 3.0  # seconds in which nothing can be told


def time_left_text(done: int, total: int, since: datetime | None) -> str:
    """What a page says below a bar: "About 1,200 a second, about 2 minutes left"; "" while it cannot be told.

    since: when the work began, by the machine's clock.
    """
    seconds = (clock.real_now() - since).total_seconds() if since else 0.0
    if seconds < _TOO_EARLY or not 0 < done < total:
        return ""
    rate = done / seconds
    return f"About {_rate(rate)}, {_left((total - done) / rate)} left"


def _rate(rate: float) -> str:
    return f"{rate:,.0f} a second" if rate >= 2 else f"{max(rate * 60, 1):,.0f} a minute"


def _left(seconds: float) -> str:
    if seconds < 60:
        return "less than a minute"
    minutes = round(seconds / 60)
    if minutes < 90:
        return f"about {minutes} minute{'s' * (minutes != 1)}"
    return f"about {round(minutes / 60)} hours"
