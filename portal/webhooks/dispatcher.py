"""Delivering: the loop of the one job that sends events to all endpoints.

The main thread reads and writes the database; threads only talk to receivers, one thread for each endpoint that has
something due, one request after the other. So an endpoint gets its events in order, and none waits for another's.
When the process is killed, what was on its way is sent again: the job's lease ends, and another worker goes on.
"""

import queue
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from portal import clock
from portal.jobs.domain import Run, YieldToOthers
from portal.security.keyring import SecretUnreadable
from portal.webhooks import sending
from portal.webhooks.fan_out import FanOut
from portal.webhooks.models import (
    FAILURES_TO_HOLD,
    DeliveryState,
    EndpointState,
    WebhookDelivery,
    WebhookEndpoint,
)
from portal.webhooks.recording import GONE, record_attempts
from portal.webhooks.sending import AttemptResult, Parcel, Target, send

QUICK_AT_ONCE = 48  # endpoints that answer quickly, as they mostly do
SLOW_AT_ONCE = 96  # endpoints that fail or take long; each only waits for its receiver
PARCELS_AT_ONCE = 25  # of one endpoint in a row
_SECONDS_IN_A_ROW = 2.0
_SLOW_AFTER_SECONDS = 1.0
_GATHER_SECONDS = 0.04  # results are written together
_WAIT_SECONDS = 0.25
_BEAT_SECONDS = 1.0
_TRIES_OF_A_TYPE = 3  # that failed: then other types go first
_REMEMBERED = timedelta(days=1)
_LONGEST_YIELD_SECONDS = 2.0  # in which quick endpoints go on while the slow ones end


@dataclass(slots=True)
class Batch:
    """What a thread is sending to one endpoint."""

    target: Target
    parcels: Sequence[Parcel]
    failures: int
    is_slow: bool
    began: float = field(default_factory=time.monotonic)
    ends: threading.Event = field(default_factory=threading.Event)

    def sent(self) -> Iterator[AttemptResult]:
        """Send in order, without events whose subject has failed; stop when told, late, or nobody is there."""
        poster, blocked = self.target.poster(), set()
        try:
            for parcel in self.parcels:
                if parcel.subject in blocked:
                    continue
                result = send(self.target, parcel, poster)
                yield result
                self.failures = 0 if result.is_success else self.failures + 1
                if not result.is_success:
                    blocked.add(parcel.subject)
                if self._is_over(result):
                    return
        finally:
            poster.close()

    def _is_over(self, result: AttemptResult) -> bool:
        is_late = time.monotonic() - self.began > _SECONDS_IN_A_ROW
        is_hopeless = result.status in (None, GONE) or self.failures >= FAILURES_TO_HOLD
        return is_late or self.ends.is_set() or (is_hopeless and not result.is_success)


