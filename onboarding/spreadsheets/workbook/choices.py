"""The *Choices* sheet: one list below each other list's header, which the drop-downs of *Meters* point to."""

from typing import Any

from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from .safety import printable
from .spec import CHOICES_SHEET, TemplateColumn, TemplateSpec

_HEAD = PatternFill("solid", fgColor="E8EEF4")
_GREY = Font(color="6B7280")
_WIDTH = 30


def write_choices(sheet: Any, spec: TemplateSpec) -> dict[str, str]:
    """Fill the sheet; returns key -> range ("Choices!$A$2:$A$9").

    Ranges, because Excel limits a list that is written into the rule itself to 255 characters. Beside a list whose
    values need words stands a second, grey column with them.
    """
    ranges: dict[str, str] = {}
    column = 1
    for field in spec.columns:
        if not field.choices:
            continue
        letter = get_column_letter(column)
        ranges[field.key] = f"{CHOICES_SHEET}!${letter}$2:${letter}${len(field.choices) + 1}"
        column += _write_list(sheet, column, field)
    sheet.freeze_panes = "A2"
    if not ranges:
        sheet["A1"] = "No column of this template has a list of choices."
    return ranges


def _write_list(sheet: Any, column: int, field: TemplateColumn) -> int:
    _head(sheet, column, field.label)
    explained = any(label and label != value for value, label in field.choices)
    if explained:
        _head(sheet, column + 1, f"{field.label}: meaning")
    for row, (value, label) in enumerate(field.choices, 2):
        _text(sheet, row, column, value)
        if explained:
            _text(sheet, row, column + 1, label).font = _GREY
    return 2 if explained else 1


def _head(sheet: Any, column: int, text: str) -> None:
    cell = _text(sheet, 1, column, text)
    cell.font, cell.fill, cell.alignment = Font(bold=True), _HEAD, Alignment(wrap_text=True, vertical="top")
    sheet.column_dimensions[get_column_letter(column)].width = _WIDTH


def _text(sheet: Any, row: int, column: int, text: str) -> Any:
    cell = sheet.cell(row=row, column=column, value=printable(text))
    cell.data_type = "s"  # a text such as "=x" is no formula
    cell.number_format = "@"
    return cell
