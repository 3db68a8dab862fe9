"""Cells as people type them, made into typed values. One function per kind of field, each compiled once.

A coercer takes a cell (str, int, float, bool, date, datetime or a Problem the reader already found) and returns the
JSON value, or raises PydanticCustomError: its type is a code of the problem registry, its context fills the words.
"""

import difflib
import math
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from pydantic_core import PydanticCustomError

from portal.problems import Problem
from programs.models import Field, FieldType

Coercer = Callable[[Any], Any]

EMPTY = object()  # what an empty cell becomes; the schema drops it
GIVEN = "given"  # the error type of a cell that came with its own problem

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
_MARKUP = re.compile(r"<[A-Za-z/!?]")
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200e\u200f\u2060\ufeff"))  # soft hyphen, zero-width space, marks
_REORDERING = re.compile("[\u202a-\u202e\u2066-\u2069]")  # would show a text in another order than it is
_SCIENTIFIC = re.compile(r"[+-]?\d(?:[.,]\d+)?[eE]\+\d{2,}|[+-]?\d[.,]\d+[eE]\d{2,}")
_NUMBER = re.compile(r"[+-]?(?:(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?")
_EMAIL = re.compile(r"[^@\s<>()\[\],;:\\\"]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_ISO_DATE = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ]00:00(?::00)?(?:\.0+)?Z?)?")
_OTHER_DATE = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})")
_DAY_MONTH = re.compile(r"(\d{1,2})[- ]([a-z]{3,9})\.?[- ,]+(\d{4})")
_MONTH_DAY = re.compile(r"([a-z]{3,9})\.? (\d{1,2})[ ,]+(\d{4})")
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
_ONE_OF = re.compile(r"\^(\[(?:[^\]\\]|\\.)*\])\{\d+,\d+\}\$")
_EXCEL_EPOCH = date(1899, 12, 30)
_SERIAL_FROM, _SERIAL_TO = 18264, 73051  # 1950-01-01 to 2100-01-01
_YES = frozenset({"yes", "y", "true", "t", "1", "on"})
_NO = frozenset({"no", "n", "false", "f", "0", "off"})
_MOST_DIGITS = 15  # what a spreadsheet keeps of a number
_CACHED = 10_000
_CACHED_TEXTS = 1000


def fail(code: str, **context: Any) -> PydanticCustomError:
    return PydanticCustomError(code, "{code}", {"code": code, **context})


def coercer_for(field: Field) -> Coercer:
    """The function that makes a cell of this field into its value."""
    makers: dict[str, Callable[[Field], Coercer]] = {
        FieldType.TEXT: _text,
        FieldType.CODE: _code,
        FieldType.IDENTIFIER: _text,
        FieldType.ZIP: lambda _: _cached(_zip),
        FieldType.EMAIL: _email,
        FieldType.NUMBER: _number,
        FieldType.INTEGER: _integer,
        FieldType.DATE: lambda _: _cached(_date),
        FieldType.BOOLEAN: lambda _: _cached(_boolean),
        FieldType.CHOICE: _choice,
        FieldType.CHOICES: _choice,
    }
    return makers[field.type](field)


def fault_of_default(field: Field) -> str:
    """What is wrong with a field's default: that the field itself would not accept it; "" when nothing is."""
    if not field.default:
        return ""
    try:
        coercer_for(field)(field.default)
    except PydanticCustomError:
        return "The field itself would not accept this value."
    return ""


def _cached(make: Coercer, most: int = _CACHED) -> Coercer:
    """Remember results by cell, for fields whose cells repeat. Only text: 1, 1.0 and True are one key to a dict.

    Failures are remembered too (looking for the nearest choice is slow), but as facts: an exception that is raised
    again would drag its earlier tracebacks along.
    """
    known: dict[str, Any] = {}
    failed: dict[str, tuple[str, dict[str, Any]]] = {}

    def coerce(cell: Any) -> Any:
        if cell.__class__ is not str:
            return make(cell)
        value = known.get(cell)
        if value is not None:
            return value
        if cell in failed:
            code, context = failed[cell]
            raise fail(code, **context)
        try:
            value = make(cell)
        except PydanticCustomError as error:
            if len(failed) < most:
                context = dict(error.context or {})
                context.pop("code", None)
                failed[cell] = (error.type, context)
            raise
        if len(known) < most:
            known[cell] = value
        return value

    return coerce


def plain_text(cell: Any) -> str:
    """The cell as one line of text: trimmed, inner white space single. Raises for what must not be in a text."""
    if cell.__class__ is str:
        text = cell.strip() if cell.isprintable() and "  " not in cell else _tidied(cell)
        if text.startswith("="):
            raise fail("LOOKS_LIKE_FORMULA")
        if "<" in text and _MARKUP.search(text):
            raise fail("MARKUP")
        return str(text)
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, int | float):
        if not math.isfinite(cell) or abs(cell) >= 10**_MOST_DIGITS:
            raise fail("DIGITS_LOST")
        return str(int(cell)) if isinstance(cell, int) or cell.is_integer() else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == datetime.min.time() else cell.isoformat(sep=" ")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, Problem):
        raise PydanticCustomError(GIVEN, GIVEN, {"problem": cell})
    raise fail("NOT_A_PLAIN_VALUE")


