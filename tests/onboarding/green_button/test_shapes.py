"""Feeds in the shapes of public collections: what they sum up to is what a few plain lines find in the same file."""

import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final

import pytest

from onboarding.green_button.records import Feed
from tests.onboarding.green_button.feeds import read

ATOM: Final = "http://www.w3.org/2005/Atom"
ESPI: Final = "http://naesb.org/espi"
START: Final = 1_699_999_200  # an hour
Build = Callable[[], bytes]


def _entry(name: str, content: str, self_href: str, *links: tuple[str, str], prefix: str = "", uuid: str = "") -> str:
    tag = f"{prefix}:{name}" if prefix else name
    space = "" if prefix else f' xmlns="{ESPI}"'
    more = "".join(f'<link rel="{rel}" href="{href}"/>' for rel, href in links)
    named = f"<id>urn:uuid:{uuid}</id>" if uuid else ""
    return (
        f'<entry>{named}<link rel="self" href="{self_href}"/>{more}<title/>'
        f"<content><{tag}{space}>{content}</{tag}></content></entry>"
    )


def _feed(*entries: str, prefix: str = "") -> str:
    space = f' xmlns:{prefix}="{ESPI}"' if prefix else ""
    return f'<?xml version="1.0" encoding="UTF-8"?><feed xmlns="{ATOM}"{space}>{"".join(entries)}</feed>'


def _readings(
    values: list[int], length: int = 900, start: int = START, factor: int = 1, more: str = "", prefix: str = ""
) -> str:
    text = "".join(
        f"<IntervalReading>{more}<timePeriod><duration>{length * factor}</duration>"
        f"<start>{(start + place * length) * factor}</start></timePeriod><value>{value}</value></IntervalReading>"
        for place, value in enumerate(values)
    )
    return _prefixed(text, prefix)


def _prefixed(text: str, prefix: str) -> str:
    return text.replace("</", "\0").replace("<", f"<{prefix}:").replace("\0", f"</{prefix}:") if prefix else text


def _type(prefix: str = "", codes: Mapping[str, int] | None = None, **more: int) -> str:
    usual = {"commodity": 1, "flowDirection": 1, "intervalLength": 900, "powerOfTenMultiplier": 0, "uom": 72}
    known = {**usual, **(codes or {}), **more}
    return _prefixed("".join(f"<{name}>{value}</{name}>" for name, value in known.items()), prefix)


def _kind(number: int = 0, prefix: str = "") -> str:
    return _prefixed(f"<ServiceCategory><kind>{number}</kind></ServiceCategory>", prefix)


def _one(
    values: list[int],
    *,
    kind: int = 0,
    length: int = 900,
    prefix: str = "",
    factor: int = 1,
    more: str = "",
    **codes: int,
) -> str:
    """One usage point in the classic shape of the Alliance's sample data."""
    base = "RetailCustomer/1/UsagePoint/1"
    return _feed(
        _entry("UsagePoint", _kind(kind, prefix), base, ("related", f"{base}/MeterReading"), prefix=prefix),
        _entry(
            "MeterReading",
            "",
            f"{base}/MeterReading/1",
            ("up", f"{base}/MeterReading"),
            ("related", f"{base}/MeterReading/1/IntervalBlock"),
            ("related", "ReadingType/1"),
            prefix=prefix,
        ),
        _entry("ReadingType", _type(prefix, intervalLength=length, **codes), "ReadingType/1", prefix=prefix),
        _entry(
            "IntervalBlock",
            _readings(values, length, factor=factor, more=more, prefix=prefix),
            f"{base}/MeterReading/1/IntervalBlock/1",
            ("up", f"{base}/MeterReading/1/IntervalBlock"),
            prefix=prefix,
        ),
        prefix=prefix,
    )


def _meter_reading(href: str, number: int) -> str:
    links = (("related", f"{href}/IntervalBlock"), ("related", f"ReadingType/{number}"))
    return _entry("MeterReading", "", href, *links)


