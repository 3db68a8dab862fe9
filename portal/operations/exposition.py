"""The text that Prometheus reads: figures that rooms read from the database when asked, and counts of requests.

The figures are the same whichever process is asked. Requests are counted by every web process; the library adds them up
from its files in PROMETHEUS_MULTIPROC_DIR, which settings.py sets.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST

# Their series are as many as routes, methods and statuses that occur; the durations have no method, to be fewer.
REQUESTS: Final = Counter(
    "portal_requests", "Requests by the name of their route, method and status.", ["route", "method", "status"]
)
REQUEST_SECONDS: Final = Histogram(
    "portal_request_seconds",
    "How long requests took, by the name of their route.",
    ["route"],
    buckets=(0.05, 0.1, 0.3, 1, 3, 10, 30),
)

Reader = Callable[[], Iterable[Metric]]
_READERS: list[Reader] = []


def metrics_reader(read: Reader) -> Reader:
    """Register a function that reads figures, in few queries: it is called at each scrape."""
    _READERS.append(read)
    return read


def gauge(name: str, text: str, value: float | None) -> GaugeMetricFamily:
    """One figure; none at all when its value is None."""
    return GaugeMetricFamily(name, text, value=value) if value is not None else GaugeMetricFamily(name, text, labels=())


def gauges(
    name: str, text: str, labels: tuple[str, ...], values: Iterable[tuple[tuple[str, ...], float]]
) -> GaugeMetricFamily:
    """A figure for each combination of labels."""
    family = GaugeMetricFamily(name, text, labels=labels)
    for label_values, value in values:
        family.add_metric(label_values, value)
    return family


class _Readers(Collector):
    def collect(self) -> Iterator[Metric]:
        for read in _READERS:
            yield from read()


def exposition() -> bytes:
    """All figures and counts as Prometheus reads them."""
    figures = CollectorRegistry(auto_describe=False)
    figures.register(_Readers())
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(figures) + generate_latest(REGISTRY)
    counts = CollectorRegistry()
    MultiProcessCollector(counts)
    return generate_latest(figures) + generate_latest(counts)
