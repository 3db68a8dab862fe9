"""What a number in a sheet means under its number format: a number, a percentage, a date, a padded code, or damage."""

import datetime
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from . import problems
from .cells import Scalar, Special, shorten

_DATE_IDS: Final = frozenset([14, 15, 16, 17, *range(27, 32), 34, 35, 36, *range(50, 59)])
_DATETIME_IDS: Final = frozenset([22])
_TIME_IDS: Final = frozenset([18, 19, 20, 21, 32, 33, 45, 47])
_ELAPSED_IDS: Final = frozenset([46])
_PERCENT_IDS: Final = frozenset([9, 10])
_CODES_OF_IDS: Final = {
    14: "m/d/yyyy", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy",
    18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss", 45: "mm:ss",
}  # fmt: skip
_LONGEST_CODE = 255  # what Excel allows of a number format
_LONGEST_NUMBER = 350  # the longest that is still finite: 1 and 308 zeros
_QUOTED = re.compile(r'"[^"]*"|\\.|_.|\*.')
_BRACKETED = re.compile(r"\[[^\]]*\]")
_CONDITION = re.compile(r"\[<=?(\d+)\]")
# Possessive throughout: matching takes linear time, whatever the file holds.
_ELAPSED = re.compile(r"\[(?:h+|m+|s+)\]")
_PADDED = re.compile(r"0{2,}+(?:[-/ ]0++)*+")
_NUMBER = re.compile(r"[+-]?(?:\d++(?:\.\d*+)?|\.\d++)(?:[eE][+-]?\d++)?")
LOST_FROM: Final = 10**15  # a double, as spreadsheet programs use it, keeps 15 digits
_LAST_DAY = 2_958_465  # 9999-12-31
_MISSING_DAY = 60  # 1900-02-29, which Excel counts and the calendar does not have
_FIRST_YEAR = 1900  # a time of day is on a day before it
_SECONDS = 86_400


# Words around a number that somebody reads as part of it: "SN-"00000, 0" MW". What is only shown beside it is none.
_LITERAL = r'(?:"[^"]*+"|\\.|[-/ ]|_.)*+'
_AFFIXED = re.compile(rf"({_LITERAL})([0#?][0#?,]*?(?:\.[0#?]++)?)(,*+)({_LITERAL})")
_LITERAL_MARKS = re.compile(r'"|\\|_.')


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """kind: "date", "datetime", "time" (of day), "elapsed", "percent", "padded" or "affixed".

    shapes: of a padded one, (up to, pattern of 0 and literals). code: of a date or time, how it is shown. before,
    after, zeros, scale: of an affixed one, the words around the number, how many digits it has at least, and by what it
    is divided.
    """

    kind: str
    shapes: tuple[tuple[int | None, str], ...] = ()
    code: str = ""
    before: str = ""
    after: str = ""
    zeros: int = 1
    scale: int = 1


def format_of(identifier: int, code: str | None) -> NumberFormat | None:
    """The meaning of a number format, None for plain numbers.

    identifier: the built-in or custom id; code: the custom format's text, which wins over the built-in meaning.
    Ids as in ECMA-376 part 1, 18.8.30, with the East Asian date ids that Excel adds.
    """
    if code is not None:
        return _format_of_code(code) if len(code) <= _LONGEST_CODE else None
    if identifier in _DATE_IDS:
        return NumberFormat("date", code=_CODES_OF_IDS.get(identifier, ""))
    if identifier in _DATETIME_IDS:
        return NumberFormat("datetime", code="m/d/yyyy h:mm")
    if identifier in _PERCENT_IDS:
        return NumberFormat("percent")
    if identifier in _ELAPSED_IDS:
        return NumberFormat("elapsed")
    return NumberFormat("time", code=_CODES_OF_IDS.get(identifier, "")) if identifier in _TIME_IDS else None


def _format_of_code(code: str) -> NumberFormat | None:
    shapes = _padded_shapes(code)
    if shapes:
        return NumberFormat("padded", shapes)
    affixed = _affixed(code)
    if affixed is not None:
        return affixed
    unquoted = _QUOTED.sub("", code.split(";", maxsplit=1)[0]).lower()
    bare = _BRACKETED.sub("", unquoted)
    if _ELAPSED.search(unquoted):
        return NumberFormat("elapsed")
    if "general" in bare:
        return None
    if "%" in bare:  # not one in quotes or behind a backslash: that is a mere letter to the number
        return NumberFormat("percent")
    day = "d" in bare or "y" in bare or ("m" in bare and "h" not in bare and "s" not in bare)
    clock = "h" in bare or "s" in bare
    if (not day and not clock) or (any(mark in bare for mark in ("0", "#", "?")) and not clock):
        return None
    return NumberFormat("datetime" if day and clock else "date" if day else "time", code=code.split(";", maxsplit=1)[0])