def _tidied(text: str) -> str:
    """Without line breaks, no-break spaces and marks of no width. Raises for control characters and half characters."""
    tidy = " ".join(text.translate(_INVISIBLE).split())
    if _CONTROL.search(text) or _REORDERING.search(text):
        raise fail("CONTROL_CHARACTER")
    return tidy


def _text(field: Field) -> Coercer:
    shortest, longest = field.min_length or 1, field.max_length or 100_000
    pattern = re.compile(field.pattern) if field.pattern else None
    one_of = _ONE_OF.fullmatch(field.pattern)
    allowed = re.compile(one_of.group(1)) if one_of else None
    matches = pattern.search if pattern else None

    def coerce(cell: Any) -> Any:
        if cell.__class__ is str and cell.isprintable() and cell[:1].isalnum() and "  " not in cell and "<" not in cell:
            text = cell.rstrip()  # what plain_text does, without the call
        else:
            text = plain_text(cell)
        length = len(text)
        if not length:
            return EMPTY
        if length > longest:
            raise fail("TEXT_TOO_LONG", length=length, limit=longest)
        if length < shortest:
            raise fail("TEXT_TOO_SHORT", length=length, limit=shortest)
        if text[-1].isdigit() and _SCIENTIFIC.fullmatch(text):
            raise fail("DIGITS_LOST")
        if matches and not matches(text):
            if allowed:
                strange = sorted({char for char in text if not allowed.fullmatch(char)})
                if strange:
                    raise fail("CHARACTERS_NOT_ALLOWED", characters=" ".join(strange[:10]))
            raise fail("PATTERN_MISMATCH")
        return text

    # What stands in every row differently, and what is personal, is not worth remembering.
    return coerce if field.personal or field.type != FieldType.TEXT else _cached(coerce, _CACHED_TEXTS)


def _code(field: Field) -> Coercer:
    text = _text(field)
    return _cached(lambda cell: text(cell.upper() if isinstance(cell, str) else cell))


def _email(field: Field) -> Coercer:
    text = _text(field)

    def coerce(cell: Any) -> Any:
        value = text(cell)
        if value is not EMPTY and not _EMAIL.fullmatch(value):
            raise fail("NOT_AN_EMAIL")
        return value

    return coerce


def _zip(cell: Any) -> Any:
    """Five digits, or five and four. Fewer digits prove that leading zeros were lost."""
    text = plain_text(cell).replace(" ", "")
    if not text:
        return EMPTY
    if len(text) == 9 and text.isascii() and text.isdigit():
        text = f"{text[:5]}-{text[5:]}"
    main, hyphen, rest = text.partition("-")
    if not (main.isascii() and main.isdigit() and len(main) <= 5) or (
        hyphen and not (rest.isascii() and rest.isdigit() and len(rest) == 4)
    ):
        raise fail("NOT_A_ZIP")
    if len(main) < 5:
        if len(main) < 3:
            raise fail("NOT_A_ZIP")
        raise fail("ZIP_LOST_ZERO", suggestion=f"{main.zfill(5)}{hyphen}{rest}")
    return text


def to_number(cell: Any, units: frozenset[str]) -> int | float | None:
    """The cell as a number; None for an empty one. Text may have thousands separators and the field's own unit."""
    if cell.__class__ is float or cell.__class__ is int:
        if cell.__class__ is float and not math.isfinite(cell):
            raise fail("NOT_A_NUMBER")
        return cell
    if isinstance(cell, bool | date):
        raise fail("NOT_A_NUMBER")
    text = plain_text(cell)
    if not text:
        return None
    bare = text
    for unit in units:
        if bare.casefold().endswith(unit):
            bare = bare[: -len(unit)].rstrip()
            break
    if not _NUMBER.fullmatch(bare) or not any(char.isdigit() for char in bare):
        raise fail("NOT_A_NUMBER")
    bare = bare.replace(",", "")
    value = float(bare)
    if not math.isfinite(value):
        raise fail("NOT_A_NUMBER")
    return int(bare) if bare.lstrip("+-").isdigit() and len(bare) <= _MOST_DIGITS else value


def _units(unit: str) -> frozenset[str]:
    """The spellings of a unit that people write after a number."""
    others = {"%": ("percent", "pct"), "h": ("hours", "hrs", "hour", "hr")}.get(unit, ())
    return frozenset({unit.casefold(), *others} - {""})


