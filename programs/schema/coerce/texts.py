"""Texts: free ones, codes, identifiers, email addresses."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from programs.models import Field, FieldType
from programs.schema.coerce.plain import (
    EMPTY,
    MOST_DIGITS,
    NOTHING,
    Coercer,
    Mended,
    cached,
    fail,
    is_no_address,
    keeps_words,
    plain_text,
    says_nothing,
)

_SCIENTIFIC = re.compile(r"[+-]?\d(?:[.,]\d+)?[eE]\+\d+|[+-]?\d[.,]\d+[eE]\d{2,}")
_EMAIL = re.compile(r"[^@\s<>()\[\],;:\\\"]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_ONE_OF = re.compile(r"\^(\[(?:[^\]\\]|\\.)*\])\{\d+,\d+\}\$")
_CACHED_TEXTS = 1000
_REFERENCES = ("partner_reference", "_customer_reference")
_SIMPLER = str.maketrans("\N{EN DASH}\N{EM DASH}\N{NON-BREAKING HYPHEN}\N{LEFT SINGLE QUOTATION MARK}", "---'")
_MAYBE_NOTHING = frozenset(one[0] for word in NOTHING for one in (word, word.upper()))
_CUT_TAIL = re.compile(r"\d{3,}\.0", re.ASCII)
_SURELY_LOST = 18  # from here on, only zeros after the 15th digit are no chance any more: 1 in 1,000 at most


def text(field: Field) -> Coercer:
    """A text. A date or TRUE in its place is what a spreadsheet made of it: what the sheet shows, with a warning."""
    return plain_coercer(field, _digits_of if field.path.endswith(_REFERENCES) else _as_shown)


def _as_shown(cell: object, plain: Coercer) -> object:
    """What the sheet shows for a date or TRUE, with a warning."""
    if not isinstance(cell, bool | date):
        return plain(plain_text(cell))
    value = plain(_shown(cell))
    return value if value is EMPTY else Mended(value, "TEXT_CONVERTED", {"kind": _kind(cell), "suggestion": value})


def _digits_of(cell: object, plain: Coercer) -> object:
    """An identifier: no date or TRUE can be one; a number with decimals is read as its digits, with a warning."""
    if isinstance(cell, bool | date):
        raise fail("IDENTIFIER_CONVERTED", kind=_kind(cell), shown=_shown(cell))
    value = plain(plain_text(cell))
    return Mended(value, "IDENTIFIER_TAIL_CUT", {"suggestion": value}) if isinstance(cell, float) else value


def _shown(cell: bool | date) -> str:
    return str(cell).upper() if isinstance(cell, bool) else getattr(cell, "shown", "") or plain_text(cell)


def _kind(cell: object) -> str:
    return "yes/no" if isinstance(cell, bool) else "date"


def plain_coercer(field: Field, convert: Callable[[object, Coercer], object] | None = None) -> Coercer:
    """A text: its length, pattern and characters. convert: what becomes of a date, TRUE or a number with decimals."""
    shortest, longest = field.min_length or 1, field.max_length or 100_000
    pattern = re.compile(field.pattern) if field.pattern else None
    one_of = _ONE_OF.fullmatch(field.pattern)
    allowed = re.compile(one_of.group(1)) if one_of else None
    matches = pattern.search if pattern else None
    is_name = keeps_words(field.path)

    def coerce(cell: object) -> object:
        if cell.__class__ is str and cell.isprintable() and cell[:1].isalnum() and "  " not in cell and "<" not in cell:
            text = cell.rstrip()  # what plain_text does, without the call
            if text[0] in _MAYBE_NOTHING and says_nothing(text, keeps_words=is_name):
                return EMPTY
        else:
            if convert is not None and isinstance(cell, bool | date | float):
                return convert(cell, coerce)
            text = plain_text(cell, keeps_words=is_name)
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
            simpler = text.translate(_SIMPLER)
            if simpler != text and matches(simpler):
                return simpler
            if allowed:
                strange = sorted({char for char in text if not allowed.fullmatch(char)})
                if strange:
                    raise fail("CHARACTERS_NOT_ALLOWED", characters=" ".join(strange[:10]))
            raise fail("PATTERN_MISMATCH")
        return text

    # What differs in every row, and what is personal, is not worth remembering.
    return coerce if field.personal or field.type != FieldType.TEXT else cached(coerce, _CACHED_TEXTS)


def code(field: Field) -> Coercer:
    coerce = plain_coercer(field)
    return cached(lambda cell: coerce(cell.upper() if isinstance(cell, str) else cell))


def identifier(field: Field) -> Coercer:
    """A text in which every digit counts. Refuses a number that a spreadsheet has cut to 15 digits and zeros."""
    plain = plain_coercer(field)

    def coerce(cell: object) -> object:
        value = _digits_of(cell, plain) if isinstance(cell, bool | date | float) else plain(cell)
        if value.__class__ is str and value.endswith(".0") and _CUT_TAIL.fullmatch(value):
            return Mended(value[:-2], "IDENTIFIER_TAIL_CUT", {"suggestion": value[:-2]})
        if value.__class__ is str and len(value) > MOST_DIGITS and value.endswith("0") and value.isascii():
            lost = value.isdigit() and not value[MOST_DIGITS:].strip("0")
            if lost and len(value) >= _SURELY_LOST:
                raise fail("DIGITS_LOST")
            if lost:
                return Mended(value, "DIGITS_PERHAPS_LOST", {})
        return value

    return coerce


def email(field: Field) -> Coercer:
    plain = plain_coercer(field)

    def coerce(cell: object) -> object:
        value: Any = EMPTY if is_no_address(cell) else plain(cell)
        if value is not EMPTY and not _EMAIL.fullmatch(value):
            raise fail("NOT_AN_EMAIL")
        return value

    return coerce
