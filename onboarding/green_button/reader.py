"""Reads a Green Button file: what is in it, or every interval. Memory is constant; intervals wait on disk."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import BinaryIO

from . import build, problems
from .collector import Collector, Resource
from .graph import Graph, Reading
from .limits import DEFAULT_LIMITS, FeedLimits
from .parser import parse
from .problems import FeedRefused, WarningLog
from .records import Feed, IntervalReading, Kind, ReadingSummary, UsagePoint, UsageSummary
from .store import IntervalStore
from .sums import Sum, counted, empty_summary, increments
from .times import integer, moment
from .units import KIND_BY_COMMODITY, KINDS, KNOWN_KINDS


def read_feed(file: BinaryIO, *, limits: FeedLimits = DEFAULT_LIMITS) -> Feed:
    """Everything in a file but its single intervals, which are summed per meter reading.

    file: bytes of a usage feed, a customer feed, one entry, or bare resources; need not be seekable. Sums are exact:
    an interval that is there again with the same value counts once, of several values the last published counts.
    Refuses with FeedRefused what is no Green Button file, and malformed or hostile XML, as a whole.
    """
    with _opened(file, limits) as reading:
        return reading.feed()


def iter_intervals(file: BinaryIO, *, limits: FeedLimits = DEFAULT_LIMITS) -> Iterator[IntervalReading]:
    """Every interval that `read_feed` counts, each meter reading in order of time.

    The whole file is read before the first, since units may come last and a file is refused whole.
    """
    with _opened(file, limits) as reading:
        yield from reading.intervals()


@contextmanager
def _opened(file: BinaryIO, limits: FeedLimits) -> Iterator["_Opened"]:
    log = WarningLog(limits.max_distinct_warnings)
    with IntervalStore(limits) as store:
        collector = Collector(store, log, limits)
        parse(file, collector, limits)
        if not collector.is_green_button and (collector.root != "feed" or collector.entries):
            raise FeedRefused(problems.NOT_GREEN_BUTTON, root=f"<{collector.root}>")
        if not collector.is_green_button:
            log.add(problems.FEED_WITHOUT_ENTRIES)
        yield _Opened(Graph(collector, store, log, limits.max_resources), store, log, limits)


class _Opened:
    """A file that was parsed: its resources, and its intervals in the store."""

    def __init__(self, graph: Graph, store: IntervalStore, log: WarningLog, limits: FeedLimits) -> None:
        self._graph = graph
        self._store = store
        self._log = log
        self._limits = limits

    def feed(self) -> Feed:
        """Sum the intervals, and make records of everything else."""
        graph, log = self._graph, self._log
        by_usage_point = self._summaries_by_usage_point()
        bills = self._bills_by_usage_point()
        usage_points = tuple(
            self._usage_point(resource, by_usage_point.get(resource.number, []), bills.get(resource.number, []))
            for resource in graph.resources("UsagePoint")
        )
        unlinked = by_usage_point.get(None, [])
        for summary in unlinked:
            if summary.count:
                log.add(problems.UNLINKED_READING, summary.usage_point_id or summary.id)
        return Feed(
            usage_points=usage_points,
            customers=tuple(map(build.customer, graph.resources("Customer"))),
            authorizations=tuple(build.authorization(each, log) for each in graph.resources("Authorization")),
            unlinked_readings=tuple(unlinked),
            accounts=tuple(map(build.account, graph.resources("CustomerAccount"))),
            agreements=tuple(build.agreement(each, log) for each in graph.resources("CustomerAgreement")),
            locations=tuple(map(build.location, graph.resources("ServiceLocation"))),
            devices=tuple(map(build.device, graph.resources("EndDevice"))),
            suppliers=tuple(map(build.supplier, graph.resources("ServiceSupplier"))),
            applications=tuple(map(build.application, graph.resources("ApplicationInformation"))),
            batch_uris=tuple(uri for each in graph.resources("BatchList") for uri in build.batch_uris(each)),
            warnings=log.all(),
        )

    def intervals(self) -> Iterator[IntervalReading]:
        """Each counted interval, of each meter reading in turn."""
        ids = {resource.number: resource.links.id for resource in self._graph.resources("UsagePoint")}
        registers = self._registers()
        for number, rows in self._store.readings():
            reading = self._graph.readings[number]
            base = self._base(reading)
            usage_point = ids.get(reading.usage_point or 0, reading.usage_point_id)
            intervals = counted(rows, _length_of(reading), self._log, base.id)
            for interval in increments(intervals) if number in registers else intervals:
                yield IntervalReading(
                    usage_point_id=usage_point,
                    reading_id=base.id,
                    direction=base.direction,
                    start_at=moment(interval.start),
                    duration_seconds=interval.duration,
                    value=reading.meaning.amount(interval),
                    unit=reading.meaning.unit.name,
                    quality=interval.quality or (reading.type.default_quality if reading.type else ""),
                )

    def _registers(self) -> set[int]:
        """The numbers of the meter readings whose values are the register of a meter."""
        return {number for number, total in self._sums() if total.is_cumulative}

    def _sums(self) -> Iterator[tuple[int, Sum]]:
        for number, rows in self._store.readings():
            reading = self._graph.readings[number]
            where = reading.links.self_href or reading.links.id
            total = Sum(reading.meaning, self._limits, self._log, where)
            for interval in counted(rows, _length_of(reading), self._log, where):
                total.add(interval)
            yield number, total

    def _summaries_by_usage_point(self) -> dict[int | None, list[ReadingSummary]]:
        summaries = {number: self._base(reading) for number, reading in self._graph.readings.items()}
        for number, total in self._sums():
            summaries[number] = total.summary(summaries[number])
        by_usage_point: dict[int | None, list[ReadingSummary]] = {}
        for number, summary in summaries.items():
            by_usage_point.setdefault(self._graph.readings[number].usage_point, []).append(summary)
        for group in by_usage_point.values():
            group.sort(key=lambda summary: (summary.direction, summary.id))
        return by_usage_point

    def _base(self, reading: Reading) -> ReadingSummary:
        usage_point = "" if reading.usage_point is not None else reading.usage_point_id
        return empty_summary(reading.type, name=reading.links.id, usage_point=usage_point)

    def _bills_by_usage_point(self) -> dict[int, list[UsageSummary]]:
        bills: dict[int, list[UsageSummary]] = {}
        for resource in self._graph.resources("UsageSummary"):
            number = self._graph.usage_point_of(resource.links, "usage summary")
            if number is None:
                self._log.add(problems.UNLINKED_SUMMARY, resource.links.self_href or resource.links.id)
            else:
                bills.setdefault(number, []).append(build.usage_summary(resource, self._log))
        return bills

    def _usage_point(self, resource: Resource, readings: list[ReadingSummary], bills: list[UsageSummary]) -> UsagePoint:
        fields, links = resource.fields, resource.links
        clock = self._graph.clock_of(resource)
        raw = fields.text("ServiceCategory/kind", "serviceCategory/kind")
        kind = KINDS.get(raw, "other") if raw else self._assumed_kind(resource)
        if raw and raw not in KNOWN_KINDS:
            self._log.add(problems.SERVICE_KIND_UNKNOWN, links.self_href or links.id, raw)
        return UsagePoint(
            id=links.id,
            self_href=links.self_href,
            kind=kind,
            service_kind_raw=raw,
            status=fields.text("status"),
            readings=tuple(readings),
            summaries=tuple(sorted(bills, key=_by_time)),
            title=resource.title,
            tariff=fields.text("ServiceDeliveryPoint/tariffProfile", "tariffProfile"),
            utc_offset_seconds=integer(clock.fields.raw("tzOffset")) if clock else None,
            service_point_id=_service_point_id(resource),
            load_zone=fields.text("aggregateNodeRefs/aggregateNodeRef/ref", "pnodeRefs/pnodeRef/ref"),
            links=links,
        )

    @cached_property
    def _kinds_by_usage_point(self) -> dict[int | None, set[Kind]]:
        kinds: dict[int | None, set[Kind]] = {}
        for reading in self._graph.readings.values():
            commodity = reading.type.commodity if reading.type else ""
            kinds.setdefault(reading.usage_point, set()).add(KIND_BY_COMMODITY.get(commodity, "other"))
        return kinds

    def _assumed_kind(self, resource: Resource) -> Kind:
        """The service that the readings of a usage point without one are of."""
        kinds = self._kinds_by_usage_point.get(resource.number, set())
        kind: Kind = next(iter(kinds)) if len(kinds) == 1 else "other"
        self._log.add(problems.SERVICE_KIND_ASSUMED, resource.links.self_href or resource.links.id, kind)
        return kind


def _length_of(reading: Reading) -> int:
    return reading.type.interval_seconds if reading.type else 0


def _service_point_id(resource: Resource) -> str:
    """The service delivery point's name where it is an identifier: with a digit and without blanks."""
    name = resource.fields.text("ServiceDeliveryPoint/mRID", "ServiceDeliveryPoint/name")
    return name if " " not in name and any(character.isdigit() for character in name) else ""


def _by_time(bill: UsageSummary) -> tuple[float, str]:
    return bill.start_at.timestamp() if bill.start_at else 0.0, bill.id
