"""Workbooks built in memory, also such as no spreadsheet program would write."""

import io
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

from onboarding.spreadsheets import frames
from onboarding.spreadsheets.cells import BookFacts, Row
from onboarding.spreadsheets.child import read_frames
from onboarding.spreadsheets.limits import Limits
from onboarding.spreadsheets.problems import Unreadable
from onboarding.spreadsheets.reader import read_book

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
STRICT_MAIN = "http://purl.oclc.org/ooxml/spreadsheetml/main"
STRICT_RELATIONS = "http://purl.oclc.org/ooxml/officeDocument/relationships"
WORKBOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"


def row(number: int, *cells: str) -> str:
    """A <row> of inline texts, or of ready-made <c> elements."""
    made = "".join(
        cell
        if cell.startswith("<c")
        else f'<c r="{"ABCDEFGHIJ"[index]}{number}" t="inlineStr"><is><t>{cell}</t></is></c>'
        for index, cell in enumerate(cells)
    )
    return f'<row r="{number}">{made}</row>'


def sheet(*rows: str, before: str = "", after: str = "", main: str = MAIN) -> str:
    return f'<worksheet xmlns="{main}">{before}<sheetData>{"".join(rows)}</sheetData>{after}</worksheet>'


def parts(
    sheet_xml: str | bytes = "",
    *,
    sheets: str = '<sheet name="Sheet1" sheetId="1" r:id="rId1"/>',
    workbook_extra: str = "",
    main: str = MAIN,
    relations: str = RELATIONS,
    more: Mapping[str, str | bytes] | None = None,
    content_type: str = WORKBOOK_TYPE,
) -> dict[str, str | bytes]:
    """The parts of a small workbook; rId1 is sheet1.xml, rId2 sheet2.xml, then strings and styles."""
    related = "".join(
        f'<Relationship Id="{identifier}" Type="{relations}/{kind}" Target="{target}"/>'
        for identifier, kind, target in (
            ("rId1", "worksheet", "worksheets/sheet1.xml"),
            ("rId2", "worksheet", "worksheets/sheet2.xml"),
            ("rId3", "sharedStrings", "sharedStrings.xml"),
            ("rId4", "styles", "/xl/styles.xml"),
        )
    )
    return {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
        f'<Override PartName="/xl/workbook.xml" ContentType="{content_type}"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="r1" Type="{relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{relations}">{workbook_extra}'
        f"<sheets>{sheets}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">{related}</Relationships>',
        "xl/worksheets/sheet1.xml": sheet_xml,
        **(more or {}),
    }


def styles(*formats: str) -> str:
    """Cell style 0 is General, style n the n-th format."""
    codes = "".join(
        f'<numFmt numFmtId="{164 + index}" formatCode="{code.replace(chr(34), "&quot;").replace("<", "&lt;")}"/>'
        for index, code in enumerate(formats)
    )
    xfs = "".join(f'<xf numFmtId="{164 + index}"/>' for index in range(len(formats)))
    return (
        f'<styleSheet xmlns="{MAIN}"><numFmts>{codes}</numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>'
        f'<cellXfs><xf numFmtId="0"/>{xfs}</cellXfs></styleSheet>'
    )


def strings(*entries: str) -> str:
    return f'<sst xmlns="{MAIN}" count="4294967295" uniqueCount="4294967295">{"".join(entries)}</sst>'


def zipped(contents: Mapping[str, str | bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return file.getvalue()


class Read:
    """What came of reading: everything the book said, or the code and context of its refusal."""

    def __init__(self) -> None:
        self.header: tuple[str, ...] = ()
        self.labels: tuple[str, ...] = ()
        self.header_row = 0
        self.facts: BookFacts | None = None
        self.rows: list[Row] = []
        self.code = ""
        self.context: dict[str, object] = {}

    @property
    def notes(self) -> dict[str, dict[str, object]]:
        return {note.code: dict(note.context) for note in self.facts.notes} if self.facts else {}

    @property
    def cells(self) -> list[list[object]]:
        return [list(row.cells) for row in self.rows]


def reader_in(folder: Path) -> Callable[..., Read]:
    """A function that reads bytes through the real child process."""

    def read(
        content: bytes,
        file_name: str = "meters.xlsx",
        *,
        sheet: str | None = None,
        charset: str | None = None,
        **limits: int,
    ) -> Read:
        path = folder / "upload.bin"
        path.write_bytes(content)
        result = Read()
        try:
            with read_book(path, file_name=file_name, limits=Limits(**limits), sheet=sheet, charset=charset) as book:
                result.header, result.labels, result.header_row = book.header, book.labels, book.header_row
                for chunk in book.rows():
                    result.rows.extend(chunk)
                result.facts = book.facts
        except Unreadable as refusal:
            result.code, result.context = refusal.code, refusal.context
        return result

    return read


def rows_here(content: bytes, file_name: str = "meters.xlsx") -> list[Row]:
    """The rows as the child would send them, without a child: for the many small cases."""
    rows: list[Row] = []
    width = 0
    for line in read_frames(io.BytesIO(content), file_name=file_name, limits=Limits(), sheet=None):
        word, rest = frames.decode(line)
        if word == "facts":
            width = len(rest[1])
        elif word == "rows":
            rows.extend(frames.decode_rows(rest, width=width))
    return rows
