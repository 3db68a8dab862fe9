"""Dates as people write them: ISO, US and other orders, month names, serial numbers of a spreadsheet."""

import math
import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import lru_cache
from typing import Any, Literal

from programs.schema.coerce.plain import EMPTY, Mended, fail, plain_text

_TIME = r"(?:[T ]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?: ?[AaPp]\.?[Mm]\.?)?)?"  # of a date only the day counts
_ISO_DATE = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})" + _TIME)
_ZONED = re.compile(
    r"(.*\d)[T ]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)? ?(?:(Z|z|UTC|GMT)|([+-])(\d{2})(?::?(\d{2}))?)"
)
_BASIC_DATE = re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)")  # 20250930
_OTHER_DATE = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})" + _TIME)
_DAY_MONTH = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[- ]([a-z]{3,9})\.?[- ,]+(\d{4}|\d{2})")
_MONTH_DAY = re.compile(r"([a-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?[ ,]+(\d{4})")
_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
DateOrder = Literal["mdy", "dmy"]  # 03/04/2026 is the 4th of March or the 3rd of April

_YEAR_FROM, _YEAR_TO = 1900, 2100
_EXCEL_EPOCH = date(1899, 12, 30)
_SERIAL_FROM, _SERIAL_TO = 18264, 73051  # 1950-01-01 to 2100-01-01


def day_of(cell: Any) -> Any:
    """A date of a meter: as `date_of` reads it, or a moment in a named zone, whose day depends on where the meter is.

    For such a moment: Mended with the day as written, and the moment for who knows the place. For the number of a day,
    as a spreadsheet keeps it: Mended with that day.
    """
    moment = _ZONED.fullmatch(cell.strip()) if cell.__class__ is str else None
    if moment is None:
        day = date_of(cell)
        return Mended(day, "DATE_FROM_NUMBER", {"day": day}) if _is_serial(cell) else day
    written, hour, minute, second, _, sign, hours, minutes = moment.groups()
    day = date_of(written)
    try:
        clock = time(int(hour), int(minute), int(second or 0))
        offset = timezone(timedelta(hours=int(f"{sign}{hours}"), minutes=int(f"{sign}{minutes or 0}"))) if sign else UTC
        at = datetime.combine(date.fromisoformat(day), clock, offset)
    except ValueError:
        raise fail("NOT_A_DATE") from None
    return Mended(day, "DATE_AT_PLACE", {"moment": at, "day": day})


def date_of(cell: Any) -> Any:
    """ISO, US or other day/month order when only one reading exists, a date cell, or an Excel serial number."""
    if isinstance(cell, datetime):
        cell = cell.date()
    if isinstance(cell, date):
        return _in_calendar(cell)
    if isinstance(cell, bool):
        raise fail("NOT_A_DATE")
    if isinstance(cell, int | float):
        whole = str(int(cell)) if math.isfinite(cell) and cell == int(cell) else ""
        basic = _BASIC_DATE.fullmatch(whole)
        return _iso_day(*(int(part) for part in basic.groups())) if basic else _serial(cell)
    text = plain_text(cell)
    if not text or text.casefold() == "none":
        return EMPTY
    if iso := _ISO_DATE.fullmatch(text) or _BASIC_DATE.fullmatch(text):
        return _iso_day(*(int(part) for part in iso.groups()))
    if other := _OTHER_DATE.fullmatch(text):
        first, second, year = other.groups()
        return _two_readings(int(first), int(second), full_year(year))
    if text.isascii() and text.isdigit() and len(text) == 5:
        return _serial(int(text))
    return _with_month_name(text.casefold())


def order_of(texts: Iterable[str]) -> DateOrder | None:
    """The order of month and day in a column, from its texts that can be read in one way only (5/31/2026 is mdy).

    None when no text decides, and when some decide for one order and some for the other. Month names, ISO dates and
    days that do not exist decide nothing.
    """
    orders = {order for text in texts if (order := _only_order(text)) is not None}
    return orders.pop() if len(orders) == 1 else None


