"""The process that reads a utility's feeds for the portal: it limits itself first, and writes one JSON document.

`python -m onboarding.green_button.child '{"usage": path, "customer": path, "memory_mb": …, "cpu_seconds": …}'`
Prints {"points": [...]}, or {"refused": why, "which": "usage" or "customer"}.
"""

import json
import resource
import sys
from typing import Any

from .problems import FeedRefused
from .reader import read_feed
from .records import Feed
from .service_points import ServicePoint, service_points

_DISK_BYTES = 2 * 1024 * 1024 * 1024  # of the temporary file with the intervals


def limit(*, memory_mb: int, cpu_seconds: int) -> None:
    """Limit this process: memory, processor time, what it may write, no core dump, no new process."""
    bounds = {
        resource.RLIMIT_AS: memory_mb * 1024 * 1024,
        resource.RLIMIT_CPU: cpu_seconds,
        resource.RLIMIT_FSIZE: _DISK_BYTES,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NPROC: 0,
    }
    for what, bound in bounds.items():
        hard = resource.getrlimit(what)[1]
        soft = bound if hard == resource.RLIM_INFINITY else min(bound, hard)
        resource.setrlimit(what, (soft, soft))


def answer(order: dict[str, Any]) -> dict[str, object]:
    """Read both feeds and join them."""
    feeds: dict[str, Feed | None] = {}
    for which in ("usage", "customer"):
        try:
            feeds[which] = _read(order[which])
        except FeedRefused as refusal:
            return {"refused": str(refusal), "which": which}
    usage = feeds["usage"]
    read = {
        point.id: any(reading.count for reading in point.readings) for point in (usage.usage_points if usage else ())
    }
    return {"points": [_point(point, read) for point in service_points(usage, feeds["customer"])]}


def _read(path: str) -> Feed | None:
    if not path:
        return None
    with open(path, "rb") as file:
        return read_feed(file)


def _point(point: ServicePoint, read: dict[str, bool]) -> dict[str, object]:
    address = point.address
    return {
        "usage_point": point.usage_point_id,
        "href": point.usage_point_href,
        "kind": point.kind,
        "account_number": point.account_number,
        "agreement_number": point.agreement_number,
        "service_point_number": point.service_point_id,
        "meter_serials": list(point.meter_serials),
        "customer_name": point.customer_name,
        "street": address.street if address else "",
        "city": address.city if address else "",
        "state": address.state if address else "",
        "postal_code": address.postal_code if address else "",
        "tariff": point.tariff,
        "load_zone": point.load_zone,
        "has_intervals": read.get(point.usage_point_id, False),
    }


if __name__ == "__main__":
    order = json.loads(sys.argv[1])
    limit(memory_mb=order["memory_mb"], cpu_seconds=order["cpu_seconds"])
    try:
        told = answer(order)
    except MemoryError:
        told = {"refused": "it needs more memory than a feed may", "which": "usage"}
    sys.stdout.write(json.dumps(told))