def _net_metering() -> str:
    """Both directions of one usage point, each with a type of its own."""
    base = "Subscription/9/UsagePoint/ab=="
    readings = []
    for number, flow, values in ((1, 1, [100, 200]), (2, 19, [40, 50, 60])):
        href = f"{base}/MeterReading/{number}"
        readings += [
            _entry(
                "MeterReading", "", href, ("related", f"{href}/IntervalBlock"), ("related", f"ReadingType/{number}")
            ),
            _entry("ReadingType", _type(flowDirection=flow), f"ReadingType/{number}"),
            _entry("IntervalBlock", _readings(values), f"{href}/IntervalBlock/1", ("up", f"{href}/IntervalBlock")),
        ]
    return _feed(_entry("UsagePoint", _kind(), base, ("related", f"{base}/MeterReading")), *readings)


def _energy_and_demand() -> str:
    """Energy and highest demand side by side, of which only the energy is kWh."""
    base = "Subscription/9/UsagePoint/1"
    types = (_type(), _type(uom=38, dataQualifier=8, kind=8))
    readings = []
    for number, (kind, values) in enumerate(zip(types, ([500, 700], [4000, 5000]), strict=True), 1):
        href = f"{base}/MeterReading/{number}"
        readings += [
            _entry(
                "MeterReading", "", href, ("related", f"{href}/IntervalBlock"), ("related", f"ReadingType/{number}")
            ),
            _entry("ReadingType", kind, f"ReadingType/{number}"),
            _entry("IntervalBlock", _readings(values), f"{href}/IntervalBlock/1", ("up", f"{href}/IntervalBlock")),
        ]
    return _feed(_entry("UsagePoint", _kind(), base), *readings)


def _daily_blocks() -> str:
    """A block for each day, each an entry of its own (Pepco, ConEd), with hrefs that the usage point lists."""
    base = "User/1/UsagePoint/1"
    href = f"{base}/MeterReading/1"
    blocks = [
        _entry(
            "IntervalBlock",
            f"<interval><duration>86400</duration><start>{START + day * 86_400}</start></interval>"
            + _readings([10 + day] * 24, 3600, START + day * 86_400),
            f"{href}/IntervalBlock/{day}",
            ("up", f"{href}/IntervalBlock"),
        )
        for day in range(5)
    ]
    return _feed(
        _entry("UsagePoint", _kind(), base, ("related", f"{base}/MeterReading")),
        _entry("MeterReading", "", href, ("related", f"{href}/IntervalBlock"), ("related", "ReadingType/07")),
        *blocks,
        _entry("ReadingType", _type(intervalLength=3600), "ReadingType/07"),
    )


def _blocks_of_one_entry() -> str:
    """All blocks in the content of one entry (NSTAR, Toronto Hydro)."""
    base = "Subscription/1/UsagePoint/1"
    href = f"{base}/MeterReading/1"
    blocks = "".join(
        f'<IntervalBlock xmlns="{ESPI}">{_readings([day + 1] * 3, 3600, START + day * 86_400)}</IntervalBlock>'
        for day in range(4)
    )
    own = f'<entry><link rel="self" href="{href}/IntervalBlock"/><content>{blocks}</content></entry>'
    return _feed(
        _entry("UsagePoint", _kind(), base),
        _entry("MeterReading", "", href, ("related", f"{href}/IntervalBlock"), ("related", "ReadingType/1")),
        _entry("ReadingType", _type(intervalLength=3600, powerOfTenMultiplier=3), "ReadingType/1"),
        own,
    )


def _time_of_use() -> str:
    """Three bins of the same hours (tou), which add up."""
    bins = "".join(
        f"<IntervalReading><timePeriod><duration>3600</duration><start>{START}</start></timePeriod>"
        f"<value>{value}</value><tou>{number}</tou></IntervalReading>"
        for number, value in ((1, 11), (2, 22), (3, 33))
    )
    return _one([]).replace(f'<IntervalBlock xmlns="{ESPI}">', f'<IntervalBlock xmlns="{ESPI}">{bins}')


