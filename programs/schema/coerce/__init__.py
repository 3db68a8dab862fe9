"""Cells as people type them, made into typed values. One function per kind of field, each compiled once.

A coercer takes a cell (str, int, float, bool, date, datetime or a Problem the reader already found) and returns the
JSON value, or raises PydanticCustomError: its type is a code of the problem registry, its context fills the text. A
value that had to be mended comes back as Mended, with the warning that says so.
"""

from collections.abc import Callable

from pydantic_core import PydanticCustomError

from programs.models import Field, FieldType
from programs.schema.coerce.choices import boolean, choice, folded
from programs.schema.coerce.dates import day_of
from programs.schema.coerce.numbers import integer, number
from programs.schema.coerce.places import phone, zip_code
from programs.schema.coerce.plain import EMPTY, GIVEN, Coercer, Mended, cached, fail, keeps_words, says_nothing
from programs.schema.coerce.texts import code, email, identifier, text

__all__ = [
    "EMPTY",
    "GIVEN",
    "Coercer",
    "Mended",
    "coercer_for",
    "fail",
    "fault_of_default",
    "folded",
    "keeps_words",
    "says_nothing",
]

_MAKERS: dict[str, Callable[[Field], Coercer]] = {
    FieldType.TEXT: text,
    FieldType.CODE: code,
    FieldType.IDENTIFIER: identifier,
    FieldType.ZIP: lambda _: cached(zip_code),
    FieldType.EMAIL: email,
    FieldType.PHONE: phone,
    FieldType.NUMBER: number,
    FieldType.INTEGER: integer,
    FieldType.DATE: lambda _: cached(day_of),
    FieldType.BOOLEAN: lambda _: cached(boolean),
    FieldType.CHOICE: choice,
    FieldType.CHOICES: choice,
}


def coercer_for(field: Field) -> Coercer:
    """The function that makes a cell of this field into its value."""
    return _MAKERS[field.type](field)


def fault_of_default(field: Field) -> str:
    """What is wrong with a field's default: that the field itself would not accept it; "" when nothing is."""
    if not field.default:
        return ""
    try:
        coercer_for(field)(field.default)
    except PydanticCustomError:
        return "The field itself would not accept this value."
    return ""
