"""What can be wrong with a feed, as codes with their texts. A refusal ends the reading; a warning does not."""

from typing import Final

from .records import FeedWarning
from .texts import shown


class FeedRefused(Exception):
    """The feed as a whole is refused: `code` is one of REFUSALS, `context` the facts for its text."""

    def __init__(self, code: str, **context: object) -> None:
        super().__init__(code, context)
        self.code = code
        self.context = context

    def __str__(self) -> str:
        return REFUSALS[self.code].format(**self.context)


# --- the file as a whole
EMPTY: Final = "GREEN_BUTTON_EMPTY"
NOT_XML: Final = "GREEN_BUTTON_NOT_XML"  # kind
PACKED: Final = "GREEN_BUTTON_PACKED"  # kind
MALFORMED: Final = "GREEN_BUTTON_MALFORMED"  # line, column (both from 1), detail
DTD: Final = "GREEN_BUTTON_DTD"
ENTITIES: Final = "GREEN_BUTTON_ENTITIES"
EXTERNAL: Final = "GREEN_BUTTON_EXTERNAL"
ENCODING: Final = "GREEN_BUTTON_ENCODING"
TOO_DEEP: Final = "GREEN_BUTTON_TOO_DEEP"  # limit, line
TEXT_TOO_LONG: Final = "GREEN_BUTTON_TEXT_TOO_LONG"  # limit, line
TOO_LARGE: Final = "GREEN_BUTTON_TOO_LARGE"  # limit
TOO_MANY: Final = "GREEN_BUTTON_TOO_MANY"  # limit, what
NOT_GREEN_BUTTON: Final = "GREEN_BUTTON_NOT_GREEN_BUTTON"  # root

REFUSALS: Final = {
    EMPTY: "The file is empty.",
    NOT_XML: "This is {kind}, not a Green Button file. A Green Button file is XML.",
    PACKED: "This is {kind}. Unpack it and read the XML file inside.",
    MALFORMED: "The XML is broken at line {line}, column {column}: {detail}. Nothing was read from the file.",
    DTD: "The XML has a document type (DOCTYPE), which Green Button files never have. The file was not read.",
    ENTITIES: "The XML defines entities, which Green Button files never do. The file was not read.",
    EXTERNAL: "The XML refers to something outside the file, which Green Button files never do. The file was not read.",
    ENCODING: "The XML names an unknown character encoding.",
    TOO_DEEP: "Elements are nested deeper than {limit} levels at line {line}.",
    TEXT_TOO_LONG: "A text or tag near line {line} is longer than {limit} characters.",
    TOO_LARGE: "The file is larger than {limit} bytes.",
    TOO_MANY: "The file has more than {limit} {what}.",
    NOT_GREEN_BUTTON: "This XML is not Green Button: it starts with {root} and contains no Green Button data.",
}

# --- things to mention; the feed is read all the same. Each text may name {value}.
FEED_WITHOUT_ENTRIES: Final = "FEED_WITHOUT_ENTRIES"
UNLINKED_INTERVALS: Final = "UNLINKED_INTERVALS"
UNLINKED_READING: Final = "UNLINKED_READING"
UNLINKED_SUMMARY: Final = "UNLINKED_SUMMARY"
LINK_ASSUMED: Final = "LINK_ASSUMED"
READING_TYPE_MISSING: Final = "READING_TYPE_MISSING"
READING_TYPE_ASSUMED: Final = "READING_TYPE_ASSUMED"
UNIT_UNKNOWN: Final = "UNIT_UNKNOWN"
MULTIPLIER_UNKNOWN: Final = "MULTIPLIER_UNKNOWN"
FLOW_DIRECTION_UNKNOWN: Final = "FLOW_DIRECTION_UNKNOWN"
SERVICE_KIND_UNKNOWN: Final = "SERVICE_KIND_UNKNOWN"
SERVICE_KIND_ASSUMED: Final = "SERVICE_KIND_ASSUMED"
QUALITY_UNKNOWN: Final = "QUALITY_UNKNOWN"
POWER_AS_ENERGY: Final = "POWER_AS_ENERGY"
DEMAND_NOT_ENERGY: Final = "DEMAND_NOT_ENERGY"
CUMULATIVE_READINGS: Final = "CUMULATIVE_READINGS"
MIXED_LENGTHS: Final = "MIXED_LENGTHS"
LENGTH_DIFFERS: Final = "LENGTH_DIFFERS"
INTERVAL_WITHOUT_TIME: Final = "INTERVAL_WITHOUT_TIME"
INTERVALS_IN_SEQUENCE: Final = "INTERVALS_IN_SEQUENCE"
INTERVAL_WITHOUT_VALUE: Final = "INTERVAL_WITHOUT_VALUE"
INTERVAL_WITHOUT_LENGTH: Final = "INTERVAL_WITHOUT_LENGTH"
INTERVAL_REPEATED: Final = "INTERVAL_REPEATED"
INTERVAL_REVISED: Final = "INTERVAL_REVISED"
INTERVALS_OVERLAP: Final = "INTERVALS_OVERLAP"
MILLISECONDS: Final = "MILLISECONDS"
TIME_UNREADABLE: Final = "TIME_UNREADABLE"
RESOURCE_REPEATED: Final = "RESOURCE_REPEATED"
TEXT_SHORTENED: Final = "TEXT_SHORTENED"
NUMBER_UNREADABLE: Final = "NUMBER_UNREADABLE"
WARNINGS_LEFT_OUT: Final = "WARNINGS_LEFT_OUT"
AGREEMENT_NOT_JOINED: Final = "AGREEMENT_NOT_JOINED"
USAGE_POINT_NOT_JOINED: Final = "USAGE_POINT_NOT_JOINED"
JOINED_AS_THE_ONLY: Final = "JOINED_AS_THE_ONLY"
NOT_ELECTRICITY: Final = "NOT_ELECTRICITY"
SEVERAL_AGREEMENTS: Final = "SEVERAL_AGREEMENTS"
SEVERAL_LOCATIONS: Final = "SEVERAL_LOCATIONS"