def _gas_and_electricity() -> str:
    points = []
    for number, kind, codes, values in (
        (1, 0, {"uom": 72}, [1000, 2000]),
        (2, 1, {"uom": 169, "powerOfTenMultiplier": -3, "commodity": 7}, [1500, 2500]),
        (3, 2, {"uom": 128, "commodity": 9}, [7, 8]),
    ):
        base = f"Subscription/4/UsagePoint/{number}"
        href = f"{base}/MeterReading/1"
        points += [
            _entry("UsagePoint", _kind(kind), base),
            _entry(
                "MeterReading", "", href, ("related", f"{href}/IntervalBlock"), ("related", f"ReadingType/{number}")
            ),
            _entry("ReadingType", _type(codes=codes), f"ReadingType/{number}"),
            _entry("IntervalBlock", _readings(values), f"{href}/IntervalBlock/1", ("up", f"{href}/IntervalBlock")),
        ]
    return _feed(*points)


def _winter_and_summer() -> str:
    """Hours around the end of daylight saving time: epochs go on, whatever local clocks do."""
    return _one([100] * 50, length=3600, more="<cost>12</cost>").replace(
        "<feed ", '<feed xmlns:x="http://www.w3.org/2001/XMLSchema-instance" '
    )


SHAPES: Final[dict[str, Build]] = {
    "alliance": lambda: _one([1, 2, 3, 4]).encode(),
    "five minutes": lambda: _one(list(range(288)), length=300).encode(),
    "half hours": lambda: _one(list(range(48)), length=1800).encode(),
    "hours with cost": lambda: _winter_and_summer().encode(),
    "days": lambda: _one([20_000, 30_000], length=86_400).encode(),
    "months": lambda: _one([600_000], length=2_678_400).encode(),
    "kWh by power of ten": lambda: _one([5, 6], powerOfTenMultiplier=3).encode(),
    "milli-watt-hours": lambda: _one([5_000_000, 6_000_001], powerOfTenMultiplier=-3).encode(),
    "micro-watt-hours": lambda: _one([5_000_000_000], powerOfTenMultiplier=-6).encode(),
    "watts": lambda: _one([4000, 2000], uom=38).encode(),
    "negative values": lambda: _one([100, -30, -80], flowDirection=4).encode(),
    "net metering": lambda: _net_metering().encode(),
    "energy and demand": lambda: _energy_and_demand().encode(),
    "a block for each day": lambda: _daily_blocks().encode(),
    "all blocks in one entry": lambda: _blocks_of_one_entry().encode(),
    "time of use": lambda: _time_of_use().encode(),
    "gas, water and electricity": lambda: _gas_and_electricity().encode(),
    "prefix espi": lambda: _one([9, 8, 7], prefix="espi").encode(),
    "prefix ns0": lambda: _one([9, 8, 7], prefix="ns0").encode(),
    "milliseconds": lambda: _one([9, 8, 7], factor=1000).encode(),
    "a quality for each reading": lambda: _one(
        [9, 8, 7], more="<ReadingQuality><quality>17</quality></ReadingQuality>"
    ).encode(),
    "byte order mark": lambda: b"\xef\xbb\xbf" + _one([9, 8, 7]).encode(),
    "UTF-16": lambda: _one([9, 8, 7]).replace("UTF-8", "UTF-16").encode("utf-16"),
    "Latin-1": lambda: (
        _one([9, 8, 7]).replace("UTF-8", "ISO-8859-1").replace("<title/>", "<title>é</title>").encode("latin-1")
    ),
    "an instruction and comments": lambda: (
        _one([9, 8, 7])
        .replace(
            "<feed", '<?xml-stylesheet type="text/xsl" href="GreenButtonDataStyleSheet.xslt"?><!-- made --><feed', 1
        )
        .encode()
    ),
    "windows lines": lambda: _one([9, 8, 7]).replace("><", ">\r\n  <").encode(),
    "blanks around numbers": lambda: _one([9, 8, 7]).replace("<value>", "<value>\n ").encode(),
    "CDATA": lambda: _one([9]).replace("<value>9</value>", "<value><![CDATA[9]]></value>").encode(),
    "no title, no id": lambda: _one([9, 8, 7]).replace("<title/>", "").encode(),
}


