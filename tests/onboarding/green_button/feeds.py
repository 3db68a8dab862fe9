"""Small Green Button feeds in the shapes that utilities publish, for tests to build from parts."""

import io
from collections.abc import Sequence

from onboarding.green_button.limits import DEFAULT_LIMITS, FeedLimits
from onboarding.green_button.reader import read_feed
from onboarding.green_button.records import Feed, ReadingSummary

BASE = "https://utility.example/espi/1_1/resource"
POINT = f"{BASE}/Subscription/5/UsagePoint/1"
READING = f"{POINT}/MeterReading/1"
TYPE = f"{BASE}/ReadingType/1"
START = 1_700_000_100  # a quarter hour

Row = tuple[object, object, object]


def entry(content: str, *, self_href: str = "", up: str = "", related: Sequence[str] = (), **atom: str) -> str:
    """An Atom entry; atom: id, title, published, updated."""
    links = [("self", self_href), ("up", up), *(("related", href) for href in related)]
    texts = "".join(f"<{name}>{text}</{name}>" for name, text in atom.items())
    hrefs = "".join(f'<link rel="{rel}" href="{href}"/>' for rel, href in links if href)
    return f"<entry>{texts}{hrefs}<content>{content}</content></entry>"


def resource(name: str, content: str = "", namespace: str = "http://naesb.org/espi") -> str:
    return f'<{name} xmlns="{namespace}">{content}</{name}>'


def customer_resource(name: str, content: str = "") -> str:
    return resource(name, content, "http://naesb.org/espi/customer")


def feed(*entries: str) -> bytes:
    text = f'<feed xmlns="http://www.w3.org/2005/Atom"><id>urn:uuid:0</id>{"".join(entries)}</feed>'
    return f'<?xml version="1.0" encoding="UTF-8"?>{text}'.encode()


def usage_point(kind: str = "0", href: str = POINT, **atom: str) -> str:
    category = f"<ServiceCategory><kind>{kind}</kind></ServiceCategory>"
    return entry(resource("UsagePoint", category), self_href=href, related=[f"{href}/MeterReading"], **atom)


def meter_reading(href: str = READING, type_href: str = TYPE) -> str:
    up = href.rpartition("/")[0]
    return entry(resource("MeterReading"), self_href=href, up=up, related=[f"{href}/IntervalBlock", type_href])


def reading_type(href: str = TYPE, **codes: object) -> str:
    """A reading type of hourly Wh delivered; codes: its elements, None for one that it does not have."""
    known: dict[str, object] = {"flowDirection": 1, "intervalLength": 900, "powerOfTenMultiplier": 0, "uom": 72}
    texts = "".join(f"<{key}>{value}</{key}>" for key, value in (known | codes).items() if value is not None)
    return entry(resource("ReadingType", texts), self_href=href)


def interval(start: object, duration: object, value: object, extra: str = "") -> str:
    period = f"<timePeriod><duration>{duration}</duration><start>{start}</start></timePeriod>"
    return f"<IntervalReading>{period}<value>{value}</value>{extra}</IntervalReading>"


def block(*intervals: str, href: str = f"{READING}/IntervalBlock/1", **atom: str) -> str:
    return entry(resource("IntervalBlock", "".join(intervals)), self_href=href, up=href.rpartition("/")[0], **atom)


def rows(*rows_: Row, **atom: str) -> str:
    """A block of intervals: start, duration, value."""
    return block(*(interval(*row) for row in rows_), **atom)


def read(data: bytes, limits: FeedLimits = DEFAULT_LIMITS) -> Feed:
    return read_feed(io.BytesIO(data), limits=limits)


def read_one(*entries: str, **type_codes: object) -> tuple[Feed, ReadingSummary]:
    """A feed of one usage point with one meter reading, and the latter."""
    data = feed(usage_point(), meter_reading(), reading_type(**type_codes), *entries)
    result = read(data)
    ((reading,),) = (point.readings for point in result.usage_points)
    return result, reading


def codes(result: Feed) -> list[str]:
    return [warning.code for warning in result.warnings]
