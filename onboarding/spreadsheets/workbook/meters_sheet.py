"""The *Meters* sheet: labels, keys, formats, drop-downs and limits, ready for the first row of data in row 3."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from .cells import DATE_FORMAT, PLAIN_FORMAT, TEXT_FORMAT, Cells, note
from .safety import printable
from .spec import TemplateColumn, TemplateSpec

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
_NUMBER_FORMATS = {"number": PLAIN_FORMAT, "integer": "0", "date": DATE_FORMAT, "boolean": PLAIN_FORMAT}


def write_meters(sheet: Any, spec: TemplateSpec, ranges: Mapping[str, str]) -> None:
    """Fill the write-only sheet. ranges: key -> the cells of *Choices* that its drop-down offers."""
    last_row = FIRST_ROW - 1 + spec.max_rows
    for index, column in enumerate(spec.columns, 1):
        letter = get_column_letter(index)
        dimension = sheet.column_dimensions[letter]
        dimension.width = _width(column)
        dimension.number_format = number_format(column)
        rule = _rule(column, ranges.get(column.key))
        if rule is not None:
            rule.add(f"{letter}{FIRST_ROW}:{letter}{last_row}")
            sheet.data_validations.append(rule)
    sheet.freeze_panes = f"B{FIRST_ROW}"
    sheet.row_dimensions[LABEL_ROW].height = 32
    sheet.append(_labels(sheet, spec.columns))
    keys = Cells(sheet, font=Font(size=8, color="6B7280"), border=_LINE)
    sheet.append([keys.text(column.key) for column in spec.columns])
    cells = Cells(sheet)
    kinds = [(column.key, column.format == "text", number_format(column)) for column in spec.columns]
    for row in spec.rows:
        values = ((row.get(key), is_text, form) for key, is_text, form in kinds)
        sheet.append([_cell(cells, value, is_text, form) for value, is_text, form in values])


def _cell(cells: Cells, value: object, is_text: bool, form: str) -> Any:
    if value is None or is_text:
        return None if value is None else cells.text(str(value))
    return cells.cell(value, form)


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
    """Required, required by some programs, or optional, as text."""
    if column.required:
        return "Required."
    return f"Required by {', '.join(column.required_by)}." if column.required_by else "Optional."


def limits_of(column: TemplateColumn) -> str:
    """The limits as text, "" when there are none."""
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


def _labels(sheet: Any, columns: Sequence[TemplateColumn]) -> list[Any]:
    """The first header row: labels in three colours, each with a note that says what the column wants."""
    looks = {
        fill: Cells(
            sheet,
            fill=fill,
            font=Font(bold=True, color="FFFFFF" if fill is _ALWAYS else "111827"),
            alignment=Alignment(wrap_text=True, vertical="center"),
        )
        for fill in (_ALWAYS, _BY_PROGRAM, _OPTIONAL)
    }
    labels = []
    for column in columns:
        wanted = column.required or bool(column.required_by)
        cells = looks[_ALWAYS if column.required else _BY_PROGRAM if wanted else _OPTIONAL]
        label = cells.text(column.label + (REQUIRED_MARK if wanted else ""))
        label.comment = note("\n".join(describe(column)), width=300, height=140)
        labels.append(label)
    return labels


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
