"""Workbooks of other kinds than .xlsx, made by hand: the smallest .xlsb and .ods that a reader takes."""

import struct
from collections.abc import Mapping, Sequence
from datetime import date

from .books import PACKAGE, RELATIONS, zipped

Value = str | float | bool | date | None
ODS = "application/vnd.oasis.opendocument.spreadsheet"
_XLSB = "application/vnd.ms-excel.sheet.binary.macroEnabled.main"
_EPOCH = date(1899, 12, 30)
_DATE_STYLE = 1


# --- .xlsb: records of a type, a size and content, as MS-XLSB has them


def record(kind: int, content: bytes = b"") -> bytes:
    return _variable(kind) + _variable(len(content)) + content


def _variable(number: int) -> bytes:
    """Seven bits a byte, the lowest first; the eighth says that more follow."""
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def _cell(column: int, value: Value) -> bytes:
    at = struct.pack("<II", column, _DATE_STYLE if isinstance(value, date) else 0)
    if isinstance(value, bool):
        return record(4, at + bytes([value]))
    if isinstance(value, str):
        return record(6, at + wide(value)) if not value.startswith("#") else record(3, at + b"\x2a")
    number = float((value - _EPOCH).days) if isinstance(value, date) else float(value or 0)
    return record(5, at + struct.pack("<d", number))


def _xlsb_sheet(rows: Sequence[Sequence[Value]]) -> bytes:
    widest = max((len(row) for row in rows), default=1)
    out = record(129) + record(148, struct.pack("<4I", 0, max(len(rows) - 1, 0), 0, max(widest - 1, 0))) + record(145)
    for number, row in enumerate(rows):
        out += record(0, struct.pack("<2I", number, 0) + bytes(9))
        out += b"".join(_cell(column, value) for column, value in enumerate(row) if value is not None)
    return out + record(146) + record(130)


def xlsb(sheets: Mapping[str, Sequence[Sequence[Value]]], *, hidden: Sequence[str] = ()) -> bytes:
    """A binary workbook with these sheets; "#…" is an error cell."""
    related, book, contents = "", record(131) + record(143), {}
    for number, (name, rows) in enumerate(sheets.items(), 1):
        related += (
            f'<Relationship Id="rId{number}" Type="{RELATIONS}/worksheet" Target="worksheets/sheet{number}.bin"/>'
        )
        book += record(156, struct.pack("<2I", name in hidden, number) + wide(f"rId{number}") + wide(name))
        contents[f"xl/worksheets/sheet{number}.bin"] = _xlsb_sheet(rows)
    formats = b"".join(record(47, struct.pack("<2H", 0xFFFF, number) + bytes(12)) for number in (0, 14))
    styles = record(278) + record(617, struct.pack("<I", 2)) + formats + record(618) + record(279)
    return zipped(
        {
            "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
            f'<Override PartName="/xl/workbook.bin" ContentType="{_XLSB}"/></Types>',
            "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
            f'<Relationship Id="r1" Type="{RELATIONS}/officeDocument" Target="xl/workbook.bin"/></Relationships>',
            "xl/workbook.bin": book + record(144) + record(132),
            "xl/_rels/workbook.bin.rels": f'<Relationships xmlns="{PACKAGE}/relationships">{related}</Relationships>',
            "xl/styles.bin": styles,
            **contents,
        }
    )


# --- .ods


def ods_cell(value: Value) -> str:
    if value is None:
        return "<table:table-cell/>"
    if isinstance(value, bool):
        return f'<table:table-cell office:value-type="boolean" office:boolean-value="{str(value).lower()}"/>'
    if isinstance(value, date):
        return f'<table:table-cell office:value-type="date" office:date-value="{value.isoformat()}"/>'
    if isinstance(value, str):
        return f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'
    return f'<table:table-cell office:value-type="float" office:value="{value}"/>'


def ods_content(tables: str, prologue: str = "") -> str:
    names = "".join(
        f' xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{short}:1.0"' for short in ("office", "table", "text")
    )
    return (
        f"{prologue}<office:document-content{names}><office:body><office:spreadsheet>{tables}"
        "</office:spreadsheet></office:body></office:document-content>"
    )


def ods_rows(rows: Sequence[Sequence[Value]]) -> str:
    return "".join(f"<table:table-row>{''.join(map(ods_cell, row))}</table:table-row>" for row in rows)


def ods(
    sheets: Mapping[str, Sequence[Sequence[Value]]],
    *,
    tables: str = "",
    prologue: str = "",
    more: Mapping[str, str | bytes] | None = None,
    manifest: str = "",
) -> bytes:
    """An OpenDocument spreadsheet with these sheets, or with tables as XML."""
    made = tables or "".join(
        f'<table:table table:name="{name}">{ods_rows(rows)}</table:table>' for name, rows in sheets.items()
    )
    names = 'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"'
    return zipped(
        {
            "mimetype": ODS,
            "META-INF/manifest.xml": f"<manifest:manifest {names}>{manifest}</manifest:manifest>",
            "content.xml": ods_content(made, prologue),
            **(more or {}),
        }
    )
