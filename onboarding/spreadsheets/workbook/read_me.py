"""The *Read me* sheet: what the workbook is for, how to fill it in, and what each column wants."""

from typing import Any, Final

from openpyxl.styles import Alignment, Font, PatternFill

from .meters_sheet import FIRST_ROW, limits_of, need
from .safety import printable
from .spec import TemplateSpec

_STEPS: Final = (
    "Go to the sheet Meters. Fill in one row for each device or utility meter, from row {first} on.",
    "Columns marked * are required: always (dark blue), or by the programs named in the column's note (light blue).",
    "Keep rows 1 and 2 as they are. You may leave out optional columns, and move columns.",
    "Columns with a list accept only its values; the lists are on the sheet Choices.",
    "Do not merge cells. A formula counts as the value that it shows.",
    "Save as .xlsx and upload the file. You see what will happen to each row before anything is created.",
)
_HEADS: Final = ("Column", "Key", "Needed", "What to enter", "Example")
_WIDTHS: Final = (34, 34, 30, 70, 30)
_WRAP = Alignment(wrap_text=True, vertical="top")


def write_read_me(sheet: Any, spec: TemplateSpec) -> None:
    """Fill the sheet with the title, the facts, the steps, the notes, and a guide to the columns."""
    lines = _Lines(sheet)
    for letter, width in zip("ABCDE", _WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
    lines.add(spec.title, font=Font(bold=True, size=16))
    lines.skip()
    for identifier, name in spec.programs:
        lines.add("Program", name if name == identifier else f"{name} ({identifier})")
    lines.add("Template version", spec.version)
    lines.add("Catalogue version", spec.catalogue_version)
    lines.add("Made on", spec.generated_on.isoformat())
    lines.skip()
    lines.add("How to fill it in", font=Font(bold=True, size=13))
    for number, step in enumerate(_STEPS, 1):
        lines.add(f"{number}. {step.format(first=FIRST_ROW)}")
    for note in spec.notes:
        lines.add(note)
    lines.skip()
    lines.add("The columns", font=Font(bold=True, size=13))
    lines.add(*_HEADS, font=Font(bold=True), fill=PatternFill("solid", fgColor="E8EEF4"))
    for column in spec.columns:
        what = " ".join(part for part in (column.help, limits_of(column)) if part)
        lines.add(column.label, column.key, need(column), what, column.example, wrap=True)


class _Lines:
    """Writes one line below the other, as text."""

    def __init__(self, sheet: Any) -> None:
        self._sheet = sheet
        self._row = 0

    def skip(self) -> None:
        self._row += 1

    def add(self, *texts: str, font: Font | None = None, fill: PatternFill | None = None, wrap: bool = False) -> None:
        self._row += 1
        for column, text in enumerate(texts, 1):
            cell = self._sheet.cell(row=self._row, column=column, value=printable(text))
            cell.data_type, cell.number_format = "s", "@"
            if wrap:
                cell.alignment = _WRAP
            if font is not None:
                cell.font = font
            if fill is not None:
                cell.fill = fill
