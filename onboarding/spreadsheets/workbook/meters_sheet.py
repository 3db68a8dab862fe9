"""The *Meters* sheet: labels, keys, formats, drop-downs and limits, ready for the first row of data in row 3."""

import datetime
from collections.abc import Mapping
from typing import Any, Final, Literal

from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from .safety import printable
from .spec import TemplateColumn, TemplateSpec
from .tables import DATE_FORMAT, TEXT_FORMAT

LABEL_ROW: Final = 1
KEY_ROW: Final = 2
FIRST_ROW: Final = 3
REQUIRED_MARK: Final = " *"
_TITLE_CHARACTERS = 32  # Excel's own limits for the words of a rule
_MESSAGE_CHARACTERS = 255

_ALWAYS = PatternFill("solid", fgColor="1F4E79")
_BY_PROGRAM = PatternFill("solid", fgColor="BDD7EE")
_OPTIONAL = PatternFill("solid", fgColor="EDEDED")
_LINE = Border(bottom=Side(style="thin", color="9CA3AF"))
_NUMBER_FORMATS = {"number": "General", "integer": "0", "date": DATE_FORMAT, "boolean": "General"}


def write_meters(sheet: Any, spec: TemplateSpec, ranges: Mapping[str, str]) -> None:
    """Fill the sheet. ranges: key -> the cells of *Choices* that its drop-down offers."""
    last_row = FIRST_ROW - 1 + spec.max_rows
    for index, column in enumerate(spec.columns, 1):
        letter = get_column_letter(index)
        _write_head(sheet, index, column)
        dimension = sheet.column_dimensions[letter]
        dimension.width = _width(column)
        dimension.number_format = number_format(column)
        rule = _rule(column, ranges.get(column.key))
        if rule is not None:
            rule.add(f"{letter}{FIRST_ROW}:{letter}{last_row}")
            sheet.add_data_validation(rule)
    for offset, row in enumerate(spec.rows):
        for index, column in enumerate(spec.columns, 1):
            _write_value(sheet, FIRST_ROW + offset, index, column, row.get(column.key))
    sheet.freeze_panes = sheet.cell(row=FIRST_ROW, column=2)
    sheet.row_dimensions[LABEL_ROW].height = 32


def number_format(column: TemplateColumn) -> str:
    """The cells' format. Text unless the column counts or dates: so zips and account numbers keep their zeros."""
    return _NUMBER_FORMATS.get(column.format, TEXT_FORMAT)


def describe(column: TemplateColumn) -> list[str]:
    """What a person needs to know to fill the column in, as short lines: need, help, choices, limits, example."""
    lines = [need(column)]
    if column.help:
        lines.append(column.help)
    lines.extend(line for line in (limits_of(column), f"Example: {column.example}" if column.example else "") if line)
    return lines


def need(column: TemplateColumn) -> str:
    """Required, required by some programs, or optional, in words."""
    if column.required:
        return "Required."
    return f"Required by {', '.join(column.required_by)}." if column.required_by else "Optional."


def limits_of(column: TemplateColumn) -> str:
    """The limits in words, "" when there are none."""
    unit = f" {column.unit}" if column.unit else ""
    if column.choices:
        return "Choose a value from the list."
    if column.format == "boolean":
        return "TRUE or FALSE."
    if column.format == "date":
        return "A date, such as 2026-05-01."
    if column.format in ("number", "integer"):
        kind = "A whole number" if column.format == "integer" else "A number"
        return f"{kind}{_between(column)}{unit}." if _between(column) or unit else f"{kind}."
    return f"At most {column.max_length} characters." if column.max_length else ""


def _between(column: TemplateColumn) -> str:
    low, high = column.minimum, column.maximum
    if low is not None and high is not None:
        return f" from {low:g} to {high:g}"
    if low is not None:
        return f" of at least {low:g}"
    return f" of at most {high:g}" if high is not None else ""


def _write_head(sheet: Any, index: int, column: TemplateColumn) -> None:
    wanted = column.required or bool(column.required_by)
    label = sheet.cell(row=LABEL_ROW, column=index, value=printable(column.label + (REQUIRED_MARK if wanted else "")))
    key = sheet.cell(row=KEY_ROW, column=index, value=printable(column.key))
    for cell in (label, key):
        cell.data_type, cell.number_format = "s", TEXT_FORMAT
    label.fill = _ALWAYS if column.required else _BY_PROGRAM if wanted else _OPTIONAL
    label.font = Font(bold=True, color="FFFFFF" if column.required else "111827")
    label.alignment = Alignment(wrap_text=True, vertical="center")
    key.font, key.border = Font(size=8, color="6B7280"), _LINE
    note = Comment(printable("\n".join(describe(column)))[:1000], "Template")
    note.width, note.height = 300, 140
    label.comment = note


def _width(column: TemplateColumn) -> float:
    longest = max(len(column.label) // 2 + 4, len(column.key) * 0.75, len(column.example), 12)
    return min(float(longest) + 2, 40)


def _rule(column: TemplateColumn, cells: str | None) -> DataValidation | None:
    if cells is not None:
        rule = DataValidation(type="list", formula1=cells)
    elif column.format == "boolean":
        rule = DataValidation(type="list", formula1='"TRUE,FALSE"')
    elif column.format in ("number", "integer"):
        rule = _number_rule(column)
    elif column.format == "date":
        rule = DataValidation(type="date", operator="greaterThanOrEqual", formula1="2")
    elif column.max_length:
        rule = DataValidation(type="textLength", operator="lessThanOrEqual", formula1=str(column.max_length))
    else:
        return None
    rule.allow_blank = True
    rule.showErrorMessage = True
    rule.errorStyle = "stop"
    rule.errorTitle = printable(column.label)[:_TITLE_CHARACTERS]
    rule.error = printable(limits_of(column) or "This value does not fit the column.")[:_MESSAGE_CHARACTERS]
    return rule


def _number_rule(column: TemplateColumn) -> DataValidation:
    kind: Literal["whole", "decimal"] = "whole" if column.format == "integer" else "decimal"
    low, high = column.minimum, column.maximum
    if low is not None and high is not None:
        return DataValidation(type=kind, operator="between", formula1=f"{low:.15g}", formula2=f"{high:.15g}")
    if low is not None:
        return DataValidation(type=kind, operator="greaterThanOrEqual", formula1=f"{low:.15g}")
    if high is not None:
        return DataValidation(type=kind, operator="lessThanOrEqual", formula1=f"{high:.15g}")
    return DataValidation(type=kind, operator="between", formula1="-1E+14", formula2="1E+14")


def _write_value(sheet: Any, row: int, index: int, column: TemplateColumn, value: Any) -> None:
    if value is None or value == "":
        return
    cell = sheet.cell(row=row, column=index)
    if isinstance(value, datetime.date | bool | int | float) and column.format != "text":
        cell.value = value
        cell.number_format = number_format(column)
        return
    cell.value = printable(str(value))
    cell.data_type = "s"
    cell.number_format = TEXT_FORMAT
