"""The usage feed of a subscription: usage points with their readings, written piece by piece."""

from base64 import b64encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from onboarding.demo_utility.customers import Meter
from onboarding.demo_utility.feeds.dialects import ESPI, Dialect, Tree, closing, entry, opening, xml
from onboarding.demo_utility.feeds.energy import DAY, Day, days

ZONES: Final = {"CAISO": -28800, "NYISO": -18000, "PJM": -18000}  # standard time, in seconds from UTC
DELIVERED, RECEIVED = 1, 19  # flowDirection


@dataclass(frozen=True, slots=True)
class UsageRequest:
    """What is asked for: days between two times, and of their blocks those published between two others."""

    base: str  # the resource address, with its last slash
    subscription: str
    dialect: Dialect
    zone_seconds: int
    meters: tuple[Meter, ...]
    since: datetime
    until: datetime
    published_min: datetime | None = None
    published_max: datetime | None = None

    def wants(self, at: datetime) -> bool:
        after = self.published_min is None or at >= self.published_min
        return after and (self.published_max is None or at <= self.published_max)


def usage_point_id(dialect: Dialect, meter: Meter) -> str:
    """A usage point's id in addresses; the service location has the same."""
    return b64encode(meter.service_point.encode()).decode() if dialect.in_milliseconds else meter.service_point


def usage_feed(asked: UsageRequest) -> Iterator[str]:
    """The feed in pieces of at most a day of one meter."""
    href = f"{asked.base}Batch/Subscription/{asked.subscription}"
    yield opening(asked.dialect, href, "Green Button Usage Feed", asked.until)
    yield _local_time(asked)
    for flow, seconds in dict.fromkeys(kind for meter in asked.meters for kind in _kinds(meter)):
        content = _content(asked, _reading_type(asked, flow, seconds))
        yield entry(asked.dialect, _kind_href(asked, flow, seconds), content, asked.since)
    for meter in asked.meters:
        yield from _usage_point(asked, meter)
    yield closing(asked.dialect)


def _kinds(meter: Meter) -> list[tuple[int, int]]:
    """Flow direction and interval (seconds) of each of a meter's readings; none without a smart meter."""
    flows = [DELIVERED, RECEIVED] if meter.exports else [DELIVERED]
    return [(flow, meter.interval_seconds) for flow in flows] if meter.interval_seconds else []


def _kind_href(asked: UsageRequest, flow: int, seconds: int) -> str:
    return f"{asked.base}ReadingType/{flow}-{seconds}"


def _content(asked: UsageRequest, tree: Tree) -> str:
    return xml(tree, asked.dialect.espi, ESPI)


def _local_time(asked: UsageRequest) -> str:
    rules: list[Tree] = [("dstEndRule", "B40E2000"), ("dstOffset", 3600), ("dstStartRule", "360E2000")]
    tree: Tree = ("LocalTimeParameters", [*rules, ("tzOffset", asked.zone_seconds)])
    title = "DST for North America"
    return entry(asked.dialect, f"{asked.base}LocalTimeParameters/1", _content(asked, tree), asked.since, title=title)


def _usage_point(asked: UsageRequest, meter: Meter) -> Iterator[str]:
    href = f"{asked.base}Subscription/{asked.subscription}/UsagePoint/{usage_point_id(asked.dialect, meter)}"
    summary = f"{href}/{asked.dialect.summary_element}"
    related = [*([f"{href}/MeterReading"] if meter.interval_seconds else []), summary]
    related.append(f"{asked.base}LocalTimeParameters/1")
    tree: Tree = ("UsagePoint", [("ServiceCategory", [("kind", 0)]), ("status", 1)])
    name = f"{asked.base}UsagePoint/{meter.service_point}"  # the same in each subscription
    content = _content(asked, tree)
    yield entry(asked.dialect, href, content, asked.since, related=related, title="Usage point", name=name)
    for flow, _ in _kinds(meter):
        yield from _readings(asked, meter, href, flow)
    yield _summary(asked, meter, summary)


def _readings(asked: UsageRequest, meter: Meter, point: str, flow: int) -> Iterator[str]:
    href = f"{point}/MeterReading/{flow}"
    related = [f"{href}/IntervalBlock", _kind_href(asked, flow, meter.interval_seconds)]
    yield entry(asked.dialect, href, _content(asked, ("MeterReading", "")), asked.since, related=related)
    for day in days(meter, asked.since, asked.until, asked.zone_seconds):
        if asked.wants(day.end):
            block = f"{href}/IntervalBlock/{int(day.start.timestamp())}"
            yield entry(asked.dialect, block, _content(asked, _block(asked, day, flow)), day.end)


def _reading_type(asked: UsageRequest, flow: int, seconds: int) -> Tree:
    values = {
        "accumulationBehaviour": 4,
        "commodity": 1,
        "dataQualifier": 12,
        "flowDirection": flow,
        "intervalLength": seconds,
        "kind": 12,
        "phase": 769,
        "powerOfTenMultiplier": asked.dialect.power_of_ten,
        "timeAttribute": 53 if not asked.dialect.has_urns and not asked.dialect.in_milliseconds else 0,
        "uom": 72,
    }
    return ("ReadingType", list(values.items()))


def _block(asked: UsageRequest, day: Day, flow: int) -> Tree:
    values = day.delivered_wh if flow == DELIVERED else day.received_wh
    readings = (_reading(asked, day, index, value) for index, value in enumerate(values))
    return ("IntervalBlock", [("interval", _period(86400, day.start)), *readings])


def _reading(asked: UsageRequest, day: Day, index: int, value_wh: int) -> Tree:
    start = int(day.start.timestamp()) + index * day.interval_seconds
    quality = asked.dialect.reading_quality
    parts: list[Tree] = [("timePeriod", [("duration", day.interval_seconds), ("start", start)])]
    parts += [("ReadingQuality", [("quality", quality)])] if quality is not None else []
    return ("IntervalReading", [*parts, ("value", _scaled(asked.dialect, value_wh))])


def _summary(asked: UsageRequest, meter: Meter, href: str) -> str:
    """The billing of all these days, also of those that are not asked for."""
    billed = list(days(meter, asked.since, asked.until, asked.zone_seconds))
    total_wh = sum(sum(day.delivered_wh) for day in billed)
    start = billed[0].start if billed else asked.since
    amount = [
        ("powerOfTenMultiplier", asked.dialect.power_of_ten),
        ("uom", 72),
        ("value", _scaled(asked.dialect, total_wh)),
    ]
    parts: Iterable[Tree] = [
        ("billingPeriod", _period(len(billed) * int(DAY.total_seconds()), start)),
        ("billLastPeriod", total_wh * 30),  # in hundred-thousandths of a dollar: 30 cents per kWh
        ("currency", 840),
        ("overallConsumptionLastPeriod", amount),
        ("qualityOfReading", asked.dialect.summary_quality),
        ("statusTimeStamp", int(asked.until.timestamp())),
    ]
    content = _content(asked, (asked.dialect.summary_element, parts))
    return entry(asked.dialect, f"{href}/1", content, asked.until, title="Usage summary")


def _period(seconds: int, start: datetime) -> list[Tree]:
    return [("duration", seconds), ("start", int(start.timestamp()))]


def _scaled(dialect: Dialect, value_wh: int) -> int:
    """A value in the unit of the feed: watt-hours times ten to the power of minus its multiplier."""
    return value_wh * 10 ** (-dialect.power_of_ten)
