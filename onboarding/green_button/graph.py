"""Which block is of which meter reading, which reading of which usage point, and what type each has."""

from collections.abc import Iterable
from dataclasses import dataclass

from . import build, problems
from .collector import Collector, Resource
from .links import Places, key_of, path_to, unique
from .problems import FeedRefused, WarningLog
from .records import Links, ReadingType
from .store import IntervalStore
from .sums import Meaning, meaning_of


@dataclass(slots=True)
class Reading:
    """A meter reading, or intervals that no meter reading of the file has: those have no resource of their own."""

    links: Links
    usage_point: int | None
    type: ReadingType | None
    meaning: Meaning
    usage_point_id: str


class Graph:
    """The resources of a feed, each once, and the meter readings that its blocks were given to."""

    def __init__(self, collector: Collector, store: IntervalStore, log: WarningLog, most: int) -> None:
        self._log = log
        self._most = most
        self._numbers = max((resource.number for resource in collector.resources), default=0)
        self._by_type, replaced = _each_once(collector.resources, log)
        self.ancestors = {child: replaced.get(parent, parent) for child, parent in collector.ancestors.items()}
        self._usage_points = self.places("UsagePoint", "usagepoint")
        self._meter_readings = self.places("MeterReading", "meterreading")
        self._types = {resource.number: build.reading_type(resource, log) for resource in self.resources("ReadingType")}
        self._type_places = self.places("ReadingType", "readingtype")
        self._type_within = {
            self.ancestors[number]: kind for number, kind in self._types.items() if number in self.ancestors
        }
        self._clocks = self.places("LocalTimeParameters", "localtimeparameters")
        self._clock_by_number = {clock.number: clock for clock in self.resources("LocalTimeParameters")}
        self._implicit: dict[str, int] = {}
        self.readings = {
            resource.number: self._reading(resource.links, self.usage_point_of(resource.links, "meter reading"))
            for resource in self.resources("MeterReading")
        }
        for links in store.blocks():
            store.assign(links.number, self._reading_of(links, replaced))
        types = ((number, reading.type) for number, reading in self.readings.items())
        lost = store.place((number, kind.interval_seconds) for number, kind in types if kind and kind.interval_seconds)
        if lost:
            log.add(problems.INTERVAL_WITHOUT_TIME, count=lost)

    def resources(self, name: str) -> list[Resource]:
        """Those of a type, in an order that does not depend on the feed's."""
        return sorted(self._by_type.get(name, ()), key=_place)

    def places(self, name: str, *segments: str) -> Places:
        """The resources of a type, as what others belong to."""
        return Places((resource.links for resource in self.resources(name)), segments, self.ancestors)

    def usage_point_of(self, links: Links, what: str) -> int | None:
        """The number of the usage point that something belongs to; the only one when nothing says otherwise."""
        return self._assumed(self._usage_points, links, what)

    def clock_of(self, usage_point: Resource) -> Resource | None:
        """The time parameters of a usage point."""
        number = self._clocks.parent_of(usage_point.links)
        number = self._clocks.only(usage_point.links) if number is None else number
        return None if number is None else self._clock_by_number[number]

    def _assumed(self, places: Places, links: Links, what: str) -> int | None:
        number = places.parent_of(links)
        if number is None and (number := places.only(links)) is not None:
            self._log.add(problems.LINK_ASSUMED, links.self_href or links.id, what)
        return number

    def _reading_of(self, block: Links, replaced: dict[int, int]) -> int:
        """The number of a block's meter reading; a new one when the file has none for it."""
        if block.parent is not None:
            self.ancestors[block.number] = parent = replaced.get(block.parent, block.parent)
            block = _nested(block, parent)
        number = self._assumed(self._meter_readings, block, "interval block")
        self.ancestors.pop(block.number, None)
        return self._implicit_reading(block) if number is None else number

    def _implicit_reading(self, block: Links) -> int:
        keys = key_of(block.self_href), key_of(block.up_href)
        path = path_to(keys[0], "meterreading") or path_to(keys[1], "meterreading")
        group = path or keys[1] or keys[0].rpartition("/")[0] or f"#{block.parent or ''}"
        if group not in self._implicit:
            if len(self.readings) >= self._most:
                raise FeedRefused(problems.TOO_MANY, limit=self._most, what="meter readings")
            self._numbers += 1
            self._implicit[group] = number = -self._numbers
            links = Links(path.rpartition("/")[2] or group, path, group, (), block.parent, number, block.entry)
            self.readings[number] = self._reading(links, self.usage_point_of(links, "interval block"))
        number = self._implicit[group]
        if self.readings[number].usage_point is None:
            self._log.add(problems.UNLINKED_INTERVALS, group)
        return number

    def _reading(self, links: Links, usage_point: int | None) -> Reading:
        where = links.self_href or links.id
        reading_type = self._type_of(links, where)
        named = path_to(key_of(links.self_href), "usagepoint") or path_to(key_of(links.up_href), "usagepoint")
        meaning = meaning_of(reading_type, self._log, where)
        return Reading(links, usage_point, reading_type, meaning, named.rpartition("/")[2])

    def _type_of(self, links: Links, where: str) -> ReadingType | None:
        if links.number in self._type_within:
            return self._type_within[links.number]
        number = self._type_places.parent_of(links)
        if number is None and (number := self._type_places.only(links)) is not None:
            self._log.add(problems.READING_TYPE_ASSUMED, where)
        return None if number is None else self._types[number]


def _period(resource: Resource) -> str:
    """When a bill begins: some utilities give all bills of a usage point one href."""
    return resource.fields.raw("billingPeriod/start")


def _place(resource: Resource) -> tuple[str, str, int]:
    links = resource.links
    return key_of(links.self_href), links.id, links.position


def _nested(block: Links, parent: int) -> Links:
    return Links(block.id, block.self_href, block.up_href, block.related, parent, block.number, block.entry)


def _each_once(resources: Iterable[Resource], log: WarningLog) -> tuple[dict[str, list[Resource]], dict[int, int]]:
    """The resources by type, of repeated ones the last; and by number, which took the place of which."""
    by_type: dict[str, list[Resource]] = {}
    for resource in resources:
        by_type.setdefault(resource.type, []).append(resource)
    replaced: dict[int, int] = {}
    for name, group in by_type.items():
        kept = unique((resource.links, _period(resource)) for resource in group)
        replaced |= kept
        by_type[name] = [resource for resource in group if kept[resource.number] == resource.number]
        last = {resource.number: resource.fields for resource in by_type[name]}
        if repeated := sum(not resource.fields.is_like(last[kept[resource.number]]) for resource in group):
            log.add(problems.RESOURCE_REPEATED, value=name, count=repeated)
    return by_type, replaced