def _affixed(code: str) -> NumberFormat | None:
    """A number with words around it, or shown in thousands."""
    match = _AFFIXED.fullmatch(code.split(";", maxsplit=1)[0])
    if match is None:
        return None
    before, digits, commas, after = match.groups()
    before, after = _LITERAL_MARKS.sub("", before), _LITERAL_MARKS.sub("", after)
    if not commas and not any(char.isalnum() for char in before + after):
        return None
    whole = digits.split(".")[0].replace(",", "")
    zeros = len(whole) - whole.find("0") if "0" in whole else 1
    return NumberFormat("affixed", before=before, after=after, zeros=zeros, scale=1000 ** len(commas))


def _padded_shapes(code: str) -> tuple[tuple[int | None, str], ...]:
    shapes: list[tuple[int | None, str]] = []
    for section in code.split(";")[:2]:
        condition = _CONDITION.match(section.strip())
        shape = _BRACKETED.sub("", section).replace('"', "").replace("\\", "").strip()
        if shape == "@" or (shapes and not shape):
            break
        if "0" in shape:  # behind a 0, each # is a digit that is always shown
            at = shape.index("0")
            shape = shape[:at] + shape[at:].replace("#", "0")
        if not _PADDED.fullmatch(shape):
            return ()
        shapes.append((int(condition.group(1)) if condition else None, shape))
        if condition is None:
            break
    return tuple(shapes)


def read_number(text: str, form: NumberFormat | None, *, date_1904: bool) -> Scalar | Special:
    """A number cell's value: int, float, text as it is shown (padded, percentage), or a special (date, broken)."""
    text = text.strip()
    if len(text) > _LONGEST_NUMBER or not _NUMBER.fullmatch(text):
        return ("x", problems.NUMBER_UNREADABLE, shorten(text)) if text else None
    value = float(text)
    if form is not None and form.kind == "elapsed" and 0 <= value < _LAST_DAY:
        return clock(round(value * _SECONDS), padded=False)
    if form is not None and form.kind in ("date", "datetime", "time"):
        return read_serial(value, text, form.kind, date_1904=date_1904)
    if abs(value) >= LOST_FROM:
        code = problems.NUMBER_UNREADABLE if value in (float("inf"), float("-inf")) else problems.NUMBER_LOST_DIGITS
        return ("x", code, shorten(text))
    if form is not None and form.kind == "percent":
        return _percentage(value)
    if form is not None and form.kind == "affixed" and value >= 0:
        return _with_words(value, form)
    if value.is_integer():
        whole = int(value)
        return _padded(whole, form) if form is not None and form.kind == "padded" and whole >= 0 else whole
    # Excel stores 37.7749 as 37.774900000000002: 15 digits are what the person saw.
    return float(f"{value:.15g}")


def _percentage(value: float) -> str:
    """0.95 under a percent format is "95%": as a bare number, nobody could tell it from 0.95 of a hundred."""
    return f"{Decimal(f'{value * 100:.15g}'):f}%"


def _with_words(value: float, form: NumberFormat) -> Scalar:
    """The number with the words around it, all of its decimals kept; without words, the number in thousands."""
    number = float(f"{value / form.scale:.15g}")
    if not form.before and not form.after:
        return int(number) if number.is_integer() else number
    digits = str(int(number)).rjust(form.zeros, "0") if number.is_integer() else f"{Decimal(repr(number)):f}"
    return f"{form.before}{digits}{form.after}".strip()


_DATE_PARTS = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.|[dD]+|[mM]+|[yY]+|[hH]+|[sS]+|AM/PM|am/pm|A/P|a/p|.')


def shown_day(code: str, moment: datetime.date) -> str:
    """A day as a number format such as d-mmm shows it, in English; "" when the code holds more than that."""
    if not code:
        return ""
    names = {
        "d": str(moment.day), "dd": f"{moment.day:02}", "ddd": f"{moment:%a}", "dddd": f"{moment:%A}",
        "m": str(moment.month), "mm": f"{moment.month:02}", "mmm": f"{moment:%b}", "mmmm": f"{moment:%B}",
        "yy": f"{moment.year % 100:02}", "yyyy": f"{moment.year:04}",
    }  # fmt: skip
    shown = ""
    for part in _DATE_PARTS.findall(code):
        if part[0] in '"\\':
            shown += part.strip('"').removeprefix("\\")
        elif part[0] in "[_*":
            continue
        elif part.isalpha():
            if part.lower() not in names:
                return ""
            shown += names[part.lower()]
        else:
            shown += part
    return shown.split("@")[0].strip(" ;")


