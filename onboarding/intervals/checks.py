"""What `manage.py doctor` says of interval data."""

from collections.abc import Iterator

from django.conf import settings
from django.core.checks import CheckMessage

from onboarding.intervals.store.models import IntervalWrite
from portal.operations.doctor import operational, problem


@operational(trouble="It cannot be told where interval data are", hint="Run: manage.py migrate", needs_database=True)
def intervals() -> Iterator[CheckMessage]:
    """Intervals that are elsewhere look like intervals that are missing."""
    if not settings.INTERVAL_STORE_URL and IntervalWrite.objects.exists():
        text = "There are interval data in ClickHouse, whose address is not set: pages and the API lack them."
        yield problem("intervals", text, "Set INTERVAL_STORE_URL. To do without: manage.py move_intervals --back")
