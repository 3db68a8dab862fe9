"""Numbers as people write them: separators of thousands, decimal commas, units."""

import math
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from programs.models import Field
from programs.schema.coerce.plain import EMPTY, MOST_DIGITS, Coercer, fail, plain_text

_NUMBER = re.compile(r"[+-]?(?:(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?")
_SPACED = re.compile(r"[+-]?\d{1,3}(?:([ '\u2019\u202f\u2009])\d{3})(?:\1\d{3})*(?:[.,]\d+)?")
# A comma with one, two or more than three digits behind it can only be a decimal comma; with three it is thousands.
_DECIMAL_COMMA = re.compile(r"([+-]?(?:\d{1,3}(?:\.\d{3})+|\d+)),(\d{1,2}|\d{4,})")
_WITH_UNIT = re.compile(r"(.*?[\d.])\s*([A-Za-z%][A-Za-z .%]*)")

# Unit, in small letters: (what it measures, how many of the base unit it is).
_UNITS: Mapping[str, tuple[str, float]] = {
    **{name: ("power", factor) for name, factor in (("w", 0.001), ("kw", 1.0), ("mw", 1000.0))},
    **{name: ("power", factor) for name, factor in (("watt", 0.001), ("watts", 0.001), ("kilowatts", 1.0))},
    **{name: ("energy", factor) for name, factor in (("wh", 0.001), ("kwh", 1.0), ("mwh", 1000.0))},
    **dict.fromkeys(("%", "percent", "pct"), ("share", 1.0)),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), ("time", 1.0)),
    **dict.fromkeys(("min", "mins", "minutes"), ("time", 1 / 60)),
    **dict.fromkeys(("v", "volt", "volts"), ("voltage", 1.0)),
    "kv": ("voltage", 1000.0),
    **dict.fromkeys(("a", "amp", "amps"), ("current", 1.0)),
}


def number(field: Field) -> Coercer:
    unit, low, high = field.unit, field.minimum, field.maximum
    unit_note = f" ({unit})" if unit else ""
    is_percent = unit == "%" and low is not None and low > 1

    def coerce(cell: object) -> object:
        value = to_number(cell, unit)
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


def integer(field: Field) -> Coercer:
    coerce_number = number(field)

    def coerce(cell: object) -> object:
        value = coerce_number(cell)
        if value.__class__ is float:
            if not value.is_integer():
                raise fail("NOT_A_WHOLE_NUMBER")
            return int(value)
        return value

    return coerce


def to_number(cell: Any, unit: str) -> int | float | None:
    """The cell as a number in `unit`; None for an empty one.

    Text may have separators of thousands, a decimal comma where only that makes sense, and a unit: the field's own
    or another of the same kind, which is converted ("13500 Wh" is 13.5 kWh).
    """
    kind = cell.__class__
    if kind is float or kind is int:
        if kind is float and not math.isfinite(cell):
            raise fail("NOT_A_NUMBER")
        return cell
    if kind is str and cell.isdigit() and cell.isascii() and len(cell) <= MOST_DIGITS:
        return int(cell)
    if isinstance(cell, bool | date):
        raise fail("NOT_A_NUMBER")
    text = plain_text(cell)
    if not text or text.casefold() == "none":
        return None
    factor = 1.0
    if text[-1].isalpha() or text[-1] in "%.":
        text, factor = _without_unit(text, unit)
    value = _value(text)
    return value if factor == 1.0 else float(f"{value * factor:.12g}")


def _without_unit(text: str, unit: str) -> tuple[str, float]:
    """The number's own text, and by what to multiply it. Refuses another kind of unit: UNIT_MISMATCH."""
    match = _WITH_UNIT.fullmatch(text)
    if match is None:
        return text, 1.0
    bare, written = match.group(1), match.group(2).rstrip(" .").casefold()
    if unit and written == unit.casefold():
        return bare, 1.0
    theirs, ours = _UNITS.get(written), _UNITS.get(unit.casefold())
    if theirs is None or ours is None:
        return text, 1.0
    if theirs[0] != ours[0]:
        raise fail("UNIT_MISMATCH", unit=unit, written=match.group(2).strip())
    return bare, theirs[1] / ours[1]


def _value(text: str) -> int | float:
    bare = text
    if _SPACED.fullmatch(bare):
        bare = re.sub(r"[ '\u2019\u202f\u2009]", "", bare)
    if comma := _DECIMAL_COMMA.fullmatch(bare):
        bare = f"{comma.group(1).replace('.', '')}.{comma.group(2)}"
    if not _NUMBER.fullmatch(bare) or not any(char.isdigit() for char in bare):
        raise fail("NOT_A_NUMBER")
    bare = bare.replace(",", "")
    value = float(bare)
    if not math.isfinite(value):
        raise fail("NOT_A_NUMBER")
    return int(bare) if bare.lstrip("+-").isdigit() and len(bare) <= MOST_DIGITS else value
