"""What all coercers share: a cell as plain text, failing with a code, and remembering what repeats."""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from pydantic_core import PydanticCustomError

from portal.problems import Problem

Coercer = Callable[[Any], Any]

EMPTY = object()  # what an empty cell becomes; the schema drops it
GIVEN = "given"  # the error type of a cell that came with its own problem
MOST_DIGITS: Final = 15  # what a spreadsheet keeps of a number

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
_MARKUP = re.compile(r"<[A-Za-z/!?]")
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200e\u200f\u2060\ufeff"))  # soft hyphen, zero-width space, marks
# What people write where there is nothing to write. "None" is not among them: it is an answer to many questions.
NOTHING: Final = frozenset(
    {"n/a", "na", "n.a.", "n/a.", "null", "tbd", "tba", "unknown", "unk", "not available", "not applicable"}
)
# What can be no ZIP code, email address or phone number, and so says there that there is none. Of a number or a date
# the first can be none either.
NONE: Final = "none"
NO_ADDRESS: Final = frozenset({NONE, "nil", "no"})
_MARKS = ("=", "'")
_TEXT_FORMULA = re.compile(r'="([^"=]*)"')
_TEXT_MARK = re.compile(r"'[^\s']*\d[^\s']*")
_NAMES = (".end_customer_name", ".end_customer_company_name", ".city", ".street_1")
_LONGEST_NOTHING = max(map(len, NOTHING))
_REORDERING = re.compile("[\u202a-\u202e\u2066-\u2069]")  # would show a text in another order than it is
_CACHED = 10_000


@dataclass(frozen=True, slots=True)
class Mended:
    """A value that is kept, with the code and facts of the warning about how it came to be."""

    value: object
    code: str
    context: Mapping[str, object]


def fail(code: str, **context: object) -> PydanticCustomError:
    return PydanticCustomError(code, "{code}", {"code": code, **context})


def cached(make: Coercer, most: int = _CACHED) -> Coercer:
    """Remember results by cell, for fields whose cells repeat. Only text: 1, 1.0 and True are one key to a dict.

    Failures are remembered too (looking for the nearest choice is slow), but as facts: an exception that is raised
    again would drag its earlier tracebacks along.
    """
    known: dict[str, object] = {}
    failed: dict[str, tuple[str, dict[str, object]]] = {}

    def coerce(cell: object) -> object:
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


def says_nothing(text: str, *, keeps_words: bool = False) -> bool:
    """Whether a text only says that there is nothing: N/A, unknown, TBD. keeps_words: not when it is a bare word."""
    return len(text) <= _LONGEST_NOTHING and text.casefold() in NOTHING and not (keeps_words and text.isalpha())


def is_no_address(cell: object) -> bool:
    """Whether a cell says that there is no ZIP code, email address or phone number."""
    return cell.__class__ is str and str(cell).strip().casefold() in NO_ADDRESS


def keeps_words(key: str) -> bool:
    """Whether a field holds names of people or places, where Na, Null and Unk are values."""
    return key.endswith(_NAMES)


def plain_text(cell: object, *, keeps_words: bool = False) -> str:
    """The cell as one line of text: trimmed, inner white space single. Raises for what must not be in a text.

    keeps_words: whether Na, Null or Unk can be a value, since people are called so.
    """
    if cell.__class__ is str:
        text = cell.strip() if cell.isprintable() and "  " not in cell else _tidied(cell)
        if text[:1] in _MARKS:
            unmarked = without_marks(text)
            if unmarked is None:
                raise fail("LOOKS_LIKE_FORMULA")
            text = unmarked
        if "<" in text and _MARKUP.search(text):
            raise fail("MARKUP")
        return "" if says_nothing(text, keeps_words=keeps_words) else str(text)
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, int | float):
        if not math.isfinite(cell) or abs(cell) >= 10**MOST_DIGITS:
            raise fail("DIGITS_LOST")
        return str(int(cell)) if isinstance(cell, int) or cell.is_integer() else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == datetime.min.time() else cell.isoformat(sep=" ")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, Problem):
        raise PydanticCustomError(GIVEN, GIVEN, {"problem": cell})
    raise fail("NOT_A_PLAIN_VALUE")


def without_marks(text: str) -> str | None:
    """A text without the marks by which a spreadsheet is told to keep a number as text: ="02139" and '94103.

    None for what looks like any other formula, behind a mark too. What it returns has no mark that it would take off.
    """
    while text[:1] in _MARKS:
        if formula := _TEXT_FORMULA.fullmatch(text):
            text = formula[1].strip()
        elif text.startswith("="):
            return None
        elif _TEXT_MARK.fullmatch(text):
            text = text[1:]
        else:
            break
    return text


def _tidied(text: str) -> str:
    """Without line breaks, no-break spaces and marks of no width. Raises for control characters and half characters."""
    tidy = " ".join(text.translate(_INVISIBLE).split())
    if _CONTROL.search(text) or _REORDERING.search(text):
        raise fail("CONTROL_CHARACTER")
    return tidy
