"""The *Choices* sheet: one list below each other list's header, which the drop-downs of *Meters* point to."""

from itertools import zip_longest
from typing import Any

from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from .cells import Cells
from .spec import CHOICES_SHEET, TemplateColumn, TemplateSpec

_HEAD = PatternFill("solid", fgColor="E8EEF4")
_WIDTH = 30


def ranges_of(spec: TemplateSpec) -> dict[str, str]:
    """The range of each list: key -> range ("Choices!$A$2:$A$9").

    Ranges, because Excel limits a list that is written into the rule itself to 255 characters.
    """
    ranges: dict[str, str] = {}
    column = 1
    for field in spec.columns:
        if field.choices:
            letter = get_column_letter(column)
            ranges[field.key] = f"{CHOICES_SHEET}!${letter}$2:${letter}${len(field.choices) + 1}"
            column += 2 if _explained(field) else 1
    return ranges


def write_choices(sheet: Any, spec: TemplateSpec) -> None:
    """Fill the sheet. A list whose values need explaining has a second, grey column beside it."""
    lists: list[tuple[str, list[str], bool]] = []  # header, texts, whether grey
    for field in spec.columns:
        if field.choices:
            lists.append((field.label, [value for value, _ in field.choices], False))
            if _explained(field):
                lists.append((f"{field.label}: meaning", [label for _, label in field.choices], True))
    sheet.freeze_panes = "A2"
    for index in range(len(lists)):
        sheet.column_dimensions[get_column_letter(index + 1)].width = _WIDTH
    plain, grey = Cells(sheet), Cells(sheet, font=Font(color="6B7280"))
    head = Cells(sheet, font=Font(bold=True), fill=_HEAD, alignment=Alignment(wrap_text=True, vertical="top"))
    if not lists:
        sheet.append([plain.text("No column of this template has a list of choices.")])
        return
    sheet.append([head.text(title) for title, *_ in lists])
    makers = [grey if is_grey else plain for *_, is_grey in lists]
    for texts in zip_longest(*(texts for _, texts, _ in lists)):
        sheet.append([None if text is None else maker.text(text) for maker, text in zip(makers, texts, strict=True)])


def _explained(field: TemplateColumn) -> bool:
    return any(label and label != value for value, label in field.choices)
