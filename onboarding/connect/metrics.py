"""How utilities are doing: open outages, data that is late, data that does not come."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from prometheus_client.metrics_core import Metric

from onboarding.connect.models import Authorization, UtilityOutage
from portal.operations.exposition import gauge, metrics_reader
from portal.web import clock

_LATE: Final = timedelta(minutes=10)
_TRIES: Final = 5


@metrics_reader
def utilities() -> Iterator[Metric]:
    """Three queries."""
    now = clock.now()
    outages = UtilityOutage.objects.filter(ended_at=None).count()
    yield gauge("portal_utility_outages", "Utilities at which most customers cannot sign in.", outages)
    late = Authorization.objects.filter(next_fetch_at__lte=now - _LATE).count()
    yield gauge("portal_utility_fetches_late", "Utility data that should have been fetched ten minutes ago.", late)
    failing = Authorization.objects.filter(next_fetch_at__isnull=False, fetch_attempts__gte=_TRIES).count()
    yield gauge("portal_utility_fetches_failing", "Authorizations whose utility gave no data in 5 tries.", failing)