WARNINGS: Final = {
    FEED_WITHOUT_ENTRIES: "The feed has no entries.",
    UNLINKED_INTERVALS: "No meter reading in the file refers to some intervals. They are kept separate.",
    UNLINKED_READING: "A meter reading doesn’t belong to any usage point in the file. It is kept separate.",
    UNLINKED_SUMMARY: "A usage summary doesn’t belong to any usage point in the file. It was left out.",
    LINK_ASSUMED: "No link says where this {value} belongs. The file has only one place for it, so it was put there.",
    READING_TYPE_MISSING: "No reading type says what unit the values have. They are kept as published.",
    READING_TYPE_ASSUMED: "No link names the reading type. The file has only one, so it was used.",
    UNIT_UNKNOWN: "Unit {value} is unknown. The values are kept as published.",
    MULTIPLIER_UNKNOWN: "Power of ten {value} is unknown. The values are kept without it.",
    FLOW_DIRECTION_UNKNOWN: "Flow direction {value} is unknown.",
    SERVICE_KIND_UNKNOWN: "Service kind {value} is unknown.",
    SERVICE_KIND_ASSUMED: "The usage point doesn’t name a service. Its readings are for {value}.",
    QUALITY_UNKNOWN: "Reading quality {value} is unknown. It is kept as published.",
    POWER_AS_ENERGY: "Values are average power (W). Each was multiplied by the hours of its interval to give kWh.",
    DEMAND_NOT_ENERGY: "Values are highest or lowest power (W), not energy. They were not turned into kWh.",
    CUMULATIVE_READINGS: "Values are cumulative meter readings. The total is the last reading minus the first.",
    MIXED_LENGTHS: "One meter reading mixes interval lengths: {value}.",
    LENGTH_DIFFERS: "Most intervals are not as long as the reading type says ({value} s).",
    INTERVAL_WITHOUT_TIME: "An interval has no readable start. It was left out.",
    INTERVALS_IN_SEQUENCE: "An interval has no time. It was placed after the previous interval in its block.",
    INTERVAL_WITHOUT_VALUE: "An interval has no readable value. It was left out.",
    INTERVAL_WITHOUT_LENGTH: "An interval has no duration. The length from its reading type was used.",
    INTERVAL_REPEATED: "An interval appears more than once with the same value. It was counted once.",
    INTERVAL_REVISED: "An interval appears more than once with different values. The one published last was used.",
    INTERVALS_OVERLAP: "An interval begins before the previous one ends. Both were counted.",
    MILLISECONDS: "Times are in milliseconds. They were read as such.",
    TIME_UNREADABLE: "A time can’t be read: {value}.",
    RESOURCE_REPEATED: "A {value} appears more than once with different content. The one published last was used.",
    TEXT_SHORTENED: "A text was too long to keep. It was shortened.",
    NUMBER_UNREADABLE: "A number can’t be read: {value}.",
    WARNINGS_LEFT_OUT: "There are more kinds of warnings than listed here.",
    AGREEMENT_NOT_JOINED: "An agreement doesn’t match any usage point.",
    USAGE_POINT_NOT_JOINED: "A usage point doesn’t match any agreement.",
    JOINED_AS_THE_ONLY: "No link connects the usage point and the agreement. They are the only ones, so they match.",
    NOT_ELECTRICITY: "A usage point is for {value}, not electricity.",
    SEVERAL_AGREEMENTS: "Several agreements name this usage point. None was used.",
    SEVERAL_LOCATIONS: "Several service locations belong to this usage point. No address was used.",
}


class WarningLog:
    """Each distinct warning once, with how often it came; never more kinds than the limit."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._counts: dict[tuple[str, str], int] = {}
        self._places: dict[tuple[str, str], str] = {}
        self._left_out = 0

    def add(self, code: str, where: str = "", value: str = "", count: int = 1) -> None:
        """Note a warning. where: the id or href of what it is about; the first in order of letters is kept."""
        key = code, shown(value, 80)
        if key not in self._counts and len(self._counts) >= self._limit:
            self._left_out += count
            return
        self._counts[key] = self._counts.get(key, 0) + count
        place = shown(where, 160)
        self._places[key] = min(filter(None, (self._places.get(key), place)), default="")

    def all(self) -> tuple[FeedWarning, ...]:
        """In order of code and value, whatever the order of the feed was."""
        warnings = [
            FeedWarning(code, WARNINGS[code].format(value=value), self._places[code, value], count)
            for (code, value), count in sorted(self._counts.items())
        ]
        if self._left_out:
            warnings.append(FeedWarning(WARNINGS_LEFT_OUT, WARNINGS[WARNINGS_LEFT_OUT], "", self._left_out))
        return tuple(warnings)
