"""The one counter behind every limit: atomic between threads, processes and machines, on both databases."""

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import connection
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import salted_hmac

from portal import clock
from portal.security.models import LimitCount

# The row lock of the statement puts all who count in a line, so each of them gets a number of its own.
_COUNT = """
    INSERT INTO {table} AS counted (digest, count, ends_at) VALUES (%s, 1, %s)
    ON CONFLICT (digest) DO UPDATE SET
        count = CASE WHEN counted.ends_at <= %s THEN 1 ELSE counted.count + 1 END,
        ends_at = CASE WHEN counted.ends_at <= %s THEN excluded.ends_at ELSE counted.ends_at END
    RETURNING count, ends_at
"""


@dataclass(frozen=True, slots=True)
class LimitState:
    """A limit right after an event was counted: the how many-th it was in the window, of at most how many."""

    count: int
    most: int
    per: timedelta
    ends_at: datetime

    @property
    def is_within(self) -> bool:
        return self.count <= self.most

    @property
    def remaining(self) -> int:
        return max(self.most - self.count, 0)

    @property
    def seconds_left(self) -> int:
        """Until the window ends and the count begins anew, rounded up: at least 1."""
        return max(math.ceil((self.ends_at - clock.real_now()).total_seconds()), 1)


def within_limit(name: str, key: str, *, most: int, per: timedelta) -> bool:
    """Count one event and say whether it is within the limit, as `count_event` does."""
    return count_event(name, key, most=most, per=per).is_within


def count_event(name: str, key: str, *, most: int, per: timedelta) -> LimitState:
    """Count one event; the first `most` in each window of `per` are within the limit. One statement.

    name: the limit's own, for example "connect.journey"; key: whom it counts, for example an address.
    The window is fixed. It begins with the first event after the one before has ended, so that two windows next to each
    other can admit up to twice `most` within `per`. Refused events count too, and do not prolong the window.
    Call it outside a transaction: a rollback would take the count back, and others would wait for the commit.
    """
    now = clock.real_now()
    adapted = connection.ops.adapt_datetimefield_value
    statement = _COUNT.format(table=connection.ops.quote_name(LimitCount._meta.db_table))
    with connection.cursor() as cursor:
        cursor.execute(statement, [_digest(name, key), adapted(now + per), adapted(now), adapted(now)])
        [(count, ends_at)] = cursor.fetchall()
    return LimitState(count, most, per, _as_time(ends_at))


def take_back(name: str, key: str) -> None:
    """Count one event less: what was counted turned out not to matter. Nothing happens once its window is over."""
    digest = _digest(name, key)
    LimitCount.objects.filter(digest=digest, count__gt=0, ends_at__gt=clock.real_now()).update(count=F("count") - 1)


def _as_time(value: datetime | str) -> datetime:
    """SQLite has no type for times: what it returns is in UTC and does not say so."""
    time = datetime.fromisoformat(value) if isinstance(value, str) else value
    return time if timezone.is_aware(time) else time.replace(tzinfo=UTC)


def drop_ended() -> int:
    """Drop the counts whose window is over; returns how many. The next event would begin a new one anyway."""
    return LimitCount.objects.filter(ends_at__lte=clock.real_now()).delete()[0]


def _digest(name: str, key: str) -> str:
    return salted_hmac(f"portal.security.limits.{name}", key, algorithm="sha256").hexdigest()
