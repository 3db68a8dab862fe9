"""The workbook that a partner fills in: *Read me*, *Meters*, *Choices*, with the version inside."""

import io
import json
from collections.abc import Iterator
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.packaging.custom import StringProperty

from ..table import METERS_SHEET
from ..xlsx import MARK_CATALOGUE, MARK_PROGRAMS, MARK_VERSION
from .choices import ranges_of, write_choices
from .meters_sheet import write_meters
from .read_me import write_read_me
from .safety import printable
from .spec import CHOICES_SHEET, READ_ME_SHEET, TemplateSpec
from .tables import write_csv


def write_template(spec: TemplateSpec) -> bytes:
    """The .xlsx. read_book recognises it: labels in row 1, keys in row 2, marks in the document's properties."""
    file = io.BytesIO()
    save_template(file, spec)
    return file.getvalue()


def save_template(file: IO[bytes], spec: TemplateSpec) -> None:
    """The same, into a file: with many prefilled rows, which are written as they come."""
    book = Workbook(write_only=True)
    read_me = book.create_sheet(READ_ME_SHEET)
    meters = book.create_sheet(METERS_SHEET)
    choices = book.create_sheet(CHOICES_SHEET)
    write_read_me(read_me, spec)
    write_meters(meters, spec, ranges_of(spec))
    write_choices(choices, spec)
    book.active = 1
    _mark(book, spec)
    book.save(file)


def _mark(book: Any, spec: TemplateSpec) -> None:
    """Custom document properties: Excel and LibreOffice keep them through editing and saving."""
    programs = [identifier for identifier, _ in spec.programs]
    for name, value in (
        (MARK_VERSION, spec.version),
        (MARK_PROGRAMS, json.dumps(programs)),
        (MARK_CATALOGUE, spec.catalogue_version),
    ):
        book.custom_doc_props.append(StringProperty(name=name, value=printable(value)))
    book.properties.title = printable(spec.title)
    book.properties.creator = ""


def template_csv(spec: TemplateSpec) -> bytes:
    """The .csv: a row of keys, then the prefilled rows."""
    return b"".join(template_csv_lines(spec))


def template_csv_lines(spec: TemplateSpec) -> Iterator[bytes]:
    """The same in pieces, as the rows come."""
    keys = [column.key for column in spec.columns]
    return write_csv(keys, ([row.get(key) for key in keys] for row in spec.rows))