class Dispatcher:
    """One run of the job."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.fan_out = FanOut()
        self.batches: dict[UUID, Batch] = {}
        self.results: queue.SimpleQueue[tuple[UUID, AttemptResult | None]] = queue.SimpleQueue()
        self.pool = ThreadPoolExecutor(QUICK_AT_ONCE + SLOW_AT_ONCE, thread_name_prefix="webhook")
        self.served: dict[UUID, int] = {}
        self._turn = 0
        self._beat_at = time.monotonic()
        self._yields_at: float | None = None

    def deliver(self) -> None:
        """Deliver until nothing is due. Raises YieldToOthers and LeaseLost as handlers of jobs do."""
        try:
            while self._goes_on():
                pass
        finally:
            for batch in self.batches.values():
                batch.ends.set()
            self.pool.shutdown(wait=False, cancel_futures=True)

    def _goes_on(self) -> bool:
        """One round; False when there is nothing left to do."""
        made = self._advance()
        if self._may_begin():
            self._begin()
        is_busy = bool(self.batches)  # also when all of them end in this round: then more may be due
        self._record(self._gathered())
        self._beat()
        if self._yields_at is not None and not self.batches:
            raise YieldToOthers
        return bool(made) or is_busy

    def _advance(self) -> int:
        """Make deliveries of new events; returns how many endpoints were moved on."""
        behind = self.fan_out.behind()
        if behind:
            with self.run.chunk() as chunk:
                chunk.done += self.fan_out.advance(behind)
            self._beat_at = time.monotonic()
        return len(behind)

    def _may_begin(self) -> bool:
        """Whether new batches may begin: when others wait for this worker, for as long as slow endpoints take."""
        if self._yields_at is None:
            try:
                self.run.yield_to_other_partners()
            except YieldToOthers:
                self._yields_at = time.monotonic()
        if self._yields_at is None:
            return True
        is_over = time.monotonic() - self._yields_at > _LONGEST_YIELD_SECONDS
        if is_over or not any(self._is_slow(batch) for batch in self.batches.values()):
            for batch in self.batches.values():
                batch.ends.set()
            return False
        return True

    def _begin(self) -> None:
        """Hand what is due to threads."""
        slow = sum(map(self._is_slow, self.batches.values()))
        room = {True: SLOW_AT_ONCE - slow, False: QUICK_AT_ONCE - (len(self.batches) - slow)}
        if self._yields_at is not None:
            room[True] = 0
        for endpoint in sorted(due_endpoints(clock.now()), key=lambda endpoint: self.served.get(endpoint.pk, 0)):
            if endpoint.pk not in self.batches and room[endpoint.is_slow] > 0 and self._hand_over(endpoint):
                room[endpoint.is_slow] -= 1

    def _hand_over(self, endpoint: WebhookEndpoint) -> bool:
        parcels = due_parcels(endpoint, clock.now())
        if not parcels:
            return False
        self._turn += 1
        self.served[endpoint.pk] = self._turn
        try:
            target = Target.of(endpoint)
        except SecretUnreadable:
            self._record([sending.unreadable(parcels[0].delivery)])
            return False
        batch = Batch(target, parcels, endpoint.failures, endpoint.is_slow)
        self.batches[endpoint.pk] = batch
        self.pool.submit(self._send, endpoint.pk, batch)
        return True

    def _send(self, endpoint: UUID, batch: Batch) -> None:
        """In a thread."""
        try:
            for result in batch.sent():
                self.results.put((endpoint, result))
        finally:
            self.results.put((endpoint, None))

    def _gathered(self) -> list[AttemptResult]:
        """What has come in, after a short wait for more; batches that ended are let go."""
        gathered: list[AttemptResult] = []
        until = time.monotonic() + _WAIT_SECONDS
        while self.batches and (left := until - time.monotonic()) > 0:
            try:
                endpoint, result = self.results.get(timeout=left)
            except queue.Empty:
                break
            if result is None:
                del self.batches[endpoint]
            else:
                gathered.append(result)
            until = min(until, time.monotonic() + _GATHER_SECONDS)
        return gathered

    def _record(self, results: Sequence[AttemptResult]) -> None:
        if not results:
            return
        with self.run.chunk() as chunk:
            ended = record_attempts(results)
            chunk.done += len(results)
        self._beat_at = time.monotonic()
        for key, batch in self.batches.items():
            if key in ended:
                batch.ends.set()

    def _beat(self) -> None:
        """Renew the lease while nothing is written."""
        if time.monotonic() - self._beat_at > _BEAT_SECONDS:
            self.run.beat()
            self._beat_at = time.monotonic()

    def _is_slow(self, batch: Batch) -> bool:
        return batch.is_slow or time.monotonic() - batch.began > _SLOW_AFTER_SECONDS + _SECONDS_IN_A_ROW


def _waiting() -> QuerySet[WebhookDelivery]:
    return WebhookDelivery.objects.filter(state=DeliveryState.WAITING)


def due_endpoints(now: datetime) -> QuerySet[WebhookEndpoint]:
    """The active endpoints with something due, but for those that are left alone because they fail."""
    due = _waiting().filter(endpoint=OuterRef("pk"), next_attempt_at__lte=now)
    may_be_tried = Q(failures__lt=FAILURES_TO_HOLD) | Q(next_probe_at=None) | Q(next_probe_at__lte=now)
    active = WebhookEndpoint.objects.filter(state=EndpointState.ACTIVE, partner__is_active=True).select_related(
        "partner"
    )
    return active.filter(may_be_tried, Exists(due))


def due_parcels(endpoint: WebhookEndpoint, now: datetime) -> list[Parcel]:
    """What is sent to an endpoint next, in order; of one that fails, one only.

    An event waits while an earlier one of its subject waits to be tried again. Types that the receiver does not take
    come after the others, so that they hold up nothing but the subjects of theirs.
    """
    earlier = _waiting().filter(
        endpoint=OuterRef("endpoint"), subject=OuterRef("subject"), event_number__lt=OuterRef("event_number")
    )
    due = _waiting().filter(endpoint=endpoint, next_attempt_at__lte=now)
    due = due.exclude(Exists(earlier.filter(next_attempt_at__gt=now))).order_by("event_number", "pk")
    most = 1 if endpoint.is_failing else PARCELS_AT_ONCE
    if refused := _refused_types(endpoint, now):
        taken = due.exclude(event_type__in=refused).exclude(Exists(earlier.filter(event_type__in=refused)))
        if parcels := _parcels(taken, most):
            return parcels
    return _parcels(due, most)


def _parcels(due: QuerySet[WebhookDelivery], most: int) -> list[Parcel]:
    rows = due.values_list("pk", "webhook_event_id", "subject", "body")[:most]
    return [Parcel(pk, str(event_id), subject, body.encode()) for pk, event_id, subject, body in rows]


def _refused_types(endpoint: WebhookEndpoint, now: datetime) -> list[str]:
    """The event types of which several were tried and wait to be tried again. Nothing is read of a healthy endpoint."""
    if endpoint.last_failure_at is None or endpoint.last_failure_at < now - _REMEMBERED:
        return []
    tried = _waiting().filter(endpoint=endpoint, attempts__gt=0).values("event_type").annotate(count=Count("pk"))
    return list(tried.filter(count__gte=_TRIES_OF_A_TYPE).order_by().values_list("event_type", flat=True))
