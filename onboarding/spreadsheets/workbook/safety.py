"""What makes a value safe to open in a spreadsheet program."""

import re
from typing import Final

# OWASP "CSV Injection" and ASVS 5.0 V1.2.10: = + - @ tab CR, and NUL. The leading apostrophes are there so that a
# text which already begins with one comes back as it was (the csv reader takes exactly one off).
_FORMULA_LIKE: Final = re.compile("'*[=+\\-@\t\r\x00]")
_PLAIN_NUMBER: Final = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
# What XML 1.0 cannot hold, and lone surrogates.
_ILLEGAL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# How a workbook writes a character that XML cannot hold; a text that looks like it has to say that it is not one.
_ESCAPE_LIKE: Final = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
EXCEL_CELL_CHARACTERS: Final = 32_767


def csv_safe(value: object) -> object:
    """The value for a csv cell: a text that a spreadsheet program would take for a formula gets a leading '.

    Numbers stay, also when they are written as text: "-97.74" is no formula, and a quoted one annoys people.
    """
    if isinstance(value, str) and _FORMULA_LIKE.match(value) and not _PLAIN_NUMBER.fullmatch(value):
        return f"'{value}"
    return value


def printable(text: str) -> str:
    """The text as a workbook's XML holds it: without what it cannot hold, at most as long as a cell may be."""
    cut = _ILLEGAL.sub("", text)[:EXCEL_CELL_CHARACTERS]
    return _ESCAPE_LIKE.sub("_x005F_", cut) if "_x" in cut else cut


def fits_a_cell(text: str) -> bool:
    """Whether a cell can hold the text as it is: `printable` would take nothing from it."""
    return len(text) <= EXCEL_CELL_CHARACTERS and not _ILLEGAL.search(text)