def _number(field: Field) -> Coercer:
    units, low, high = _units(field.unit), field.minimum, field.maximum
    unit_note = f" ({field.unit})" if field.unit else ""
    is_percent = field.unit == "%" and low is not None and low > 1

    def coerce(cell: Any) -> Any:
        value = to_number(cell, units)
        if value is None:
            return EMPTY
        if low is not None and value < low:
            if is_percent and 0 < value <= 1:
                raise fail("FRACTION_FOR_PERCENT", suggestion=f"{round(value * 100, 6):g}")
            raise fail("NUMBER_TOO_SMALL", limit=f"{low:g}", unit_note=unit_note)
        if high is not None and value > high:
            raise fail("NUMBER_TOO_LARGE", limit=f"{high:.15g}", unit_note=unit_note)
        return value

    return coerce


def _integer(field: Field) -> Coercer:
    number = _number(field)

    def coerce(cell: Any) -> Any:
        value = number(cell)
        if value.__class__ is float:
            if not value.is_integer():
                raise fail("NOT_A_WHOLE_NUMBER")
            return int(value)
        return value

    return coerce


def _date(cell: Any) -> Any:
    """ISO, US or other day/month order when only one reading exists, a date cell, or an Excel serial number."""
    if isinstance(cell, datetime):
        cell = cell.date()
    if isinstance(cell, date):
        return _in_calendar(cell)
    if isinstance(cell, bool):
        raise fail("NOT_A_DATE")
    if isinstance(cell, int | float):
        return _serial(cell)
    text = plain_text(cell)
    if not text:
        return EMPTY
    if iso := _ISO_DATE.fullmatch(text):
        return _day(*(int(part) for part in iso.groups()))
    if other := _OTHER_DATE.fullmatch(text):
        return _two_readings(*(int(part) for part in other.groups()))
    if text.isascii() and text.isdigit() and len(text) == 5:
        return _serial(int(text))
    return _with_month_name(text.casefold())


def _with_month_name(text: str) -> str:
    """15 Apr 2026, 15-April-2026 or April 15, 2026: names leave no doubt."""
    if found := _DAY_MONTH.fullmatch(text):
        day, name, year = found.groups()
    elif found := _MONTH_DAY.fullmatch(text):
        name, day, year = found.groups()
    else:
        raise fail("NOT_A_DATE")
    months = [
        number for number, month in enumerate(_MONTHS, 1) if month.startswith(name) or name == "sept" == month[:4]
    ]
    if len(months) != 1:
        raise fail("NOT_A_DATE")
    return _day(int(year), months[0], int(day))


def _serial(cell: float) -> str:
    if not math.isfinite(cell) or not _SERIAL_FROM <= cell < _SERIAL_TO:
        raise fail("NOT_A_DATE")
    return (_EXCEL_EPOCH + timedelta(days=int(cell))).isoformat()


def _two_readings(first: int, second: int, year: int) -> str:
    """month/day/year or day/month/year: whichever exists; both only when they are the same day."""
    if first > 12 and second <= 12:
        return _day(year, second, first)
    if second > 12 or first == second:
        return _day(year, first, second)
    if first < 1 or second < 1:
        raise fail("DATE_DOES_NOT_EXIST")
    raise fail("DATE_AMBIGUOUS", first=_day(year, first, second), second=_day(year, second, first))


def _day(year: int, month: int, day: int) -> str:
    try:
        return _in_calendar(date(year, month, day))
    except ValueError:
        raise fail("DATE_DOES_NOT_EXIST") from None


def _in_calendar(day: date) -> str:
    if not 1900 <= day.year <= 2100:
        raise fail("NOT_A_DATE")
    return day.isoformat()


def _boolean(cell: Any) -> Any:
    if cell is True or cell is False:
        return cell
    if cell.__class__ in {int, float} and cell in {0, 1}:
        return bool(cell)
    text = plain_text(cell).casefold()
    if not text:
        return EMPTY
    if text in _YES:
        return True
    if text in _NO:
        return False
    raise fail("NOT_YES_NO")


def folded(text: str) -> str:
    """A choice without case, spaces, hyphens, underscores and points."""
    return re.sub(r"[\s_./-]+", "", text).casefold()


def _choice(field: Field) -> Coercer:
    choices = list(field.choice_list.choices.all()) if field.choice_list else []
    values: dict[str, str] = {}
    for choice in choices:
        for spelling in (*choice.synonyms, choice.label, choice.value):
            values[folded(spelling)] = choice.value
    offered = [choice for choice in choices if choice.is_offered]
    listed = ", ".join(choice.value for choice in offered[:20]) + (", …" if len(offered) > 20 else "")

    def coerce(cell: Any) -> Any:
        text = plain_text(cell)
        if not text:
            return EMPTY
        value = values.get(folded(text))
        if value is None:
            near = difflib.get_close_matches(folded(text), values, n=1, cutoff=0.75)
            suggestion = values[near[0]] if near else ""
            suggested = f" Did you mean {suggestion}?" if suggestion else ""
            raise fail("UNKNOWN_CHOICE", choices=listed, suggestion=suggestion, suggested=suggested)
        return value

    return _cached(coerce)
