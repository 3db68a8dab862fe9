"""The ground floor's figures: jobs, workers, periodic work, webhooks, the event log, the database and the disk."""

import shutil
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import connection
from prometheus_client.metrics_core import Metric

from portal import clock
from portal.events.chain import open_findings
from portal.jobs.periodic import overdue_tasks
from portal.jobs.queries import counts_by_kind, waiting_since, waiting_since_by_partner, worker_seen_at
from portal.operations.exposition import gauge, gauges, metrics_reader
from portal.webhooks.models import DeliveryState, WebhookDelivery
from portal.webhooks.queries import endpoint_counts

_PARTNERS: Final = 50  # those that wait longest: a label for each of thousands would fill Prometheus
_CONNECTIONS: Final = """
    SELECT coalesce(state, 'background'), count(*) FROM pg_stat_activity
    WHERE datname = current_database() GROUP BY 1 ORDER BY 1
"""


@metrics_reader
def work() -> Iterator[Metric]:
    """Five queries."""
    counts = [((kind, state), count) for kind, state, count in counts_by_kind()]
    yield gauges("portal_jobs", "Jobs by kind and state, without those that are done.", ("kind", "state"), counts)
    yield gauge("portal_job_wait_seconds", "How long the oldest waiting job has waited.", _age(waiting_since()) or 0)
    waits = [((slug,), _age(since) or 0) for slug, since in waiting_since_by_partner(most=_PARTNERS)]
    text = "How long the oldest waiting job of a partner has waited; of the 50 that wait longest."
    yield gauges("portal_partner_job_wait_seconds", text, ("partner",), waits)
    seen = _age(worker_seen_at())
    yield gauge("portal_worker_seen_seconds", "How long ago a worker was last heard of.", seen)
    yield gauge("portal_periodic_overdue", "Pieces of periodic work that are overdue.", len(overdue_tasks()))


@metrics_reader
def webhooks() -> Iterator[Metric]:
    """Two queries."""
    counts = [((state,), count) for state, count in endpoint_counts()]
    yield gauges("portal_webhooks", "Partners' webhooks by state; failing ones are active.", ("state",), counts)
    waiting = WebhookDelivery.objects.filter(state=DeliveryState.WAITING).count()
    yield gauge("portal_webhook_deliveries_waiting", "Events that wait to be delivered.", waiting)


@metrics_reader
def event_log() -> Iterator[Metric]:
    """One query."""
    yield gauge("portal_log_findings", "Open findings about the event log.", open_findings().count())


@metrics_reader
def machine() -> Iterator[Metric]:
    """One query on PostgreSQL, none elsewhere."""
    disk = shutil.disk_usage(settings.DATA_DIR)
    yield gauge("portal_data_free_bytes", "Free bytes on the disk of DATA_DIR.", disk.free)
    yield gauge("portal_data_size_bytes", "Size of the disk of DATA_DIR.", disk.total)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(_CONNECTIONS)
            counts = [((state,), count) for state, count in cursor.fetchall()]
        yield gauges("portal_database_connections", "Connections to the database by state.", ("state",), counts)


def _age(at: datetime | None) -> float | None:
    return max(0.0, (clock.real_now() - at).total_seconds()) if at else None
