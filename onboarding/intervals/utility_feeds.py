"""The intervals of customers' utilities: each feed's, for the usage points that are meters, once and in its order."""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from operator import itemgetter
from pathlib import Path
from typing import Any, Final

import numpy as np
from django.dispatch import receiver

from onboarding.connect.children import ChildDied, ask_child
from onboarding.connect.models import Authorization, Feed, ServicePoint
from onboarding.connect.signals import utility_data_received
from onboarding.intervals.keeping import keep_intervals, series_of
from onboarding.intervals.models import DataType, FeedIntake, IntervalSource, SourceKind
from onboarding.intervals.reading.rows import ROW
from onboarding.intervals.store import INTERVAL, Put, interval_store
from onboarding.meters.models import Meter
from portal.events.actors import Actor
from portal.events.domain import record_many
from portal.jobs.domain import Run, enqueue
from portal.problems import Problem, storable
from portal.storage.files import exists, local_copy
from portal.storage.temporary import scratch_folder
from portal.web import clock

_CHILD: Final = "onboarding.intervals.reading.feed"
_MEMORY_MB: Final = 1024
_CPU_SECONDS: Final = 900
_POINTS_AT_ONCE: Final = 25


@receiver(utility_data_received, sender=Authorization)
def take_in_later(sender: type, *, authorization: Authorization, **_: object) -> None:
    """Queue the reading of an authorization's feeds."""
    enqueue("intervals.feeds", subject_id=authorization.pk, partner=authorization.partner)


def take_in(run: Run) -> None:
    """Store what an authorization's usage feeds hold of its meters and is not stored yet, the earliest feed first."""
    authorization = Authorization.objects.select_related("partner", "utility").filter(pk=run.job.subject_id).first()
    if authorization is None:
        return
    meters = _meters_of(authorization)
    for feed in authorization.feeds.filter(kind="usage").order_by("received_at", "pk"):
        intake = _intake_of(feed, authorization)
        if not intake.problem and _is_wanted(intake, meters) and exists(feed.file):
            _take_in_feed(run, authorization, feed, intake, meters)


def _is_wanted(intake: FeedIntake, meters: Collection[str]) -> bool:
    """Whether a feed was not read yet, or has intervals of a usage point that became a meter since."""
    return intake.read_at is None or bool(set(intake.in_feed) & set(meters) - set(intake.usage_points))


def _meters_of(authorization: Authorization) -> dict[str, Meter]:
    """The meter of each usage point that has one. What the utility sent is the partner's own."""
    points = ServicePoint.objects.filter(authorization=authorization, meter__partner=authorization.partner_id)
    return {point.usage_point: point.meter for point in points.select_related("meter") if point.meter}


def _intake_of(feed: Feed, authorization: Authorization) -> FeedIntake:
    intake = FeedIntake.objects.filter(feed=feed).select_related("source").first()
    if intake is None:
        source = IntervalSource.objects.create(
            partner=authorization.partner, kind=SourceKind.UTILITY, authorization=authorization
        )
        intake = FeedIntake.objects.create(feed=feed, source=source)
    return intake


def _take_in_feed(
    run: Run, authorization: Authorization, feed: Feed, intake: FeedIntake, meters: dict[str, Meter]
) -> None:
    with scratch_folder() as folder:
        told = _read(run, feed, folder)
        if "refused" in told:
            problem = Problem("FEED_UNREADABLE", context={"reason": storable(str(told["refused"]))[:300]})
            with run.chunk():
                _save(intake, problem=problem.as_json(), read_at=clock.now())
            return
        in_feed = {group["usage_point"] for group in told["groups"]}
        points = sorted(in_feed & set(meters) - set(intake.usage_points))
        for begin in range(0, len(points), _POINTS_AT_ONCE):
            some = points[begin : begin + _POINTS_AT_ONCE]
            groups = [group for group in told["groups"] if group["usage_point"] in some]
            read = _prepared(folder, groups)
            with run.chunk():
                _keep(authorization, intake, {point: meters[point] for point in some}, read)
        with run.chunk():
            left_out = {**intake.counts, "left_out": told["left_out"]}
            _save(intake, in_feed=sorted(in_feed), counts=left_out, read_at=clock.now())


def _read(run: Run, feed: Feed, folder: Path) -> dict[str, Any]:
    try:
        with local_copy(feed.file, alive=run.beat) as path:
            order = {"path": str(path), "folder": str(folder), "memory_mb": _MEMORY_MB, "cpu_seconds": _CPU_SECONDS}
            return ask_child(_CHILD, order, alive=run.beat, seconds=2 * _CPU_SECONDS)
    except ChildDied:
        return {"refused": "reading it took too much memory or time."}


def _prepared(folder: Path, groups: Sequence[dict[str, Any]]) -> list[tuple[int, str, Any]]:
    """The length, the usage point and the rows of each group, for which the store is made ready."""
    read = []
    for group in groups:
        rows = np.fromfile(folder / group["file"], ROW)
        if len(rows):
            interval_store().prepare(int(rows["start"].min()), int(rows["start"].max()))
            read.append((int(group["minutes"]), str(group["usage_point"]), rows))
    return read


def _keep(
    authorization: Authorization,
    intake: FeedIntake,
    meters: dict[str, Meter],
    read: Sequence[tuple[int, str, Any]],
) -> None:
    """Store all of some usage points, in the caller's transaction."""
    put = Put()
    for minutes in sorted({minutes for minutes, _, _ in read}):
        rows = {meters[point].pk: rows for length, point, rows in read if length == minutes}
        numbers = series_of(list(rows), partner=authorization.partner, data_type=DataType.LOAD, minutes=minutes)
        series = [_intervals(number, rows[meter]) for meter, number in sorted(numbers.items(), key=itemgetter(1))]
        intervals = np.concatenate([np.empty(0, INTERVAL), *series])
        put += keep_intervals(intervals, partner=authorization.partner, minutes=minutes, source=intake.source)
    counts = asdict(put)
    before = {name: intake.counts.get(name, 0) for name in counts}
    _save(
        intake,
        usage_points=[*intake.usage_points, *meters],
        counts={**intake.counts, **{name: before[name] + count for name, count in counts.items()}},
    )
    if put.new or put.changed:
        record_many(
            "meter",
            [("intervals.utility_data", meter.pk, {}) for meter in meters.values()],
            partner=authorization.partner,
            by=Actor.system(f"Data of {authorization.utility.name}"),
        )


def _intervals(number: int, rows: Any) -> Any:
    """Rows of a feed as the store takes them."""
    intervals = np.zeros(len(rows), INTERVAL)
    intervals["series"] = number
    for name in ("start", "net", "generated", "consumed", "final"):
        intervals[name] = rows[name]
    return intervals


def _save(intake: FeedIntake, **values: Any) -> None:
    for name, value in values.items():
        setattr(intake, name, value)
    intake.save(update_fields=[*values])
