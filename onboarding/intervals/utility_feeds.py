"""The intervals of customers' utilities: each feed's, for the usage points that are meters, once and in its order."""

import shutil
from collections.abc import Sequence
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
from portal.events.domain import record
from portal.jobs.domain import Run, enqueue
from portal.problems import Problem, storable
from portal.storage.files import path_of
from portal.web import clock

_CHILD: Final = "onboarding.intervals.reading.feed"
_MEMORY_MB: Final = 1024
_CPU_SECONDS: Final = 900


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
        if not intake.problem and set(meters) - set(intake.usage_points) and path_of(feed.file).exists():
            _take_in_feed(run, authorization, feed, intake, meters)


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
    folder = path_of(f"{feed.file}.intervals")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        told = _read(run, feed, folder)
        if "refused" in told:
            problem = Problem("FEED_UNREADABLE", context={"reason": storable(str(told["refused"]))[:300]})
            with run.chunk():
                _save(intake, problem=problem.as_json())
            return
        groups: dict[str, list[dict[str, Any]]] = {}
        for group in told["groups"]:
            groups.setdefault(group["usage_point"], []).append(group)
        for usage_point in sorted(set(meters) - set(intake.usage_points)):
            series = _prepared(folder, groups.get(usage_point, []))
            with run.chunk():
                _keep(authorization, intake, usage_point, meters[usage_point], series)
        with run.chunk():
            _save(intake, counts={**intake.counts, "left_out": told["left_out"]})
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _read(run: Run, feed: Feed, folder: Path) -> dict[str, Any]:
    order = {
        "path": str(path_of(feed.file)),
        "folder": str(folder),
        "memory_mb": _MEMORY_MB,
        "cpu_seconds": _CPU_SECONDS,
    }
    try:
        return ask_child(_CHILD, order, alive=run.beat, seconds=2 * _CPU_SECONDS)
    except ChildDied:
        return {"refused": "reading it took more memory or time than a feed may."}


def _prepared(folder: Path, groups: Sequence[dict[str, Any]]) -> list[tuple[int, Any]]:
    """The length and the rows of each group, for which the store is made ready."""
    series = []
    for group in groups:
        rows = np.fromfile(folder / group["file"], ROW)
        if len(rows):
            interval_store().prepare(int(rows["start"].min()), int(rows["start"].max()))
            series.append((int(group["minutes"]), rows))
    return series


def _keep(
    authorization: Authorization, intake: FeedIntake, usage_point: str, meter: Meter, series: Sequence[tuple[int, Any]]
) -> None:
    """Store all of one usage point, in the caller's transaction."""
    put = Put()
    for minutes, rows in series:
        numbers = series_of([meter.pk], partner=authorization.partner, data_type=DataType.LOAD, minutes=minutes)
        intervals = np.zeros(len(rows), INTERVAL)
        intervals["series"] = numbers[meter.pk]
        for name in ("start", "net", "generated", "consumed", "final"):
            intervals[name] = rows[name]
        put += keep_intervals(intervals, partner=authorization.partner, minutes=minutes, source=intake.source)
    before = {name: intake.counts.get(name, 0) for name in ("new", "changed", "same")}
    counts = {"new": put.new, "changed": put.changed, "same": put.same}
    _save(
        intake,
        usage_points=[*intake.usage_points, usage_point],
        counts={**intake.counts, **{name: before[name] + count for name, count in counts.items()}},
    )
    if put.new or put.changed:
        record(
            "intervals.utility_data",
            subject=meter,
            partner=authorization.partner,
            by=Actor.system(f"Data of {authorization.utility.name}"),
            data=counts,
        )


def _save(intake: FeedIntake, **values: Any) -> None:
    for name, value in values.items():
        setattr(intake, name, value)
    intake.read_at = clock.now()
    intake.save(update_fields=[*values, "read_at"])
