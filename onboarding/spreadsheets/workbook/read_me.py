"""The *Read me* sheet: what the workbook is for, how to fill it in, and what each column wants."""

from typing import Any, Final

from openpyxl.styles import Alignment, Font, PatternFill

from .cells import Cells
from .meters_sheet import FIRST_ROW, limits_of, need
from .spec import TemplateSpec

_STEPS: Final = (
    "Go to the sheet Meters. Fill in one row for each device or utility meter, from row {first} on.",
    "Columns marked * are required: always (dark blue), or by the programs named in the column’s note (light blue).",
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
    for letter, width in zip("ABCDE", _WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
    lines = _Lines(sheet)
    lines.add(spec.title, font=Font(bold=True, size=16))
    lines.skip()
    for identifier, name in spec.programs:
        lines.add("Program", name if name == identifier else f"{name} ({identifier})")
    lines.add("Template version", spec.version)
    lines.add("Catalogue version", spec.catalogue_version)
    lines.add("Made on", spec.generated_on.isoformat())
    lines.skip()
    lines.add("How to fill it in", font=Font(bold=True, size=13))
    for number, step in enumerate(spec.steps or _STEPS, 1):
        lines.add(f"{number}. {step.format(first=FIRST_ROW)}")
    for note in spec.notes:
        lines.add(note)
    lines.skip()
    lines.add("The columns", font=Font(bold=True, size=13))
    lines.add(*_HEADS, font=Font(bold=True), fill=PatternFill("solid", fgColor="E8EEF4"))
    for column in spec.columns:
        what = " ".join(part for part in (column.help, limits_of(column)) if part)
        lines.add(column.label, column.key, need(column), what, column.example, alignment=_WRAP)


class _Lines:
    """Writes one line below the other, as text."""

    def __init__(self, sheet: Any) -> None:
        self._sheet = sheet

    def skip(self) -> None:
        self._sheet.append([])

    def add(self, *texts: str, **look: Any) -> None:
        cells = Cells(self._sheet, **look)
        self._sheet.append([cells.text(text) for text in texts])