def shown_time(code: str, clock: str) -> str:
    """A time of day ("08:05" or "08:05:30") as a number format such as h:mm AM/PM shows it: "8:05 AM".

    As it is when the code holds more than that.
    """
    hour, minute, second = (int(part) for part in f"{clock}:00".split(":")[:3])
    parts = _DATE_PARTS.findall(code)
    halves = any(part.upper() in {"AM/PM", "A/P"} for part in parts)
    hours = (hour % 12 or 12) if halves else hour
    half = "AM" if hour < 12 else "PM"
    names = {
        "h": str(hours), "hh": f"{hours:02}", "m": str(minute), "mm": f"{minute:02}", "s": str(second),
        "ss": f"{second:02}", "am/pm": half, "a/p": half[0],
    }  # fmt: skip
    shown = ""
    for part in parts:
        if part.lower() in names:
            shown += names[part.lower()]
        elif part[0] in '"\\':
            shown += part.strip('"').removeprefix("\\")
        elif part[0] not in "[_*":
            if part.isalnum() or part in "#?@":
                return clock
            shown += part
    return shown.strip() or clock


def _padded(value: int, form: NumberFormat) -> str:
    shape = next((shape for upto, shape in form.shapes if upto is None or value <= upto), form.shapes[-1][1])
    digits = list(str(value).rjust(shape.count("0"), "0"))
    shown: list[str] = []
    for mark in reversed(shape):
        shown.append(digits.pop() if mark == "0" else mark)
    return "".join(digits) + "".join(reversed(shown))


def read_serial(value: float, text: str, kind: str, *, date_1904: bool) -> Scalar | Special:
    """Days since the workbook's epoch as an ISO date or date-time; a time of day as the text "HH:MM[:SS]"."""
    if kind == "time" and 0 <= value < 1:
        return clock(min(round(value * _SECONDS), _SECONDS - 1))
    days, seconds = divmod(round(value * _SECONDS), _SECONDS) if abs(value) <= _LAST_DAY else (-1, 0)
    if date_1904:
        epoch, first = datetime.date(1904, 1, 1), 0
    else:
        epoch, first = datetime.date(1899, 12, 31 if days < _MISSING_DAY else 30), 1
        if days == _MISSING_DAY:
            return ("x", problems.DATE_OUT_OF_RANGE, shorten(text))
    try:
        day = epoch + datetime.timedelta(days=days)
    except OverflowError:
        return ("x", problems.DATE_OUT_OF_RANGE, shorten(text))
    if days < first:
        return ("x", problems.DATE_OUT_OF_RANGE, shorten(text))
    if seconds == 0 and kind == "date":
        return ("d", day.isoformat())
    moment = datetime.datetime.combine(day, datetime.time()) + datetime.timedelta(seconds=seconds)
    return ("t", moment.isoformat())


def clock(seconds: int, *, padded: bool = True) -> str:
    """A time of day as "08:05" or "08:05:30", so many hours as "8:05"."""
    minutes, rest = divmod(seconds, 60)
    hours = f"{minutes // 60:02}" if padded else str(minutes // 60)
    shown = f"{hours}:{minutes % 60:02}"
    return f"{shown}:{rest:02}" if rest else shown


def read_iso(text: str, form: NumberFormat | None) -> Scalar | Special:
    """A cell of type "d" (Strict OOXML): an ISO date, date-time or time of day, as its number format shows it.

    A zone is left out: the clock and the day are those that somebody wrote into the cell.
    """
    kind = form.kind if form is not None else ""
    bare = text.strip().removesuffix("Z")
    try:
        if ":" in bare[:4]:
            bare, kind = f"1899-12-30T{bare.removeprefix('T')}", "time"
        moment = datetime.datetime.fromisoformat(bare).replace(tzinfo=None)
    except ValueError:
        return ("x", problems.DATE_UNREADABLE, shorten(text))
    if kind == "time" and moment.year < _FIRST_YEAR:
        return clock(moment.hour * 3600 + moment.minute * 60 + moment.second)
    if len(bare) <= len("2026-01-31") or (kind == "date" and moment.time() == datetime.time()):
        return ("d", moment.date().isoformat())
    return ("t", moment.isoformat())
