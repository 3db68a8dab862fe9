"""Takes the elements of a feed as they come: resources with their links and texts, intervals into the store."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from . import problems
from .fields import Fields, number_of
from .limits import FeedLimits
from .links import id_of
from .problems import FeedRefused, WarningLog
from .records import NO_LINKS, Links
from .store import IntervalStore, StoredInterval
from .texts import shown
from .times import duration_in_seconds, epoch_of, epoch_seconds, integer, is_milliseconds, published
from .units import QUALITIES

# Every type of resource that we read, by the names that feeds have for it.
TYPES: Final = {
    "UsagePoint": "UsagePoint",
    "MeterReading": "MeterReading",
    "ReadingType": "ReadingType",
    "IntervalBlock": "IntervalBlock",
    "UsageSummary": "UsageSummary",
    "ElectricPowerUsageSummary": "UsageSummary",
    "LocalTimeParameters": "LocalTimeParameters",
    "TimeConfiguration": "LocalTimeParameters",
    "Customer": "Customer",
    "CustomerAccount": "CustomerAccount",
    "CustomerAgreement": "CustomerAgreement",
    "ServiceLocation": "ServiceLocation",
    "EndDevice": "EndDevice",
    "Meter": "EndDevice",
    "ServiceSupplier": "ServiceSupplier",
    "Authorization": "Authorization",
    "ApplicationInformation": "ApplicationInformation",
    "BatchList": "BatchList",
}
# What else makes a file a Green Button file, though nothing of it is kept.
_OTHER_TYPES: Final = frozenset({"ElectricPowerQualitySummary", "Subscription", "Statement", "ProgramDateIdMappings"})
_NOTABLE: Final = frozenset({*TYPES, *_OTHER_TYPES, "entry", "link", "IntervalReading"})
_BINS: Final = ("tou", "consumptionTier", "cpp")
_OF_INTERVAL: Final = frozenset({"value", "timePeriod/start", "timePeriod/duration", *_BINS})
_INT64 = 2**63
_LONGEST_QUALITY = 40


@dataclass(slots=True)
class Entry:
    """An Atom entry while it is read. Its links may come after its content."""

    number: int
    depth: int
    id: str = ""
    self_href: str = ""
    up_href: str = ""
    title: str = ""
    related: list[str] = field(default_factory=list)
    published_at: datetime | None = None
    resources: list["Resource"] = field(default_factory=list)
    has_blocks: bool = False
    positions: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Resource:
    """One resource as it is in the feed: its type, its texts, and (once its entry has ended) its links."""

    type: str
    number: int
    depth: int
    parent: int | None
    fields: Fields
    links: Links = NO_LINKS
    title: str = ""
    position: int = 0


class Collector:
    """A handler of the parser. After it: `resources`, `ancestors`, and the intervals in the store."""

    def __init__(self, store: IntervalStore, log: WarningLog, limits: FeedLimits) -> None:
        self.resources: list[Resource] = []
        self.ancestors: dict[int, int] = {}
        self.root = ""
        self.is_green_button = False
        self._store = store
        self._log = log
        self._limits = limits
        self._path = ""
        self._paths: list[str] = []
        self._depth = 0
        self._open: list[Resource] = []
        self._entry: Entry | None = None
        self.entries = 0
        self._numbers = 0
        self._links = 0
        self._characters = self._characters_before = self._characters_before_block = 0
        self._reading: dict[str, str] | None = None
        self._reading_depth = 0
        self._qualities: list[str] = []

    # --- events of the parser

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        self._depth += 1
        self._paths.append(self._path)
        if self._reading is None and name in _NOTABLE and self._begins(name, attributes):
            self._path = ""
        else:
            self._path = f"{self._path}/{name}" if self._path else name
        if self._depth == 1:
            self.root = shown(name, 60)

    def end(self, name: str, text: str) -> None:
        """An element ends. text: its own, without blanks around it."""
        depth = self._depth
        if self._reading is not None:
            self._end_in_reading(text)
        elif self._open and depth == self._open[-1].depth:
            self._end_resource(text)
        elif self._entry is not None and depth == self._entry.depth:
            self._end_entry()
        elif text:
            if self._open:
                self._keep_text(self._path, text)
                self._open[-1].fields.add(self._path, text)
            elif self._entry is not None and depth == self._entry.depth + 1:
                self._end_in_entry(name, text)
        self._path = self._paths.pop()
        self._depth -= 1

    # --- what begins

    def _begins(self, name: str, attributes: dict[str, str]) -> bool:
        """Whether the element begins an entry, a resource or an interval of its own."""
        if name == "link":
            self._link(attributes)
            return False
        if name == "entry" and not self._open:
            self._close_entry()
            self._entry = self._new_entry(self._depth)
            return True
        if name == "IntervalReading" and self._open and self._open[-1].type == "IntervalBlock":
            self._reading, self._reading_depth, self._qualities = {}, self._depth, []
            return True
        if name in TYPES and not self._is_reference(name):
            self._begin_resource(name)
            return True
        self.is_green_button |= name in _OTHER_TYPES
        return False

    def _is_reference(self, name: str) -> bool:
        """Whether an element only names a resource: inside of a list (UsagePoints), or the name of a text."""
        last = self._path.rpartition("/")[2]
        return bool(self._open) and (last == f"{name}s" or self._open[-1].type in {"Authorization", "BatchList"})

    def _begin_resource(self, name: str) -> None:
        if self._entry is None:
            self._entry = self._new_entry(self._depth)
        self.is_green_button = True
        self._numbers += 1
        parent = self._open[-1].number if self._open else None
        fields = Fields(self._limits.max_fields, self._limits.max_shown_characters)
        resource = Resource(TYPES[name], self._numbers, self._depth, parent, fields)
        if resource.type == "IntervalBlock":
            self._characters_before_block = self._characters
        else:
            self._keep(resource)
        self._open.append(resource)

    def _keep(self, resource: Resource) -> None:
        assert self._entry is not None
        if len(self.resources) >= self._limits.max_resources:
            raise FeedRefused(problems.TOO_MANY, limit=self._limits.max_resources, what="resources")
        self.resources.append(resource)
        self._entry.resources.append(resource)
        resource.position = self._entry.positions.get(resource.type, 0)
        self._entry.positions[resource.type] = resource.position + 1
        if resource.parent is not None:
            self.ancestors[resource.number] = resource.parent

    def _keep_text(self, *texts: str) -> None:
        """Count what is kept in memory until the file has been read."""
        self._characters += sum(map(len, texts))
        if self._characters > self._limits.max_kept_characters:
            limit = self._limits.max_kept_characters
            raise FeedRefused(problems.TOO_MANY, limit=limit, what="characters outside of intervals")

    def _new_entry(self, depth: int) -> Entry:
        self.entries += 1
        self._characters_before = self._characters
        return Entry(self.entries, depth)

    def _link(self, attributes: dict[str, str]) -> None:
        """Keep a link of the entry; links of the feed itself say nothing of a resource."""
        href, entry = attributes.get("href", "").strip()[: self._limits.max_href_characters], self._entry
        if entry is None or not href:
            return
        self._keep_text(href)
        match attributes.get("rel", "related").strip().lower():
            case "self":
                entry.self_href = entry.self_href or href
            case "up":
                entry.up_href = entry.up_href or href
            case _:
                self._links += 1
                entry.related.append(href)
        if self._links > self._limits.max_links:
            raise FeedRefused(problems.TOO_MANY, limit=self._limits.max_links, what="links")

    # --- what ends

    def _end_in_entry(self, name: str, text: str) -> None:
        entry = self._entry
        assert entry is not None
        if name == "id":
            entry.id = text
        elif name == "title":
            entry.title = shown(text, self._limits.max_shown_characters)
        elif name in {"published", "updated"}:
            at = published(text)
            entry.published_at = max(filter(None, (entry.published_at, at)), default=None)

    def _end_resource(self, text: str) -> None:
        resource = self._open.pop()
        assert self._entry is not None
        if text:
            resource.fields.add("", text)
        if resource.type == "IntervalBlock":
            self._entry.has_blocks = True
            self._characters = self._characters_before_block  # nothing of a block stays in memory
            self._store.add_block(resource.number, parent=resource.parent, entry=self._entry.number)
        if not self._open and self._entry.depth == resource.depth:
            self._end_entry()

    def _end_entry(self) -> None:
        entry, self._entry = self._entry, None
        assert entry is not None
        for resource in entry.resources:
            resource.links = self._links_of(entry, resource.number, resource.parent, resource.position)
            resource.title = entry.title
        if not entry.resources:
            self._links -= len(entry.related)  # they are on disk, or forgotten
            self._characters = self._characters_before
        if entry.has_blocks:
            self._store.add_entry(self._links_of(entry, -1, None, 0))

    def _close_entry(self) -> None:
        if self._entry is not None:
            self._end_entry()

    def _links_of(self, entry: Entry, number: int, parent: int | None, position: int) -> Links:
        return Links(
            id=shown(id_of(entry.id, entry.self_href), self._limits.max_shown_characters),
            self_href=entry.self_href,
            up_href=entry.up_href,
            related=tuple(entry.related),
            parent=parent,
            number=number,
            entry=entry.number,
            position=position,
            published_at=entry.published_at,
        )

    # --- intervals

    def _end_in_reading(self, text: str) -> None:
        reading = self._reading
        assert reading is not None
        if self._depth == self._reading_depth:
            self._reading = None
            self._add_interval(reading)
        elif text:
            if self._path == "ReadingQuality/quality":
                self._add_quality(text)
            elif self._path in _OF_INTERVAL:
                reading.setdefault(self._path, text)

    def _add_quality(self, text: str) -> None:
        if text not in QUALITIES:
            self._log.add(problems.QUALITY_UNKNOWN, self._where(), text)
        if len(self._qualities) < 10:
            self._qualities.append(text if text in QUALITIES else shown(text, _LONGEST_QUALITY))

    def _add_interval(self, reading: dict[str, str]) -> None:
        value = self._value(reading.get("value", ""))
        block = self._open[-1]
        follows = "timePeriod/start" not in reading and "timePeriod/duration" not in reading
        start = epoch_of(block.fields.raw("interval/start") if follows else reading.get("timePeriod/start", ""))
        at = None if start is None else epoch_seconds(start)
        if start is None or at is None:
            self._log.add(problems.INTERVAL_WITHOUT_TIME, self._where())
            return
        if value is None:
            self._log.add(problems.INTERVAL_WITHOUT_VALUE, self._where())
            return
        if is_milliseconds(start):
            self._log.add(problems.MILLISECONDS)
        length = epoch_of(reading.get("timePeriod/duration", "")) or 0
        duration = duration_in_seconds(length, start) if 0 <= length < 2**40 else 0
        if follows:
            self._log.add(problems.INTERVALS_IN_SEQUENCE, self._where())
            block.position += 1
            duration = -block.position
        stored = StoredInterval(at, duration, value, _bin_of(reading), " ".join(self._qualities))
        self._store.add(block.number, stored)

    def _value(self, text: str) -> int | str | None:
        number = integer(text)
        if number is not None and abs(number) < _INT64:
            return number
        return None if number_of(text) is None else text

    def _where(self) -> str:
        return self._entry.self_href or self._entry.id if self._entry else ""


def _bin_of(reading: dict[str, str]) -> str:
    """Which part of its time an amount is of; "" for all of it, as nearly always."""
    parts = [reading.get(name, "") for name in _BINS]
    return shown("/".join(parts), 60) if any(parts) else ""
