"""Reading a Green Button feed: ours beside a peer and beside the floor.

python -m tests.bench.green_button CONTESTANT MEGABYTES (ours, peer, floor). Prints one line of JSON: the seconds, the
peak of memory in MB, how many intervals were read, and their sum in kWh, which is the same for all.

- ours: the whole reader: links, units, gaps, repeats, warnings;
- the peer, greenbutton-objects: an object for each resource;
- the floor: ElementTree walks through the file and adds the values up; nothing else.
"""

import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.etree.ElementTree import iterparse

from onboarding.green_button.reader import read_feed

ESPI = "{http://naesb.org/espi}"
_HEAD = """<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom">
<entry><id>urn:uuid:1</id><link rel="self" href="U/1"/><link rel="related" href="U/1/M"/><content>
<UsagePoint xmlns="http://naesb.org/espi"><ServiceCategory><kind>0</kind></ServiceCategory></UsagePoint></content>
<published>2026-01-01T00:00:00Z</published><updated>2026-01-01T00:00:00Z</updated></entry>
<entry><id>urn:uuid:2</id><link rel="self" href="U/1/M/1"/><link rel="up" href="U/1/M"/>
<link rel="related" href="U/1/M/1/I"/><link rel="related" href="R/1"/><content>
<MeterReading xmlns="http://naesb.org/espi"/></content></entry>
<entry><id>urn:uuid:3</id><link rel="self" href="R/1"/><link rel="up" href="R"/><content>
<ReadingType xmlns="http://naesb.org/espi"><accumulationBehaviour>4</accumulationBehaviour><commodity>1</commodity>
<dataQualifier>12</dataQualifier><flowDirection>1</flowDirection><intervalLength>900</intervalLength><kind>12</kind>
<powerOfTenMultiplier>0</powerOfTenMultiplier><uom>72</uom></ReadingType></content></entry>
"""
_START, _STEP, _DAY = 1_767_225_600, 900, 96


def feed(megabytes: float) -> Iterator[str]:
    """A feed of about this size: 15-minute intervals of one meter, a block for each day."""
    yield _HEAD
    size, day = 0, 0
    while size < megabytes * 1e6:
        block = _block(day)
        size, day = size + len(block), day + 1
        yield block
    yield "</feed>"


def _block(day: int) -> str:
    begin = _START + day * _DAY * _STEP
    readings = "".join(
        f"<IntervalReading><timePeriod><duration>{_STEP}</duration><start>{begin + n * _STEP}</start></timePeriod>"
        f"<value>{(day * 7 + n * 13) % 900}</value></IntervalReading>\n"
        for n in range(_DAY)
    )
    return (
        f'<entry><id>urn:uuid:b{day}</id><link rel="self" href="U/1/M/1/I/{day}"/><link rel="up" href="U/1/M/1/I"/>'
        f'<content><IntervalBlock xmlns="http://naesb.org/espi"><interval><duration>{_DAY * _STEP}</duration>'
        f"<start>{begin}</start></interval>{readings}</IntervalBlock></content></entry>\n"
    )


def ours(path: Path) -> tuple[int, float]:
    with path.open("rb") as file:
        (reading,) = read_feed(file).usage_points[0].readings
    return reading.count, float(reading.total)


def peer(path: Path) -> tuple[int, float]:
    from greenbutton_objects.parse import parse_feed

    (point,) = parse_feed(str(path))
    values = [reading.value for meter in point.meterReadings for reading in meter.intervalReadings]
    return len(values), sum(values) / 1000


def floor(path: Path) -> tuple[int, float]:
    count = total = 0
    for _, element in iterparse(path):
        if element.tag == f"{ESPI}IntervalReading":
            count, total = count + 1, total + int(element.findtext(f"{ESPI}value", "0"))
        elif element.tag.endswith("}entry"):
            element.clear()
    return count, total / 1000


CONTESTANTS: dict[str, Callable[[Path], tuple[int, float]]] = {"ours": ours, "peer": peer, "floor": floor}


def main(contestant: str, megabytes: float) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "feed.xml"
        with path.open("w") as file:
            file.writelines(feed(megabytes))
        began = time.perf_counter()
        count, total = CONTESTANTS[contestant](path)
        seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps({"seconds": round(seconds, 2), "peak_mb": peak, "intervals": count, "kwh": round(total, 3)}))


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