@lru_cache(maxsize=10_000)
def reading_of(text: str) -> DateOrder | Literal["both", ""]:
    """The only order in which a text is a date; "both" when it is two days; "" when it tells nothing."""
    readings = _readings(text)
    if len(set(readings.values())) == 2:
        return "both"
    return _only_order(text) or ""


@lru_cache(maxsize=10_000)
def in_order(text: str, order: str) -> str:
    """A date with two readings as the ISO date that it is in this order; any other text as it is."""
    readings = _readings(text)
    if len(set(readings.values())) != 2 or order not in readings:
        return text
    return readings[order].isoformat()


def _only_order(text: str) -> DateOrder | None:
    readings = _readings(text)
    return "mdy" if list(readings) == ["mdy"] else "dmy" if list(readings) == ["dmy"] else None


def _readings(text: object) -> dict[str, date]:
    """The days that a text like 03/04/2026 can be, by the order of month and day."""
    if not isinstance(text, str):
        return {}
    match = _OTHER_DATE.fullmatch(" ".join(text.split()))
    if match is None:
        return {}
    first, second, year = int(match[1]), int(match[2]), full_year(match[3])
    if not _YEAR_FROM <= year <= _YEAR_TO:
        return {}
    readings = {}
    for order, month, day in (("mdy", first, second), ("dmy", second, first)):
        try:
            readings[order] = date(year, month, day)
        except ValueError:
            continue
    return readings


def _with_month_name(text: str) -> str:
    """15 Apr 2026, 15-April-2026 or April 15, 2026: names leave no doubt."""
    if match := _DAY_MONTH.fullmatch(text):
        day, name, year = match.groups()
    elif match := _MONTH_DAY.fullmatch(text):
        name, day, year = match.groups()
    else:
        raise fail("NOT_A_DATE")
    months = [
        number for number, month in enumerate(_MONTHS, 1) if month.startswith(name) or name == "sept" == month[:4]
    ]
    if len(months) != 1:
        raise fail("NOT_A_DATE")
    return _iso_day(full_year(year), months[0], int(day))


def _is_serial(cell: object) -> bool:
    """Whether a cell that is a date is the number of a day."""
    if isinstance(cell, int | float):
        return not _BASIC_DATE.fullmatch(str(int(cell)))
    return isinstance(cell, str) and len(text := cell.strip()) == 5 and text.isascii() and text.isdigit()


def _serial(cell: float) -> str:
    if not math.isfinite(cell) or not _SERIAL_FROM <= cell < _SERIAL_TO:
        raise fail("NOT_A_DATE")
    return (_EXCEL_EPOCH + timedelta(days=int(cell))).isoformat()


def _two_readings(first: int, second: int, year: int) -> str:
    """month/day/year or day/month/year: whichever exists; both only when they are the same day."""
    if first > 12 and second <= 12:
        return _iso_day(year, second, first)
    if second > 12 or first == second:
        return _iso_day(year, first, second)
    if first < 1 or second < 1:
        raise fail("DATE_DOES_NOT_EXIST")
    raise fail("DATE_AMBIGUOUS", first=_iso_day(year, first, second), second=_iso_day(year, second, first))


def full_year(text: str) -> int:
    """A year of four digits, or of two as spreadsheets read them: 69 to 99 are of the last century (POSIX)."""
    year = int(text)
    return year if len(text) == 4 else year + (1900 if year >= 69 else 2000)


def _iso_day(year: int, month: int, day: int) -> str:
    try:
        parsed = date(year, month, day)
    except ValueError:
        raise fail("DATE_DOES_NOT_EXIST") from None
    return _in_calendar(parsed)


def _in_calendar(day: date) -> str:
    if not _YEAR_FROM <= day.year <= _YEAR_TO:
        raise fail("DATE_OUT_OF_YEARS", first=_YEAR_FROM, last=_YEAR_TO)
    return day.isoformat()