def _local(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def _child(element: ET.Element, name: str) -> str:
    return next(((each.text or "").strip() for each in element.iter() if _local(each) == name), "")


def naive(data: bytes) -> dict[str, Decimal]:
    """By reading type, in the order of the file: the sum of values in its unit, found without any of our own code.

    Each shape has one reading type for each meter reading, and the type's number is that of the reading.
    """
    root = ET.fromstring(data)
    types = [each for each in root.iter() if _local(each) == "ReadingType"]
    sums: dict[str, Decimal] = {}
    for entry in (each for each in root.iter() if _local(each) == "entry"):
        blocks = [each for each in entry.iter() if _local(each) == "IntervalBlock"]
        if not blocks:
            continue
        href = next(each.get("href", "") for each in entry if _local(each) == "link" and each.get("rel") == "self")
        place = href.partition("/IntervalBlock")[0]
        chosen = types[list(dict.fromkeys([*sums, place])).index(place)]
        power, uom = int(_child(chosen, "powerOfTenMultiplier") or 0), int(_child(chosen, "uom"))
        is_demand = _child(chosen, "dataQualifier") == "8"
        for reading in (each for block in blocks for each in block.iter() if _local(each) == "IntervalReading"):
            value = Decimal(_child(reading, "value")).scaleb(power)
            if uom == 38 and not is_demand:
                value *= Decimal(_child(reading, "duration")) / 3600
            sums[place] = sums.get(place, Decimal(0)) + (value / 1000 if uom in (72, 38) else value)
    return sums


def sums_of(feed: Feed) -> list[Decimal]:
    return sorted(reading.total for point in feed.usage_points for reading in point.readings)


@pytest.mark.parametrize("shape", SHAPES)
def test_the_sums_of_every_shape_are_those_of_plain_arithmetic(shape: str) -> None:
    data = SHAPES[shape]()

    result = read(data)

    assert sums_of(result) == sorted(naive(data).values())
    assert result.unlinked_readings == ()
    assert (
        len(result.usage_points) == data.decode("utf-16" if shape == "UTF-16" else "latin-1").count("UsagePoint>") // 2
        or 1
    )


def test_a_published_total_is_the_sum_of_its_readings() -> None:
    """As in the bills of utilities: a total in kWh by a power of ten, beside readings in Wh."""
    total = "<overallConsumptionLastPeriod><powerOfTenMultiplier>3</powerOfTenMultiplier><uom>72</uom><value>10</value>"
    for name in ("UsageSummary", "ElectricPowerUsageSummary"):
        bill = _entry(
            name,
            f"<billingPeriod><duration>3600</duration><start>{START}</start></billingPeriod>{total}"
            "</overallConsumptionLastPeriod>",
            f"RetailCustomer/1/UsagePoint/1/{name}/1",
            ("up", f"RetailCustomer/1/UsagePoint/1/{name}"),
        )
        (point,) = read(_one([4000, 6000]).replace("</feed>", f"{bill}</feed>").encode()).usage_points

        assert point.summaries[0].total == point.readings[0].total == Decimal(10)


def test_batches_alone_are_summed() -> None:
    blocks = [
        _entry("IntervalBlock", _readings([5, 6], start=START + number * 1800), f"Batch/Bulk/1/IntervalBlock/{number}")
        for number in range(3)
    ]
    result = read(_feed(*blocks).encode())

    assert sum(reading.raw_total for reading in result.unlinked_readings) == 33
    assert sum(reading.count for reading in result.unlinked_readings) == 6
